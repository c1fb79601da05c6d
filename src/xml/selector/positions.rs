//! Positions among siblings, remembered, so that many selectors with a position cost no more than one
//! look at the children of each parent.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use super::{Predicate, Step};
use crate::xml::{Document, NodeId};

/// What a position counts: children of a parent that pass a step up to the position.
type Counted = (Option<String>, Vec<Predicate>);

/// What was counted, and the position of each child that was.
type Places = (Counted, FxHashMap<NodeId, usize>);

/// Positions that were asked for. For documents that live longer than it does: they are known by the
/// address of their text.
#[derive(Debug, Default)]
pub struct Positions {
    known: RefCell<FxHashMap<(usize, NodeId, u64), Places>>,
}

impl Positions {
    /// The position of `element` among the children of `parent` that pass the predicates before `at`,
    /// from 1; `None` if it does not pass.
    pub(super) fn of(
        &self,
        step: &Step,
        at: usize,
        (document, parent, element): (&Document, NodeId, NodeId),
        passes: &dyn Fn(NodeId) -> bool,
    ) -> Option<usize> {
        let before = &step.predicates[..at];
        let mut hasher = FxHasher::default();
        (&step.name, before).hash(&mut hasher);
        let key = (document.text().as_ptr() as usize, parent, hasher.finish());
        let count = || {
            let counted = document.child_elements(parent).filter(|node| passes(*node));
            (counted.zip(1..)).collect::<FxHashMap<NodeId, usize>>()
        };
        let mut known = self.known.borrow_mut();
        let (counted, positions) = known
            .entry(key)
            .or_insert_with(|| ((step.name.clone(), before.to_vec()), count()));
        match counted.0 == step.name && counted.1 == before {
            true => positions.get(&element).copied(),
            // Another step of the same hash was here first.
            false => count().get(&element).copied(),
        }
    }
}
