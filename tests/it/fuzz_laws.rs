//! The laws of the fuzz targets, over every file there is and over damaged
//! copies of them: the same damage in every run.

use rayon::prelude::*;

#[path = "../../fuzz/laws.rs"]
mod laws;

/// What people and programs leave in files by mistake.
const DEBRIS: [&[u8]; 12] = [
    b"<",
    b"&",
    b"\"",
    b">",
    b"--",
    b"]]>",
    b"<<<<<<< HEAD\n",
    b"\x00",
    b"\xff\xfe",
    b"\r",
    b"<!DOCTYPE x [<!ENTITY a \"b\">]>",
    "\u{201d}".as_bytes(),
];

/// Numbers that look random and are always the same (a linear congruential generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

fn damaged(bytes: &[u8], kind: usize, numbers: &mut Numbers) -> Vec<u8> {
    let mut damaged = bytes.to_owned();
    let at = numbers.below(bytes.len());
    let end = (at + numbers.below(80)).min(bytes.len());
    match kind {
        0 => damaged.truncate(at),
        1 => drop(damaged.drain(at..end)),
        2 => {
            let copy = bytes[at..end].to_owned();
            let to = numbers.below(bytes.len());
            damaged.splice(to..to, copy);
        }
        3 => {
            let debris = DEBRIS[numbers.below(DEBRIS.len())];
            damaged.splice(at..at, debris.iter().copied());
        }
        _ => {
            for _ in 0..3 {
                let at = numbers.below(bytes.len());
                if let Some(byte) = damaged.get_mut(at) {
                    *byte = (numbers.below(256)) as u8;
                }
            }
        }
    }
    damaged
}

#[test]
fn files_and_damaged_copies_are_read_and_linted() {
    let files = crate::laws::files();
    assert!(files.len() > 100);
    files
        .par_iter()
        .enumerate()
        .for_each(|(at, (name, bytes))| {
            let mut numbers = Numbers(at as u64);
            for kind in 0..6 {
                let bytes = match kind {
                    5 => bytes.clone(),
                    _ => damaged(bytes, kind, &mut numbers),
                };
                let checked = std::panic::catch_unwind(|| {
                    laws::parse(&bytes);
                    laws::lint(&bytes);
                });
                assert!(checked.is_ok(), "{name}, damage {kind}");
            }
        });
}

#[test]
fn damaged_versions_are_merged_or_refused() {
    let files = crate::laws::files();
    files
        .par_iter()
        .enumerate()
        .for_each(|(at, (name, bytes))| {
            let mut numbers = Numbers(at as u64);
            let versions: Vec<Vec<u8>> = (0..3)
                .map(|side| match side {
                    0 => bytes.clone(),
                    _ => damaged(bytes, 1 + numbers.below(4), &mut numbers),
                })
                .collect();
            let checked = std::panic::catch_unwind(|| laws::merge(&versions.join(laws::SEPARATOR)));
            assert!(checked.is_ok(), "{name}");
        });
}

/// Every rule pack, conferry.toml, manifest, archive, export and applicationHost.config of the repository.
fn others() -> Vec<(String, &'static str, Vec<u8>)> {
    let mut all = Vec::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["fixtures", "rules", "tests/cases"] {
        for entry in walkdir::WalkDir::new(root.join(folder)).sort_by_file_name() {
            let path = entry.unwrap().into_path();
            let name = path.file_name().unwrap().to_string_lossy().to_lowercase();
            let kind = match path.extension().and_then(|end| end.to_str()) {
                _ if name == "conferry.toml" => "settings",
                Some("toml") if name != "cmd.toml" => "pack",
                Some("reg") => "registry",
                _ if name == "applicationhost.config" => "host",
                _ => continue,
            };
            all.push((
                path.display().to_string(),
                kind,
                std::fs::read(path).unwrap(),
            ));
        }
    }
    let folder = crate::command::folder(&[]);
    crate::command::copy_tree(&crate::snapshot::fixture("mfa1"), folder.path());
    let made = crate::snapshot::create(folder.path(), "a.zip", &[]);
    assert!(made.code <= 1, "{}", made.stderr);
    let archive = std::fs::read(folder.path().join("a.zip")).unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&archive)).unwrap();
    let mut manifest = Vec::new();
    std::io::copy(&mut zip.by_name("manifest.json").unwrap(), &mut manifest).unwrap();
    all.push(("a.zip".to_owned(), "zip", archive.clone()));
    all.push(("manifest.json".to_owned(), "manifest", manifest));
    all
}

#[test]
fn other_inputs_and_damaged_copies_are_read_or_refused() {
    use laws::other_inputs::{host, manifest, pack, registry, settings, zip};
    let all = others();
    for kind in ["pack", "settings", "manifest", "zip", "registry", "host"] {
        assert!(all.iter().any(|(_, known, _)| *known == kind), "{kind}");
    }
    all.par_iter()
        .enumerate()
        .for_each(|(at, (name, kind, bytes))| {
            let mut numbers = Numbers(at as u64);
            for round in 0..40 {
                let mut bytes = match round {
                    0 => bytes.clone(),
                    _ => damaged(bytes, numbers.below(5), &mut numbers),
                };
                if round % 4 == 3 {
                    // A letter of two bytes, wherever that may be.
                    let mut at = numbers.below(bytes.len());
                    while std::str::from_utf8(&bytes[..at]).is_err() && at > 0 {
                        at -= 1;
                    }
                    bytes.splice(at..at, "\u{e4}".bytes());
                }
                let checked = std::panic::catch_unwind(|| match *kind {
                    "pack" => pack(&bytes),
                    "settings" => settings(&bytes),
                    "manifest" => manifest(&bytes),
                    "zip" => zip(&bytes),
                    "registry" => registry(&bytes),
                    _ => host(&bytes),
                });
                assert!(checked.is_ok(), "{name}, round {round}");
            }
        });
}

/// Namespaces declared and bound anew, prefixes used and dropped, sidecars named: what changed on one
/// side alone arrives, whichever side that is.
#[test]
fn what_one_side_changed_arrives_with_its_prefixes_and_sidecars() {
    let files = crate::laws::files();
    let tried: usize = files
        .par_iter()
        .enumerate()
        .map(|(at, (name, bytes))| {
            let mut changed = bytes.clone();
            let mut tried = 0;
            for step in 0..6 {
                let seed = (at * 6 + step) as u32;
                let versions = [bytes.as_slice(), &changed, &changed].join(laws::SEPARATOR);
                let Some(versions) = laws::mutate::versions(&versions, seed) else {
                    continue;
                };
                let Some(other) = laws::split(&versions).nth(1) else {
                    continue;
                };
                let checked = std::panic::catch_unwind(|| laws::upgrade(bytes, other));
                assert!(checked.is_ok(), "{name}, seed {seed}");
                changed = other.to_vec();
                tried += 1;
            }
            tried
        })
        .sum();
    assert!(tried > 500, "only {tried} changes could be made");
}

/// What was found broken once: declarations that nobody uses, or that only one side has.
#[test]
fn a_namespace_that_old_did_not_touch_is_the_new_files() {
    for (base, other) in [
        (r#"<c xmlns:p="urn:1"/>"#, "<c/>"),
        (
            r#"<c xmlns:p="urn:1"><p:a/></c>"#,
            r#"<c xmlns:p="urn:2"><p:a/></c>"#,
        ),
        (
            r#"<c xmlns:p="urn:1"><b/></c>"#,
            r#"<c xmlns:p="urn:2"><b/></c>"#,
        ),
        (
            r#"<c xmlns:p="urn:1"><p:a k="1"/></c>"#,
            r#"<c xmlns:q="urn:1"><q:a k="1"/></c>"#,
        ),
        (
            r#"<c><a xmlns="urn:1"/></c>"#,
            r#"<c xmlns="urn:1"><a/></c>"#,
        ),
    ] {
        laws::upgrade(base.as_bytes(), other.as_bytes());
        laws::upgrade(other.as_bytes(), base.as_bytes());
    }
}
