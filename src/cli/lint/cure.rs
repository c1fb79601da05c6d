//! What becomes of fixes: shown, or written.

use super::LintArgs;
use super::writes::{CHECKED, place_of};
use crate::cli::output::Output;
use crate::error::{Failure, Failures};
use crate::io::write::WriteError;
use crate::io::write_plan::WritePlan;
use crate::lint::Estate;
use crate::lint::fix::Fixed;
use crate::pack::Rules;
use crate::present::diff;
use crate::xml::Document;

/// Shows or writes what the fixes make of the files; positions of those that could not be written.
pub(super) fn cure(
    args: &LintArgs,
    rules: &Rules,
    estate: &Estate,
    fixed: &Fixed,
    plan: &mut WritePlan,
    output: &mut Output,
    failures: &mut Failures,
) -> Vec<usize> {
    let mut unwritten = Vec::new();
    let mut changes = Vec::new();
    for (at, problem) in &fixed.problems {
        failures.push(
            Failure::new(format!("{problem}, so none was applied"))
                .in_file(&estate.subjects[*at].label)
                .help("Change it by hand and please report this: it is a fault of the rule."),
        );
    }
    for (at, after) in &fixed.documents {
        let subject = &estate.subjects[*at];
        let Some(before) = subject.document() else {
            continue;
        };
        if args.diff {
            let table = (!args.show_secrets).then_some((&*rules.secrets, &rules.identities));
            let shown = diff::of_documents(&subject.label, before, after, table, output.color());
            output.out(&shown);
            continue;
        }
        if !subject.tree.is_writable() {
            failures.push(
                Failure::new("a file in a snapshot is not changed")
                    .in_file(&subject.label)
                    .help("Fix the files of the server, or restore the snapshot elsewhere first."),
            );
            unwritten.push(*at);
            continue;
        }
        changes.push((*at, before, after));
    }
    if let Err(failure) = write_all(args, estate, &changes, plan, failures, &mut unwritten) {
        failures.push(failure);
        unwritten.extend(changes.iter().map(|(at, ..)| *at));
    }
    unwritten.sort_unstable();
    unwritten.dedup();
    unwritten
}

/// Writes the files that the fixes change, all of them by one plan.
///
/// # Errors
/// When the plan is refused: nothing is written then.
fn write_all(
    args: &LintArgs,
    estate: &Estate,
    changes: &[(usize, &Document, &Document)],
    plan: &mut WritePlan,
    failures: &mut Failures,
    unwritten: &mut Vec<usize>,
) -> Result<(), Failure> {
    let mut targets = Vec::new();
    for (at, before, after) in changes {
        let subject = &estate.subjects[*at];
        let planned = place_of(subject)
            .map_err(|error| WriteError::of(&subject.path, error.into()))
            .and_then(|place| plan.in_place(&subject.path, &place, args.backup));
        match planned {
            Ok(target) => {
                plan.may_replace(target, &[CHECKED]);
                targets.push((*at, target, *before, *after));
            }
            Err(error) => {
                failures.push(error.into());
                unwritten.push(*at);
            }
        }
    }
    let plan = plan.ready()?;
    for (at, target, before, after) in targets {
        let bytes = |document: &Document| document.source().bytes_with(document.text());
        if let Err(error) = plan.replace(target, &bytes(before), &bytes(after)) {
            failures.push(error.into());
            unwritten.push(at);
        }
    }
    Ok(())
}
