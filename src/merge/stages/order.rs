//! Order of siblings.
//!
//! Where a pack says that order matters, a changed order is a change like any
//! other. Elsewhere it carries no meaning: between branches the carrier takes
//! the other side's order if it did not change its own; in an upgrade the new
//! file's order stays.

use std::collections::{HashMap, HashSet};

use crate::config::identity::{Compare, identity};
use crate::merge::compare::Comparison;
use crate::merge::compare::matching::Match;
use crate::merge::outcome::ConflictKind;
use crate::merge::sides::Sides;
use crate::merge::stages::plan::{Plan, Reorder};
use crate::xml::{Document, NodeId, Span};

/// An element that all three sides have.
#[derive(Clone, Copy)]
struct Common {
    base: NodeId,
    incoming: NodeId,
    carrier: NodeId,
}

impl Comparison<'_> {
    /// Whether the order of the children cannot be decided, although it matters.
    pub(in crate::merge) fn order_conflict(
        &self,
        triple: Sides<NodeId>,
        plan: &Plan,
    ) -> Option<ConflictKind> {
        if self.clear_meets_additions(plan) || self.remove_meets_addition(plan) {
            return Some(ConflictKind::Order);
        }
        if !self.is_ordered(triple) {
            return None;
        }
        let orders = Orders::of(plan);
        let both_moved = orders.incoming_moved() && orders.carrier_moved();
        (both_moved || self.additions_meet(triple, plan)).then_some(ConflictKind::Order)
    }

    /// Takes over the order of the incoming side if the carrier kept its own.
    pub(in crate::merge) fn take_order(
        &self,
        triple: Sides<NodeId>,
        plan: &Plan,
    ) -> Option<Reorder> {
        if self.upgrade() && !self.is_ordered(triple) {
            return None;
        }
        let orders = Orders::of(plan);
        if !orders.incoming_moved() || orders.carrier_moved() {
            return None;
        }
        let carrier = self.inputs.carrier;
        let places: HashMap<NodeId, usize> = orders
            .as_carrier
            .iter()
            .enumerate()
            .map(|(at, node)| (*node, at))
            .collect();
        let slots = orders
            .as_carrier
            .iter()
            .map(|node| Span {
                start: carrier.span(self.first_of_comment_block(*node, plan)).start,
                end: self.end_with_trailing_comment(*node),
            })
            .collect();
        Some(Reorder {
            container: carrier.span(triple.carrier),
            triple,
            first: Vec::new(),
            slots,
            order: orders
                .as_incoming
                .iter()
                .filter_map(|node| places.get(node).copied())
                .collect(),
        })
    }

    pub(in crate::merge) fn is_ordered(&self, triple: Sides<NodeId>) -> bool {
        let table = &self.inputs.rules.identities;
        table.is_ordered(self.inputs.carrier, triple.carrier)
    }

    /// Whether one side added a `<clear/>`, which drops what stands before it,
    /// somewhere behind the first place, while the other side added entries:
    /// before it or behind it?
    fn clear_meets_additions(&self, plan: &Plan) -> bool {
        let clears_late = |document: &Document, node: NodeId| {
            document.local_name(node) == "clear" && !document.is_first_element(node)
        };
        let (mut clear, mut added) = ([false; 2], [false; 2]);
        for found in plan.matches.iter().filter(|found| found.base.is_none()) {
            match (found.incoming, found.carrier) {
                (Some(node), None) => {
                    added[0] = true;
                    clear[0] |= clears_late(self.inputs.incoming, node);
                }
                (None, Some(node)) => {
                    added[1] = true;
                    clear[1] |= clears_late(self.inputs.carrier, node);
                }
                _ => {}
            }
        }
        clear[0] && added[1] || clear[1] && added[0]
    }

    /// Whether one side added a `<remove/>` of what the other side added: which
    /// of the two comes first decides whether the entry is there.
    fn remove_meets_addition(&self, plan: &Plan) -> bool {
        let table = &self.inputs.rules.identities;
        let (mut removes, mut adds) = (HashSet::new(), HashSet::new());
        for found in plan.matches.iter().filter(|found| found.base.is_none()) {
            let (side, document, node) = match (found.incoming, found.carrier) {
                (Some(node), None) => (0, self.inputs.incoming, node),
                (None, Some(node)) => (1, self.inputs.carrier, node),
                _ => continue,
            };
            let entries = match document.local_name(node) {
                "remove" => &mut removes,
                "add" => &mut adds,
                _ => continue,
            };
            let values = identity(table, document, node).into_iter();
            let key: Vec<String> = values
                .map(|(_, value)| Compare::IgnoreCase.folded(&value).into_owned())
                .collect();
            entries.insert((side, key));
        }
        let meets = |(side, key): (usize, Vec<String>)| adds.contains(&(1 - side, key));
        removes.into_iter().any(meets)
    }

    /// Whether both sides added elements between the same two, so that their order is anyone's guess.
    fn additions_meet(&self, triple: Sides<NodeId>, plan: &Plan) -> bool {
        if triple.base.is_none() {
            return false;
        }
        let added = |found: &&Match| found.base.is_none();
        let ours: Vec<NodeId> = (plan.matches.iter().filter(added))
            .filter(|found| found.incoming.is_none())
            .filter_map(|found| found.carrier)
            .collect();
        let theirs: Vec<NodeId> = (plan.matches.iter().filter(added))
            .filter(|found| found.carrier.is_none())
            .filter_map(|found| found.incoming)
            .collect();
        if ours.is_empty() || theirs.is_empty() {
            return false;
        }
        let mut common: Vec<Common> = plan.matches.iter().filter_map(Common::of).collect();
        common.sort_unstable_by_key(|found| found.carrier);
        let gaps: HashSet<Option<NodeId>> = ours
            .iter()
            .map(|node| {
                let at = common.partition_point(|found| found.carrier < *node);
                at.checked_sub(1).map(|at| common[at].carrier)
            })
            .collect();
        common.sort_unstable_by_key(|found| found.incoming);
        theirs.iter().any(|node| {
            let at = common.partition_point(|found| found.incoming < *node);
            gaps.contains(&at.checked_sub(1).map(|at| common[at].carrier))
        })
    }
}

/// The carrier's nodes that all three sides have, in the order of each side.
struct Orders {
    as_base: Vec<NodeId>,
    as_incoming: Vec<NodeId>,
    as_carrier: Vec<NodeId>,
}

impl Orders {
    fn of(plan: &Plan) -> Self {
        let mut common: Vec<Common> = plan.matches.iter().filter_map(Common::of).collect();
        let mut in_order_of = |side: fn(&Common) -> NodeId| {
            common.sort_unstable_by_key(side);
            common.iter().map(|found| found.carrier).collect()
        };
        Self {
            as_base: in_order_of(|found| found.base),
            as_incoming: in_order_of(|found| found.incoming),
            as_carrier: in_order_of(|found| found.carrier),
        }
    }

    fn incoming_moved(&self) -> bool {
        self.as_incoming != self.as_base && self.as_incoming != self.as_carrier
    }

    fn carrier_moved(&self) -> bool {
        self.as_carrier != self.as_base
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
