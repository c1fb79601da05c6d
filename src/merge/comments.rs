//! Comments: children without meaning that must not be lost either.
//!
//! A comment is identified by its text. What the incoming side added is
//! added, what it removed is removed, and nothing about a comment is ever a
//! conflict: when both sides rewrote one, the result has both.

use std::collections::HashMap;

use super::account::atoms;
use super::children::Plan;
use super::engine::Engine;
use super::outcome::{Outcome, Triple};
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
        for (text, theirs) in &incoming {
            let ours = carrier.get(text).map_or(&[][..], Vec::as_slice);
            plan.stays
                .extend(theirs.iter().copied().zip(ours.iter().copied()));
            let in_base = base.get(text).map_or(0, Vec::len);
            let added = theirs.len().saturating_sub(in_base);
            let missing = theirs.len().saturating_sub(ours.len());
            for node in theirs.iter().rev().take(added.min(missing)) {
                if self.carries_comment(*node, triple, plan) {
                    plan.insert.insert(*node);
                }
            }
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

    /// In an upgrade without a base, only a comment above an added element is known to be the
    /// administrator's; with one, all that were added, but those above what is dropped.
    fn carries_comment(&self, comment: NodeId, triple: Triple, plan: &Plan) -> bool {
        if !self.upgrade() {
            return true;
        }
        let document = self.inputs.incoming;
        let described = std::iter::successors(document.next_sibling(comment), |node| {
            document.next_sibling(*node)
        })
        .find(|node| document.is_element(*node));
        if triple.base.is_some() {
            // What describes a dropped setting would seem to describe the next one.
            return !described.is_some_and(|element| self.is_dropped(element));
        }
        described.is_some_and(|element| plan.insert.contains(&element))
    }

    fn is_dropped(&self, element: NodeId) -> bool {
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
