//! The action of a `[[merge]]` row and its arguments.

use toml::Spanned;

use crate::pack::format::check::Checker;
use crate::pack::format::file::MergeRow;
use crate::pack::format::problem::PackProblem;
use crate::pack::format::row::span;
use crate::pack::rules::{Action, Deed};
use crate::word::Word;

/// The action of a row, with exactly the arguments that it takes.
pub(super) fn read(checker: &mut Checker<'_>, row: &MergeRow) -> Option<Action> {
    let word = row.action.as_ref()?;
    let deed = *word.get_ref();
    let name = deed.word();
    let wanted: &[&str] = match deed {
        Deed::Set => &["value"],
        Deed::Rename => &["to"],
        Deed::Rewrite => &["pattern", "replacement"],
        Deed::TakeOld
        | Deed::TakeNew
        | Deed::TakeBase
        | Deed::Drop
        | Deed::Require
        | Deed::Conflict
        | Deed::HigherVersion
        | Deed::TakeBoth
        | Deed::TakeBothNewFirst => &[],
    };
    let mut complete = true;
    for (key, given) in [
        ("value", &row.value),
        ("to", &row.to),
        ("pattern", &row.pattern),
        ("replacement", &row.replacement),
    ] {
        let is_wanted = wanted.contains(&key);
        match given {
            Some(given) if !is_wanted => checker.push(PackProblem::new(
                format!("action `{name}` takes no `{key}`"),
                span(given.span()),
            )),
            None if is_wanted => {
                complete = false;
                let message = format!("action `{name}` needs `{key}`");
                checker.push(PackProblem::new(message, span(word.span())));
            }
            _ => {}
        }
    }
    let text = |value: &Option<Spanned<String>>| value.as_ref().map(|v| v.get_ref().clone());
    let action = match deed {
        Deed::TakeOld => Action::TakeOld,
        Deed::TakeNew => Action::TakeNew,
        Deed::TakeBase => Action::TakeBase,
        Deed::Drop => Action::Drop,
        Deed::Set => Action::Set(text(&row.value)?),
        Deed::Rename => Action::Rename(text(&row.to)?),
        Deed::Rewrite => Action::Rewrite {
            pattern: checker.regex(row.pattern.as_ref()?)?,
            replacement: text(&row.replacement)?,
        },
        Deed::Require => Action::Require,
        Deed::Conflict => Action::Conflict,
        Deed::HigherVersion => Action::HigherVersion,
        Deed::TakeBoth => Action::TakeBoth { new_first: false },
        Deed::TakeBothNewFirst => Action::TakeBoth { new_first: true },
    };
    complete.then_some(action)
}
