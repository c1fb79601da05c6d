//! Rules that decide nothing: of a pack that the user gave, so that somebody expects them to.
//!
//! A rule for other components is not idle, it is for other files.

use super::Inputs;
use crate::pack::rules::{Action, Policy, When};
use crate::xml::Document;
use crate::xml::address::Leaf;

/// A rule that decides nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idle {
    /// Its path selects nothing in any of the files.
    MatchesNothing {
        /// Id of the rule.
        rule: String,
    },
    /// A later rule with the same path does something else.
    Superseded {
        /// Id of the rule.
        rule: String,
        /// Id of the later one.
        by: String,
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
            rules.applies(pack, policy.component.as_deref(), component)
        })
        .collect();
    let files: Vec<&Document> = [inputs.base, Some(old)]
        .into_iter()
        .flatten()
        .chain([inputs.incoming, inputs.carrier])
        .collect();
    let selects = |policy: &Policy| files.iter().any(|file| selects(policy, file, inputs));
    let mut found = Vec::new();
    for (at, policy) in policies.iter().enumerate() {
        let rule = &policy.provenance.id;
        // A value that is required and not there is a conflict, and no fault of the rule.
        if !policy.provenance.given || matches!(policy.action, Action::Require) {
            continue;
        }
        let later = policies[at + 1..].iter();
        if !selects(policy) {
            found.push(Idle::MatchesNothing { rule: rule.clone() });
        } else if let Some(by) = later.rev().find(|later| supersedes(later, policy)) {
            found.push(Idle::Superseded {
                rule: rule.clone(),
                by: by.provenance.id.clone(),
            });
        }
    }
    found
}

fn selects(policy: &Policy, file: &Document, inputs: &Inputs<'_>) -> bool {
    let ignores_case = inputs.rules.ignores_case();
    let selector = &policy.selector;
    selector
        .select(file, &ignores_case)
        .any(|element| match selector.leaf() {
            // `set` may add an attribute that no file has.
            Leaf::Attribute(name) if !matches!(policy.action, Action::Set(_)) => {
                file.attribute(element, name).is_some()
            }
            _ => true,
        })
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
