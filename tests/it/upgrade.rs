//! conferry upgrade: the estate, several servers, what blocks, the folder that is written.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use conferry::io::stream::sha256;
use serde_json::Value;

use crate::command::{Run, conferry, copy_tree, folder, run, tree};
use crate::installer_maker::Maker;

fn contoso() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso")
}

/// A folder with the estate in it.
fn estate() -> tempfile::TempDir {
    let folder = folder(&[]);
    copy_tree(&contoso(), folder.path());
    folder
}

const ESTATE: [&str; 7] = ["upgrade", "--old", "old", "--base", "base", "--new", "new"];

fn upgrade(folder: &Path, args: &[&str]) -> Run {
    run(folder, &[&["upgrade"], args].concat())
}

fn record(folder: &Path, out: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.join(out).join("upgrade.json")).unwrap()).unwrap()
}

fn printed(folder: &Path, args: &[&str]) -> (i32, Value) {
    let done = upgrade(folder, &[args, &["--dry-run", "--format", "json"]].concat());
    let value = serde_json::from_str(&done.stdout).unwrap_or_else(|_| panic!("{}", done.stderr));
    (done.code, value)
}

fn component<'v>(record: &'v Value, server: &str, id: &str) -> &'v Value {
    let servers = record["servers"].as_array().unwrap();
    let server = servers
        .iter()
        .find(|found| found["name"] == server)
        .unwrap();
    let components = server["components"].as_array().unwrap();
    components.iter().find(|found| found["id"] == id).unwrap()
}

/// All files to deploy.
fn files(record: &Value) -> Vec<&Value> {
    let servers = record["servers"].as_array().unwrap();
    servers
        .iter()
        .flat_map(|server| {
            let components = server["components"].as_array().unwrap();
            let own = components
                .iter()
                .flat_map(|found| found["files"].as_array().unwrap());
            own.chain(server["others"].as_array().unwrap())
        })
        .collect()
}

fn blocks(record: &Value) -> Vec<(&str, &str)> {
    let blocking = record["blocking"].as_array().unwrap();
    blocking
        .iter()
        .map(|block| {
            (
                block["server"].as_str().unwrap(),
                block["kind"].as_str().unwrap(),
            )
        })
        .collect()
}

#[test]
fn the_estate_is_what_the_merges_give() {
    let folder = estate();
    let done = run(folder.path(), &[&ESTATE[..], &["-o", "out"]].concat());
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    let out = tree(&folder.path().join("out"));
    for (name, bytes) in tree(&contoso().join("expected")) {
        let path = format!("deploy/old/C/inetpub/wwwroot/{name}");
        assert_eq!(out.get(&path), Some(&bytes), "{path}");
    }
    // What stays where it is, and what calls the product.
    let adapter =
        &out["deploy/old/C/Program Files/PhoneFactor/MultiFactorAuthenticationAdfsAdapter.config"];
    assert!(String::from_utf8_lossy(adapter).contains("/MultiFactorAuthWebServiceSdk/"));
    let script = &out["deploy/old/elsewhere/scripts/Test-PfWsSdk.ps1"];
    assert!(String::from_utf8_lossy(script).contains("/MultiFactorAuthWebServiceSdk/"));
    assert!(out.contains_key(
        "deploy/old/C/inetpub/wwwroot/MultiFactorAuth/App_Themes/Contoso/Contoso.css"
    ));
    // Nobody can tell whether the theme of setup was edited, so it is named.
    let record = record(folder.path(), "out");
    let left = component(&record, "old", "user-portal")["left"].to_string();
    assert!(left.contains("App_Themes/Default/Default.css"), "{left}");
    assert!(!out.keys().any(|name| name.contains("App_Themes/Default")));
}

#[test]
fn a_single_merge_gives_the_same_bytes_and_the_same_account() {
    let folder = estate();
    let (_, record) = printed(folder.path(), &ESTATE[1..]);
    let merge = [
        "merge",
        "--base",
        "base/PhoneFactor/web.config",
        "--old",
        "old/PhoneFactor/web.config",
        "--new",
        "new/MultiFactorAuth/web.config",
        "-o",
        "merged.config",
        "--format",
        "json",
    ];
    let done = run(folder.path(), &merge);
    let report: Value = serde_json::from_str(&done.stdout).unwrap();
    let portal = component(&record, "old", "user-portal");
    for count in [
        "settings",
        "carried",
        "already_equal",
        "rewritten",
        "dropped",
        "conflict",
    ] {
        assert_eq!(
            portal["account"][count], report["account"][count],
            "{count}"
        );
    }
    let sha256 = sha256(&fs::read(folder.path().join("merged.config")).unwrap());
    assert_eq!(portal["files"][0]["sha256"], sha256.as_str());
    assert_eq!(
        portal["lint"]["new"].as_array().unwrap().len(),
        report["lint"]["new"].as_array().unwrap().len()
    );
}

#[test]
fn accounts_add_up_and_files_are_those_of_the_record() {
    let folder = estate();
    let args = [
        "--old",
        "server/mfa1",
        "--old",
        "server/web2/c",
        "--base",
        "base",
        "--new",
        "new",
        "-o",
        "out",
    ];
    let done = upgrade(folder.path(), &args);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    let record = record(folder.path(), "out");
    let sums = |account: &Value| {
        let count = |name: &str| account[name].as_u64().unwrap();
        let parts = [
            "carried",
            "already_equal",
            "rewritten",
            "dropped",
            "conflict",
        ];
        assert_eq!(
            count("settings"),
            parts.iter().map(|part| count(part)).sum::<u64>()
        );
        count("settings")
    };
    let mut total = 0;
    for server in record["servers"].as_array().unwrap() {
        for component in server["components"].as_array().unwrap() {
            total += sums(&component["account"]);
        }
    }
    assert_eq!(sums(&record["account"]), total);
    assert!(total > 50);
    let out = tree(&folder.path().join("out"));
    let mut known: BTreeSet<String> = BTreeSet::from(["upgrade.json".to_owned()]);
    let reports = record["reports"].as_array().unwrap();
    for file in files(&record).into_iter().chain(reports) {
        let path = file["path"].as_str().unwrap();
        let sha256 = sha256(&out[path]);
        assert_eq!(file["sha256"], sha256.as_str(), "{path}");
        known.insert(path.to_owned());
    }
    assert_eq!(known, out.keys().cloned().collect());
    assert_eq!(record["verdict"]["files"], files(&record).len());
    // A folder with a name of its own stays where it is.
    assert_eq!(
        component(&record, "mfa1", "mobile-app-web-service")["to"],
        "C:\\inetpub\\pa"
    );
    assert_eq!(
        component(&record, "mfa1", "user-portal")["to"],
        "C:\\inetpub\\wwwroot\\MultiFactorAuth"
    );
    assert_eq!(
        component(&record, "web2", "user-portal")["to"],
        "C:\\Inetpub\\sites\\selfservice"
    );
}

#[test]
fn no_secret_is_in_any_report() {
    let folder = estate();
    let done = upgrade(
        folder.path(),
        &["--old", "old", "--new", "new", "-o", "out"],
    );
    assert_eq!(done.code, 1, "{}", done.stderr);
    let old = fs::read_to_string(folder.path().join("old/PhoneFactor/web.config")).unwrap();
    let (_, rest) = old
        .split_once("WEB_SERVICE_SDK_AUTHENTICATION_PASSWORD")
        .unwrap();
    let value: String = rest
        .split_once("value=")
        .unwrap()
        .1
        .chars()
        .skip(1)
        .take_while(|c| *c != '\'')
        .collect();
    assert!(value.len() > 6);
    for (name, bytes) in tree(&folder.path().join("out")) {
        if !name.starts_with("deploy/") {
            let text = String::from_utf8(bytes).unwrap();
            assert!(!text.contains(&value), "{name}");
            let plain = value.replace("&amp;", "&").replace("&lt;", "<");
            assert!(!text.contains(&plain), "{name}");
        }
    }
    assert!(!done.stdout.contains(&value));
}

#[test]
fn the_same_again_changes_nothing_and_edits_are_never_lost() {
    let folder = estate();
    let args = [&ESTATE[..], &["-o", "out"]].concat();
    assert_eq!(run(folder.path(), &args).code, 0);
    let before = tree(&folder.path().join("out"));
    // Another run has another id; nothing else differs, so nothing is written.
    let again = conferry(folder.path())
        .args(&args)
        .env("CONFERRY_RUN_ID", "run-2")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(
        said.contains("Nothing changed: out holds exactly this already."),
        "{said}"
    );
    assert_eq!(tree(&folder.path().join("out")), before);
    // Other input replaces what nobody touched.
    let kept = [&args[..], &["--keep-vdir", "PhoneFactor"]].concat();
    let done = run(folder.path(), &kept);
    assert!(
        done.stdout
            .contains("in place of the output of an earlier run"),
        "{}",
        done.stderr
    );
    let replaced = tree(&folder.path().join("out"));
    assert!(replaced.contains_key("deploy/old/C/inetpub/wwwroot/PhoneFactor/web.config"));
    assert!(!replaced.contains_key("deploy/old/C/inetpub/wwwroot/MultiFactorAuth/web.config"));
    // An edit, an added file and a foreign folder are refused.
    let report = folder.path().join("out/report.md");
    fs::write(&report, "my notes").unwrap();
    fs::write(folder.path().join("out/notes.txt"), "mine").unwrap();
    let edited = tree(&folder.path().join("out"));
    let done = run(folder.path(), &args);
    assert_eq!(done.code, 2);
    assert!(
        done.stderr.contains("notes.txt, report.md"),
        "{}",
        done.stderr
    );
    assert_eq!(tree(&folder.path().join("out")), edited);
    let done = run(folder.path(), &[&ESTATE[..], &["-o", "new"]].concat());
    assert_eq!(done.code, 2);
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert!(
        !names
            .iter()
            .any(|name| name.to_string_lossy().ends_with(".tmp")),
        "{names:?}"
    );
}

#[test]
fn conflicts_block_their_component_only_and_offered_rules_settle_them() {
    let folder = estate();
    let args = ["--old", "old", "--new", "new", "-o", "out"];
    let done = upgrade(folder.path(), &args);
    assert_eq!(done.code, 1, "{}", done.stderr);
    let before = record(folder.path(), "out");
    assert_eq!(before["verdict"]["state"], "blocked");
    let out = tree(&folder.path().join("out"));
    assert!(!out.contains_key("deploy/old/C/inetpub/wwwroot/MultiFactorAuth/web.config"));
    assert!(out.contains_key("deploy/old/elsewhere/scripts/Test-PfWsSdk.ps1"));
    let rules: Vec<&String> = out
        .keys()
        .filter(|name| name.starts_with("settle/"))
        .collect();
    assert_eq!(rules.len(), 3, "{rules:?}");
    // An edited rule file is kept, and counts.
    let portal = folder.path().join("out/settle/old-user-portal.toml");
    let edited = format!("# looked at\n{}", fs::read_to_string(&portal).unwrap());
    fs::write(&portal, &edited).unwrap();
    let settled = upgrade(
        folder.path(),
        &[&args[..], &["--rules", "out/settle"]].concat(),
    );
    assert_eq!(settled.code, 0, "{}{}", settled.stdout, settled.stderr);
    assert_eq!(fs::read_to_string(&portal).unwrap(), edited);
    let after = tree(&folder.path().join("out"));
    assert!(after.contains_key("deploy/old/C/inetpub/wwwroot/MultiFactorAuth/web.config"));
    let again = upgrade(
        folder.path(),
        &[&args[..], &["--rules", "out/settle"]].concat(),
    );
    assert!(again.stdout.contains("Nothing changed"), "{}", again.stdout);
}

#[test]
fn what_blocks_is_named_by_its_kind_and_hides_nothing_else() {
    let folder = estate();
    let root = folder.path();
    // The portal is encrypted, the service of the new version already, the SDK broken.
    let portal = root.join("old/PhoneFactor/web.config");
    let text = fs::read_to_string(&portal).unwrap();
    let (head, rest) = text.split_once("<appSettings").unwrap();
    let (_, tail) = rest.split_once("</appSettings>").unwrap();
    let encrypted = "<connectionStrings configProtectionProvider=\"DataProtectionConfigurationProvider\"><EncryptedData><CipherData><CipherValue>AQAA</CipherValue></CipherData></EncryptedData></connectionStrings>";
    fs::write(&portal, format!("{head}{encrypted}{tail}")).unwrap();
    fs::copy(
        root.join("new/MultiFactorAuthMobileAppWebService/web.config"),
        root.join("old/PhoneFactorPhoneAppWebService/web.config"),
    )
    .unwrap();
    fs::write(
        root.join("old/PhoneFactorWebServiceSdk/web.config"),
        "<configuration>",
    )
    .unwrap();
    let (code, record) = printed(root, &ESTATE[1..]);
    assert_eq!(code, 2);
    let kinds: BTreeSet<&str> = blocks(&record).into_iter().map(|(_, kind)| kind).collect();
    assert!(
        kinds.contains("encrypted") && kinds.contains("already-new"),
        "{kinds:?}"
    );
    assert_eq!(record["verdict"]["state"], "failed");
    assert!(
        record["failures"].to_string().contains("not well-formed"),
        "{}",
        record["failures"]
    );
    let help = record["blocking"].to_string();
    assert!(help.contains("aspnet_regiis -pdf"), "{help}");
    // The rest is made all the same.
    assert_eq!(
        component(&record, "old", "mim-mfa-settings")["state"],
        "stays"
    );
    assert!(files(&record).iter().any(|file| file["role"] == "other"));
}

#[test]
fn a_component_that_the_new_version_lacks_is_told_with_what_to_do() {
    let folder = estate();
    fs::remove_dir_all(folder.path().join("new/MultiFactorAuthMobileAppWebService")).unwrap();
    let (code, record) = printed(folder.path(), &ESTATE[1..]);
    assert_eq!(
        (code, blocks(&record)),
        (1, vec![("old", "no-counterpart")])
    );
    assert!(
        record["blocking"][0]["help"]
            .as_str()
            .unwrap()
            .contains("--to-version VERSION")
    );
    for (version, state) in [
        ("8.0.1.1", "removed"),
        ("8.0", "removed"),
        ("7.0", "blocked"),
    ] {
        let args = [&ESTATE[1..], &["--to-version", version]].concat();
        let (code, record) = printed(folder.path(), &args);
        let service = component(&record, "old", "mobile-app-web-service");
        assert_eq!(service["state"], state, "{version}");
        assert_eq!(code, i32::from(state == "blocked"), "{version}");
    }
    let done = upgrade(
        folder.path(),
        &[
            "--old",
            "old",
            "--new",
            "new",
            "--dry-run",
            "--to-version",
            "eight",
        ],
    );
    assert_eq!(done.code, 2);
}

#[test]
fn several_candidates_are_refused_with_a_list_and_names_of_servers_choose() {
    let folder = estate();
    let root = folder.path();
    for other in ["second/a", "second/b"] {
        fs::create_dir_all(root.join(other)).unwrap();
        fs::copy(
            root.join("new/MultiFactorAuth/web.config"),
            root.join(other).join("web.config"),
        )
        .unwrap();
    }
    let args = [
        "--old",
        "old",
        "--base",
        "base",
        "--new",
        "second",
        "--new",
        "new/MultiFactorAuthWebServiceSdk",
    ];
    let (_, record) = printed(root, &args);
    let portal = component(&record, "old", "user-portal");
    assert_eq!(portal["state"], "blocked");
    let what = record["blocking"][0]["what"]
        .as_str()
        .unwrap()
        .replace('\\', "/");
    assert!(what.contains("second/a, second/b"), "{what}");
    // Of several, the one with the expected name is the right one; and files of a server count for it only.
    let args = [
        "--old", "old", "--base", "base", "--new", "second", "--new", "new",
    ];
    assert_eq!(
        component(&printed(root, &args).1, "old", "user-portal")["state"],
        "merged"
    );
    let args = [
        "--old", "old", "--base", "base", "--new", "old=new", "--new", "second",
    ];
    assert_eq!(
        component(&printed(root, &args).1, "old", "user-portal")["state"],
        "merged"
    );
    let args = ["--old", "old", "--base", "base", "--new", "other=new"];
    assert_eq!(
        component(&printed(root, &args).1, "old", "user-portal")["state"],
        "blocked"
    );
}

#[test]
fn two_servers_of_one_name_need_names() {
    let folder = estate();
    copy_tree(&folder.path().join("old"), &folder.path().join("more/old"));
    let args = [
        "--old",
        "old",
        "--old",
        "more/old",
        "--new",
        "new",
        "--dry-run",
    ];
    let done = upgrade(folder.path(), &args);
    assert_eq!(done.code, 2);
    assert!(
        done.stderr.contains("both called `old`") && done.stderr.contains("--old old-2="),
        "{}",
        done.stderr
    );
    let args = [
        "--old",
        "one=old",
        "--old",
        "two=more/old",
        "--base",
        "base",
        "--new",
        "new",
    ];
    let (code, record) = printed(folder.path(), &args);
    assert_eq!(code, 0);
    // A load-balanced pair is merged on each, with one result.
    let hash =
        |server: &str| component(&record, server, "user-portal")["files"][0]["sha256"].clone();
    assert_eq!(hash("one"), hash("two"));
}

#[test]
fn a_snapshot_is_verified_and_gives_what_its_server_gives() {
    let folder = estate();
    let root = folder.path();
    let create = [
        "snapshot",
        "create",
        "--root",
        "server/mfa1/c",
        "-o",
        "before.zip",
        "--timestamp",
        "2026-01-01T00:00:00Z",
        "--include",
        "help/**",
    ];
    assert_eq!(run(root, &create).code, 0);
    let rest = ["--base", "base", "--new", "new"];
    let of = |old: &str| {
        let (code, record) = printed(root, &[&["--old", old][..], &rest].concat());
        let files: BTreeSet<(String, String)> = (files(&record).iter())
            .map(|file| (file["path"].to_string(), file["sha256"].to_string()))
            .collect();
        (code, files)
    };
    assert_eq!(of("mfa1=before.zip"), of("mfa1=server/mfa1/c"));
    let create = [
        "snapshot",
        "create",
        "--root",
        "server/mfa1/c",
        "-o",
        "before",
        "--timestamp",
        "2026-01-01T00:00:00Z",
        "--include",
        "help/**",
    ];
    assert_eq!(run(root, &create).code, 0);
    assert_eq!(of("mfa1=before"), of("mfa1=before.zip"));
    let portal = tree(&root.join("before"))
        .into_keys()
        .find(|name| name.ends_with("PhoneFactor/web.config"))
        .unwrap();
    let path = root.join("before").join(portal);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("true", "TRUE")).unwrap();
    let done = upgrade(root, &["--old", "mfa1=before", "--new", "new", "-o", "out"]);
    assert_eq!(done.code, 2);
    assert!(
        done.stderr.contains("not as it was made"),
        "{}",
        done.stderr
    );
    assert!(!root.join("out").exists());
}

#[test]
fn a_place_of_the_new_installation_is_the_target() {
    let folder = estate();
    let root = folder.path();
    // The new installation of this server has the portal in a folder of its own.
    let site = "inst/c/Windows/System32/inetsrv/config";
    fs::create_dir_all(root.join(site)).unwrap();
    fs::create_dir_all(root.join("inst/c/web/mfa")).unwrap();
    fs::copy(
        root.join("new/MultiFactorAuth/web.config"),
        root.join("inst/c/web/mfa/web.config"),
    )
    .unwrap();
    let host = "<configuration><system.applicationHost><sites><site name=\"S\" id=\"1\"><application path=\"/mfa\" applicationPool=\"P\"><virtualDirectory path=\"/\" physicalPath=\"C:\\web\\mfa\"/></application></site></sites></system.applicationHost></configuration>";
    fs::write(root.join(site).join("applicationHost.config"), host).unwrap();
    let (_, record) = printed(
        root,
        &[
            "--old",
            "server/web2/c",
            "--base",
            "base",
            "--new",
            "inst/c",
        ],
    );
    assert_eq!(
        component(&record, "web2", "user-portal")["to"],
        "C:\\web\\mfa"
    );
}

#[test]
fn what_the_base_shipped_is_not_carried_and_what_was_edited_is() {
    let folder = estate();
    let root = folder.path();
    let theme = "App_Themes/Default/Default.css";
    let shipped = fs::read(root.join("old/PhoneFactor").join(theme)).unwrap();
    fs::write(root.join("old/PhoneFactor/Login.aspx"), "<%-- edited --%>").unwrap();
    fs::write(root.join("old/PhoneFactor/Other.aspx"), "<%-- shipped --%>").unwrap();
    fs::create_dir_all(root.join("old/PhoneFactor/bin")).unwrap();
    fs::write(root.join("old/PhoneFactor/bin/pfup.dll"), "old program").unwrap();
    for (name, bytes) in [
        (theme, shipped.as_slice()),
        ("Login.aspx", b"<%-- shipped --%>"),
        ("Other.aspx", b"<%-- shipped --%>"),
    ] {
        let path = root.join("base/PhoneFactor").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let (_, record) = printed(root, &ESTATE[1..]);
    let portal = component(&record, "old", "user-portal");
    let carried = portal["files"].to_string();
    assert!(
        carried.contains("Login.aspx") && !carried.contains("Other.aspx"),
        "{carried}"
    );
    assert!(
        !carried.contains("Default.css") && !carried.contains("pfup.dll"),
        "{carried}"
    );
    let left = portal["left"].to_string();
    assert!(
        left.contains("bin/pfup.dll") && !left.contains("Default.css"),
        "{left}"
    );
}

#[test]
fn killed_at_any_moment_the_output_is_absent_or_whole() {
    let folder = estate();
    let args = [&ESTATE[..], &["-o", "out"]].concat();
    let started = std::time::Instant::now();
    assert_eq!(run(folder.path(), &args).code, 0);
    let whole = tree(&folder.path().join("out"));
    let time = started.elapsed();
    let other = [&args[..], &["--keep-vdir", "PhoneFactor"]].concat();
    assert_eq!(run(folder.path(), &other).code, 0);
    let before = tree(&folder.path().join("out"));
    for step in 0..12 {
        if step % 2 == 0 {
            let _ = fs::remove_dir_all(folder.path().join("out"));
        } else {
            assert_eq!(run(folder.path(), &other).code, 0);
        }
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_conferry"))
            .args(&args)
            .current_dir(folder.path())
            .env_clear()
            .envs(crate::command::RUN)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(time * (12 + step) / 24);
        child.kill().unwrap();
        child.wait().unwrap();
        let there = folder.path().join("out");
        let found = there.exists().then(|| tree(&there));
        match step % 2 {
            0 => assert!(found.is_none_or(|found| found == whole), "step {step}"),
            _ => assert!(
                found.is_none_or(|found| found == whole || found == before),
                "step {step}"
            ),
        }
    }
}

#[cfg(unix)]
#[test]
fn no_link_leads_out_of_an_old_installation() {
    let folder = estate();
    fs::write(folder.path().join("secret.config"), "<appSettings/>").unwrap();
    let sidecar = folder
        .path()
        .join("old/PhoneFactorPhoneAppWebService/private.config");
    fs::remove_file(&sidecar).unwrap();
    std::os::unix::fs::symlink(folder.path().join("secret.config"), &sidecar).unwrap();
    let (code, record) = printed(folder.path(), &ESTATE[1..]);
    assert_eq!(code, 2);
    assert!(record["failures"].to_string().contains("a link leads out"));
    let service = component(&record, "old", "mobile-app-web-service");
    assert_eq!(service["files"].as_array().unwrap().len(), 0);
    assert_eq!(component(&record, "old", "user-portal")["state"], "merged");
}

#[test]
fn the_base_comes_out_of_an_installer_that_a_snapshot_kept() {
    let folder = estate();
    let root = folder.path();
    let base = fs::read(root.join("base/PhoneFactor/web.config")).unwrap();
    let files: &[(&str, &str, &[u8])] = &[("WEB", "WEB~1.CON|web.config", &base)];
    let installer = Maker::of("5.1.2", "PhoneFactor", files).bytes();
    let home = root.join("server/mfa1/c/Program Files/PhoneFactor");
    let name = "MultiFactorAuthenticationUserPortalSetup64.msi";
    fs::write(home.join(name), installer).unwrap();
    let create = [
        "snapshot",
        "create",
        "--root",
        "server/mfa1/c",
        "-o",
        "before.zip",
    ];
    assert_eq!(run(root, &create).code, 0);
    let of = |args: &[&str]| {
        let (_, record) = printed(root, args);
        component(&record, "mfa1", "user-portal").clone()
    };
    let without = of(&["--old", "mfa1=before.zip", "--new", "new"]);
    let with = of(&["--old", "mfa1=before.zip", "--new", "new", "--base", "base"]);
    assert_eq!(without["state"], "merged");
    assert_eq!(without["files"][0]["sha256"], with["files"][0]["sha256"]);
    let notes = without["notes"].to_string();
    assert!(
        notes.contains("taken out of the installer") && notes.contains(name),
        "{notes}"
    );
    // One of the new version is no base.
    let new = fs::read(root.join("new/MultiFactorAuth/web.config")).unwrap();
    let files: &[(&str, &str, &[u8])] = &[("WEB", "WEB~1.CON|web.config", &new)];
    let installer = Maker::of("8.0", "MultiFactorAuth", files).bytes();
    fs::write(home.join(name), installer).unwrap();
    fs::remove_file(root.join("before.zip")).unwrap();
    assert_eq!(run(root, &create).code, 0);
    let without = of(&["--old", "mfa1=before.zip", "--new", "new"]);
    assert_eq!(without["state"], "blocked");
}

#[test]
fn the_files_of_both_versions_come_out_of_installers() {
    let folder = estate();
    let root = folder.path();
    for (name, side, at) in [
        ("old.msi", "base", "PhoneFactor"),
        ("new.msi", "new", "MultiFactorAuth"),
    ] {
        let shipped = fs::read(root.join(side).join(at).join("web.config")).unwrap();
        let files: &[(&str, &str, &[u8])] = &[("WEB", "WEB~1.CON|web.config", &shipped)];
        fs::write(root.join(name), Maker::of("1.0", at, files).bytes()).unwrap();
    }
    let args = [
        "--old",
        "old",
        "--base-from",
        "old.msi",
        "--new-from",
        "new.msi",
    ];
    let (code, record) = printed(root, &args);
    assert_eq!(code, 1, "the two others have no new file");
    let (_, folders) = printed(root, &ESTATE[1..]);
    let hash = |record| component(record, "old", "user-portal")["files"][0]["sha256"].clone();
    assert!(hash(&record).is_string());
    assert_eq!(hash(&record), hash(&folders));
    let inputs = record["inputs"].to_string();
    assert!(inputs.contains("\"form\":\"installer\""), "{inputs}");
    fs::write(root.join("new.msi"), b"PK\x03\x04").unwrap();
    let done = upgrade(root, &[&args[..], &["--dry-run"]].concat());
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("new.msi"), "{}", done.stderr);
}

#[test]
fn the_old_file_is_no_new_one() {
    let folder = estate();
    let (code, record) = printed(folder.path(), &["--old", "old", "--new", "old"]);
    assert_eq!(code, 1);
    assert!(
        blocks(&record).iter().any(|(_, kind)| *kind == "not-new"),
        "{record}"
    );
}
