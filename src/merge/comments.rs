//! Comments: children without meaning that must not be lost either.
//!
//! A comment is identified by its text. What the incoming side added is
//! added, what it removed is removed, and nothing about a comment is ever a
//! conflict: when both sides rewrote one, the result has both.

use std::collections::HashMap;

use super::account::atoms;
use super::engine::Engine;
use super::outcome::{Outcome, Triple};
use super::plan::Plan;
use crate::xml::escape::text_value;
use crate::xml::{Document, NodeId, NodeKind, chars};

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
        let incoming = by_text(self.inputs.incoming, triple.incoming);
        let carrier = by_text(self.inputs.carrier, triple.carrier);
        if incoming.is_empty() && (carrier.is_empty() || self.upgrade()) {
            return;
        }
        let base = match self.inputs.base.zip(triple.base) {
            Some((document, element)) => by_text(document, element),
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
            let removed = in_base.saturating_sub(kept);
            for node in ours.iter().rev().take(removed.min(ours.len())) {
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
fn next_elements(document: &Document, parent: NodeId) -> HashMap<NodeId, NodeId> {
    let mut next = None;
    let mut below = HashMap::new();
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

/// The comments and processing instructions directly below `parent`, by their text.
fn by_text(document: &Document, parent: NodeId) -> HashMap<String, Vec<NodeId>> {
    let mut found: HashMap<String, Vec<NodeId>> = HashMap::new();
    for child in document.children(parent) {
        let text = match document.kind(child) {
            NodeKind::Comment => normalised(&document.text_of(child)),
            NodeKind::Pi => document.slice(document.span(child)).to_owned(),
            _ => continue,
        };
        found.entry(text).or_default().push(child);
    }
    found
}

/// A comment without its layout: every run of white space is one space. A
/// character that the file cannot encode stands in it as a reference.
fn normalised(text: &str) -> String {
    chars::trim(&text_value(text))
        .split_ascii_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
