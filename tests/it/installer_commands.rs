//! `--base-from` and `--new-from`: a merge or a comparison with files out of installers is the one with the files
//! themselves, and the report says where they come from.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command::{Run, run};
use crate::installer_maker::Maker;

/// Folder of the old version, folder of the new one.
const COMPONENTS: [(&str, &str); 3] = [
    ("PhoneFactor", "MultiFactorAuth"),
    (
        "PhoneFactorPhoneAppWebService",
        "MultiFactorAuthMobileAppWebService",
    ),
    ("PhoneFactorWebServiceSdk", "MultiFactorAuthWebServiceSdk"),
];

fn fixture(side: &str, folder: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso");
    root.join(side).join(folder).join("web.config")
}

fn bytes(side: &str, folder: &str) -> Vec<u8> {
    fs::read(fixture(side, folder)).unwrap()
}

fn put(folder: &Path, name: &str, maker: &Maker) {
    fs::write(folder.join(name), maker.bytes()).unwrap();
}

/// A folder with the administrator's portal as web.config and both installers of the portal.
fn portal() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = COMPONENTS[0];
    fs::copy(fixture("old", before), folder.path().join("web.config")).unwrap();
    for (name, version, side, at) in [
        ("old.msi", "5.1.2", "base", before),
        ("new.msi", "8.0.1.1", "new", after),
    ] {
        let web: &[(&str, &str, &[u8])] = &[("WEB", "WEB~1.CON|web.config", &bytes(side, at))];
        put(folder.path(), name, &Maker::of(version, at, web));
    }
    folder
}

fn assert_refused(done: &Run, parts: &[&str]) {
    assert_eq!(done.code, 2, "{}{}", done.stdout, done.stderr);
    for part in parts {
        assert!(done.stderr.contains(part), "no `{part}` in {}", done.stderr);
    }
}

const MERGE: [&str; 9] = [
    "merge",
    "--base-from",
    "old.msi",
    "--old",
    "web.config",
    "--new-from",
    "new.msi",
    "-o",
    "out.config",
];

#[test]
fn a_merge_of_files_out_of_installers_is_the_merge_of_the_files() {
    for (before, after) in COMPONENTS {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(fixture("old", before), folder.path().join("web.config")).unwrap();
        let (base, new) = (bytes("base", before), bytes("new", after));
        // The wanted file is among others: one of another component with its name, and one without any.
        let other = bytes(
            "base",
            if before == "PhoneFactor" {
                COMPONENTS[2].0
            } else {
                "PhoneFactor"
            },
        );
        let others = Maker::of(
            "5.1.2",
            before,
            &[
                ("BIN", "web.config", &other),
                ("WEB", "WEB~1.CON|web.config", &base),
                ("WEB", "page.aspx", b"<%@ Page %>"),
            ],
        );
        put(folder.path(), "old.msi", &others);
        // Here it has another name, and is found by what it holds.
        let renamed = Maker::of(
            "8.0.1.1",
            after,
            &[
                (
                    "BIN",
                    "Contoso.dll.config",
                    b"<configuration><startup/></configuration>",
                ),
                ("WEB", "shipped.config", &new),
            ],
        );
        put(folder.path(), "new.msi", &renamed);
        let more = ["--format", "json", "--conflicts", "new"];
        let done = run(folder.path(), &[&MERGE[..], &more].concat());
        assert!(done.code < 2, "{}", done.stderr);
        let report: Value = serde_json::from_str(&done.stdout).unwrap();
        let inputs = &report["inputs"];
        assert_eq!(inputs[0]["role"], "base");
        assert_eq!(inputs[0]["version"], "5.1.2");
        assert_eq!(
            inputs[0]["path"],
            format!(r"inetpub\wwwroot\{before}\web.config")
        );
        assert_eq!(inputs[0]["cabinet"], "data.cab");
        assert_eq!(inputs[0]["sha256"], report["digests"][0]["sha256"]);
        assert!(
            inputs[0]["found"]
                .as_str()
                .unwrap()
                .starts_with("by its name")
        );
        assert_eq!(inputs[1]["role"], "new");
        assert!(
            inputs[1]["found"]
                .as_str()
                .unwrap()
                .starts_with("by its content")
        );
        assert_eq!(
            report["files"]["new"],
            format!(r"new.msi!inetpub\wwwroot\{after}\shipped.config")
        );

        let with_files = [
            "merge",
            "--base",
            &fixture("base", before).display().to_string(),
            "--old",
            "web.config",
            "--new",
            &fixture("new", after).display().to_string(),
            "-o",
            "files.config",
            "--conflicts",
            "new",
        ];
        let other = run(folder.path(), &with_files);
        assert_eq!(done.code, other.code);
        assert_eq!(
            fs::read(folder.path().join("out.config")).unwrap(),
            fs::read(folder.path().join("files.config")).unwrap()
        );
    }
}

#[test]
fn every_format_says_where_the_files_come_from() {
    let folder = portal();
    let sha256 = conferry::io::stream::sha256(&fs::read(folder.path().join("old.msi")).unwrap());
    let diff = [
        "diff",
        "web.config",
        "--base-from",
        "old.msi",
        "--new-from",
        "new.msi",
    ];
    for command in [&MERGE[..], &diff] {
        for format in ["text", "json", "markdown", "html"] {
            let done = run(folder.path(), &[command, &["--format", format]].concat());
            assert!(done.code < 2, "{}", done.stderr);
            let said = done.stdout.replace("\\_", "_");
            for part in [
                "Contoso Portal",
                "5.1.2",
                "8.0.1.1",
                "0B7E5B1C",
                "data.cab",
                &sha256,
            ] {
                assert!(said.contains(part), "no {part} in {format}: {said}");
            }
        }
    }
}

#[test]
fn several_files_are_named_and_one_of_them_can_be_given() {
    let folder = portal();
    let base = bytes("base", "PhoneFactor");
    let mut other = base.clone();
    other.extend(b"\n<!-- another -->");
    let two = Maker::of(
        "5.1.2",
        "PhoneFactor",
        &[("WEB", "web.config", &base), ("BIN", "web.config", &other)],
    );
    put(folder.path(), "old.msi", &two);
    let done = run(folder.path(), &MERGE);
    assert_refused(
        &done,
        &[
            "old.msi",
            "different files of User Portal",
            r"inetpub\wwwroot\PhoneFactor\web.config",
            r"inetpub\wwwroot\PhoneFactor\bin\web.config",
        ],
    );
    assert!(!folder.path().join("out.config").exists());
    let mut named = MERGE;
    named[2] = "old.msi!inetpub/wwwroot/phonefactor/Web.config";
    assert_eq!(run(folder.path(), &named).code, 0);
    // The same bytes twice are one file.
    let same = Maker::of(
        "5.1.2",
        "PhoneFactor",
        &[("WEB", "web.config", &base), ("BIN", "web.config", &base)],
    );
    put(folder.path(), "old.msi", &same);
    assert_eq!(run(folder.path(), &MERGE).code, 0);
}

#[test]
fn an_installer_without_the_file_says_what_it_has() {
    let folder = portal();
    let sdk = bytes("base", "PhoneFactorWebServiceSdk");
    let of_sdk = Maker::of("5.1.2", "Sdk", &[("WEB", "web.config", &sdk)]);
    put(folder.path(), "old.msi", &of_sdk);
    let done = run(folder.path(), &MERGE);
    assert_refused(
        &done,
        &[
            "no file of User Portal",
            "Web Service SDK",
            r"old.msi!inetpub\wwwroot\Sdk\web.config",
        ],
    );
    put(
        folder.path(),
        "old.msi",
        &Maker::of("5.1.2", "Sdk", &[("BIN", "a.dll", b"MZ")]),
    );
    assert_refused(&run(folder.path(), &MERGE), &["no configuration files"]);
    let mut named = MERGE;
    named[2] = "old.msi!nothing.config";
    assert_refused(&run(folder.path(), &named), &["no file `nothing.config`"]);
    named[2] = "missing.msi";
    assert_refused(
        &run(folder.path(), &named),
        &["missing.msi", "no such file"],
    );
}

#[test]
fn options_that_exclude_each_other_are_refused_and_installers_are_never_replaced() {
    let folder = portal();
    for more in [["--base", "web.config"], ["--new", "web.config"]] {
        let done = run(folder.path(), &[&MERGE[..], &more].concat());
        assert_refused(&done, &["cannot be used with"]);
    }
    let mut over = MERGE;
    over[8] = "old.msi";
    let before = fs::read(folder.path().join("old.msi")).unwrap();
    assert_refused(&run(folder.path(), &over), &["old.msi"]);
    assert_eq!(fs::read(folder.path().join("old.msi")).unwrap(), before);
    assert_refused(
        &run(folder.path(), &["diff", ".", "--base-from", "old.msi"]),
        &["one file"],
    );
}

#[test]
fn installers_that_are_swapped_or_of_one_version_are_noticed() {
    let folder = portal();
    // Neither file tells its version, as the files of a product without such rules do.
    let web =
        b"<configuration><appSettings><add key=\"a\" value=\"1\"/></appSettings></configuration>";
    fs::write(folder.path().join("web.config"), web).unwrap();
    let of = |name: &str, version: &str| {
        put(
            folder.path(),
            name,
            &Maker::of(version, "Acme", &[("WEB", "web.config", web)]),
        );
    };
    of("old.msi", "10.0");
    of("new.msi", "9.5.1");
    let done = run(folder.path(), &MERGE);
    assert_refused(
        &done,
        &["seem to be swapped: old.msi installs version 10.0, new.msi version 9.5.1"],
    );
    let asked = run(folder.path(), &[&MERGE[..], &["--as-given"]].concat());
    assert_eq!(asked.code, 0, "{}", asked.stderr);
    of("old.msi", "9.5.1");
    let done = run(folder.path(), &MERGE);
    assert_eq!(done.code, 0);
    assert!(
        done.stdout.contains("both installers are of version 9.5.1"),
        "{}",
        done.stdout
    );
    of("old.msi", "9.5");
    assert!(
        !run(folder.path(), &MERGE)
            .stdout
            .contains("both installers")
    );
}

#[test]
fn a_comparison_with_an_installer_is_the_one_with_its_file() {
    let folder = portal();
    let base = fixture("base", "PhoneFactor").display().to_string();
    let new = fixture("new", "MultiFactorAuth").display().to_string();
    let changes = |args: &[&str]| -> (i32, Value) {
        let done = run(folder.path(), &[args, &["--format", "json"]].concat());
        let report: Value = serde_json::from_str(&done.stdout).unwrap();
        (done.code, report["files"][0]["changes"].clone())
    };
    let of_installer = changes(&["diff", "web.config", "--base-from", "old.msi"]);
    assert_eq!(of_installer, changes(&["diff", &base, "web.config"]));
    assert_eq!(of_installer.0, 1);
    let of_installers = changes(&[
        "diff",
        "web.config",
        "--base-from",
        "old.msi",
        "--new-from",
        "new.msi",
    ]);
    assert_eq!(
        of_installers,
        changes(&["diff", "web.config", &new, "--base", &base])
    );
    let of_new = changes(&["diff", "web.config", "--new-from", "new.msi"]);
    assert_eq!(of_new, changes(&["diff", "web.config", &new]));
}

#[test]
fn what_an_installer_says_of_itself_is_only_text() {
    let folder = portal();
    let web = bytes("base", "PhoneFactor");
    let mut maker = Maker::of("5.1.2", "PhoneFactor", &[("WEB", "web.config", &web)]);
    maker.properties[0].1 = "##vso[x]<b>Contoso</b> \u{1b}[2J\n::error::no".to_owned();
    put(folder.path(), "old.msi", &maker);
    for format in ["text", "markdown", "html", "json", "github", "azure"] {
        let done = run(folder.path(), &[&MERGE[..], &["--format", format]].concat());
        assert_eq!(done.code, 0, "{}", done.stderr);
        let said = &done.stdout;
        assert!(
            !said.contains('\u{1b}') && !said.contains("\n::error::no"),
            "{said}"
        );
        assert!(!said.contains("##vso[x]"), "{format}: {said}");
        let is_markup = matches!(format, "html" | "markdown") && said.contains("<b>Contoso");
        assert!(!is_markup, "{format}: {said}");
    }
}
