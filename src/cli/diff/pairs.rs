//! Which files of two sides are compared with each other.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::path::Path;

use super::sides::Side;
use crate::pack::Rules;

/// Two files, by their positions on their sides.
pub(super) struct Pair {
    pub(super) before: usize,
    pub(super) after: usize,
}

/// All pairs, and what has no partner.
pub(super) struct Pairs {
    pub(super) both: Vec<Pair>,
    pub(super) only_before: Vec<usize>,
    pub(super) only_after: Vec<usize>,
}

/// Two files that were given are a pair. Of folders and snapshots those are that have one path without
/// regard to case, be it with the new names of virtual directories, then those that are the only ones of
/// their component.
pub(super) fn pairs(before: &Side, after: &Side, rules: &Rules) -> Pairs {
    let sides = [before, after];
    let is_alone = |side: &Side| side.below.len() == 1 && side.below[0].is_none();
    let mut both = Vec::new();
    if sides.iter().all(|side| is_alone(side)) {
        both.push(Pair {
            before: 0,
            after: 0,
        });
    }
    let mut free = sides.map(|side| -> Vec<usize> {
        let all = 0..side.below.len();
        all.filter(|_| both.is_empty()).collect()
    });
    let by_path = |side: &Side, at: usize| side.below[at].as_ref().map(|path| path.to_lowercase());
    let by_new_path = |side: &Side, at: usize| {
        let path = by_path(side, at)?;
        let renamed = |segment: &str| {
            let known = rules.virtual_directories.iter();
            let mut known = known.filter(|known| known.old.eq_ignore_ascii_case(segment));
            known
                .next()
                .map_or_else(|| segment.to_owned(), |known| known.new.to_lowercase())
        };
        let segments: Vec<String> = path.split('/').map(renamed).collect();
        Some(segments.join("/"))
    };
    let by_component = |side: &Side, at: usize| side.estate.subjects[at].component.clone();
    join(sides, &mut free, &mut both, by_path);
    join(sides, &mut free, &mut both, by_new_path);
    join(sides, &mut free, &mut both, by_component);
    // What a section of another file reads is compared with that file.
    let read = sides.map(read_by_others);
    both.retain(|pair| !(read[0].contains(&pair.before) && read[1].contains(&pair.after)));
    both.sort_by_key(|pair| pair.before);
    let [only_before, only_after] = free;
    Pairs {
        both,
        only_before,
        only_after,
    }
}

/// The files of a side that sections of its other files point at.
fn read_by_others(side: &Side) -> HashSet<usize> {
    let subjects = &side.estate.subjects;
    let at: HashMap<&Path, usize> = (subjects.iter().enumerate())
        .map(|(at, subject)| (subject.path.as_path(), at))
        .collect();
    let mut read = HashSet::new();
    for subject in subjects {
        let folder = subject.path.parent().unwrap_or(Path::new(""));
        for sidecar in subject.sidecars() {
            let found = subject.tree.find(folder, &sidecar.path);
            read.extend(found.and_then(|found| at.get(found.as_path()).copied()));
        }
    }
    read
}

/// Pairs those that alone on their side have a name, which both sides have.
fn join<N: Hash + Eq>(
    sides: [&Side; 2],
    free: &mut [Vec<usize>; 2],
    both: &mut Vec<Pair>,
    name: impl Fn(&Side, usize) -> Option<N>,
) {
    let mut named: HashMap<N, [Vec<usize>; 2]> = HashMap::new();
    for side in [0, 1] {
        for at in &free[side] {
            if let Some(name) = name(sides[side], *at) {
                named.entry(name).or_default()[side].push(*at);
            }
        }
    }
    for [before, after] in named.into_values() {
        if let ([before], [after]) = (&before[..], &after[..]) {
            free[0].retain(|at| at != before);
            free[1].retain(|at| at != after);
            both.push(Pair {
                before: *before,
                after: *after,
            });
        }
    }
}
