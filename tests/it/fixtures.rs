//! The Contoso estate in `fixtures/contoso`: the merges that conferry exists for.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command::{MERGE_THREE, copy_tree, run, tree};
use crate::merge_cases::account_adds_up;

/// Folder below `fixtures/contoso`, and what the component is called before and after.
pub const MERGES: [(&str, &str, &str); 4] = [
    ("", "PhoneFactor", "MultiFactorAuth"),
    (
        "",
        "PhoneFactorPhoneAppWebService",
        "MultiFactorAuthMobileAppWebService",
    ),
    (
        "",
        "PhoneFactorWebServiceSdk",
        "MultiFactorAuthWebServiceSdk",
    ),
    (
        "old-spelling-with-spaces",
        "PhoneFactorPhoneAppWebService",
        "MultiFactorAuthMobileAppWebService",
    ),
];

fn contoso() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso")
}

/// A copy of the estate and the arguments of one of its merges, into `merged/`.
struct Estate {
    folder: tempfile::TempDir,
    below: &'static str,
    after: &'static str,
    args: Vec<String>,
}

impl Estate {
    fn of((below, before, after): (&'static str, &'static str, &'static str)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_tree(&contoso().join(below), folder.path());
        fs::create_dir_all(folder.path().join("merged").join(after)).unwrap();
        let args = [
            ("--base", format!("base/{before}/web.config")),
            ("--old", format!("old/{before}/web.config")),
            ("--new", format!("new/{after}/web.config")),
            ("-o", format!("merged/{after}/web.config")),
        ];
        Self {
            folder,
            below,
            after,
            args: std::iter::once("merge".to_owned())
                .chain(
                    args.into_iter()
                        .flat_map(|(name, value)| [name.to_owned(), value]),
                )
                .collect(),
        }
    }

    fn run(&self, more: &[&str]) -> crate::command::Run {
        let args: Vec<&str> = self
            .args
            .iter()
            .map(String::as_str)
            .chain(more.iter().copied())
            .collect();
        run(self.folder.path(), &args)
    }

    fn shipped(&self, side: &str) -> PathBuf {
        contoso().join(self.below).join(side).join(self.after)
    }
}

#[test]
fn the_estate_is_merged_byte_for_byte() {
    for merge in MERGES {
        let estate = Estate::of(merge);
        let before = tree(estate.folder.path());
        let done = estate.run(&[]);
        assert_eq!(
            (done.code, done.stderr.as_str()),
            (0, ""),
            "{merge:?}\n{}",
            done.stdout
        );
        let written = tree(&estate.folder.path().join("merged").join(estate.after));
        let expected = tree(&estate.shipped("expected"));
        assert_eq!(
            written.keys().collect::<Vec<_>>(),
            expected.keys().collect::<Vec<_>>(),
            "{merge:?}"
        );
        for (name, bytes) in &written {
            assert!(
                expected[name] == *bytes,
                "{merge:?} {name} is\n{}",
                String::from_utf8_lossy(bytes)
            );
        }
        // Nothing else was touched.
        let mut after = tree(estate.folder.path());
        after.retain(|name, _| !name.starts_with("merged/"));
        assert_eq!(after, before, "{merge:?}");
    }
}

/// Lines of the new file that the merge may replace or take out. All others stay as they are.
#[test]
fn only_the_intended_lines_of_the_new_file_differ() {
    for (merge, gone) in MERGES.into_iter().zip([8, 3, 2, 3]) {
        let estate = Estate::of(merge);
        estate.run(&[]);
        let read = |path: PathBuf| fs::read(path.join("web.config")).unwrap();
        let new = read(estate.shipped("new"));
        let merged = read(estate.folder.path().join("merged").join(estate.after));
        let [new, merged] = [&new, &merged].map(|bytes| String::from_utf8_lossy(bytes));
        let diff = similar::TextDiff::from_lines(new.as_ref(), merged.as_ref());
        let removed = diff
            .iter_all_changes()
            .filter(|change| change.tag() == similar::ChangeTag::Delete)
            .count();
        assert!(
            removed == gone,
            "{merge:?}: {removed}\n{}",
            diff.unified_diff()
        );
        assert_eq!(new.starts_with('\u{FEFF}'), merged.starts_with('\u{FEFF}'));
        assert_eq!(new.ends_with('\n'), merged.ends_with('\n'));
    }
}

#[test]
fn the_accounts_of_the_estate_add_up_and_no_secret_is_shown() {
    let passwords = ["S&y", "&amp;", "Pa$$", "&lt;"];
    for merge in MERGES {
        let estate = Estate::of(merge);
        for format in ["json", "text"] {
            let done = estate.run(&["--format", format, "--dry-run"]);
            assert_eq!(done.code, 0, "{merge:?}\n{}", done.stderr);
            if format == "json" {
                let report: Value = serde_json::from_str(&done.stdout).unwrap();
                account_adds_up(&report).unwrap();
                assert!(report["account"]["settings"].as_u64() > Some(0));
                assert_eq!(report["account"]["conflict"], 0);
            }
            for password in secrets(&estate).iter().map(String::as_str).chain(passwords) {
                assert!(
                    !done.stdout.contains(password),
                    "{merge:?} {format}: {password}"
                );
            }
        }
    }
}

/// The values of the passwords in the old file.
fn secrets(estate: &Estate) -> Vec<String> {
    let old = estate.args.iter().position(|arg| arg == "--old").unwrap() + 1;
    let bytes = fs::read(estate.folder.path().join(&estate.args[old])).unwrap();
    let document = conferry::xml::Document::from_bytes(&bytes).unwrap();
    document
        .nodes()
        .filter(|node| document.is_element(*node))
        .filter(|node| {
            let key = document.value(*node, "key");
            key.is_some_and(|key| key.to_uppercase().contains("PASSWORD"))
        })
        .filter_map(|node| {
            document
                .value(node, "value")
                .map(|value| value.into_owned())
        })
        .filter(|value| !value.is_empty())
        .collect()
}

#[test]
fn a_merge_of_the_estate_is_done_once() {
    for merge in MERGES {
        let estate = Estate::of(merge);
        estate.run(&[]);
        let merged = format!("merged/{}/web.config", estate.after);
        let first = fs::read(estate.folder.path().join(&merged)).unwrap();
        let mut args: Vec<&str> = estate.args.iter().map(String::as_str).collect();
        let new = args.iter().position(|arg| *arg == "--new").unwrap() + 1;
        args[new] = &merged;
        let again = run(estate.folder.path(), &args);
        assert_eq!(again.code, 0, "{merge:?}");
        assert!(
            fs::read(estate.folder.path().join(&merged)).unwrap() == first,
            "{merge:?}"
        );
    }
}

#[test]
fn a_file_of_the_estate_in_all_three_roles_is_itself() {
    for name in tree(&contoso())
        .into_keys()
        .filter(|name| name.ends_with("web.config"))
    {
        let folder = tempfile::tempdir().unwrap();
        let path = contoso().join(&name);
        for copy in ["base.config", "old.config", "new.config"] {
            fs::copy(&path, folder.path().join(copy)).unwrap();
        }
        let args = MERGE_THREE;
        // Virtual directories are not the question here.
        let mut args = args.to_vec();
        for kept in [
            "PhoneFactor",
            "PhoneFactorWebServiceSdk",
            "PhoneFactorPhoneAppWebService",
        ] {
            args.extend(["--keep-vdir", kept]);
        }
        let done = run(folder.path(), &args);
        assert_eq!(done.code, 0, "{name}\n{}", done.stderr);
        let warning = "all three files hold the same bytes";
        assert!(done.stderr.contains(warning) && done.stdout.contains(warning));
        let merged = fs::read(folder.path().join("out.config")).unwrap();
        assert!(merged == fs::read(&path).unwrap(), "{name}");
    }
}

#[test]
fn a_virtual_directory_that_was_kept_is_kept() {
    let estate = Estate::of(MERGES[0]);
    let done = estate.run(&["--keep-vdir", "PhoneFactorWebServiceSdk"]);
    assert_eq!(done.code, 0);
    let merged = estate
        .folder
        .path()
        .join("merged/MultiFactorAuth/web.config");
    let merged = fs::read_to_string(merged).unwrap();
    assert!(
        merged.contains("/PhoneFactorWebServiceSdk/PfWsSdk.asmx"),
        "{merged}"
    );
    assert!(!merged.contains("/PhoneFactor/help"), "{merged}");
}
