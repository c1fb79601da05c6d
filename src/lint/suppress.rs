//! Suppressions in files: `<!-- conferry:ignore PF104 reason -->` above an element.
//!
//! It holds for the element that follows it and everything inside; above the
//! root element it holds for the whole file, and on the line on which an element
//! ends for that element. Several rules are given with commas, or by the
//! beginning of their ids (`PF1`).

use crate::pack::Rules;
use crate::xml::{Document, NodeId, NodeKind, Span};

use super::finding::Finding;
use super::selection::named;

/// The word that makes a comment a suppression.
const WORD: &str = "conferry:ignore";

/// A suppression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The comment.
    pub comment: NodeId,
    /// Where the word stands that makes it one.
    pub word: Span,
    /// Where each rule of the list is named, and which rules that means.
    pub rules: Vec<(Span, Vec<usize>)>,
    /// What it covers; empty if no element follows.
    pub covers: Span,
    /// Why, in the words of the file.
    pub reason: String,
}

impl Suppression {
    /// The items of its list that suppress `finding`, which is in its file.
    pub fn items_for(&self, finding: &Finding) -> impl Iterator<Item = usize> + '_ {
        let (rule, at) = (finding.rule, finding.place.span.start);
        let covers = self.covers.start <= at && at < self.covers.end;
        let items = self.rules.iter().enumerate();
        items
            .filter(move |(_, (_, rules))| covers && rules.contains(&rule))
            .map(|(item, _)| item)
    }
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
    let at = |part: &str| start + raw.len() - "-->".len() - part.len();
    let list = &rest[..list_length(rest)];
    let mut from = at(rest);
    let mut named_rules = Vec::new();
    for item in list.split(',') {
        let word = item.trim().trim_end_matches(':');
        let begin = from + (item.len() - item.trim_start().len());
        if !word.is_empty() {
            let span = Span::new(begin, begin + word.len());
            named_rules.push((span, named(rules, word)));
        }
        from += item.len() + 1;
    }
    let word = at(said) - WORD.len();
    Some(Suppression {
        comment,
        word: Span::new(word, word + WORD.len()),
        rules: named_rules,
        covers: covered(document, comment),
        reason: reason(&rest[list.len()..]).to_owned(),
    })
}

/// How much of `rest` is the list: it goes on after and before a comma.
fn list_length(rest: &str) -> usize {
    let mut length = 0;
    for part in rest.split_inclusive(char::is_whitespace) {
        let before = rest[..length].trim_end();
        let goes_on = before.is_empty() || before.ends_with(',') || part.starts_with(',');
        if !goes_on {
            break;
        }
        length += part.len();
    }
    rest[..length].trim_end().len()
}

/// What stands behind the list, without what divides them.
fn reason(rest: &str) -> &str {
    let is_divider =
        |c: char| c.is_whitespace() || matches!(c, '-' | ':' | '\u{2013}' | '\u{2014}');
    rest.trim_start_matches(is_divider).trim_end()
}

/// What the comment is about: the element that ends on its line with nothing
/// behind the comment, else the one that follows.
fn covered(document: &Document, comment: NodeId) -> Span {
    if let Some(element) = ends_before(document, comment) {
        return document.span(element);
    }
    let mut next = document.next_sibling(comment);
    while let Some(node) = next {
        if document.is_element(node) {
            if node == document.root() {
                // Also for what is found at the very end.
                return Span::new(0, document.text().len() + 1);
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

/// The element behind which the comment is the last thing on the line.
fn ends_before(document: &Document, comment: NodeId) -> Option<NodeId> {
    let text = document.text();
    let span = document.span(comment);
    let behind = &text[span.end as usize..];
    let line_end = behind.find(['\n', '\r']).unwrap_or(behind.len());
    if !behind[..line_end].trim().is_empty() {
        return None;
    }
    let mut previous = document.previous_sibling(comment)?;
    if document.is_blank_text(previous) {
        previous = document.previous_sibling(previous)?;
    }
    let between = &text[document.span(previous).end as usize..span.start as usize];
    (document.is_element(previous) && !between.contains(['\n', '\r'])).then_some(previous)
}
