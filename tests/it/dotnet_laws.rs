//! .NET's own reader as a law: what it reads on all three sides of a merge it reads in the result, and the values that
//! it reads there are those that the merge claims. Over the fixtures, all cases, the corpus, and generated layouts;
//! for the upgrade and for the merge of branches. [`conferry::config::hazards`] is held to that reader, too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use conferry::config::hazards::{Hazard, HazardKind, hazards};
use conferry::merge::branches::{Versions, merge_versions};
use conferry::merge::finish::{Settle, finish};
use conferry::merge::markers::{Markers, Style};
use conferry::merge::outcome::{Decision, Value};
use conferry::merge::prepare::{encrypted, with_renames};
use conferry::merge::{Inputs, Merged, Mode, Outcome, merge};
use conferry::pack::{self, Rules};
use conferry::rewrite::{VirtualDirectories, rewrite_value};
use conferry::xml::{Document, NodeId, Span};
use rayon::prelude::*;

use crate::dotnet_layouts::layouts;
use crate::dotnet_reader::{Key, Part, Reading, Values, is_ready, keys, read, tell};
use crate::laws::{Triple, triples};

/// What a merge says that the result has under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Claim {
    /// What old has.
    Old,
    /// What new has, or nothing if it has nothing.
    New,
    /// What both have.
    Both,
    /// A value that a rule or a rename made.
    Text(String),
}

/// A clean merge.
struct Done {
    what: &'static str,
    has_base: bool,
    result: Vec<u8>,
    claims: BTreeMap<Key, Claim>,
}

/// A triple as it was merged.
struct Merge {
    name: String,
    sides: [Vec<u8>; 3],
    done: Vec<Done>,
}

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

/// What the merge still does wrong, by kind. Each is asked to occur among the generated layouts, so that it is removed
/// here together with the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// A setting that is written on one line is added before another one: .NET refuses the file.
    SettingOnOneLine,
    /// A setting that the administrator emptied counts as "already equal", and without a base is dropped in silence.
    EmptiedSetting,
}

#[test]
fn dotnet_reads_what_the_merge_claims() {
    if is_ready() {
        hold(triples(), "fixtures, cases and corpus", 150);
    }
}

#[test]
fn dotnet_reads_every_layout() {
    if is_ready() {
        let excused = hold(&layouts(300), "generated layouts", 300);
        for known in [Known::SettingOnOneLine, Known::EmptiedSetting] {
            assert!(excused.contains(&known), "{known:?} is over: remove it");
        }
    }
}

/// Merges every triple both ways, and holds the results to what .NET reads.
fn hold(triples: &[Triple], over: &str, at_least: usize) -> Vec<Known> {
    let mut tally = Tally::default();
    let merged: Vec<Result<Merge, &'static str>> = triples.par_iter().map(merged).collect();
    let mut merges = Vec::new();
    for one in merged {
        match one {
            Ok(merge) => merges.push(merge),
            Err(why) => tally.add(why),
        }
    }
    let files = |merge: &Merge| {
        let results = merge.done.iter().map(|done| done.result.clone());
        merge
            .sides
            .clone()
            .into_iter()
            .chain(results)
            .collect::<Vec<_>>()
    };
    let files: Vec<Vec<u8>> = merges.iter().flat_map(files).collect();
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let half = files.len() / 2;
    let (mut readings, rest) = rayon::join(|| read(&files[..half]), || read(&files[half..]));
    readings.extend(rest);

    let mut broken: Vec<String> = Vec::new();
    let mut excused = Vec::new();
    for (bytes, reading) in files.iter().zip(&readings) {
        broken.extend(hazards_law(bytes, reading).err());
    }
    let mut readings = readings.into_iter();
    for merge in merges {
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
                if let Err(error) = judged(done, sides, result, &mut excused) {
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
    excused
}

/// The clean merges of a triple, or why there are none.
fn merged(triple: &Triple) -> Result<Merge, &'static str> {
    let all = [&triple.base, &triple.incoming, &triple.carrier];
    if all.iter().any(|side| !encrypted(side).is_empty()) {
        return Err("encrypted triples");
    }
    // The rules of a case, where they are in order.
    let own = Path::new(&triple.name).join("rules.toml");
    let rules = match own.is_file().then(|| pack::load(&[own])) {
        Some(Ok(rules)) => rules,
        Some(Err(_)) => return Err("triples with broken rules"),
        None => crate::laws::rules().clone(),
    };
    let base = with_renames(&triple.base, &rules).0;
    let old = with_renames(&triple.incoming, &rules).0;
    let sides = [&base, &old, &triple.carrier].map(bytes);
    let mut done = Vec::new();
    for (what, base) in [("upgrade", Some(&*base)), ("upgrade without base", None)] {
        done.extend(upgraded(what, base, &old, &triple.carrier, &rules));
    }
    done.extend(branched(triple));
    match done.is_empty() {
        true => Err("triples that end in conflicts only"),
        false => Ok(Merge {
            name: triple.name.clone(),
            sides,
            done,
        }),
    }
}

fn bytes(document: &Document) -> Vec<u8> {
    document.source().bytes_with(document.text())
}

/// As `conferry merge` does it.
fn upgraded(
    what: &'static str,
    base: Option<&Document>,
    old: &Document,
    new: &Document,
    rules: &Rules,
) -> Option<Done> {
    let directories = VirtualDirectories::new(&rules.virtual_directories, &[], &[]).unwrap();
    let rewrite = |value: &str| rewrite_value(value, &directories, &rules.guards);
    let inputs = Inputs {
        rewrite: Some(&rewrite),
        ..crate::laws::inputs(base, old, new, Mode::Upgrade, rules)
    };
    let merged = merge(inputs)
        .ok()
        .filter(|merged| merged.conflicts.is_empty())?;
    Some(Done {
        what,
        has_base: base.is_some(),
        result: finish(&inputs, &merged, Settle::Carrier).ok()?.bytes,
        claims: claims(&merged, old),
    })
}

/// As the git merge driver does it.
fn branched(triple: &Triple) -> Option<Done> {
    let [base, ours, theirs] = [&triple.base, &triple.carrier, &triple.incoming].map(bytes);
    let markers = || Markers {
        style: Style::Merge,
        size: 7,
        carrier: "ours".to_owned(),
        base: "base".to_owned(),
        incoming: "theirs".to_owned(),
    };
    let versions = Versions::borrowed(&base, &ours, &theirs);
    let merged = merge_versions(versions, crate::laws::rules(), markers).ok()?;
    merged.conflicts.is_empty().then_some(Done {
        what: "branches",
        has_base: true,
        result: merged.bytes,
        claims: BTreeMap::new(),
    })
}

/// What the account and the decisions say of every value of the old file that .NET may read.
fn claims(merged: &Merged, old: &Document) -> BTreeMap<Key, Claim> {
    let account = merged.account.as_ref().unwrap();
    let mut claims = BTreeMap::new();
    for setting in &account.settings {
        for key in keys(old, setting.element) {
            // An attribute that is not there is no setting.
            let Some(span) = value_span(old, setting.element, key.part) else {
                continue;
            };
            let decision = decision_at(&merged.decisions, span);
            let outcome = match setting.outcome {
                // The gravest one of the entry; this part of it may have had another.
                Outcome::Carried | Outcome::Rewritten => {
                    decision.map_or(Outcome::AlreadyEqual, |decision| decision.outcome.unwrap())
                }
                outcome => outcome,
            };
            let made = match decision.and_then(|decision| decision.result.clone()) {
                Some(Value::Text(text)) => Some(Claim::Text(text)),
                _ => None,
            };
            let claim = match outcome {
                Outcome::AlreadyEqual => Claim::Both,
                Outcome::Dropped => made.unwrap_or(Claim::New),
                Outcome::Carried => Claim::Old,
                Outcome::Rewritten => made.unwrap_or_else(|| panic!("{key:?} was rewritten")),
                Outcome::Conflict => panic!("{key:?} is in conflict in a clean merge"),
            };
            // Of several, .NET reads the last.
            claims.insert(key, claim);
        }
    }
    claims
}

/// Where an entry says this part of itself.
fn value_span(document: &Document, entry: NodeId, part: Part) -> Option<Span> {
    match document.local_name(entry) {
        "setting" => (document.child_named(entry, "value")).map(|value| document.span(value)),
        _ => (document.attribute(entry, part.attribute())).map(|attribute| attribute.span()),
    }
}

/// The innermost decision about what is at `span` of the old file.
fn decision_at(decisions: &[Decision], span: Span) -> Option<&Decision> {
    decisions
        .iter()
        .filter(|decision| decision.outcome.is_some())
        .filter_map(|decision| Some((decision.places.incoming?, decision)))
        .filter(|(place, _)| place.contains(span) || span.contains(*place))
        .min_by_key(|(place, _)| place.len())
        .map(|(_, decision)| decision)
}

/// Whether .NET reads the result, and in it what was claimed. What is wrong in a known way is added to `excused`.
fn judged(
    done: &Done,
    sides: [&Values; 3],
    result: &Reading,
    excused: &mut Vec<Known>,
) -> Result<(), String> {
    if let Some(error) = &result.error {
        let found = Document::from_bytes(&done.result).map(|document| hazards(&document));
        let is_known = |one: &Hazard| one.kind == HazardKind::SettingEndsBehindValue;
        if found.is_ok_and(|found| found.iter().any(is_known)) {
            excused.push(Known::SettingOnOneLine);
            return Ok(());
        }
        return Err(format!(
            "read on all sides, but of the result .NET says: {error}"
        ));
    }
    let [base, old, new] = sides;
    let keys = sides
        .into_iter()
        .chain([&result.values])
        .flat_map(BTreeMap::keys);
    for key in keys.collect::<BTreeSet<_>>() {
        let at = |values: &Values| values.get(key).cloned();
        let (b, o, n, r) = (at(base), at(old), at(new), at(&result.values));
        let claim = done.claims.get(key);
        let is_setting = key.section != "appSettings" && key.part == Part::Value;
        if claim == Some(&Claim::Both) && is_setting && o.as_deref() == Some("") && n != o {
            excused.push(Known::EmptiedSetting);
            continue;
        }
        let wanted = match claim {
            Some(Claim::Old) => vec![o.clone()],
            Some(Claim::New) => vec![n.clone()],
            Some(Claim::Both) if o == n => vec![o.clone()],
            Some(Claim::Both) => Vec::new(),
            Some(Claim::Text(text)) => vec![Some(text.clone())],
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

/// What may come of three values: what one side changed; of two changes, either.
fn wanted(b: &Option<String>, o: &Option<String>, n: &Option<String>) -> Vec<Option<String>> {
    match (o == b, n == b) {
        (true, _) => vec![n.clone()],
        (_, true) => vec![o.clone()],
        _ => vec![o.clone(), n.clone()],
    }
}

/// What .NET reads has no hazard that it refuses, and where it stumbles over a setting, that is one.
fn hazards_law(bytes: &[u8], reading: &Reading) -> Result<(), String> {
    let Ok(document) = Document::from_bytes(bytes) else {
        return Ok(());
    };
    let found: Vec<HazardKind> = hazards(&document).iter().map(|one| one.kind).collect();
    let refused = found
        .iter()
        .find(|kind| **kind != HazardKind::ClearWithEndTag);
    match (&reading.error, refused) {
        (None, Some(kind)) => Err(format!("{kind:?}, but .NET reads\n{}", document.text())),
        (Some(error), None)
            if error.contains("Unrecognized element 'setting'")
                || error.contains("on configuration element is invalid") =>
        {
            Err(format!("no hazard, but {error}\n{}", document.text()))
        }
        _ => Ok(()),
    }
}
