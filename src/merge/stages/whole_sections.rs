//! Sections that are one value: an encrypted one, and one that moved to a file of its own.

use crate::matching::Side;
use crate::matching::digest::has_significant_text;
use crate::matching::sides::Sides;
use crate::merge::compare::Comparison;
use crate::merge::outcome::{ConflictKind, Ending, Outcome, Principle};
use crate::merge::stages::children::Whole;
use crate::merge::stages::order::takes_out;
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

    /// Takes an element whole from the side that changed it; where both did, it is a conflict of `kind`.
    pub(in crate::merge) fn one_value(
        &self,
        kind: ConflictKind,
        triple: Sides<NodeId>,
        steps: &mut Steps,
    ) {
        let sides = self.sides().zip(triple);
        let same = |(one, left): (Side<'_>, NodeId), (other, right): (Side<'_>, NodeId)| {
            one.means_the_same(left, other, right)
        };
        // A comment that is new in the carrier would go with the rest.
        let carrier_is = |(base, node): (Side<'_>, NodeId)| match kind {
            ConflictKind::Encrypted => same((base, node), sides.carrier),
            _ => base.same_but_for_layout(node, sides.carrier.0, sides.carrier.1),
        };
        let (outcome, principle) = if same(sides.incoming, sides.carrier) {
            (Outcome::AlreadyEqual, Principle::SameOnBothSides)
        } else if sides.base.is_some_and(|base| same(base, sides.incoming)) {
            (Outcome::Dropped, Principle::Unchanged)
        } else if sides.base.is_some_and(carrier_is) {
            (Outcome::Carried, Principle::ChangedByOneSide)
        } else {
            return self.whole_element(kind, triple, Whole::Element, steps);
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
                base.is_some_and(|(base, node)| {
                    base.means_the_same(node, side, its)
                        || !self.is_ordered(triple) && same_in_any_order((base, node), (side, its))
                })
            };
            !holds_nothing && !is_unchanged(stayed) && !is_unchanged(mover)
        })
    }
}

/// Whether the two have the same attributes and the same children, and nothing in them that takes
/// entries out.
fn same_in_any_order(one: (Side<'_>, NodeId), other: (Side<'_>, NodeId)) -> bool {
    let children = |(side, node): (Side<'_>, NodeId)| {
        let mut all: Vec<NodeId> = side.document.child_elements(node).collect();
        all.sort_by_key(|child| side.digests.meaning(*child));
        all
    };
    let says_nothing = |(side, node): (Side<'_>, NodeId)| {
        !has_significant_text(side.document, node)
            && (side.document.child_elements(node)).all(|child| !takes_out(side.document, child))
    };
    let [ours, theirs] = [one, other].map(children);
    says_nothing(one)
        && says_nothing(other)
        && one.0.has_same_tag(one.1, other.0, other.1)
        && ours.len() == theirs.len()
        && (ours.into_iter().zip(theirs))
            .all(|(left, right)| one.0.means_the_same(left, other.0, right))
}
