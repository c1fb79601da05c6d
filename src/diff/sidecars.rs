//! Entries that went into a file that the section points at, or came back from one.
//!
//! `configSource` replaces what a section holds; `file=` of `appSettings` adds to it. For the comparison
//! both are a second place in which the section has entries.

use std::collections::{HashMap, HashSet, VecDeque};

use super::change::{Change, Kind};
use super::configuration::At;
use super::walk::{Step, Walk};
use crate::matching::keys::Keys;
use crate::matching::pair_children;
use crate::xml::address::Leaf;
use crate::xml::{Document, NodeId};

/// Whether the attribute names a file with entries of the section.
pub(super) fn is_pointer(document: &Document, section: NodeId, name: &str) -> bool {
    name == "configSource" || name == "file" && document.local_name(section) == "appSettings"
}

/// Compares the files that two sections point at, with each other and with what left the sections.
pub(super) fn compare<'c>(
    walk: &Walk<'c, '_>,
    one: At<'c>,
    other: At<'c>,
    beside: [Option<At<'c>>; 2],
    (removed, added): (&mut Vec<At<'c>>, &mut Vec<At<'c>>),
    steps: &mut Vec<Step<'c>>,
) {
    let (mut gone, mut come) = match beside {
        [Some(before), Some(after)] => {
            let sides = [before, after].map(|at| (at.side, at.node));
            let pairs = pair_children(walk.table, sides[0], sides[1]);
            let (mut gone, mut come) = (Vec::new(), Vec::new());
            for pair in pairs {
                match (pair.incoming, pair.carrier) {
                    (Some(left), Some(right)) => {
                        steps.push(Step::Pair(before.at(left), after.at(right)));
                    }
                    (Some(left), None) => gone.push(before.at(left)),
                    (None, Some(right)) => come.push(after.at(right)),
                    (None, None) => {}
                }
            }
            (gone, come)
        }
        [before, after] => (entries(before), entries(after)),
    };
    let mut say = |kind: Kind<'c>| {
        steps.push(Step::Say(Box::new(Change {
            kind,
            before: Some(one.place(Leaf::Element)),
            after: Some(other.place(Leaf::Element)),
        })));
    };
    let out = same_keys(walk, removed, &mut come);
    let back = same_keys(walk, &mut gone, added);
    if !out.is_empty() {
        say(Kind::MovedOut(out.len()));
    }
    if !back.is_empty() {
        say(Kind::MovedIn(back.len()));
    }
    let pairs = out.into_iter().chain(back);
    steps.extend(pairs.map(|(left, right)| Step::Pair(left, right)));
    removed.extend(gone);
    added.extend(come);
}

fn entries(root: Option<At<'_>>) -> Vec<At<'_>> {
    let below = |at| root_children(at).collect();
    root.map(below).unwrap_or_default()
}

fn root_children(root: At<'_>) -> impl Iterator<Item = At<'_>> {
    let document = root.side.document;
    document
        .child_elements(root.node)
        .map(move |node| root.at(node))
}

/// Takes those of one identity out of both lists.
fn same_keys<'c>(
    walk: &Walk<'c, '_>,
    left: &mut Vec<At<'c>>,
    right: &mut Vec<At<'c>>,
) -> Vec<(At<'c>, At<'c>)> {
    let mut pairs = Vec::new();
    if left.is_empty() || right.is_empty() {
        return pairs;
    }
    let key = |at: &At<'c>| {
        let mut keys = Keys::new(walk.table, at.side.document);
        keys.key(at.node).text.to_owned()
    };
    let mut waiting: HashMap<String, VecDeque<usize>> = HashMap::new();
    for (at, element) in right.iter().enumerate() {
        waiting.entry(key(element)).or_default().push_back(at);
    }
    let mut taken = HashSet::new();
    left.retain(|at| {
        let found = waiting.get_mut(&key(at)).and_then(VecDeque::pop_front);
        if let Some(found) = found {
            pairs.push((*at, right[found]));
            taken.insert(found);
        }
        found.is_none()
    });
    let mut at = 0;
    right.retain(|_| {
        at += 1;
        !taken.contains(&(at - 1))
    });
    pairs
}
