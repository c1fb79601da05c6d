//! The merge of lines, as git does it: a second opinion.
//!
//! Promises a text only where the two sides changed lines that lie apart, so that no reading of
//! the file could find anything to decide. The only place below `present` that knows similar.

use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// Longer files are not compared: it would take time with the square of their lines.
const MAX_LINES: usize = 10_000;

/// Merges what two sides changed in `base`; `None` where they changed the same lines or
/// neighbouring ones, differently.
#[must_use]
pub fn merge_lines(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let [base, ours, theirs] = [base, ours, theirs].map(lines);
    if base.len().max(ours.len()).max(theirs.len()) > MAX_LINES {
        return None;
    }
    let (ours, theirs) = (hunks(&base, &ours), hunks(&base, &theirs));
    let mut text = String::new();
    let mut copied = 0;
    let (mut ours, mut theirs) = (ours.iter().peekable(), theirs.iter().peekable());
    while let Some(hunk) = match (ours.peek(), theirs.peek()) {
        (Some(one), Some(other)) if one == other => {
            ours.next();
            theirs.next()
        }
        (Some(one), Some(other)) if one.touches(other) => return None,
        (Some(one), Some(other)) if other.replaced.start < one.replaced.start => theirs.next(),
        (Some(_), _) => ours.next(),
        (None, _) => theirs.next(),
    } {
        text.extend(base[copied..hunk.replaced.start].iter().copied());
        text.extend(hunk.lines.iter().copied());
        copied = hunk.replaced.end;
    }
    text.extend(base[copied..].iter().copied());
    Some(text)
}

/// Lines of the base, and what one side has in their place.
#[derive(PartialEq, Eq)]
struct Hunk<'t> {
    replaced: Range<usize>,
    lines: Vec<&'t str>,
}

impl Hunk<'_> {
    /// Whether no line of the base lies between the two.
    fn touches(&self, other: &Self) -> bool {
        self.replaced.start <= other.replaced.end && other.replaced.start <= self.replaced.end
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn hunks<'t>(base: &[&'t str], side: &[&'t str]) -> Vec<Hunk<'t>> {
    capture_diff_slices(Algorithm::Myers, base, side)
        .iter()
        .filter(|op| op.tag() != DiffTag::Equal)
        .map(|op| Hunk {
            replaced: op.old_range(),
            lines: side[op.new_range()].to_vec(),
        })
        .collect()
}
