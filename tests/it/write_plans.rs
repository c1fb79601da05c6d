//! What a command refuses to write before the first byte, and what it does not lose.

use std::collections::BTreeMap;
use std::path::Path;

use crate::command::{Run, folder, run, tree};

const OLD: &[u8] = b"<configuration><appSettings file=\"result.config\"><add key=\"A\" value=\"1\"/></appSettings></configuration>";
const NEW: &[u8] = b"<configuration><appSettings file=\"result.config\"><add key=\"A\" value=\"1\"/> </appSettings></configuration>";
const SIDECAR: &[u8] = b"<appSettings><add key=\"B\" value=\"2\"/></appSettings>";
const PLAIN: &[u8] =
    b"<configuration><appSettings><add key=\"A\" value=\"1\"/></appSettings></configuration>";
const PACK: &[u8] = b"# https://x/PhoneFactor/\n[[merge]]\nid = \"owner\"\npath = \"//add[@key='Owner']/@value\"\naction = \"take-new\"\n";

fn merge(folder: &Path, more: &[&str]) -> Run {
    let args = [
        "merge",
        "--old",
        "old/web.config",
        "--new",
        "new/web.config",
    ];
    run(folder, &[&args, more].concat())
}

/// Runs and checks that nothing changed.
fn refused(folder: &Path, run: impl Fn() -> Run, why: &str) {
    let before: BTreeMap<_, _> = tree(folder);
    let run = run();
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    let said = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = said.replace("│ ", "").replace("| ", "");
    assert!(said.contains(why), "no `{why}` in {}", run.stderr);
    assert!(tree(folder) == before, "{why}: something was written");
}

#[test]
fn no_two_files_of_a_merge_go_to_one_place() {
    let files: &[(&str, &[u8])] = &[
        ("old/web.config", OLD),
        ("old/result.config", SIDECAR),
        ("old/sub/a.config", SIDECAR),
        ("new/web.config", NEW),
        ("out/known.txt", b"a report"),
        ("out/other.config", PLAIN),
        ("packs/team.toml", PACK),
    ];
    let folder = folder(files);
    let at = folder.path();
    for (args, why) in [
        // The file that the result reads would take the place of the result.
        (&["-o", "out/result.config"][..], "are the same file"),
        (&["-o", "out/RESULT.config"], "are the same file"),
        (
            &["-o", "out/x.config", "--report", "out/result.config"],
            "are the same file",
        ),
        (
            &["-o", "out/x.config", "--report", "out/X.config"],
            "are the same file",
        ),
        // The same, and the file that is read is the target.
        (&["-o", "old/result.config"], "are the same file"),
        (
            &["-o", "old/web.config"],
            "--output and --old are the same file",
        ),
        (
            &["-o", "out/x.config", "--report", "new/web.config"],
            "--report and --new",
        ),
        (
            &["-o", "packs/team.toml", "--rules", "packs"],
            "--output and --rules",
        ),
        (
            &[
                "-o",
                "out/other.config",
                "--backup",
                "--report",
                "out/other.config.bak",
            ],
            "the backup of --output",
        ),
        (
            &["-o", "out/x.config", "--report", "out/other.config"],
            "would replace a file of XML",
        ),
        (
            &["-o", "nowhere/x.config"],
            "folder to write into does not exist",
        ),
        (&["-o", "out"], "no ordinary file"),
    ] {
        refused(at, || merge(at, args), why);
        let dry = [args, &["--dry-run"]].concat();
        refused(at, || merge(at, &dry), why);
    }
    // What is no collision is done, the sidecar with it.
    let done = merge(at, &["-o", "out/x.config", "--report", "out/known.txt"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(tree(at)["out/result.config"], SIDECAR);
    assert!(tree(at)["out/x.config"].starts_with(b"<configuration>"));
}

#[test]
fn a_baseline_takes_the_place_of_a_baseline_only() {
    let folder = folder(&[
        ("a/web.config", PLAIN),
        ("b/web.config", PLAIN),
        ("conferry.toml", b""),
        ("team.toml", PACK),
    ]);
    let at = folder.path();
    let lint = |target: &str| {
        run(
            at,
            &[
                "lint",
                "a",
                "--rules",
                "team.toml",
                "--write-baseline",
                target,
            ],
        )
    };
    refused(
        at,
        || lint("a/web.config"),
        "a file that is checked are the same file",
    );
    refused(at, || lint("b/web.config"), "is no baseline");
    refused(at, || lint("conferry.toml"), "are the same file");
    refused(
        at,
        || lint("team.toml"),
        "--write-baseline and --rules are the same file",
    );
    for _ in 0..2 {
        let done = lint("known.json");
        assert_eq!(done.code, 0, "{}", done.stderr);
    }
}

#[test]
fn a_pack_that_is_read_is_not_rewritten() {
    let folder = folder(&[
        ("team.toml", PACK),
        ("a.html", b"<a href=\"https://x/PhoneFactor/\">"),
    ]);
    let at = folder.path();
    let rewrite = || {
        run(
            at,
            &[
                "rewrite",
                ".",
                "--write",
                "--rules",
                "team.toml",
                "--vdir",
                "PhoneFactor=Portal",
            ],
        )
    };
    refused(at, rewrite, "--rules are the same file");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::symlink;
    use std::process::Command;
    use std::time::Duration;

    use super::*;
    use crate::command::conferry;

    fn pipe(path: &Path) {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    }

    /// Like [`run`], but a run that waits for a pipe ends.
    fn soon(folder: &Path, args: &[&str]) -> Run {
        let mut command = conferry(folder);
        let output = command.args(args).timeout(Duration::from_secs(60)).output();
        let output = output.unwrap();
        Run {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().expect("it waited for a pipe"),
        }
    }

    #[test]
    fn pipes_are_neither_read_nor_written_nor_waited_for() {
        let merge = [
            "merge",
            "--old",
            "old/web.config",
            "--new",
            "new/web.config",
        ];
        let with = |more: &[&'static str]| [&merge[..], more].concat();
        let cases = [
            ("old/result.config", with(&["-o", "out/x.config"])),
            ("out/result.config", with(&["-o", "out/x.config"])),
            ("out/x.config", with(&["-o", "out/x.config"])),
            ("out/r", with(&["-o", "out/x.config", "--report", "out/r"])),
            ("out/b", with(&["-o", "out/x.config", "--base", "out/b"])),
            ("out/p", with(&["-o", "out/x.config", "--rules", "out/p"])),
            ("out/l", vec!["lint", "new", "--write-baseline", "out/l"]),
            ("out/c", vec!["lint", "new", "--config", "out/c"]),
            ("out/a.config", vec!["lint", "out/a.config"]),
            ("out/a.config", vec!["rewrite", "out/a.config", "--write"]),
            (
                "out/n.toml",
                vec!["rules", "new", "team", "-o", "out/n.toml"],
            ),
        ];
        for (at, args) in cases {
            let folder = folder(&[
                ("old/web.config", OLD),
                ("new/web.config", NEW),
                ("out/_", b""),
            ]);
            pipe(&folder.path().join(at));
            let run = soon(folder.path(), &args);
            assert_eq!(run.code, 2, "{at}: {}{}", run.stdout, run.stderr);
            std::fs::remove_file(folder.path().join(at)).unwrap();
            assert_eq!(tree(folder.path()).len(), 3, "{at}");
        }
    }

    #[test]
    fn sidecars_do_not_go_through_links_that_lead_out() {
        for (link, to) in [
            ("old/result.config", "outside/a"),
            ("out/result.config", "outside/nothing"),
            ("out/result.config", "outside/a"),
        ] {
            let folder = folder(&[
                ("old/web.config", OLD),
                ("old/_", b""),
                ("new/web.config", NEW),
                ("out/_", b""),
                ("outside/a", SIDECAR),
            ]);
            let at = folder.path();
            if link.starts_with("out/") {
                std::fs::write(at.join("old/result.config"), SIDECAR).unwrap();
            }
            symlink(at.join(to), at.join(link)).unwrap();
            let run = merge(at, &["-o", "out/x.config"]);
            assert_eq!(run.code, 2, "{link} to {to}: {}", run.stdout);
            assert!(!at.join("out/x.config").exists() && !at.join("outside/nothing").exists());
        }
    }

    #[test]
    fn a_second_name_of_an_input_is_that_input() {
        let folder = folder(&[("old/web.config", PLAIN), ("new/web.config", PLAIN)]);
        let at = folder.path();
        std::fs::hard_link(at.join("old/web.config"), at.join("report.txt")).unwrap();
        let args = ["-o", "x.config", "--report", "report.txt"];
        refused(
            at,
            || merge(at, &args),
            "--report and --old are the same file",
        );
    }

    /// Two processes change different names in the same files. Each change arrives, or is told as
    /// one that did not.
    #[test]
    fn two_runs_over_one_tree_lose_no_change_in_silence() {
        const FILES: usize = 500;
        let files: Vec<String> = (0..FILES)
            .map(|at| format!("{:02}/{at}.html", at % 20))
            .collect();
        let text = b"<a href=\"https://a/One/\"> <a href=\"https://a/Two/\">";
        let files: Vec<(&str, &[u8])> = files
            .iter()
            .map(|name| (name.as_str(), &text[..]))
            .collect();
        let folder = folder(&files);
        let start = |from: &str| {
            let program = assert_cmd::cargo::cargo_bin("conferry");
            let vdir = format!("{from}=New{from}");
            Command::new(program)
                .current_dir(folder.path())
                .args([
                    "rewrite", ".", "--write", "--format", "json", "--vdir", &vdir,
                ])
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::null())
                .spawn()
                .unwrap()
        };
        let running = ["One", "Two"].map(|from| (from, start(from)));
        for (from, child) in running {
            let output = child.wait_with_output().unwrap();
            let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            for file in report["files"].as_array().unwrap() {
                let path = file["path"].as_str().unwrap();
                let text = std::fs::read_to_string(folder.path().join(path)).unwrap();
                let arrived = text.contains(&format!("/New{from}/"));
                let told = file["changed"] == true && file.get("written").is_none();
                assert_eq!(arrived, told, "{from} in {path}: {text}");
            }
            let failed = report["errors"].as_array().unwrap();
            assert_eq!(
                output.status.code(),
                Some(if failed.is_empty() { 0 } else { 2 })
            );
        }
    }

    #[test]
    fn a_failed_write_is_no_nothing_to_rewrite() {
        let folder = folder(&[("a.html", b"<a href=\"https://x/PhoneFactor/\">")]);
        let path = folder.path().join("a.html");
        let mut permissions = std::fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&path, permissions).unwrap();
        let run = run(
            folder.path(),
            &["rewrite", "a.html", "--write", "--vdir", "PhoneFactor=P"],
        );
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        let told = "Nothing was rewritten. 1 file could not be written and is as it was.";
        assert!(run.stderr.contains(told), "{}", run.stderr);
        assert!(!run.stderr.contains("Nothing to rewrite"));
    }

    /// A run in which no thread can start, since each would have a stack that no machine has.
    #[test]
    fn without_threads_the_work_is_done_on_one() {
        let folder = folder(&[("a.config", PLAIN), ("b.config", PLAIN)]);
        let mut command = conferry(folder.path());
        command.env("RUST_MIN_STACK", (1_u64 << 60).to_string());
        let output = command
            .args(["lint", ".", "--select", "NET102"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(said.contains("2 files"), "{said}");
    }

    /// The same by a limit on processes. As root, such limits do not count, so another user runs it.
    #[cfg(target_os = "linux")]
    #[test]
    #[allow(clippy::print_stderr)] // says what it could not check
    fn where_no_process_may_be_added_the_work_is_done_on_one() {
        let folder = folder(&[("a.config", PLAIN), ("b.config", PLAIN)]);
        let program = assert_cmd::cargo::cargo_bin("conferry");
        let copy = folder.path().join("conferry");
        std::fs::copy(program, &copy).unwrap();
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).unwrap();
        let limited = |program: &[&str]| {
            let mut command = Command::new("setpriv");
            let limit = ["--reuid=64123", "--clear-groups", "--", "prlimit"];
            command.args(limit).arg("--nproc=1").args(program);
            command.current_dir(folder.path()).output()
        };
        if !limited(&["true"]).is_ok_and(|output| output.status.success()) {
            eprintln!("skipped: there is no setpriv or prlimit, or this is not root");
            return;
        }
        let output = limited(&["./conferry", "lint", ".", "--select", "NET102"]).unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(said.contains("2 files"), "{said}");
    }
}
