//! Elements that only one side has: added, removed, or in conflict.

use crate::matching::Side;
use crate::matching::sides::{Presence, Sides};
use crate::merge::compare::Comparison;
use crate::merge::outcome::{
    Conflict, ConflictKind, DecidedBy, Decision, Ending, Outcome, Places, Principle, Value, Values,
};
use crate::merge::stages::comments::adds_remarks;
use crate::merge::stages::plan::Plan;
use crate::merge::steps::Steps;
use crate::pack::rules::Action;
use crate::pack::rules::PolicyId;
use crate::xml::layout::removal_span;
use crate::xml::{Document, Edit, NodeId, Span};

/// An element that the carrier lacks.
#[derive(Clone, Copy)]
pub(in crate::merge) struct Added {
    /// What it was in the base.
    pub(in crate::merge) base: Option<NodeId>,
    pub(in crate::merge) incoming: NodeId,
    /// Where it stands.
    pub(in crate::merge) parent: Sides<NodeId>,
}

/// An element that the carrier lacks and of which nobody knows whether it should.
pub(in crate::merge) struct Undecided {
    pub(in crate::merge) kind: ConflictKind,
    pub(in crate::merge) element: Added,
    /// The rule that demands it.
    pub(in crate::merge) by: Option<PolicyId>,
}

impl Added {
    fn presence(self) -> Presence<NodeId> {
        Presence {
            base: self.base,
            incoming: Some(self.incoming),
            carrier: None,
        }
    }
}

impl Comparison<'_> {
    /// The incoming side has it, the carrier does not.
    pub(in crate::merge) fn only_incoming(
        &self,
        element: Added,
        plan: &mut Plan,
        steps: &mut Steps,
    ) -> Option<Undecided> {
        let undecided = |kind, by| Some(Undecided { kind, element, by });
        let Added { base, incoming, .. } = element;
        let document = self.inputs.incoming;
        if self.directives.keep_incoming.contains(&incoming) {
            self.add_incoming(element, Principle::StillNeeded.into(), plan, steps);
            return None;
        }
        if self.directives.keep_with_conflict.contains(&incoming) {
            return undecided(ConflictKind::NeededByConflict, None);
        }
        if self.upgrade() && plan.shadowed.contains(&incoming) {
            self.drop_incoming(element, Principle::ShadowedDuplicate.into(), plan, steps);
            return None;
        }
        if let Some(policy) = self.policy_for_element(document, incoming) {
            let by = DecidedBy::Rule(policy.provenance.id.clone());
            match policy.action {
                Action::Drop | Action::TakeNew => {
                    self.drop_incoming(element, by, plan, steps);
                    return None;
                }
                Action::Conflict => {
                    return undecided(ConflictKind::ByRule, Some(policy.provenance.id.clone()));
                }
                Action::TakeOld => {
                    self.add_incoming(element, by, plan, steps);
                    return None;
                }
                _ => {}
            }
        }
        let Some(base) = base else {
            let guess = self.upgrade() && self.inputs.base.is_none();
            if guess && !self.within_entry(document, incoming) {
                return undecided(ConflictKind::UnknownOrigin, None);
            }
            self.add_incoming(element, Principle::AddedByOneSide.into(), plan, steps);
            return None;
        };
        if self.is_unchanged(base, self.incoming_side(), incoming) {
            self.drop_incoming(element, Principle::GoneInNewVersion.into(), plan, steps);
        } else if self.upgrade() && self.within_entry(document, incoming) {
            self.add_incoming(element, Principle::KeptThoughGone.into(), plan, steps);
        } else {
            return undecided(ConflictKind::ChangedRemoved, None);
        }
        None
    }

    /// The carrier has it, the incoming side does not.
    pub(in crate::merge) fn only_carrier(
        &self,
        base: Option<NodeId>,
        carrier: NodeId,
        plan: &mut Plan,
        steps: &mut Steps,
    ) {
        let document = self.inputs.carrier;
        let policy = self.policy_for_element(document, carrier);
        let by_rule = |action: fn(&Action) -> bool| {
            policy
                .filter(|policy| base.is_some() && action(&policy.action))
                .map(|policy| DecidedBy::Rule(policy.provenance.id.clone()))
        };
        let kept = by_rule(|action| matches!(action, Action::TakeNew | Action::TakeBase));
        let removed = by_rule(|action| matches!(action, Action::TakeOld));
        let unchanged =
            base.is_some_and(|base| self.is_unchanged(base, self.carrier_side(), carrier));
        let found = Presence {
            base,
            incoming: None,
            carrier: Some(carrier),
        };
        let needed = self.directives.keep_carrier.contains(&carrier);
        let needed_here = self
            .directives
            .keep_carrier_with_conflict
            .contains(&carrier);
        let is_in_part = unchanged && kept.is_none() && (needed || needed_here);
        if is_in_part {
            self.leave_out_of_carrier(carrier, steps);
        }
        let kept = kept.or_else(|| needed.then(|| Principle::StillNeeded.into()));
        let (by, is_kept) = match (base, kept, removed) {
            (Some(_), Some(by), _) => (by, true),
            (Some(_), None, Some(by)) => {
                plan.remove.insert(carrier);
                (by, false)
            }
            (Some(_), None, None) if unchanged && !needed_here => {
                plan.remove.insert(carrier);
                (Principle::RemovedByOneSide.into(), false)
            }
            (Some(_), None, None) => {
                let removal = Edit {
                    span: removal_span(document.text(), document.span(carrier)),
                    text: String::new(),
                };
                let places = self.places_of(found);
                steps.conflicts.push(Conflict {
                    kind: match unchanged {
                        true => ConflictKind::NeededByConflict,
                        false => ConflictKind::RemovedChanged,
                    },
                    address: self.carrier_address(carrier),
                    values: self.values_of(found),
                    secret: self.holds_secret(document, carrier),
                    places,
                    region: document.span(carrier),
                    base_region: places.base,
                    take_incoming: vec![removal],
                    by: None,
                });
                return;
            }
            (None, ..) if self.upgrade() => (Principle::BelongsToNewFile.into(), true),
            (None, ..) => return,
        };
        if !self.inputs.reports {
            return;
        }
        let values = self.values_of(found);
        steps.decisions.push(Decision {
            address: self.carrier_address(carrier),
            result: values.carrier.clone().filter(|_| is_kept),
            values,
            secret: self.holds_secret(document, carrier),
            places: self.places_of(found),
            outcome: None,
            by,
            assumed: false,
        });
    }

    /// Removes from an element of the carrier that is kept in part what nothing needs.
    fn leave_out_of_carrier(&self, element: NodeId, steps: &mut Steps) {
        if !self.directives.keep_carrier_in_part.contains(&element) {
            return;
        }
        let carrier = self.inputs.carrier;
        for child in carrier.child_elements(element) {
            if self.directives.keeps_carrier(child) {
                self.leave_out_of_carrier(child, steps);
                continue;
            }
            steps.growth -= carrier.elements_in(child) as isize;
            let edit = Edit {
                span: removal_span(carrier.text(), carrier.span(child)),
                text: String::new(),
            };
            steps.edit(child, vec![edit]);
        }
    }

    /// Whether nothing of this side is lost when `node` goes, which was `base`.
    fn is_unchanged(&self, base: NodeId, side: Side<'_>, node: NodeId) -> bool {
        self.base_side().is_some_and(|before| {
            before.means_the_same(base, side, node)
                // In an upgrade comments describe the file that they stand in.
                && (self.upgrade()
                    || before.same_but_for_layout(base, side, node)
                    || !adds_remarks((before.document, base), (side.document, node)))
        })
    }

    fn add_incoming(&self, element: Added, by: DecidedBy, plan: &mut Plan, steps: &mut Steps) {
        let incoming = element.incoming;
        plan.insert.insert(incoming);
        let outcome = self.record_carried(incoming, &by, steps);
        self.record_left_out(incoming, steps);
        let result = self.inputs.reports.then(|| self.describe_result(incoming));
        self.incoming_decision(element, by, outcome, result, steps);
    }

    fn drop_incoming(&self, element: Added, by: DecidedBy, plan: &mut Plan, steps: &mut Steps) {
        let ending = Ending::Decided(Outcome::Dropped, by.clone());
        self.record_subtree(element.incoming, &ending, steps);
        if self.upgrade() {
            plan.dropped.insert(element.incoming);
        }
        self.incoming_decision(element, by, Outcome::Dropped, None, steps);
    }

    fn incoming_decision(
        &self,
        element: Added,
        by: DecidedBy,
        outcome: Outcome,
        result: Option<Value>,
        steps: &mut Steps,
    ) {
        if !self.inputs.reports {
            return;
        }
        let found = element.presence();
        steps.decisions.push(Decision {
            address: self.incoming_address(element.incoming),
            values: self.values_of(found),
            result,
            secret: self.holds_secret(self.inputs.incoming, element.incoming),
            places: self.places_of(found),
            outcome: Some(outcome),
            by,
            assumed: false,
        });
    }

    /// A conflict about an element that the carrier lacks.
    pub(in crate::merge) fn missing_in_carrier(
        &self,
        undecided: Undecided,
        take_incoming: Option<Edit>,
        steps: &mut Steps,
    ) {
        let Undecided { kind, element, by } = undecided;
        self.record_subtree(element.incoming, &Ending::Conflict, steps);
        let parent = self.inputs.carrier.span(element.parent.carrier);
        let at = (take_incoming.as_ref()).map_or(parent.start, |edit| edit.span.start);
        let found = element.presence();
        let places = self.places_of(found);
        steps.conflicts.push(Conflict {
            kind,
            address: self.incoming_address(element.incoming),
            values: self.values_of(found),
            secret: self.holds_secret(self.inputs.incoming, element.incoming),
            places,
            region: Span::at(at),
            base_region: places.base,
            take_incoming: take_incoming.into_iter().collect(),
            by,
        });
    }

    fn values_of(&self, found: Presence<NodeId>) -> Values {
        let documents: Presence<&Document> = self.documents().into();
        documents
            .zip(found)
            .map(|(document, node)| self.describe(document, node))
    }

    fn places_of(&self, found: Presence<NodeId>) -> Places {
        let documents: Presence<&Document> = self.documents().into();
        documents
            .zip(found)
            .map(|(document, node)| document.span(node))
    }
}
