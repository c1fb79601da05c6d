//! Suppressions in files: `<!-- conferry:ignore PF104 reason -->` above an element.
//!
//! It holds for the element that follows it and everything inside; above the
//! root element it holds for the whole file. Several rules are given with
//! commas, or by the beginning of their ids (`PF1`).

use crate::pack::Rules;
use crate::xml::chars::is_space;
use crate::xml::{Document, NodeId, NodeKind, Span};

use super::selection::named;

/// The word that makes a comment a suppression.
const WORD: &str = "conferry:ignore";

/// A suppression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The comment.
    pub comment: NodeId,
    /// Where each rule of the list is named, and which rules that means.
    pub rules: Vec<(Span, Vec<usize>)>,
    /// What it covers; empty if no element follows.
    pub covers: Span,
    /// Why, in the words of the file.
    pub reason: String,
}

/// The suppressions of `document`.
#[must_use]
pub fn suppressions(document: &Document, rules: &Rules) -> Vec<Suppression> {
    if !document.text().contains(WORD) {
        return Vec::new();
    }
    document
        .nodes()
        .filter(|node| document.kind(*node) == NodeKind::Comment)
        .filter_map(|comment| suppression(document, comment, rules))
        .collect()
}

fn suppression(document: &Document, comment: NodeId, rules: &Rules) -> Option<Suppression> {
    let raw = document.slice(document.span(comment));
    let start = document.span(comment).start as usize;
    let body = raw.strip_prefix("<!--")?.strip_suffix("-->")?;
    let said = body.trim_start().strip_prefix(WORD)?;
    if !said.is_empty() && !said.starts_with(|c: char| c.is_whitespace()) {
        return None;
    }
    let rest = said.trim_start();
    // The list goes on after a comma, with or without a space.
    let mut length = 0;
    for part in rest.split_inclusive(|c: char| c.is_whitespace()) {
        length += part.len();
        if !part.trim_end().ends_with(',') {
            break;
        }
    }
    let list = rest[..length].trim_end();
    let list_at = start + raw.len() - "-->".len() - rest.len();
    let mut named_rules = Vec::new();
    let mut at = 0;
    for item in list.split(',') {
        let word =
            item.trim_matches(|c: char| c.is_ascii() && is_space(c as u8) || c.is_whitespace());
        let from = list_at + at + (item.len() - item.trim_start().len());
        if !word.is_empty() {
            named_rules.push((Span::new(from, from + word.len()), named(rules, word)));
        }
        at += item.len() + 1;
    }
    Some(Suppression {
        comment,
        rules: named_rules,
        covers: covered(document, comment),
        reason: rest[list.len()..].trim().to_owned(),
    })
}

/// The element that follows the comment.
fn covered(document: &Document, comment: NodeId) -> Span {
    let mut next = document.next_sibling(comment);
    while let Some(node) = next {
        if document.is_element(node) {
            if node == document.root() {
                return Span::new(0, document.text().len());
            }
            return document.span(node);
        }
        if document.kind(node) != NodeKind::Comment && !document.is_blank_text(node) {
            break;
        }
        next = document.next_sibling(node);
    }
    Span::default()
}
