//! Where both sides changed one place between two siblings that all sides share: something was put
//! there by both although the order matters, or both put another element in the place of one.

use rustc_hash::{FxHashMap, FxHashSet};

use super::plan::Plan;
use crate::matching::Match;
use crate::matching::align::Gap;
use crate::matching::sides::Sides;
use crate::merge::compare::Comparison;
use crate::xml::{Document, NodeId};

/// The sibling before a place that all sides share, by its number in the order of the base.
type Place = Option<usize>;

impl Comparison<'_> {
    /// Matches what both sides put in the place of one element of the base: it is that element, with
    /// another identity.
    pub(in crate::merge) fn join_replaced(&self, plan: &mut Plan) {
        let Some(base) = self.inputs.base else { return };
        let is_lost = |found: &Match| found.incoming.is_none() && found.carrier.is_none();
        if !plan.matches.iter().any(is_lost) {
            return;
        }
        let shared = Shared::of(plan);
        let mut lost: FxHashMap<(Place, &str), Vec<usize>> = FxHashMap::default();
        let mut incoming = lost.clone();
        let mut carrier = lost.clone();
        let name = |document, node| Document::local_name(document, node);
        for (at, found) in plan.matches.iter().enumerate() {
            match (found.base, found.incoming, found.carrier) {
                (Some(node), None, None) => {
                    let key = (shared.before_in_base(node), name(base, node));
                    lost.entry(key).or_default().push(at);
                }
                (None, Some(node), None) => {
                    let key = (
                        shared.before_incoming(node),
                        name(self.inputs.incoming, node),
                    );
                    incoming.entry(key).or_default().push(at);
                }
                (None, None, Some(node)) => {
                    let key = (
                        shared.before_in_carrier(node),
                        name(self.inputs.carrier, node),
                    );
                    carrier.entry(key).or_default().push(at);
                }
                _ => {}
            }
        }
        let mut joined: Vec<[usize; 3]> = Vec::new();
        for (key, lost) in &lost {
            if let ([base], Some([theirs]), Some([ours])) = (
                &lost[..],
                incoming.get(key).map(Vec::as_slice),
                carrier.get(key).map(Vec::as_slice),
            ) {
                joined.push([*base, *theirs, *ours]);
            }
        }
        for [base, theirs, ours] in joined {
            let found = Match {
                base: plan.matches[base].base,
                incoming: plan.matches[theirs].incoming,
                carrier: plan.matches[ours].carrier,
            };
            plan.matches[base] = found;
            plan.matches[theirs] = Match::NONE;
            plan.matches[ours] = Match::NONE;
            plan.stays.extend(found.incoming.zip(found.carrier));
        }
    }

    /// Takes elements that both sides put in one place out of the plan, where their order matters.
    pub(in crate::merge) fn meeting_additions(
        &self,
        triple: Sides<NodeId>,
        plan: &mut Plan,
    ) -> Vec<Gap> {
        if triple.base.is_none() || !self.is_ordered(triple) {
            return Vec::new();
        }
        let shared = Shared::of(plan);
        let mut gaps: Vec<(Place, Gap)> = Vec::new();
        let mut at: FxHashMap<Place, usize> = FxHashMap::default();
        let mut gap_at = |place: Place, put: &mut dyn FnMut(&mut Gap)| {
            let at = *at.entry(place).or_insert_with(|| {
                gaps.push((place, Gap::default()));
                gaps.len() - 1
            });
            put(&mut gaps[at].1);
        };
        for found in plan.matches.iter().filter(|found| found.base.is_none()) {
            match (found.incoming, found.carrier) {
                (Some(node), None) => {
                    gap_at(shared.before_incoming(node), &mut |gap| {
                        gap.incoming.push(node);
                    });
                }
                (None, Some(node)) => {
                    gap_at(shared.before_in_carrier(node), &mut |gap| {
                        gap.carrier.push(node);
                    });
                }
                _ => {}
            }
        }
        let mut meeting: Vec<Gap> = gaps
            .into_iter()
            .map(|(_, gap)| gap)
            .filter(|gap| !gap.incoming.is_empty() && !gap.carrier.is_empty())
            .collect();
        let taken: FxHashSet<NodeId> = meeting
            .iter()
            .flat_map(|gap| gap.incoming.clone())
            .collect();
        let ours: FxHashSet<NodeId> = meeting.iter().flat_map(|gap| gap.carrier.clone()).collect();
        plan.matches
            .retain(|found| match (found.base, found.incoming, found.carrier) {
                (None, Some(node), None) => !taken.contains(&node),
                (None, None, Some(node)) => !ours.contains(&node),
                _ => true,
            });
        for gap in &mut meeting {
            gap.incoming.sort_unstable();
            gap.carrier.sort_unstable();
        }
        meeting
    }
}

/// The elements that all three sides have, numbered in the order of the base.
struct Shared {
    base: Vec<NodeId>,
    incoming: Vec<(NodeId, usize)>,
    carrier: Vec<(NodeId, usize)>,
}

impl Shared {
    fn of(plan: &Plan) -> Self {
        let mut all: Vec<(NodeId, NodeId, NodeId)> = plan
            .matches
            .iter()
            .filter_map(|found| Some((found.base?, found.incoming?, found.carrier?)))
            .collect();
        all.sort_unstable();
        let numbered = |pick: fn(&(NodeId, NodeId, NodeId)) -> NodeId| {
            let mut nodes: Vec<(NodeId, usize)> = all
                .iter()
                .enumerate()
                .map(|(at, found)| (pick(found), at))
                .collect();
            nodes.sort_unstable();
            nodes
        };
        Self {
            incoming: numbered(|found| found.1),
            carrier: numbered(|found| found.2),
            base: all.into_iter().map(|found| found.0).collect(),
        }
    }

    fn before_in_base(&self, node: NodeId) -> Place {
        self.base
            .partition_point(|other| *other < node)
            .checked_sub(1)
    }

    fn before_incoming(&self, node: NodeId) -> Place {
        before(&self.incoming, node)
    }

    fn before_in_carrier(&self, node: NodeId) -> Place {
        before(&self.carrier, node)
    }
}

fn before(nodes: &[(NodeId, usize)], node: NodeId) -> Place {
    let at = nodes.partition_point(|(other, _)| *other < node);
    at.checked_sub(1).map(|at| nodes[at].1)
}
