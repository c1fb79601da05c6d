//! Installers in the folder of the product: a snapshot keeps what they ship, so that a later merge has its base.

use std::fs;
use std::path::{Path, PathBuf};

use conferry::pack::places::FileKind;
use conferry::snapshot::manifest::{Manifest, ManifestError};

use crate::command::{copy_tree, folder, run};
use crate::installer_maker::Maker;
use crate::snapshot::{create, fixture};

const PORTAL: &str = "MultiFactorAuthenticationUserPortalSetup64.msi";
const SDK: &str = "multifactorauthenticationwebservicesdksetup64.msi";

fn shipped(folder: &str) -> Vec<u8> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso/base");
    fs::read(root.join(folder).join("web.config")).unwrap()
}

fn shipped_portal() -> Vec<u8> {
    shipped("PhoneFactor")
}

/// The fixture's server with the portal's installer, and one of the SDK that is none.
fn server() -> tempfile::TempDir {
    let folder = folder(&[]);
    copy_tree(&fixture("mfa1"), folder.path());
    let home = folder.path().join("c/Program Files/PhoneFactor");
    let maker = Maker::of(
        "5.1.2",
        "PhoneFactor",
        &[
            ("WEB", "WEB~1.CON|web.config", &shipped("PhoneFactor")),
            ("BIN", "Contoso.dll", b"MZ"),
        ],
    );
    fs::write(home.join(PORTAL), maker.bytes()).unwrap();
    fs::write(home.join(SDK), b"PK\x03\x04").unwrap();
    folder
}

fn manifest(folder: &Path, name: &str) -> Manifest {
    Manifest::parse(&fs::read(folder.join(name).join("manifest.json")).unwrap()).unwrap()
}

#[test]
fn what_installers_ship_is_taken_and_serves_as_the_base_of_a_merge() {
    let folder = server();
    let made = create(folder.path(), "snap", &[]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    for part in [
        "Contoso Portal 5.1.2, 1 shipped configuration for user-portal",
        "not taken itself",
        "this is a zip and no .msi",
    ] {
        assert!(made.stdout.contains(part), "no `{part}` in {}", made.stdout);
    }
    let manifest = manifest(folder.path(), "snap");
    let [portal, sdk] = &manifest.installers[..] else {
        panic!("{:?}", manifest.installers)
    };
    let bytes = fs::read(
        folder
            .path()
            .join("c/Program Files/PhoneFactor")
            .join(PORTAL),
    )
    .unwrap();
    assert_eq!(
        portal.sha256.as_deref(),
        Some(&*conferry::io::stream::sha256(&bytes))
    );
    assert_eq!(
        portal.source,
        format!(r"C:\Program Files\PhoneFactor\{PORTAL}")
    );
    assert_eq!(portal.product.as_ref().unwrap().version, "5.1.2");
    assert_eq!(portal.problem, None);
    assert_eq!(sdk.problem.as_deref(), Some("this is a zip and no .msi"));
    let path =
        format!("files/_shipped/user-portal/{PORTAL}/inetpub/wwwroot/PhoneFactor/web.config");
    assert_eq!(portal.shipped, std::slice::from_ref(&path));
    let base = folder.path().join("snap").join(&path);
    assert_eq!(fs::read(&base).unwrap(), shipped("PhoneFactor"));
    assert!(
        manifest
            .files
            .iter()
            .all(|file| file.kind != FileKind::Installer)
    );

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso");
    let old = root
        .join("old/PhoneFactor/web.config")
        .display()
        .to_string();
    let new = root
        .join("new/MultiFactorAuth/web.config")
        .display()
        .to_string();
    let base = base.display().to_string();
    let args = [
        "merge",
        "--base",
        &base,
        "--old",
        &old,
        "--new",
        &new,
        "-o",
        "out.config",
    ];
    let merged = run(folder.path(), &args);
    assert_eq!(merged.code, 0, "{}{}", merged.stdout, merged.stderr);

    let verified = run(folder.path(), &["snapshot", "verify", "snap"]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    let shown = run(folder.path(), &["snapshot", "show", "snap"]);
    assert!(
        shown.stdout.contains("Contoso Portal 5.1.2"),
        "{}",
        shown.stdout
    );
    // What nobody configured is not linted, and never put back.
    let linted = run(folder.path(), &["lint", "snap", "--format", "json"]);
    assert!(!linted.stdout.contains("_shipped"), "{}", linted.stdout);
    let restored = run(
        folder.path(),
        &["snapshot", "restore", "snap", "--to", "back"],
    );
    assert!(restored.code < 2, "{}", restored.stderr);
    assert!(!folder.path().join("back/_shipped").exists());
    let compared = run(folder.path(), &["snapshot", "diff", "snap", "--root", "c"]);
    assert!(!compared.stdout.contains("_shipped"), "{}", compared.stdout);
}

#[test]
fn installers_of_both_versions_are_kept_apart_and_excluded_ones_left_alone() {
    let folder = server();
    let home = folder
        .path()
        .join("c/Program Files/Multi-Factor Authentication Server");
    fs::create_dir_all(home.join("Data")).unwrap();
    fs::write(home.join("Data/PhoneFactor.pfdata"), "data").unwrap();
    let web: &[(&str, &str, &[u8])] = &[("WEB", "web.config", b"<configuration/>")];
    fs::write(
        home.join(PORTAL),
        Maker::of("8.0.1", "PhoneFactor", web).bytes(),
    )
    .unwrap();
    let made = create(folder.path(), "snap", &[]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let manifest = manifest(folder.path(), "snap");
    let portals = manifest
        .installers
        .iter()
        .filter(|entry| entry.product.is_some());
    let mut shipped: Vec<(String, Vec<u8>)> = portals
        .map(|entry| {
            let path = folder.path().join("snap").join(&entry.shipped[0]);
            (
                entry.product.as_ref().unwrap().version.clone(),
                fs::read(path).unwrap(),
            )
        })
        .collect();
    shipped.sort();
    let both = [
        ("5.1.2".to_owned(), shipped_portal()),
        ("8.0.1".to_owned(), b"<configuration/>".to_vec()),
    ];
    assert_eq!(shipped, both);
    let made = create(folder.path(), "without", &["--exclude", "*.msi"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(!made.stdout.contains("Installer:"), "{}", made.stdout);
}

#[test]
fn installers_themselves_are_taken_on_request_and_zips_are_the_same_twice() {
    let folder = server();
    for name in ["one.zip", "two.zip"] {
        let made = create(folder.path(), name, &["--with-installers"]);
        assert_eq!(made.code, 0, "{}", made.stderr);
        assert!(
            made.stdout.contains(", taken): Contoso Portal"),
            "{}",
            made.stdout
        );
    }
    let zips = ["one.zip", "two.zip"].map(|name| fs::read(folder.path().join(name)).unwrap());
    assert!(zips[0] == zips[1], "the zips differ");
    let made = create(folder.path(), "snap", &["--with-installers"]);
    assert_eq!(made.code, 0);
    let manifest = manifest(folder.path(), "snap");
    let kept = manifest
        .files
        .iter()
        .filter(|file| file.kind == FileKind::Installer);
    assert_eq!(kept.count(), 2);
}

#[test]
fn a_manifest_whose_installer_points_elsewhere_is_refused() {
    let folder = server();
    create(folder.path(), "snap", &[]);
    let mut manifest = manifest(folder.path(), "snap");
    manifest.installers[1].shipped = vec!["files/../../evil".to_owned()];
    let refused = Manifest::parse(&manifest.to_bytes());
    assert!(
        matches!(refused, Err(ManifestError::Entry { .. })),
        "{refused:?}"
    );
    let mut text =
        String::from_utf8(fs::read(folder.path().join("snap/manifest.json")).unwrap()).unwrap();
    text = text.replace(
        r"C:\\Program Files\\PhoneFactor\\Multi",
        r"\\\\host\\share\\Multi",
    );
    let refused = Manifest::parse(text.as_bytes());
    assert!(
        matches!(refused, Err(ManifestError::Entry { .. })),
        "{refused:?}"
    );
}
