//! Applies the fixes of findings until nothing changes.
//!
//! Promises: a fix is applied as a whole or not at all, fixes that overlap wait
//! for the next round; after each round the file is read anew and looked at
//! anew; a file whose fixes do not come to rest, or that is no document any
//! more or that the second reader reads otherwise, keeps its text and is named.

use std::collections::BTreeMap;

use thiserror::Error;

use super::estate::Estate;
use super::finding::Finding;
use super::run::{Linter, Report};
use super::subject::Subject;
use crate::pack::lint::Applicability;
use crate::xml::second_reader;
use crate::xml::{Document, Edits};

/// Rounds after which fixes that still change something are given up.
const MAX_ROUNDS: usize = 10;

/// A file whose fixes were given up.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum FixProblem {
    /// Its fixes go on changing it.
    #[error("its fixes do not come to rest after {MAX_ROUNDS} rounds")]
    Restless,
    /// A fix broke it.
    #[error("a fix makes it unreadable")]
    Broken,
}

/// What fixes make of the files of a run.
#[derive(Debug, Default)]
pub struct Fixed {
    /// New documents by position of their file.
    pub documents: BTreeMap<usize, Document>,
    /// How many fixes of each rule were applied.
    pub applied: BTreeMap<usize, usize>,
    /// Files whose fixes were given up.
    pub problems: Vec<(usize, FixProblem)>,
    /// The files with the fixes applied.
    pub estate: Estate,
    /// What is still to be found in them.
    pub report: Report,
}

/// Applies every fix of at least this applicability; `estate` stays as it is.
#[must_use]
pub fn apply(linter: &Linter<'_>, estate: &Estate, allowed: Applicability) -> Fixed {
    let mut current = estate.clone();
    let mut fixed = Fixed {
        report: linter.run(&current),
        ..Fixed::default()
    };
    let mut counts: BTreeMap<usize, BTreeMap<usize, usize>> = BTreeMap::new();
    for round in 0..=MAX_ROUNDS {
        let given_up: Vec<usize> = fixed.problems.iter().map(|(at, _)| *at).collect();
        let planned = plan(&fixed.report, &current, allowed, &given_up);
        if planned.is_empty() {
            break;
        }
        for (at, (edits, rules)) in planned {
            if round == MAX_ROUNDS {
                fixed.problems.push((at, FixProblem::Restless));
            } else if apply_to(&mut current.subjects[at], &edits, linter).is_some() {
                for rule in rules {
                    *counts.entry(at).or_default().entry(rule).or_default() += 1;
                }
                continue;
            } else {
                fixed.problems.push((at, FixProblem::Broken));
            }
            counts.remove(&at);
            current.subjects[at] = estate.subjects[at].clone();
        }
        fixed.report = linter.run(&current);
    }
    for (at, (before, after)) in estate.subjects.iter().zip(&current.subjects).enumerate() {
        if let (Some(before), Some(after)) = (before.document(), after.document())
            && before.text() != after.text()
        {
            fixed.documents.insert(at, after.clone());
        }
    }
    for (rule, count) in counts.into_values().flatten() {
        *fixed.applied.entry(rule).or_default() += count;
    }
    fixed.estate = current;
    fixed
}

/// Edits of one round by file, with the rules that they come from.
fn plan(
    report: &Report,
    estate: &Estate,
    allowed: Applicability,
    given_up: &[usize],
) -> BTreeMap<usize, (Edits, Vec<usize>)> {
    let mut planned: BTreeMap<usize, (Edits, Vec<usize>)> = BTreeMap::new();
    for finding in &report.findings {
        let at = finding.place.subject;
        let Some(fix) = &finding.fix else { continue };
        let Some(text) = estate.subjects[at].document().map(Document::text) else {
            continue;
        };
        let changes = |edit: &&crate::xml::Edit| text[edit.span.range()] != edit.text;
        if fix.applicability < allowed
            || given_up.contains(&at)
            || fix.edits.iter().filter(changes).count() == 0
        {
            continue;
        }
        let (edits, rules) = planned.entry(at).or_default();
        if add_all(edits, finding) {
            rules.push(finding.rule);
        }
    }
    planned.retain(|_, (edits, _)| !edits.is_empty());
    planned
}

/// Adds the whole fix, or nothing of it.
fn add_all(edits: &mut Edits, finding: &Finding) -> bool {
    let mut all = edits.clone();
    for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
        if all.replace(edit.span, edit.text.clone()).is_err() {
            return false;
        }
    }
    *edits = all;
    true
}

/// `None` if the result cannot be trusted; the subject is then unchanged.
fn apply_to(subject: &mut Subject, edits: &Edits, linter: &Linter<'_>) -> Option<()> {
    let document = subject.document()?;
    let bytes = document.source().bytes_with(edits.apply(document.text()));
    let changed = Subject::new(
        subject.label.clone(),
        subject.path.clone(),
        subject.tree.clone(),
        &bytes,
        linter.rules,
    );
    let after = changed.document()?;
    second_reader::agree(after, &bytes).ok()?;
    *subject = changed;
    Some(())
}
