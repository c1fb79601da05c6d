//! Reports of many servers put together: nothing is lost, equal things are one row, and what is no report is named.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::command::{conferry, folder, run};

const WEB: &str = "<configuration>\n  <appSettings>\n    <add key=\"A\" value=\"1\"/>\n    <add key=\"A\" value=\"2\"/>\n    <add key=\"Password\" value=\"PASSWORD\"/>\n  </appSettings>\n  <system.web>\n    <compilation debug=\"DEBUG\"/>\n  </system.web>\n</configuration>\n";

fn web(debug: &str, password: &str) -> String {
    WEB.replace("DEBUG", debug).replace("PASSWORD", password)
}

/// What `host` prints.
fn report(folder: &Path, host: &str, args: &[&str]) {
    let done = conferry(folder)
        .env("CONFERRY_HOST", host)
        .args(args)
        .args(["--format", "json"])
        .output()
        .unwrap();
    let name = format!("reports/{host}-{}.json", args[0]);
    fs::create_dir_all(folder.join("reports")).unwrap();
    fs::write(folder.join(name), done.stdout).unwrap();
}

fn farm() -> tempfile::TempDir {
    let folder = folder(&[
        ("web1/web.config", web("true", "Hush-one").as_bytes()),
        ("web2/web.config", web("true", "Hush-two").as_bytes()),
        ("web3/web.config", web("false", "Hush-two").as_bytes()),
        ("shipped.config", web("false", "Hush-0").as_bytes()),
    ]);
    for host in ["web1", "web2", "web3"] {
        report(folder.path(), host, &["lint", host]);
        let config = format!("{host}/web.config");
        report(folder.path(), host, &["diff", "shipped.config", &config]);
    }
    folder
}

fn merged(folder: &Path) -> Value {
    let done = run(folder, &["report", "merge", "reports", "--format", "json"]);
    assert_eq!(done.code, 1, "{}", done.stderr);
    serde_json::from_str(&done.stdout).unwrap()
}

#[test]
fn nothing_is_lost_and_equal_findings_are_one_row() {
    let folder = farm();
    let together = merged(folder.path());
    assert_eq!(together["servers"], 3);
    let (mut findings, mut changes) = (0, 0);
    for entry in fs::read_dir(folder.path().join("reports")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let one: Value = serde_json::from_str(&text).unwrap();
        findings += one["findings"].as_array().map_or(0, Vec::len);
        for file in one["files"].as_array().into_iter().flatten() {
            changes += file["changes"].as_array().unwrap().len();
            changes += file["findings"].as_array().unwrap().len();
        }
    }
    let rows = together["rows"].as_array().unwrap();
    let told = |of: &str| -> usize {
        let rows = rows.iter().filter(|row| row["of"] == of);
        rows.map(|row| row["on"].as_array().unwrap().len()).sum()
    };
    assert_eq!((told("lint"), told("diff")), (findings, changes));
    assert!(findings > 3 && changes > 2, "{findings} {changes}");
    let debug =
        |row: &&Value| row["of"] == "lint" && row["address"].as_str().unwrap().ends_with("/@debug");
    let on: Vec<usize> = (rows.iter().filter(debug))
        .map(|row| row["on"].as_array().unwrap().len())
        .collect();
    assert!(
        !on.is_empty() && on.iter().all(|count| *count == 2),
        "{on:?}"
    );
}

#[test]
fn every_format_has_all_servers_and_no_secret() {
    let folder = farm();
    for format in ["text", "json", "markdown", "html"] {
        let done = run(
            folder.path(),
            &["report", "merge", "reports", "--format", format],
        );
        assert_eq!(done.code, 1, "{format}: {}", done.stderr);
        for host in ["web1", "web2", "web3"] {
            assert!(done.stdout.contains(host), "{format}: no {host}");
        }
        assert!(!done.stdout.contains("Hush"), "{format}");
        // A number of a secret would say that two servers have the same one.
        assert!(!done.stdout.contains("[secret 1]"), "{format}");
    }
}

#[test]
fn the_order_of_reports_does_not_matter() {
    let folder = farm();
    let mut names: Vec<String> = ["web1", "web2", "web3"]
        .iter()
        .map(|host| format!("reports/{host}-lint.json"))
        .collect();
    let printed = |names: &[String]| {
        let names = names.iter().map(String::as_str);
        let args: Vec<&str> = ["report", "merge"].into_iter().chain(names).collect();
        run(folder.path(), &args).stdout
    };
    let first = printed(&names);
    names.reverse();
    assert_eq!(printed(&names), first);
}

#[test]
fn what_is_no_report_is_named_and_the_others_are_read() {
    let folder = farm();
    fs::write(folder.path().join("reports/other.json"), "{\"a\": 1}").unwrap();
    let done = run(
        folder.path(),
        &["report", "merge", "reports", "--format", "json"],
    );
    assert_eq!(done.code, 2);
    assert!(
        done.stderr.contains("it is no report of conferry") && done.stderr.contains("other.json")
    );
    let together: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(together["servers"], 3);
    assert_eq!(together["errors"].as_array().unwrap().len(), 1);
    let none = run(folder.path(), &["report", "merge", "web1"]);
    assert_eq!(none.code, 2);
    assert!(
        none.stderr.contains("no report (*.json) is in this folder"),
        "{}",
        none.stderr
    );
}

#[test]
fn servers_without_a_finding_are_a_clean_end() {
    let folder = folder(&[("web.config", b"<configuration/>\n")]);
    report(folder.path(), "web1", &["lint", "web.config"]);
    let done = run(folder.path(), &["report", "merge", "reports"]);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    assert_eq!(done.stdout, "Nothing was found in 1 report of 1 server\n");
}
