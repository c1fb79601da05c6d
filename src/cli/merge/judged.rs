//! What lint says of the old file and of the result.

use std::path::Path;
use std::sync::Arc;

use super::MergeArgs;
use crate::diff::risk::Linted;
use crate::io::read::{display_name, is_stdin};
use crate::lint::selection::Selection;
use crate::lint::tree::Disk;
use crate::lint::{Estate, Linter, Subject};
use crate::pack::Rules;
use crate::present::merge::Judged;

/// Looks at both with the rules that `lint` has without options. The files beside the old one count as
/// those beside the result, where a merge puts them.
pub(super) fn judged(args: &MergeArgs, rules: &Rules, old: &[u8], result: &[u8]) -> Option<Judged> {
    let selection = Selection::new(rules, &[], &[]).ok()?;
    let linter = Linter {
        rules,
        selection: &selection,
    };
    let path = match is_stdin(&args.old) {
        true => Path::new(""),
        false => args.old.as_path(),
    };
    let estate = |label: String, bytes: &[u8]| Estate {
        subjects: vec![Subject::new(
            label,
            path.to_owned(),
            Arc::new(Disk::default()),
            bytes,
            rules,
        )],
    };
    let old = estate(display_name(&args.old), old);
    let result = estate(display_name(&args.output), result);
    let (of_old, of_result) = rayon::join(|| linter.run(&old), || linter.run(&result));
    let linted = |estate, report| Linted {
        estate,
        report,
        subject: 0,
    };
    Some(Judged::of(
        rules,
        linted(&old, &of_old),
        linted(&result, &of_result),
    ))
}
