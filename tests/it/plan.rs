//! `conferry plan` over the estates of fixtures/estates: the runbooks as people read them, what blocks, how far a plan
//! is, and that nothing secret is in any of it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::command::{Run, conferry, folder, run};

/// Passwords of the fixtures.
const SECRETS: [&str; 4] = ["Winter-2014", "Autumn-2014", "aW52ZW50ZWQ", "Hush"];
/// Runbooks in every format, and with them plan.json.
const OUTPUTS: [&str; 6] = [
    "-o",
    "up/runbook.md",
    "-o",
    "up/runbook.html",
    "-o",
    "up/runbook.txt",
];
/// Most lines that a step has in a runbook.
const MOST_LINES: usize = 12;

fn estates() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/estates");
    sorted(&folder)
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.is_dir());
    found.sort();
    found
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// A folder with a snapshot of each server of the estate, and their names.
fn snapshots(estate: &Path) -> (TempDir, Vec<String>) {
    let folder = folder(&[]);
    let mut names = Vec::new();
    for server in sorted(estate) {
        let mut command = conferry(folder.path());
        command
            .env("CONFERRY_HOST", name(&server))
            .env("SOURCE_DATE_EPOCH", "1400000000")
            .args(["snapshot", "create", "-o", name(&server), "--root"])
            .arg(server.join("c"));
        let registry = server.join("phonefactor.reg");
        if registry.exists() {
            command.arg("--registry").arg(registry);
        }
        let done = command.output().unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        names.push(name(&server).to_owned());
    }
    (folder, names)
}

fn plan(folder: &Path, snapshots: &[String], more: &[&str]) -> Run {
    let mut args = vec!["plan"];
    args.extend(snapshots.iter().map(String::as_str));
    args.extend(more);
    run(folder, &args)
}

/// An estate with its plan in `up`.
fn planned(estate: &str) -> (TempDir, Vec<String>) {
    let estate = estates()
        .into_iter()
        .find(|path| name(path) == estate)
        .unwrap();
    let (folder, names) = snapshots(&estate);
    let done = plan(folder.path(), &names, &OUTPUTS);
    assert!(done.code < 2, "{}", done.stderr);
    (folder, names)
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Times of files are in the manifest of a snapshot, and so in its hash.
fn without_hashes(text: &str) -> String {
    let hash = regex::Regex::new("SHA-256 [0-9a-f]{12}…").unwrap();
    hash.replace_all(text, "SHA-256 [hash]").into_owned()
}

#[test]
fn runbooks_are_as_reviewed() {
    for estate in estates() {
        let (folder, names) = snapshots(&estate);
        let done = plan(folder.path(), &names, &["--format", "markdown"]);
        let runbook = without_hashes(&done.stdout);
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(format!("runbook_{}", name(&estate)), runbook);
        });
    }
}

#[test]
fn what_stops_the_upgrade_is_found_at_once_and_nothing_else_is() {
    for (estate, code, blockers) in [
        ("encrypted", 1, 1),
        ("identity-manager", 0, 0),
        ("load-balanced", 0, 0),
        ("three-servers", 0, 0),
        ("version-6", 0, 0),
    ] {
        let path = estates()
            .into_iter()
            .find(|path| name(path) == estate)
            .unwrap();
        let (folder, names) = snapshots(&path);
        let check = plan(folder.path(), &names, &["--check", "--format", "json"]);
        let found: Value = serde_json::from_str(&check.stdout).unwrap();
        let found = found["blockers"].as_array().unwrap();
        assert_eq!(
            (check.code, found.len()),
            (code, blockers),
            "{estate}: {found:?}"
        );
        assert!(!folder.path().join("plan.json").exists());
    }
}

#[test]
fn nothing_secret_is_in_a_plan() {
    for estate in estates() {
        let (folder, names) = snapshots(&estate);
        let done = plan(folder.path(), &names, &OUTPUTS);
        let mut all = done.stdout + &done.stderr;
        for file in fs::read_dir(folder.path().join("up")).unwrap() {
            all.push_str(&fs::read_to_string(file.unwrap().path()).unwrap());
        }
        let next = run(folder.path(), &["plan", "next", "up"]);
        all.push_str(&next.stdout);
        for secret in SECRETS {
            assert!(
                !all.contains(secret),
                "{secret} in the plan of {}",
                name(&estate)
            );
        }
        assert!(all.contains("Take a snapshot"));
    }
}

#[test]
fn a_step_has_few_lines_and_says_what_to_do() {
    for estate in estates() {
        let (folder, names) = snapshots(&estate);
        let done = plan(folder.path(), &names, &["--format", "markdown"]);
        let steps: Vec<&str> = done.stdout.split("\n- [").skip(1).collect();
        assert!(steps.len() > 20, "{}", name(&estate));
        for step in steps {
            let step = step.split("\n\n## ").next().unwrap().trim_end();
            let lines = step
                .lines()
                .filter(|line| !line.trim().starts_with("```"))
                .count();
            assert!(lines <= MOST_LINES, "{lines} lines: {step}");
            assert!(lines > 1, "{step}");
        }
    }
}

#[test]
fn the_same_snapshots_give_the_same_plan_and_what_was_done_stays() {
    let (folder, names) = planned("three-servers");
    let files = || crate::command::tree(&folder.path().join("up"));
    let first = files();
    plan(folder.path(), &names, &OUTPUTS);
    assert_eq!(files(), first);
    let id = "export-registry@agent1";
    let done = run(
        folder.path(),
        &["plan", "done", id, "--plan", "up", "--by", "Ada"],
    );
    assert_eq!(done.code, 0, "{}", done.stderr);
    plan(folder.path(), &names, &OUTPUTS);
    let runbook = fs::read_to_string(folder.path().join("up/runbook.md")).unwrap();
    assert!(
        runbook.contains("- [x] **Export the product's registry key** on agent1"),
        "{runbook}"
    );
    assert!(runbook.contains("done by Ada at "));
}

/// The state of every step.
fn states(folder: &Path) -> Value {
    let done = run(folder, &["plan", "status", "up", "--format", "json"]);
    let status: Value = serde_json::from_str(&done.stdout).unwrap();
    let steps = status["steps"].as_array().unwrap();
    let each = steps.iter().map(|step| {
        (
            step["id"].as_str().unwrap().to_owned(),
            step["state"].clone(),
        )
    });
    Value::Object(each.collect())
}

#[test]
fn nothing_is_destroyed_before_it_is_kept() {
    let (folder, _) = planned("three-servers");
    let done = |id: &str| {
        run(
            folder.path(),
            &["plan", "done", id, "--plan", "up", "--by", "Ada"],
        )
    };
    // conferry itself verified the snapshots and rehearsed putting them back.
    assert_eq!(
        states(folder.path())["uninstall-portal-alone@portal1"],
        "open"
    );
    let reopened = [
        "plan",
        "reopen",
        "verify-snapshot@portal1",
        "--plan",
        "up",
        "--by",
        "Ada",
    ];
    assert_eq!(run(folder.path(), &reopened).code, 0);
    assert_eq!(
        states(folder.path())["uninstall-portal-alone@portal1"],
        "closed"
    );
    let refused = done("uninstall-portal-alone@portal1");
    assert_eq!(refused.code, 1);
    assert!(
        refused
            .stderr
            .contains("verify-snapshot@portal1: conferry snapshot verify portal1"),
        "{}",
        refused.stderr
    );
    // Other servers are not concerned.
    assert_eq!(done("uninstall-mobile@mobile1").code, 0);
    assert_eq!(done("verify-snapshot@portal1").code, 0);
    assert_eq!(done("uninstall-portal-alone@portal1").code, 0);
}

#[test]
fn what_blocks_keeps_steps_closed_that_destroy() {
    let (folder, _) = planned("encrypted");
    let states = states(folder.path());
    assert_eq!(states["uninstall-portal@mfa1"], "closed");
    assert_eq!(states["decrypt-sections@mfa1"], "open");
}

#[test]
fn a_snapshot_that_changed_takes_back_what_rests_on_it() {
    let (folder, _) = planned("load-balanced");
    let args = [
        "plan",
        "done",
        "leave-load-balancer@web1",
        "--plan",
        "up",
        "--by",
        "Ada",
    ];
    assert_eq!(run(folder.path(), &args).code, 0);
    fs::write(folder.path().join("web1/manifest.json"), "{}").unwrap();
    let after = states(folder.path());
    assert_eq!(after["leave-load-balancer@web1"], "unfounded");
    assert_eq!(after["leave-load-balancer@web2"], "open");
    let status = run(folder.path(), &["plan", "status", "up"]);
    assert_eq!(status.code, 1);
    assert!(
        status.stdout.contains("../web1 is not what it was"),
        "{}",
        status.stdout
    );
    let refused = run(
        folder.path(),
        &["plan", "done", "deploy@web1", "--plan", "up", "--by", "Ada"],
    );
    assert_eq!(refused.code, 1);
    // A snapshot that is not here can be on another machine.
    fs::remove_dir_all(folder.path().join("web1")).unwrap();
    assert_eq!(states(folder.path())["leave-load-balancer@web1"], "done");
}

#[test]
fn another_plan_takes_back_what_was_done_for_another_step() {
    let (folder, names) = planned("three-servers");
    let id = "install-server@agent1";
    assert_eq!(
        run(
            folder.path(),
            &["plan", "done", id, "--plan", "up", "--by", "Ada"]
        )
        .code,
        0
    );
    plan(
        folder.path(),
        &names,
        &["-o", "up/runbook.md", "--to-version", "7.3"],
    );
    assert_eq!(states(folder.path())[id], "outdated");
    let id = "export-registry@agent1";
    assert_eq!(
        run(
            folder.path(),
            &["plan", "done", id, "--plan", "up", "--by", "Ada"]
        )
        .code,
        0
    );
    plan(folder.path(), &names, &["-o", "up/runbook.md"]);
    assert_eq!(states(folder.path())[id], "done");
}

#[test]
fn answers_and_versions_choose_the_steps() {
    let (folder, names) = planned("three-servers");
    let ids = |more: &[&str]| {
        let done = plan(
            folder.path(),
            &names,
            &[&["--format", "json"], more].concat(),
        );
        let plan: Value =
            serde_json::from_str(&done.stdout).unwrap_or_else(|_| panic!("{}", done.stderr));
        let steps = plan["steps"].as_array().unwrap();
        let ids: Vec<String> = steps
            .iter()
            .map(|step| step["id"].as_str().unwrap().to_owned())
            .collect();
        (plan["procedure"]["id"].as_str().unwrap().to_owned(), ids)
    };
    let has = |ids: &[String], id: &str| ids.iter().any(|known| known == id);
    let (_, usual) = ids(&[]);
    assert!(has(&usual, "mobile-not-needed") && !has(&usual, "install-mobile@mobile1"));
    assert!(has(&usual, "adapter-install@agent1") && has(&usual, "certificate-mapping@agent1"));
    assert!(has(&usual, "iis-locations@agent1") && has(&usual, "own-pool@portal1"));
    let (_, seven) = ids(&["--to-version", "7.3"]);
    assert!(has(&seven, "install-mobile@mobile1") && !has(&seven, "mobile-not-needed"));
    let (_, kept) = ids(&["--keep-vdir", "PhoneFactorWebServiceSdk"]);
    assert!(!has(&kept, "iis-locations@agent1"));
    fs::write(
        folder.path().join("answers.toml"),
        "[answers]\nadfs-farm = \"yes\"\n",
    )
    .unwrap();
    let (_, farm) = ids(&["--answers", "answers.toml"]);
    assert!(has(&farm, "adapter-install-farm@agent1") && !has(&farm, "adapter-install@agent1"));
    fs::write(
        folder.path().join("answers.toml"),
        "from-version = \"6.3\"\n",
    )
    .unwrap();
    assert_eq!(ids(&["--answers", "answers.toml"]).0, "mfa-in-place");
    assert_eq!(
        ids(&["--answers", "answers.toml", "--to-version", "8.1"]).0,
        "mfa-migration"
    );
}

#[test]
fn wrong_answers_are_named() {
    let (folder, names) = planned("three-servers");
    let text =
        "from-version = \"old\"\n[answers]\nadfs-fram = \"yes\"\nreplication = \"perhaps\"\n";
    fs::write(folder.path().join("answers.toml"), text).unwrap();
    let done = plan(folder.path(), &names, &["--answers", "answers.toml"]);
    assert_eq!(done.code, 2);
    for part in [
        "`old` is no version",
        "Did you mean `adfs-farm`?",
        "`perhaps` is no answer",
        "known are no, yes",
    ] {
        assert!(done.stderr.contains(part), "{part} in {}", done.stderr);
    }
}

#[test]
fn a_plan_replaces_a_plan_and_nothing_else() {
    let (folder, names) = planned("three-servers");
    fs::create_dir(folder.path().join("other")).unwrap();
    fs::write(folder.path().join("other/plan.json"), "{\"mine\": 1}").unwrap();
    let done = plan(folder.path(), &names, &["-o", "other/runbook.md"]);
    assert_eq!(done.code, 2);
    assert!(!folder.path().join("other/runbook.md").exists());
    assert_eq!(json(&folder.path().join("other/plan.json"))["mine"], 1);
    let twice = plan(folder.path(), &[names[0].clone(), names[0].clone()], &[]);
    assert_eq!(twice.code, 2);
    assert!(
        twice.stderr.contains("Give one snapshot of each server"),
        "{}",
        twice.stderr
    );
}

#[test]
fn files_of_a_plan_are_as_their_schemas_say() {
    let (folder, _) = planned("encrypted");
    let args = [
        "plan",
        "skip",
        "note-console@mfa1",
        "--plan",
        "up",
        "--by",
        "Ada",
        "--reason",
        "known",
    ];
    assert_eq!(run(folder.path(), &args).code, 0);
    let status = run(folder.path(), &["plan", "status", "up", "--format", "json"]);
    let status = serde_json::from_str(&status.stdout).unwrap();
    crate::schemas::hold("plan", &[json(&folder.path().join("up/plan.json"))]);
    crate::schemas::hold("plan-state", &[json(&folder.path().join("up/state.json"))]);
    crate::schemas::hold("plan-status", &[status]);
}

#[test]
fn docs_name_every_placeholder() {
    let mut table = String::from("| place | what |\n|---|---|\n");
    for (name, is_list, meaning) in conferry::pack::plan::PLACEHOLDERS {
        let list = if is_list { "list: " } else { "" };
        table.push_str(&format!("| `{{{name}}}` | {list}{meaning} |\n"));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/plan.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text
        .split_once("<!-- made by tests/it/plan.rs -->\n")
        .unwrap();
    let (found, after) = rest.split_once("<!-- end -->").unwrap();
    if std::env::var_os("CONFERRY_BLESS").is_some() {
        let text = format!("{before}<!-- made by tests/it/plan.rs -->\n{table}<!-- end -->{after}");
        fs::write(&path, text).unwrap();
        return;
    }
    assert_eq!(found, table, "CONFERRY_BLESS=1 writes it anew");
}

#[test]
fn a_drive_is_planned_for_too_and_its_snapshot_is_then_to_do() {
    let estate = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/estates/three-servers");
    let folder = folder(&[]);
    crate::command::copy_tree(&estate, folder.path());
    let servers = ["agent1", "portal1"].map(str::to_owned);
    let done = plan(folder.path(), &servers, &["-o", "up/runbook.md"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let states = states(folder.path());
    assert_eq!(states["snapshot@agent1"], "open");
    assert_eq!(states["uninstall-agent@agent1"], "closed");
    let runbook = fs::read_to_string(folder.path().join("up/runbook.md")).unwrap();
    assert!(
        runbook.contains("conferry snapshot create -o agent1.zip"),
        "{runbook}"
    );
    assert!(runbook.contains("there is no snapshot yet"));
}

#[test]
fn what_upgrade_did_is_done_and_what_stopped_it_blocks() {
    let contoso = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso");
    let (folder, names) = planned("three-servers");
    let [new, base] = ["new", "base"].map(|side| contoso.join(side).display().to_string());
    let mut args = vec!["upgrade", "--new", &new, "--base", &base];
    args.extend(["--to-version", "8.0", "-o", "out"]);
    // As the runbook writes it.
    args.push("--old");
    args.extend(names.iter().map(String::as_str));
    let done = run(folder.path(), &args);
    assert_eq!(done.code, 0, "{}", done.stdout);
    let runbook = fs::read_to_string(folder.path().join("out/runbook.md")).unwrap();
    assert!(
        runbook.contains("- [x] **Carry the settings over**"),
        "{runbook}"
    );
    assert!(
        runbook.contains("conferry carried the settings of User Portal on portal1"),
        "{runbook}"
    );
    assert!(
        runbook.contains(r"(Join-Path out\deploy\portal1 C)"),
        "{runbook}"
    );
    plan(
        folder.path(),
        &names,
        &["-o", "up/runbook.md", "--upgrade", "out/upgrade.json"],
    );
    assert_eq!(states(folder.path())["merge"], "done");
    // Without a counterpart among the new files it is blocked, in the runbook too.
    let portal = contoso
        .join("new/MultiFactorAuthWebServiceSdk")
        .display()
        .to_string();
    let args = [
        "upgrade", "--old", "portal1", "--new", &portal, "-o", "none",
    ];
    assert_eq!(run(folder.path(), &args).code, 1);
    let runbook = fs::read_to_string(folder.path().join("none/runbook.md")).unwrap();
    assert!(runbook.contains("**Blocked by 1 thing.**"), "{runbook}");
    assert!(
        runbook.contains("no new User Portal is among the files"),
        "{runbook}"
    );
}

#[test]
fn another_product_has_steps_of_its_own() {
    let config = "<configuration>\r\n  <appSettings>\r\n    <add key=\"umbracoConfigurationStatus\" value=\"7.5.0\" />\r\n  </appSettings>\r\n</configuration>\r\n";
    let folder = folder(&[("web1/c/inetpub/site/web.config", config.as_bytes())]);
    let done = plan(folder.path(), &["web1".to_owned()], &["--format", "json"]);
    let plan: Value =
        serde_json::from_str(&done.stdout).unwrap_or_else(|_| panic!("{}", done.stderr));
    assert_eq!(plan["procedure"]["id"], "umbraco-from-zip");
    let steps = plan["steps"].as_array().unwrap();
    assert!(steps.len() > 8);
    let own = |step: &Value| step["rule"].as_str().unwrap().starts_with("umbraco-");
    assert!(steps.iter().all(own), "{steps:#?}");
    assert_eq!(plan["questions"].as_array().unwrap().len(), 0);
}

#[test]
fn what_no_step_removes_keeps_steps_closed_too() {
    let estate = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/estates/load-balanced");
    let (folder, names) = snapshots(&estate);
    let below = folder.path().join("agent1/files/mfa-server");
    let file = crate::command::tree(&below).into_keys().next().unwrap();
    fs::write(below.join(file), "damaged").unwrap();
    let planned = plan(folder.path(), &names, &["-o", "up/runbook.md"]);
    assert_eq!(planned.code, 1, "{}", planned.stdout);
    let done = |id: &str| {
        let args = ["plan", "done", id, "--plan", "up", "--by", "Ada"];
        run(folder.path(), &args)
    };
    // Somebody may believe so; the plan has seen otherwise.
    for id in ["verify-snapshot@agent1", "rehearse-restore@agent1"] {
        assert_eq!(done(id).code, 0);
    }
    let refused = done("uninstall-sdk@agent1");
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("the upgrade is stopped"),
        "{}",
        refused.stderr
    );
    assert_eq!(states(folder.path())["uninstall-sdk@agent1"], "closed");
}
