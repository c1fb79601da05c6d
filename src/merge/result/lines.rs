//! The merge of lines, as git does it: a second opinion.
//!
//! Promises a text only where the two sides changed lines that lie apart, so that no reading of
//! the file could find anything to decide.

use crate::matching::sequence::{Change, Neighbours, chunks};

/// Longer files are not compared: it would take time with the square of their lines.
const MAX_LINES: usize = 10_000;

/// Merges what two sides changed in `base`; `None` where they changed the same lines or
/// neighbouring ones, differently.
#[must_use]
pub fn merge_lines(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let sides = [base, ours, theirs];
    let head = common_head(sides);
    let sides = sides.map(|side| &side[head..]);
    let tail = common_tail(sides);
    let sides = sides.map(|side| &side[..side.len() - tail]);
    let [base_lines, ours, theirs] = sides.map(lines);
    if base_lines.len().max(ours.len()).max(theirs.len()) > MAX_LINES {
        return None;
    }
    let mut text = String::with_capacity(base.len() + base.len() / 16);
    text.push_str(&base[..head]);
    let mut copied = 0;
    for chunk in chunks(&base_lines, &ours, &theirs, Neighbours::Meet) {
        text.extend(base_lines[copied..chunk.base.start].iter().copied());
        text.extend(match chunk.change {
            Change::Ours | Change::Same => ours[chunk.ours].iter().copied(),
            Change::Theirs => theirs[chunk.theirs].iter().copied(),
            Change::Both => return None,
        });
        copied = chunk.base.end;
    }
    text.extend(base_lines[copied..].iter().copied());
    text.push_str(&base[base.len() - tail..]);
    Some(text)
}

fn lines(text: &str) -> Vec<&str> {
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
    let ends = ends.chain((!text.is_empty() && !text.ends_with('\n')).then_some(text.len()));
    ends.map(|end| &text[std::mem::replace(&mut start, end)..end])
        .collect()
}

/// The length of the lines that all three begin with: most of most files.
fn common_head([base, ours, theirs]: [&str; 3]) -> usize {
    let same = common_prefix(base, ours).min(common_prefix(base, theirs));
    memchr::memrchr(b'\n', &base.as_bytes()[..same]).map_or(0, |at| at + 1)
}

/// The length of the lines that all three end with.
fn common_tail([base, ours, theirs]: [&str; 3]) -> usize {
    let same = common_suffix(base, ours).min(common_suffix(base, theirs));
    let tail = &base.as_bytes()[base.len() - same..];
    memchr::memchr(b'\n', tail).map_or(0, |at| tail.len() - at - 1)
}

/// Bytes are compared in blocks of this size first.
const BLOCK: usize = 64;

fn common_prefix(one: &str, other: &str) -> usize {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let blocks = one.chunks_exact(BLOCK).zip(other.chunks_exact(BLOCK));
    let same = blocks.take_while(|(one, other)| one == other).count() * BLOCK;
    let rest = one[same..].iter().zip(&other[same..]);
    same + rest.take_while(|(one, other)| one == other).count()
}

fn common_suffix(one: &str, other: &str) -> usize {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let blocks = one.rchunks_exact(BLOCK).zip(other.rchunks_exact(BLOCK));
    let same = blocks.take_while(|(one, other)| one == other).count() * BLOCK;
    let rest = (one[..one.len() - same].iter().rev()).zip(other[..other.len() - same].iter().rev());
    same + rest.take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::merge_lines;

    #[test]
    fn what_all_begin_and_end_with_is_left_out_by_whole_lines() {
        let long = "x".repeat(200);
        let base = format!("{long}\na\nb\nc\nd\n{long}");
        let with = |from: &str, to: &str| base.replacen(from, to, 1);
        let merged = merge_lines(&base, &with("\na\n", "\naa\n"), &with("\nd\n", "\n"));
        assert_eq!(merged, Some(format!("{long}\naa\nb\nc\n{long}")));
        // The last line has no line break; one side gives it one.
        let merged = merge_lines("a\nb\nc", "a\nb\nc\n", "x\nb\nc");
        assert_eq!(merged.as_deref(), Some("x\nb\nc\n"));
        // A line that one side shortens to what the next one begins with.
        assert_eq!(
            merge_lines("a\n", "a\na\n", "a\n").as_deref(),
            Some("a\na\n")
        );
        assert_eq!(merge_lines("", "a", "").as_deref(), Some("a"));
        assert_eq!(merge_lines("é\n", "è\n", "é\n").as_deref(), Some("è\n"));
        assert_eq!(merge_lines("a\nb\n", "x\nb\n", "y\nb\n"), None);
    }
}
