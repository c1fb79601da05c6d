//! The merge of lines against git: what conferry says lies apart, git merges to the same text.

use std::fs;
use std::path::Path;
use std::process::Command;

use conferry::merge::lines::merge_lines;

use crate::command::{cases, folder};
use crate::git_driver::{environment, has_git};
use crate::laws::triples;

/// `git merge-file -p`: the text, if it had no conflict.
fn by_git([base, ours, theirs]: [&str; 3]) -> Option<String> {
    let place = folder(&[
        ("base", base.as_bytes()),
        ("ours", ours.as_bytes()),
        ("theirs", theirs.as_bytes()),
    ]);
    let merged = Command::new("git")
        .args(["merge-file", "-p", "ours", "base", "theirs"])
        .current_dir(place.path())
        .env_clear()
        .envs(environment(place.path()))
        .output()
        .unwrap();
    let text = String::from_utf8(merged.stdout).unwrap();
    merged.status.success().then_some(text)
}

#[test]
fn lines_that_lie_apart_are_merged_as_by_git() {
    if !has_git() {
        return;
    }
    let read = |case: &Path, side: &str| fs::read_to_string(case.join(side)).ok();
    let mut texts: Vec<(String, [String; 3])> = fs::read_dir(cases("git-merge"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|case| {
            let sides =
                ["base.config", "ours.config", "theirs.config"].map(|side| read(&case, side));
            let [Some(base), Some(ours), Some(theirs)] = sides else {
                return None;
            };
            Some((case.display().to_string(), [base, ours, theirs]))
        })
        .collect();
    texts.extend(triples().iter().map(|triple| {
        let sides = [&triple.base, &triple.carrier, &triple.incoming];
        (
            triple.name.clone(),
            sides.map(|side| side.text().to_owned()),
        )
    }));
    let mut merged = 0;
    for (name, [base, ours, theirs]) in &texts {
        let found = merge_lines(base, ours, theirs);
        assert_eq!(
            found,
            merge_lines(base, theirs, ours),
            "{name}: sides swapped"
        );
        if let Some(found) = found {
            assert_eq!(Some(found), by_git([base, ours, theirs]), "{name}");
            merged += 1;
        }
    }
    assert!(merged > 10, "only {merged} were merged");
}
