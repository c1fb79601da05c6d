//! docs/your-own-product.md, word for word: its files are written where it says, its commands run
//! in its order, and they print what it shows.

use std::fs;
use std::path::Path;

use crate::command::{folder, run};

/// What is fenced in a page: the words behind the fence, and the text.
fn blocks(page: &str) -> Vec<(Vec<&str>, &str)> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((_, behind)) = rest.split_once("\n```") {
        let (words, behind) = behind.split_once('\n').unwrap();
        let (text, behind) = behind.split_once("\n```\n").unwrap();
        found.push((words.split_whitespace().collect(), text));
        rest = behind;
    }
    found
}

/// Runs the commands of a block; the code of the last one.
fn follow(folder: &Path, block: &str) {
    let mut printed = String::new();
    let mut code = 0;
    for line in block.lines() {
        let Some(command) = line.strip_prefix("$ ") else {
            continue;
        };
        printed.push_str(&format!("{line}\n"));
        if command == "echo $?" {
            printed.push_str(&format!("{code}\n"));
            continue;
        }
        let words: Vec<&str> = command.split(' ').collect();
        assert_eq!(words[0], "conferry", "{command}");
        let done = run(folder, &words[1..]);
        code = done.code;
        assert_ne!(code, 2, "{command}: {}", done.stderr);
        printed.push_str(&done.stdout);
        printed.push_str(&done.stderr);
    }
    assert_eq!(printed.trim_end(), block.trim_end());
}

#[test]
fn the_page_does_what_it_says() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/your-own-product.md");
    let page = fs::read_to_string(page).unwrap().replace("\r\n", "\n");
    let folder = folder(&[]);
    let (mut files, mut commands) = (0, 0);
    for (words, text) in blocks(&page) {
        match words[..] {
            ["console"] => {
                commands += text.lines().filter(|line| line.starts_with("$ c")).count();
                follow(folder.path(), text);
            }
            // What a command has written is compared with what the page shows.
            [_, "web.config"] => {
                let written = fs::read_to_string(folder.path().join("web.config")).unwrap();
                assert_eq!(written, format!("{text}\n"));
            }
            [_, name] => {
                files += 1;
                let path = folder.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, format!("{text}\n")).unwrap();
            }
            _ => panic!("a block that nobody follows: {words:?}"),
        }
    }
    assert_eq!((files, commands), (5, 10), "the page was misread");
}
