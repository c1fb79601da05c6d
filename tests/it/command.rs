//! Runs the binary in a folder of its own, with a clear environment.

use proptest::test_runner::{Config as ProptestConfig, RngSeed};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// What Windows calls a fault of its own.
const ERROR_INTERNAL_ERROR: i32 = 1359;

/// The run that reports name. All else in a report follows from its input.
pub const RUN: [(&str, &str); 2] = [("CONFERRY_HOST", "SRV01"), ("CONFERRY_RUN_ID", "run-1")];

/// What a run printed and how it ended.
pub struct Run {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

/// The binary, ready to run in `folder`.
pub fn conferry(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("conferry").unwrap();
    command.env_clear().current_dir(folder);
    command.envs(RUN);
    if cfg!(windows) {
        // Without these Windows has no temporary folder, and does not find its own libraries.
        for name in ["SystemRoot", "TEMP", "TMP"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
    }
    command
}

/// `text` to compare with what stands in a case: on Windows, paths in reports have its separator.
pub fn with_slashes(text: &str) -> String {
    match cfg!(windows) {
        true => text.replace('\\', "/"),
        false => text.to_owned(),
    }
}

/// Whether `text` has this part, separators of paths aside.
pub fn has_part(text: &str, part: &str) -> bool {
    with_slashes(text).contains(&with_slashes(part))
}

/// Runs `conferry` with `args` in `folder`.
pub fn run(folder: &Path, args: &[&str]) -> Run {
    let mut command = conferry(folder);
    command.args(args);
    let output = match command.output() {
        // Of some thousand programs that the tests start, wine fails to start one now and then.
        Err(error) if cfg!(windows) && error.raw_os_error() == Some(ERROR_INTERNAL_ERROR) => {
            command.output()
        }
        done => done,
    };
    let output = output.unwrap();
    Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

/// A folder with these files.
pub fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// Every file below `folder` with its bytes.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(current).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap();
                let name = name.to_str().unwrap().replace('\\', "/");
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Bytes that do not compress.
pub fn noise(size: usize) -> Vec<u8> {
    let mut state = 1u64;
    let next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        Some((state >> 56) as u8)
    };
    std::iter::from_fn(next).take(size).collect()
}

/// Copies the files below `from` into `to`.
pub fn copy_tree(from: &Path, to: &Path) {
    for (name, bytes) in tree(from) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// A folder of cases.
pub fn cases(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(name)
}

/// How generated tests run: `cases` of them from a fixed seed, so that a change
/// and not the dice decides. `PROPTEST_CASES` and `PROPTEST_RNG_SEED` override.
pub fn generated(cases: u32) -> ProptestConfig {
    let given = ProptestConfig::default();
    ProptestConfig {
        cases: match std::env::var_os("PROPTEST_CASES") {
            Some(_) => given.cases,
            None => cases,
        },
        rng_seed: match given.rng_seed {
            RngSeed::Random => RngSeed::Fixed(20_130_520),
            fixed => fixed,
        },
        failure_persistence: None,
        ..given
    }
}

/// Runs `problem` over every case folder of `kind`, and shows all that are wrong at once.
pub fn check_cases(kind: &str, at_least: usize, problem: impl Fn(&Path) -> Option<String>) {
    let mut folders: Vec<_> = fs::read_dir(cases(kind))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    assert!(folders.len() > at_least, "the cases were not found");
    let wrong: Vec<String> = folders
        .iter()
        .filter_map(|folder| problem(folder).map(|text| format!("{}: {text}", folder.display())))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Merges the three files of a folder into a fourth.
pub const MERGE_THREE: [&str; 9] = [
    "merge",
    "--base",
    "base.config",
    "--old",
    "old.config",
    "--new",
    "new.config",
    "-o",
    "out.config",
];
