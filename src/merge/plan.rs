//! What happens to the children of one pair of parents, before it is carried out.

use rustc_hash::{FxHashMap, FxHashSet};

use super::matching::Match;
use crate::xml::{NodeId, Span};

/// What stands where among the children of one pair of parents.
#[derive(Default)]
pub(super) struct Plan {
    /// Incoming nodes to insert.
    pub(super) insert: FxHashSet<NodeId>,
    /// Carrier nodes to remove.
    pub(super) remove: FxHashSet<NodeId>,
    /// Incoming nodes and the carrier nodes that are the same and stay.
    pub(super) stays: FxHashMap<NodeId, NodeId>,
    /// The matched elements.
    pub(super) matches: Vec<Match>,
    /// Incoming elements that a later one of the same identity hides.
    pub(super) shadowed: FxHashSet<NodeId>,
}

/// A place among the children of a parent in the carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    After(NodeId),
    Before(NodeId),
    /// Into the parent, which has no child that both files have.
    Inside,
}

/// Siblings of the carrier that change places.
#[derive(Clone, Debug)]
pub(super) struct Reorder {
    /// The element that holds them.
    pub(super) container: Span,
    /// Their places in the carrier, in its order.
    pub(super) slots: Vec<Span>,
    /// For each place, which of the slots comes there.
    pub(super) order: Vec<usize>,
}
