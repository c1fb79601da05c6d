//! What is allowed in a pack and still looks like a mistake, or is good to know:
//! `rules check` shows it. A pack with remarks is used.

use std::collections::HashMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::catalog::Entry;
use super::texts::PackText;
use crate::pack::format::file::{PackFile, Shape, Text};
use crate::pack::format::problem::PackProblem;
use crate::pack::format::row::span;
use crate::pack::rules::checks;
use crate::pack::rules::keys::{Key, Kind};
use crate::pack::rules::lint::Severity;
use crate::pack::rules::lint_keys::URL_PARTS;
use crate::xml::selector::{Reach, Selector};
use crate::xml::{LineColumn, Span};

/// A remark: a problem that prevents nothing.
pub type Remark = (Severity, PackProblem);

/// Remarks about the pack at `at`, in the order of its text. `entries` are the
/// rows of all packs.
#[must_use]
pub fn remarks(packs: &[PackText], at: usize, entries: &[Entry]) -> Vec<Remark> {
    let text = &packs[at].text;
    let mut remarks = packs[at].remarks.clone();
    for entry in entries.iter().filter(|entry| entry.pack == at) {
        if let Some(other) = entry.replaces.filter(|other| *other != at) {
            let message = format!(
                "`{}` takes the place of a row of {}",
                entry.id, packs[other].label
            );
            let problem = PackProblem::new(message, start_of_line(text, entry.line));
            // To change a built-in row is what ids are for; two packs of one's own may not know of each other.
            remarks.push(match packs[other].is_built_in {
                true => (Severity::Note, problem),
                false => {
                    let help = "give one of them another id, unless the other row is meant to go";
                    (Severity::Warning, problem.help(help))
                }
            });
        }
    }
    remarks.sort_by_key(|(_, problem)| problem.span);
    remarks
}

/// Remarks about a pack that no other one has to do with.
pub(super) fn own_remarks(document: &DeTable<'_>, file: &PackFile, text: &str) -> Vec<Remark> {
    let mut remarks = Vec::new();
    examples(file, &mut remarks);
    uncited(file, &mut remarks);
    superseded(file, text, &mut remarks);
    for (table, shape) in PackFile::TABLES {
        if let (Shape::One(declaration) | Shape::Rows(declaration), Some(rows)) =
            (shape, document.get(*table))
        {
            walk(rows, declaration.keys, &mut remarks);
        }
    }
    remarks
}

fn start_of_line(text: &str, line: usize) -> Span {
    let start: usize = text
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let length = text[start..].lines().next().map_or(0, str::len);
    Span::new(start, start + length)
}

fn warn(remarks: &mut Vec<Remark>, message: String, at: Span, help: &str) {
    remarks.push((Severity::Warning, PackProblem::new(message, at).help(help)));
}

fn examples(file: &PackFile, remarks: &mut Vec<Remark>) {
    for row in &file.lints {
        let id = row.about.id.as_ref().map_or("the rule", |id| id.get_ref());
        let at = row
            .about
            .id
            .as_ref()
            .map_or(row.about.at, |id| span(id.span()));
        for (list, key) in [(&row.valid, "valid"), (&row.invalid, "invalid")] {
            if list.is_empty() {
                let message = format!("{id} has no `{key}` example");
                let help = "`conferry rules test` fails without one; a rule nobody tried seldom does what was meant";
                warn(remarks, message, at, help);
            }
        }
    }
}

fn uncited(file: &PackFile, remarks: &mut Vec<Remark>) {
    let abouts = file.abouts();
    let cited: Vec<&str> = abouts
        .flat_map(|about| about.source.iter().map(|source| source.get_ref().as_str()))
        .collect();
    for source in &file.sources {
        let name = &source.name;
        if !cited.contains(&name.get_ref().as_str()) {
            let message = format!("no row cites the source `{}`", name.get_ref());
            let at = span(name.span());
            remarks.push((Severity::Note, PackProblem::new(message, at)));
        }
    }
}

/// Merge policies that a later one of the same pack puts out of action.
fn superseded(file: &PackFile, text: &str, remarks: &mut Vec<Remark>) {
    let said = |text: &Option<Text>| text.as_ref().map(|text| text.get_ref().clone());
    let mut later: HashMap<_, usize> = HashMap::new();
    for row in file.merges.iter().rev() {
        let Some(path) = &row.path else { continue };
        let when = row.when.as_ref().map(|when| *when.get_ref());
        let key = (path.get_ref(), said(&row.component), when);
        let line = LineColumn::of(text, row.about.at.start).line;
        if let Some(other) = later.get(&key) {
            let message = "a later policy has the same path, so this one never decides".to_owned();
            let help = format!("the other one is in line {other}");
            warn(remarks, message, span(path.span()), &help);
        }
        later.entry(key).or_insert(line);
    }
}

/// Looks at every selector and condition in the tables at `value`, which have these keys.
fn walk(value: &Spanned<DeValue<'_>>, keys: &'static [Key], remarks: &mut Vec<Remark>) {
    let one = std::slice::from_ref(value);
    let items = value.get_ref().as_array().map_or(one, |items| items);
    for table in items.iter().filter_map(|item| item.get_ref().as_table()) {
        for (name, value) in table {
            let Some(key) = keys.iter().find(|key| key.name == name.get_ref().as_ref()) else {
                continue;
            };
            if key.need.selects {
                selectors(value, remarks);
            }
            match key.kind {
                // Examples are files, and nothing of them is a condition.
                Kind::One(nested) | Kind::Many(nested) => {
                    if std::ptr::eq(nested, &URL_PARTS) {
                        lower_case_parts(value, remarks);
                    }
                    walk(value, nested.keys, remarks);
                }
                Kind::Parameters => {
                    let check = table.get("check").and_then(|name| name.get_ref().as_str());
                    let keys = check.and_then(checks::Kind::keys_of).unwrap_or_default();
                    walk(value, keys, remarks);
                }
                _ => {}
            }
        }
    }
}

/// Selectors and paths that can never lead anywhere.
fn selectors(value: &Spanned<DeValue<'_>>, remarks: &mut Vec<Remark>) {
    let one = std::slice::from_ref(value);
    for item in value.get_ref().as_array().map_or(one, |items| items) {
        let text = item.get_ref().as_str().unwrap_or_default();
        let found = match text.starts_with('/') {
            true => Selector::parse(text).ok().and_then(|s| s.contradiction()),
            false => Reach::parse(text).ok().and_then(|r| r.contradiction()),
        };
        if let Some(why) = found {
            let message = format!("this can never match: {why}");
            let help = "compare with a text in lower case, or correct the predicates";
            warn(remarks, message, span(item.span()), help);
        }
    }
}

/// Scheme and host are given to conditions in lower case.
fn lower_case_parts(url: &Spanned<DeValue<'_>>, remarks: &mut Vec<Remark>) {
    let parts = url.get_ref().as_table();
    for part in ["scheme", "host"] {
        let condition = parts.and_then(|parts| parts.get(part));
        let Some(condition) = condition.and_then(|value| value.get_ref().as_table()) else {
            continue;
        };
        let ignores_case = condition
            .get("ignore-case")
            .is_some_and(|value| value.get_ref().as_bool() == Some(true));
        for key in ["equals", "one-of"] {
            let Some(value) = condition.get(key).filter(|_| !ignores_case) else {
                continue;
            };
            let one = std::slice::from_ref(value);
            for item in value.get_ref().as_array().map_or(one, |items| items) {
                let text = item.get_ref().as_str().unwrap_or_default();
                if text.to_lowercase() != text {
                    let message =
                        format!("this can never match: `{part}` is compared in lower case");
                    warn(
                        remarks,
                        message,
                        span(item.span()),
                        "write it in lower case",
                    );
                }
            }
        }
    }
}
