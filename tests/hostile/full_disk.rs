//! A disk that is really full: a file system in memory of a few pages, in a namespace of its own, so that no rights are
//! needed where the system lets users make one. `faults.rs` does the same by a layer of conferry, and always runs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::command::{RUN, conferry, copy_tree, folder, tree};

/// Pages that are free at most; with as many, every job here ends well.
const PAGES: usize = 48;

struct Job {
    name: &'static str,
    args: &'static [&'static str],
    /// What a run says that did not write everything.
    said: &'static [&'static str],
}

const MERGE: [&str; 11] = [
    "merge",
    "--base",
    "../in/base/PhoneFactor/web.config",
    "--old",
    "../in/old/PhoneFactor/web.config",
    "--new",
    "../in/new/MultiFactorAuth/web.config",
    "-o",
    "there/web.config",
    "--report",
    "report.json",
];

const JOBS: [Job; 4] = [
    Job {
        name: "merge",
        args: &MERGE,
        said: &["Nothing was written", "Not written"],
    },
    Job {
        name: "rewrite",
        args: &["rewrite", "--write", "tree"],
        said: &["could not be written and", "Nothing was rewritten"],
    },
    Job {
        name: "rewrite with backups",
        args: &["rewrite", "--write", "--backup", "tree"],
        said: &["could not be written and", "Nothing was rewritten"],
    },
    Job {
        name: "lint --fix",
        args: &["lint", "--fix", "--unsafe-fixes", "tree"],
        said: &["The file is as it was"],
    },
];

/// Runs `line` in a shell with a file system of so many bytes at `disk`.
fn with_disk(at: &Path, size: usize, line: &str) -> Output {
    let script = format!("mount -t tmpfs -o size={size} tmpfs disk && {{ {line}\n}}");
    Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script])
        .current_dir(at)
        .envs(RUN)
        .output()
        .unwrap_or_else(|error| panic!("unshare: {error}"))
}

fn can_mount(at: &Path) -> bool {
    let has_unshare = Command::new("unshare").arg("--version").output().is_ok();
    has_unshare && with_disk(at, 4096, "true").status.success()
}

/// What is on the disk before.
fn set_up(at: &Path) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso");
    for name in ["base", "old", "new"] {
        copy_tree(&fixtures.join(name), &at.join("in").join(name));
    }
    copy_tree(
        &fixtures.join("new/MultiFactorAuth"),
        &at.join("start/there"),
    );
    copy_tree(&fixtures.join("old/PhoneFactor"), &at.join("start/tree"));
    fs::create_dir(at.join("disk")).unwrap();
}

#[test]
#[allow(clippy::print_stderr)] // says what it could not check
fn a_full_disk_leaves_every_file_old_or_new_and_is_told() {
    let place = folder(&[]);
    set_up(place.path());
    if !can_mount(place.path()) {
        eprintln!("skipped: no file system can be mounted here without rights");
        return;
    }
    let program = assert_cmd::cargo::cargo_bin("conferry");
    let start = tree(&place.path().join("start"));
    let used: usize = start.values().map(|bytes| bytes.len().div_ceil(4096)).sum();
    for job in JOBS {
        let clean = after_all_went_well(&job);
        let (mut failed, mut done) = (0, 0);
        for free in 0..=PAGES {
            let place = folder(&[]);
            let at = place.path();
            set_up(at);
            let args = job.args.join(" ");
            let line = format!(
                "cp -R start/. disk/ && cd disk && {} {args}; code=$?; cp -R . ../out; exit $code",
                program.display()
            );
            let output = with_disk(at, (used + free) * 4096, &line);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let what = format!("{} with {free} pages: {said}", job.name);
            let there = tree(&at.join("out"));
            whole(&start, &clean.0, &there, &what);
            match output.status.code() {
                Some(2) => {
                    failed += 1;
                    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
                    assert!(said.contains("space"), "{what}");
                    assert!(job.said.iter().any(|part| said.contains(part)), "{what}");
                }
                code => {
                    done += 1;
                    assert_eq!(code, Some(clean.1), "{what}");
                    assert_eq!(there, clean.0, "{what}");
                }
            }
        }
        assert!(failed > 0 && done > 0, "{}: {failed}, {done}", job.name);
    }
}

/// What the job makes of the files, and its exit code.
fn after_all_went_well(job: &Job) -> (BTreeMap<String, Vec<u8>>, i32) {
    let place = folder(&[]);
    set_up(place.path());
    let at = place.path().join("start");
    let done = conferry(&at).args(job.args).output().unwrap();
    (tree(&at), done.status.code().unwrap())
}

/// Every file is the old or the new one, and nothing else is there.
fn whole(
    before: &BTreeMap<String, Vec<u8>>,
    after: &BTreeMap<String, Vec<u8>>,
    there: &BTreeMap<String, Vec<u8>>,
    what: &str,
) {
    for (name, bytes) in there {
        let known = [before.get(name), after.get(name)];
        assert!(
            known.contains(&Some(bytes)),
            "{name} is neither old nor new: {what}"
        );
    }
    for name in before.keys() {
        assert!(there.contains_key(name), "{name} is gone: {what}");
    }
}
