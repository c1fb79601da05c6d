//! Child elements: which are the same, which one side added or removed.

use std::collections::{HashMap, HashSet};

use super::account::{Atom, Slot};
use super::digest::significant_text;
use super::engine::Engine;
use super::matching::{Group, Match, match_children};
use super::outcome::{Conflict, ConflictKind, Outcome, Places, Principle, Region, Triple, Values};
use crate::pack::rules::Action;
use crate::xml::layout::removal_span;
use crate::xml::{Edit, NodeId};

/// What stands where among the children of one pair of parents.
#[derive(Default)]
pub(super) struct Plan {
    /// Incoming nodes to insert.
    pub(super) insert: HashSet<NodeId>,
    /// Carrier nodes to remove.
    pub(super) remove: HashSet<NodeId>,
    /// Incoming nodes and the carrier nodes that are the same and stay.
    pub(super) stays: HashMap<NodeId, NodeId>,
    /// The matched elements.
    pub(super) matches: Vec<Match>,
    /// Incoming elements that a later one of the same identity hides.
    pub(super) shadowed: HashSet<NodeId>,
}

impl Engine<'_> {
    /// Merges what stands between the tags of one element.
    pub(super) fn content(&mut self, triple: Triple) {
        let sides = [
            self.inputs.base.zip(triple.base),
            Some((self.inputs.incoming, triple.incoming)),
            Some((self.inputs.carrier, triple.carrier)),
        ];
        let sides = sides.into_iter().flatten();
        let has_elements = sides
            .clone()
            .any(|(document, element)| document.has_child_elements(element));
        let has_text = sides.clone().any(|(document, element)| {
            let mixed = document.has_child_elements(element);
            !significant_text(&document.inner_text(element), mixed).is_empty()
        });
        let is_encrypted = sides
            .clone()
            .any(|(document, element)| document.child_named(element, "EncryptedData").is_some());
        if (has_elements && has_text) || is_encrypted {
            self.opaque_content(triple);
        } else if has_text {
            self.leaf_text(triple);
        } else {
            self.children(triple);
        }
        let presence = Atom {
            element: triple.incoming,
            slot: Slot::Presence,
        };
        self.outcomes.insert(
            presence,
            (Outcome::AlreadyEqual, Principle::SameOnBothSides.into()),
        );
    }

    pub(super) fn children(&mut self, triple: Triple) {
        let base = self.base_side().zip(triple.base);
        let groups = match_children(
            &self.inputs.rules.identities,
            base,
            (self.incoming_side(), triple.incoming),
            (self.carrier_side(), triple.carrier),
        );
        let mut plan = Plan::default();
        let mut one_sided = Vec::new();
        for group in groups {
            if group.guessed && !self.upgrade() && self.both_changed(&group) {
                self.ambiguous(triple, &group);
                plan.stays.extend(
                    group
                        .matches
                        .iter()
                        .filter_map(|found| found.incoming.zip(found.carrier)),
                );
                continue;
            }
            plan.shadowed.extend(group.shadowed);
            for found in group.matches {
                match (found.incoming, found.carrier) {
                    (Some(incoming), Some(carrier)) => {
                        plan.stays.insert(incoming, carrier);
                        self.queue.push(Triple {
                            base: found.base,
                            incoming,
                            carrier,
                        });
                    }
                    _ => one_sided.push(found),
                }
                plan.matches.push(found);
            }
        }
        let mut conflicts = Vec::new();
        for found in one_sided {
            match (found.incoming, found.carrier) {
                (Some(incoming), None) => {
                    self.only_incoming(found.base, incoming, &mut plan, &mut conflicts);
                }
                (None, Some(carrier)) => self.only_carrier(found.base, carrier, &mut plan),
                _ => {}
            }
        }
        self.comments(triple, &mut plan);
        self.order(triple, &plan);
        for (kind, base, incoming, by) in conflicts {
            self.missing_in_carrier(kind, base, incoming, triple, &plan, by);
        }
        self.carry_out(triple, &plan);
    }

    /// Whether both sides changed this group, differently.
    fn both_changed(&self, group: &Group) -> bool {
        let digests = |pick: fn(&Match) -> Option<NodeId>, side: super::matching::Side<'_>| {
            let mut digests: Vec<u64> = group
                .matches
                .iter()
                .filter_map(pick)
                .map(|node| side.digests.meaning(node))
                .collect();
            digests.sort_unstable();
            digests
        };
        let incoming = digests(|found| found.incoming, self.incoming_side());
        let carrier = digests(|found| found.carrier, self.carrier_side());
        let base = self
            .base_side()
            .map(|side| digests(|found| found.base, side))
            .unwrap_or_default();
        incoming != carrier && incoming != base && carrier != base
    }

    fn ambiguous(&mut self, triple: Triple, group: &Group) {
        for node in group.matches.iter().filter_map(|found| found.incoming) {
            let by = Principle::ChangedByOneSide.into();
            self.record_subtree(node, Outcome::Conflict, &by);
        }
        let address = self.incoming_address(triple.incoming);
        self.whole_element_conflict(ConflictKind::Ambiguous, triple, address);
    }

    /// A conflict about an element with all it holds.
    pub(super) fn whole_element_conflict(
        &mut self,
        kind: ConflictKind,
        triple: Triple,
        address: crate::xml::address::Address,
    ) {
        let policy = self.policy_for_element(self.inputs.incoming, triple.incoming);
        match policy.map(|policy| &policy.action) {
            Some(Action::TakeNew) => return,
            Some(Action::TakeOld) => {
                let text = self.render_incoming(triple.incoming, self.indent_of(triple.carrier));
                let span = self.inputs.carrier.span(triple.carrier);
                self.replacements.push(Edit { span, text });
                return;
            }
            _ => {}
        }
        let base = self.inputs.base.zip(triple.base);
        let places = Places {
            base: base.map(|(document, element)| document.span(element)),
            incoming: Some(self.inputs.incoming.span(triple.incoming)),
            carrier: Some(self.inputs.carrier.span(triple.carrier)),
        };
        let carrier_span = self.inputs.carrier.span(triple.carrier);
        let rendered = self.render_incoming(triple.incoming, self.indent_of(triple.carrier));
        self.conflicts.push(Conflict {
            kind,
            address,
            values: Values {
                base: base.map(|(document, element)| self.describe(document, element)),
                incoming: Some(self.describe(self.inputs.incoming, triple.incoming)),
                carrier: Some(self.describe(self.inputs.carrier, triple.carrier)),
            },
            secret: self.holds_secret(self.inputs.incoming, triple.incoming),
            places,
            region: Region {
                carrier: carrier_span,
                incoming: places.incoming,
                base: places.base,
            },
            take_incoming: vec![Edit {
                span: carrier_span,
                text: rendered,
            }],
            by: None,
        });
    }

    /// Removes and inserts what the plan says.
    pub(super) fn carry_out(&mut self, triple: Triple, plan: &Plan) {
        let carrier = self.inputs.carrier;
        let mut removals: Vec<NodeId> = plan.remove.iter().copied().collect();
        removals.sort_unstable();
        for node in removals {
            let edit = Edit {
                span: removal_span(carrier.text(), carrier.span(node)),
                text: String::new(),
            };
            self.edit(vec![edit], triple.carrier);
        }
        if !plan.insert.is_empty() {
            let edits = self.insertions(triple, &plan.insert, plan);
            self.edit(edits, triple.carrier);
        }
    }
}
