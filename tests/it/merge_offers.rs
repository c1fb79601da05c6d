//! Rules that settle a conflict are tried before they are offered, alone or together.

use conferry::merge::finish::{Settle, finish, missing_required};
use conferry::merge::offers::{Offer, Take, offers};
use conferry::merge::{Inputs, Mode, merge};
use conferry::pack::{self, Rules};
use conferry::xml::Document;

/// Rules that require a value at each of `keys`.
fn requiring(keys: &[usize]) -> Rules {
    let rows: String = keys
        .iter()
        .map(|key| {
            format!(
                "[[merge]]\nid = \"k{key}\"\npath = \"//add[@key='{key}']/@value\"\naction = \"require\"\n"
            )
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("team.toml");
    std::fs::write(&file, format!("[pack]\nid = \"team\"\n{rows}")).unwrap();
    pack::load(&[file]).unwrap()
}

/// A file with `count` settings.
fn settings(count: usize, value: impl Fn(usize) -> String) -> Document {
    let rows: String = (0..count)
        .map(|key| format!("<add key=\"{key}\" value=\"{}\"/>\n", value(key)))
        .collect();
    Document::from_text(&format!(
        "<configuration><appSettings>\n{rows}</appSettings></configuration>"
    ))
    .unwrap()
}

/// The offers for `count` conflicts, in which the old values at `empty` are empty though required.
fn offered(count: usize, empty: &[usize]) -> Vec<Offer> {
    let rules = requiring(empty);
    let base = settings(count, |_| "base".to_owned());
    let old = settings(count, |key| match empty.contains(&key) {
        true => String::new(),
        false => "old".to_owned(),
    });
    let new = settings(count, |_| "new".to_owned());
    let inputs = Inputs {
        base: Some(&base),
        incoming: &old,
        carrier: &new,
        mode: Mode::Upgrade,
        rules: &rules,
        rewrite: None,
        joins_renamed: false,
        reports: true,
    };
    let merged = merge(inputs).unwrap();
    let finished = finish(&inputs, &merged, Settle::Carrier).unwrap();
    let missing = missing_required(&inputs, &finished.document);
    assert_eq!((merged.conflicts.len(), missing.len()), (count, 0));
    offers(&inputs, &merged, &missing)
}

#[test]
fn what_does_not_end_clean_is_not_offered() {
    for count in [3, 70] {
        for empty in [&[][..], &[1], &[0, 2], &[0, 1, 2]] {
            let expected: Vec<Offer> = (0..count)
                .map(|key| match empty.contains(&key) {
                    true => vec![Take::New],
                    false => vec![Take::Old, Take::New],
                })
                .collect();
            assert_eq!(offered(count, empty), expected, "{count}, {empty:?}");
        }
    }
}

#[test]
fn of_many_rules_that_fail_none_is_offered_unproven() {
    let empty: Vec<usize> = (0..160).step_by(2).collect();
    let offers = offered(160, &empty);
    assert!(offers.iter().all(|offer| offer.contains(&Take::New)));
    let unproven = |key: &usize| offers[*key].contains(&Take::Old);
    assert_eq!(empty.iter().copied().find(unproven), None);
}

#[test]
fn both_are_offered_where_both_put_something_in_one_place() {
    let document = |rows: &str| {
        Document::from_text(&format!(
            "<configuration><system.web><authorization>\n<allow roles=\"A\"/>\n{rows}<deny users=\"*\"/>\n</authorization></system.web></configuration>"
        ))
        .unwrap()
    };
    let (base, old, new) = (
        document(""),
        document("<allow users=\"old\"/>\n"),
        document("<deny users=\"new\"/>\n"),
    );
    let rules = requiring(&[]);
    let inputs = Inputs {
        base: Some(&base),
        incoming: &old,
        carrier: &new,
        mode: Mode::Upgrade,
        rules: &rules,
        rewrite: None,
        joins_renamed: false,
        reports: true,
    };
    let merged = merge(inputs).unwrap();
    let all = vec![Take::Both, Take::BothNewFirst, Take::Old, Take::New];
    assert_eq!(offers(&inputs, &merged, &[]), [all]);
}
