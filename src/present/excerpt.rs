//! The lines of a file around a place, with secrets masked.

use crate::config::secrets::SecretTable;
use crate::error::Excerpt;
use crate::xml::{LineColumn, Span};

/// What stands in the place of a secret.
pub const MASK: &str = "[secret]";
/// What stands in the place of a line that may hold one.
pub const HIDDEN_LINE: &str = "[this line may hold a secret]";
/// How much of a long line is shown on each side of the place.
const MAX_SIDE: usize = 160;
/// How far back a word may stand that makes a broken text secret.
const LOOK_BACK: usize = 400;

/// The line or lines under `span` of a well-formed text whose secrets are `secrets`.
#[must_use]
pub fn excerpt_for(text: &str, span: Span, secrets: &[Span], note: &str) -> Excerpt {
    let lines = lines_around(text, span);
    let shown = clipped(text, lines, span);
    let mut masked = String::with_capacity(shown.len());
    let mut label = [shown.start, shown.start];
    let mut copied = shown.start as usize;
    let mut place = |at: u32, masked: usize, copied: usize, inside: bool| {
        // The label moves with the text; a place inside a secret is the mask itself.
        let moved = if inside {
            masked
        } else {
            masked + (at as usize).saturating_sub(copied)
        };
        moved as u32
    };
    let mut placed = [false, false];
    let ends = [span.start, span.end.min(shown.end).max(span.start)];
    for secret in secrets {
        let start = secret.start.max(copied as u32);
        let end = secret.end.min(shown.end);
        if secret.end <= shown.start || start >= end {
            continue;
        }
        for side in 0..2 {
            if !placed[side] && ends[side] <= start {
                label[side] = place(ends[side], masked.len(), copied, false);
                placed[side] = true;
            }
        }
        masked.push_str(&text[copied..start as usize]);
        for side in 0..2 {
            if !placed[side] && ends[side] < end {
                label[side] = place(ends[side], masked.len() + side * MASK.len(), copied, true);
                placed[side] = true;
            }
        }
        masked.push_str(MASK);
        copied = end as usize;
    }
    for side in 0..2 {
        if !placed[side] {
            label[side] = place(ends[side], masked.len(), copied, false);
        }
    }
    masked.push_str(&text[copied..shown.end as usize]);
    Excerpt {
        first_line: LineColumn::of(text, lines.start).line,
        label: Span {
            start: label[0].min(masked.len() as u32),
            end: label[1].clamp(label[0], masked.len() as u32),
        },
        text: masked,
        note: note.to_owned(),
    }
}

/// The line under `span` of a text that is not well-formed; none if a secret
/// could stand there, which cannot be known without its structure.
#[must_use]
pub fn excerpt_of_broken(
    text: &str,
    span: Span,
    table: &SecretTable,
    note: &str,
) -> Option<Excerpt> {
    let lines = lines_around(text, span);
    let mut from = (lines.start as usize).saturating_sub(LOOK_BACK);
    while !text.is_char_boundary(from) {
        from -= 1;
    }
    if table.mentions_secret(&text[from..lines.end as usize]) {
        return None;
    }
    Some(excerpt_for(text, span, &[], note))
}

/// Secrets of a text without structure: the parts that patterns know, and
/// every line that speaks of secrets.
#[must_use]
pub fn secrets_of_plain(text: &str, table: &SecretTable) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let shown = line.trim_end_matches(['\r', '\n']);
        if table.mentions_secret(shown) {
            spans.push(Span::new(start, start + shown.len()));
        }
        start += line.len();
    }
    spans
}

/// The whole lines that `span` touches, without the last line end.
fn lines_around(text: &str, span: Span) -> Span {
    let limit = text.len();
    let start = (span.start as usize).min(limit);
    let end = (span.end as usize).clamp(start, limit);
    let bytes = text.as_bytes();
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let first = bytes[..start]
        .iter()
        .rposition(is_end)
        .map_or(0, |at| at + 1);
    // A long span is shown by its first line.
    let mut last_start = end.min(start + 1).max(start);
    if end > start && is_end(&bytes[start]) {
        last_start = start;
    }
    let last = bytes[last_start..]
        .iter()
        .position(is_end)
        .map_or(limit, |at| last_start + at);
    Span::new(first, last)
}

/// `lines`, cut to the surroundings of `span` where they are very long.
fn clipped(text: &str, lines: Span, span: Span) -> Span {
    let mut start = (lines.start as usize).max((span.start as usize).saturating_sub(MAX_SIDE));
    let mut end = (lines.end as usize).min((span.start as usize).saturating_add(2 * MAX_SIDE));
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    Span::new(start.min(end), end)
}
