//! Elements that only one side has: added, removed, or in conflict.

use super::comments::adds_remarks;
use super::engine::Engine;
use super::matching::Side;
use super::outcome::{
    Conflict, ConflictKind, DecidedBy, Decision, Outcome, Places, Principle, Region, Triple, Value,
    Values,
};
use super::plan::Plan;
use crate::pack::rules::Action;
use crate::xml::layout::removal_span;
use crate::xml::{Edit, NodeId, Span, chars};

impl Engine<'_> {
    /// The incoming side has it, the carrier does not.
    pub(super) fn only_incoming(
        &mut self,
        base: Option<NodeId>,
        incoming: NodeId,
        parent: Triple,
        plan: &mut Plan,
        conflicts: &mut Vec<(ConflictKind, Option<NodeId>, NodeId, Option<String>)>,
    ) {
        let document = self.inputs.incoming;
        if self.upgrade() && plan.shadowed.contains(&incoming) {
            return self.drop_incoming(base, incoming, Principle::ShadowedDuplicate.into());
        }
        let policy = self.policy_for_element(document, incoming);
        if let Some(policy) = policy {
            let by = DecidedBy::Rule(policy.provenance.id.clone());
            match policy.action {
                Action::Drop | Action::TakeNew => {
                    return self.drop_incoming(base, incoming, by);
                }
                Action::Conflict => {
                    let id = Some(policy.provenance.id.clone());
                    conflicts.push((ConflictKind::ByRule, base, incoming, id));
                    return;
                }
                Action::TakeOld => return self.add_incoming(base, incoming, by, plan),
                _ => {}
            }
        }
        // Between branches the declarations themselves are in conflict (`prefixes`); here new's stand.
        if self.upgrade() && self.prefixes_mean_otherwise(incoming, parent.carrier) {
            conflicts.push((ConflictKind::BothAdded, base, incoming, None));
            return;
        }
        let Some(base_node) = base else {
            let guess = self.upgrade() && self.inputs.base.is_none();
            if guess && !self.within_entry(document, incoming) {
                conflicts.push((ConflictKind::UnknownOrigin, None, incoming, None));
                return;
            }
            return self.add_incoming(base, incoming, Principle::AddedByOneSide.into(), plan);
        };
        let unchanged = self.is_unchanged(base_node, self.incoming_side(), incoming);
        if unchanged {
            self.drop_incoming(base, incoming, Principle::GoneInNewVersion.into());
        } else if self.upgrade() && self.within_entry(document, incoming) {
            self.add_incoming(base, incoming, Principle::KeptThoughGone.into(), plan);
        } else {
            conflicts.push((ConflictKind::ChangedRemoved, base, incoming, None));
        }
    }

    /// The carrier has it, the incoming side does not.
    pub(super) fn only_carrier(&mut self, base: Option<NodeId>, carrier: NodeId, plan: &mut Plan) {
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
        let values = |engine: &Self| Values {
            base: engine
                .inputs
                .base
                .zip(base)
                .map(|(document, node)| engine.describe(document, node)),
            incoming: None,
            carrier: Some(engine.describe(document, carrier)),
        };
        let places = Places {
            base: self
                .inputs
                .base
                .zip(base)
                .map(|(document, node)| document.span(node)),
            incoming: None,
            carrier: Some(document.span(carrier)),
        };
        let (by, is_kept) = match (base, kept, removed) {
            (Some(_), Some(by), _) => (by, true),
            (Some(_), None, Some(by)) => {
                plan.remove.insert(carrier);
                (by, false)
            }
            (Some(_), None, None) if unchanged => {
                plan.remove.insert(carrier);
                (Principle::RemovedByOneSide.into(), false)
            }
            (Some(_), None, None) => {
                let removal = Edit {
                    span: removal_span(document.text(), document.span(carrier)),
                    text: String::new(),
                };
                self.conflicts.push(Conflict {
                    kind: ConflictKind::RemovedChanged,
                    address: self.carrier_address(carrier),
                    values: values(self),
                    secret: self.holds_secret(document, carrier),
                    places,
                    region: Region {
                        carrier: document.span(carrier),
                        incoming: None,
                        base: places.base,
                    },
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
        let values = values(self);
        self.decisions.push(Decision {
            address: self.carrier_address(carrier),
            result: values.carrier.clone().filter(|_| is_kept),
            values,
            secret: self.holds_secret(document, carrier),
            places,
            outcome: None,
            by,
            assumed: false,
        });
    }

    /// Whether nothing of this side is lost when `node` goes, which was `base`.
    fn is_unchanged(&self, base: NodeId, side: Side<'_>, node: NodeId) -> bool {
        self.base_side().is_some_and(|before| {
            before.digests.meaning(base) == side.digests.meaning(node)
                // In an upgrade comments describe the file that they stand in.
                && (self.upgrade()
                    || before.digests.all(base) == side.digests.all(node)
                    || !adds_remarks((before.document, base), (side.document, node)))
        })
    }

    fn add_incoming(
        &mut self,
        base: Option<NodeId>,
        incoming: NodeId,
        by: DecidedBy,
        plan: &mut Plan,
    ) {
        plan.insert.insert(incoming);
        let rewritten = self.record_subtree(incoming, Outcome::Carried, &by);
        let outcome = if rewritten {
            Outcome::Rewritten
        } else {
            Outcome::Carried
        };
        let result = self.inputs.reports.then(|| self.describe_result(incoming));
        self.incoming_decision(base, incoming, by, outcome, result);
    }

    fn drop_incoming(&mut self, base: Option<NodeId>, incoming: NodeId, by: DecidedBy) {
        self.record_subtree(incoming, Outcome::Dropped, &by);
        self.incoming_decision(base, incoming, by, Outcome::Dropped, None);
    }

    fn incoming_decision(
        &mut self,
        base: Option<NodeId>,
        incoming: NodeId,
        by: DecidedBy,
        outcome: Outcome,
        result: Option<Value>,
    ) {
        if !self.inputs.reports {
            return;
        }
        let document = self.inputs.incoming;
        let base = self.inputs.base.zip(base);
        self.decisions.push(Decision {
            address: self.incoming_address(incoming),
            values: Values {
                base: base.map(|(document, node)| self.describe(document, node)),
                incoming: Some(self.describe(document, incoming)),
                carrier: None,
            },
            result,
            secret: self.holds_secret(document, incoming),
            places: Places {
                base: base.map(|(document, node)| document.span(node)),
                incoming: Some(document.span(incoming)),
                carrier: None,
            },
            outcome: Some(outcome),
            by,
            assumed: false,
        });
    }

    /// A conflict about an element that the carrier lacks.
    pub(super) fn missing_in_carrier(
        &mut self,
        kind: ConflictKind,
        base: Option<NodeId>,
        incoming: NodeId,
        parent: Triple,
        take_incoming: Option<Edit>,
        by: Option<String>,
    ) {
        let document = self.inputs.incoming;
        self.record_subtree(
            incoming,
            Outcome::Conflict,
            &Principle::ChangedByOneSide.into(),
        );
        let at = take_incoming.as_ref().map_or_else(
            || Span::at(self.inputs.carrier.span(parent.carrier).start),
            |edit| Span::at(edit.span.start),
        );
        let base = self.inputs.base.zip(base);
        let places = Places {
            base: base.map(|(document, node)| document.span(node)),
            incoming: Some(document.span(incoming)),
            carrier: None,
        };
        self.conflicts.push(Conflict {
            kind,
            address: self.incoming_address(incoming),
            values: Values {
                base: base.map(|(document, node)| self.describe(document, node)),
                incoming: Some(self.describe(document, incoming)),
                carrier: None,
            },
            secret: self.holds_secret(document, incoming),
            places,
            region: Region {
                carrier: at,
                incoming: places.incoming,
                base: places.base,
            },
            take_incoming: take_incoming.into_iter().collect(),
            by,
        });
    }

    /// Whether a prefix in the incoming subtree stands for another namespace where it would go.
    fn prefixes_mean_otherwise(&self, incoming: NodeId, carrier_parent: NodeId) -> bool {
        let document = self.inputs.incoming;
        let otherwise = |element: NodeId, name: &str| {
            let Some(prefix) = chars::prefix(name).filter(|prefix| *prefix != "xmlns") else {
                return false;
            };
            let Some((declared, namespace)) = document.namespace(element, prefix) else {
                return false;
            };
            let there = self.inputs.carrier.namespace(carrier_parent, prefix);
            !document.is_within(declared, incoming)
                && there.is_some_and(|(_, there)| there != namespace)
        };
        document
            .subtree(incoming)
            .filter(|node| document.is_element(*node))
            .any(|element| {
                let attributes = document.attributes(element).iter();
                otherwise(element, document.name(element))
                    || attributes
                        .map(|attribute| document.slice(attribute.name))
                        .any(|name| otherwise(element, name))
            })
    }
}
