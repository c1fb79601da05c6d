//! Manifests and archives that want to do harm are refused by name, and nothing is written.

use std::fs;
use std::io::Write;
use std::path::Path;

use conferry::io::sealed::Lock;
use conferry::snapshot::manifest::{MANIFEST, Manifest, SUMS};
use zip::write::SimpleFileOptions;

use crate::command::{folder, run, tree};
use crate::snapshot_sealed::{new_key, sealed};

const CONTENT: &[u8] = b"hello";
const HASH: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/// A manifest with these (path, source) entries, all of them of `CONTENT`.
fn manifest(files: &[(&str, &str)]) -> Manifest {
    let files: Vec<_> = files
        .iter()
        .map(|(path, source)| {
            serde_json::json!({
                "path": path, "source": source, "component": "a", "kind": "data",
                "taken_by": "x", "size": 5, "sha256": HASH,
            })
        })
        .collect();
    let json = serde_json::json!({
        "schema": 1, "conferry": "0", "created": "2026-01-01T00:00:00Z", "host": "h",
        "system_drive": "C", "packs": [], "components": [], "files": files,
        "missing": [], "warnings": [],
    });
    serde_json::from_value(json).unwrap()
}

fn entries(manifest: &Manifest) -> Vec<(String, Vec<u8>)> {
    let bytes = manifest.to_bytes();
    vec![
        (SUMS.to_owned(), manifest.sums(&bytes).into_bytes()),
        (MANIFEST.to_owned(), bytes),
    ]
}

/// Verify and restore refuse it, naming `named`; nothing is written anywhere.
fn refused(folder: &Path, snapshot: &str, named: &str) {
    refused_with(folder, snapshot, &[], named);
}

fn refused_with(folder: &Path, snapshot: &str, keys: &[&str], named: &str) {
    let before = tree(folder);
    let run = |args: &[&str]| run(folder, &[&["snapshot"], args, keys].concat());
    let verified = run(&["verify", snapshot]);
    assert_ne!(verified.code, 0, "{named}");
    assert!(!verified.stderr.contains("panicked"), "{}", verified.stderr);
    let done = run(&["restore", snapshot, "--to", "out"]);
    assert_eq!(done.code, 2, "{named}: {}{}", done.stdout, done.stderr);
    assert!(done.stderr.contains(named), "{named}: {}", done.stderr);
    assert!(!done.stderr.contains("panicked"), "{}", done.stderr);
    assert_eq!(tree(folder), before, "{named}");
}

#[test]
fn hostile_manifests() {
    for (path, source, named) in [
        ("files/../../a", r"C:\a", "files/../../a"),
        ("../a", r"C:\a", "../a"),
        ("/etc/a", r"C:\a", "/etc/a"),
        ("C:/a", r"C:\a", "C:/a"),
        (r"files\..\a", r"C:\a", "files"),
        ("files/nul", r"C:\a", "nul"),
        ("files/a.", r"C:\a", "files/a."),
        ("files/a:b", r"C:\a", "a:b"),
        ("manifest.json", r"C:\a", "not below"),
        ("files/a", r"C:\..\a", ".."),
        ("files/a", r"..\a", "drive"),
        ("files/a", r"\\server\share\a", "network"),
        ("files/a", r"\\?\C:\a", "network"),
        ("files/a", r"C:\COM1.txt", "COM1"),
        ("files/a", r"C:\a \b", "ends in"),
        ("files/a", r"C:\a:stream", "stream"),
        ("files/a", "/etc/passwd", "drive"),
        ("files/A", r"C:\b", "another case"),
        ("files/c", r"C:\X", "twice"),
        ("files/c", "C:/x/", "twice"),
        ("files/A/b", r"C:\b", "is a file where"),
        ("files/c", r"C:\X\b\c", "is a file where"),
    ] {
        let manifest =
            manifest(&[("files/a", r"C:\x"), (path, source)][usize::from(path == "files/a")..]);
        let folder = folder(&[("snap/files/a", CONTENT)]);
        for (name, bytes) in entries(&manifest) {
            fs::write(folder.path().join("snap").join(name), bytes).unwrap();
        }
        refused(folder.path(), "snap", named);
    }
    let mut huge = manifest(&[("files/a", r"C:\a"), ("files/b", r"C:\b")]);
    huge.files.iter_mut().for_each(|file| file.size = u64::MAX);
    let place = folder(&[("snap/files/a", CONTENT)]);
    for (name, bytes) in entries(&huge) {
        fs::write(place.path().join("snap").join(name), bytes).unwrap();
    }
    refused(place.path(), "snap", "no disk holds");
    // A drive that is not there is refused in the plan.
    let manifest = manifest(&[("files/a", r"D:\a")]);
    let folder = folder(&[("snap/files/a", CONTENT)]);
    for (name, bytes) in entries(&manifest) {
        fs::write(folder.path().join("snap").join(name), bytes).unwrap();
    }
    let done = run(
        folder.path(),
        &["snapshot", "restore", "snap", "--to", "out"],
    );
    assert_eq!(done.code, 2);
    assert!(done.stdout.contains(r"refuse D:\a"), "{}", done.stdout);
}

#[test]
fn manifests_that_are_none() {
    let good = manifest(&[("files/a", r"C:\a")]);
    let text = String::from_utf8(good.to_bytes()).unwrap();
    for (text, named) in [
        (text.replace("\"schema\": 1", "\"schema\": 2"), "format 2"),
        (text.replace("\"host\"", "\"hots\""), "hots"),
        (text.replace(HASH, "abc"), "SHA-256"),
        ("{}".to_owned(), "schema"),
        (String::new(), "no manifest"),
        ("[".repeat(100_000), "manifest"),
        (text.replace("\"size\": 5", "\"size\": -1"), "manifest"),
        (text.replace("\"h\"", "\"\\u001b[2J\""), "line 5"),
        (text.replace("\"h\"", "\"\u{9b}2J\""), "line 5"),
    ] {
        let folder = folder(&[
            ("snap/files/a", CONTENT),
            ("snap/manifest.json", text.as_bytes()),
        ]);
        refused(folder.path(), "snap", named);
    }
    let folder = folder(&[("snap/files/a", CONTENT)]);
    refused(folder.path(), "snap", "there is no manifest.json");
}

#[cfg(unix)]
#[test]
fn links_in_a_snapshot_and_in_the_target_lead_nowhere() {
    let manifest = manifest(&[("files/a", r"C:\d\a")]);
    let folder = folder(&[("secret/a", CONTENT), ("snap/x", b"")]);
    fs::remove_file(folder.path().join("snap/x")).unwrap();
    for (name, bytes) in entries(&manifest) {
        fs::write(folder.path().join("snap").join(name), bytes).unwrap();
    }
    let link =
        |from: &str, to: &str| std::os::unix::fs::symlink(from, folder.path().join(to)).unwrap();
    link("../secret", "snap/files");
    refused(folder.path(), "snap", "files/a");
    fs::remove_file(folder.path().join("snap/files")).unwrap();
    fs::create_dir(folder.path().join("snap/files")).unwrap();
    fs::write(folder.path().join("snap/files/a"), CONTENT).unwrap();
    fs::create_dir(folder.path().join("out")).unwrap();
    link("../secret", "out/d");
    fs::write(folder.path().join("secret/a"), "untouched").unwrap();
    let done = run(
        folder.path(),
        &["snapshot", "restore", "snap", "--to", "out"],
    );
    assert_eq!(done.code, 2);
    assert!(done.stdout.contains("leads outside"), "{}", done.stdout);
    assert_eq!(
        fs::read(folder.path().join("secret/a")).unwrap(),
        b"untouched"
    );
}

/// A zip of `files`, then changed by `change`.
fn zip_of(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default())
            .unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let places: Vec<usize> = (0..bytes.len() - from.len())
        .filter(|at| &bytes[*at..*at + from.len()] == from)
        .collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + from.len()].copy_from_slice(to);
    }
    bytes
}

#[test]
fn hostile_zips() {
    let manifest = manifest(&[("files/a", r"C:\a")]);
    let with = |more: &[(&str, &[u8])]| {
        let mut files = entries(&manifest);
        files.extend(
            more.iter()
                .map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())),
        );
        files
    };
    let good = zip_of(&with(&[("files/a", CONTENT)]));
    let folder = folder(&[("good.zip", &good)]);
    let done = run(
        folder.path(),
        &[
            "snapshot",
            "restore",
            "good.zip",
            "--to",
            "good",
            "--dry-run",
        ],
    );
    assert_eq!(done.code, 0, "{}", done.stderr);

    let recipient = new_key(folder.path(), "key");
    let big = vec![0; 50 << 20];
    let mut lying = zip_of(&with(&[("files/a", &big[..1000])]));
    // The directory promises five bytes, the stream holds a thousand.
    let at = lying
        .windows(4)
        .rposition(|part| part == b"PK\x01\x02")
        .unwrap();
    lying[at + 24..at + 28].copy_from_slice(&5u32.to_le_bytes());
    let link = {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes) in entries(&manifest) {
            zip.start_file(name.as_str(), SimpleFileOptions::default())
                .unwrap();
            zip.write_all(&bytes).unwrap();
        }
        zip.add_symlink("files/a", "/etc/passwd", SimpleFileOptions::default())
            .unwrap();
        zip.finish().unwrap().into_inner()
    };
    for (bytes, named) in [
        (zip_of(&with(&[("../../evil", CONTENT)])), "../../evil"),
        (zip_of(&with(&[("/evil", CONTENT)])), "evil"),
        (zip_of(&with(&[("files/C:/evil", CONTENT)])), "C:/evil"),
        (zip_of(&with(&[("files/nul", CONTENT)])), "nul"),
        (zip_of(&with(&[("files/..\\evil", CONTENT)])), "evil"),
        (
            replace(
                &zip_of(&with(&[("files/a", CONTENT), ("files/b", b"evil!")])),
                b"files/b",
                b"files/a",
            ),
            "files/a",
        ),
        (
            replace(
                &zip_of(&with(&[("files/a", CONTENT), ("files/b", b"evil!")])),
                b"files/b",
                b"files/A",
            ),
            "files/A",
        ),
        (link, "files/a"),
        (zip_of(&with(&[("files/a", &big)])), "files/a"),
        (lying, "files/a"),
        (zip_of(&with(&[("files/a", b"hell")])), "files/a"),
        (zip_of(&with(&[("files/a", b"hellO")])), "files/a"),
        (zip_of(&with(&[])), "files/a"),
        (good[..good.len() / 2].to_vec(), "whole zip"),
        (good[..good.len() - 3].to_vec(), "whole zip"),
        (good[10..].to_vec(), ""),
        (b"PK\x05\x06".to_vec(), "whole zip"),
        (Vec::new(), "whole zip"),
        (
            zip_of(&[("a".to_owned(), b"b".to_vec())]),
            "there is no manifest.json",
        ),
    ] {
        // An encrypted one can come from anybody who knows the recipient.
        let lock = Lock::Recipients(vec![recipient.clone()]);
        fs::write(folder.path().join("bad.zip.age"), sealed(&bytes, &lock)).unwrap();
        let keys = ["--identity", "key.txt"];
        refused_with(folder.path(), "bad.zip.age", &keys, named);
        fs::write(folder.path().join("bad.zip"), bytes).unwrap();
        refused(folder.path(), "bad.zip", named);
    }
}

/// What lint refuses of an archive, it names; the other files are linted.
#[test]
fn a_large_entry_is_named_by_lint() {
    let debug =
        b"<configuration><system.web><compilation debug=\"true\"/></system.web></configuration>";
    let large = [&debug[..], &vec![b' '; 17 << 20]].concat();
    let half = [&debug[..], &vec![b' '; 15 << 20]].concat();
    for (files, named, why) in [
        (
            &[("a.config", &large), ("b.config", &debug.to_vec())][..],
            "a.config",
            "more than 16 MiB",
        ),
        (
            &[
                ("a.config", &half),
                ("b.config", &debug.to_vec()),
                ("c.config", &half),
                ("d.config", &half),
            ],
            ".config",
            "the files of the snapshot before it took 32 MiB",
        ),
    ] {
        let paths: Vec<(String, String)> = (files.iter())
            .map(|(name, _)| (format!("files/C/{name}"), format!(r"C:\{name}")))
            .collect();
        let listed: Vec<(&str, &str)> = (paths.iter())
            .map(|(path, source)| (path.as_str(), source.as_str()))
            .collect();
        let mut all = entries(&manifest(&listed));
        all.extend(
            (paths.iter().zip(files))
                .map(|((path, _), (_, bytes))| (path.clone(), (*bytes).clone())),
        );
        let folder = folder(&[("snap.zip", &zip_of(&all))]);
        let done = run(
            folder.path(),
            &["lint", "snap.zip", "--select", "NET102,SEC"],
        );
        assert_eq!(done.code, 2, "{}", done.stderr);
        let said = done.stderr.replace(['\n', '│', '|'], " ");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(why), "{said}");
        assert!(said.contains(named) && said.contains("snap.zip"), "{said}");
        assert!(done.stdout.contains("b.config"), "{}", done.stdout);
    }
}
