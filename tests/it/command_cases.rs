//! Cases of a command that looks at files and may change them: a folder each in
//! `tests/cases/rewrite` and `tests/cases/lint`. It holds `cmd.toml` (`why`,
//! `args`, `exit`, parts of `stderr`), `in/`, and where files change
//! `expected/`; `stdout.txt` if what is printed matters. Adding one needs no
//! Rust. `CONFERRY_BLESS=1` writes those `stdout.txt` and `expected/` anew that
//! exist; read the difference.
//!
//! Whatever a case is about: a second run changes nothing, and no secret is
//! printed (those in cases contain `Hush`).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::command::{check_cases, copy_tree, has_part, run, tree, with_slashes};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cmd {
    /// What the case shows.
    why: String,
    /// Commands that run before, to make what cannot stand in `in/`.
    #[serde(default)]
    before: Vec<Vec<String>>,
    /// The folder below `in/` in which the command runs.
    #[serde(default)]
    folder: String,
    args: Vec<String>,
    exit: i32,
    /// Parts that standard error must have.
    #[serde(default)]
    stderr: Vec<String>,
    /// Parts that neither output may have.
    #[serde(default)]
    never: Vec<String>,
}

/// Runs every case of `kind`; there must be more than `at_least`.
pub fn check(kind: &str, at_least: usize) {
    check_cases(kind, at_least, problem);
}

fn words(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

fn problem(case: &Path) -> Option<String> {
    let cmd: Cmd = toml::from_str(&fs::read_to_string(case.join("cmd.toml")).unwrap())
        .unwrap_or_else(|error| panic!("{}: {error}", case.display()));
    assert!(!cmd.why.is_empty());
    let folder = tempfile::tempdir().unwrap();
    copy_tree(&case.join("in"), folder.path());
    for args in &cmd.before {
        let done = run(folder.path(), &words(args));
        assert_eq!(done.code, 0, "{}: {}", case.display(), done.stderr);
    }
    let before = tree(folder.path());
    let here = folder.path().join(&cmd.folder);
    let done = run(&here, &words(&cmd.args));
    if std::env::var_os("CONFERRY_BLESS").is_some() {
        bless(case, &done.stdout, &tree(folder.path()));
    }
    if done.code != cmd.exit {
        return Some(format!(
            "exit {} instead of {}\n{}",
            done.code, cmd.exit, done.stderr
        ));
    }
    if let Some(part) = cmd.stderr.iter().find(|part| !has_part(&done.stderr, part)) {
        return Some(format!("standard error lacks `{part}`:\n{}", done.stderr));
    }
    let shows = |part: &str| has_part(&done.stdout, part) || has_part(&done.stderr, part);
    let shows_secrets = cmd.args.iter().any(|arg| arg == "--show-secrets");
    if let Some(part) = cmd.never.iter().find(|part| shows(part)) {
        return Some(format!("`{part}` is shown"));
    }
    if !shows_secrets && shows("Hush") {
        return Some(format!(
            "a secret is shown:\n{}{}",
            done.stdout, done.stderr
        ));
    }
    if let Ok(expected) = fs::read_to_string(case.join("stdout.txt"))
        && with_slashes(&expected) != with_slashes(&done.stdout)
    {
        return Some(format!("standard output is\n{}", done.stdout));
    }
    let expected = match case.join("expected") {
        changed if changed.is_dir() => tree(&changed),
        _ => before,
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
    run(&here, &words(&cmd.args));
    (tree(folder.path()) != actual).then(|| "a second run changes files".to_owned())
}

/// Writes what happens over what was expected, where a case says what it expects.
fn bless(case: &Path, stdout: &str, files: &BTreeMap<String, Vec<u8>>) {
    if case.join("stdout.txt").is_file() {
        fs::write(case.join("stdout.txt"), stdout).unwrap();
    }
    let expected = case.join("expected");
    if expected.is_dir() {
        fs::remove_dir_all(&expected).unwrap();
        for (name, bytes) in files {
            let path = expected.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
}
