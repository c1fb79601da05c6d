//! `conferry plan` where names, files and people are not as they should be.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::command::{Run, conferry, folder, run};

/// Snapshots of servers of the estates, as they were found.
fn taken(servers: &[(&str, &str)]) -> TempDir {
    let folder = folder(&[]);
    for (estate, server) in servers {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/estates");
        take(
            folder.path(),
            server,
            &from.join(estate).join(server).join("c"),
        );
    }
    folder
}

fn take(folder: &Path, server: &str, drive: &Path) {
    let mut command = conferry(folder);
    command
        .env("CONFERRY_HOST", server)
        .args(["snapshot", "create", "-o", server, "--root"])
        .arg(drive);
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
}

fn three() -> TempDir {
    taken(&[
        ("three-servers", "agent1"),
        ("three-servers", "portal1"),
        ("three-servers", "mobile1"),
    ])
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// All commands of the plan in `up`.
fn commands(folder: &Path) -> Vec<String> {
    let plan = json(&folder.join("up/plan.json"));
    let steps = plan["steps"].as_array().unwrap();
    let commands = steps.iter().filter_map(|step| step["commands"].as_array());
    let commands = commands.flatten();
    commands
        .map(|one| one.as_str().unwrap().to_owned())
        .collect()
}

/// `done` and the like, in the name of Ada.
fn note(folder: &Path, what: &str, id: &str) -> Run {
    let mut args = vec!["plan", what, id, "--plan", "up", "--by", "Ada"];
    if what == "skip" || what == "fail" {
        args.extend(["--reason", "so"]);
    }
    run(folder, &args)
}

fn state_of(folder: &Path, id: &str) -> Value {
    let done = run(folder, &["plan", "status", "up", "--format", "json"]);
    let status: Value = serde_json::from_str(&done.stdout).unwrap();
    let steps = status["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["id"] == id).unwrap();
    step["state"].clone()
}

#[test]
fn the_upgrade_of_a_runbook_is_that_of_the_plan() {
    let folder = three();
    let args = [
        "plan",
        "X 1=agent1",
        "portal1",
        "mobile1",
        "--vdir",
        "PhoneFactor=Portal",
        "--keep-vdir",
        "PhoneFactorWebServiceSdk",
        "-o",
        "up/runbook.md",
    ];
    assert_eq!(run(folder.path(), &args).code, 0);
    let commands = commands(folder.path());
    let upgrade = commands
        .iter()
        .find(|one| one.starts_with("conferry upgrade "));
    let upgrade = upgrade.unwrap();
    assert_eq!(
        upgrade,
        "conferry upgrade --old 'X 1=agent1' --old portal1 --old mobile1 --new new --to-version 8.0 --keep-vdir PhoneFactorWebServiceSdk --vdir 'PhoneFactor=Portal' -o upgrade"
    );
    // It is one that conferry takes, and its files are where the runbook takes them from.
    let new = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso/new");
    crate::command::copy_tree(&new, &folder.path().join("new"));
    let words = shell(upgrade);
    let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    let done = run(folder.path(), &words);
    assert!(done.code < 2, "{}", done.stderr);
    let record = json(&folder.path().join("upgrade/upgrade.json"));
    let servers = record["servers"].as_array().unwrap();
    let names: Vec<&Value> = servers.iter().map(|server| &server["name"]).collect();
    assert_eq!(names, ["X 1", "portal1", "mobile1"]);
    let renamed = record["virtual_directories"].to_string();
    assert!(
        renamed.contains("\"Portal\"") && !renamed.contains("WebServiceSdk"),
        "{renamed}"
    );
}

/// The words of a command, as PowerShell takes single quotes.
fn shell(command: &str) -> Vec<String> {
    let (mut words, mut is_quoted) = (vec![String::new()], false);
    for char in command.chars() {
        match char {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            char => words.last_mut().unwrap().push(char),
        }
    }
    words
}

#[test]
fn files_of_every_drive_are_put_in_place() {
    let folder = taken(&[("three-servers", "portal1")]);
    // Another drive than C: is only there on Windows.
    let path = folder.path().join("portal1/manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    let moved = text.replace("C:\\\\inetpub", "D:\\\\inetpub");
    assert_ne!(text, moved);
    fs::write(&path, moved).unwrap();
    let done = run(folder.path(), &["plan", "portal1", "-o", "up/runbook.md"]);
    assert!(done.code < 2, "{}", done.stderr);
    let commands = commands(folder.path());
    assert!(
        commands.contains(&r"Get-ChildItem -Force -LiteralPath (Join-Path upgrade\deploy\portal1 D) | Copy-Item -Recurse -Force -Destination D:\".to_owned()),
        "{commands:#?}"
    );
}

#[test]
fn what_keeps_things_is_not_left_out() {
    let folder = three();
    assert_eq!(
        run(folder.path(), &["plan", "agent1", "-o", "up/runbook.md"]).code,
        0
    );
    let closed = "uninstall-agent@agent1";
    let skipped = note(folder.path(), "skip", "verify-snapshot@agent1");
    assert_eq!(skipped.code, 0);
    assert!(
        skipped
            .stderr
            .contains("uninstall-sdk@agent1 and uninstall-agent@agent1 stay closed"),
        "{}",
        skipped.stderr
    );
    assert_eq!(state_of(folder.path(), closed), "closed");
    assert_eq!(note(folder.path(), "done", closed).code, 1);
    // What failed once is not open for that.
    assert_eq!(note(folder.path(), "fail", closed).code, 0);
    assert_eq!(state_of(folder.path(), closed), "closed");
    assert_eq!(note(folder.path(), "done", closed).code, 1);
    assert_eq!(
        note(folder.path(), "done", "verify-snapshot@agent1").code,
        0
    );
    assert_eq!(note(folder.path(), "done", closed).code, 0);
    // A step that keeps nothing can be left out without more words.
    assert_eq!(
        note(folder.path(), "skip", "test-clients")
            .stderr
            .lines()
            .count(),
        1
    );
}

#[test]
fn nothing_that_was_written_down_is_lost() {
    let folder = three();
    assert_eq!(
        run(folder.path(), &["plan", "agent1", "-o", "up/runbook.md"]).code,
        0
    );
    let ids = [
        "announce-downtime",
        "test-clients",
        "keep-evidence",
        "back-install",
    ];
    let runs: Vec<_> = ids
        .iter()
        .map(|id| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_conferry"));
            command.current_dir(folder.path());
            command.args(["plan", "done", id, "--plan", "up", "--by", "Ada"]);
            command.stderr(std::process::Stdio::null()).spawn().unwrap()
        })
        .collect();
    let ended = runs
        .into_iter()
        .map(|mut one| one.wait().unwrap().success());
    let written = ended.filter(|is_written| *is_written).count();
    let state = json(&folder.path().join("up/state.json"));
    assert!(written > 0);
    assert_eq!(state["steps"].as_array().unwrap().len(), written);
}

#[test]
fn an_edited_plan_writes_nowhere_else_and_ends_in_words() {
    let folder = three();
    assert_eq!(
        run(folder.path(), &["plan", "agent1", "-o", "up/runbook.md"]).code,
        0
    );
    let path = folder.path().join("up/plan.json");
    let whole = json(&path);
    let done = |plan: &Value| {
        fs::write(&path, plan.to_string()).unwrap();
        note(folder.path(), "done", "announce-downtime")
    };
    for view in [
        "../evil.md",
        "/evil.md",
        "a\\b.md",
        "state.json",
        "PLAN.json",
    ] {
        let mut plan = whole.clone();
        plan["views"] = serde_json::json!([view]);
        let done = done(&plan);
        assert_eq!(done.code, 2, "{view}");
        assert!(
            done.stderr
                .contains("it names a runbook that conferry does not write"),
            "{}",
            done.stderr
        );
    }
    let mut plan = whole.clone();
    plan["schema"] = 2.into();
    assert!(done(&plan).stderr.contains("has version 2 of the format"));
    // Steps that wait for each other, and hashes that are none.
    let mut plan = whole.clone();
    let ids: Vec<Value> = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["id"].clone())
        .collect();
    for step in plan["steps"].as_array_mut().unwrap() {
        step["after"] = ids.clone().into();
        step["evidence"] = serde_json::json!([{ "what": "was", "file": "x", "sha256": "é" }]);
    }
    assert_eq!(done(&plan).code, 0);
    fs::write(
        folder.path().join("up/state.json"),
        "{\"schema\": 2, \"steps\": []}",
    )
    .unwrap();
    assert!(done(&whole).stderr.contains("has version 2 of the format"));
}

#[test]
fn a_runbook_takes_the_place_of_no_input() {
    let folder = three();
    fs::write(folder.path().join("upgrade.json"), "{}").unwrap();
    fs::write(
        folder.path().join("key.txt"),
        "long words that nobody guesses",
    )
    .unwrap();
    for (args, said) in [
        (&["-o", "up/State.json"][..], "a file of the plan itself"),
        (&["-o", "up/a.md", "-o", "up/a.md"], "are the same file"),
        (
            &["-o", "agent1/manifest.json"],
            "the plan lies in a snapshot",
        ),
        (&["-o", "key.txt", "--passphrase-file", "key.txt"], "key"),
    ] {
        let done = run(folder.path(), &[&["plan", "agent1"], args].concat());
        assert_eq!(done.code, 2, "{args:?}");
        assert!(done.stderr.contains(said), "{}", done.stderr);
    }
    assert!(!folder.path().join("up").exists());
    assert_eq!(
        fs::read_to_string(folder.path().join("key.txt")).unwrap(),
        "long words that nobody guesses"
    );
}

#[test]
fn every_step_has_an_id_of_its_own() {
    let folder = three();
    let args = ["plan", "мфа1=agent1", "веб1=portal1", "-o", "up/runbook.md"];
    assert_eq!(run(folder.path(), &args).code, 0);
    let plan = json(&folder.path().join("up/plan.json"));
    let steps = plan["steps"].as_array().unwrap();
    let ids: std::collections::HashSet<&str> = steps
        .iter()
        .map(|step| step["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), steps.len());
    let bad = run(folder.path(), &["plan", "web.=agent1"]);
    assert_eq!(bad.code, 2);
    assert!(
        bad.stderr.contains("the name of the server is not usable"),
        "{}",
        bad.stderr
    );
}

#[test]
fn an_encrypted_file_beside_the_configuration_blocks_too() {
    let folder = folder(&[]);
    let from =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/estates/three-servers/portal1/c");
    crate::command::copy_tree(&from, &folder.path().join("c"));
    let portal = folder.path().join("c/inetpub/wwwroot/PhoneFactor");
    let text = fs::read_to_string(portal.join("web.config")).unwrap();
    let (head, rest) = text.split_once("<connectionStrings").unwrap();
    let tail = match rest.split_once("</connectionStrings>") {
        Some((_, tail)) => tail,
        None => rest.split_once("/>").unwrap().1,
    };
    let text = format!("{head}<connectionStrings configSource=\"secret.config\" />{tail}");
    fs::write(portal.join("web.config"), text).unwrap();
    fs::write(
        portal.join("secret.config"),
        "<connectionStrings configProtectionProvider=\"RsaProtectedConfigurationProvider\"><EncryptedData xmlns=\"http://www.w3.org/2001/04/xmlenc#\"><CipherData><CipherValue>AAAA</CipherValue></CipherData></EncryptedData></connectionStrings>",
    )
    .unwrap();
    take(folder.path(), "web1", &folder.path().join("c"));
    let done = run(folder.path(), &["plan", "web1", "--check"]);
    assert_eq!(done.code, 1, "{}", done.stdout);
    assert!(
        done.stdout
            .contains("-pdf connectionStrings C:\\inetpub\\wwwroot\\PhoneFactor"),
        "{}",
        done.stdout
    );
    // `upgrade` names it by the same words.
    let contoso = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso");
    let [new, base] = ["new", "base"].map(|side| contoso.join(side).display().to_string());
    let args = [
        "upgrade",
        "--old",
        "web1",
        "--new",
        &new,
        "--base",
        &base,
        "--dry-run",
    ];
    let done = run(folder.path(), &args);
    assert!(
        done.stdout
            .contains("the section `connectionStrings` of secret.config is encrypted"),
        "{}",
        done.stdout
    );
}

#[test]
fn a_server_gets_only_what_the_new_version_has() {
    let folder = three();
    let args = [
        "plan",
        "agent1",
        "portal1",
        "mobile1",
        "-o",
        "up/runbook.md",
    ];
    assert_eq!(run(folder.path(), &args).code, 0);
    let plan = json(&folder.path().join("up/plan.json"));
    let steps = plan["steps"].as_array().unwrap();
    let has = |id: &str| steps.iter().any(|step| step["id"] == id);
    assert!(
        has("deploy@portal1") && has("verify-deployed@portal1") && has("prerequisites@portal1")
    );
    assert!(
        !has("deploy@mobile1") && !has("verify-deployed@mobile1") && !has("prerequisites@mobile1")
    );
    assert!(has("uninstall-mobile@mobile1"));
}

#[test]
fn steps_come_after_those_that_they_wait_for() {
    for (estate, server, version) in [
        ("version-6", "mfa1", "8.0"),
        ("version-6", "mfa1", "8.1"),
        ("three-servers", "agent1", "8.0"),
    ] {
        let folder = taken(&[(estate, server)]);
        let args = [
            "plan",
            server,
            "--to-version",
            version,
            "-o",
            "up/runbook.md",
        ];
        assert_eq!(run(folder.path(), &args).code, 0);
        let plan = json(&folder.path().join("up/plan.json"));
        let steps = plan["steps"].as_array().unwrap();
        let mut seen: Vec<&Value> = Vec::new();
        for step in steps {
            for before in step["after"].as_array().into_iter().flatten() {
                assert!(seen.contains(&before), "{} before {before}", step["id"]);
            }
            seen.push(&step["id"]);
        }
        // With the Migration Utility portal, SDK and adapter stay as they are.
        let deploys = seen
            .iter()
            .any(|id| id.as_str().unwrap().starts_with("deploy"));
        assert_eq!(deploys, version != "8.1");
    }
}

#[test]
fn no_plan_leads_back() {
    let folder = three();
    for (from, to) in [("6.3", "6.3"), ("7.0", "6.3"), ("5.2", "5.1")] {
        fs::write(
            folder.path().join("a.toml"),
            format!("from-version = \"{from}\"\n"),
        )
        .unwrap();
        let args = ["plan", "agent1", "--answers", "a.toml", "--to-version", to];
        let done = run(folder.path(), &args);
        assert_eq!(done.code, 2, "{from} to {to}");
        assert!(
            done.stderr.contains("no procedure leads from version"),
            "{}",
            done.stderr
        );
    }
}

#[test]
fn another_product_on_the_server_is_not_passed_over() {
    let folder = folder(&[]);
    let from =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/estates/three-servers/portal1/c");
    crate::command::copy_tree(&from, &folder.path().join("c"));
    let site = folder.path().join("c/inetpub/site");
    fs::create_dir_all(&site).unwrap();
    let config = "<configuration><appSettings><add key=\"umbracoConfigurationStatus\" value=\"7.5.0\" /></appSettings></configuration>";
    fs::write(site.join("web.config"), config).unwrap();
    take(folder.path(), "web1", &folder.path().join("c"));
    let done = run(folder.path(), &["plan", "web1", "--format", "json"]);
    let plan: Value = serde_json::from_str(&done.stdout).unwrap();
    assert!(
        plan["unchecked"]
            .to_string()
            .contains("Umbraco site in C:\\\\inetpub\\\\site is another product"),
        "{}",
        plan["unchecked"]
    );
    let estate = plan["estate"].as_array().unwrap();
    assert!(estate.iter().all(|row| row["title"] != "Umbraco site"));
}

#[test]
fn what_was_decrypted_is_encrypted_again() {
    let folder = three();
    let encrypts = |more: &[&str]| {
        let args = [&["plan", "portal1", "--format", "json"], more].concat();
        let plan: Value = serde_json::from_str(&run(folder.path(), &args).stdout).unwrap();
        let mut steps = plan["steps"].as_array().unwrap().iter();
        steps.any(|step| step["id"] == "encrypt-decrypted@portal1")
    };
    assert!(!encrypts(&[]));
    fs::write(
        folder.path().join("a.toml"),
        "[answers]\ndecrypted = \"yes\"\n",
    )
    .unwrap();
    assert!(encrypts(&["--answers", "a.toml"]));
}

#[test]
fn a_step_that_was_left_out_is_not_called_done() {
    let folder = three();
    let plan = |more: &[&str]| {
        let args = [&["plan", "agent1", "-o", "up/runbook.md"], more].concat();
        assert_eq!(run(folder.path(), &args).code, 0);
    };
    plan(&[]);
    assert_eq!(note(folder.path(), "skip", "install-server@agent1").code, 0);
    plan(&["--to-version", "7.3"]);
    let status = run(folder.path(), &["plan", "status", "up"]).stdout;
    assert!(
        status.contains("skipped by Ada at ") && !status.contains("done by Ada"),
        "{status}"
    );
}
