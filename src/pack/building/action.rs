//! The action of a `[[merge]]` row and its arguments.

use toml::Spanned;

use crate::pack::format::check::{self, Checker};
use crate::pack::format::file::MergeRow;
use crate::pack::format::problem::PackProblem;
use crate::pack::format::row::span;
use crate::pack::rules::Action;

/// The action of a row, with exactly the arguments that it takes.
pub(in crate::pack) fn read(checker: &mut Checker<'_>, row: &MergeRow) -> Option<Action> {
    let word = row.action.as_ref()?;
    let name = word.get_ref().as_str();
    let wanted: &[&str] = match name {
        "set" => &["value"],
        "rename" => &["to"],
        "rewrite" => &["pattern", "replacement"],
        _ => &[],
    };
    if !check::ACTIONS.contains(&name) {
        checker.unknown_word(word, "action", &check::ACTIONS);
        return None;
    }
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
    let action = match name {
        "take-old" => Action::TakeOld,
        "take-new" => Action::TakeNew,
        "take-base" => Action::TakeBase,
        "drop" => Action::Drop,
        "set" => Action::Set(text(&row.value)?),
        "rename" => Action::Rename(text(&row.to)?),
        "rewrite" => {
            let pattern = checker.regex(row.pattern.as_ref()?)?;
            Action::Rewrite {
                pattern,
                replacement: text(&row.replacement)?,
            }
        }
        "require" => Action::Require,
        "conflict" => Action::Conflict,
        "higher-version" => Action::HigherVersion,
        "take-both" => Action::TakeBoth { new_first: false },
        "take-both-new-first" => Action::TakeBoth { new_first: true },
        _ => return None,
    };
    complete.then_some(action)
}
