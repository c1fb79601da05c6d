//! Elements that only have another name: one was removed and one was added below the same parent, and
//! something speaks for it that they are one.

use std::collections::{HashMap, HashSet};

use super::change::{Change, Confirmation, Kind};
use super::configuration::At;
use super::walk::Walk;
use crate::matching::keys::is_identity_attribute;
use crate::pack::rules::Action;
use crate::xml::address::Leaf;
use crate::xml::{Document, NodeId};

/// A rename, and the pair whose other differences are still to be found.
pub(super) struct Renamed<'c> {
    pub(super) change: Change<'c>,
    pub(super) pair: (At<'c>, At<'c>),
}

/// More elements than these on both sides are not compared each with each.
const MOST: usize = 400;

/// Takes what was only renamed out of both lists.
pub(super) fn join<'c>(
    walk: &Walk<'c, '_>,
    removed: &mut Vec<At<'c>>,
    added: &mut Vec<At<'c>>,
) -> Vec<Renamed<'c>> {
    let mut found = Vec::new();
    if removed.is_empty() || added.is_empty() {
        return found;
    }
    let mut take = |one: At<'c>, other: At<'c>, why: Confirmation| {
        found.push(Renamed {
            change: Change {
                kind: Kind::Renamed(why),
                before: Some(one.place(Leaf::Element)),
                after: Some(other.place(Leaf::Element)),
            },
            pair: (one, other),
        });
    };
    by_rule(walk, removed, added, &mut take);
    by_content(walk, removed, added, &mut take);
    by_children(removed, added, &mut take);
    found
}

/// Those that a `rename` rule of the packs speaks of.
fn by_rule<'c>(
    walk: &Walk<'c, '_>,
    removed: &mut Vec<At<'c>>,
    added: &mut Vec<At<'c>>,
    take: &mut impl FnMut(At<'c>, At<'c>, Confirmation),
) {
    let ignores_case = walk.rules.ignores_case();
    for policy in &walk.rules.policies {
        let Action::Rename(to) = &policy.action else {
            continue;
        };
        let is_old = |at: &At<'c>| {
            policy
                .selector
                .matches_element(at.side.document, at.node, &ignores_case)
        };
        let is_new = |at: &At<'c>| {
            let document = at.side.document;
            let mut attributes = document.attributes(at.node).iter();
            attributes.any(|attribute| {
                let name = document.slice(attribute.name);
                is_identity_attribute(walk.table, document, at.node, name)
                    && document.attribute_value(attribute).eq_ignore_ascii_case(to)
            })
        };
        let (one, other) = (
            removed.iter().position(is_old),
            added.iter().position(is_new),
        );
        if let (Some(one), Some(other)) = (one, other) {
            let rule = Confirmation::Rule(policy.provenance.id.clone());
            take(removed.remove(one), added.remove(other), rule);
        }
    }
}

/// Those that have the same content, which no other one has.
fn by_content<'c>(
    walk: &Walk<'c, '_>,
    removed: &mut Vec<At<'c>>,
    added: &mut Vec<At<'c>>,
    take: &mut impl FnMut(At<'c>, At<'c>, Confirmation),
) {
    let mut by_content: HashMap<Vec<String>, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for (at, element) in removed.iter().enumerate() {
        if let Some(content) = content(walk, *element) {
            by_content.entry(content).or_default().0.push(at);
        }
    }
    for (at, element) in added.iter().enumerate() {
        if let Some(content) = content(walk, *element) {
            by_content.entry(content).or_default().1.push(at);
        }
    }
    let mut pairs: Vec<(usize, usize)> = by_content
        .into_values()
        .filter_map(|(removed, added)| match (&removed[..], &added[..]) {
            ([one], [other]) => Some((*one, *other)),
            _ => None,
        })
        .collect();
    pairs.sort_unstable();
    for (one, other) in &pairs {
        take(removed[*one], added[*other], Confirmation::SameContent);
    }
    keep_others(removed, pairs.iter().map(|(one, _)| *one));
    keep_others(added, pairs.iter().map(|(_, other)| *other));
}

fn keep_others(list: &mut Vec<At<'_>>, taken: impl Iterator<Item = usize>) {
    let taken: HashSet<usize> = taken.collect();
    let mut at = 0;
    list.retain(|_| {
        at += 1;
        !taken.contains(&(at - 1))
    });
}

/// What an element of one name holds besides what identifies it; `None` where that tells nothing.
fn content(walk: &Walk<'_, '_>, at: At<'_>) -> Option<Vec<String>> {
    let document = at.side.document;
    let mut content = vec![document.name(at.node).to_owned()];
    let mut tells = false;
    for attribute in document.attributes(at.node) {
        let name = document.slice(attribute.name);
        if !is_identity_attribute(walk.table, document, at.node, name) {
            let value = document.attribute_value(attribute);
            tells |= is_telling(&value);
            content.push(format!("{name}\0{value}"));
        }
    }
    content[1..].sort_unstable();
    for node in document.subtree(at.node).skip(1) {
        if document.is_element(node) {
            let tag = document.slice(document.start_tag(node));
            content.push(tag.to_owned());
        } else if !document.is_blank_text(node) {
            let text = document.text_of(node);
            tells |= is_telling(&text);
            content.push(text.into_owned());
        }
    }
    tells.then_some(content)
}

/// Whether it would be a strange accident if two settings had this value.
fn is_telling(value: &str) -> bool {
    let value = value.trim();
    value.chars().count() >= 6
        && value.chars().any(char::is_alphabetic)
        && !["true", "false", "enabled", "disabled"]
            .iter()
            .any(|word| value.eq_ignore_ascii_case(word))
}

/// Those of which most children are the same: sections that have another name in the new version.
fn by_children<'c>(
    removed: &mut Vec<At<'c>>,
    added: &mut Vec<At<'c>>,
    take: &mut impl FnMut(At<'c>, At<'c>, Confirmation),
) {
    if removed.len() * added.len() > MOST {
        return;
    }
    let mut scored = Vec::new();
    for (at, one) in removed.iter().enumerate() {
        for (its, other) in added.iter().enumerate() {
            let (same, of) = same_children(*one, *other);
            if of >= 2 && same * 2 > of {
                scored.push((same, of, at, its));
            }
        }
    }
    scored.sort_by_key(|(same, of, at, its)| (std::cmp::Reverse(same * 1000 / of), *at, *its));
    let (mut gone, mut come): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for (same, of, at, its) in scored {
        if gone.contains(&at) || come.contains(&its) {
            continue;
        }
        gone.push(at);
        come.push(its);
        take(
            removed[at],
            added[its],
            Confirmation::SimilarContent { same, of },
        );
    }
    keep_others(removed, gone.into_iter());
    keep_others(added, come.into_iter());
}

/// How many children two elements have in common, of how many.
fn same_children(one: At<'_>, other: At<'_>) -> (usize, usize) {
    let children = |document: &'_ Document, node: NodeId| document.child_elements(node).count();
    let of = children(one.side.document, one.node).max(children(other.side.document, other.node));
    let mut waiting: HashMap<u64, Vec<NodeId>> = HashMap::new();
    for child in other.side.document.child_elements(other.node) {
        waiting
            .entry(other.side.digests.meaning(child))
            .or_default()
            .push(child);
    }
    let same = one.side.document.child_elements(one.node).filter(|child| {
        let alike = waiting.get_mut(&one.side.digests.meaning(*child));
        let is_same = |its: &NodeId| one.side.means_the_same(*child, other.side, *its);
        alike.is_some_and(|alike| match alike.iter().position(is_same) {
            Some(at) => {
                alike.swap_remove(at);
                true
            }
            None => false,
        })
    });
    (same.count(), of)
}
