//! How settings of the incoming file ended, for the account of an upgrade.

use crate::merge::account::{Atom, Slot};
use crate::merge::compare::Comparison;
use crate::merge::outcome::{DecidedBy, Ending, Outcome, Principle};
use crate::merge::steps::Steps;
use crate::xml::NodeId;

impl Comparison<'_> {
    /// Writes down how a setting of the incoming file ended, for the account of an upgrade.
    pub(in crate::merge) fn record(&self, atom: Atom, ending: Ending, steps: &mut Steps) {
        if self.upgrade() {
            steps.endings.push((atom, ending));
        }
    }

    /// Writes one ending down for everything in an incoming subtree.
    pub(in crate::merge) fn record_subtree(
        &self,
        node: NodeId,
        ending: &Ending,
        steps: &mut Steps,
    ) {
        if self.upgrade() {
            let atoms = self.atoms_in(node);
            steps
                .endings
                .extend(atoms.map(|atom| (atom, ending.clone())));
        }
    }

    /// Writes down that an incoming subtree is carried, and says whether a value in it is
    /// [`Outcome::Rewritten`] by that.
    pub(in crate::merge) fn record_carried(
        &self,
        node: NodeId,
        by: &DecidedBy,
        steps: &mut Steps,
    ) -> Outcome {
        let mut whole = Outcome::Carried;
        if self.upgrade() {
            for atom in self.atoms_in(node) {
                let outcome = match self.rewritten_atom(atom) {
                    Some(_) => Outcome::Rewritten,
                    None => Outcome::Carried,
                };
                whole = whole.max(outcome);
                steps
                    .endings
                    .push((atom, Ending::Decided(outcome, by.clone())));
            }
        }
        whole
    }

    /// Writes one ending down for what an incoming element holds, without its attributes.
    pub(in crate::merge) fn record_content(
        &self,
        element: NodeId,
        ending: &Ending,
        steps: &mut Steps,
    ) {
        let text = Atom {
            element,
            slot: Slot::Text,
        };
        self.record(text, ending.clone(), steps);
        for child in self.inputs.incoming.child_elements(element) {
            self.record_subtree(child, ending, steps);
        }
    }

    /// Writes down that what an element carried in part leaves behind is dropped.
    pub(in crate::merge) fn record_left_out(&self, node: NodeId, steps: &mut Steps) {
        if !self.is_in_part(node) {
            return;
        }
        let kept: Vec<NodeId> = self.kept_children(node).collect();
        for child in self.inputs.incoming.child_elements(node) {
            if kept.contains(&child) {
                self.record_left_out(child, steps);
            } else {
                let by = Principle::GoneInNewVersion.into();
                self.record_subtree(child, &Ending::Decided(Outcome::Dropped, by), steps);
            }
        }
    }
}
