//! The folders in `tests/cases/rewrite`. Each holds `cmd.toml` (`args`,
//! `exit`, parts of `stderr`), `in/`, and where files change `expected/`;
//! `stdout.txt` if what is printed matters. Adding one needs no Rust.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::command::{check_cases, copy_tree, run, tree};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cmd {
    /// What the case shows.
    why: String,
    args: Vec<String>,
    exit: i32,
    /// Parts that standard error must have.
    #[serde(default)]
    stderr: Vec<String>,
}

#[test]
fn every_case_folder_ends_as_expected() {
    check_cases("rewrite", 8, problems);
}

fn problems(case: &Path) -> Option<String> {
    let cmd: Cmd = toml::from_str(&fs::read_to_string(case.join("cmd.toml")).unwrap()).unwrap();
    assert!(!cmd.why.is_empty());
    let folder = tempfile::tempdir().unwrap();
    copy_tree(&case.join("in"), folder.path());
    let args: Vec<&str> = cmd.args.iter().map(String::as_str).collect();
    let done = run(folder.path(), &args);
    if done.code != cmd.exit {
        return Some(format!(
            "exit {} instead of {}\n{}",
            done.code, cmd.exit, done.stderr
        ));
    }
    if let Some(part) = cmd.stderr.iter().find(|part| !done.stderr.contains(*part)) {
        return Some(format!("standard error lacks `{part}`:\n{}", done.stderr));
    }
    if let Ok(expected) = fs::read_to_string(case.join("stdout.txt"))
        && expected != done.stdout
    {
        return Some(format!("standard output is\n{}", done.stdout));
    }
    let expected = match case.join("expected") {
        changed if changed.is_dir() => tree(&changed),
        _ => tree(&case.join("in")),
    };
    let actual = tree(folder.path());
    let names: Vec<_> = actual.keys().collect();
    if names != expected.keys().collect::<Vec<_>>() {
        return Some(format!("the files are {names:?}"));
    }
    let different = actual
        .iter()
        .find(|(name, bytes)| expected[*name] != **bytes);
    if let Some((name, bytes)) = different {
        return Some(format!("{name} is\n{}", String::from_utf8_lossy(bytes)));
    }
    // Doing it again changes nothing, whatever the case is about.
    run(folder.path(), &args);
    (tree(folder.path()) != actual).then(|| "a second run changes files".to_owned())
}
