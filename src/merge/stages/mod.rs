//! The stages of the walk: pairs of elements that are the same one, from the root down.
//!
//! Each is a function from the comparison to steps. The walk is a list of work instead of
//! recursion; the order of work does not matter, since edits and decisions are put in the order of
//! the files at the end.

mod children;
mod comments;
mod gaps;
mod meetings;
mod one_sided;
mod opaque;
pub(super) mod order;
pub(super) mod plan;
mod record;
mod renamed;
mod values;
pub(super) mod whole_sections;

use super::compare::Comparison;
use super::outcome::ConflictKind;
use super::steps::{Draft, Steps};
use super::{MergeError, Merged};
use crate::matching::sides::Sides;
use crate::xml::{Document, NodeId};
use children::Whole;

/// Walks the three documents.
pub(super) fn walk(comparison: &Comparison<'_>) -> Result<Merged, MergeError> {
    let mut draft = Draft::new(comparison);
    let mut steps = Steps::default();
    if !comparison.upgrade() {
        // In an upgrade they describe the old file, and stay with it; the account names them.
        comparison.comments_beside_root(&mut steps);
    }
    steps
        .descend
        .push(comparison.documents().map(Document::root));
    let mut queue = Vec::new();
    loop {
        draft.apply(&mut steps);
        queue.append(&mut steps.descend);
        let Some(triple) = queue.pop() else { break };
        comparison.element(triple, &mut steps);
    }
    draft.finish()
}

impl Comparison<'_> {
    /// One element that both sides have.
    fn element(&self, triple: Sides<NodeId>, steps: &mut Steps) {
        if !self.upgrade() && self.nothing_to_do(triple) && !self.holds_needed(triple) {
            return;
        }
        if self.is_named_otherwise_by_both(triple) {
            let kind = match triple.base {
                Some(_) => ConflictKind::BothChanged,
                None => ConflictKind::BothAdded,
            };
            return self.whole_element(kind, triple, Whole::Element, steps);
        }
        if self.is_encrypted(triple) {
            return self.one_value(ConflictKind::Encrypted, triple, steps);
        }
        if let Some(kind) = self.directives.whole.get(&triple.carrier) {
            let by_rule = self.policy_for_element(self.inputs.incoming, triple.incoming);
            return match by_rule {
                Some(_) => self.whole_element(*kind, triple, Whole::Element, steps),
                None => self.one_value(*kind, triple, steps),
            };
        }
        if self.moved_while_changed(triple) {
            return self.whole_element(ConflictKind::MovedToFile, triple, Whole::Element, steps);
        }
        self.rename(triple, steps);
        self.attributes(triple, steps);
        let (incoming, carrier) = (self.inputs.incoming, self.inputs.carrier);
        let is_renamed = incoming.name(triple.incoming) != carrier.name(triple.carrier);
        if is_renamed && !self.upgrade() && !steps.conflicts.is_empty() {
            // The end tag has one name while the start tag with its name is left to people.
            steps.conflicts.clear();
            return self.whole_element(ConflictKind::BothChanged, triple, Whole::Content, steps);
        }
        self.content(triple, steps);
    }
}
