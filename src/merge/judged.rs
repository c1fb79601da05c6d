//! What lint says of the administrator's file and of the result.

use std::path::Path;
use std::sync::Arc;

use crate::lint::selection::Selection;
use crate::lint::tree::Tree;
use crate::lint::{Estate, Linter, Report, Subject};
use crate::pack::Rules;

/// Both runs, over one file each.
pub struct Both {
    /// The administrator's file, and what was found in it.
    pub old: (Estate, Report),
    /// The result, and what was found in it.
    pub result: (Estate, Report),
}

/// Looks at both with the rules that `lint` has without options; of each its name and its bytes. The files
/// beside the old one, which `path` is in `tree`, count as those beside the result, where a merge puts them.
#[must_use]
pub fn lint_both(
    rules: &Rules,
    tree: &Arc<dyn Tree>,
    path: &Path,
    old: (String, &[u8]),
    result: (String, &[u8]),
) -> Option<Both> {
    let selection = Selection::new(rules, &[], &[]).ok()?;
    let linter = Linter {
        rules,
        selection: &selection,
    };
    let estate = |(label, bytes): (String, &[u8])| Estate {
        subjects: vec![Subject::new(
            label,
            path.to_owned(),
            tree.clone(),
            bytes,
            rules,
        )],
    };
    let (old, result) = (estate(old), estate(result));
    let (of_old, of_result) = rayon::join(|| linter.run(&old), || linter.run(&result));
    Some(Both {
        old: (old, of_old),
        result: (result, of_result),
    })
}
