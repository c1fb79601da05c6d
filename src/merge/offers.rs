//! Which rules settle a conflict: each is tried in a merge of its own before anybody is told of it.
//!
//! Promises that a rule which is offered leaves no trace of its conflict, makes no new one, and gives
//! a result that stands up to [`finish`]. Where there are many conflicts, or the files are large,
//! rules are tried together, and alone only where that fails.

use super::finish::{Settle, finish, missing_required};
use super::outcome::{Conflict, ConflictKind};
use super::{Inputs, Merged, merge};
use crate::pack::Rules;
use crate::pack::rules::{Action, Component, Mark, Policy, Provenance, When};
use crate::xml::selector::Selector;

/// More conflicts than this are tried together.
const ALONE: usize = 50;
/// Alone, no more than this many bytes are merged for one action.
const MAX_BYTES: usize = 32 << 20;
/// No more merges than this are run for one action where conflicts are tried together.
const MAX_MERGES: usize = 64;

/// Which actions settle one conflict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// A rule with `take-old` does.
    pub take_old: bool,
    /// A rule with `take-new` does.
    pub take_new: bool,
}

/// The component of the upgrade that the files of a merge belong to.
#[must_use]
pub fn component_of<'a>(inputs: &Inputs<'a>) -> Option<&'a Component> {
    let rules = inputs.rules;
    rules
        .component_of(inputs.incoming)
        .or_else(|| rules.component_of(inputs.carrier))
}

/// What settles each conflict of `merged`, and each of `required`, in this order.
///
/// A rule is offered for the component of the files, and for the address of the conflict.
#[must_use]
pub fn offers(inputs: &Inputs<'_>, merged: &Merged, required: &[Conflict]) -> Vec<Offer> {
    let conflicts: Vec<&Conflict> = merged.conflicts.iter().chain(required).collect();
    if conflicts.is_empty() {
        return Vec::new();
    }
    let mut trial = Trial {
        inputs: Inputs {
            reports: false,
            ..*inputs
        },
        known: conflicts.iter().map(|conflict| Key::of(conflict)).collect(),
        selectors: conflicts
            .iter()
            .map(|conflict| Selector::parse(&conflict.address.to_string()).ok())
            .collect(),
        component: component_of(inputs).map(|component| component.provenance.id.clone()),
        rules: inputs.rules.clone(),
        merges: 0,
    };
    let bytes: usize = [inputs.base, Some(inputs.incoming), Some(inputs.carrier)]
        .into_iter()
        .flatten()
        .map(|document| document.text().len())
        .sum();
    let alone = conflicts.len() <= ALONE && conflicts.len() * bytes <= MAX_BYTES;
    let mut offers = vec![Offer::default(); conflicts.len()];
    for take_old in [true, false] {
        let all: Vec<usize> = (0..conflicts.len())
            // There is no old value to take where one is required.
            .filter(|at| !take_old || conflicts[*at].kind != ConflictKind::Required)
            .collect();
        let action = if take_old {
            Action::TakeOld
        } else {
            Action::TakeNew
        };
        trial.merges = 0;
        let mut clean = Vec::new();
        if alone {
            clean.extend(all.into_iter().filter(|at| trial.is_clean(&[*at], &action)));
        } else {
            trial.together(&all, &action, &mut clean);
        }
        for at in clean {
            if take_old {
                offers[at].take_old = true;
            } else {
                offers[at].take_new = true;
            }
        }
    }
    offers
}

/// What makes a conflict the same conflict in another merge.
#[derive(PartialEq, Eq)]
struct Key(ConflictKind, String, Option<String>);

impl Key {
    fn of(conflict: &Conflict) -> Self {
        let by = (conflict.kind == ConflictKind::Required).then(|| conflict.by.clone());
        Self(
            conflict.kind,
            conflict.address.to_string(),
            by.unwrap_or_default(),
        )
    }
}

struct Trial<'a> {
    inputs: Inputs<'a>,
    known: Vec<Key>,
    /// `None` where the address is no selector.
    selectors: Vec<Option<Selector>>,
    component: Option<String>,
    /// The rules of the merge; what is tried is put on top of them.
    rules: Rules,
    merges: usize,
}

impl Trial<'_> {
    /// Adds those of `conflicts` to `clean` that are settled by `action`, halving what is not.
    fn together(&mut self, conflicts: &[usize], action: &Action, clean: &mut Vec<usize>) {
        if conflicts.is_empty() || self.merges >= MAX_MERGES {
            return;
        }
        if self.is_clean(conflicts, action) {
            clean.extend(conflicts);
        } else if conflicts.len() > 1 {
            let (first, second) = conflicts.split_at(conflicts.len() / 2);
            self.together(first, action, clean);
            self.together(second, action, clean);
        }
    }

    fn is_clean(&mut self, conflicts: &[usize], action: &Action) -> bool {
        self.merges += 1;
        let before = self.rules.policies.clone();
        let is_clean =
            conflicts.iter().all(|at| self.add(*at, action)) && self.ends_well(conflicts);
        self.rules.policies = before;
        is_clean
    }

    /// Puts the rule on top of the others, as a pack of `--rules` would be.
    fn add(&mut self, conflict: usize, action: &Action) -> bool {
        if let Key(ConflictKind::Required, _, Some(id)) = &self.known[conflict] {
            // A row of the same id takes the place of the one that requires the value.
            let mut policies = self.rules.policies.iter_mut();
            let Some(policy) = policies.find(|policy| policy.provenance.id == *id) else {
                return false;
            };
            policy.action = action.clone();
            return true;
        }
        let Some(selector) = self.selectors[conflict].clone() else {
            return false;
        };
        self.rules.policies.push(Policy {
            provenance: Provenance {
                id: String::new(),
                pack: String::new(),
                summary: String::new(),
                why: String::new(),
                source: String::new(),
                mark: Mark::Inferred,
                given: true,
            },
            component: self.component.clone(),
            selector,
            action: action.clone(),
            when: When::Always,
        });
        true
    }

    fn ends_well(&self, settled: &[usize]) -> bool {
        let inputs = Inputs {
            rules: &self.rules,
            ..self.inputs
        };
        let Ok(merged) = merge(inputs) else {
            return false;
        };
        let Ok(finished) = finish(&inputs, &merged, Settle::Carrier) else {
            return false;
        };
        let required = missing_required(&inputs, &finished.document);
        let mut left = merged.conflicts.iter().chain(&required).map(Key::of);
        left.all(|left| {
            let place = self.known.iter().position(|known| *known == left);
            place.is_some_and(|at| !settled.contains(&at))
                && !settled.iter().any(|at| self.known[*at] == left)
        })
    }
}
