//! The lines of a file around a place, with secrets masked.

use super::plain::{is_obeyed, written_out};
use crate::config::secrets::{MASK, SecretTable, pieces, ranges};
use crate::error::Excerpt;
use crate::xml::span::{ceiling, floor};
use crate::xml::{LineColumn, Span};

/// How much of a long line is shown on each side of the place.
const MAX_SIDE: usize = 160;

/// The line under `span` (its first, if it has several) of a well-formed text
/// whose secrets are `secrets`, in order.
#[must_use]
pub fn excerpt_for(text: &str, span: Span, secrets: &[Span], note: &str) -> Excerpt {
    let first_line = LineColumn::of(text, span.start).line;
    excerpt_on(first_line, text, span, secrets, note)
}

/// As [`excerpt_for`], where the number of the line is known: for many places of one text.
#[must_use]
pub(super) fn excerpt_on(
    first_line: usize,
    text: &str,
    span: Span,
    secrets: &[Span],
    note: &str,
) -> Excerpt {
    let shown = shown_of(text, span);
    let mut masked = Masked::default();
    for piece in pieces(shown.range(), ranges(secrets)) {
        let raw = Span::new(piece.range.start, piece.range.end);
        match piece.is_secret {
            true => masked.replace(raw, MASK),
            false => masked.push(text, raw.start, raw.end),
        }
    }
    let start = masked.place(span.start, false);
    let end = masked.place(span.end.min(shown.end), true);
    Excerpt {
        first_line,
        label: Span {
            start,
            end: end.max(start),
        },
        text: masked.text,
        note: note.to_owned(),
    }
}

/// A text with secrets replaced and what a terminal would obey, and where its pieces come from.
#[derive(Default)]
struct Masked {
    text: String,
    pieces: Vec<Piece>,
}

struct Piece {
    raw: Span,
    /// Where it went.
    shown: Span,
    is_replaced: bool,
}

impl Masked {
    /// Adds a part of `text`.
    fn push(&mut self, text: &str, start: u32, end: u32) {
        let mut copied = start as usize;
        for (at, c) in text[start as usize..end as usize].char_indices() {
            let at = start as usize + at;
            if is_obeyed(text, at, c) {
                self.copy(text, Span::new(copied, at));
                copied = at + c.len_utf8();
                self.replace(Span::new(at, copied), &written_out(c));
            }
        }
        self.copy(text, Span::new(copied, end as usize));
    }

    fn copy(&mut self, text: &str, raw: Span) {
        self.add(raw, &text[raw.range()], false);
    }

    /// Adds `shown` for `raw`.
    fn replace(&mut self, raw: Span, shown: &str) {
        self.add(raw, shown, true);
    }

    fn add(&mut self, raw: Span, shown: &str, is_replaced: bool) {
        let start = self.text.len();
        self.text.push_str(shown);
        self.pieces.push(Piece {
            raw,
            shown: Span::new(start, self.text.len()),
            is_replaced,
        });
    }

    /// Where byte `offset` of the text went; of what is replaced the replacement begins or ends there.
    fn place(&self, offset: u32, is_end: bool) -> u32 {
        let piece = self
            .pieces
            .iter()
            .find(|piece| offset < piece.raw.end || (is_end && offset == piece.raw.end));
        match piece {
            Some(piece) if piece.is_replaced && is_end => piece.shown.end,
            Some(piece) if piece.is_replaced => piece.shown.start,
            Some(piece) => piece.shown.start + offset.saturating_sub(piece.raw.start),
            None => self.text.len() as u32,
        }
    }
}

/// The line under `span` of a text that is not well-formed; none if it is
/// blank, or a secret could stand there, which cannot be known without its structure.
#[must_use]
pub fn excerpt_of_broken(
    text: &str,
    span: Span,
    table: &SecretTable,
    note: &str,
) -> Option<Excerpt> {
    let line = line_of(text, span);
    if text[line.range()].trim().is_empty() {
        return None;
    }
    let line = line.range();
    let touches =
        |secret: &std::ops::Range<usize>| secret.start < line.end && line.start < secret.end;
    if table.secrets_in_text(text).iter().any(touches) {
        return None;
    }
    Some(excerpt_for(text, span, &[], note))
}

/// Secrets of a text without structure.
#[must_use]
pub fn secrets_of_plain(text: &str, table: &SecretTable) -> Vec<Span> {
    let secrets = table.secrets_in_text(text).into_iter();
    secrets
        .map(|secret| Span::new(secret.start, secret.end))
        .collect()
}

/// The whole line in which `span` begins, without its line end.
fn line_of(text: &str, span: Span) -> Span {
    let at = (span.start as usize).min(text.len());
    let bytes = text.as_bytes();
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let start = bytes[..at]
        .iter()
        .rposition(is_end)
        .map_or(0, |end| end + 1);
    let end = bytes[at..]
        .iter()
        .position(is_end)
        .map_or(text.len(), |end| at + end);
    Span::new(start, end)
}

/// What [`excerpt_for`] shows of the text for `span`: its line, cut to its surroundings where it is
/// very long. It looks no further than that: a minified file is one line with many findings.
pub(super) fn shown_of(text: &str, span: Span) -> Span {
    let at = (span.start as usize).min(text.len());
    let from = floor(text, at.saturating_sub(MAX_SIDE));
    let to = ceiling(text, at.saturating_add(2 * MAX_SIDE));
    let bytes = text.as_bytes();
    let start = memchr::memrchr2(b'\n', b'\r', &bytes[from..at]).map_or(from, |end| from + end + 1);
    let end = memchr::memchr2(b'\n', b'\r', &bytes[at..to]).map_or(to, |end| at + end);
    Span::new(start, end)
}
