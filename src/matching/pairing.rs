//! Which of several elements of one identity are the same: equal ones, then those alike in what
//! tells them apart, then those that are most alike, then by their order.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Members, Side};
use crate::config::identity::{Compare, IdentityTable};
use crate::matching::sides::Sides;
use crate::xml::{Document, NodeId};

/// Pairs of elements of two sides.
#[derive(Default)]
pub(crate) struct Pairs {
    pairs: FxHashMap<NodeId, NodeId>,
    rights: FxHashSet<NodeId>,
    /// Whether nothing but their order speaks for some of them.
    pub(crate) guessed: bool,
}

impl Pairs {
    /// What the left element is on the right.
    pub(crate) fn of(&self, left: NodeId) -> Option<NodeId> {
        self.pairs.get(&left).copied()
    }

    /// Whether the right element is part of a pair.
    pub(crate) fn has_right(&self, right: NodeId) -> bool {
        self.rights.contains(&right)
    }
}

/// More comparisons of two elements than these are not made; the order decides then.
const MAX_COMPARISONS: usize = 10_000;

/// Pairs elements of one identity. Where the last one counts, by their order from the end.
pub(crate) fn pair(
    table: &IdentityTable,
    left: (Side<'_>, &[NodeId]),
    right: (Side<'_>, &[NodeId]),
    last_wins: bool,
) -> Pairs {
    if left.1.is_empty() || right.1.is_empty() {
        return Pairs::default();
    }
    let mut pairing = Pairing::new(left, right);
    if last_wins {
        pairing.free.0.reverse();
        pairing.free.1.reverse();
        pairing.by_order();
        return pairing.pairs;
    }
    pairing.equal();
    let (one, other) = (left.0.document, right.0.document);
    pairing.alike(
        |node| telling(table, one, node),
        |node| telling(table, other, node),
    );
    pairing.most_alike();
    let (lefts, rights) = (pairing.free.0.len(), pairing.free.1.len());
    let most = left.1.len().max(right.1.len());
    pairing.pairs.guessed |= most > 1 && lefts.min(rights) > 0;
    pairing.by_order();
    pairing.pairs
}

/// Whether the sides have more or fewer of several members that nothing tells apart, so that nobody
/// knows which one was added or removed.
pub(crate) fn cannot_be_told_apart(
    table: &IdentityTable,
    members: &Members,
    sides: Sides<Side<'_>>,
) -> bool {
    let lengths = [&members.base, &members.incoming, &members.carrier].map(Vec::len);
    if lengths[0] <= 1 || !members.is_identified || lengths == [lengths[0]; 3] {
        return false;
    }
    let lists = [
        sides.base.map(|side| (side, &members.base)),
        Some((sides.incoming, &members.incoming)),
        Some((sides.carrier, &members.carrier)),
    ];
    lists.into_iter().flatten().any(|(side, nodes)| {
        let mut seen = HashSet::new();
        let mut labels = nodes
            .iter()
            .map(|node| telling(table, side.document, *node));
        labels.any(|label| !seen.insert(label))
    })
}

/// Pairs equal elements only.
pub(crate) fn pair_equal(left: (Side<'_>, &[NodeId]), right: (Side<'_>, &[NodeId])) -> Pairs {
    let mut pairing = Pairing::new(left, right);
    pairing.equal();
    pairing.pairs
}

struct Pairing<'a> {
    sides: (Side<'a>, Side<'a>),
    /// Without a partner so far.
    free: (Vec<NodeId>, Vec<NodeId>),
    pairs: Pairs,
}

impl<'a> Pairing<'a> {
    fn new(left: (Side<'a>, &[NodeId]), right: (Side<'a>, &[NodeId])) -> Self {
        Self {
            sides: (left.0, right.0),
            free: (left.1.to_vec(), right.1.to_vec()),
            pairs: Pairs::default(),
        }
    }

    fn is_equal(&self, left: NodeId, right: NodeId) -> bool {
        self.sides.0.means_the_same(left, self.sides.1, right)
    }

    fn put(&mut self, pairs: Vec<(NodeId, NodeId)>) {
        self.pairs
            .rights
            .extend(pairs.iter().map(|(_, right)| *right));
        self.pairs.pairs.extend(pairs);
        self.free
            .0
            .retain(|node| !self.pairs.pairs.contains_key(node));
        self.free.1.retain(|node| !self.pairs.rights.contains(node));
    }

    /// Pairs equal elements: of several copies the one in the same place was left as it was.
    fn equal(&mut self) {
        if self.free.0.len() == self.free.1.len() {
            let in_place = self.free.0.iter().copied().zip(self.free.1.iter().copied());
            let same = in_place.filter(|(left, right)| self.is_equal(*left, *right));
            let same = same.collect();
            self.put(same);
        }
        let (one, other) = self.sides;
        let by_digest = self.labelled(
            |node| Some(one.digests.meaning(node)),
            |node| Some(other.digests.meaning(node)),
        );
        let equal = by_digest
            .into_iter()
            .filter(|(left, right)| self.is_equal(*left, *right));
        let equal = equal.collect();
        self.put(equal);
        // One of several copies is gone, or one came: nobody knows which.
        let digests = |side: Side<'_>, nodes: &[NodeId]| -> FxHashSet<u64> {
            nodes
                .iter()
                .map(|node| side.digests.meaning(*node))
                .collect()
        };
        let left_free = digests(one, &self.free.0);
        let right_free = digests(other, &self.free.1);
        let pairs = &self.pairs.pairs;
        self.pairs.guessed = pairs.iter().any(|(left, right)| {
            left_free.contains(&one.digests.meaning(*left))
                || right_free.contains(&other.digests.meaning(*right))
        });
    }

    /// Pairs elements with one label, in their order; those without a label stay free.
    fn alike<L: Eq + Hash>(
        &mut self,
        left: impl Fn(NodeId) -> Option<L>,
        right: impl Fn(NodeId) -> Option<L>,
    ) {
        let pairs = self.labelled(left, right);
        self.put(pairs);
    }

    fn labelled<L: Eq + Hash>(
        &self,
        left: impl Fn(NodeId) -> Option<L>,
        right: impl Fn(NodeId) -> Option<L>,
    ) -> Vec<(NodeId, NodeId)> {
        let mut waiting: HashMap<L, VecDeque<NodeId>> = HashMap::new();
        for node in &self.free.1 {
            if let Some(label) = right(*node) {
                waiting.entry(label).or_default().push_back(*node);
            }
        }
        let lefts = self.free.0.iter();
        lefts
            .filter_map(|node| Some((*node, waiting.get_mut(&left(*node)?)?.pop_front()?)))
            .collect()
    }

    /// Pairs the elements that are most alike, as long as they have something in common.
    fn most_alike(&mut self) {
        let (lefts, rights) = (&self.free.0, &self.free.1);
        if lefts.len() * rights.len() > MAX_COMPARISONS || lefts.is_empty() || rights.is_empty() {
            return;
        }
        let (one, other) = self.sides;
        let mut scored: Vec<(usize, usize, NodeId, NodeId)> = Vec::new();
        for (at, left) in lefts.iter().enumerate() {
            for (its, right) in rights.iter().enumerate() {
                let likeness = likeness((one, *left), (other, *right));
                if likeness > 0 {
                    scored.push((likeness, at.abs_diff(its), *left, *right));
                }
            }
        }
        scored.sort_by_key(|(likeness, distance, ..)| (std::cmp::Reverse(*likeness), *distance));
        let mut pairs: Vec<(NodeId, NodeId)> = Vec::new();
        for (likeness, _, left, right) in &scored {
            let is_taken = |(one, other): &(NodeId, NodeId)| one == left || other == right;
            if pairs.iter().any(is_taken) {
                continue;
            }
            // Another one is as much alike.
            let rival = |(its, _, one, other): &(usize, usize, NodeId, NodeId)| {
                its == likeness
                    && ((one == left) != (other == right))
                    && !pairs.iter().any(|(a, b)| a == one || b == other)
            };
            self.pairs.guessed |= scored.iter().any(rival);
            pairs.push((*left, *right));
        }
        self.put(pairs);
    }

    fn by_order(&mut self) {
        let (lefts, rights) = (&self.free.0, &self.free.1);
        let pairs = lefts.iter().copied().zip(rights.iter().copied()).collect();
        self.put(pairs);
    }
}

/// What else tells elements of one identity apart; `None` where nothing does.
fn telling(
    table: &IdentityTable,
    document: &Document,
    element: NodeId,
) -> Option<Vec<Option<String>>> {
    let folded = |value: Cow<'_, str>| Compare::IgnoreCase.folded(&value).into_owned();
    let values: Vec<_> = match table.rule_for(document, element) {
        Some(rule) => rule
            .then_by
            .iter()
            .map(|path| path.meaning(document, element).map(folded))
            .collect(),
        None => table
            .discovery()
            .iter()
            .map(|name| document.value(element, name).map(folded))
            .collect(),
    };
    values.iter().any(Option::is_some).then_some(values)
}

/// How much two elements have in common: equal attributes, equal children, children of one name.
fn likeness((one, left): (Side<'_>, NodeId), (other, right): (Side<'_>, NodeId)) -> usize {
    let attributes = one.document.attributes(left).iter().filter(|attribute| {
        let name = one.document.slice(attribute.name);
        other.document.value(right, name).as_deref()
            == Some(&*one.document.attribute_value(attribute))
    });
    let mut likeness = 4 * attributes.count();
    let mut others: Vec<NodeId> = other.document.child_elements(right).collect();
    for child in one.document.child_elements(left) {
        let is_equal = |its: &NodeId| one.means_the_same(child, other, *its);
        let name = one.document.local_name(child);
        let is_named = |its: &NodeId| other.document.local_name(*its) == name;
        if let Some(at) = others.iter().position(is_equal) {
            others.swap_remove(at);
            likeness += 4;
        } else if let Some(at) = others.iter().position(is_named) {
            others.swap_remove(at);
            likeness += 1;
        }
    }
    likeness
}
