//! Content that is compared and moved as a whole: mixed text and elements.

use crate::matching::sides::Sides;
use crate::merge::compare::Comparison;
use crate::merge::outcome::{ConflictKind, Ending, Outcome, Principle};
use crate::merge::stages::children::Whole;
use crate::merge::steps::Steps;
use crate::xml::escape::line_ends_folded;
use crate::xml::layout::with_line_ends;
use crate::xml::{Document, Edit, NodeId};

impl Comparison<'_> {
    /// Merges content that mixes text and elements.
    pub(in crate::merge) fn opaque_content(&self, triple: Sides<NodeId>, steps: &mut Steps) {
        let raw = |document: &Document, element: NodeId| {
            line_ends_folded(document.slice(document.content(element))).into_owned()
        };
        let incoming = raw(self.inputs.incoming, triple.incoming);
        let carrier = raw(self.inputs.carrier, triple.carrier);
        let base = self
            .inputs
            .base
            .zip(triple.base)
            .map(|(document, element)| raw(document, element));
        let (outcome, principle) = if incoming == carrier {
            (Outcome::AlreadyEqual, Principle::SameOnBothSides)
        } else if base.as_ref() == Some(&incoming) {
            (Outcome::Dropped, Principle::Unchanged)
        } else if base.as_ref() == Some(&carrier) || self.is_carrier_unchanged(triple) {
            (Outcome::Carried, Principle::ChangedByOneSide)
        } else {
            let kind = if base.is_some() {
                ConflictKind::BothChanged
            } else {
                ConflictKind::BothAdded
            };
            return self.whole_element(kind, triple, Whole::Content, steps);
        };
        let ending = Ending::Decided(outcome, principle.into());
        self.record_content(triple.incoming, &ending, steps);
        if outcome == Outcome::Carried {
            self.carry_content(triple, steps);
        }
    }

    /// Puts what the incoming element holds into the carrier's, as it is.
    fn carry_content(&self, triple: Sides<NodeId>, steps: &mut Steps) {
        let (incoming, carrier) = (self.inputs.incoming, self.inputs.carrier);
        steps.growth += incoming.elements_in(triple.incoming) as isize
            - carrier.elements_in(triple.carrier) as isize;
        let raw = incoming.slice(incoming.content(triple.incoming));
        let content = with_line_ends(raw, self.carrier_layout().line_end).into_owned();
        let edits = if carrier.end_tag(triple.carrier).is_some() {
            vec![Edit {
                span: carrier.content(triple.carrier),
                text: content,
            }]
        } else {
            self.content_into_empty(triple, content)
        };
        steps.edit(triple.carrier, edits);
    }

    /// Whether the carrier changed nothing but layout. (An incoming element of
    /// which that is true was not looked into at all.)
    fn is_carrier_unchanged(&self, triple: Sides<NodeId>) -> bool {
        let base = self.base_side().zip(triple.base);
        base.is_some_and(|(side, base)| {
            side.same_but_for_layout(base, self.carrier_side(), triple.carrier)
        })
    }
}
