//! The git merge driver: the folders in `tests/cases/git-merge`, and real git.
//!
//! A case folder holds `base.config`, `ours.config`, `theirs.config`,
//! `expected.config` and `cmd.toml` (`why`, further `args`, `exit`, parts of
//! `stderr`), and `rules.toml` if its `args` name it. Adding one needs no Rust. Every case also runs with the sides
//! swapped, which must end the same way.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use tempfile::TempDir;

use crate::command::{Run, check_cases, conferry, folder, tree};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cmd {
    /// What the case shows.
    why: String,
    #[serde(default)]
    args: Vec<String>,
    exit: i32,
    /// Parts that standard error must have; without any it must be empty unless there are conflicts.
    #[serde(default)]
    stderr: Vec<String>,
}

/// What lets a program find git, and keeps it from reading this user's configuration.
pub fn environment(home: &Path) -> Vec<(&'static str, std::ffi::OsString)> {
    let mut variables = vec![
        ("HOME", home.into()),
        ("XDG_CONFIG_HOME", home.join("xdg").into()),
        ("GIT_CONFIG_GLOBAL", home.join("gitconfig").into()),
        ("GIT_CONFIG_NOSYSTEM", "1".into()),
        ("GIT_TERMINAL_PROMPT", "0".into()),
        ("LC_ALL", "C".into()),
    ];
    for name in ["PATH", "SystemRoot", "TEMP", "TMP"] {
        variables.extend(std::env::var_os(name).map(|value| (name, value)));
    }
    variables
}

pub fn has_git() -> bool {
    let found = Command::new("git").arg("--version").output().is_ok();
    if !found {
        #[allow(clippy::print_stderr)]
        {
            eprintln!("skipped: there is no git to test with");
        }
    }
    found
}

fn drive(folder: &Path, sides: [&str; 3], args: &[String]) -> Run {
    let output = conferry(folder)
        .envs(environment(folder))
        .arg("git-merge-driver")
        .args(sides)
        .args(args)
        .output()
        .unwrap();
    Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

#[test]
fn every_case_folder_ends_as_expected() {
    let has_git = has_git();
    check_cases("git-merge", 30, |case| problem(case, has_git));
}

fn problem(case: &Path, has_git: bool) -> Option<String> {
    let cmd: Cmd = toml::from_str(&fs::read_to_string(case.join("cmd.toml")).unwrap()).unwrap();
    assert!(!cmd.why.is_empty());
    // git alone merges lines.
    if !has_git && cmd.stderr.iter().any(|part| part.contains("as text")) {
        return None;
    }
    let read = |name: &str| fs::read(case.join(name)).unwrap();
    let (base, ours, theirs) = (
        read("base.config"),
        read("ours.config"),
        read("theirs.config"),
    );
    let rules = fs::read(case.join("rules.toml")).ok();
    let copy = || {
        let mut files: Vec<(&str, &[u8])> = vec![
            ("base.config", &base),
            ("ours.config", &ours),
            ("theirs.config", &theirs),
        ];
        files.extend(rules.as_deref().map(|rules| ("rules.toml", rules)));
        folder(&files)
    };
    let place = copy();
    let done = drive(
        place.path(),
        ["base.config", "ours.config", "theirs.config"],
        &cmd.args,
    );
    if done.code != cmd.exit {
        return Some(format!(
            "exit {} instead of {}\n{}",
            done.code, cmd.exit, done.stderr
        ));
    }
    if let Some(part) = cmd.stderr.iter().find(|part| !done.stderr.contains(*part)) {
        return Some(format!("standard error lacks `{part}`:\n{}", done.stderr));
    }
    let talks = cmd.exit != 0 || !cmd.stderr.is_empty();
    if !talks && !done.stderr.is_empty() || !done.stdout.is_empty() {
        return Some(format!("it prints\n{}{}", done.stdout, done.stderr));
    }
    let mut after = tree(place.path());
    let count = after.len() - usize::from(after.remove("rules.toml") == rules && rules.is_some());
    if after["base.config"] != base || after["theirs.config"] != theirs || count != 3 {
        return Some("a file other than ours was touched".to_owned());
    }
    if after["ours.config"] != read("expected.config") {
        let text = String::from_utf8_lossy(&after["ours.config"]);
        return Some(format!("the result is\n{text}"));
    }
    let beside = copy();
    let to_file = [
        &cmd.args[..],
        &["-o".to_owned(), "merged.config".to_owned()],
    ]
    .concat();
    let elsewhere = drive(
        beside.path(),
        ["base.config", "ours.config", "theirs.config"],
        &to_file,
    );
    let written = tree(beside.path());
    if elsewhere.code != cmd.exit
        || written["merged.config"] != after["ours.config"]
        || written["ours.config"] != ours
    {
        return Some(format!("-o does something else\n{}", elsewhere.stderr));
    }
    let swapped = drive(
        copy().path(),
        ["base.config", "theirs.config", "ours.config"],
        &cmd.args,
    );
    (swapped.code != cmd.exit).then(|| {
        format!(
            "with the sides swapped exit {}\n{}",
            swapped.code, swapped.stderr
        )
    })
}

#[test]
fn nothing_is_written_where_a_file_cannot_be_read_or_written() {
    let files: [(&str, &[u8]); 3] = [
        ("base.config", b"<a x='1' y='1' />"),
        ("ours.config", b"<a x='2' y='1' />"),
        ("theirs.config", b"<a x='1' y='2' />"),
    ];
    for missing in ["base.config", "ours.config", "theirs.config"] {
        let place = folder(&files);
        fs::remove_file(place.path().join(missing)).unwrap();
        let before = tree(place.path());
        let done = drive(
            place.path(),
            ["base.config", "ours.config", "theirs.config"],
            &[],
        );
        assert_eq!(done.code, 129, "{}", done.stderr);
        assert!(done.stderr.contains(missing), "{}", done.stderr);
        assert_eq!(tree(place.path()), before);
    }
    let place = folder(&files);
    let ours = place.path().join("ours.config");
    let mut permissions = fs::metadata(&ours).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&ours, permissions).unwrap();
    let done = drive(
        place.path(),
        ["base.config", "ours.config", "theirs.config"],
        &[],
    );
    assert_eq!(done.code, 129, "{}", done.stderr);
    assert_eq!(fs::read(&ours).unwrap(), files[1].1);
}

#[test]
fn without_git_a_text_is_not_half_merged() {
    for more in [&["-o", "merged.config"][..], &[]] {
        let place = folder(&[
            ("base.config", b"no xml\n"),
            ("ours.config", b"ours\n"),
            ("theirs.config", b"theirs\n"),
        ]);
        let before = tree(place.path());
        let done = conferry(place.path())
            .env("PATH", place.path())
            .args([
                "git-merge-driver",
                "base.config",
                "ours.config",
                "theirs.config",
            ])
            .args(more)
            .output()
            .unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(129), "{said}");
        assert!(said.contains("Merge the file by hand"), "{said}");
        assert_eq!(tree(place.path()), before);
    }
}

/// A repository with one configuration file, where the driver is installed.
struct Repository {
    place: TempDir,
    file: &'static str,
}

const BASE: &str = "<configuration>\n  <appSettings>\n    <add key=\"A\" value=\"1\" />\n    <add key=\"B\" value=\"1\" />\n  </appSettings>\n</configuration>\n";

/// `BASE` with `from` replaced.
fn changed(from: &str, to: &str) -> String {
    assert!(BASE.contains(from));
    BASE.replace(from, to)
}

/// `BASE` with a setting added at the end.
fn with_setting(key: &str) -> String {
    changed(
        "  </appSettings>",
        &format!("    <add key=\"{key}\" value=\"1\" />\n  </appSettings>"),
    )
}

impl Repository {
    /// With `base` on the branch `main`, or without the file if there is none.
    fn new(file: &'static str, base: Option<&str>) -> Self {
        let place = tempfile::tempdir().unwrap();
        let repository = Self { place, file };
        fs::create_dir(repository.root()).unwrap();
        repository.git_ok(&["init", "-q", "-b", "main"]);
        repository.git_ok(&["config", "user.name", "Test"]);
        repository.git_ok(&["config", "user.email", "test@example.com"]);
        repository.git_ok(&["config", "core.autocrlf", "false"]);
        let installed = conferry(&repository.root())
            .envs(environment(repository.place.path()))
            .args(["git-merge-driver", "--install"])
            .output()
            .unwrap();
        assert!(installed.status.success());
        fs::write(repository.root().join(".gitattributes"), installed.stdout).unwrap();
        if let Some(base) = base {
            repository.write(base);
        }
        repository.commit("base");
        repository
    }

    fn root(&self) -> std::path::PathBuf {
        self.place.path().join("the repository")
    }

    fn git(&self, args: &[&str]) -> Run {
        let output = Command::new("git")
            .args(args)
            .current_dir(self.root())
            .env_clear()
            .envs(environment(self.place.path()))
            .output()
            .unwrap();
        Run {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        }
    }

    fn git_ok(&self, args: &[&str]) -> String {
        let done = self.git(args);
        assert_eq!(
            done.code, 0,
            "git {args:?}:\n{}{}",
            done.stdout, done.stderr
        );
        done.stdout
    }

    fn write(&self, text: &str) {
        let path = self.root().join(self.file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self) -> String {
        fs::read_to_string(self.root().join(self.file)).unwrap()
    }

    fn commit(&self, message: &str) {
        self.git_ok(&["add", "-A"]);
        self.git_ok(&["commit", "-q", "-m", message]);
    }

    /// Commits `ours` on `main` and `theirs` on `topic`, and stays on `main`.
    fn diverge(&self, ours: &str, theirs: &str) {
        self.git_ok(&["checkout", "-q", "-b", "topic"]);
        self.write(theirs);
        self.commit("theirs");
        self.git_ok(&["checkout", "-q", "main"]);
        self.write(ours);
        self.commit("ours");
    }
}

const BOTH_ADDED: [&str; 4] = ["key=\"A\"", "key=\"B\"", "key=\"Ours\"", "key=\"Theirs\""];

fn assert_clean(repository: &Repository) {
    let text = repository.read();
    for part in BOTH_ADDED {
        assert!(text.contains(part), "no {part}:\n{text}");
    }
    assert!(!text.contains("<<<<<<<"));
    assert_eq!(repository.git_ok(&["status", "--porcelain"]), "");
}

#[test]
fn merge_rebase_and_cherry_pick_where_git_alone_has_a_conflict() {
    if !has_git() {
        return;
    }
    let commands: [&[&str]; 3] = [
        &["merge", "-q", "--no-edit", "topic"],
        &["rebase", "-q", "topic"],
        &["cherry-pick", "topic"],
    ];
    for (command, name) in
        commands
            .into_iter()
            .zip(["web site/Web.config", "-p/Web.config", "Web.config"])
    {
        let repository = Repository::new(name, Some(BASE));
        repository.diverge(&with_setting("Ours"), &with_setting("Theirs"));
        repository.git_ok(command);
        assert_clean(&repository);
    }
    // The same without the driver, so that the test shows something.
    let repository = Repository::new("Web.config", Some(BASE));
    repository.diverge(&with_setting("Ours"), &with_setting("Theirs"));
    repository.git_ok(&["config", "--remove-section", "merge.conferry"]);
    assert_eq!(repository.git(&["merge", "topic"]).code, 1);
}

#[test]
fn a_conflict_stays_in_the_file_and_in_the_status() {
    if !has_git() {
        return;
    }
    let commands: [&[&str]; 3] = [
        &["merge", "topic"],
        &["rebase", "topic"],
        &["cherry-pick", "topic"],
    ];
    for command in commands {
        let repository = Repository::new("a 'b' (c)/my web.config", Some(BASE));
        let ours = changed("key=\"B\" value=\"1\"", "key=\"B\" value=\"ours\"");
        let theirs = changed("key=\"B\" value=\"1\"", "key=\"B\" value=\"theirs\"");
        repository.diverge(&ours, &theirs);
        let done = repository.git(command);
        assert_eq!(done.code, 1, "{command:?}: {}", done.stderr);
        let said = done.stdout + &done.stderr;
        assert!(
            said.contains("my web.config: conflict (both-changed) at"),
            "{said}"
        );
        let text = repository.read();
        let lines: Vec<&str> = text
            .lines()
            .map(|line| &line[..line.len().min(7)])
            .collect();
        assert_eq!(
            lines[2..9],
            [
                "    <ad", "<<<<<<<", "    <ad", "=======", "    <ad", ">>>>>>>", "  </app"
            ],
            "{text}"
        );
        let status = repository.git_ok(&["status", "--porcelain"]);
        assert!(status.starts_with("UU "), "{status}");
    }
}

#[test]
fn the_style_that_git_is_set_to_is_used() {
    if !has_git() {
        return;
    }
    for (style, has_base) in [("merge", false), ("diff3", true), ("zdiff3", true)] {
        let repository = Repository::new("Web.config", Some(BASE));
        repository.git_ok(&["config", "merge.conflictStyle", style]);
        let value = |value: &str| {
            changed(
                "key=\"B\" value=\"1\"",
                &format!("key=\"B\" value=\"{value}\""),
            )
        };
        repository.diverge(&value("ours"), &value("theirs"));
        assert_eq!(repository.git(&["merge", "topic"]).code, 1);
        let text = repository.read();
        assert_eq!(text.contains("|||||||"), has_base, "{style}:\n{text}");
        assert_eq!(text.matches("key=\"B\"").count(), 2 + usize::from(has_base));
        assert!(text.contains("<<<<<<< HEAD\n"), "{text}");
        assert!(text.contains(">>>>>>> topic\n"), "{text}");
    }
}

#[test]
fn the_length_of_markers_comes_from_the_attributes() {
    if !has_git() {
        return;
    }
    let repository = Repository::new("Web.config", Some(BASE));
    let attributes = "*.config merge=conferry conflict-marker-size=11\n";
    fs::write(repository.root().join(".gitattributes"), attributes).unwrap();
    repository.commit("longer markers");
    let value = |value: &str| {
        changed(
            "key=\"B\" value=\"1\"",
            &format!("key=\"B\" value=\"{value}\""),
        )
    };
    repository.diverge(&value("ours"), &value("theirs"));
    assert_eq!(repository.git(&["merge", "topic"]).code, 1);
    let text = repository.read();
    assert!(text.contains("\n<<<<<<<<<<< HEAD\n"), "{text}");
    assert!(text.contains("\n===========\n"), "{text}");
}

#[test]
fn a_file_that_both_branches_added() {
    if !has_git() {
        return;
    }
    let repository = Repository::new("Web.config", None);
    repository.diverge(&with_setting("Ours"), &with_setting("Theirs"));
    repository.git_ok(&["merge", "-q", "--no-edit", "topic"]);
    assert_clean(&repository);
}

#[test]
fn what_is_no_xml_is_merged_as_git_would() {
    if !has_git() {
        return;
    }
    let repository = Repository::new("plain.config", Some("a\nb\nc\nd\ne\n"));
    repository.diverge("A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n");
    let done = repository.git(&["merge", "--no-edit", "topic"]);
    assert_eq!(done.code, 0);
    assert_eq!(repository.read(), "A\nb\nc\nd\nE\n");
    let said = done.stdout + &done.stderr;
    assert_eq!(said.matches("merged as text").count(), 1, "{said}");
}

#[test]
fn a_driver_that_is_gone_is_no_conflict_without_markers() {
    if !has_git() {
        return;
    }
    let repository = Repository::new("Web.config", Some(BASE));
    repository.diverge(&with_setting("Ours"), &with_setting("Theirs"));
    let line = repository.git_ok(&["config", "merge.conferry.driver"]);
    let (_, arguments) = line.split_once("' ").unwrap();
    let before = repository.read();
    for broken in [
        format!("'/nowhere/conferry' {}", arguments.trim()),
        line.trim().replace("%O", "--no-such-option %O"),
    ] {
        repository.git_ok(&["config", "merge.conferry.driver", &broken]);
        let done = repository.git(&["merge", "--no-edit", "topic"]);
        assert!(
            done.code > 1,
            "{}: {}{}",
            done.code,
            done.stdout,
            done.stderr
        );
        assert_eq!(repository.read(), before);
        assert_eq!(repository.git_ok(&["ls-files", "--unmerged"]), "");
        let _ = repository.git(&["reset", "-q", "--hard"]);
    }
}

#[test]
fn for_all_repositories_of_a_user() {
    if !has_git() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let install = |args: &[&str]| {
        conferry(home.path())
            .envs(environment(home.path()))
            .arg("git-merge-driver")
            .args(args)
            .output()
            .unwrap()
    };
    let done = install(&["--install", "--global"]);
    assert!(done.status.success());
    assert_eq!(done.stdout, b"*.config merge=conferry\n");
    let written = fs::read_to_string(home.path().join("gitconfig")).unwrap();
    assert!(written.contains("[merge \"conferry\"]"), "{written}");
    assert!(written.contains("%O %A %B -L %L -p %P"), "{written}");
    // Twice is once.
    assert!(install(&["--install", "--global"]).status.success());
    let again = fs::read_to_string(home.path().join("gitconfig")).unwrap();
    assert_eq!(again, written);
    // Outside of a repository there is nothing to set up.
    let refused = install(&["--install"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("inside a git repository"), "{said}");
}

#[test]
fn git_diff_compares_by_meaning() {
    if !has_git() {
        return;
    }
    let folder = folder(&[]);
    let home = folder.path();
    let git = |args: &[&str]| {
        let output = Command::new("git")
            .current_dir(home)
            .env_clear()
            .envs(environment(home))
            .args(args)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.success(), said)
    };
    let program = env!("CARGO_BIN_EXE_conferry").replace('\\', "/");
    assert!(git(&["init", "-q", "."]).0);
    for (key, value) in [
        ("user.name", "Test"),
        ("user.email", "test@corp.test"),
        (
            "diff.conferry.command",
            &format!("\"{program}\" diff --git"),
        ),
        (
            "difftool.conferry.cmd",
            &format!("\"{program}\" diff \"$LOCAL\" \"$REMOTE\""),
        ),
    ] {
        assert!(git(&["config", key, value]).0);
    }
    let write = |name: &str, text: &str| fs::write(home.join(name), text).unwrap();
    write(".gitattributes", "*.config diff=conferry\n");
    let file = "<configuration><appSettings>\n<add key=\"A\" value=\"1\"/>\n<add key=\"B\" value=\"2\"/>\n</appSettings></configuration>\n";
    write("web.config", file);
    write("gone.config", file);
    assert!(git(&["add", "."]).0 && git(&["commit", "-qm", "first"]).0);
    // B moved, which nobody reads, and A changed.
    write(
        "web.config",
        "<configuration><appSettings>\n<add key=\"B\" value=\"2\"/>\n<add key=\"A\" value=\"3\"/>\n</appSettings></configuration>\n",
    );
    write("come.config", file);
    fs::remove_file(home.join("gone.config")).unwrap();
    assert!(git(&["add", "-A"]).0);
    let (is_done, said) = git(&["diff", "--cached"]);
    let expected = "a/gone.config -> b/come.config: no difference in meaning\na/web.config -> b/web.config: 1 changed\n  \
                    appSettings\n    ~ A: \"1\" -> \"3\"\n  without meaning: 1 element has another order, which nobody reads\n";
    assert!(is_done);
    assert_eq!(said, expected);
    let (_, said) = git(&["diff", "--cached", "--no-renames"]);
    assert!(
        said.starts_with("come.config: new file\ngone.config: file removed\n"),
        "{said}"
    );
    write("web.config", "<configuration>");
    let (is_done, said) = git(&["diff"]);
    assert!(is_done && said.contains("not well-formed XML"), "{said}");
    write("web.config", file);
    let (_, said) = git(&[
        "difftool",
        "--cached",
        "--no-prompt",
        "-t",
        "conferry",
        "--",
        "web.config",
    ]);
    assert!(said.contains("    ~ A: \"1\" -> \"3\"\n"), "{said}");
}
