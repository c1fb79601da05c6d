//! Byte ranges into one immutable text.

use std::ops::Range;

/// A half-open byte range of the decoded text of one document.
///
/// Offsets count UTF-8 bytes after the byte-order mark was taken off. A span
/// belongs to the text it was made from and to no other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from `start` to `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end);
        Self {
            start: start as u32,
            end: end as u32,
        }
    }

    /// The empty span at `at`.
    #[must_use]
    pub fn at(at: u32) -> Self {
        Self { start: at, end: at }
    }

    /// The range, for slicing.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the span covers nothing.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn cover(self, other: Span) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Whether `other` lies inside this span.
    #[must_use]
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether one of `places`, which are in order, lies in this span or at its edge.
    #[must_use]
    pub fn touches_any(self, places: &[Span]) -> bool {
        let next = places.partition_point(|place| place.end < self.start);
        (places.get(next)).is_some_and(|place| place.start <= self.end)
    }
}

/// The last place up to `at` that is between two characters; the end of the text if `at` is behind it.
#[must_use]
pub fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The first place from `at` on that is between two characters.
#[must_use]
pub fn ceiling(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// Where the lines of a text begin, for many places of one text.
#[derive(Clone, Debug)]
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    /// What stands before each block of the text, so that no place of a long line is counted from
    /// its beginning.
    blocks: Vec<Counts>,
}

/// Bytes from one entry of [`Lines::blocks`] to the next.
const BLOCK: usize = 1024;

/// How much a part of a text holds.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    chars: usize,
    /// Of them those that are two code units in UTF-16.
    beyond: usize,
}

impl Counts {
    fn add(mut self, bytes: &[u8]) -> Self {
        self.chars += bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        self.beyond += bytes.iter().filter(|byte| **byte >= 0xF0).count();
        self
    }
}

impl<'t> Lines<'t> {
    /// Looks through `text` once.
    #[must_use]
    pub fn of(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes)
            .filter(|at| bytes[*at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'))
            .map(|at| at + 1);
        Self {
            text,
            starts: std::iter::once(0).chain(ends).collect(),
            blocks: bytes
                .chunks(BLOCK)
                .scan(Counts::default(), |before, block| {
                    let counts = *before;
                    *before = counts.add(block);
                    Some(counts)
                })
                .collect(),
        }
    }

    /// The place of byte `offset`, as [`LineColumn::of`] tells it.
    #[must_use]
    pub fn place(&self, offset: u32) -> LineColumn {
        let (line, before) = self.before(offset);
        LineColumn {
            line,
            column: before.chars + 1,
        }
    }

    /// The place of byte `offset` with its column in UTF-16 code units, as editors
    /// and SARIF viewers count.
    #[must_use]
    pub fn place_utf16(&self, offset: u32) -> LineColumn {
        let (line, before) = self.before(offset);
        LineColumn {
            line,
            column: before.chars + before.beyond + 1,
        }
    }

    /// The line of byte `offset`, and what stands before it there.
    fn before(&self, offset: u32) -> (usize, Counts) {
        let offset = floor(self.text, offset as usize);
        let line = self.starts.partition_point(|start| *start <= offset);
        let (to, from) = (self.until(offset), self.until(self.starts[line - 1]));
        let counts = Counts {
            chars: to.chars - from.chars,
            beyond: to.beyond - from.beyond,
        };
        (line, counts)
    }

    /// What stands before byte `offset` in the whole text.
    fn until(&self, offset: usize) -> Counts {
        let block = (offset / BLOCK).min(self.blocks.len().saturating_sub(1));
        let before = self.blocks.get(block).copied().unwrap_or_default();
        before.add(&self.text.as_bytes()[block * BLOCK..offset])
    }
}

/// A line and a column as people count them: both start at 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl LineColumn {
    /// The place of byte `offset` in `text`. CRLF, LF and a lone CR each end a line.
    #[must_use]
    pub fn of(text: &str, offset: u32) -> Self {
        let offset = floor(text, offset as usize);
        let before = &text[..offset];
        let bytes = before.as_bytes();
        let mut line = 1;
        let mut line_start = 0;
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\r' && text.as_bytes().get(at + 1) == Some(&b'\n') {
                continue;
            }
            line += 1;
            line_start = at + 1;
        }
        Self {
            line,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_a_place_agree() {
        let long = "aé\u{1f600}".repeat(BLOCK);
        for text in ["a\r\nbé\rc\n\n\r\r\nd", "", &format!("x\n{long}\ny")] {
            let lines = Lines::of(text);
            for offset in 0..=text.len() as u32 + 1 {
                assert_eq!(
                    lines.place(offset),
                    LineColumn::of(text, offset),
                    "{offset}"
                );
            }
        }
    }

    #[test]
    fn columns_in_utf_16_count_twice_what_lies_beyond_the_first_plane() {
        let lines = Lines::of("a\n\u{1f600}\u{e9}b");
        let columns = |offset| {
            let (chars, utf16) = (lines.place(offset), lines.place_utf16(offset));
            assert_eq!(chars.line, utf16.line);
            (chars.column, utf16.column)
        };
        assert_eq!(columns(2), (1, 1));
        assert_eq!(columns(6), (2, 3));
        assert_eq!(columns(8), (3, 4));
    }
}
