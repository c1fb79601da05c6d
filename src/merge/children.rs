//! Child elements: which are the same, which one side added or removed.

use rustc_hash::FxHashMap;

use super::account::{Atom, Slot};
use super::digest::has_significant_text;
use super::engine::Engine;
use super::matching::{Group, Match, match_children};
use super::outcome::{
    Conflict, ConflictKind, DecidedBy, Decision, Outcome, Places, Principle, Region, Triple, Values,
};
use super::plan::{Anchor, Plan};
use crate::pack::rules::{Action, Policy};
use crate::xml::layout::removal_span;
use crate::xml::{Edit, NodeId};

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
        let has_text = sides
            .clone()
            .any(|(document, element)| has_significant_text(document, element));
        let is_encrypted = sides
            .clone()
            .any(|(document, element)| document.child_named(element, "EncryptedData").is_some());
        // Where a comment stands in a text is decided only together with the text.
        let is_mixed = has_text && (has_elements || self.remarks_differ(triple));
        if is_mixed || is_encrypted {
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
        self.record(
            presence,
            Outcome::AlreadyEqual,
            &Principle::SameOnBothSides.into(),
        );
    }

    pub(super) fn children(&mut self, triple: Triple) {
        let base = self.base_side().zip(triple.base);
        let mut groups = match_children(
            &self.inputs.rules.identities,
            base,
            (self.incoming_side(), triple.incoming),
            (self.carrier_side(), triple.carrier),
        );
        if self.inputs.joins_renamed {
            self.join_renamed(&mut groups);
        }
        let mut plan = Plan::default();
        let mut ambiguous = false;
        for group in groups {
            // In an upgrade only the last of several settings counts, and that one is known.
            let settled = self.upgrade() && !group.shadowed.is_empty();
            ambiguous |= group.guessed && !settled && self.both_changed(&group);
            plan.shadowed.extend(group.shadowed);
            plan.stays.extend(
                group
                    .matches
                    .iter()
                    .filter_map(|found| found.incoming.zip(found.carrier)),
            );
            plan.matches.extend(group.matches);
        }
        let undecidable = if ambiguous {
            Some(ConflictKind::Ambiguous)
        } else {
            self.order_conflict(triple, &plan)
        };
        if let Some(kind) = undecidable {
            return self.whole_element(kind, triple);
        }
        let mut conflicts = Vec::new();
        for found in plan.matches.clone() {
            match (found.incoming, found.carrier) {
                (Some(incoming), Some(carrier)) => self.queue.push(Triple {
                    base: found.base,
                    incoming,
                    carrier,
                }),
                (Some(incoming), None) => {
                    self.only_incoming(found.base, incoming, triple, &mut plan, &mut conflicts);
                }
                (None, Some(carrier)) => self.only_carrier(found.base, carrier, &mut plan),
                (None, None) => {}
            }
        }
        self.comments(triple, &mut plan);
        self.take_order(triple, &plan);
        if !conflicts.is_empty() {
            let anchors: FxHashMap<NodeId, Anchor> =
                self.anchors(triple, &plan).into_iter().collect();
            for (kind, base, incoming, by) in conflicts {
                let take_incoming = anchors
                    .get(&incoming)
                    .and_then(|anchor| self.insertion(triple, *anchor, &[incoming], &plan));
                self.missing_in_carrier(kind, base, incoming, triple, take_incoming, by);
            }
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

    /// An element whose content cannot be merged piece by piece: a rule takes
    /// one side's as a whole, or it is a conflict with all it holds.
    pub(super) fn whole_element(&mut self, kind: ConflictKind, triple: Triple) {
        let policy = self.policy_for_element(self.inputs.incoming, triple.incoming);
        let by_rule = |policy: &Policy| DecidedBy::Rule(policy.provenance.id.clone());
        match policy {
            Some(policy) if matches!(policy.action, Action::TakeNew | Action::Drop) => {
                let by = by_rule(policy);
                self.record_content(triple.incoming, Outcome::Dropped, &by);
                self.whole_decision(triple, Outcome::Dropped, by);
            }
            Some(policy) if matches!(policy.action, Action::TakeOld) => {
                let by = by_rule(policy);
                self.record_content(triple.incoming, Outcome::Carried, &by);
                let text = self.render_incoming(triple.incoming, self.indent_of(triple.carrier));
                let span = self.inputs.carrier.span(triple.carrier);
                self.replacements.push(Edit { span, text });
                self.element_delta += self.inputs.incoming.elements_in(triple.incoming) as isize
                    - self.inputs.carrier.elements_in(triple.carrier) as isize;
                self.whole_decision(triple, Outcome::Carried, by);
            }
            _ => {
                let by = Principle::ChangedByOneSide.into();
                self.record_content(triple.incoming, Outcome::Conflict, &by);
                self.whole_element_conflict(kind, triple);
            }
        }
    }

    fn whole_decision(&mut self, triple: Triple, outcome: Outcome, by: DecidedBy) {
        if !self.inputs.reports {
            return;
        }
        let incoming = self.describe(self.inputs.incoming, triple.incoming);
        let carrier = self.describe(self.inputs.carrier, triple.carrier);
        let base = self.inputs.base.zip(triple.base);
        self.decisions.push(Decision {
            address: self.incoming_address(triple.incoming),
            result: Some(match outcome {
                Outcome::Carried => incoming.clone(),
                _ => carrier.clone(),
            }),
            values: Values {
                base: base.map(|(document, element)| self.describe(document, element)),
                incoming: Some(incoming),
                carrier: Some(carrier),
            },
            secret: self.holds_secret(self.inputs.incoming, triple.incoming),
            places: self.whole_places(triple),
            outcome: Some(outcome),
            by,
            assumed: false,
        });
    }

    fn whole_places(&self, triple: Triple) -> Places {
        Places {
            base: self
                .inputs
                .base
                .zip(triple.base)
                .map(|(document, element)| document.span(element)),
            incoming: Some(self.inputs.incoming.span(triple.incoming)),
            carrier: Some(self.inputs.carrier.span(triple.carrier)),
        }
    }

    /// A conflict about an element with all it holds.
    pub(super) fn whole_element_conflict(&mut self, kind: ConflictKind, triple: Triple) {
        let base = self.inputs.base.zip(triple.base);
        let places = self.whole_places(triple);
        let carrier_span = self.inputs.carrier.span(triple.carrier);
        let rendered = self.render_incoming(triple.incoming, self.indent_of(triple.carrier));
        self.conflicts.push(Conflict {
            kind,
            address: self.incoming_address(triple.incoming),
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
            self.element_delta -= carrier.elements_in(node) as isize;
            let edit = Edit {
                span: removal_span(carrier.text(), carrier.span(node)),
                text: String::new(),
            };
            self.edit(vec![edit], triple.carrier);
        }
        for node in &plan.insert {
            self.element_delta += self.inputs.incoming.elements_in(*node) as isize;
        }
        if !plan.insert.is_empty() {
            for (anchor, edit) in self.insertions(triple, &plan.insert, plan) {
                let reorder = (self.reorders.last_mut()).filter(|last| last.triple == triple);
                match reorder
                    .and_then(|reorder| Some((reorder.before_all(anchor, edit.span)?, reorder)))
                {
                    Some((span, reorder)) => reorder.first.push(Edit { span, ..edit }),
                    None => self.edit(vec![edit], triple.carrier),
                }
            }
        }
    }
}
