//! conferry verify-deployed: what drifted, what did not, and what is not there.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command::{Run, copy_tree, folder, run, tree};

/// The estate upgraded, with the files in their places below `live/c`.
fn deployed() -> tempfile::TempDir {
    let folder = folder(&[]);
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso");
    copy_tree(&fixture, folder.path());
    let args = [
        "upgrade",
        "--old",
        "mfa1=server/mfa1/c",
        "--base",
        "base",
        "--new",
        "new",
        "-o",
        "out",
    ];
    let done = run(folder.path(), &args);
    assert_eq!(done.code, 0, "{}", done.stderr);
    copy_tree(
        &folder.path().join("out/deploy/mfa1/C"),
        &folder.path().join("live/c"),
    );
    folder
}

fn verify(folder: &Path, args: &[&str]) -> Run {
    run(
        folder,
        &[
            &["verify-deployed", "out/upgrade.json", "--root", "live"],
            args,
        ]
        .concat(),
    )
}

fn report(folder: &Path, code: i32) -> Value {
    let done = verify(folder, &["--format", "json"]);
    assert_eq!(done.code, code, "{}{}", done.stdout, done.stderr);
    serde_json::from_str(&done.stdout).unwrap()
}

fn file<'v>(report: &'v Value, end: &str) -> &'v Value {
    let files = report["servers"][0]["files"].as_array().unwrap();
    let ends = |file: &&Value| file["path"].as_str().unwrap().ends_with(end);
    files.iter().find(ends).unwrap_or_else(|| panic!("{end}"))
}

fn portal(folder: &Path) -> PathBuf {
    folder.join("live/c/inetpub/wwwroot/MultiFactorAuth/web.config")
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

const PORTAL: &str = "MultiFactorAuth/web.config";

#[test]
fn what_was_deployed_is_as_planned_and_nothing_is_written() {
    let folder = deployed();
    let before = tree(folder.path());
    let report = report(folder.path(), 0);
    assert_eq!(report["verdict"], "as-planned");
    assert_eq!(report["counts"]["same"], report["counts"]["files"]);
    assert_eq!(tree(folder.path()), before);
    let done = verify(folder.path(), &[]);
    assert!(done.stdout.starts_with("As planned: "), "{}", done.stdout);
    // The drive may be named by itself, and in other case.
    let done = run(
        folder.path(),
        &[
            "verify-deployed",
            "out/upgrade.json",
            "--root",
            "MFA1=live/c",
        ],
    );
    assert_eq!(done.code, 0, "{}", done.stderr);
}

#[test]
fn a_changed_setting_is_named_with_its_place_and_secrets_are_masked() {
    let folder = deployed();
    edit(&portal(folder.path()), "timeout=\"10\"", "timeout=\"20\"");
    let password = "WEB_SERVICE_SDK_AUTHENTICATION_PASSWORD\" value=\"";
    edit(
        &portal(folder.path()),
        password,
        &format!("{password}Hush-Hush"),
    );
    let report = report(folder.path(), 1);
    let portal = file(&report, PORTAL);
    assert_eq!(
        (report["verdict"].as_str(), portal["state"].as_str()),
        (Some("drifted"), Some("drifted"))
    );
    let changes = portal["differences"]["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 2, "{changes:?}");
    let done = verify(folder.path(), &[]);
    for part in [
        "drifted",
        "MultiFactorAuth\\web.config",
        "timeout",
        "\"10\"",
        "\"20\"",
    ] {
        assert!(done.stdout.contains(part), "no {part} in {}", done.stdout);
    }
    assert!(!done.stdout.contains("Hush") && !report.to_string().contains("Hush"));
}

#[test]
fn other_bytes_of_the_same_meaning_have_not_drifted() {
    let folder = deployed();
    let text = fs::read_to_string(portal(folder.path())).unwrap();
    fs::write(
        portal(folder.path()),
        text.replace("\r\n", "\n").replace(" />", "/>"),
    )
    .unwrap();
    let report = report(folder.path(), 0);
    assert_eq!(file(&report, PORTAL)["state"], "same-in-effect");
}

#[test]
fn what_is_missing_or_cannot_be_understood_is_told() {
    let folder = deployed();
    fs::remove_file(portal(folder.path())).unwrap();
    let missing = report(folder.path(), 1);
    assert_eq!(file(&missing, PORTAL)["state"], "missing");
    fs::write(portal(folder.path()), "<configuration>").unwrap();
    let broken = report(folder.path(), 2);
    assert_eq!(
        (
            broken["verdict"].as_str(),
            file(&broken, PORTAL)["state"].as_str()
        ),
        (Some("failed"), Some("unreadable"))
    );
}

#[test]
fn a_sidecar_that_drifted_is_told_with_the_setting_in_it() {
    let folder = deployed();
    let sidecar = folder.path().join("live/c/inetpub/pa/private.config");
    edit(&sidecar, "CONTOSO", "FABRIKAM");
    let report = report(folder.path(), 1);
    assert_eq!(file(&report, "pa/private.config")["state"], "drifted");
    let service = file(&report, "pa/web.config");
    assert_eq!(service["state"], "drifted");
    assert!(
        service["differences"].to_string().contains("FABRIKAM"),
        "{service}"
    );
    fs::remove_file(sidecar).unwrap();
    let report = self::report(folder.path(), 1);
    assert_eq!(file(&report, "pa/private.config")["state"], "missing");
    assert!(
        file(&report, "pa/web.config")["notes"]
            .to_string()
            .contains("private.config was not found")
    );
}

#[test]
fn a_section_that_was_encrypted_since_is_named_and_not_compared() {
    let folder = deployed();
    let text = fs::read_to_string(portal(folder.path())).unwrap();
    let (head, rest) = text.split_once("<appSettings>").unwrap();
    let (_, tail) = rest.split_once("</appSettings>").unwrap();
    let encrypted = "<appSettings configProtectionProvider=\"RsaProtectedConfigurationProvider\"><EncryptedData><CipherData><CipherValue>AQAA</CipherValue></CipherData></EncryptedData></appSettings>";
    fs::write(portal(folder.path()), format!("{head}{encrypted}{tail}")).unwrap();
    let done = verify(folder.path(), &["--format", "json"]);
    let report: Value = serde_json::from_str(&done.stdout).unwrap();
    let portal = file(&report, PORTAL);
    assert_eq!(portal["state"], "same-in-effect", "{portal}");
    assert!(
        portal["notes"]
            .to_string()
            .contains("`appSettings` was encrypted since"),
        "{portal}"
    );
}

#[test]
fn lint_tells_only_what_is_new() {
    let folder = deployed();
    // The theme has another name, which is nothing that a configuration says.
    let themes = folder
        .path()
        .join("live/c/inetpub/wwwroot/MultiFactorAuth/App_Themes");
    fs::rename(themes.join("Contoso"), themes.join("Other")).unwrap();
    let report = report(folder.path(), 1);
    let findings = report["servers"][0]["findings"].as_array().unwrap();
    assert!(
        findings
            .iter()
            .any(|found| found["message"].as_str().unwrap().contains("Contoso")),
        "{findings:?}"
    );
    assert_eq!(file(&report, PORTAL)["state"], "same");
}

#[test]
fn weeks_later_the_record_alone_tells_what_differs() {
    let folder = deployed();
    fs::remove_dir_all(folder.path().join("out/deploy")).unwrap();
    assert_eq!(report(folder.path(), 0)["verdict"], "as-planned");
    edit(&portal(folder.path()), "timeout=\"10\"", "timeout=\"20\"");
    let report = report(folder.path(), 1);
    let settings = file(&report, PORTAL)["settings"].as_array().unwrap();
    assert_eq!(settings.len(), 1, "{settings:?}");
    let said = settings[0].as_str().unwrap();
    assert!(
        said.contains("@timeout") && said.contains("planned \"10\", live \"20\""),
        "{said}"
    );
    let record = fs::read_to_string(folder.path().join("out/upgrade.json")).unwrap();
    let text = fs::read_to_string(folder.path().join("old/PhoneFactor/web.config")).unwrap();
    let password = text.split("AUTHENTICATION_PASSWORD\"").nth(1).unwrap();
    let password = password.split('\'').nth(1).unwrap();
    assert!(password.len() > 6 && !record.contains(password));
    assert!(record.contains("WEB_SERVICE_SDK_AUTHENTICATION_PASSWORD"));
}

#[test]
fn servers_are_named_or_refused() {
    let folder = deployed();
    let base = ["verify-deployed", "out/upgrade.json"];
    for (args, part) in [
        (&["--root", "web9=live"][..], "knows no server `web9`"),
        (
            &["--server", "web9", "--root", "live"],
            "knows no server `web9`",
        ),
        (&["--root", "nowhere"], "no such folder"),
    ] {
        let done = run(folder.path(), &[&base[..], args].concat());
        assert_eq!(done.code, 2);
        assert!(done.stderr.contains(part), "{}", done.stderr);
    }
    fs::write(
        folder.path().join("other.json"),
        "{\"schema\": 1, \"command\": \"lint\"}",
    )
    .unwrap();
    let done = run(
        folder.path(),
        &["verify-deployed", "other.json", "--root", "live"],
    );
    assert!(
        done.code == 2 && done.stderr.contains("no upgrade.json"),
        "{}",
        done.stderr
    );
}
