//! What runs leave behind that were killed: no command takes it for a configuration, `snapshot` says what it is, and the
//! next run removes it once its process is gone.

use std::path::Path;

use crate::command::{copy_tree, folder, run, tree};

const PAGE: &[u8] = b"<a href=\"https://x/PhoneFactor/\">";
/// Debugging is switched on: lint says so.
const CONFIG: &[u8] =
    b"<configuration><system.web><compilation debug=\"true\" /></system.web></configuration>\n";

/// The same with a setting that the administrator added, and one of the new version.
#[cfg(unix)]
const CONFIG_OLD: &[u8] = b"<configuration><system.web><compilation debug=\"true\" /><trace enabled=\"true\" /></system.web></configuration>\n";
#[cfg(unix)]
const CONFIG_NEW: &[u8] = b"<configuration><system.web><compilation debug=\"true\" batch=\"false\" /></system.web></configuration>\n";

/// Names that the process with this number would have given.
fn names(process: u32) -> [String; 2] {
    [
        format!(".conferry-{process}-0.tmp"),
        format!(".conferry-{process}-1.tmp/web.config"),
    ]
}

/// The number of a process that is gone.
#[cfg(unix)]
fn gone() -> u32 {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_conferry"));
    let mut child = command
        .arg("--version")
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    child.wait().unwrap();
    child.id()
}

fn with_leftovers(process: u32, more: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = folder(more);
    for name in names(process) {
        let path = folder.path().join("in").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, [CONFIG, PAGE].concat()).unwrap();
    }
    folder
}

#[test]
fn no_walk_takes_them() {
    let process = std::process::id();
    let folder = with_leftovers(process, &[("in/page.html", b"nothing")]);
    let before = tree(folder.path());
    for args in [
        &["lint", "in"][..],
        &["lint", "--fix", "--unsafe-fixes", "in"],
        &["rewrite", "in"],
        &["rewrite", "--check", "in"],
        &["rewrite", "--write", "in"],
        &["rewrite", "--write", "--backup", "in"],
    ] {
        let done = run(folder.path(), args);
        assert!(
            !done.stdout.contains(".conferry-"),
            "{args:?}: {}",
            done.stdout
        );
        assert!(
            !done.stderr.contains(".conferry-"),
            "{args:?}: {}",
            done.stderr
        );
        assert_eq!(tree(folder.path()), before, "{args:?}");
    }
}

#[test]
fn a_snapshot_does_not_take_them() {
    let folder = folder(&[]);
    copy_tree(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso/server/mfa1"),
        folder.path(),
    );
    for name in names(std::process::id()) {
        for below in [
            "c/inetpub/wwwroot/PhoneFactor",
            "c/Program Files/PhoneFactor/Data",
            "c/inetpub/wwwroot",
        ] {
            let path = folder.path().join(below).join(&name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, CONFIG).unwrap();
        }
    }
    let args = [
        "snapshot",
        "create",
        "--root",
        "c",
        "--registry",
        "phonefactor.reg",
        "--include",
        "**",
        "-o",
        "snap",
    ];
    let done = run(folder.path(), &args);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let taken = tree(&folder.path().join("snap"));
    assert!(taken.len() > 10);
    assert!(
        taken.keys().all(|name| !name.contains(".conferry-")),
        "{:?}",
        taken.keys()
    );
    assert!(!done.stdout.contains(".conferry-"), "{}", done.stdout);
}

#[test]
fn a_snapshot_that_was_not_finished_is_named() {
    for form in ["", "x"] {
        let name = format!(".conferry-{}-3.tmp", std::process::id());
        let inner = format!("{name}{}", if form.is_empty() { "/files/a" } else { "" });
        let folder = folder(&[(&inner, b"half")]);
        for args in [
            &["snapshot", "verify", &name][..],
            &["snapshot", "show", &name],
            &["snapshot", "restore", &name, "--to", "out"],
            &["snapshot", "diff", &name, &name],
        ] {
            let done = run(folder.path(), args);
            assert_eq!(done.code, 2, "{args:?}");
            assert!(
                done.stderr.contains("was not finished"),
                "{args:?}: {}",
                done.stderr
            );
        }
    }
}

/// The next run that writes there removes them, if their process is gone.
#[cfg(unix)]
#[test]
fn the_next_run_removes_what_dead_processes_left() {
    for (process, is_gone) in [(gone(), true), (std::process::id(), false)] {
        for args in [
            &["rewrite", "--write", "in"][..],
            &["lint", "--fix", "--unsafe-fixes", "in"],
            &[
                "merge",
                "--base",
                "a.config",
                "--old",
                "b.config",
                "--new",
                "c.config",
                "-o",
                "in/result.config",
            ],
            &["snapshot", "create", "--root", "c", "-o", "in/snap"],
            &["snapshot", "create", "--root", "c", "-o", "in/snap.zip"],
        ] {
            let fixable: &[u8] = b"<configuration>\n  <system.web>\n    <compilation debug=\"true\" />\n    <customErrors mode=\"off\" />\n  </system.web>\n</configuration>\n";
            let folder = with_leftovers(
                process,
                &[
                    ("in/page.html", PAGE),
                    ("in/web.config", fixable),
                    ("a.config", CONFIG),
                    ("b.config", CONFIG_OLD),
                    ("c.config", CONFIG_NEW),
                ],
            );
            copy_tree(
                &Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso/server/mfa1"),
                folder.path(),
            );
            let before = tree(folder.path());
            let done = run(folder.path(), args);
            let after = tree(folder.path());
            assert!(done.code < 2, "{args:?}: {}", done.stderr);
            assert_ne!(
                before, after,
                "{args:?} wrote nothing: {}{}",
                done.stdout, done.stderr
            );
            let left = after
                .keys()
                .filter(|name| name.contains(".conferry-"))
                .count();
            assert_eq!(
                left,
                if is_gone { 0 } else { 2 },
                "{args:?}: {:?}",
                after.keys()
            );
        }
    }
}

/// Signals at times that nobody chose: each file is old or new, and nothing is left behind but by SIGKILL.
#[cfg(unix)]
#[test]
fn a_signal_at_any_time_leaves_nothing_behind() {
    use rustix::process::{Pid, Signal, kill_process};
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso/old");
    let place = folder(&[]);
    let copies = 6;
    for copy in 0..copies {
        copy_tree(&old, &place.path().join(format!("in/{copy}")));
    }
    let before = tree(place.path());
    let mut ended = [0; 2];
    for (signal, leaves) in [
        (Signal::INT, false),
        (Signal::TERM, false),
        (Signal::HUP, false),
        (Signal::KILL, true),
    ] {
        for step in 0..6 {
            let folder = folder(&[]);
            copy_tree(place.path(), folder.path());
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_conferry"));
            command
                .current_dir(folder.path())
                .args(["rewrite", "--write", "in"]);
            command
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null());
            let mut child = command.spawn().unwrap();
            // The first of these are before anything is written, the last ones usually after it.
            std::thread::sleep(std::time::Duration::from_millis(20 + 60 * step));
            let _ = kill_process(Pid::from_child(&child), signal);
            let status = child.wait().unwrap();
            let is_ended =
                std::os::unix::process::ExitStatusExt::signal(&status) == Some(signal.as_raw());
            assert!(is_ended || status.code() == Some(0), "{status:?}");
            ended[usize::from(is_ended)] += 1;
            let there = tree(folder.path());
            let left: Vec<_> = there
                .keys()
                .filter(|name| name.contains(".conferry-"))
                .collect();
            assert!(leaves || left.is_empty(), "{signal:?} {step}: {left:?}");
            assert_eq!(there.len() - left.len(), before.len());
            let again = run(folder.path(), &["rewrite", "--write", "in"]);
            assert_eq!(again.code, 0, "{}", again.stderr);
            let done = tree(folder.path());
            assert_eq!(
                done.len(),
                before.len(),
                "{signal:?} {step}: something is left"
            );
            let first = |copy: usize| tree(&folder.path().join(format!("in/{copy}")));
            assert!(
                (1..copies).all(|copy| first(copy) == first(0)),
                "{signal:?} {step}"
            );
        }
    }
    assert!(ended[1] > 0, "no signal came in time: {ended:?}");
}
