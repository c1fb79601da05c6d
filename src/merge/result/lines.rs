//! The merge of lines, as git does it: a second opinion.
//!
//! Promises a text only where the two sides changed lines that lie apart, so that no reading of
//! the file could find anything to decide.

use crate::merge::sequence::{Change, Neighbours, chunks};

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
    let mut text = String::new();
    let mut copied = 0;
    for chunk in chunks(&base, &ours, &theirs, Neighbours::Meet) {
        text.extend(base[copied..chunk.base.start].iter().copied());
        text.extend(match chunk.change {
            Change::Ours | Change::Same => ours[chunk.ours].iter().copied(),
            Change::Theirs => theirs[chunk.theirs].iter().copied(),
            Change::Both => return None,
        });
        copied = chunk.base.end;
    }
    text.extend(base[copied..].iter().copied());
    Some(text)
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}
