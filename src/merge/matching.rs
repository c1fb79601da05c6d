//! Which children of three parents are the same element.
//!
//! Identity comes from the table of the packs; where that is silent, from the
//! first telling attribute an element has; several elements of one identity
//! are told apart by further attributes, then by content, then by order.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

use rustc_hash::{FxHashMap, FxHashSet};

use super::digest::Digests;
use crate::config::identity::{Compare, Duplicates, IdentityRule, IdentityTable, discovered};
use crate::xml::{Document, NodeId};

/// One side of a merge.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The document.
    pub document: &'a Document,
    /// Its fingerprints.
    pub digests: &'a Digests,
}

/// One element on up to three sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Match {
    /// In the common ancestor.
    pub base: Option<NodeId>,
    /// On the incoming side.
    pub incoming: Option<NodeId>,
    /// In the carrier.
    pub carrier: Option<NodeId>,
}

/// Elements of one identity under one parent.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// The members, matched.
    pub matches: Vec<Match>,
    /// Whether the matching of several members rests on their order alone.
    pub guessed: bool,
    /// Incoming members that a later one hides, since the last one counts.
    pub shadowed: Vec<NodeId>,
}

#[derive(Default)]
struct Members {
    base: Vec<NodeId>,
    incoming: Vec<NodeId>,
    carrier: Vec<NodeId>,
    last_wins: bool,
}

/// Whether the attribute of this name is part of the element's identity, and nothing else.
#[must_use]
pub fn is_identity_attribute(
    table: &IdentityTable,
    document: &Document,
    element: NodeId,
    name: &str,
) -> bool {
    match table.rule_for(document, element) {
        // The version of an assembly is no part of what it is.
        Some(rule) => rule.identifies_by(name) && rule.compare != Compare::AssemblyName,
        None => discovered(table, document, element).is_some_and(|(found, _)| found == name),
    }
}

/// Stands in a key before each part of the identity that has a value.
pub(super) const VALUE_SEPARATOR: char = '=';

/// Makes the keys of the child elements of one parent.
pub(super) struct Keys<'a> {
    table: &'a IdentityTable,
    document: &'a Document,
    /// The rule for the sibling before, which is that for all of its name.
    last: Option<(&'a str, Option<&'a IdentityRule>)>,
    key: String,
}

impl<'a> Keys<'a> {
    pub(super) fn new(table: &'a IdentityTable, document: &'a Document) -> Self {
        Self {
            table,
            document,
            last: None,
            key: String::new(),
        }
    }

    /// Goes on to the children of another parent.
    pub(super) fn next_parent(&mut self) {
        self.last = None;
    }

    /// The identity of `element` as one text that compares equal for the same
    /// element, and whether the last of several counts.
    pub(super) fn key(&mut self, element: NodeId) -> (&str, bool) {
        let name = self.document.local_name(element);
        let rule = match self.last {
            Some((known, rule)) if known == name => rule,
            _ => self.table.rule_for(self.document, element),
        };
        self.last = Some((name, rule));
        let key = &mut self.key;
        key.clear();
        key.push_str(name);
        match rule {
            Some(rule) => {
                for path in rule.by.iter() {
                    key.push('\u{1}');
                    if let Some(value) = path.value(self.document, element) {
                        key.push(VALUE_SEPARATOR);
                        rule.compare.push(key, &value);
                    }
                }
                (key, rule.duplicates == Duplicates::LastWins)
            }
            None => {
                if let Some((name, value)) = discovered(self.table, self.document, element) {
                    key.push('\u{1}');
                    key.push_str(name);
                    key.push(VALUE_SEPARATOR);
                    Compare::IgnoreCase.push(key, &value);
                }
                (key, false)
            }
        }
    }
}

/// Matches the child elements of up to three parents, in the order of the
/// incoming side, then of the carrier, then of the base.
#[must_use]
pub fn match_children(
    table: &IdentityTable,
    base: Option<(Side<'_>, NodeId)>,
    incoming: (Side<'_>, NodeId),
    carrier: (Side<'_>, NodeId),
) -> Vec<Group> {
    let mut index: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<Members> = Vec::new();
    let mut collect = |side: Side<'_>, parent: NodeId, put: fn(&mut Members, NodeId)| {
        let mut keys = Keys::new(table, side.document);
        for child in side.document.child_elements(parent) {
            let (key, last_wins) = keys.key(child);
            let at = index.get(key).copied().unwrap_or_else(|| {
                groups.push(Members {
                    last_wins,
                    ..Members::default()
                });
                index.insert(key.to_owned(), groups.len() - 1);
                groups.len() - 1
            });
            put(&mut groups[at], child);
        }
    };
    collect(incoming.0, incoming.1, |members, node| {
        members.incoming.push(node);
    });
    collect(carrier.0, carrier.1, |members, node| {
        members.carrier.push(node);
    });
    if let Some((side, parent)) = base {
        collect(side, parent, |members, node| members.base.push(node));
    }
    groups
        .into_iter()
        .map(|members| {
            pair(
                table,
                members,
                base.map(|(side, _)| side),
                incoming.0,
                carrier.0,
            )
        })
        .collect()
}

fn pair(
    table: &IdentityTable,
    members: Members,
    base: Option<Side<'_>>,
    incoming: Side<'_>,
    carrier: Side<'_>,
) -> Group {
    if members.base.len() <= 1 && members.incoming.len() <= 1 && members.carrier.len() <= 1 {
        return Group {
            matches: vec![Match {
                base: members.base.first().copied(),
                incoming: members.incoming.first().copied(),
                carrier: members.carrier.first().copied(),
            }],
            ..Group::default()
        };
    }
    let sides = [
        base.map(|side| (side, &members.base)),
        Some((incoming, &members.incoming)),
        Some((carrier, &members.carrier)),
    ];
    let mut guessed = cannot_be_told_apart(table, &sides);
    let mut matches: Vec<Match> = Vec::new();
    let mut taken_incoming: FxHashSet<NodeId> = FxHashSet::default();
    let mut taken_carrier: FxHashSet<NodeId> = FxHashSet::default();
    if let Some(base) = base {
        let last = members.last_wins;
        let to_incoming = pair_lists(
            table,
            base,
            &members.base,
            incoming,
            &members.incoming,
            last,
        );
        let to_carrier = pair_lists(table, base, &members.base, carrier, &members.carrier, last);
        guessed |= to_incoming.guessed || to_carrier.guessed;
        for node in &members.base {
            let found = Match {
                base: Some(*node),
                incoming: to_incoming.pairs.get(node).copied(),
                carrier: to_carrier.pairs.get(node).copied(),
            };
            taken_incoming.extend(found.incoming);
            taken_carrier.extend(found.carrier);
            matches.push(found);
        }
    }
    let free = |all: &[NodeId], taken: &FxHashSet<NodeId>| -> Vec<NodeId> {
        all.iter()
            .copied()
            .filter(|node| !taken.contains(node))
            .collect()
    };
    let free_incoming = free(&members.incoming, &taken_incoming);
    let free_carrier = free(&members.carrier, &taken_carrier);
    let added = pair_lists(
        table,
        incoming,
        &free_incoming,
        carrier,
        &free_carrier,
        members.last_wins,
    );
    guessed |= added.guessed;
    for node in free_incoming {
        let found = added.pairs.get(&node).copied();
        taken_carrier.extend(found);
        matches.push(Match {
            base: None,
            incoming: Some(node),
            carrier: found,
        });
    }
    matches.extend(
        free_carrier
            .into_iter()
            .filter(|node| !taken_carrier.contains(node))
            .map(|node| Match {
                carrier: Some(node),
                ..Match::default()
            }),
    );
    let shadowed = match members.incoming.split_last() {
        Some((_, hidden)) if members.last_wins => hidden.to_vec(),
        _ => Vec::new(),
    };
    Group {
        matches,
        guessed,
        shadowed,
    }
}

/// Whether a side has more or fewer of several members that nothing tells
/// apart, so that nobody knows which one was added or removed.
fn cannot_be_told_apart(table: &IdentityTable, sides: &[Option<(Side<'_>, &Vec<NodeId>)>]) -> bool {
    let mut counts = sides.iter().flatten().map(|(_, nodes)| nodes.len());
    let first = counts.next();
    if counts.all(|count| Some(count) == first) {
        return false;
    }
    sides.iter().flatten().any(|(side, nodes)| {
        let mut seen = HashSet::new();
        nodes
            .iter()
            .any(|node| !seen.insert(telling(table, side.document, *node)))
    })
}

#[derive(Default)]
struct Pairs {
    pairs: FxHashMap<NodeId, NodeId>,
    guessed: bool,
}

/// Pairs members of one identity: equal ones first, those in the same place before others, then
/// those alike in what tells them apart, then by order (from the end where the last one counts).
fn pair_lists(
    table: &IdentityTable,
    left: Side<'_>,
    left_nodes: &[NodeId],
    right: Side<'_>,
    right_nodes: &[NodeId],
    last_wins: bool,
) -> Pairs {
    let mut result = Pairs::default();
    if left_nodes.is_empty() || right_nodes.is_empty() {
        return result;
    }
    let mut left_free: Vec<NodeId> = left_nodes.to_vec();
    let mut right_free: Vec<NodeId> = right_nodes.to_vec();
    if last_wins {
        // Only the last one means anything, so it is the one that must meet its like.
        left_free.reverse();
        right_free.reverse();
    } else {
        // Of several copies it is the one in the same place that was left as it was.
        if left_nodes.len() == right_nodes.len() {
            let pairs = left_nodes.iter().copied().zip(right_nodes.iter().copied());
            result.pairs.extend(pairs.filter(|(one, other)| {
                left.digests.meaning(*one) == right.digests.meaning(*other)
            }));
            let taken: FxHashSet<NodeId> = result.pairs.values().copied().collect();
            left_free.retain(|node| !result.pairs.contains_key(node));
            right_free.retain(|node| !taken.contains(node));
        }
        pair_alike(
            &mut result.pairs,
            &mut left_free,
            &mut right_free,
            |node| Some(left.digests.meaning(node)),
            |node| Some(right.digests.meaning(node)),
        );
        pair_alike(
            &mut result.pairs,
            &mut left_free,
            &mut right_free,
            |node| telling(table, left.document, node),
            |node| telling(table, right.document, node),
        );
        result.guessed =
            left_free.len().max(right_free.len()) > 1 && left_free.len().min(right_free.len()) > 0;
    }
    result.pairs.extend(left_free.into_iter().zip(right_free));
    result
}

/// Pairs nodes with the same label, in order; nodes without a label stay free.
fn pair_alike<L: Eq + Hash>(
    pairs: &mut FxHashMap<NodeId, NodeId>,
    left_free: &mut Vec<NodeId>,
    right_free: &mut Vec<NodeId>,
    left_label: impl Fn(NodeId) -> Option<L>,
    right_label: impl Fn(NodeId) -> Option<L>,
) {
    let mut waiting: HashMap<L, VecDeque<NodeId>> = HashMap::new();
    for node in right_free.iter() {
        if let Some(label) = right_label(*node) {
            waiting.entry(label).or_default().push_back(*node);
        }
    }
    let mut taken: FxHashSet<NodeId> = FxHashSet::default();
    left_free.retain(|node| {
        let partner = left_label(*node)
            .and_then(|label| waiting.get_mut(&label))
            .and_then(VecDeque::pop_front);
        if let Some(partner) = partner {
            pairs.insert(*node, partner);
            taken.insert(partner);
        }
        partner.is_none()
    });
    right_free.retain(|node| !taken.contains(node));
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
