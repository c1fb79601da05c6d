//! What is the same in several documents: subtrees that are equal, and which children of up to three
//! parents are the same element. Merge and diff ask it.
//!
//! Identity comes from the table of the packs. Where that is silent, a name that no side has more
//! than once is the same element; several of one name are told apart by the first telling attribute
//! they have, those that agree in it by likeness (`pairing`), and where even that leaves
//! doubt by an alignment of the siblings (`align`).

pub(crate) mod align;
pub mod digest;
pub(crate) mod equal;
pub mod keys;
pub(crate) mod pairing;
pub mod sequence;
pub mod sides;

use std::collections::HashMap;

use rustc_hash::FxHashSet;

use crate::config::identity::{Duplicates, IdentityTable};
use crate::config::transforms::is_transform;
use crate::xml::{Document, NodeId};
use align::Gap;
use digest::Digests;
use keys::Keys;
use pairing::Pairs;
use sides::{Presence, Sides};

/// One side of a merge.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The document.
    pub document: &'a Document,
    /// Its fingerprints.
    pub digests: &'a Digests,
}

/// One element on up to three sides.
pub type Match = Presence<NodeId>;

/// Elements of one identity under one parent.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// The members, matched.
    pub matches: Vec<Match>,
    /// Members of which nobody knows which are the same, since both sides changed them.
    pub gaps: Vec<Gap>,
    /// Incoming members that a later one hides, since the last one counts.
    pub shadowed: Vec<NodeId>,
}

/// The elements of one identity, or of one name, on each side.
#[derive(Default)]
pub(crate) struct Members {
    pub(crate) base: Vec<NodeId>,
    pub(crate) incoming: Vec<NodeId>,
    pub(crate) carrier: Vec<NodeId>,
    pub(crate) last_wins: bool,
    /// Whether their key says more than their name.
    pub(crate) is_identified: bool,
}

impl Members {
    fn lists(&self) -> [&[NodeId]; 3] {
        [&self.base, &self.incoming, &self.carrier]
    }

    fn most(&self) -> usize {
        let lengths = self.lists().map(<[NodeId]>::len);
        lengths.into_iter().max().unwrap_or(0)
    }

    fn append(&mut self, other: &mut Self) {
        self.base.append(&mut other.base);
        self.incoming.append(&mut other.incoming);
        self.carrier.append(&mut other.carrier);
    }
}

/// Elements whose names say what happens to entries of a collection. One alone is still one of many.
const COLLECTION_ELEMENTS: [&str; 3] = ["add", "remove", "clear"];

/// Matches the child elements of up to three parents. In `upgrade` of several settings only the
/// last one counts, so their matching is never in doubt.
#[must_use]
pub fn match_children(
    table: &IdentityTable,
    parents: Sides<(Side<'_>, NodeId)>,
    upgrade: bool,
) -> Vec<Group> {
    let sides = parents.map(|(side, _)| side);
    collect(table, parents)
        .into_iter()
        .map(|members| group(table, members, sides, upgrade))
        .collect()
}

/// Pairs the child elements of two parents: those of both in the order of the first, then those that
/// only the second has. `base` is always `None` in the pairs.
#[must_use]
pub fn pair_children(
    table: &IdentityTable,
    first: (Side<'_>, NodeId),
    second: (Side<'_>, NodeId),
) -> Vec<Match> {
    let parents = Sides {
        base: None,
        incoming: first,
        carrier: second,
    };
    let sides = parents.map(|(side, _)| side);
    let groups = collect(table, parents).into_iter();
    let pairs = groups.flat_map(|members| match members.most() {
        0 | 1 => vec![Match {
            base: None,
            incoming: members.incoming.first().copied(),
            carrier: members.carrier.first().copied(),
        }],
        _ => paired(table, &members, sides).0,
    });
    let mut pairs: Vec<Match> = pairs.collect();
    // Nodes are numbered in the order of their document.
    pairs.sort_by_key(|pair| (pair.incoming.is_none(), pair.incoming.or(pair.carrier)));
    pairs
}

/// The children by what identifies them, in the order of the incoming side, then of the carrier,
/// then of the base.
fn collect(table: &IdentityTable, parents: Sides<(Side<'_>, NodeId)>) -> Vec<Members> {
    let is_transform = [parents.incoming, parents.carrier]
        .into_iter()
        .any(|(side, _)| is_transform(side.document));
    let mut index: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<Members> = Vec::new();
    // Of each name that no row speaks of, its groups.
    let mut unruled: HashMap<String, Vec<usize>> = HashMap::new();
    let mut put = |(side, parent): (Side<'_>, NodeId),
                   list: fn(&mut Members) -> &mut Vec<NodeId>| {
        let mut keys = Keys::new(table, side.document);
        for child in side.document.child_elements(parent) {
            let key = keys.key(child);
            let at = index.get(key.text).copied().unwrap_or_else(|| {
                groups.push(Members {
                    // In a transform two entries of one key are two instructions.
                    last_wins: !is_transform
                        && key
                            .rule
                            .is_some_and(|rule| rule.duplicates == Duplicates::LastWins),
                    is_identified: key.text[key.tag.len()..].contains(keys::VALUE_SEPARATOR),
                    ..Members::default()
                });
                index.insert(key.text.to_owned(), groups.len() - 1);
                let name = side.document.local_name(child);
                if key.rule.is_none() && !COLLECTION_ELEMENTS.contains(&name) {
                    let of_name = unruled.entry(key.tag.to_owned()).or_default();
                    of_name.push(groups.len() - 1);
                }
                groups.len() - 1
            });
            list(&mut groups[at]).push(child);
        }
    };
    put(parents.incoming, |members| &mut members.incoming);
    put(parents.carrier, |members| &mut members.carrier);
    if let Some(parent) = parents.base {
        put(parent, |members| &mut members.base);
    }
    join_alike(
        &mut groups,
        &index,
        keys::names_namespace,
        keys::without_namespace,
    );
    if is_transform {
        join_alike(
            &mut groups,
            &index,
            keys::names_instruction,
            keys::without_instruction,
        );
    }
    for of_name in unruled.into_values().filter(|of_name| of_name.len() > 1) {
        let counts = [0, 1, 2].map(|side| -> usize {
            of_name
                .iter()
                .map(|at| groups[*at].lists()[side].len())
                .sum()
        });
        if counts.into_iter().all(|count| count <= 1) {
            let (first, others) = (of_name[0], &of_name[1..]);
            for other in others {
                let mut moved = std::mem::take(&mut groups[*other]);
                groups[first].append(&mut moved);
            }
            groups[first].is_identified = false;
        }
    }
    groups.retain(|members| members.most() > 0);
    groups
}

/// Joins elements that differ only in one part of their keys, where the base has one of them and no
/// side has two: a side changed the namespace, or the instruction. What both sides added stays apart.
fn join_alike(
    groups: &mut [Members],
    index: &HashMap<String, usize>,
    has_part: fn(&str) -> bool,
    without_part: fn(&str) -> String,
) {
    if !index.keys().any(|key| has_part(key)) {
        return;
    }
    let mut by_plain_key: HashMap<String, Vec<usize>> = HashMap::new();
    for (key, at) in index {
        let plain = without_part(key);
        by_plain_key.entry(plain).or_default().push(*at);
    }
    for mut alike in by_plain_key.into_values().filter(|alike| alike.len() > 1) {
        let counts = [0, 1, 2]
            .map(|side| -> usize { alike.iter().map(|at| groups[*at].lists()[side].len()).sum() });
        if counts[0] == 1 && counts.into_iter().all(|count| count <= 1) {
            alike.sort_unstable();
            for other in &alike[1..] {
                let mut moved = std::mem::take(&mut groups[*other]);
                groups[alike[0]].append(&mut moved);
            }
        }
    }
}

fn group(table: &IdentityTable, members: Members, sides: Sides<Side<'_>>, upgrade: bool) -> Group {
    if members.most() <= 1 {
        return Group {
            matches: vec![Match {
                base: members.base.first().copied(),
                incoming: members.incoming.first().copied(),
                carrier: members.carrier.first().copied(),
            }],
            ..Group::default()
        };
    }
    let shadowed = match members.incoming.split_last() {
        Some((_, hidden)) if members.last_wins => hidden.to_vec(),
        _ => Vec::new(),
    };
    let (matches, is_guess) = paired(table, &members, sides);
    let is_known = upgrade && !shadowed.is_empty();
    let is_guess = is_guess || pairing::cannot_be_told_apart(table, &members, sides);
    if is_guess && !is_known && align::both_changed(&members, sides) {
        let aligned = align::align(table, &members, sides);
        return Group {
            shadowed,
            ..aligned
        };
    }
    Group {
        matches,
        gaps: Vec::new(),
        shadowed,
    }
}

/// The members as they pair off, and whether that is a guess.
fn paired(table: &IdentityTable, members: &Members, sides: Sides<Side<'_>>) -> (Vec<Match>, bool) {
    let last = members.last_wins;
    let (incoming, carrier) = (sides.incoming, sides.carrier);
    let mut is_guess = false;
    let mut pair = |left: (Side<'_>, &[NodeId]), right: (Side<'_>, &[NodeId])| -> Pairs {
        let pairs = pairing::pair(table, left, right, last);
        is_guess |= pairs.guessed;
        pairs
    };
    let mut matches: Vec<Match> = Vec::new();
    if let Some(base) = sides.base {
        let to_incoming = pair((base, &members.base), (incoming, &members.incoming));
        let to_carrier = pair((base, &members.base), (carrier, &members.carrier));
        matches.extend(members.base.iter().map(|node| Match {
            base: Some(*node),
            incoming: to_incoming.of(*node),
            carrier: to_carrier.of(*node),
        }));
    }
    let free = |all: &[NodeId], taken: fn(&Match) -> Option<NodeId>| -> Vec<NodeId> {
        let taken: FxHashSet<NodeId> = matches.iter().filter_map(taken).collect();
        let is_free = |node: &&NodeId| !taken.contains(node);
        all.iter().filter(is_free).copied().collect()
    };
    let free_incoming = free(&members.incoming, |found| found.incoming);
    let free_carrier = free(&members.carrier, |found| found.carrier);
    // Elements that nothing identifies are the same only if they are equal.
    let added = if members.is_identified || last || sides.base.is_none() {
        pair((incoming, &free_incoming), (carrier, &free_carrier))
    } else {
        pairing::pair_equal((incoming, &free_incoming), (carrier, &free_carrier))
    };
    matches.extend(free_incoming.iter().map(|node| Match {
        base: None,
        incoming: Some(*node),
        carrier: added.of(*node),
    }));
    let unmatched = free_carrier.iter().filter(|node| !added.has_right(**node));
    matches.extend(unmatched.map(|node| Match {
        carrier: Some(*node),
        ..Match::NONE
    }));
    (matches, is_guess)
}
