//! What servers and disks come up with: odd names, pipes, files that vanish,
//! sidecars of sidecars, another system drive, thousands of small files.

use std::fs;
use std::path::Path;

use conferry::io::walk::Selection;
use conferry::io::windows_path::Drives;
use conferry::pack;
use conferry::snapshot::create::{self, Destination, Facts};
use conferry::snapshot::find::{self, find};
use conferry::snapshot::manifest::{MANIFEST, Manifest, SUMS};
use conferry::snapshot::progress::Progress;

use crate::command::{Run, copy_tree, folder, run};
#[cfg(target_os = "linux")]
use crate::command::{conferry, tree};
use crate::snapshot::{create as create_with, fixture};

const DATA: &str = "c/Program Files/PhoneFactor/Data";

fn server() -> tempfile::TempDir {
    let folder = folder(&[]);
    copy_tree(&fixture("mfa1"), folder.path());
    folder
}

fn snapshot(folder: &Path, args: &[&str]) -> Run {
    run(folder, &[&["snapshot"], args].concat())
}

fn manifest(snapshot: &Path) -> Manifest {
    Manifest::parse(&fs::read(snapshot.join(MANIFEST)).unwrap()).unwrap()
}

/// Changes the text of a manifest, and its hash with it.
fn edit_manifest(snapshot: &Path, change: impl FnOnce(String) -> String) {
    let text = change(fs::read_to_string(snapshot.join(MANIFEST)).unwrap());
    let sums = Manifest::parse(text.as_bytes())
        .unwrap()
        .sums(text.as_bytes());
    fs::write(snapshot.join(MANIFEST), text).unwrap();
    fs::write(snapshot.join(SUMS), sums).unwrap();
}

#[test]
fn a_file_that_is_gone_when_it_is_copied_is_in_the_manifest_as_a_problem() {
    let folder = server();
    let rules = pack::load(&[]).unwrap();
    for target in ["snap", "snap.zip"] {
        let gone = folder.path().join(DATA).join("gone.bin");
        fs::write(&gone, "x").unwrap();
        let drives = Drives::below(&folder.path().join("c"), 'C');
        let plan = find(&find::Request {
            installers: find::Installers::Shipped,
            drives: &drives,
            rules: &rules,
            components: &[],
            iis: None,
            registry: None,
            include: None,
            with_pages: false,
            exclude: &Selection::default(),
        });
        fs::remove_file(&gone).unwrap();
        let destination = Destination {
            path: folder.path().join(target),
            lock: None,
        };
        let facts = Facts {
            created: jiff::Timestamp::UNIX_EPOCH,
            host: "h".to_owned(),
            system_drive: 'C',
        };
        let made = create::create(plan, &destination, facts, &rules, &Progress::default()).unwrap();
        let [problem] = made.problems.as_slice() else {
            panic!("{:?}", made.problems);
        };
        assert!(problem.file.ends_with("gone.bin"), "{}", problem.file);
        assert_eq!(made.manifest.files.len(), 13);
        let shown = snapshot(folder.path(), &["show", target]);
        let line = format!("Problem: {}: it is not in the snapshot", problem.file);
        assert!(shown.stdout.contains(&line), "{}", shown.stdout);
        assert_eq!(snapshot(folder.path(), &["verify", target]).code, 0);
    }
}

#[test]
fn a_dry_run_refuses_the_destinations_that_the_run_refuses() {
    let folder = server();
    assert_eq!(create_with(folder.path(), "snap", &[]).code, 0);
    assert_eq!(create_with(folder.path(), "a.zip", &[]).code, 0);
    for (target, why) in [
        ("snap", "exists and is not empty"),
        ("a.zip", "exists and is not empty"),
        ("nowhere/a", "folder does not exist"),
        ("nowhere/a.zip", "folder does not exist"),
        ("b.zip.age", "nothing says who may read it"),
        ("c/Program Files/PhoneFactor/b", "lies inside"),
    ] {
        for more in [&[][..], &["--dry-run"]] {
            let done = create_with(folder.path(), target, more);
            assert_eq!(done.code, 2, "{target} {more:?}");
            assert!(done.stderr.contains(why), "{target}: {}", done.stderr);
        }
    }
}

#[test]
fn sidecars_of_sidecars_are_taken() {
    // What private.config points at, what that holds, and what is said of it.
    for (first, second, taken, said) in [
        ("more.config", "", &["pa/More.config"][..], ""),
        (
            r"deep\Er.config",
            r"..\..\Shared\up.config",
            &["pa/Deep/er.config", "shared/up.config"],
            "",
        ),
        // In a circle.
        ("more.config", "web.config", &["pa/More.config"], ""),
        (
            r"deep\er.config",
            "none.config",
            &["pa/Deep/er.config"],
            r"looked in C:\inetpub\pa\Deep\none.config",
        ),
        (
            "none.config",
            "",
            &[],
            r"looked in C:\inetpub\pa\none.config",
        ),
        (
            r"C:\inetpub\shared\up.config",
            "",
            &["shared/up.config"],
            "",
        ),
        (
            r"..\..\..\..\up.config",
            "",
            &[],
            "was not taken: it contains",
        ),
        (
            r"\\nas\up.config",
            "",
            &[],
            "was not taken: it is a network",
        ),
        (
            r"D:\up.config",
            "",
            &[],
            "was not taken: there is no drive D:",
        ),
    ] {
        let folder = server();
        let inetpub = folder.path().join("c/inetpub");
        let section = |file: &str| match file {
            "" => "<appSettings/>".to_owned(),
            file => format!("<appSettings file=\"{file}\"/>"),
        };
        fs::create_dir(inetpub.join("pa/Deep")).unwrap();
        fs::create_dir(inetpub.join("shared")).unwrap();
        fs::write(inetpub.join("shared/up.config"), section("")).unwrap();
        for (name, points_at) in [
            ("private.config", first),
            ("More.config", second),
            ("Deep/er.config", second),
        ] {
            fs::write(inetpub.join("pa").join(name), section(points_at)).unwrap();
        }
        let done = create_with(folder.path(), "snap", &[]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        let found: Vec<String> = (manifest(&folder.path().join("snap")).files.iter())
            .filter(|file| file.taken_by == "file" && !file.path.ends_with("private.config"))
            .map(|file| {
                file.path
                    .replace("files/mobile-app-web-service/C/inetpub/", "")
            })
            .collect();
        assert_eq!(found, taken, "{first} {second}");
        assert!(done.stdout.contains(said), "{first}: {}", done.stdout);
    }
    // To leave out counts for them too.
    let folder = server();
    let done = create_with(
        folder.path(),
        "snap",
        &["--exclude", "private.*", "--dry-run"],
    );
    assert!(!done.stdout.contains("private.config"), "{}", done.stdout);
}

#[cfg(target_os = "linux")]
#[test]
fn pipes_are_named_and_nobody_waits_for_them() {
    let folder = server();
    assert_eq!(create_with(folder.path(), "snap", &[]).code, 0);
    let licence = folder.path().join(DATA).join("licenseKey");
    fs::remove_file(&licence).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&licence).status();
    assert!(made.unwrap().success());
    let again = create_with(folder.path(), "again", &[]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(
        again
            .stdout
            .contains("licenseKey is neither a file nor a folder")
    );
    let live = snapshot(folder.path(), &["diff", "snap", "--live", "--root", "c"]);
    assert_eq!(live.code, 1);
    assert!(live.stdout.contains("removed C:") && live.stdout.contains("licenseKey"));
    let back = snapshot(folder.path(), &["restore", "snap", "--to", "c"]);
    assert_eq!(back.code, 2);
    assert!(
        back.stdout
            .contains("licenseKey: something stands there that is no file")
    );
    assert_eq!(back.stderr, "Put back 0 files, 1 refused.\n");
}

#[cfg(target_os = "linux")]
#[test]
fn an_export_whose_name_windows_cannot_have_spoils_nothing() {
    use std::os::unix::ffi::OsStrExt;
    let folder = server();
    for name in [&b"a:b.reg"[..], b"nul.reg", b"\xff.reg"] {
        let name = Path::new(std::ffi::OsStr::from_bytes(name));
        let export = folder.path().join(name);
        fs::copy(folder.path().join("phonefactor.reg"), &export).unwrap();
        let mut command = conferry(folder.path());
        command.args([
            "snapshot",
            "create",
            "--root",
            "c",
            "-o",
            "snap",
            "--registry",
        ]);
        let done = command.arg(name).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        // A name that is no UTF-8 is taken with a replacement for what is none.
        let expected = if name.to_str().is_some() { 2 } else { 0 };
        assert_eq!(
            done.status.code(),
            Some(expected),
            "{}: {said}",
            name.display()
        );
        assert_eq!(snapshot(folder.path(), &["verify", "snap"]).code, 0);
        fs::remove_dir_all(folder.path().join("snap")).unwrap();
        fs::remove_file(export).unwrap();
    }
}

#[test]
fn the_folder_stands_for_the_system_drive_of_the_snapshot_whatever_its_letter() {
    let folder = server();
    assert_eq!(create_with(folder.path(), "snap", &[]).code, 0);
    edit_manifest(&folder.path().join("snap"), |text| {
        text.replace("\"C\"", "\"E\"").replace("\"C:", "\"E:")
    });
    let restore = ["restore", "snap", "--to", "out"];
    for plan in [
        "Plan: 12 create",
        "Plan: 0 create, 0 overwrite, 12 identical",
    ] {
        let done = snapshot(folder.path(), &restore);
        assert_eq!(done.code, 0, "{}", done.stderr);
        assert!(done.stdout.contains(plan), "{}", done.stdout);
    }
    let windows = [
        "--component",
        "windows",
        "--only",
        "**/applicationHost.config",
    ];
    assert_eq!(
        snapshot(folder.path(), &[&restore[..], &windows].concat()).code,
        0
    );
    let live = ["diff", "snap", "--live", "--root", "out"];
    assert_eq!(snapshot(folder.path(), &live).stdout, "Nothing differs.\n");
    // A file of another drive is not "removed": nobody looked.
    edit_manifest(&folder.path().join("snap"), |text| {
        text.replace("\"E:\\\\inetpub\\\\pa\\\\web.config", "\"F:\\\\web.config")
    });
    let done = snapshot(folder.path(), &live);
    assert_eq!(done.code, 2);
    assert!(!done.stdout.contains("removed"), "{}", done.stdout);
    assert!(done.stderr.contains("no drive F:"), "{}", done.stderr);
}

#[test]
fn a_pattern_that_matches_nothing_is_an_error() {
    let folder = server();
    assert_eq!(create_with(folder.path(), "snap", &[]).code, 0);
    let done = snapshot(
        folder.path(),
        &[
            "restore",
            "snap",
            "--to",
            "out",
            "--only",
            "**/pa/web.confg",
        ],
    );
    assert_eq!(done.code, 2);
    assert!(
        done.stderr.contains("no file matches --only"),
        "{}",
        done.stderr
    );
}

/// A server with many small data files, and a snapshot of it.
#[cfg(target_os = "linux")]
fn with_many(count: usize) -> tempfile::TempDir {
    let folder = folder(&[(&format!("{DATA}/Phonefactor.pfdata"), b"x")]);
    for number in 0..count {
        let name = folder.path().join(DATA).join(format!("{number}.bin"));
        fs::write(name, number.to_string()).unwrap();
    }
    let done = snapshot(folder.path(), &["create", "--root", "c", "-o", "snap"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    folder
}

/// Runs conferry below limits of the shell.
#[cfg(target_os = "linux")]
fn limited(folder: &Path, limits: &str, args: &str) -> Run {
    let program = assert_cmd::cargo::cargo_bin("conferry");
    let line = format!("{limits}; exec {} snapshot {args}", program.display());
    let mut command = std::process::Command::new("sh");
    let output = command.current_dir(folder).args(["-c", &line]).output();
    let output = output.unwrap();
    Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

#[cfg(target_os = "linux")]
#[test]
fn more_files_than_a_process_may_open_are_put_back() {
    let folder = with_many(4200);
    let done = limited(folder.path(), "ulimit -n 64", "restore snap --to out");
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(done.stderr, "Put back 4201 files.\n");
    let path = |root: &str| tree(&folder.path().join(root));
    assert_eq!(path("out"), path("c"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_written_is_as_it_was_and_the_others_go_on() {
    let folder = with_many(5);
    let data = folder.path().join(DATA);
    fs::write(data.join("large.bin"), vec![7; 700_000]).unwrap();
    fs::remove_dir_all(folder.path().join("snap")).unwrap();
    assert_eq!(
        snapshot(folder.path(), &["create", "--root", "c", "-o", "snap"]).code,
        0
    );
    let out = folder.path().join("out/Program Files/PhoneFactor/Data");
    fs::create_dir_all(&out).unwrap();
    fs::write(out.join("large.bin"), "old").unwrap();
    // A limit on the size of files stands for the end of the disk.
    let done = limited(
        folder.path(),
        "ulimit -f 1000; trap '' XFSZ",
        "restore snap --to out --backup --format json",
    );
    assert_eq!(done.code, 2, "{}", done.stderr);
    assert!(
        done.stderr.contains("Put back 6 files, 1 failed."),
        "{}",
        done.stderr
    );
    let said: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let failed: Vec<&str> = (said["files"].as_array().unwrap().iter())
        .filter(|file| !file["failed"].is_null())
        .map(|file| file["source"].as_str().unwrap())
        .collect();
    assert_eq!(failed, [r"C:\Program Files\PhoneFactor\Data\large.bin"]);
    let mut expected = tree(&data);
    expected.insert("large.bin".to_owned(), b"old".to_vec());
    assert_eq!(tree(&out), expected, "nothing else is left");
}
