//! The alignment of siblings that nothing tells apart for sure, as a line merge aligns lines.
//!
//! What one side alone changed between two elements that all sides share is plain; only a gap that
//! both sides changed is left to people.

use std::collections::HashMap;

use super::pairing;
use super::{Group, Match, Members, Side};
use crate::config::identity::IdentityTable;
use crate::matching::sequence::{Change, Neighbours, chunks};
use crate::matching::sides::Sides;
use crate::xml::NodeId;

/// Siblings between two shared ones, all of which both sides changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// What was there.
    pub base: Vec<NodeId>,
    /// What the incoming side has there.
    pub incoming: Vec<NodeId>,
    /// What the carrier has there.
    pub carrier: Vec<NodeId>,
}

/// Whether both sides changed these members, differently.
pub(crate) fn both_changed(members: &Members, sides: Sides<Side<'_>>) -> bool {
    let mut classes = Classes::default();
    let [base, incoming, carrier] = classes.all(members, sides);
    let sorted = |mut classes: Vec<usize>| {
        classes.sort_unstable();
        classes
    };
    let [base, incoming, carrier] = [base, incoming, carrier].map(sorted);
    incoming != carrier && incoming != base && carrier != base
}

/// Matches members by their order among those that all sides share.
pub(crate) fn align(table: &IdentityTable, members: &Members, sides: Sides<Side<'_>>) -> Group {
    let mut classes = Classes::default();
    let [base, incoming, carrier] = classes.all(members, sides);
    let mut group = Group::default();
    let mut at = [0; 3];
    let same = |group: &mut Group, at: &mut [usize; 3], until: usize| {
        while at[0] < until {
            group.matches.push(Match {
                base: Some(members.base[at[0]]),
                incoming: Some(members.incoming[at[1]]),
                carrier: Some(members.carrier[at[2]]),
            });
            *at = at.map(|at| at + 1);
        }
    };
    for chunk in chunks(&base, &carrier, &incoming, Neighbours::Apart) {
        same(&mut group, &mut at, chunk.base.start);
        at = [chunk.base.end, chunk.theirs.end, chunk.ours.end];
        let mut chunk = chunk;
        if chunk.change == Change::Both {
            // What both sides have at the edges is no question.
            let both = |theirs: usize, ours: usize| Match {
                base: None,
                incoming: Some(members.incoming[theirs]),
                carrier: Some(members.carrier[ours]),
            };
            while !chunk.theirs.is_empty()
                && !chunk.ours.is_empty()
                && incoming[chunk.theirs.start] == carrier[chunk.ours.start]
                && !base[chunk.base.clone()].contains(&carrier[chunk.ours.start])
            {
                group
                    .matches
                    .push(both(chunk.theirs.start, chunk.ours.start));
                chunk.theirs.start += 1;
                chunk.ours.start += 1;
            }
        }
        let gap = Gap {
            base: members.base[chunk.base].to_vec(),
            incoming: members.incoming[chunk.theirs].to_vec(),
            carrier: members.carrier[chunk.ours].to_vec(),
        };
        match chunk.change {
            Change::Both if gap.is_one_element() => group.matches.push(Match {
                base: gap.base.first().copied(),
                incoming: gap.incoming.first().copied(),
                carrier: gap.carrier.first().copied(),
            }),
            // Both put something between the same two: it stays apart.
            Change::Both if gap.base.is_empty() && !members.is_identified => {
                group.matches.extend(gap.added());
            }
            Change::Both => group.gaps.push(gap),
            Change::Ours | Change::Theirs | Change::Same => {
                group.matches.extend(gap.paired(table, sides));
            }
        }
    }
    same(&mut group, &mut at, members.base.len());
    group
}

impl Gap {
    fn is_one_element(&self) -> bool {
        [&self.base, &self.incoming, &self.carrier].map(Vec::len) == [1, 1, 1]
    }

    fn added(&self) -> impl Iterator<Item = Match> {
        let incoming = self.incoming.iter().map(|node| Match {
            incoming: Some(*node),
            ..Match::NONE
        });
        incoming.chain(self.carrier.iter().map(|node| Match {
            carrier: Some(*node),
            ..Match::NONE
        }))
    }

    /// The members of a gap that one side alone changed.
    fn paired(&self, table: &IdentityTable, sides: Sides<Side<'_>>) -> Vec<Match> {
        let Some(base) = sides.base else {
            return self.added().collect();
        };
        let pair =
            |side, nodes: &[NodeId]| pairing::pair(table, (base, &self.base), (side, nodes), false);
        let to_incoming = pair(sides.incoming, &self.incoming);
        let to_carrier = pair(sides.carrier, &self.carrier);
        let mut matches: Vec<Match> = (self.base.iter())
            .map(|node| Match {
                base: Some(*node),
                incoming: to_incoming.of(*node),
                carrier: to_carrier.of(*node),
            })
            .collect();
        let free = |nodes: &[NodeId], taken: &pairing::Pairs| -> Vec<NodeId> {
            let is_free = |node: &&NodeId| !taken.has_right(**node);
            nodes.iter().filter(is_free).copied().collect()
        };
        let incoming = free(&self.incoming, &to_incoming);
        let carrier = free(&self.carrier, &to_carrier);
        let added = pairing::pair_equal((sides.incoming, &incoming), (sides.carrier, &carrier));
        matches.extend(incoming.iter().map(|node| Match {
            base: None,
            incoming: Some(*node),
            carrier: added.of(*node),
        }));
        let unmatched = carrier.iter().filter(|node| !added.has_right(**node));
        matches.extend(unmatched.map(|node| Match {
            carrier: Some(*node),
            ..Match::NONE
        }));
        matches
    }
}

/// A number for each element that is the same for equal ones.
#[derive(Default)]
struct Classes<'a> {
    by_digest: HashMap<u64, Vec<(Side<'a>, NodeId, usize)>>,
    count: usize,
}

impl<'a> Classes<'a> {
    fn all(&mut self, members: &Members, sides: Sides<Side<'a>>) -> [Vec<usize>; 3] {
        let base = sides.base.map(|side| self.of(side, &members.base));
        [
            base.unwrap_or_default(),
            self.of(sides.incoming, &members.incoming),
            self.of(sides.carrier, &members.carrier),
        ]
    }

    fn of(&mut self, side: Side<'a>, nodes: &[NodeId]) -> Vec<usize> {
        nodes.iter().map(|node| self.class(side, *node)).collect()
    }

    fn class(&mut self, side: Side<'a>, node: NodeId) -> usize {
        let alike = self
            .by_digest
            .entry(side.digests.meaning(node))
            .or_default();
        let known = alike
            .iter()
            .find(|(other, its, _)| side.means_the_same(node, *other, *its));
        if let Some((.., class)) = known {
            return *class;
        }
        self.count += 1;
        alike.push((side, node, self.count));
        self.count
    }
}
