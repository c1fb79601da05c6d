//! Laws of `diff --write-rules`: the pack is one that conferry reads, and a merge with it repeats the change, also
//! where the new version changed the same.

use std::collections::BTreeSet;

use conferry::config::addresses::Addresses;
use conferry::diff::{Configuration, Difference, diff};
use conferry::merge::finish::{Settle, finish};
use conferry::merge::{Mode, merge};
use conferry::pack::{Extra, Rules, load_with};
use conferry::present::differences::{Repeated, repeating_pack};
use conferry::xml::Document;

use crate::laws::{Triple, check_counting, inputs, rules_without_policies, triples};

struct Pack {
    rules: Rules,
    /// The paths whose value is set.
    set: BTreeSet<String>,
    left_out: usize,
}

fn pack(found: &Difference<'_>) -> Option<Pack> {
    let repeated = Repeated {
        file: "mine.config".to_owned(),
        component: None,
        changes: &found.changes,
        shows: &vec![true; found.changes.len()],
    };
    let pack = repeating_pack(&[repeated], rules_without_policies(), true);
    if pack.rules == 0 {
        return None;
    }
    let rows: toml::Table = pack.text.parse().unwrap();
    let rows = rows.get("merge").and_then(|rows| rows.as_array());
    let rows = rows.into_iter().flatten();
    let set = rows.filter(|row| row["action"].as_str() == Some("set"));
    let rules = load_with(Extra::default(), &pack.text, "repeat.toml");
    Some(Pack {
        set: set
            .map(|row| row["path"].as_str().unwrap().to_owned())
            .collect(),
        rules: rules.unwrap_or_else(|problems| panic!("{problems:?}\n{}", pack.text)),
        left_out: pack.left_out,
    })
}

fn merged(
    base: &Document,
    old: &Document,
    new: &Document,
    rules: &Rules,
) -> Result<(Document, usize), String> {
    let inputs = inputs(Some(base), old, new, Mode::Upgrade, rules);
    let merged = merge(inputs).unwrap();
    let finished = finish(&inputs, &merged, Settle::Carrier).map_err(|error| error.to_string())?;
    Ok((finished.document, merged.conflicts.len()))
}

/// The next version: the same with one more setting.
fn next(document: &Document) -> Option<Document> {
    let section = document.child_named(document.root(), "appSettings")?;
    let end = document.end_tag(section)?.start as usize;
    let (before, after) = document.text().split_at(end);
    let added = r#"<add key="Vendor.Added.1" value="1"/>"#;
    let text = format!("{before}{added}{after}");
    Document::from_bytes(document.source().bytes_with(text)).ok()
}

fn addresses(found: &Difference<'_>) -> BTreeSet<String> {
    let addresses = Addresses::default();
    let table = &rules_without_policies().identities;
    let places = found
        .changes
        .iter()
        .filter(|change| change.name() == "changed");
    places
        .map(|change| {
            let place = change.place();
            let leaf = place.leaf.clone();
            addresses
                .address(table, place.document, place.element, leaf)
                .to_string()
        })
        .collect()
}

/// Cases in which the merge takes what is around a value as one.
const TAKEN_WHOLE: [&str; 2] = ["reference-to-a-variable", "secrets-of-many-shapes"];

/// A law about a file as it was shipped, one with changes, and one that changes the same in another way.
fn law(triple: &Triple) -> Result<usize, String> {
    let plain = rules_without_policies();
    let compared = |one: &Document, other: &Document, wants: &dyn Fn(&Difference<'_>) -> String| {
        let [one, other] = [one, other].map(|document| Configuration::new(document, []));
        diff(&one, &other, plain)
            .map(|found| wants(&found))
            .unwrap_or_default()
    };
    let (base, mine) = (&triple.base, &triple.incoming);
    let [one, other] = [base, mine].map(|document| Configuration::new(document, []));
    let Ok(found) = diff(&one, &other, plain) else {
        return Ok(0);
    };
    if found.changes.is_empty() {
        return Ok(0);
    }
    let Some(pack) = pack(&found) else {
        return Ok(0);
    };
    // The file as it was shipped gets the values.
    let later = next(base);
    let later = later.as_ref().unwrap_or(base);
    let (result, _) = merged(base, base, later, &pack.rules)?;
    let unset = |found: &Difference<'_>| {
        let missing: Vec<String> = addresses(found).intersection(&pack.set).cloned().collect();
        missing.join(", ")
    };
    let missing = compared(&result, mine, &unset);
    let is_whole = TAKEN_WHOLE.iter().any(|name| triple.name.ends_with(name));
    if !missing.is_empty() && !is_whole {
        return Err(format!("not set: {missing}"));
    }
    // The file that has the change keeps it, whatever the new version did there.
    if pack.left_out == 0 {
        let only_vendor = |found: &Difference<'_>| {
            let others = found.changes.iter().filter(|change| {
                let place = change.place();
                let text = place.document.slice(place.document.span(place.element));
                change.name() != "reordered" && !text.contains("Vendor.Added.1")
            });
            let others: Vec<String> = others
                .map(|change| {
                    let place = change.place();
                    let text = place.document.slice(place.document.span(place.element));
                    format!("{} {text}", change.name())
                })
                .collect();
            others.join("\n")
        };
        let (result, conflicts) = merged(base, mine, later, &pack.rules)?;
        let lost = compared(mine, &result, &only_vendor);
        if !lost.is_empty() || conflicts > 0 {
            return Err(format!("{conflicts} conflicts, lost: {lost}"));
        }
    }
    let (result, _) = merged(base, mine, &triple.carrier, &pack.rules)?;
    let missing = compared(&result, mine, &unset);
    match missing.is_empty() {
        true => Ok(found.changes.len()),
        false => Err(format!("not kept: {missing}")),
    }
}

#[test]
fn a_merge_with_the_pack_repeats_the_change() {
    let all = triples();
    let step = (all.len() / 120).max(1);
    let some: Vec<&Triple> = all.iter().step_by(step).collect();
    let count = check_counting(&some, |triple| &triple.name, |triple| law(triple));
    assert!(count > 50, "{count}");
}
