//! Order of siblings.
//!
//! Where a pack says that order matters, a changed order is a change like any
//! other. Elsewhere it carries no meaning: between branches the carrier takes
//! the other side's order if it did not change its own; in an upgrade the new
//! file's order stays.

use std::collections::{HashMap, HashSet};

use crate::config::identity::{Compare, identity};
use crate::matching::Match;
use crate::matching::sides::Sides;
use crate::merge::compare::Comparison;
use crate::merge::stages::plan::{Contested, Plan, Reorder};
use crate::xml::{Document, NodeId, Span};

/// An element that all three sides have.
#[derive(Clone, Copy)]
struct Common {
    base: NodeId,
    incoming: NodeId,
    carrier: NodeId,
}

/// What cannot be decided about an order that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::merge) enum Undecided {
    /// Which of two orders holds; everything else can be merged.
    Order,
    /// What takes out which entries.
    All,
}

impl Comparison<'_> {
    /// Whether the order of the children cannot be decided, although it matters.
    pub(in crate::merge) fn order_conflict(
        &self,
        triple: Sides<NodeId>,
        plan: &Plan,
    ) -> Option<Undecided> {
        if self.clear_meets_additions(plan) || self.remove_meets_addition(plan) {
            return Some(Undecided::All);
        }
        if self.takes_out_other_entries(plan) {
            return Some(Undecided::Order);
        }
        if !self.is_ordered(triple) {
            // The order of the items of a setting is a part of its value.
            let orders = self.is_list_of_setting(triple).then(|| Orders::of(plan))?;
            let both_moved = orders.incoming_moved() && orders.carrier_moved();
            return both_moved.then_some(Undecided::Order);
        }
        let orders = Orders::of(plan);
        let both_moved = orders.incoming_moved() && orders.carrier_moved();
        let contradict = self.inputs.base.is_some() && self.additions_contradict(plan);
        (both_moved || contradict || has_no_place(plan, &orders)).then_some(Undecided::Order)
    }

    /// The order of the incoming side for all that both sides have, from the first to the last place that differs.
    pub(in crate::merge) fn contested_order(
        &self,
        triple: Sides<NodeId>,
        plan: &Plan,
    ) -> Option<Reorder> {
        let mut both: Vec<&Match> = (plan.matches.iter())
            .filter(|found| found.incoming.is_some() && found.carrier.is_some())
            .collect();
        both.sort_unstable_by_key(|found| found.carrier);
        let mut order: Vec<usize> = (0..both.len()).collect();
        order.sort_by_key(|at| both[*at].incoming);
        let differs = |at: &usize| order[*at] != *at;
        let first = (0..order.len()).find(differs)?;
        let last = (0..order.len()).rev().find(differs)?;
        let (carrier, base) = (self.inputs.carrier, self.inputs.base);
        let is_ordered = self.is_ordered(triple) || self.is_list_of_setting(triple);
        let stretch = &both[first..=last];
        let of_carrier: HashSet<NodeId> = (plan.matches.iter())
            .filter(|found| found.incoming.is_none())
            .filter_map(|found| found.carrier.filter(|node| !plan.remove.contains(node)))
            .collect();
        let slots = stretch.iter().filter_map(|found| {
            let node = found.carrier?;
            // What only the carrier has stays behind what it was put behind.
            let takes_along = is_ordered || takes_out(carrier, node);
            let own =
                std::iter::successors(next_element(carrier, node), |at| next_element(carrier, *at))
                    .take_while(|at| takes_along && of_carrier.contains(at));
            Some(Span {
                start: carrier.span(self.first_of_comment_block(node, plan)).start,
                end: self.end_with_trailing_comment(own.last().unwrap_or(node)),
            })
        });
        let in_base = (stretch.iter()).filter_map(|found| Some(base?.span(found.base?)));
        Some(Reorder {
            container: carrier.span(triple.carrier),
            triple,
            first: Vec::new(),
            slots: slots.collect(),
            order: order[first..=last].iter().map(|at| at - first).collect(),
            contest: Some(Contested {
                base: in_base.reduce(Span::cover),
                incoming: stretch.iter().filter_map(|found| found.incoming).collect(),
                ..Contested::default()
            }),
        })
    }

    /// Takes over the order of the incoming side if the carrier kept its own.
    pub(in crate::merge) fn take_order(
        &self,
        triple: Sides<NodeId>,
        plan: &Plan,
    ) -> Option<Reorder> {
        let keeps_its_own = self.upgrade() && !self.is_list_of_setting(triple);
        if !self.is_ordered(triple) && (keeps_its_own || self.takes_out(triple)) {
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
            contest: None,
        })
    }

    /// Whether the children are items of a list that is the value of a setting.
    fn is_list_of_setting(&self, triple: Sides<NodeId>) -> bool {
        let carrier = self.inputs.carrier;
        let parent = carrier.parent(triple.carrier);
        let is_value = |node| carrier.is_element(node) && carrier.local_name(node) == "value";
        parent.is_some_and(is_value) && self.within_entry(carrier, triple.carrier)
    }

    /// Whether the carrier has a `clear` or a `remove` there, which must not come behind an entry.
    fn takes_out(&self, triple: Sides<NodeId>) -> bool {
        let carrier = self.inputs.carrier;
        carrier
            .child_elements(triple.carrier)
            .any(|child| takes_out(carrier, child))
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

    /// Whether a `clear` or a `remove` that both sides have is before an entry on one side and behind
    /// it on the other: what it takes out is another thing then.
    fn takes_out_other_entries(&self, plan: &Plan) -> bool {
        if self.inputs.base.is_none() {
            return false;
        }
        let carrier = self.inputs.carrier;
        let both = || plan.matches.iter().filter_map(|found| found.both());
        let is_directive = |node: NodeId| takes_out(carrier, node);
        let key = |node| -> Vec<String> {
            identity(&self.inputs.rules.identities, carrier, node)
                .into_iter()
                .map(|(_, value)| Compare::IgnoreCase.folded(&value).into_owned())
                .collect()
        };
        both()
            .filter(|directive| is_directive(directive.carrier))
            .any(|directive| {
                let takes_all = carrier.local_name(directive.carrier) == "clear";
                let taken = key(directive.carrier);
                both()
                    .filter(|entry| !is_directive(entry.carrier))
                    .filter(|entry| takes_all || key(entry.carrier) == taken)
                    .any(|entry| {
                        (directive.carrier < entry.carrier) != (directive.incoming < entry.incoming)
                    })
            })
    }

    /// Whether both sides have two elements in different orders, one of which the base lacks: each order is
    /// somebody's, and nothing says which one holds.
    fn additions_contradict(&self, plan: &Plan) -> bool {
        let carrier = self.inputs.carrier;
        // What takes entries out is looked at by itself.
        let is_entry = |node: NodeId| !takes_out(carrier, node);
        let mut both: Vec<(NodeId, NodeId, bool)> = plan
            .matches
            .iter()
            .filter_map(|found| Some((found.carrier?, found.incoming?, found.base.is_none())))
            .filter(|(node, ..)| is_entry(*node))
            .collect();
        both.sort_unstable();
        if both.is_sorted_by_key(|(_, incoming, _)| *incoming) {
            return false;
        }
        both.iter()
            .enumerate()
            .any(|(at, (_, incoming, is_added))| {
                both[at + 1..]
                    .iter()
                    .any(|(_, later, other_added)| later < incoming && (*is_added || *other_added))
            })
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
}

/// Whether the element takes entries out of its collection.
pub(in crate::merge) fn takes_out(document: &Document, node: NodeId) -> bool {
    document.is_element(node) && matches!(document.local_name(node), "clear" | "remove")
}

fn next_element(document: &Document, node: NodeId) -> Option<NodeId> {
    std::iter::successors(document.next_sibling(node), |at| document.next_sibling(*at))
        .find(|at| document.is_element(*at))
}

/// Whether an element that one side added would have to come before another one and behind it, since
/// the other side changed their order.
fn has_no_place(plan: &Plan, orders: &Orders) -> bool {
    let both: Vec<(NodeId, NodeId)> = plan
        .matches
        .iter()
        .filter_map(|found| found.incoming.zip(found.carrier))
        .collect();
    let only = |side: fn(&Match) -> Option<NodeId>, other: fn(&Match) -> Option<NodeId>| {
        plan.matches
            .iter()
            .filter(move |found| found.base.is_none() && other(found).is_none())
            .filter_map(side)
    };
    if orders.carrier_moved() {
        let order = Order::new(both.iter().copied());
        only(|found| found.incoming, |found| found.carrier).any(|node| !order.has_place(node))
    } else if orders.incoming_moved() {
        let order = Order::new(both.iter().map(|(incoming, carrier)| (*carrier, *incoming)));
        only(|found| found.carrier, |found| found.incoming).any(|node| !order.has_place(node))
    } else {
        false
    }
}

/// Elements of one side, and where they are on the side whose order holds.
struct Order {
    /// In the order of the first side.
    nodes: Vec<NodeId>,
    /// Up to each of them, the last place on the other side.
    last_before: Vec<NodeId>,
    /// From each of them on, the first place on the other side.
    first_behind: Vec<NodeId>,
}

impl Order {
    fn new(pairs: impl Iterator<Item = (NodeId, NodeId)>) -> Self {
        let mut pairs: Vec<(NodeId, NodeId)> = pairs.collect();
        pairs.sort_unstable();
        let running = |places: &mut dyn Iterator<Item = NodeId>,
                       pick: fn(NodeId, NodeId) -> NodeId| {
            let mut so_far: Option<NodeId> = None;
            let mut found = Vec::new();
            for place in places {
                let next = so_far.map_or(place, |before| pick(before, place));
                so_far = Some(next);
                found.push(next);
            }
            found
        };
        let mut places = pairs.iter().map(|(_, place)| *place);
        let last_before = running(&mut places, NodeId::max);
        let mut places = pairs.iter().rev().map(|(_, place)| *place);
        let mut first_behind = running(&mut places, NodeId::min);
        first_behind.reverse();
        Self {
            nodes: pairs.into_iter().map(|(node, _)| node).collect(),
            last_before,
            first_behind,
        }
    }

    /// Whether everything before `node` comes before everything behind it on the other side, too.
    fn has_place(&self, node: NodeId) -> bool {
        let at = self.nodes.partition_point(|other| *other < node);
        match (
            at.checked_sub(1).map(|before| self.last_before[before]),
            self.first_behind.get(at),
        ) {
            (Some(last), Some(first)) => last < *first,
            _ => true,
        }
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
