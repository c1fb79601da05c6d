//! .NET's own reader as a law: what it reads on all three sides of a merge it reads in the result, and the values that
//! it reads there are those that the merge claims. Over the fixtures, all cases, the corpus, and generated layouts;
//! for the upgrade and for the merge of branches.

use std::collections::{BTreeMap, BTreeSet};

use conferry::xml::Document;
use rayon::prelude::*;

use crate::dotnet_hazards::hazards_law;
use crate::dotnet_layouts::layouts;
use crate::dotnet_merges::{Claim, Done, Merge, merged};
use crate::dotnet_reader::{Key, Reading, Values, is_ready, read, tell};
use crate::laws::{Triple, triples};

/// How many were looked at, and why others were not.
#[derive(Default)]
struct Tally {
    counts: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn add(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn tell(&self, over: &str) {
        let counts: Vec<String> = (self.counts.iter())
            .map(|(what, count)| format!("{count} {what}"))
            .collect();
        tell(&format!(
            "{over} before .NET's reader: {}",
            counts.join(", ")
        ));
    }
}

const HELD: &str = "results held";

#[test]
fn dotnet_reads_what_the_merge_claims() {
    if is_ready() {
        hold(triples(), "fixtures, cases and corpus", 150);
    }
}

#[test]
fn dotnet_reads_every_layout() {
    if is_ready() {
        hold(&layouts(300), "generated layouts", 300);
    }
}

/// Merges every triple both ways, and holds the results to what .NET reads.
fn hold(triples: &[Triple], over: &str, at_least: usize) {
    let mut tally = Tally::default();
    let merged: Vec<Result<Merge, &'static str>> = triples.par_iter().map(merged).collect();
    let mut merges = Vec::new();
    for one in merged {
        match one {
            Ok(merge) => merges.push(merge),
            Err(why) => tally.add(why),
        }
    }
    let files: Vec<&[u8]> = merges
        .iter()
        .flat_map(|merge| {
            let results = merge.done.iter().map(|done| &done.result);
            merge.sides.iter().chain(results).map(Vec::as_slice)
        })
        .collect();
    let half = files.len() / 2;
    let (mut readings, rest) = rayon::join(|| read(&files[..half]), || read(&files[half..]));
    readings.extend(rest);

    let mut broken: Vec<String> = Vec::new();
    for (bytes, reading) in files.iter().zip(&readings) {
        broken.extend(hazards_law(bytes, reading).err());
    }
    let mut readings = readings.into_iter();
    for merge in &merges {
        let sides: Vec<Reading> = readings.by_ref().take(3).collect();
        let results: Vec<Reading> = readings.by_ref().take(merge.done.len()).collect();
        if sides.iter().any(Reading::lacks_sidecar) {
            tally.add("triples without a file that they point at");
        } else if sides.iter().any(|side| side.error.is_some()) {
            tally.add("triples with a side that .NET refuses");
        } else {
            let sides = [0, 1, 2].map(|at: usize| &sides[at].values);
            for (done, result) in merge.done.iter().zip(&results) {
                tally.add(HELD);
                if let Err(error) = judged(done, sides, result) {
                    let text = String::from_utf8_lossy(&done.result);
                    let shown: String = text.chars().take(1500).collect();
                    let (name, what) = (&merge.name, done.what);
                    broken.push(format!("{name}: {what}: {error}\n{shown}"));
                }
            }
        }
    }
    tally.tell(over);
    let held = tally.counts.get(HELD).copied().unwrap_or(0);
    assert!(held >= at_least, "only {held} results were held to it");
    let count = broken.len();
    broken.truncate(10);
    assert!(
        broken.is_empty(),
        "{count} broken:\n{}",
        broken.join("\n\n")
    );
}

/// Whether .NET reads the result, and in it what was claimed.
fn judged(done: &Done, sides: [&Values; 3], result: &Reading) -> Result<(), String> {
    if let Some(error) = &result.error {
        return Err(format!(
            "read on all sides, but of the result .NET says: {error}"
        ));
    }
    // Between branches, a section that one side only renamed takes what the other one changed in it.
    let renamed = match done.joins_renamed {
        true => renamed_sections(sides),
        false => BTreeMap::new(),
    };
    let all = [sides[0], sides[1], sides[2], &result.values].map(|side| renamed_in(side, &renamed));
    let [base, old, new, merged] = &all;
    let keys = all.iter().flat_map(BTreeMap::keys);
    for key in keys.collect::<BTreeSet<_>>() {
        let at = |values: &Values| values.get(key).cloned();
        let (b, o, n, r) = (at(base), at(old), at(new), at(merged));
        let claim = done.claims.get(key);
        let wanted = match claim {
            Some(Claim::Old) => vec![o.clone()],
            Some(Claim::New) => vec![n.clone()],
            Some(Claim::Both) if o == n => vec![o.clone()],
            Some(Claim::Both) => Vec::new(),
            Some(Claim::Text(text)) => vec![Some(text.clone())],
            // An entry that is still needed is kept with all that it says.
            None if n.is_none() && is_kept(done, key) => vec![o.clone()],
            None if o.is_none() && is_kept(done, key) => vec![n.clone()],
            None if done.has_base => wanted(&b, &o, &n),
            None if o.is_none() => vec![n.clone()],
            None => vec![o.clone(), n.clone()],
        };
        if !wanted.contains(&r) {
            return Err(format!(
                "{key:?}, claimed {claim:?}: base {b:?}, old {o:?}, new {n:?}, but .NET reads {r:?}"
            ));
        }
    }
    Ok(())
}

/// Whether new has the entry no more, and it was kept because something in the result names it.
fn is_kept(done: &Done, key: &Key) -> bool {
    let text = String::from_utf8_lossy(&done.result).to_lowercase();
    let named = format!("connectionstringname=\"{}\"", key.name.to_lowercase());
    key.section == "connectionStrings" && text.contains(&named)
}

/// Sections that one side alone has, where base has one in the same group that this side lacks: their names in base.
fn renamed_sections([base, old, new]: [&Values; 3]) -> BTreeMap<String, String> {
    let names = |side: &Values| -> BTreeSet<String> {
        let sections = side.keys().map(|key| key.section.clone());
        sections.filter(|section| section.contains('/')).collect()
    };
    let group = |section: &str| section.rsplit_once('/').map(|(group, _)| group.to_owned());
    let (before, mut renamed) = (names(base), BTreeMap::new());
    for side in [old, new] {
        let after = names(side);
        for to in after.difference(&before) {
            let mut gone = before
                .difference(&after)
                .filter(|from| group(from) == group(to));
            if let (Some(from), None) = (gone.next(), gone.next()) {
                renamed.insert(to.clone(), from.clone());
            }
        }
    }
    renamed
}

fn renamed_in(side: &Values, renamed: &BTreeMap<String, String>) -> Values {
    let key = |key: &Key| Key {
        section: renamed.get(&key.section).unwrap_or(&key.section).clone(),
        ..key.clone()
    };
    side.iter()
        .map(|(one, value)| (key(one), value.clone()))
        .collect()
}

/// What may come of three values: what one side changed; of two changes, either.
fn wanted(b: &Option<String>, o: &Option<String>, n: &Option<String>) -> Vec<Option<String>> {
    match (o == b, n == b) {
        (true, _) => vec![n.clone()],
        (_, true) => vec![o.clone()],
        _ => vec![o.clone(), n.clone()],
    }
}

#[test]
fn the_law_notices_what_is_lost_or_changed() {
    if !is_ready() {
        return;
    }
    let entry = |key: &str, value: &str| format!("  <add key=\"{key}\" value=\"{value}\" />\n");
    let file = |entries: &[String]| {
        let text = format!(
            "<configuration>\n <appSettings>\n{}</appSettings>\n</configuration>\n",
            entries.concat()
        );
        Document::from_text(&text).unwrap()
    };
    let triple = Triple {
        name: "made for this".to_owned(),
        base: file(&[entry("a", "1"), entry("b", "2")]),
        incoming: file(&[entry("a", "one"), entry("b", "2"), entry("c", "3")]),
        carrier: file(&[entry("a", "1"), entry("b", "two"), entry("d", "4")]),
    };
    let merge = merged(&triple).unwrap_or_else(|why| panic!("{why}"));
    let done: Vec<&Done> = merge.done.iter().filter(|done| done.has_base).collect();
    assert_eq!(done.len(), 2, "an upgrade and a merge of branches");
    for done in done {
        let text = String::from_utf8(done.result.clone()).unwrap();
        let mut results = vec![text.clone()];
        for part in ["one", "two", "3", "4"] {
            results.push(text.replace(&format!("value=\"{part}\""), "value=\"x\""));
        }
        for key in ["a", "b", "c", "d"] {
            results.push(text.replace(&format!("<add key=\"{key}\""), "<!-- -->\n<add key=\"z\""));
        }
        results.push(text.replace("<configuration>", "<configuration a=\"1\">"));
        let mut files: Vec<&[u8]> = merge.sides.iter().map(Vec::as_slice).collect();
        files.extend(results.iter().map(String::as_bytes));
        let readings = read(&files);
        let sides = [0, 1, 2].map(|at: usize| &readings[at].values);
        for (at, (reading, text)) in readings[3..].iter().zip(&results).enumerate() {
            let verdict = judged(done, sides, reading);
            assert_eq!(
                verdict.is_ok(),
                at == 0,
                "{}: {verdict:?}\n{text}",
                done.what
            );
        }
    }
}
