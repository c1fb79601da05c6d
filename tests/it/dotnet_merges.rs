//! Clean merges for [`crate::dotnet_laws`], and what they claim of every value that .NET may read.

use std::collections::BTreeMap;
use std::path::Path;

use conferry::config::protected::protected_sections;
use conferry::merge::branches::{Versions, merge_versions};
use conferry::merge::finish::{Settle, finish};
use conferry::merge::markers::{Markers, Style};
use conferry::merge::outcome::{Decision, Value};
use conferry::merge::renaming::rename;
use conferry::merge::{Inputs, Merged, Mode, Outcome, merge};
use conferry::pack::{self, Rules};
use conferry::rewrite::{VirtualDirectories, rewrite_value};
use conferry::xml::{Document, NodeId, Span};

use crate::dotnet_reader::{Key, Part, keys};
use crate::laws::Triple;

/// What a merge says that the result has under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
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
pub struct Done {
    pub what: &'static str,
    pub has_base: bool,
    pub joins_renamed: bool,
    pub result: Vec<u8>,
    pub claims: BTreeMap<Key, Claim>,
}

/// A triple as it was merged.
pub struct Merge {
    pub name: String,
    pub sides: [Vec<u8>; 3],
    pub done: Vec<Done>,
}

/// The clean merges of a triple, or why there are none.
pub fn merged(triple: &Triple) -> Result<Merge, &'static str> {
    let all = [&triple.base, &triple.incoming, &triple.carrier];
    if all.iter().any(|side| !protected_sections(side).is_empty()) {
        return Err("encrypted triples");
    }
    // The rules of a case, where they are in order.
    let own = Path::new(&triple.name).join("rules.toml");
    let rules = match own.is_file().then(|| pack::load(&[own])) {
        Some(Ok(rules)) => rules,
        Some(Err(_)) => return Err("triples with broken rules"),
        None => crate::laws::rules().clone(),
    };
    let renamed = rename(&triple.incoming, Some(&triple.base), &rules)
        .map_err(|_| "triples whose keys cannot be renamed")?;
    let (base, old) = (renamed.base.unwrap(), renamed.old);
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
        joins_renamed: false,
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
        joins_renamed: true,
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
            let Some(span) = value_span(old, setting.element, key.part) else {
                // An attribute that is not there is no setting, but goes with an entry that is carried whole.
                if carries_whole(&merged.decisions, old.span(setting.element)) {
                    claims.insert(key, Claim::Old);
                }
                continue;
            };
            let decision = decision_at(&merged.decisions, span);
            let outcome = setting.ending.outcome();
            let outcome =
                outcome.unwrap_or_else(|| panic!("{key:?} is in conflict in a clean merge"));
            let outcome = match outcome {
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

/// Whether all of the entry at `span` of the old file is carried as it is.
fn carries_whole(decisions: &[Decision], span: Span) -> bool {
    decisions
        .iter()
        .filter(|decision| decision.outcome == Some(Outcome::Carried))
        .any(|decision| (decision.places.incoming).is_some_and(|place| place.contains(span)))
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
