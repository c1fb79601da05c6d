//! docs/ci.md and .pre-commit-hooks.yaml: the YAML is whole and has what each system asks for; each shell line runs in a
//! checkout; what conferry could not do never becomes green, in any document.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::command::{folder, run};
use crate::yaml;

/// Settings with which a system of CI forgives everything.
const FORGIVING: [&str; 5] = [
    "continue-on-error",
    "continueOnError",
    "allow_failure: true",
    "|| true",
    "|| :",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    let text = fs::read_to_string(root().join(path)).unwrap();
    text.replace("\r\n", "\n")
}

/// What is fenced in a page: the words behind the fence, and the text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut is_inside = false;
    for line in page.lines() {
        if let Some(words) = line.strip_prefix("```") {
            is_inside = !is_inside;
            if is_inside {
                found.push((words.to_owned(), String::new()));
            }
        } else if let Some((_, text)) = found.last_mut().filter(|_| is_inside) {
            text.push_str(line);
            text.push('\n');
        }
    }
    found
}

/// The examples for a system, read.
fn examples(system: &str) -> Vec<Value> {
    let wanted = format!("yaml {system}");
    let page = read("docs/ci.md");
    let of = blocks(&page)
        .into_iter()
        .filter(|(words, _)| *words == wanted);
    of.map(|(_, text)| yaml::read(&text).unwrap_or_else(|error| panic!("{error} in\n{text}")))
        .collect()
}

/// A step of a job: its script, and what the system forgives.
struct Script {
    text: String,
    forgives: Vec<i32>,
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

fn list(value: &Value) -> &[Value] {
    value
        .as_array()
        .unwrap_or_else(|| panic!("no list: {value}"))
}

/// Checks that steps are what the system takes, and returns their scripts.
fn scripts_of(steps: &Value, script: &str, others: &[&str]) -> Vec<Script> {
    let mut scripts = Vec::new();
    for step in list(steps) {
        let keys: Vec<&str> = [&[script], others]
            .concat()
            .into_iter()
            .filter(|key| step.get(key).is_some())
            .collect();
        assert_eq!(keys.len(), 1, "one of {script}, {others:?} in {step}");
        if let Some(text_of) = step.get(script) {
            scripts.push(Script {
                text: text(text_of).to_owned(),
                forgives: Vec::new(),
            });
        }
    }
    scripts
}

/// Jobs of the page, each with the scripts that run in one checkout.
fn jobs() -> Vec<Vec<Script>> {
    let mut jobs = Vec::new();
    for workflow in examples("github") {
        for key in ["name", "on", "permissions"] {
            assert!(workflow.get(key).is_some(), "{key} in {workflow}");
        }
        for job in workflow["jobs"].as_object().unwrap().values() {
            text(&job["runs-on"]);
            jobs.push(scripts_of(&job["steps"], "run", &["uses"]));
        }
    }
    for pipeline in examples("azure") {
        text(&pipeline["pool"]["vmImage"]);
        jobs.push(scripts_of(
            &pipeline["steps"],
            "bash",
            &["checkout", "publish"],
        ));
    }
    for pipeline in examples("gitlab") {
        for job in pipeline.as_object().unwrap().values() {
            let code = text(&job["allow_failure"]["exit_codes"]).parse().unwrap();
            let scripts = list(&job["script"]).iter().map(|line| Script {
                text: text(line).to_owned(),
                forgives: vec![code],
            });
            jobs.push(scripts.collect());
        }
    }
    jobs
}

#[test]
fn nothing_forgives_every_failure() {
    let mut seen = 0;
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "md") {
            let page = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
            for (words, text) in blocks(&page) {
                if words.starts_with("yaml") || words == "sh" {
                    seen += 1;
                    for forgiving in FORGIVING {
                        assert!(!text.contains(forgiving), "{forgiving} in {path:?}");
                    }
                }
            }
        }
    }
    assert!(seen > 10, "the pages were misread");
}

#[test]
fn hooks_are_what_pre_commit_takes_and_what_the_page_names() {
    let hooks = yaml::read(&read(".pre-commit-hooks.yaml")).unwrap();
    let page = read("docs/ci.md");
    let here = checkout();
    for hook in list(&hooks) {
        let id = text(&hook["id"]);
        assert!(page.contains(&format!("`{id}`")), "{id}");
        assert!(
            ["rust", "system"].contains(&text(&hook["language"])),
            "{id}"
        );
        assert!(!text(&hook["name"]).is_empty());
        let files = regex::Regex::new(text(&hook["files"])).unwrap();
        for (name, is_taken) in [
            ("old/PhoneFactor/web.config", true),
            ("Web.Config", true),
            ("web.config.bak", false),
            ("config", false),
        ] {
            assert_eq!(files.is_match(name), is_taken, "{name}");
        }
        let words: Vec<&str> = text(&hook["entry"]).split(' ').collect();
        assert_eq!(words[0], "conferry");
        let used = examples("pre-commit");
        let used = &list(&list(&used[0]["repos"])[0]["hooks"])[0];
        let known = list(&hooks).iter().any(|hook| hook["id"] == used["id"]);
        assert!(known, "{used}");
        let args = list(&used["args"]).iter().map(text);
        let mut all: Vec<&str> = words[1..].iter().copied().chain(args).collect();
        all.push("old/PhoneFactor/web.config");
        let done = run(here.path(), &all);
        assert_eq!(done.code, 0, "{all:?}: {}", done.stderr);
        all.push("nowhere/web.config");
        assert_eq!(run(here.path(), &all).code, 2);
    }
}

#[test]
fn what_powershell_picks_out_of_the_report_is_there() {
    let page = read("docs/ci.md");
    let script = blocks(&page)
        .into_iter()
        .find(|(words, _)| words == "powershell");
    let (_, script) = script.unwrap();
    let line = script
        .lines()
        .find(|line| line.contains("conferry "))
        .unwrap();
    let (_, command) = line.split_once("conferry ").unwrap();
    let (command, behind) = command.split_once(" | ").unwrap();
    assert_eq!(behind, "ConvertFrom-Json");
    let here = checkout();
    let command = command.replace(r"C:\inetpub\wwwroot", "old");
    let done = run(here.path(), &command.split(' ').collect::<Vec<_>>());
    assert_eq!(done.code, 1, "{}", done.stderr);
    let report: Value = serde_json::from_str(&done.stdout).unwrap();
    assert!(report["errors"].is_array() || !script.contains("$report.errors"));
    let finding = &list(&report["findings"])[0];
    let picked =
        regex::Regex::new(r"(?:Where-Object|Group-Object|Format-Table) ([a-z, ]+?)(?: -| \||\n|$)")
            .unwrap();
    let mut fields = 0;
    for found in picked.captures_iter(&script) {
        for field in found[1].split(", ") {
            fields += 1;
            assert!(finding.get(field).is_some(), "{field} in {finding}");
        }
    }
    assert_eq!(fields, 6, "the script was misread");
    assert!(script.contains("if ($LASTEXITCODE -gt 1) { throw "));
}

/// A checkout as the page has it.
fn checkout() -> tempfile::TempDir {
    let here = folder(&[]);
    for side in ["old", "base", "new"] {
        let from = root().join("fixtures/contoso").join(side);
        crate::command::copy_tree(&from, &here.path().join(side));
    }
    here
}

#[cfg(unix)]
mod shell {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::process::Command;

    use super::{Script, checkout, jobs};
    use crate::command::{RUN, folder};

    const FROM: &str = "key=\"SSL_REQUIRED\" value=\"false\"";
    const TO: &str = "key=\"SSL_REQUIRED\" value=\"true\"";

    /// Programs of our own that come before all others.
    fn programs(all: &[(&str, &str)]) -> tempfile::TempDir {
        let bin = folder(&[]);
        for (name, script) in all {
            let path = bin.path().join(name);
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        bin
    }

    /// Runs a script as the systems do, and returns its code.
    fn code(script: &str, bin: &Path, here: &Path, base: &str) -> i32 {
        let path = std::env::var("PATH").unwrap();
        let output = Command::new("bash")
            .args(["-e", "-c", script])
            .current_dir(here)
            .env_clear()
            .env("PATH", format!("{}:{path}", bin.display()))
            .envs(RUN)
            .env("BASE", base)
            .env("NUMBER", "17")
            .env("GITHUB_STEP_SUMMARY", here.join("summary.md"))
            .env("BUILD_ARTIFACTSTAGINGDIRECTORY", here.join("staging"))
            .output()
            .unwrap();
        output.status.code().unwrap()
    }

    fn has_shell() -> bool {
        let found = |name: &str| Command::new(name).arg("--version").output().is_ok();
        let has = found("bash") && found("git");
        if !has {
            #[allow(clippy::print_stderr)]
            {
                eprintln!("skipped: without bash and git no script of docs/ci.md is run");
            }
        }
        has
    }

    /// A checkout with two commits, and the first of them.
    fn repository() -> (tempfile::TempDir, std::path::PathBuf, String) {
        let top = folder(&[]);
        let here = top.path().join("checkout");
        crate::command::copy_tree(checkout().path(), &here);
        let git = |args: &[&str]| {
            let who = ["-c", "user.name=Ada", "-c", "user.email=ada@corp.test"];
            let done = Command::new("git")
                .args(who)
                .args(args)
                .current_dir(&here)
                .env("GIT_CONFIG_NOSYSTEM", "1")
                .output()
                .unwrap();
            assert!(done.status.success(), "{args:?}");
            String::from_utf8(done.stdout).unwrap().trim().to_owned()
        };
        git(&["init", "--quiet"]);
        git(&["add", "."]);
        git(&["commit", "--quiet", "-m", "as it is"]);
        let base = git(&["rev-parse", "HEAD"]);
        let portal = here.join("old/PhoneFactor/web.config");
        let text = fs::read_to_string(&portal).unwrap();
        let changed = text.replace(FROM, TO);
        assert_ne!(text, changed);
        fs::write(&portal, changed).unwrap();
        git(&["commit", "--quiet", "-a", "-m", "TLS all the way"]);
        (top, here, base)
    }

    fn is_of_conferry(script: &Script) -> bool {
        script.text.contains("conferry ")
    }

    #[test]
    fn every_script_of_the_page_runs_in_a_checkout() {
        if !has_shell() {
            return;
        }
        let binary = assert_cmd::cargo::cargo_bin("conferry");
        let real = format!("exec '{}' \"$@\"", binary.display());
        // The service that takes comments is not here; what it is given is looked at.
        let gh = "[ \"$1 $2 $3 $4\" = \"pr comment 17 --body-file\" ] && grep -q REQUIRED \"$5\" && [ \"$(wc -c < \"$5\")\" -lt 65536 ]";
        let bin = programs(&[("conferry", &real), ("gh", gh)]);
        let mut ran = 0;
        for job in jobs() {
            let (_top, here, base) = repository();
            for script in &job {
                ran += 1;
                let code = code(&script.text, bin.path(), &here, &base);
                assert!(
                    code == 0 || script.forgives.contains(&code),
                    "{code}: {}",
                    script.text
                );
            }
            let made = |name: &str| fs::metadata(here.join(name)).is_ok_and(|file| file.len() > 0);
            for name in [
                "lint.sarif",
                "comment.md",
                "lint.html",
                "merge.html",
                "summary.md",
            ] {
                let is_written = |script: &Script| {
                    script.text.contains(&format!("> {name}"))
                        || script.text.contains(&format!("--report {name}"))
                };
                assert!(!job.iter().any(is_written) || made(name), "{name}");
            }
        }
        assert!(ran > 9, "the page was misread");
    }

    #[test]
    fn what_could_not_be_done_is_never_green() {
        if !has_shell() {
            return;
        }
        let (_top, here, base) = repository();
        let mut scripts = 0;
        for script in jobs()
            .iter()
            .flatten()
            .filter(|script| is_of_conferry(script))
        {
            scripts += 1;
            let _ = fs::remove_dir_all(here.parent().unwrap().join("before"));
            let _ = fs::remove_dir_all(here.join(".git/worktrees"));
            let bin = programs(&[("conferry", "exit 2")]);
            let code = code(&script.text, bin.path(), &here, &base);
            assert!(
                code != 0 && !script.forgives.contains(&code),
                "{code}: {}",
                script.text
            );
        }
        assert!(scripts > 6, "the page was misread");
    }

    #[test]
    fn a_script_that_forgives_findings_says_so() {
        if !has_shell() {
            return;
        }
        let (_top, here, base) = repository();
        for script in jobs()
            .iter()
            .flatten()
            .filter(|script| is_of_conferry(script))
        {
            let _ = fs::remove_dir_all(here.parent().unwrap().join("before"));
            let _ = fs::remove_dir_all(here.join(".git/worktrees"));
            let bin = programs(&[("conferry", "exit 1")]);
            let code = code(&script.text, bin.path(), &here, &base);
            let forgives = script.text.contains("|| [ $? -eq 1 ]");
            assert_eq!(code == 0, forgives, "{code}: {}", script.text);
        }
    }
}
