//! The merge of two sequences that come from a third, as a merge of lines does it.
//!
//! The only place below `present` that knows similar.

use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// A stretch of the base that one side or both changed, and what they have in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// What was there; empty where something was put between two items.
    pub base: Range<usize>,
    /// What our side has there.
    pub ours: Range<usize>,
    /// What their side has there.
    pub theirs: Range<usize>,
    /// Who changed it.
    pub change: Change,
}

/// Who changed a [`Chunk`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Our side alone.
    Ours,
    /// Their side alone.
    Theirs,
    /// Both, to the same.
    Same,
    /// Both, differently.
    Both,
}

/// What counts as changes of the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Neighbours {
    /// Changes without an unchanged item between them, as for git.
    Meet,
    /// Changes of the same items, insertions at the same place, and a removal with its neighbours:
    /// of two that are alike nobody knows which one was removed.
    Apart,
}

/// The changed stretches of `base`, in its order. What lies between them is the same everywhere.
#[must_use]
pub fn chunks<T: Hash + Eq + Ord>(
    base: &[T],
    ours: &[T],
    theirs: &[T],
    neighbours: Neighbours,
) -> Vec<Chunk> {
    let mut hunks: Vec<Hunk> = [(true, ours), (false, theirs)]
        .into_iter()
        .flat_map(|(is_ours, side)| hunks(base, side, is_ours))
        .collect();
    hunks.sort_by_key(|hunk| (hunk.base.start, hunk.base.end));
    let (mut our_shift, mut their_shift) = (0_isize, 0_isize);
    let mut found: Vec<Chunk> = Vec::new();
    let mut hunks = hunks.into_iter().peekable();
    while let Some(first) = hunks.next() {
        let mut range = first.base.clone();
        let mut last_removes = first.removes();
        let (mut our_growth, mut their_growth) = (0, 0);
        let mut changed = [false; 2];
        let mut add = |hunk: &Hunk| {
            if hunk.is_ours {
                our_growth += hunk.growth;
            } else {
                their_growth += hunk.growth;
            }
            changed[usize::from(hunk.is_ours)] = true;
        };
        add(&first);
        while let Some(next) = hunks.next_if(|next| {
            let touches = next.base.start <= range.end;
            touches
                && (neighbours == Neighbours::Meet
                    || next.base.start < range.end
                    || next.base == range
                    || last_removes
                    || next.removes())
        }) {
            add(&next);
            last_removes |= next.removes();
            range.end = range.end.max(next.base.end);
        }
        let side = |shift: isize, growth: isize| {
            range.start.saturating_add_signed(shift)
                ..range.end.saturating_add_signed(shift + growth)
        };
        let (our_range, their_range) =
            (side(our_shift, our_growth), side(their_shift, their_growth));
        our_shift += our_growth;
        their_shift += their_growth;
        let change = match changed {
            [false, _] => Change::Ours,
            [_, false] => Change::Theirs,
            _ if ours[our_range.clone()] == theirs[their_range.clone()] => Change::Same,
            _ => Change::Both,
        };
        found.push(Chunk {
            base: range,
            ours: our_range,
            theirs: their_range,
            change,
        });
    }
    found
}

struct Hunk {
    base: Range<usize>,
    growth: isize,
    is_ours: bool,
}

impl Hunk {
    /// Whether it puts nothing in the place of what it replaces.
    fn removes(&self) -> bool {
        self.growth == -(self.base.len() as isize)
    }
}

fn hunks<T: Hash + Eq + Ord>(base: &[T], side: &[T], is_ours: bool) -> Vec<Hunk> {
    capture_diff_slices(Algorithm::Myers, base, side)
        .iter()
        .filter(|op| op.tag() != DiffTag::Equal)
        .map(|op| Hunk {
            base: op.old_range(),
            growth: op.new_range().len() as isize - op.old_range().len() as isize,
            is_ours,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(base: &str, ours: &str, theirs: &str, neighbours: Neighbours) -> Vec<Change> {
        let items = |text: &str| text.chars().collect::<Vec<_>>();
        chunks(&items(base), &items(ours), &items(theirs), neighbours)
            .into_iter()
            .map(|chunk| chunk.change)
            .collect()
    }

    #[test]
    fn each_side_alone_and_both() {
        let all = changes("abcdefg", "Xbcdefg", "abcdefY", Neighbours::Meet);
        assert_eq!(all, [Change::Ours, Change::Theirs]);
        assert_eq!(
            changes("abc", "axc", "axc", Neighbours::Meet),
            [Change::Same]
        );
        assert_eq!(
            changes("abc", "axc", "ayc", Neighbours::Meet),
            [Change::Both]
        );
    }

    #[test]
    fn neighbours_meet_only_where_they_are_said_to() {
        assert_eq!(changes("ab", "xb", "ay", Neighbours::Meet), [Change::Both]);
        let apart = changes("ab", "xb", "ay", Neighbours::Apart);
        assert_eq!(apart, [Change::Ours, Change::Theirs]);
        // A removal meets its neighbour, and so do two insertions at one place.
        assert_eq!(changes("ab", "b", "ay", Neighbours::Apart), [Change::Both]);
        assert_eq!(
            changes("ab", "axb", "ayb", Neighbours::Apart),
            [Change::Both]
        );
    }

    #[test]
    fn ranges_follow_what_came_before() {
        let chunks = chunks(b"abcd", b"xxabcd", b"abc", Neighbours::Apart);
        assert_eq!(chunks[0].ours, 0..2);
        assert_eq!(chunks[0].theirs, 0..0);
        assert_eq!(
            (chunks[1].ours.clone(), chunks[1].theirs.clone()),
            (5..6, 3..3)
        );
    }
}
