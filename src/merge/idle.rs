//! Rules that decide nothing: of a pack that the user gave, so that somebody expects them to.
//!
//! A rule for other components is not idle, it is for other files.

use rustc_hash::FxHashMap;

use super::Inputs;
use crate::pack::rules::PolicyId;
use crate::pack::rules::{Action, Policy, When};
use crate::xml::address::Leaf;
use crate::xml::selector::SelectorIndex;
use crate::xml::{Document, NodeId};

/// A rule that decides nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idle {
    /// Its path selects nothing in any of the files.
    MatchesNothing {
        /// Id of the rule.
        rule: PolicyId,
    },
    /// A later rule with the same path does something else.
    Superseded {
        /// Id of the rule.
        rule: PolicyId,
        /// Id of the later one.
        by: PolicyId,
    },
}

/// The rules that decide nothing in a merge of `inputs`; `old` is the administrator's file before
/// keys were renamed in it.
#[must_use]
pub fn idle(inputs: &Inputs<'_>, old: &Document) -> Vec<Idle> {
    let rules = inputs.rules;
    let component = super::offers::component_of(inputs);
    let policies: Vec<&Policy> = rules
        .policies
        .iter()
        .filter(|policy| policy.when == When::Always || inputs.base.is_none())
        .filter(|policy| {
            let pack = &policy.provenance.pack;
            rules.applies(pack, policy.component.as_ref(), component)
        })
        .collect();
    let files: Vec<&Document> = [inputs.base, Some(old)]
        .into_iter()
        .flatten()
        .chain([inputs.incoming, inputs.carrier])
        .collect();
    let mut selects = vec![false; policies.len()];
    // Nobody asks about the packs of the program.
    if policies.iter().any(|policy| policy.provenance.given) {
        let index = SelectorIndex::of(policies.iter().map(|policy| &policy.selector));
        for file in files {
            for element in file.nodes().filter(|node| file.is_element(*node)) {
                for at in index.candidates(file, element, None) {
                    selects[at] = selects[at] || self::selects(policies[at], file, element, inputs);
                }
            }
        }
    }
    let mut of_path: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (at, policy) in policies.iter().enumerate() {
        of_path
            .entry(policy.selector.as_str())
            .or_default()
            .push(at);
    }
    let mut found = Vec::new();
    for (at, policy) in policies.iter().enumerate() {
        let rule = &policy.provenance.id;
        // A value that is required and not there is a conflict, and no fault of the rule.
        if !policy.provenance.given || matches!(policy.action, Action::Require) {
            continue;
        }
        let same = of_path[policy.selector.as_str()].iter().rev();
        let mut later = same
            .take_while(|other| **other > at)
            .map(|at| policies[*at]);
        if !selects[at] {
            found.push(Idle::MatchesNothing { rule: rule.clone() });
        } else if let Some(by) = later.find(|later| supersedes(later, policy)) {
            found.push(Idle::Superseded {
                rule: rule.clone(),
                by: by.provenance.id.clone(),
            });
        }
    }
    found
}

fn selects(policy: &Policy, file: &Document, element: NodeId, inputs: &Inputs<'_>) -> bool {
    let selector = &policy.selector;
    let has_leaf = match selector.leaf() {
        // `set` may add an attribute that no file has.
        Leaf::Attribute(name) if !matches!(policy.action, Action::Set(_)) => {
            file.attribute(element, name).is_some()
        }
        _ => true,
    };
    has_leaf && selector.matches_element(file, element, &inputs.rules.ignores_case())
}

/// Whether `policy` never decides because of `later`. That a rule asks to be settled is no idleness.
fn supersedes(later: &Policy, policy: &Policy) -> bool {
    let decides = |action: &Action| !matches!(action, Action::Rename(_) | Action::Require);
    let is_same = match (&later.action, &policy.action) {
        (Action::Set(one), Action::Set(other)) => one == other,
        (one, other) => one.name() == other.name(),
    };
    later.provenance.given
        && later.selector.as_str() == policy.selector.as_str()
        && !is_same
        && decides(&later.action)
        && decides(&policy.action)
        && !matches!(policy.action, Action::Conflict)
        && (later.component.is_none() || later.component == policy.component)
        && (later.when == When::Always || later.when == policy.when)
}
