//! The repository itself on Windows: every file can be checked out, with the bytes it has.

use std::collections::HashSet;
use std::path::Path;

use conferry::io::windows_path::{check_relative, fold};

use crate::command::tree;

/// Where files stand that a test reads.
const FOLDERS: [&str; 5] = ["docs", "fixtures", "rules", "src", "tests"];
/// Longest path below the repository: Windows has 260 in all, unless it is told otherwise.
const LONGEST: usize = 160;

#[test]
fn every_name_is_one_that_windows_can_have() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names = HashSet::new();
    for folder in FOLDERS {
        for name in tree(&root.join(folder)).into_keys() {
            let path = format!("{folder}/{name}");
            assert_eq!(check_relative(&path), Ok(()), "{path}");
            assert!(path.encode_utf16().count() <= LONGEST, "{path}");
            assert!(names.insert(fold(&path)), "{path} twice, but for its case");
        }
    }
    assert!(names.len() > 1000, "the files were not found");
}

#[test]
fn git_converts_no_line_ends() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let attributes = std::fs::read_to_string(root.join(".gitattributes")).unwrap();
    let lines: Vec<&str> = attributes
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    // The last line that fits a file counts.
    assert_eq!(
        lines,
        [
            "* text=auto eol=lf",
            "fixtures/** -text",
            "tests/cases/** -text",
            "*.png binary"
        ]
    );
    // Where git says what it does to text, none may have other line ends than it would write.
    for folder in ["docs", "rules", "src", "tests/it"] {
        for (name, bytes) in tree(&root.join(folder)) {
            let is_picture = name.ends_with(".png");
            assert!(is_picture || !bytes.contains(&b'\r'), "{folder}/{name}");
        }
    }
}
