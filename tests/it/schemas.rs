//! `conferry schema NAME` describes what the commands print: each report of the cases is valid, and no field of it
//! is missing in its schema.

use std::path::Path;

use boon::{Compiler, Schemas};
use serde_json::Value;

use crate::command::{MERGE_THREE, copy_tree, folder, run};

fn schema(name: &str) -> Value {
    let folder = folder(&[]);
    let done = run(folder.path(), &["schema", name]);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    serde_json::from_str(&done.stdout).unwrap()
}

/// The schema in which an object has the properties that are named and no others.
fn strict(mut schema: Value) -> Value {
    fn close(value: &mut Value) {
        match value {
            Value::Object(object) => {
                object.values_mut().for_each(close);
                if object.get("properties").is_some_and(Value::is_object) {
                    object.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
                }
            }
            Value::Array(values) => values.iter_mut().for_each(close),
            _ => {}
        }
    }
    close(&mut schema);
    schema
}

/// Holds every document to its schema.
pub fn hold(name: &str, documents: &[Value]) {
    const PLACE: &str = "schema.json";
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource(PLACE, strict(schema(name))).unwrap();
    let schema = compiler.compile(PLACE, &mut schemas).unwrap();
    for document in documents {
        if let Err(wrong) = schemas.validate(document, schema) {
            panic!("{name}: {wrong:#}");
        }
    }
    assert!(!documents.is_empty());
}

/// What `args` print in a case folder.
fn printed(case: &Path, args: &[&str]) -> Value {
    let folder = folder(&[]);
    copy_tree(case, folder.path());
    let done = run(folder.path(), args);
    assert!(done.code < 2, "{}: {}", case.display(), done.stderr);
    serde_json::from_str(&done.stdout).unwrap()
}

fn cases(name: &str) -> Vec<std::path::PathBuf> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(name);
    let mut found: Vec<_> = std::fs::read_dir(cases)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    found
}

#[test]
fn reports_of_merges_are_as_their_schema_says() {
    let args = [&MERGE_THREE[..], &["--dry-run", "--format", "json"]].concat();
    let plain = |case: &std::path::PathBuf| {
        let cmd = std::fs::read_to_string(case.join("cmd.toml")).unwrap();
        let has_three = ["base", "old", "new"]
            .iter()
            .all(|name| case.join(format!("{name}.config")).is_file());
        has_three && !cmd.contains("exit = 2") && !cmd.contains("command") && !cmd.contains("args")
    };
    let reports: Vec<Value> = (cases("merge").into_iter().filter(plain).step_by(2))
        .map(|case| printed(&case, &args))
        .collect();
    assert!(reports.len() > 30);
    for field in ["conflicts", "decisions", "equal"] {
        let has = |report: &Value| !report[field].as_array().unwrap().is_empty();
        assert!(reports.iter().any(has), "no report has {field}");
    }
    hold("merge", &reports);
}

#[test]
fn reports_of_differences_and_of_lint_are_as_their_schemas_say() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso");
    let diff = [
        "diff",
        "old/PhoneFactor",
        "new/MultiFactorAuth",
        "--format",
        "json",
    ];
    let three = [
        "diff",
        "base/PhoneFactor",
        "old/PhoneFactor",
        "new/MultiFactorAuth",
        "--format",
        "json",
    ];
    hold(
        "diff",
        &[printed(&fixture, &diff), printed(&fixture, &three)],
    );
    let lint = [
        "lint", "server", "--select", "PF", "--select", "SEC", "--format", "json",
    ];
    hold("lint", &[printed(&fixture, &lint)]);
}

#[test]
fn reports_that_were_put_together_are_as_their_schema_says() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso");
    let folder = folder(&[]);
    copy_tree(&fixture, folder.path());
    for (name, args) in [
        (
            "lint.json",
            &["lint", "server", "--select", "PF", "--format", "json"][..],
        ),
        ("diff.json", &["diff", "old", "new", "--format", "json"]),
    ] {
        let done = run(folder.path(), args);
        std::fs::create_dir_all(folder.path().join("reports")).unwrap();
        std::fs::write(folder.path().join("reports").join(name), done.stdout).unwrap();
    }
    let done = run(
        folder.path(),
        &["report", "merge", "reports", "--format", "json"],
    );
    assert_eq!(done.code, 1, "{}", done.stderr);
    hold(
        "report-merge",
        &[serde_json::from_str(&done.stdout).unwrap()],
    );
}

#[test]
fn records_of_upgrades_are_as_their_schema_says() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso");
    let new = ["--new", "new", "--dry-run", "--format", "json"];
    let clean = [&["upgrade", "--old", "old", "--base", "base"][..], &new].concat();
    let blocked = [&["upgrade", "--old", "server/mfa1"][..], &new].concat();
    hold(
        "upgrade",
        &[printed(&fixture, &clean), printed(&fixture, &blocked)],
    );
}

#[test]
fn reports_about_what_is_deployed_are_as_their_schema_says() {
    let folder = folder(&[]);
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso");
    copy_tree(&fixture, folder.path());
    let upgrade = [
        "upgrade", "--old", "old", "--base", "base", "--new", "new", "-o", "out",
    ];
    assert_eq!(run(folder.path(), &upgrade).code, 0);
    copy_tree(
        &folder.path().join("out/deploy/old/C"),
        &folder.path().join("live"),
    );
    let portal = folder.path().join("live/inetpub/wwwroot/MultiFactorAuth");
    let text = std::fs::read_to_string(portal.join("web.config")).unwrap();
    let text = text.replace("mode=\"Off\"", "mode=\"On\"");
    std::fs::write(portal.join("web.config"), text).unwrap();
    std::fs::rename(
        portal.join("App_Themes/Contoso"),
        portal.join("App_Themes/Other"),
    )
    .unwrap();
    let verify = [
        "verify-deployed",
        "out/upgrade.json",
        "--root",
        "live",
        "--format",
        "json",
    ];
    let done = run(folder.path(), &verify);
    assert_eq!(done.code, 1, "{}", done.stderr);
    let report: Value = serde_json::from_str(&done.stdout).unwrap();
    let server = &report["servers"][0];
    assert!(!server["findings"].as_array().unwrap().is_empty());
    let files = server["files"].as_array().unwrap();
    assert!(files.iter().any(|file| !file["differences"].is_null()));
    assert_eq!(report["run"]["host"], "SRV01");
    hold("verify-deployed", &[report]);
}

#[test]
fn every_report_names_the_run_that_made_it() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso");
    for args in [
        &["lint", "old", "--format", "json"][..],
        &["diff", "old", "new", "--format", "json"],
        &["rewrite", "old", "--format", "json"],
        &[
            "upgrade",
            "--old",
            "old",
            "--new",
            "new",
            "--dry-run",
            "--format",
            "json",
        ],
    ] {
        let report = printed(&fixture, args);
        assert_eq!(
            report["run"],
            serde_json::json!({ "host": "SRV01", "id": "run-1" }),
            "{args:?}"
        );
    }
}
