//! Each call that makes, fills, names or removes a file fails once, or the process ends there. After that every target
//! is the old or the new file, whole; nothing else is there but what bears the name of a leftover after a kill; the exit
//! code and the message are right; and a second run does the job.
//!
//! A run of the tests takes every eleventh point, others for each kind of fault. `CONFERRY_FAULTS=all` takes all of
//! them; docs/robustness.md has the count.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::command::{conferry, copy_tree, folder, tree};

type Tree = BTreeMap<String, Vec<u8>>;

/// Kinds of faults, and the signal that ends a run.
const KINDS: [(&str, Option<i32>); 8] = [
    ("fail", None),
    ("denied", None),
    ("full", None),
    ("short", None),
    ("kill", Some(9)),
    ("int", Some(2)),
    ("term", Some(15)),
    ("hup", Some(1)),
];
const STRIDE: usize = 11;

struct Job {
    name: &'static str,
    args: &'static [&'static str],
    /// Files of the fixtures, and where they go.
    files: &'static [(&'static str, &'static str)],
    /// What is run before.
    before: &'static [&'static str],
    /// A snapshot: it is there as a whole or not at all.
    makes: Option<&'static str>,
}

const CREATE: [&str; 10] = [
    "snapshot",
    "create",
    "--root",
    "c",
    "--registry",
    "phonefactor.reg",
    "--timestamp",
    "2026-01-02T03:04:05Z",
    "-o",
    "snap",
];
const CREATE_ZIP: [&str; 10] = [
    "snapshot",
    "create",
    "--root",
    "c",
    "--registry",
    "phonefactor.reg",
    "--timestamp",
    "2026-01-02T03:04:05Z",
    "-o",
    "snap.zip",
];

const JOBS: [Job; 9] = [
    Job {
        name: "merge",
        args: &[
            "merge",
            "--base",
            "base/PhoneFactor/web.config",
            "--old",
            "old/PhoneFactor/web.config",
            "--new",
            "new/MultiFactorAuth/web.config",
            "-o",
            "result.config",
            "--report",
            "report.json",
        ],
        files: &[
            ("base", "base"),
            ("old", "old"),
            ("new", "new"),
            ("new/MultiFactorAuth", "there"),
        ],
        before: &[],
        makes: None,
    },
    Job {
        name: "merge of a file with a sidecar over what is there",
        args: &[
            "merge",
            "--base",
            "base/PhoneFactorPhoneAppWebService/web.config",
            "--old",
            "old/PhoneFactorPhoneAppWebService/web.config",
            "--new",
            "new/MultiFactorAuthMobileAppWebService/web.config",
            "-o",
            "there/web.config",
        ],
        files: &[
            ("base", "base"),
            ("old", "old"),
            ("new", "new"),
            ("new/MultiFactorAuth", "there"),
        ],
        before: &[],
        makes: None,
    },
    Job {
        name: "rewrite",
        args: &["rewrite", "--write", "old"],
        files: &[("old", "old")],
        before: &[],
        makes: None,
    },
    Job {
        name: "rewrite with backups",
        args: &["rewrite", "--write", "--backup", "old"],
        files: &[("old", "old")],
        before: &[],
        makes: None,
    },
    Job {
        name: "lint --fix",
        args: &["lint", "--fix", "--unsafe-fixes", "old", "server"],
        files: &[("old", "old"), ("server/mfa1/c", "server")],
        before: &[],
        makes: None,
    },
    Job {
        name: "create",
        args: &CREATE,
        files: &[("server/mfa1", "")],
        before: &[],
        makes: Some("snap"),
    },
    Job {
        name: "create a zip",
        args: &CREATE_ZIP,
        files: &[("server/mfa1", "")],
        before: &[],
        makes: Some("snap.zip"),
    },
    Job {
        name: "restore",
        args: &["snapshot", "restore", "snap", "--to", "out"],
        files: &[("server/mfa1", "")],
        before: &CREATE,
        makes: None,
    },
    Job {
        name: "restore a zip over what is there with backups",
        args: &["snapshot", "restore", "snap.zip", "--to", "c", "--backup"],
        files: &[("server/mfa1", "")],
        before: &CREATE_ZIP,
        makes: None,
    },
];

/// What a job does when nothing fails.
struct Clean {
    before: Tree,
    after: Tree,
    code: i32,
    calls: usize,
}

fn set_up(job: &Job, at: &Path) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso");
    for (from, to) in job.files {
        copy_tree(&fixtures.join(from), &at.join(to));
    }
    // A snapshot tells when its files were changed.
    for name in tree(at).keys() {
        let file = fs::File::options().write(true).open(at.join(name)).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH)
            .unwrap();
    }
    if !job.before.is_empty() {
        assert_eq!(
            conferry(at)
                .args(job.before)
                .output()
                .unwrap()
                .status
                .code(),
            Some(0),
            "{}",
            job.name
        );
        // What was put there since the snapshot is overwritten.
        for (name, bytes) in tree(&at.join("c")) {
            fs::write(at.join("c").join(name), [&bytes[..], b"later"].concat()).unwrap();
        }
    }
}

fn clean(job: &Job) -> Clean {
    let place = folder(&[]);
    let count = folder(&[]);
    let count = count.path().join("count");
    set_up(job, place.path());
    let before = tree(place.path());
    let fault = format!("count:{}", count.display());
    let done = conferry(place.path())
        .env("CONFERRY_FAULT", fault)
        .args(job.args)
        .output()
        .unwrap();
    let code = done.status.code().unwrap();
    assert!(
        code < 2,
        "{}: {}",
        job.name,
        String::from_utf8_lossy(&done.stderr)
    );
    let after = tree(place.path());
    assert_ne!(before, after, "{}", job.name);
    let calls = fs::read_to_string(count).unwrap().parse().unwrap();
    Clean {
        before,
        after,
        code,
        calls,
    }
}

fn is_leftover(name: &str) -> bool {
    name.split('/')
        .any(|part| part.starts_with(".conferry-") && part.ends_with(".tmp"))
}

fn first_difference(there: &Tree, wanted: &Tree) -> Option<String> {
    let names = there.keys().chain(wanted.keys());
    names
        .filter(|name| there.get(*name) != wanted.get(*name))
        .min()
        .cloned()
}

/// Every file is the old or the new one; backups are the old one.
fn whole(clean: &Clean, there: &Tree, in_makes: &dyn Fn(&str) -> bool) -> Result<(), String> {
    for (name, bytes) in there
        .iter()
        .filter(|(name, _)| !is_leftover(name) && !in_makes(name))
    {
        let origin = name.split_once(".bak").map(|(origin, _)| origin);
        let is_known = [&clean.before, &clean.after]
            .iter()
            .any(|tree| tree.get(name) == Some(bytes));
        let is_backup = origin.is_some_and(|origin| clean.before.get(origin) == Some(bytes));
        if !is_known && !is_backup {
            return Err(format!("{name} is neither old nor new"));
        }
    }
    match clean
        .before
        .keys()
        .find(|name| clean.after.contains_key(*name) && !there.contains_key(*name))
    {
        Some(name) => Err(format!("{name} is gone")),
        None => Ok(()),
    }
}

/// What is wrong after the `at`-th call failed.
fn problem(
    job: &Job,
    clean: &Clean,
    (kind, signal): (&str, Option<i32>),
    at: usize,
) -> Result<(), String> {
    let place = folder(&[]);
    let path = place.path();
    set_up(job, path);
    let done: Output = conferry(path)
        .env("CONFERRY_FAULT", format!("{kind}:{at}"))
        .args(job.args)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    let there = tree(path);
    let makes = |name: &str| {
        job.makes
            .is_some_and(|makes| name == makes || name.starts_with(&format!("{makes}/")))
    };
    whole(clean, &there, &makes)?;
    if said.contains("panicked") {
        return Err(said);
    }
    let wanted: Tree = clean.after.clone();
    let is_done = there == wanted;
    let leftover = there.keys().find(|name| is_leftover(name));
    if let Some(leftover) = leftover.filter(|_| kind != "kill") {
        return Err(format!("{leftover} is left behind"));
    }
    match (signal, done.status.code()) {
        (Some(_), Some(code)) if code == clean.code && is_done => {}
        (Some(signal), None) if done.status.signal() == Some(signal) => {}
        (None, Some(code)) if code == clean.code && is_done => {}
        (None, Some(2)) if kind != "short" => {
            let word = match kind {
                "full" => "space",
                "denied" => "permission",
                _ => "error",
            };
            let damage = kind == "fail" && said.contains("damage");
            if !said.to_lowercase().contains(word) && !damage {
                return Err(format!("the message does not speak of {word}: {said}"));
            }
        }
        (_, code) => {
            return Err(format!(
                "exit code {code:?}, signal {:?}: {said}",
                done.status.signal()
            ));
        }
    }
    if let Some(makes) = job.makes.filter(|makes| path.join(makes).exists()) {
        let verified = conferry(path)
            .args(["snapshot", "verify", makes])
            .output()
            .unwrap();
        if verified.status.code() != Some(0) {
            return Err(format!("{makes} is not whole"));
        }
        let _ = fs::remove_dir_all(path.join(makes)).or_else(|_| fs::remove_file(path.join(makes)));
    }
    let again = conferry(path).args(job.args).output().unwrap();
    if again.status.code().is_none_or(|code| code > clean.code) {
        let said = String::from_utf8_lossy(&again.stderr);
        return Err(format!(
            "the second run ended with {:?}: {said}",
            again.status.code()
        ));
    }
    let mut there = tree(path);
    // There may be one more backup now, and the report of a second run says what was there already.
    let backup = |name: &str| name.contains(".bak") || name == "report.json";
    let mut wanted = wanted;
    there.retain(|name, _| !backup(name));
    wanted.retain(|name, _| !backup(name));
    match first_difference(&there, &wanted) {
        Some(name) => Err(format!(
            "after the second run {name} is not as it should be"
        )),
        None => Ok(()),
    }
}

#[test]
fn a_failure_at_any_call_leaves_every_file_old_or_new() {
    let takes_all = std::env::var("CONFERRY_FAULTS").is_ok_and(|value| value == "all");
    let clean: Vec<Clean> = JOBS.iter().map(clean).collect();
    let mut points = Vec::new();
    for (job, clean) in JOBS.iter().zip(&clean) {
        for (number, kind) in KINDS.iter().enumerate() {
            let calls = (1..=clean.calls).filter(|call| takes_all || (call + number) % STRIDE == 0);
            points.extend(calls.map(|call| (job, clean, *kind, call)));
        }
    }
    let all: usize = clean.iter().map(|clean| clean.calls * KINDS.len()).sum();
    assert!(all > 1000, "only {all} points");
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((job, clean, kind, call)) =
                    points.get(next.fetch_add(1, Ordering::SeqCst))
                {
                    if let Err(why) = problem(job, clean, *kind, *call) {
                        wrong
                            .lock()
                            .unwrap()
                            .push(format!("{}, {} at {call}: {why}", job.name, kind.0));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(
        wrong.is_empty(),
        "{} of {} points:\n{}",
        wrong.len(),
        points.len(),
        wrong.join("\n")
    );
}
