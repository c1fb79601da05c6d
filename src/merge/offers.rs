//! Which rules settle a conflict: each is tried in a merge of its own before anybody is told of it.
//!
//! Promises that a rule which is offered leaves no trace of its conflict, makes no new one, and gives
//! a result that stands up to [`finish`]. Where there are many conflicts, or the files are large,
//! rules are tried together, and alone only where that fails.

use rustc_hash::FxHashSet;

use super::finish::{Settle, finish, missing_required};
use super::outcome::{Conflict, ConflictKind, Missing};
use super::{Inputs, Merged, merge};
use crate::pack::Rules;
use crate::pack::rules::{
    Action, Component, ComponentId, Mark, PackId, Policy, PolicyId, Provenance, When,
};
use crate::xml::selector::Selector;

/// More conflicts than this are tried together.
const ALONE: usize = 50;
/// Alone, no more than this many bytes are merged for one action.
const MAX_BYTES: usize = 32 << 20;
/// No more merges than this are run for one action where conflicts are tried together.
const MAX_MERGES: usize = 64;

/// An answer to a conflict that a rule can give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// What the old file has.
    Old,
    /// What the new file has.
    New,
    /// What both put in one place, the old file's first.
    Both,
    /// What both put in one place, the new file's first.
    BothNewFirst,
}

/// What settles one conflict, in the order in which it is told.
pub type Offer = Vec<Take>;

impl Take {
    /// All of them, in the order in which they are tried and told.
    const ALL: [Self; 4] = [Self::Old, Self::New, Self::Both, Self::BothNewFirst];

    /// What a rule says for it.
    #[must_use]
    pub fn action(self) -> Action {
        match self {
            Self::Old => Action::TakeOld,
            Self::New => Action::TakeNew,
            Self::Both => Action::TakeBoth { new_first: false },
            Self::BothNewFirst => Action::TakeBoth { new_first: true },
        }
    }

    /// Whether it can be an answer to this at all.
    fn may_answer(self, question: &Key) -> bool {
        match self {
            // There is no old value to take where one is missing.
            Self::Old => matches!(question, Key::At(..)),
            Self::New => true,
            Self::Both | Self::BothNewFirst => {
                matches!(question, Key::At(ConflictKind::BothInserted, _))
            }
        }
    }
}

/// The component of the upgrade that the files of a merge belong to.
#[must_use]
pub fn component_of<'a>(inputs: &Inputs<'a>) -> Option<&'a Component> {
    let rules = inputs.rules;
    rules
        .component_of(inputs.incoming)
        .or_else(|| rules.component_of(inputs.carrier))
}

/// What settles each conflict of `merged`, and each of `missing`, in this order.
///
/// A rule is offered for the component of the files, and for the address of the conflict.
#[must_use]
pub fn offers(inputs: &Inputs<'_>, merged: &Merged, missing: &[Missing]) -> Vec<Offer> {
    let known: Vec<Key> = questions(&merged.conflicts, missing).collect();
    if known.is_empty() {
        return Vec::new();
    }
    let selector = |conflict: &Conflict| Selector::parse(&conflict.address.to_string()).ok();
    let mut trial = Trial {
        inputs: Inputs {
            reports: false,
            ..*inputs
        },
        selectors: merged.conflicts.iter().map(selector).collect(),
        component: component_of(inputs).map(|component| component.provenance.id.clone()),
        rules: inputs.rules.clone(),
        known,
        merges: 0,
    };
    let bytes: usize = [inputs.base, Some(inputs.incoming), Some(inputs.carrier)]
        .into_iter()
        .flatten()
        .map(|document| document.text().len())
        .sum();
    let count = trial.known.len();
    let alone = count <= ALONE && count * bytes <= MAX_BYTES;
    let mut offers = vec![Offer::new(); count];
    for take in Take::ALL {
        let all: Vec<usize> = (0..count)
            .filter(|at| take.may_answer(&trial.known[*at]))
            .collect();
        let action = take.action();
        trial.merges = 0;
        let mut clean = Vec::new();
        if alone {
            clean.extend(all.into_iter().filter(|at| trial.is_clean(&[*at], &action)));
        } else {
            trial.together(&all, &action, &mut clean);
        }
        for at in clean {
            offers[at].push(take);
        }
    }
    // What loses nothing comes first.
    for offer in &mut offers {
        offer.sort_by_key(|take| !matches!(take, Take::Both | Take::BothNewFirst));
    }
    offers
}

/// What makes a conflict the same conflict in another merge.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    /// A conflict of this kind at this address.
    At(ConflictKind, String),
    /// The rule with this id misses a value.
    Missing(PolicyId),
}

fn questions<'a>(
    conflicts: &'a [Conflict],
    missing: &'a [Missing],
) -> impl Iterator<Item = Key> + 'a {
    let conflicts = conflicts.iter();
    let conflicts = conflicts.map(|conflict| Key::At(conflict.kind, conflict.address.to_string()));
    conflicts.chain(
        missing
            .iter()
            .map(|missing| Key::Missing(missing.rule.clone())),
    )
}

struct Trial<'a> {
    inputs: Inputs<'a>,
    known: Vec<Key>,
    /// Those of the conflicts; `None` where the address is no selector.
    selectors: Vec<Option<Selector>>,
    component: Option<ComponentId>,
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
        if let Key::Missing(id) = &self.known[conflict] {
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
                id: PolicyId::known(""),
                pack: PackId::known(""),
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
        let missing = missing_required(&inputs, &finished.document);
        let settled: FxHashSet<&Key> = settled.iter().map(|at| &self.known[*at]).collect();
        let known: FxHashSet<&Key> = self.known.iter().collect();
        questions(&merged.conflicts, &missing)
            .all(|left| known.contains(&left) && !settled.contains(&left))
    }
}
