//! What a merge has to heed since an earlier result, judged as a whole, had a fault that no input had.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::merge::outcome::ConflictKind;
use crate::xml::NodeId;

/// What was learned from the results so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directives {
    /// Incoming elements that are needed by what is carried: a declaration, what a name points at.
    pub keep_incoming: FxHashSet<NodeId>,
    /// Of those, the ones that are needed only for the kept elements in them.
    pub keep_in_part: FxHashSet<NodeId>,
    /// Elements of the carrier that are needed, although the incoming side removed them.
    pub keep_carrier: FxHashSet<NodeId>,
    /// Of those, the ones that are needed only for the kept elements in them.
    pub keep_carrier_in_part: FxHashSet<NodeId>,
    /// Elements of the carrier that are needed only if a conflict is settled for the carrier.
    pub keep_carrier_with_conflict: FxHashSet<NodeId>,
    /// Incoming elements that are needed only if a conflict is settled for the incoming side.
    pub keep_with_conflict: FxHashSet<NodeId>,
    /// Elements of the carrier that cannot be merged piece by piece, and why.
    pub whole: FxHashMap<NodeId, ConflictKind>,
}

impl Directives {
    /// Whether the incoming element, or something in it, is needed.
    #[must_use]
    pub fn keeps_incoming(&self, element: NodeId) -> bool {
        self.keep_incoming.contains(&element) || self.keep_with_conflict.contains(&element)
    }

    /// Leaves an element of the carrier whole; whether it was not before.
    pub fn leave_whole(&mut self, element: NodeId, kind: ConflictKind) -> bool {
        let is_new = !self.whole.contains_key(&element);
        self.whole.entry(element).or_insert(kind);
        is_new
    }

    /// Whether the element of the carrier is needed, be it for one settlement of a conflict only.
    #[must_use]
    pub fn keeps_carrier(&self, element: NodeId) -> bool {
        self.keep_carrier.contains(&element) || self.keep_carrier_with_conflict.contains(&element)
    }

    /// How much there is.
    #[must_use]
    pub fn count(&self) -> usize {
        self.keep_incoming.len()
            + self.keep_in_part.len()
            + self.keep_carrier.len()
            + self.keep_carrier_in_part.len()
            + self.keep_carrier_with_conflict.len()
            + self.keep_with_conflict.len()
            + self.whole.len()
    }
}
