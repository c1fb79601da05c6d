//! What becomes of fixes: shown, or written.

use super::LintArgs;
use crate::cli::output::Output;
use crate::error::Failure;
use crate::io::write::{self, Backup};
use crate::lint::Estate;
use crate::lint::fix::Fixed;
use crate::pack::Rules;
use crate::present::diff;

/// Shows or writes what the fixes make of the files; positions of those that could not be written.
pub(super) fn cure(
    args: &LintArgs,
    rules: &Rules,
    estate: &Estate,
    fixed: &Fixed,
    output: &mut Output,
    failures: &mut Vec<Failure>,
) -> Vec<usize> {
    let mut unwritten = Vec::new();
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
        let written = write::replace_atomically(
            &subject.path,
            &before.source().bytes_with(before.text()),
            &after.source().bytes_with(after.text()),
            args.backup.then_some(Backup::Beside),
        );
        if let Err(error) = written {
            failures.push(error.into());
            unwritten.push(*at);
        }
    }
    unwritten
}
