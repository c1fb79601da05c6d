//! Snapshots: what is found in the fixture, and the promises.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use conferry::io::sealed::Keys;
use conferry::io::windows_path::Drives;
use conferry::snapshot::manifest::Manifest;
use conferry::snapshot::progress::Progress;
use conferry::snapshot::restore::{Request, plan, shortage, size};
use conferry::snapshot::store::{Store, StoreError};
use conferry::snapshot::verify::{Verified, verify};

use crate::command::{Run, conferry, copy_tree, folder, run, tree};
use crate::snapshot_sealed::new_key;

const TIME: &str = "2026-01-02T03:04:05Z";

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/contoso/server")
        .join(name)
}

/// A folder with the fixture's drive in `c`, its export, and a snapshot `snap` of it.
fn with_snapshot() -> tempfile::TempDir {
    let folder = folder(&[]);
    copy_tree(&fixture("mfa1"), folder.path());
    let made = create(folder.path(), "snap", &[]);
    assert_eq!(made.code, 0, "{}{}", made.stdout, made.stderr);
    folder
}

pub fn create(folder: &Path, target: &str, more: &[&str]) -> Run {
    let mut args = vec![
        "snapshot",
        "create",
        "--root",
        "c",
        "--registry",
        "phonefactor.reg",
        "-o",
        target,
        "--timestamp",
        TIME,
    ];
    args.extend(more);
    run(folder, &args)
}

fn verified(path: &Path) -> Result<Verified, StoreError> {
    let store = Store::open(path, &Keys::default())?;
    verify(&store, &Progress::default())
}

fn manifest(folder: &Path) -> Manifest {
    Manifest::parse(&fs::read(folder.join("snap/manifest.json")).unwrap()).unwrap()
}

#[test]
fn the_fixture_is_found_whole() {
    let folder = with_snapshot();
    let manifest = manifest(folder.path());
    let found: Vec<_> = manifest
        .components
        .iter()
        .map(|c| {
            (
                c.id.as_str(),
                c.folder.as_str(),
                c.virtual_directory.as_deref(),
                c.runtime.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (
                "user-portal",
                r"C:\inetpub\wwwroot\PhoneFactor",
                Some("/PhoneFactor"),
                Some("v2.0")
            ),
            (
                "web-service-sdk",
                r"C:\inetpub\wwwroot\PhoneFactorWebServiceSdk",
                Some("/PhoneFactorWebServiceSdk"),
                Some("v2.0")
            ),
            (
                "mobile-app-web-service",
                r"C:\inetpub\pa",
                Some("/PA"),
                Some("v2.0")
            ),
            ("adfs-adapter", r"C:\Program Files\PhoneFactor", None, None),
            ("mfa-server", r"C:\Program Files\PhoneFactor", None, None),
            (
                "mim-mfa-settings",
                r"C:\Program Files\Microsoft Forefront Identity Manager\2010\Service",
                None,
                None
            ),
        ]
    );
    let paths: Vec<&str> = manifest
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(paths.len(), 14);
    for path in [
        "files/mfa-server/C/Program Files/PhoneFactor/Data/licenseKey",
        "files/mobile-app-web-service/C/inetpub/pa/private.config",
        "files/user-portal/C/inetpub/wwwroot/PhoneFactor/App_Themes/Default/Default.css",
        "files/windows/C/Windows/System32/inetsrv/config/applicationHost.config",
        "files/windows/phonefactor.reg",
    ] {
        assert!(paths.contains(&path), "{path}");
    }
    assert_eq!(manifest.missing, []);
    assert_eq!(manifest.warnings, [] as [String; 0]);
    // Pages come on request, by an option of their own; other files by pattern.
    let names = |more: &[&str]| {
        let done = create(folder.path(), "more", &[more, &["--dry-run"]].concat());
        let lines = done.stdout.lines().filter(|line| line.starts_with("take "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let pages: Vec<_> = names(&["--with-pages"]);
    assert_eq!(pages.len(), 15);
    assert!(
        pages
            .iter()
            .any(|line| line.ends_with("[file-user-portal-pages]") && line.contains("Login.aspx"))
    );
    assert_eq!(pages, names(&["--include", "*.aspx"]));
    // What is asked for comes too; what is refused does not.
    let more = create(
        folder.path(),
        "more",
        &["--include", "*.aspx", "--exclude", "*.css", "--dry-run"],
    );
    assert!(more.stdout.contains("Login.aspx") && !more.stdout.contains(".css"));
    assert!(!folder.path().join("more").exists());
}

#[test]
fn a_server_with_only_the_portal_in_its_own_place_and_case() {
    let folder = folder(&[]);
    copy_tree(&fixture("web2"), folder.path());
    let done = run(
        folder.path(),
        &["snapshot", "create", "--root", "c", "-o", "snap"],
    );
    assert_eq!(done.code, 0, "{}", done.stderr);
    let manifest = manifest(folder.path());
    assert_eq!(manifest.components.len(), 1);
    assert_eq!(
        manifest.components[0].folder,
        r"C:\Inetpub\sites\selfservice"
    );
    let server = manifest
        .missing
        .iter()
        .find(|entry| entry.component == "mfa-server")
        .unwrap();
    for place in [
        r"C:\Program\PhoneFactor",
        r"C:\Program\Microsoft Files\PhoneFactor",
        r"C:\Program Files (x86)\PhoneFactor",
    ] {
        assert!(
            server.looked_in.iter().any(|looked| looked == place),
            "{place}"
        );
    }
}

#[test]
fn data_is_found_in_every_documented_spelling() {
    for name in [
        "Program",
        "PROGRAM FILES (X86)",
        "Programme/microsoft files",
        "Programf\u{e1}jlok",
    ] {
        let path = format!("c/{name}/phonefactor/DATA/PhoneFactor.PFDATA");
        let folder = folder(&[(&path, b"x")]);
        let done = run(
            folder.path(),
            &["snapshot", "create", "--root", "c", "-o", "snap"],
        );
        assert_eq!(done.code, 0, "{name}: {}", done.stderr);
        assert_eq!(manifest(folder.path()).files.len(), 1, "{name}");
    }
}

#[test]
fn what_is_restored_is_what_was_there_with_its_times() {
    for target in ["snap", "other.zip"] {
        let folder = with_snapshot();
        let long_ago = SystemTime::UNIX_EPOCH + Duration::new(1_400_000_000, 123_456_700);
        let data = folder
            .path()
            .join("c/Program Files/PhoneFactor/Data/licenseKey");
        fs::File::options()
            .write(true)
            .open(&data)
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
        fs::remove_dir_all(folder.path().join("snap")).unwrap();
        assert_eq!(create(folder.path(), target, &["--include", "**"]).code, 0);
        let args = ["snapshot", "restore", target, "--to", "out"];
        let done = run(folder.path(), &args);
        assert_eq!(done.code, 0, "{}", done.stderr);
        let windows = run(
            folder.path(),
            &[&args[..], &["--only", "**/applicationHost.config"]].concat(),
        );
        assert_eq!(windows.code, 0, "{}", windows.stderr);
        let mut expected = tree(&folder.path().join("c"));
        // It belongs to no component.
        expected.remove("inetpub/wwwroot/web.config");
        assert_eq!(tree(&folder.path().join("out")), expected);
        for name in expected.keys() {
            let time = |root: &str| {
                fs::metadata(folder.path().join(root).join(name))
                    .unwrap()
                    .modified()
                    .unwrap()
            };
            assert_eq!(time("c"), time("out"), "{name}");
        }
        let again = run(folder.path(), &args);
        assert!(
            again.stdout.contains("Plan: 0 create, 0 overwrite"),
            "{}",
            again.stdout
        );
    }
}

#[test]
fn two_snapshots_of_one_server_are_the_same_bytes() {
    let folder = with_snapshot();
    assert_eq!(create(folder.path(), "b", &[]).code, 0);
    assert_eq!(
        tree(&folder.path().join("snap")),
        tree(&folder.path().join("b"))
    );
    assert_eq!(create(folder.path(), "a.zip", &[]).code, 0);
    assert_eq!(create(folder.path(), "b.zip", &[]).code, 0);
    let read = |name| fs::read(folder.path().join(name)).unwrap();
    assert_eq!(read("a.zip"), read("b.zip"));
    let done = run(folder.path(), &["snapshot", "diff", "a.zip", "snap"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, "Nothing differs.\n"));
}

#[test]
fn every_flipped_bit_is_found() {
    let folder = with_snapshot();
    let verify = || verified(&folder.path().join("snap"));
    assert_eq!(verify().unwrap().findings, []);
    for (name, bytes) in tree(&folder.path().join("snap")) {
        let path = folder.path().join("snap").join(&name);
        // Every region of every file; the steps are odd, so that every bit of a byte has its turn.
        let step = if bytes.len() < 300 { 5 } else { 43 };
        // To write and open a file costs Windows ten times as much.
        let step = if cfg!(windows) { step * 9 } else { step };
        for bit in (0..bytes.len() * 8).step_by(step) {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &damaged).unwrap();
            let Ok(verified) = verify() else { continue };
            assert!(!verified.findings.is_empty(), "{name}, bit {bit}");
            let own = name == "manifest.json" || name == "SHA256SUMS";
            assert!(
                own || verified.findings[0].path == name,
                "{name}, bit {bit}"
            );
        }
        fs::write(&path, &bytes).unwrap();
    }
    assert_eq!(verify().unwrap().findings, []);
}

#[test]
fn every_flipped_bit_of_a_zip_is_found() {
    let folder = with_snapshot();
    assert_eq!(create(folder.path(), "a.zip", &[]).code, 0);
    let path = folder.path().join("a.zip");
    let bytes = fs::read(&path).unwrap();
    assert_eq!(verified(&path).unwrap().findings, []);
    // The directory at the end, where nearly every byte means something, closer.
    let end = (bytes.len() - 600) * 8;
    for bit in (0..end)
        .step_by(211)
        .chain((end..bytes.len() * 8).step_by(3))
    {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &damaged).unwrap();
        if let Ok(verified) = verified(&path) {
            assert!(!verified.findings.is_empty(), "bit {bit}");
        }
    }
}

#[test]
fn a_zip_that_cannot_be_opened_is_a_finding() {
    let folder = with_snapshot();
    assert_eq!(create(folder.path(), "a.zip", &[]).code, 0);
    let bytes = fs::read(folder.path().join("a.zip")).unwrap();
    let directory = bytes.windows(4).rposition(|four| four == b"PK\x05\x06");
    // The first local header, the directory's end, and a file that was cut off.
    for damaged in [
        [b"X", &bytes[1..]].concat(),
        [
            &bytes[..directory.unwrap()],
            b"X",
            &bytes[directory.unwrap() + 1..],
        ]
        .concat(),
        bytes[..bytes.len() / 2].to_vec(),
    ] {
        fs::write(folder.path().join("b.zip"), damaged).unwrap();
        let done = run(folder.path(), &["snapshot", "verify", "b.zip"]);
        assert_eq!(done.code, 1, "{}", done.stderr);
        assert!(done.stdout.contains("damaged: b.zip"), "{}", done.stdout);
    }
    // What is no snapshot at all cannot be verified.
    fs::create_dir(folder.path().join("empty")).unwrap();
    for name in ["empty", "nowhere.zip"] {
        let done = run(folder.path(), &["snapshot", "verify", name]);
        assert_eq!(done.code, 2, "{name}");
    }
}

#[test]
fn missing_and_extra_files_are_named() {
    let folder = with_snapshot();
    let snap = folder.path().join("snap");
    fs::remove_file(snap.join("files/mobile-app-web-service/C/inetpub/pa/private.config")).unwrap();
    fs::write(snap.join("files/extra.txt"), "x").unwrap();
    let done = run(folder.path(), &["snapshot", "verify", "snap"]);
    assert_eq!(done.code, 1);
    assert!(
        done.stdout.contains("extra: files/extra.txt"),
        "{}",
        done.stdout
    );
    assert!(
        done.stdout
            .contains("missing: files/mobile-app-web-service/C/inetpub/pa/private.config")
    );
    let json = run(
        folder.path(),
        &["snapshot", "verify", "snap", "--format", "json"],
    );
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), 2);
}

#[test]
fn the_difference_to_the_server_is_told_without_secrets() {
    let folder = with_snapshot();
    let live = ["snapshot", "diff", "snap", "--live", "--root", "c"];
    assert_eq!(run(folder.path(), &live).code, 0);
    let root = folder.path().join("c");
    let config = root.join("inetpub/pa/private.config");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("value=\"", "value=\"changed-")).unwrap();
    let themes = root.join("inetpub/wwwroot/PhoneFactor/App_Themes");
    fs::rename(
        themes.join("Contoso/Contoso.css"),
        themes.join("Contoso/moved.css"),
    )
    .unwrap();
    fs::remove_file(themes.join("Contoso/Contoso.skin")).unwrap();
    fs::write(themes.join("new.css"), "new").unwrap();
    let done = run(folder.path(), &live);
    assert_eq!(done.code, 1, "{}", done.stderr);
    insta::assert_snapshot!("snapshot_diff_live", done.stdout);
    let json = run(folder.path(), &[&live[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["differences"].as_array().unwrap().len(), 4);
}

#[test]
fn settings_that_changed_are_told_although_the_folder_is_another_one() {
    let folder = with_snapshot();
    let sites = folder.path().join("c/inetpub/wwwroot");
    fs::rename(sites.join("PhoneFactor"), sites.join("Portal")).unwrap();
    let config = sites.join("Portal/web.config");
    let text = fs::read_to_string(&config).unwrap();
    let changed = text.replace(
        "</appSettings>",
        "<add key=\"Colour\" value=\"green\"/></appSettings>",
    );
    assert_ne!(text, changed);
    fs::write(&config, changed).unwrap();
    let live = ["snapshot", "diff", "snap", "--live", "--root", "c"];
    let done = run(folder.path(), &live);
    assert_eq!(done.code, 1, "{}", done.stderr);
    let moved = r"moved C:\inetpub\wwwroot\PhoneFactor\web.config -> C:\inetpub\wwwroot\Portal\web.config (";
    assert!(done.stdout.contains(moved), "{}", done.stdout);
    assert!(
        done.stdout.contains("    + Colour = \"green\"\n"),
        "{}",
        done.stdout
    );
    let json = run(folder.path(), &[&live[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let mut differences = json["differences"].as_array().unwrap().iter();
    let settings = differences
        .find_map(|file| file["settings"].as_array())
        .unwrap();
    assert_eq!(settings.len(), 1);
    assert_eq!(settings[0]["kind"], "added");
    assert_eq!(settings[0]["after"], "green");
}

#[test]
fn the_plan_of_a_restore_is_what_it_does() {
    let folder = with_snapshot();
    let root = folder.path().join("c");
    let config = root.join("inetpub/pa/web.config");
    fs::write(&config, "mine").unwrap();
    fs::remove_file(root.join("Program Files/PhoneFactor/Data/Phonefactor.pfdata")).unwrap();
    let skin = root.join("inetpub/wwwroot/PhoneFactor/App_Themes/Contoso/Contoso.skin");
    fs::remove_file(&skin).unwrap();
    fs::create_dir(&skin).unwrap();
    let before = tree(&root);
    let args = ["snapshot", "restore", "snap", "--to", "c", "--backup"];
    let shown = run(folder.path(), &[&args[..], &["--dry-run"]].concat());
    assert_eq!(shown.code, 2);
    assert_eq!(tree(&root), before);
    insta::assert_snapshot!("snapshot_restore_plan", shown.stdout);
    let done = run(folder.path(), &args);
    assert_eq!(done.code, 2, "one file is refused");
    assert_eq!(done.stdout.replace("Plan: ", "Would: "), shown.stdout);
    assert_eq!(
        fs::read(root.join("inetpub/pa/web.config.bak")).unwrap(),
        b"mine"
    );
    assert_eq!(
        fs::read(&config).unwrap(),
        fs::read(fixture("mfa1/c/inetpub/pa/web.config")).unwrap()
    );
    let one = run(
        folder.path(),
        &[
            "snapshot",
            "restore",
            "snap",
            "--to",
            "one",
            "--component",
            "mfa-server",
        ],
    );
    assert_eq!(one.code, 0, "{}", one.stderr);
    assert_eq!(tree(&folder.path().join("one")).len(), 2);
}

#[test]
fn each_drive_needs_room_for_what_is_put_back() {
    let folder = with_snapshot();
    let manifest = manifest(folder.path());
    let request = Request {
        drives: &Drives::below(&folder.path().join("empty"), manifest.system_drive),
        components: &[],
        only: None,
        reads: &[],
    };
    let steps = plan(&manifest, &request, &Progress::default());
    let (files, needed) = size(&steps);
    assert!(files > 10 && needed > 1000);
    assert_eq!(shortage(&steps, |_| Ok(needed)), None);
    let short = shortage(&steps, |_| Ok(needed - 1)).expect("a byte is missing");
    assert_eq!((short.needed, short.free), (needed, needed - 1));
    assert!(short.folder.starts_with(folder.path().join("empty")));
    let unknown = |_: &Path| Err(std::io::Error::other("a share that does not say"));
    assert_eq!(shortage(&steps, unknown), None);
}

#[test]
fn a_damaged_snapshot_restores_nothing() {
    let folder = with_snapshot();
    let data = "files/mfa-server/C/Program Files/PhoneFactor/Data/licenseKey";
    fs::write(
        folder.path().join("snap").join(data),
        "invented licenca\r\n",
    )
    .unwrap();
    let done = run(
        folder.path(),
        &["snapshot", "restore", "snap", "--to", "out"],
    );
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("licenseKey"), "{}", done.stderr);
    assert!(!folder.path().join("out").exists());
}

#[test]
fn places_that_are_taken_or_inside_are_refused() {
    let folder = with_snapshot();
    for (target, why) in [
        ("snap", "exists and is not empty"),
        ("phonefactor.reg", "exists and is not empty"),
        ("c/Program Files/PhoneFactor/Data/snap", "lies inside"),
        (
            "c/inetpub/wwwroot/PhoneFactor/App_Themes/Contoso/a.zip",
            "lies inside",
        ),
        ("nowhere/at/all", "cannot be written"),
    ] {
        let before = tree(folder.path());
        let done = create(folder.path(), target, &[]);
        assert_eq!(done.code, 2, "{target}");
        assert!(done.stderr.contains(why), "{target}: {}", done.stderr);
        assert_eq!(tree(folder.path()), before, "{target}");
    }
    fs::create_dir(folder.path().join("empty")).unwrap();
    assert_eq!(create(folder.path(), "empty", &[]).code, 0);
    let other = run(
        folder.path(),
        &["snapshot", "create", "--root", "snap", "-o", "none"],
    );
    assert_eq!(other.code, 2);
    assert!(
        other.stderr.contains("nothing was found"),
        "{}",
        other.stderr
    );
    assert!(!folder.path().join("none").exists());
}

#[cfg(unix)]
#[test]
fn snapshots_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = with_snapshot();
    let mode = |path: &str| {
        fs::metadata(folder.path().join(path))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode("snap"), 0o700);
    assert_eq!(mode("snap/files/windows"), 0o700);
    assert_eq!(mode("snap/manifest.json"), 0o600);
    assert_eq!(mode("snap/files/windows/phonefactor.reg"), 0o600);
    assert_eq!(create(folder.path(), "a.zip", &[]).code, 0);
    assert_eq!(mode("a.zip"), 0o600);
}

/// Whether what is under the final name is nothing, or whole.
#[test]
fn killed_at_any_moment_there_is_nothing_or_all_of_it() {
    let folder = with_snapshot();
    let recipient = new_key(folder.path(), "key").to_string();
    for number in 0..400 {
        let name = format!("c/Program Files/PhoneFactor/Data/{number}.bin");
        fs::write(folder.path().join(name), vec![number as u8; 40_000]).unwrap();
    }
    let mut outcomes = [0; 2];
    for step in 0..24 {
        let form = ["", "", ".zip", ".zip.age"][step as usize % 4];
        let target = format!("killed{step}{form}");
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("conferry"));
        command
            .current_dir(folder.path())
            .env_clear()
            .stdout(std::process::Stdio::null());
        command.args(["snapshot", "create", "--root", "c", "-o", &target]);
        let mut verify = vec!["snapshot", "verify", &target];
        if form == ".zip.age" {
            command.args(["--encrypt-to", &recipient]);
            verify.extend(["--identity", "key.txt"]);
        }
        let mut child = command.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(step * 12));
        child.kill().unwrap();
        child.wait().unwrap();
        let whole = folder.path().join(&target).exists();
        outcomes[usize::from(whole)] += 1;
        if whole {
            assert_eq!(run(folder.path(), &verify).code, 0, "{target}");
        }
    }
    assert!(outcomes[0] > 0, "no kill came in time: {outcomes:?}");
}

#[test]
fn a_killed_restore_leaves_each_file_old_or_new() {
    let folder = folder(&[]);
    let data = folder.path().join("c/Program Files/PhoneFactor/Data");
    fs::create_dir_all(&data).unwrap();
    let names: Vec<String> = (0..200).map(|number| format!("{number}.bin")).collect();
    let fill = |byte: u8| {
        for name in &names {
            fs::write(data.join(name), vec![byte; 60_000]).unwrap();
        }
    };
    fill(1);
    fs::write(data.join("Phonefactor.pfdata"), "x").unwrap();
    assert_eq!(
        run(
            folder.path(),
            &["snapshot", "create", "--root", "c", "-o", "snap"]
        )
        .code,
        0
    );
    for step in 0..12 {
        fill(2);
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("conferry"));
        command
            .current_dir(folder.path())
            .env_clear()
            .stdout(std::process::Stdio::null());
        let mut child = command
            .args(["snapshot", "restore", "snap", "--to", "c"])
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(step * 15));
        child.kill().unwrap();
        child.wait().unwrap();
        for name in &names {
            let bytes = fs::read(data.join(name)).unwrap();
            assert!(
                bytes == vec![1; 60_000] || bytes == vec![2; 60_000],
                "{name}"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_named_and_the_others_go_on() {
    let folder = with_snapshot();
    let broken = folder.path().join("c/inetpub/pa/web.config");
    let data = folder
        .path()
        .join("c/Program Files/PhoneFactor/Data/con.txt");
    fs::write(&data, "no name for Windows").unwrap();
    fs::write(&broken, "<not xml").unwrap();
    let done = create(folder.path(), "again", &[]);
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("con.txt"), "{}", done.stderr);
    assert_eq!(run(folder.path(), &["snapshot", "verify", "again"]).code, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_leaves_nothing() {
    let folder = with_snapshot();
    let recipient = new_key(folder.path(), "key").to_string();
    let data = folder.path().join("c/Program Files/PhoneFactor/Data");
    fs::write(data.join("noise.bin"), crate::command::noise(9 << 20)).unwrap();
    let before = tree(folder.path());
    for target in ["a", "a.zip", "a.zip.age"] {
        // A limit on the size of files stands for the end of the disk.
        let lock = match target.ends_with("age") {
            true => format!("--encrypt-to {recipient}"),
            false => String::new(),
        };
        let line = format!(
            "ulimit -f 1000; trap '' XFSZ; exec {} snapshot create --root c -o {target} {lock}",
            assert_cmd::cargo::cargo_bin("conferry").display()
        );
        let output = std::process::Command::new("sh")
            .current_dir(folder.path())
            .args(["-c", &line])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{target}: {said}");
        assert!(said.contains("cannot be written"), "{target}: {said}");
        assert_eq!(tree(folder.path()), before, "{target}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_windows_takes_for_one_are_not_both_taken() {
    let folder = folder(&[
        ("c/Program Files/PhoneFactor/Data/Phonefactor.pfdata", b"x"),
        ("c/Program Files/PhoneFactor/Data/a\u{1b}", b"x"),
        ("c/Program Files/PhoneFactor/Data/B", b"1"),
        ("c/Program Files/PhoneFactor/Data/b", b"2"),
    ]);
    let done = run(
        folder.path(),
        &["snapshot", "create", "--root", "c", "-o", "snap"],
    );
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("in another case"), "{}", done.stderr);
    assert_eq!(manifest(folder.path()).files.len(), 2);
    assert_eq!(run(folder.path(), &["snapshot", "verify", "snap"]).code, 0);
}

#[test]
fn show_and_schema() {
    let folder = with_snapshot();
    let done = run(folder.path(), &["snapshot", "show", "snap"]);
    assert_eq!(done.code, 0);
    assert!(
        done.stdout
            .contains("/PA of Default Web Site, pool PhoneFactor Pool, .NET CLR v2.0")
    );
    let schema = run(folder.path(), &["snapshot", "schema"]);
    let schema: serde_json::Value = serde_json::from_str(&schema.stdout).unwrap();
    // Every field of a real manifest is in the schema, and every required one in the manifest.
    let bytes = fs::read(folder.path().join("snap/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let holds = |schema: &serde_json::Value, value: &serde_json::Value| {
        for key in value.as_object().unwrap().keys() {
            assert!(schema["properties"].get(key).is_some(), "{key}");
        }
        for key in schema["required"].as_array().unwrap() {
            assert!(value.get(key.as_str().unwrap()).is_some(), "{key}");
        }
    };
    holds(&schema, &manifest);
    holds(&schema["$defs"]["FileEntry"], &manifest["files"][0]);
    holds(
        &schema["$defs"]["ComponentEntry"],
        &manifest["components"][0],
    );
}

#[test]
fn source_date_epoch_fixes_the_time() {
    let folder = with_snapshot();
    let mut command = conferry(folder.path());
    command.env("SOURCE_DATE_EPOCH", "1767323045");
    let output = command
        .args([
            "snapshot",
            "create",
            "--root",
            "c",
            "--registry",
            "phonefactor.reg",
            "-o",
            "b",
        ])
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(
        tree(&folder.path().join("snap")),
        tree(&folder.path().join("b"))
    );
}
