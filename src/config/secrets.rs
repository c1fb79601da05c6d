//! What must never be shown: values under secret keys, and the secret parts of values.
//!
//! The table is filled from rule packs (`[[secret]]`). It works on a
//! well-formed document; for a text that is not, [`SecretTable::mentions_secret`]
//! errs on the side of silence.

use std::ops::Range;

use regex::Regex;

use super::identity::IdentityTable;
use crate::xml::address::Leaf;
use crate::xml::selector::Selector;
use crate::xml::{Document, NodeId, NodeKind, Span};

/// Which values are secrets.
#[derive(Clone, Debug, Default)]
pub struct SecretTable {
    selectors: Vec<Selector>,
    parts: Vec<Regex>,
    words: Option<Regex>,
}

impl SecretTable {
    /// Values that `selector` selects are secret. A selected element makes all it holds secret.
    pub fn add_selector(&mut self, selector: Selector) {
        self.selectors.push(selector);
    }

    /// The first capture group of `pattern` is secret, in whatever value it matches.
    pub fn add_part(&mut self, pattern: Regex) {
        self.parts.push(pattern);
    }

    /// Sets the pattern of words beside which raw text may hold a secret.
    pub fn set_words(&mut self, words: Regex) {
        self.words = Some(words);
    }

    /// Whether the value at `leaf` of `element` is a secret as a whole.
    #[must_use]
    pub fn is_secret(
        &self,
        identities: &IdentityTable,
        document: &Document,
        element: NodeId,
        leaf: &Leaf,
    ) -> bool {
        let ignores_case = |document: &Document, element: NodeId, attribute: &str| {
            identities.ignores_case(document, element, attribute)
        };
        self.selectors
            .iter()
            .any(|selector| selector.covers(document, element, leaf, &ignores_case))
    }

    /// The byte ranges of `value` that are secret although the whole is not, in order.
    #[must_use]
    pub fn secret_parts(&self, value: &str) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = self
            .parts
            .iter()
            .flat_map(|pattern| pattern.captures_iter(value))
            .filter_map(|captures| captures.get(1))
            .map(|part| part.range())
            .filter(|range| !range.is_empty())
            .collect();
        ranges.sort_by_key(|range| range.start);
        ranges.dedup_by(|later, earlier| {
            let overlaps = later.start < earlier.end;
            if overlaps {
                earlier.end = earlier.end.max(later.end);
            }
            overlaps
        });
        ranges
    }

    /// Whether raw text speaks of secrets, so that it had better not be shown.
    #[must_use]
    pub fn mentions_secret(&self, raw: &str) -> bool {
        self.words.as_ref().is_some_and(|words| words.is_match(raw))
            || !self.secret_parts(raw).is_empty()
    }

    /// The spans of all secrets in the text of `document`, comments that speak of secrets included.
    #[must_use]
    pub fn spans(&self, identities: &IdentityTable, document: &Document) -> Vec<Span> {
        let mut spans = Vec::new();
        for node in document.nodes() {
            match document.kind(node) {
                NodeKind::Element => {
                    for attribute in document.attributes(node) {
                        let leaf = Leaf::Attribute(document.slice(attribute.name).to_owned());
                        let whole = self.is_secret(identities, document, node, &leaf);
                        self.push(document, attribute.value, whole, &mut spans);
                    }
                }
                NodeKind::Text | NodeKind::CData if !document.is_blank_text(node) => {
                    let whole = document.parent(node).is_some_and(|parent| {
                        self.is_secret(identities, document, parent, &Leaf::Text)
                    });
                    self.push(document, document.span(node), whole, &mut spans);
                }
                NodeKind::Comment => {
                    let span = document.span(node);
                    let whole = self.mentions_secret(document.slice(span));
                    self.push(document, span, whole, &mut spans);
                }
                _ => {}
            }
        }
        spans
    }

    fn push(&self, document: &Document, value: Span, whole: bool, spans: &mut Vec<Span>) {
        if value.is_empty() {
            return;
        }
        if whole {
            spans.push(value);
            return;
        }
        for part in self.secret_parts(document.slice(value)) {
            let start = value.start as usize;
            spans.push(Span::new(start + part.start, start + part.end));
        }
    }
}
