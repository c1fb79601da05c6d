//! Three inputs or more, side by side.

use std::collections::BTreeMap;

use super::found::{Found, Inputs, Pair, View};
use super::hidden::Hides;
use super::pairs::{Pairs, pairs};
use super::sides::Side;
use crate::error::Failures;
use crate::present::differences::{HadBy, Reporter};

/// Compares each file of the first input with those of the others, and adds what differs to the report.
pub(super) fn compare(
    inputs: &Inputs<'_>,
    hides: &mut Hides,
    reporter: &mut Reporter<'_>,
    failures: &mut Failures,
) {
    let Some((first, others)) = inputs.sides.split_first() else {
        return;
    };
    let pairings: Vec<Pairs> = (others.iter())
        .map(|other| pairs(first, other, inputs.rules))
        .collect();
    let names = inputs.sides.iter().map(|side| side.given.clone());
    let files = not_everywhere(first, others, &pairings);
    // What the first input lacks is compared with nothing.
    let lacking = files.iter().filter(|file| !file.inputs.contains(&0));
    let unsure: Vec<usize> = lacking.flat_map(|file| file.inputs.clone()).collect();
    reporter.side_by_side(names.collect(), files);
    unsure
        .into_iter()
        .for_each(|input| reporter.not_all_compared(input));
    for file in 0..first.estate.subjects.len() {
        let mut compared: Vec<(usize, Pair<'_>)> = Vec::new();
        for ((pairing, other), input) in pairings.iter().zip(others).zip(1..) {
            for pair in pairing.both.iter().filter(|pair| pair.before == file) {
                let sides = [(first, pair.before), (other, pair.after)];
                match failures.keep(Pair::load(sides, inputs.rules)) {
                    Some(pair) => compared.push((input, pair)),
                    None => reporter.not_all_compared(input),
                }
            }
        }
        let views: Vec<Option<View<'_>>> = compared
            .iter()
            .map(|(_, pair)| failures.keep(inputs.view(pair)))
            .collect();
        let mut found = Vec::new();
        for ((input, pair), view) in compared.iter().zip(&views) {
            let one = match view {
                Some(view) => failures.keep(Found::of(inputs, hides, pair, view)),
                None => None,
            };
            if one.as_ref().is_none_or(|one| !one.not_compared.is_empty()) {
                reporter.not_all_compared(*input);
            }
            found.extend(one.map(|one| (*input, one)));
        }
        let others: Vec<_> = (found.iter())
            .map(|(input, found)| (*input, found.compared()))
            .collect();
        if !others.is_empty() {
            reporter.add_table(&first.estate.subjects[file].label, &others);
        }
    }
}

/// Files that not all inputs have.
fn not_everywhere(first: &Side, others: &[Side], pairings: &[Pairs]) -> Vec<HadBy> {
    let below = |side: &Side, at: usize| side.below[at].clone().unwrap_or_default();
    let mut files: Vec<HadBy> = Vec::new();
    for file in 0..first.estate.subjects.len() {
        let lacks: Vec<usize> = (pairings.iter().zip(1..))
            .filter(|(pairs, _)| pairs.only_before.contains(&file))
            .map(|(_, input)| input)
            .collect();
        if !lacks.is_empty() {
            files.push(HadBy {
                path: below(first, file),
                inputs: (0..=others.len())
                    .filter(|input| !lacks.contains(input))
                    .collect(),
            });
        }
    }
    let mut more: BTreeMap<String, HadBy> = BTreeMap::new();
    for ((pairs, other), input) in pairings.iter().zip(others).zip(1..) {
        for file in &pairs.only_after {
            let path = below(other, *file);
            let had = more.entry(path.to_lowercase()).or_insert_with(|| HadBy {
                path,
                inputs: Vec::new(),
            });
            had.inputs.push(input);
        }
    }
    files.extend(more.into_values());
    files
}
