//! Comments: children without meaning that must not be lost either.
//!
//! A comment is identified by its text. What the incoming side added is
//! added, what it removed is removed, and when both sides rewrote one, the result
//! has both. Only one in an element that the other branch removed is a conflict.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use rustc_hash::FxHashMap;

use super::account::atoms;
use super::engine::Engine;
use super::outcome::{Outcome, Triple};
use super::plan::Plan;
use crate::xml::escape::text_value;
use crate::xml::{Document, NodeId, NodeKind};

impl Engine<'_> {
    /// Comments beside the root element.
    pub(super) fn comments_beside_root(&mut self) {
        let triple = Triple {
            base: self.inputs.base.map(|_| NodeId::DOCUMENT),
            incoming: NodeId::DOCUMENT,
            carrier: NodeId::DOCUMENT,
        };
        let mut plan = Plan::default();
        let roots = (self.inputs.incoming.root(), self.inputs.carrier.root());
        plan.stays.insert(roots.0, roots.1);
        self.comments(triple, &mut plan);
        self.carry_out(triple, &plan);
    }

    /// Adds the comments of one pair of parents to the plan.
    pub(super) fn comments(&mut self, triple: Triple, plan: &mut Plan) {
        let incoming = remarks(self.inputs.incoming, triple.incoming);
        let carrier = remarks(self.inputs.carrier, triple.carrier);
        let (theirs, ours) = (self.inputs.incoming, self.inputs.carrier);
        let mut both = incoming.iter().zip(&carrier);
        if incoming.len() == carrier.len()
            && both.all(|(one, other)| {
                theirs.slice(theirs.span(*one)) == ours.slice(ours.span(*other))
            })
        {
            plan.stays.extend(incoming.into_iter().zip(carrier));
            return;
        }
        if incoming.is_empty() && self.upgrade() {
            return;
        }
        let incoming = by_text(self.inputs.incoming, incoming);
        let carrier = by_text(self.inputs.carrier, carrier);
        let base = match self.inputs.base.zip(triple.base) {
            Some((document, element)) => by_text(document, remarks(document, element)),
            None => HashMap::new(),
        };
        let below = next_elements(self.inputs.incoming, triple.incoming);
        for (text, theirs) in &incoming {
            let ours = carrier.get(text).map_or(&[][..], Vec::as_slice);
            plan.stays
                .extend(theirs.iter().copied().zip(ours.iter().copied()));
            let in_base = base.get(text).map_or(0, Vec::len);
            let added = theirs.len().saturating_sub(in_base);
            // What describes a dropped setting would seem to describe the next one.
            let relevant: Vec<NodeId> = theirs
                .iter()
                .copied()
                .filter(|node| {
                    !below
                        .get(node)
                        .is_some_and(|element| self.is_dropped(*element))
                })
                .collect();
            let missing = relevant.len().saturating_sub(ours.len());
            // In an upgrade without a base, only a comment above an added element is known to
            // be the administrator's.
            let known = |node: &NodeId| {
                !self.upgrade()
                    || triple.base.is_some()
                    || below
                        .get(node)
                        .is_some_and(|element| plan.insert.contains(element))
            };
            let inserted: Vec<NodeId> = relevant
                .into_iter()
                .rev()
                .take(added.min(missing))
                .filter(known)
                .collect();
            plan.insert.extend(inserted);
        }
        if self.upgrade() {
            return;
        }
        for (text, ours) in &carrier {
            let in_base = base.get(text).map_or(0, Vec::len);
            let kept = incoming.get(text).map_or(0, Vec::len);
            // What the carrier removed, too, is not removed twice.
            let removed = in_base.min(ours.len()).saturating_sub(kept);
            for node in ours.iter().rev().take(removed) {
                plan.remove.insert(*node);
            }
        }
    }

    fn is_dropped(&self, element: NodeId) -> bool {
        if !self.upgrade() {
            return false;
        }
        let document = self.inputs.incoming;
        document
            .subtree(element)
            .filter(|node| document.is_element(*node))
            .flat_map(|node| atoms(&self.inputs.rules.identities, document, node))
            .next()
            .and_then(|atom| self.outcomes.get(&atom))
            .is_some_and(|(outcome, _)| *outcome == Outcome::Dropped)
    }
}

/// For each comment directly below `parent`, the next element.
fn next_elements(document: &Document, parent: NodeId) -> FxHashMap<NodeId, NodeId> {
    let mut next = None;
    let mut below = FxHashMap::default();
    let mut at = document.last_child(parent);
    while let Some(node) = at {
        match document.kind(node) {
            NodeKind::Element => next = Some(node),
            NodeKind::Comment => below.extend(next.map(|element| (node, element))),
            _ => {}
        }
        at = document.previous_sibling(node);
    }
    below
}

/// The comments and processing instructions directly below `parent`.
fn remarks(document: &Document, parent: NodeId) -> Vec<NodeId> {
    document
        .children(parent)
        .filter(|node| is_remark(document, *node))
        .collect()
}

/// Comments and processing instructions by their text.
fn by_text(document: &Document, remarks: Vec<NodeId>) -> HashMap<Text<'_>, Vec<NodeId>> {
    let mut found: HashMap<Text<'_>, Vec<NodeId>> = HashMap::new();
    for node in remarks {
        let text = match document.kind(node) {
            NodeKind::Comment => Text::Comment(match document.text_of(node) {
                Cow::Borrowed(text) => text_value(text),
                Cow::Owned(text) => text_value(&text).into_owned().into(),
            }),
            _ => Text::Instruction(document.slice(document.span(node))),
        };
        found.entry(text).or_default().push(node);
    }
    found
}

/// Whether the second element holds comments or processing instructions, at whatever depth, that
/// the first one does not.
pub(super) fn adds_remarks(before: (&Document, NodeId), after: (&Document, NodeId)) -> bool {
    let [before, after] = [before, after].map(|(document, element)| {
        let inside = document.subtree(element);
        let remarks = inside.filter(|node| is_remark(document, *node));
        by_text(document, remarks.collect())
    });
    (after.iter()).any(|(text, nodes)| before.get(text).map_or(0, Vec::len) < nodes.len())
}

fn is_remark(document: &Document, node: NodeId) -> bool {
    matches!(document.kind(node), NodeKind::Comment | NodeKind::Pi)
}

/// What a comment or a processing instruction says.
#[derive(Eq)]
enum Text<'d> {
    /// References resolved: a character that the file cannot encode stands in it as one.
    Comment(Cow<'d, str>),
    Instruction(&'d str),
}

impl Text<'_> {
    /// A comment without its layout: every run of white space counts as one space.
    fn words(&self) -> impl Iterator<Item = &str> {
        let (comment, instruction) = match self {
            Self::Comment(text) => (Some(&**text), None),
            Self::Instruction(text) => (None, Some(*text)),
        };
        (comment.into_iter().flat_map(str::split_ascii_whitespace)).chain(instruction)
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
            && self.words().eq(other.words())
    }
}

impl Hash for Text<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.words().for_each(|word| word.hash(state));
    }
}
