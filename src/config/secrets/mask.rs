//! A text in pieces, secrets apart: the one loop by which everything is masked.

use std::ops::Range;

/// What is shown instead of a secret.
pub const MASK: &str = "[secret]";

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it is.
    pub range: Range<usize>,
    /// Whether it must not be shown.
    pub is_secret: bool,
}

/// The part `within` of a text in pieces, in order; `secrets` are in order, too, and may overlap or
/// reach beyond the part.
pub fn pieces(
    within: Range<usize>,
    secrets: impl IntoIterator<Item = Range<usize>>,
) -> impl Iterator<Item = Piece> {
    let mut found = Vec::new();
    let mut at = within.start;
    let mut add = |range: Range<usize>, is_secret| {
        if !range.is_empty() {
            found.push(Piece { range, is_secret });
        }
    };
    for secret in secrets {
        if secret.start >= within.end {
            break;
        }
        let (start, end) = (secret.start.max(at), secret.end.min(within.end));
        if start < end {
            add(at..start, false);
            add(start..end, true);
            at = end;
        }
    }
    add(at..within.end, false);
    found.into_iter()
}

/// `text` with each secret replaced by what `mask` says.
pub fn masked(
    text: &str,
    secrets: impl IntoIterator<Item = Range<usize>>,
    mut mask: impl FnMut(&str) -> String,
) -> String {
    let mut shown = String::with_capacity(text.len());
    for piece in pieces(0..text.len(), secrets) {
        let part = &text[piece.range];
        match piece.is_secret {
            true => shown.push_str(&mask(part)),
            false => shown.push_str(part),
        }
    }
    shown
}

/// Ranges in order, those that overlap as one.
pub(super) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
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
