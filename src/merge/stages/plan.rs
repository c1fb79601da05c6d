//! What happens to the children of one pair of parents, before it is carried out.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::matching::Match;
use crate::matching::sides::Sides;
use crate::xml::{Edit, NodeId, Span};

/// What stands where among the children of one pair of parents.
#[derive(Default)]
pub(in crate::merge) struct Plan {
    /// Incoming nodes to insert.
    pub(in crate::merge) insert: FxHashSet<NodeId>,
    /// Carrier nodes to remove.
    pub(in crate::merge) remove: FxHashSet<NodeId>,
    /// Incoming nodes and the carrier nodes that are the same and stay.
    pub(in crate::merge) stays: FxHashMap<NodeId, NodeId>,
    /// The matched elements.
    pub(in crate::merge) matches: Vec<Match>,
    /// Incoming elements that a later one of the same identity hides.
    pub(in crate::merge) shadowed: FxHashSet<NodeId>,
    /// Incoming elements that are not carried.
    pub(in crate::merge) dropped: FxHashSet<NodeId>,
    /// The carrier's children in another order.
    pub(in crate::merge) reorder: Option<Reorder>,
    /// The incoming side's order, of which nobody knows whether it holds.
    pub(in crate::merge) contested: Option<Reorder>,
    /// Whether what is inserted follows what it follows on the incoming side, whatever the order.
    pub(in crate::merge) follows_incoming: bool,
}

/// A place among the children of a parent in the carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::merge) enum Anchor {
    After(NodeId),
    Before(NodeId),
    /// Before the first element, whichever that will be.
    First(NodeId),
    /// Into the parent, which has no child that both files have.
    Inside,
}

/// Siblings of the carrier that change places.
#[derive(Clone, Debug)]
pub(in crate::merge) struct Reorder {
    /// The element that holds them.
    pub(in crate::merge) container: Span,
    /// The same element on all sides.
    pub(in crate::merge) triple: Sides<NodeId>,
    /// Their places in the carrier, in its order.
    pub(in crate::merge) slots: Vec<Span>,
    /// What comes before all of them, whichever is the first.
    pub(in crate::merge) first: Vec<Edit>,
    /// For each place, which of the slots comes there.
    pub(in crate::merge) order: Vec<usize>,
    /// Where people have to say which order holds: what else they need to know.
    pub(in crate::merge) contest: Option<Contested>,
}

/// What belongs to an order that is left to people.
#[derive(Clone, Debug, Default)]
pub(in crate::merge) struct Contested {
    /// The same siblings in the base.
    pub(in crate::merge) base: Option<Span>,
    /// The same siblings on the incoming side.
    pub(in crate::merge) incoming: Vec<NodeId>,
    /// What is inserted where the carrier's order holds.
    pub(in crate::merge) insertions: Vec<Edit>,
    /// The same where the incoming side's order holds.
    pub(in crate::merge) otherwise: Vec<Edit>,
}

impl Reorder {
    /// Whether something of the carrier is one of the siblings, or moves with one.
    pub(in crate::merge) fn moves(&self, span: Span) -> bool {
        let at = self.slots.partition_point(|slot| slot.end < span.end);
        self.slots.get(at).is_some_and(|slot| slot.contains(span))
    }

    /// Takes down what is inserted where the carrier's order holds, and where the other one does.
    pub(in crate::merge) fn leave_insertions(
        &mut self,
        here: &[(Anchor, Edit)],
        there: Vec<(Anchor, Edit)>,
    ) {
        if let Some(contest) = &mut self.contest {
            contest.insertions = here.iter().map(|(_, edit)| edit.clone()).collect();
            for (anchor, edit) in there {
                match anchor {
                    Anchor::First(_) if edit.span.start == self.slots[0].start => {
                        self.first.push(edit);
                    }
                    _ => contest.otherwise.push(edit),
                }
            }
        }
    }

    /// Where in the carrier an insertion goes that comes before all that change places.
    pub(in crate::merge) fn before_all(&self, anchor: Anchor, at: Span) -> Option<Span> {
        let becomes_first = self.order.first().map(|first| self.slots[*first].start);
        match anchor {
            Anchor::First(_) => Some(at),
            Anchor::Before(_) if becomes_first == Some(at.start) => {
                Some(Span::at(self.slots[0].start))
            }
            _ => None,
        }
    }
}
