//! Order of siblings.
//!
//! Where a pack says that order matters, a changed order is a change like any
//! other. Elsewhere it carries no meaning: between branches the carrier takes
//! the other side's order if it did not change its own; in an upgrade the new
//! file's order stays.

use std::collections::{HashMap, HashSet};

use super::children::Plan;
use super::engine::Engine;
use super::matching::Match;
use super::outcome::{ConflictKind, Triple};
use crate::xml::{Edits, NodeId, Span};

/// Siblings of the carrier that change places.
#[derive(Clone, Debug)]
pub(super) struct Reorder {
    /// The element that holds them.
    container: Span,
    /// Their places in the carrier, in its order.
    slots: Vec<Span>,
    /// For each place, which of the slots comes there.
    order: Vec<usize>,
}

/// An element that all three sides have.
#[derive(Clone, Copy)]
struct Common {
    base: NodeId,
    incoming: NodeId,
    carrier: NodeId,
}

impl Engine<'_> {
    /// Decides what becomes of a changed order.
    pub(super) fn order(&mut self, triple: Triple, plan: &Plan) {
        let ordered = self
            .inputs
            .rules
            .identities
            .is_ordered(self.inputs.carrier, triple.carrier);
        if self.upgrade() && !ordered {
            return;
        }
        let mut common: Vec<Common> = plan.matches.iter().filter_map(Common::of).collect();
        common.sort_unstable_by_key(|found| found.carrier);
        let sorted = |key: fn(&Common) -> NodeId, by: fn(&Common) -> NodeId| {
            let mut nodes: Vec<&Common> = common.iter().collect();
            nodes.sort_unstable_by_key(|found| by(found));
            nodes.into_iter().map(key).collect::<Vec<NodeId>>()
        };
        let as_base = sorted(|found| found.carrier, |found| found.base);
        let as_incoming = sorted(|found| found.carrier, |found| found.incoming);
        let as_carrier = sorted(|found| found.carrier, |found| found.carrier);
        let incoming_moved = as_incoming != as_base && as_incoming != as_carrier;
        let carrier_moved = as_carrier != as_base;
        if ordered
            && (incoming_moved && carrier_moved || self.additions_meet(triple, plan, &common))
        {
            let address = self.incoming_address(triple.incoming);
            self.whole_element_conflict(ConflictKind::Order, triple, address);
            return;
        }
        if incoming_moved && !carrier_moved {
            let places: HashMap<NodeId, usize> = as_carrier
                .iter()
                .enumerate()
                .map(|(place, node)| (*node, place))
                .collect();
            let order = as_incoming
                .iter()
                .filter_map(|node| places.get(node).copied())
                .collect();
            let slots = as_carrier
                .iter()
                .map(|node| Span {
                    start: self
                        .inputs
                        .carrier
                        .span(self.first_of_comment_block(*node, plan))
                        .start,
                    end: self.inputs.carrier.span(*node).end,
                })
                .collect();
            self.reorders.push(Reorder {
                container: self.inputs.carrier.span(triple.carrier),
                slots,
                order,
            });
        }
    }

    /// Whether both sides added elements between the same two, so that their order is anyone's guess.
    fn additions_meet(&self, triple: Triple, plan: &Plan, common: &[Common]) -> bool {
        let incoming = self.inputs.incoming;
        let carrier_added: Vec<NodeId> = plan
            .matches
            .iter()
            .filter(|found| found.base.is_none() && found.incoming.is_none())
            .filter_map(|found| found.carrier)
            .collect();
        if triple.base.is_none() || carrier_added.is_empty() {
            return false;
        }
        let sorted = |side: fn(&Common) -> NodeId| {
            let mut nodes: Vec<NodeId> = common.iter().map(side).collect();
            nodes.sort_unstable();
            nodes
        };
        let carrier_nodes = sorted(|found| found.carrier);
        let incoming_nodes = sorted(|found| found.incoming);
        let before = |nodes: &[NodeId], added: NodeId| {
            let after = nodes.partition_point(|node| *node < added);
            after.checked_sub(1).map(|at| nodes[at])
        };
        let gap_of_incoming = |node: &NodeId| {
            before(&incoming_nodes, *node).and_then(|node| plan.stays.get(&node).copied())
        };
        let gaps: HashSet<Option<NodeId>> = carrier_added
            .iter()
            .map(|node| before(&carrier_nodes, *node))
            .collect();
        plan.insert
            .iter()
            .filter(|node| incoming.is_element(**node))
            .any(|node| gaps.contains(&gap_of_incoming(node)))
    }

    /// Applies the changes of order, innermost first; not where a conflict is left.
    pub(super) fn reorder(&mut self) {
        let mut reorders = std::mem::take(&mut self.reorders);
        reorders.sort_by_key(|reorder| reorder.container.len());
        let text = self.inputs.carrier.text();
        for reorder in reorders {
            let conflicting = self
                .conflicts
                .iter()
                .any(|conflict| reorder.container.contains(conflict.region.carrier));
            if conflicting {
                continue;
            }
            // An edit that reaches beyond a slot cannot move with it.
            if reorder.slots.iter().any(|slot| self.edits.cross(*slot)) {
                continue;
            }
            let inner: Vec<Edits> = reorder
                .slots
                .iter()
                .map(|slot| self.edits.take_within(*slot))
                .collect();
            let moved: Vec<String> = reorder
                .slots
                .iter()
                .zip(&inner)
                .map(|(slot, edits)| edits.apply_within(text, *slot))
                .collect();
            for (place, from) in reorder.order.iter().enumerate() {
                // A slot overlaps nothing: the edits inside it were taken out above.
                let _ = self
                    .edits
                    .replace(reorder.slots[place], moved[*from].clone());
            }
        }
    }
}

impl Common {
    fn of(found: &Match) -> Option<Self> {
        Some(Self {
            base: found.base?,
            incoming: found.incoming?,
            carrier: found.carrier?,
        })
    }
}
