//! Reads `check`, `with` and `message` of lint rules: each check reads its own parameters, so that a
//! wrong one is a problem at its place.

mod with;

use toml::de::DeTable;

use super::check::Checker;
use super::file::Text;
use super::problem::{PackProblem, did_you_mean};
use super::row::{Row, span};
use crate::pack::rules::checks::{Kind, Messages, Registered, Wording};
use crate::pack::rules::template::Template;
use with::With;
pub use with::{Name, Table};

/// Reads the check that `name` names with its parameters and messages.
pub(super) fn read(
    row: &mut Row<'_>,
    text: &str,
    name: &Text,
    names: &mut Vec<Name>,
) -> Option<Registered> {
    let at = span(name.span());
    let found = {
        let nothing = DeTable::new();
        let before = row.checker(text).problems.len();
        let given = row.has("with");
        let nested = match row.nested("with", "`with`") {
            Some(nested) => nested,
            None if given => {
                // It is no table, which was said.
                row.texts_or_tables("message", "`message`", |_| {});
                return None;
            }
            None => Row::new("`with`", &nothing, at, row.checker(text).problems),
        };
        let keys = Kind::keys_of(name.get_ref()).unwrap_or_default();
        let mut with = With::new(nested.declared(keys), text, names);
        let found = Kind::read(name.get_ref(), &mut with);
        if let Some(kind) = &found {
            if let Some((message, help)) = kind.as_ref().and_then(Kind::lacks) {
                with.problem(message, help);
            }
            with.finish();
        }
        found.map(|kind| (kind, row.checker(text).problems.len() == before))
    };
    let Some((kind, is_right)) = found else {
        let message = format!("unknown check `{}`", name.get_ref());
        let problem = PackProblem::new(message, at);
        row.push(problem.help(did_you_mean(name.get_ref(), Kind::NAMES)));
        return None;
    };
    let Some(kind) = kind else {
        // What belongs into the message depends on parameters that are not known.
        row.texts_or_tables("message", "`message`", |_| {});
        return None;
    };
    let messages = match kind.wording() {
        Some(wording) => messages(row, text, wording)?,
        None => {
            if let Some(message) = row.text("message") {
                let message_at = span(message.span());
                let message = format!("`{}` takes no `message`", kind.name());
                let problem = PackProblem::new(message, message_at);
                row.push(problem.help("this check words its message itself"));
            }
            Messages::default()
        }
    };
    is_right.then_some(Registered { kind, messages })
}

/// Reads one message for all cases, or a table with one for each.
fn messages(row: &mut Row<'_>, text: &str, wording: Wording) -> Option<Messages> {
    let at = row.at();
    row.require("message");
    let mut read = Messages::default();
    let mut is_right = row.has("message");
    let mut count = 0;
    let mut plain = None;
    row.texts_or_tables("message", "`message`", |item| {
        count += 1;
        match item {
            Ok(message) => plain = Some(message),
            Err(table) => is_right &= by_case(table, text, wording, &mut read),
        }
    });
    if count > 1 {
        let problem = PackProblem::new("a rule has one `message`", at);
        row.push(problem.help("give a text, or a table with one for each case"));
        return None;
    }
    if let Some(message) = plain {
        read.otherwise = template(&mut row.checker(text), &message, wording);
        is_right &= read.otherwise.is_some();
    }
    (is_right && count > 0).then_some(read)
}

fn by_case(mut table: Row<'_>, text: &str, wording: Wording, read: &mut Messages) -> bool {
    let mut is_right = true;
    let otherwise = table.text("otherwise");
    if let Some(message) = &otherwise {
        read.otherwise = template(&mut table.checker(text), message, wording);
        is_right &= read.otherwise.is_some();
    }
    for case in wording.cases {
        match table.text(case) {
            Some(message) => match template(&mut table.checker(text), &message, wording) {
                Some(template) => {
                    read.by_case.insert(case, template);
                }
                None => is_right = false,
            },
            None if otherwise.is_none() => {
                is_right = false;
                let problem = PackProblem::new(format!("`message` lacks `{case}`"), table.at());
                table.push(problem.help("give one for each case, or `otherwise` for the rest"));
            }
            None => {}
        }
    }
    table.finish();
    is_right
}

fn template(checker: &mut Checker<'_>, message: &Text, wording: Wording) -> Option<Template> {
    if message.get_ref().trim().is_empty() {
        let problem = PackProblem::new("`message` must not be empty", span(message.span()));
        checker.push(problem);
        return None;
    }
    match Template::parse_for(message.get_ref(), wording.places) {
        Ok(template) => Some(template),
        Err(error) => {
            let at = checker.inside(message, error.at);
            checker.push(PackProblem::new(error.message, at));
            None
        }
    }
}
