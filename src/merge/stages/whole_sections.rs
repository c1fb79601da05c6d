//! Sections that are one value: an encrypted one, and one that moved to a file of its own.

use crate::merge::compare::Comparison;
use crate::merge::compare::matching::Side;
use crate::merge::outcome::{ConflictKind, Ending, Outcome, Principle};
use crate::merge::sides::Sides;
use crate::merge::stages::children::Whole;
use crate::merge::steps::Steps;
use crate::xml::{Document, Edit, NodeId};

/// Attributes with which the content of a section is, or may be, in another file. The second one may
/// have content beside it.
pub(in crate::merge) const SOURCES: [&str; 2] = ["configSource", "file"];

impl Comparison<'_> {
    /// Whether the element is encrypted on any side.
    pub(in crate::merge) fn is_encrypted(&self, triple: Sides<NodeId>) -> bool {
        let sides = self.documents().zip(triple);
        sides.iter().any(|(document, element)| {
            document
                .attribute(*element, "configProtectionProvider")
                .is_some()
                || document.child_named(*element, "EncryptedData").is_some()
        })
    }

    /// Takes an encrypted section whole from the side that changed it.
    pub(in crate::merge) fn encrypted_section(&self, triple: Sides<NodeId>, steps: &mut Steps) {
        let sides = self.sides().zip(triple);
        let same = |(one, left): (Side<'_>, NodeId), (other, right): (Side<'_>, NodeId)| {
            one.means_the_same(left, other, right)
        };
        let (outcome, principle) = if same(sides.incoming, sides.carrier) {
            (Outcome::AlreadyEqual, Principle::SameOnBothSides)
        } else if sides.base.is_some_and(|base| same(base, sides.incoming)) {
            (Outcome::Dropped, Principle::Unchanged)
        } else if sides.base.is_some_and(|base| same(base, sides.carrier)) {
            (Outcome::Carried, Principle::ChangedByOneSide)
        } else {
            return self.whole_element(ConflictKind::Encrypted, triple, Whole::Element, steps);
        };
        let by = principle.into();
        self.record_subtree(
            triple.incoming,
            &Ending::Decided(outcome, principle.into()),
            steps,
        );
        if outcome == Outcome::Carried {
            let (incoming, carrier) = (self.inputs.incoming, self.inputs.carrier);
            let text = self.render_instead(triple);
            steps.replacements.push(Edit {
                span: carrier.span(triple.carrier),
                text,
            });
            steps.growth += incoming.elements_in(triple.incoming) as isize
                - carrier.elements_in(triple.carrier) as isize;
        }
        if outcome != Outcome::AlreadyEqual {
            self.whole_decision(triple, outcome, by, steps);
        }
    }

    /// Whether one side moved the content of the section to a file while the other side changed it:
    /// .NET would refuse the content beside `configSource`, and a `file` would hide it.
    pub(in crate::merge) fn moved_while_changed(&self, triple: Sides<NodeId>) -> bool {
        let sides = self.sides().zip(triple);
        SOURCES.iter().any(|name| {
            let has = |document: &Document, element| document.attribute(element, name).is_some();
            let in_base = (sides.base).is_some_and(|(side, node)| has(side.document, node));
            let moved =
                [sides.incoming, sides.carrier].map(|(side, node)| has(side.document, node));
            let is_source = *name == "configSource";
            let (mover, stayed) = match moved {
                [true, false] => (sides.incoming, sides.carrier),
                [false, true] => (sides.carrier, sides.incoming),
                _ => return false,
            };
            let value = |(side, node): (Side<'_>, NodeId)| {
                let value = side.document.value(node, name);
                value.map(std::borrow::Cow::into_owned)
            };
            // A file that the base names already is another one, or nothing moved.
            if in_base && (!is_source || sides.base.map(value) == Some(value(mover))) {
                return false;
            }
            // Content beside `file` is read before it; an entry that moved there is a removed one.
            if *name == "file" && mover.0.document.has_child_elements(mover.1) {
                return false;
            }
            let (document, node) = (stayed.0.document, stayed.1);
            let holds_nothing = !document.has_child_elements(node)
                && (!is_source || document.attributes(node).is_empty());
            let is_unchanged = |(side, its): (Side<'_>, NodeId)| {
                let base = sides.base;
                base.is_some_and(|(base, node)| base.means_the_same(node, side, its))
            };
            !holds_nothing && !is_unchanged(stayed) && !is_unchanged(mover)
        })
    }
}
