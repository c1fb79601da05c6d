//! Content that is compared and moved as a whole: mixed text and elements, encrypted data.

use super::account::{Atom, Slot};
use super::engine::Engine;
use super::outcome::{ConflictKind, DecidedBy, Outcome, Principle, Triple};
use crate::xml::escape::line_ends_folded;
use crate::xml::layout::with_line_ends;
use crate::xml::{Document, Edit, NodeId};

impl Engine<'_> {
    /// Content that is compared and moved as a whole: mixed text and elements, encrypted data.
    pub(super) fn opaque_content(&mut self, triple: Triple) {
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
            (Outcome::Conflict, Principle::ChangedByOneSide)
        };
        self.record_content(triple.incoming, outcome, &principle.into());
        match outcome {
            Outcome::Carried => {
                self.element_delta += self.inputs.incoming.elements_in(triple.incoming) as isize
                    - self.inputs.carrier.elements_in(triple.carrier) as isize;
                let document = self.inputs.incoming;
                let raw = document.slice(document.content(triple.incoming));
                let line_end = self.carrier_layout().line_end;
                let content = with_line_ends(raw, line_end).into_owned();
                let edits = if self.inputs.carrier.end_tag(triple.carrier).is_some() {
                    vec![Edit {
                        span: self.inputs.carrier.content(triple.carrier),
                        text: content,
                    }]
                } else {
                    self.content_into_empty(triple.carrier, content)
                };
                self.edit(edits, triple.carrier);
            }
            Outcome::Conflict => {
                let kind = if base.is_some() {
                    ConflictKind::BothChanged
                } else {
                    ConflictKind::BothAdded
                };
                self.whole_element(kind, triple);
            }
            _ => {}
        }
    }

    /// Whether the carrier changed nothing but layout. (An incoming element of
    /// which that is true was not looked into at all.)
    fn is_carrier_unchanged(&self, triple: Triple) -> bool {
        let base = self.base_side().zip(triple.base);
        base.is_some_and(|(side, base)| {
            side.digests.all(base) == self.carrier_side().digests.all(triple.carrier)
        })
    }

    pub(super) fn record_content(&mut self, element: NodeId, outcome: Outcome, by: &DecidedBy) {
        let document = self.inputs.incoming;
        let text = Atom {
            element,
            slot: Slot::Text,
        };
        self.record(text, outcome, by);
        let children: Vec<NodeId> = document.child_elements(element).collect();
        for child in children {
            self.record_subtree(child, outcome, by);
        }
    }
}
