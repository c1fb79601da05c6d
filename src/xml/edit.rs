//! Edits: spans of one text and what replaces them.
//!
//! Promises that bytes outside every edit are copied, that overlapping edits
//! are refused when they are added, and that the same edit added twice counts
//! once.

use std::collections::BTreeMap;
use std::ops::Range;

use thiserror::Error;

use super::span::Span;

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What takes its place; empty for a removal.
    pub text: String,
}

/// Two edits want the same bytes.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("two edits overlap: bytes {}..{} and {}..{}", first.start, first.end, second.start, second.end)]
pub struct EditError {
    /// The edit that was there.
    pub first: Span,
    /// The edit that was refused.
    pub second: Span,
}

/// A set of edits to one text, without overlaps.
///
/// Insertions at the same place are kept in the order they were added;
/// an insertion at the edge of a replacement stands outside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    /// In the order of the text, insertions before the replacement that starts there.
    by_place: BTreeMap<Key, Edit>,
    added: u32,
}

/// Start, whether something is replaced, and a number that grows.
type Key = (u32, bool, u32);

impl Edits {
    /// No edits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_place.is_empty()
    }

    /// How many edits there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_place.len()
    }

    /// The edits in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &Edit> {
        self.by_place.values()
    }

    /// Replaces `span` by `text`. An empty `span` inserts.
    ///
    /// # Errors
    /// When `span` overlaps an edit that is already there and is not the same edit.
    pub fn replace(&mut self, span: Span, text: impl Into<String>) -> Result<(), EditError> {
        let text = text.into();
        if span.is_empty() && text.is_empty() {
            return Ok(());
        }
        let before = self.by_place.range(..(span.start, true, 0)).next_back();
        if let Some((_, edit)) = before
            && edit.span.end > span.start
        {
            return Err(EditError {
                first: edit.span,
                second: span,
            });
        }
        if !span.is_empty() {
            // Inside the new span only insertions at its edges may stand.
            let inside = (span.start, true, 0)..(span.end, false, 0);
            if let Some((_, edit)) = self.by_place.range(inside).next() {
                if edit.span == span && edit.text == text {
                    return Ok(());
                }
                return Err(EditError {
                    first: edit.span,
                    second: span,
                });
            }
        }
        self.added += 1;
        let key = (span.start, !span.is_empty(), self.added);
        self.by_place.insert(key, Edit { span, text });
        Ok(())
    }

    /// Inserts `text` before byte `at`.
    ///
    /// # Errors
    /// When `at` lies inside a replacement.
    pub fn insert(&mut self, at: u32, text: impl Into<String>) -> Result<(), EditError> {
        self.replace(Span::at(at), text)
    }

    /// Removes `span`.
    ///
    /// # Errors
    /// When `span` overlaps another edit.
    pub fn remove(&mut self, span: Span) -> Result<(), EditError> {
        self.replace(span, String::new())
    }

    /// Whether an edit reaches over an edge of `span`, or around it.
    #[must_use]
    pub fn cross(&self, span: Span) -> bool {
        !span.is_empty() && self.crossing(span).is_some()
    }

    /// An edit that reaches over an edge of `span`, or around it.
    #[must_use]
    pub fn crossing(&self, span: Span) -> Option<&Edit> {
        // Edits do not overlap, so only the last one that begins before an edge can reach over it.
        [span.start, span.end].into_iter().find_map(|edge| {
            let before = self.by_place.range(..(edge, false, 0)).next_back();
            before
                .map(|(_, edit)| edit)
                .filter(|edit| edit.span.end > edge)
        })
    }

    /// Takes out the edits that lie inside `span`, insertions at its edges included.
    pub fn take_within(&mut self, span: Span) -> Edits {
        let near = (span.start, false, 0)..(span.end, false, u32::MAX);
        self.take(near, |edit| span.contains(edit.span))
    }

    /// Takes out the edits that change bytes of `span` or insert between them;
    /// insertions at its edges stay.
    pub fn take_overlapping(&mut self, span: Span) -> Edits {
        // There may be many insertions at one place, so those at the edges are not even looked at.
        let from = (span.start, true, 0);
        let near = from..from.max((span.end, false, 0));
        self.take(near, |edit| {
            edit.span.start < span.end && span.start < edit.span.end
                || edit.span.is_empty()
                    && span.start < edit.span.start
                    && edit.span.start < span.end
        })
    }

    fn take(&mut self, near: Range<Key>, wanted: impl Fn(&Edit) -> bool) -> Edits {
        // Edits do not overlap, so at most one begins before `near` and reaches into it.
        let before = self.by_place.range(..near.start).next_back();
        let keys: Vec<_> = before
            .into_iter()
            .chain(self.by_place.range(near))
            .filter(|(_, edit)| wanted(edit))
            .map(|(key, _)| *key)
            .collect();
        let mut taken = Edits {
            by_place: BTreeMap::new(),
            added: self.added,
        };
        for key in keys {
            if let Some(edit) = self.by_place.remove(&key) {
                taken.by_place.insert(key, edit);
            }
        }
        taken
    }

    /// Where the text of each edit stands once all are applied.
    #[must_use]
    pub fn places(&self) -> Vec<Span> {
        let mut shift = 0_i64;
        self.iter()
            .map(|edit| {
                let start = (i64::from(edit.span.start) + shift) as usize;
                shift += edit.text.len() as i64 - edit.span.len() as i64;
                Span::new(start, start + edit.text.len())
            })
            .collect()
    }

    /// The text with all edits applied.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        self.apply_within(text, Span::new(0, text.len()))
    }

    /// The part of the text under `span` with those of the edits applied that lie in it. An
    /// insertion at its end is left to the part that begins there, unless the text ends there, too.
    #[must_use]
    pub fn apply_to_part(&self, text: &str, span: Span) -> String {
        let is_last = span.end as usize == text.len();
        let mut result = String::with_capacity(span.len());
        let mut copied = span.start as usize;
        let from_start = self.by_place.range((span.start, false, 0)..);
        for (_, edit) in from_start.take_while(|(_, edit)| {
            edit.span.start < span.end || is_last && edit.span.start == span.end
        }) {
            result.push_str(&text[copied..edit.span.start as usize]);
            result.push_str(&edit.text);
            copied = edit.span.end as usize;
        }
        result.push_str(&text[copied..span.end as usize]);
        result
    }

    /// The part of the text under `span` with the edits applied, all of which must lie inside it.
    #[must_use]
    pub fn apply_within(&self, text: &str, span: Span) -> String {
        let grown: usize = self.iter().map(|edit| edit.text.len()).sum();
        let mut result = String::with_capacity(span.len() + grown);
        let mut copied = span.start as usize;
        for edit in self.iter() {
            debug_assert!(span.contains(edit.span));
            result.push_str(&text[copied..edit.span.start as usize]);
            result.push_str(&edit.text);
            copied = edit.span.end as usize;
        }
        result.push_str(&text[copied..span.end as usize]);
        result
    }
}
