//! The files of a merge are not believed: swapped files and files of two components are named and
//! refused before anything is merged, in every pairing of the Contoso estate.

use std::path::PathBuf;

use crate::command::{Run, run};

/// Component, folder of its old file, folder of its new one.
const COMPONENTS: [(&str, &str, &str); 3] = [
    ("User Portal", "PhoneFactor", "MultiFactorAuth"),
    (
        "Mobile App Web Service",
        "PhoneFactorPhoneAppWebService",
        "MultiFactorAuthMobileAppWebService",
    ),
    (
        "Web Service SDK",
        "PhoneFactorWebServiceSdk",
        "MultiFactorAuthWebServiceSdk",
    ),
];

fn file(side: &str, folder: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso");
    let file = root.join(side).join(folder).join("web.config");
    assert!(file.is_file());
    file.display().to_string()
}

/// Merges into a folder of its own; whether a result was written.
fn merge(base: Option<&str>, old: &str, new: &str, more: &[&str]) -> (Run, bool) {
    let folder = tempfile::tempdir().unwrap();
    let mut args = vec!["merge", "--old", old, "--new", new, "-o", "out.config"];
    args.extend(base.into_iter().flat_map(|base| ["--base", base]));
    args.extend(more);
    let done = run(folder.path(), &args);
    let is_written = folder.path().join("out.config").exists();
    (done, is_written)
}

#[test]
fn the_right_files_are_merged_without_a_doubt() {
    for (_, before, after) in COMPONENTS {
        let (base, old, new) = (
            file("base", before),
            file("old", before),
            file("new", after),
        );
        for base in [Some(base.as_str()), None] {
            let (done, _) = merge(base, &old, &new, &["--dry-run"]);
            assert!(done.code < 2, "{}", done.stderr);
            assert!(!done.stdout.contains("Warning:"), "{}", done.stdout);
        }
    }
}

#[test]
fn files_of_two_components_are_named_and_refused() {
    for (one, before, _) in COMPONENTS {
        for (other, base_of_other, after) in COMPONENTS {
            if one == other {
                continue;
            }
            let (old, new) = (file("old", before), file("new", after));
            let (base, base_of_other) = (file("base", before), file("base", base_of_other));
            for base in [Some(base.as_str()), Some(base_of_other.as_str()), None] {
                let (done, is_written) = merge(base, &old, &new, &[]);
                assert_eq!(done.code, 2, "{one}, {other}: {}", done.stdout);
                assert!(!is_written && done.stdout.is_empty());
                let parts = [
                    "the files are of different components".to_owned(),
                    format!("--old {old} is of {one}"),
                    format!("--new {new} is of {other}"),
                    "--as-given".to_owned(),
                ];
                let said = unwrapped(&done.stderr);
                for part in parts {
                    assert!(said.contains(&unwrapped(&part)), "no `{part}` in {said}");
                }
            }
            // Only the base is of another component.
            let new = file(
                "new",
                COMPONENTS.iter().find(|known| known.0 == one).unwrap().2,
            );
            let (done, _) = merge(Some(base_of_other.as_str()), &old, &new, &[]);
            assert_eq!(done.code, 2);
            assert!(unwrapped(&done.stderr).contains(&unwrapped(&format!("is of {other}"))));
        }
    }
}

/// Messages are wrapped to the width of a terminal.
fn unwrapped(text: &str) -> String {
    let words = text
        .split_whitespace()
        .filter(|word| *word != "|" && *word != "│");
    words.collect::<String>()
}

#[test]
fn swapped_files_are_named_and_refused() {
    for (_, before, after) in COMPONENTS {
        let (base, old, new) = (
            file("base", before),
            file("old", before),
            file("new", after),
        );
        for (base, given_old, given_new, options) in [
            (Some(&base), &new, &old, "--oldand--newseemtobeswapped"),
            (None, &new, &old, "--oldand--newseemtobeswapped"),
            (Some(&new), &old, &base, "--baseand--newseemtobeswapped"),
        ] {
            let base = base.map(String::as_str);
            let (done, is_written) = merge(base, given_old, given_new, &[]);
            assert_eq!(done.code, 2, "{}", done.stdout);
            assert!(!is_written);
            let said = unwrapped(&done.stderr);
            assert!(said.contains(options), "{}", done.stderr);
            assert!(said.contains(&unwrapped(&format!("{new} is a file of the new version"))));
            // A way back to the old version is possible all the same.
            let (done, _) = merge(base, given_old, given_new, &["--as-given", "--dry-run"]);
            assert!(done.code < 2, "{}", done.stderr);
            assert!(unwrapped(&done.stdout).contains("Warning:--"));
        }
    }
}

#[test]
fn a_file_of_the_wrong_version_is_said() {
    let (_, before, after) = COMPONENTS[0];
    let (base, old, new) = (
        file("base", before),
        file("old", before),
        file("new", after),
    );
    let (done, _) = merge(None, &old, &base, &["--dry-run"]);
    let warning = format!("--new {base} looks like a file of the old version");
    assert!(done.stderr.contains(&warning), "{}", done.stderr);
    assert!(done.stdout.contains(&warning) && done.code < 2);
    let (done, _) = merge(Some(&new), &old, &new, &["--dry-run"]);
    let warning = format!("--base {new} looks like a file of the new version");
    assert!(done.stdout.contains(&warning), "{}", done.stdout);
    assert!(done.stdout.contains("--base and --new hold the same bytes"));
    // A merge of two files of the new version is the next upgrade.
    let (done, _) = merge(None, &new, &file("expected", after), &["--dry-run"]);
    assert!(!done.stdout.contains("Warning:"), "{}", done.stdout);
}

#[test]
fn warnings_are_in_the_json_report() {
    let (_, before, after) = COMPONENTS[0];
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.config");
    let old = file("old", before);
    std::fs::copy(&old, &copy).unwrap();
    let copy = copy.display().to_string();
    let (done, _) = merge(
        Some(&copy),
        &old,
        &file("new", after),
        &["--dry-run", "--format", "json"],
    );
    let report: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let warning = report["warnings"][0].as_str().unwrap();
    assert!(warning.starts_with("--base and --old hold the same bytes"));
    assert!(done.stderr.contains(&format!("warning: {warning}")));
}

#[test]
fn rules_for_the_conflicts_of_two_components_do_not_undo_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: String| folder.path().join(name).display().to_string();
    let mut jobs = Vec::new();
    for (at, action) in [(0, "take-old"), (2, "take-new")] {
        let (_, before, after) = COMPONENTS[at];
        let mut files = Vec::new();
        for (side, of, timeout) in [
            ("base", before, "110"),
            ("old", before, "300"),
            ("new", after, "200"),
        ] {
            let text = std::fs::read_to_string(file(side, of)).unwrap();
            let changed = text.replace(
                "executionTimeout=\"110\"",
                &format!("executionTimeout=\"{timeout}\""),
            );
            assert!(changed.contains(&format!("executionTimeout=\"{timeout}\"")));
            files.push(path(format!("{side}{at}.config")));
            std::fs::write(&files[files.len() - 1], changed).unwrap();
        }
        let rules = path(format!("rules{at}.toml"));
        let (done, _) = merge(
            Some(&files[0]),
            &files[1],
            &files[2],
            &["--write-rules", &rules],
        );
        assert_eq!(done.code, 1, "{}{}", done.stdout, done.stderr);
        let written = std::fs::read_to_string(&rules).unwrap();
        assert_eq!(written.matches("component = ").count(), 1, "{written}");
        std::fs::write(
            &rules,
            written.replace("\"take-old\"   ", &format!("\"{action}\" ")),
        )
        .unwrap();
        jobs.push((
            files,
            rules,
            if action == "take-old" { "300" } else { "200" },
        ));
    }
    for (files, _, timeout) in &jobs {
        let result = path("result.config".to_owned());
        let (first, second) = (jobs[0].1.as_str(), jobs[1].1.as_str());
        let more = ["--rules", first, "--rules", second, "-o", &result];
        let mut args = vec![
            "merge", "--base", &files[0], "--old", &files[1], "--new", &files[2],
        ];
        args.extend(more);
        let done = run(folder.path(), &args);
        assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
        assert!(!done.stdout.contains("Note: rule"), "{}", done.stdout);
        let merged = std::fs::read_to_string(&result).unwrap();
        assert!(merged.contains(&format!("executionTimeout=\"{timeout}\"")));
    }
}
