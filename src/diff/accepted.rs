//! Differences that somebody reviewed: a committed file that says which, and why.

use serde::Deserialize;
use toml::Spanned;

use super::change::{Change, Place};
use crate::pack::Rules;
use crate::xml::selector::Selector;

/// The rows of the file.
#[derive(Debug, Default)]
pub struct Accepted {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    selector: Selector,
    before: Option<String>,
    after: Option<String>,
    /// Where it is in its file.
    line: usize,
    is_used: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    accepted: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Selector of the element or value.
    at: Spanned<String>,
    /// The value that the first side has; any if it is not said.
    before: Option<String>,
    /// The value that the second side has; any if it is not said.
    after: Option<String>,
    /// Why it is fine.
    reason: Spanned<String>,
}

/// What is wrong with the file of accepted differences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

impl Accepted {
    /// The rows that `text` says.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(text: &str) -> Result<Self, Vec<BadRow>> {
        let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
        let file: File = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            vec![BadRow {
                line: line(at),
                message: error.message().to_owned(),
            }]
        })?;
        let mut bad = Vec::new();
        let mut rows = Vec::new();
        for written in file.accepted {
            let place = line(written.at.span().start);
            if written.reason.get_ref().trim().is_empty() {
                bad.push(BadRow {
                    line: line(written.reason.span().start),
                    message: "`reason` is empty; say why this difference is fine".to_owned(),
                });
            }
            match Selector::parse(written.at.get_ref()) {
                Ok(selector) => rows.push(Row {
                    selector,
                    before: written.before,
                    after: written.after,
                    line: place,
                    is_used: false,
                }),
                Err(error) => bad.push(BadRow {
                    line: place,
                    message: format!("`at` is not a path: {error}"),
                }),
            }
        }
        match bad.is_empty() {
            true => Ok(Self { rows }),
            false => Err(bad),
        }
    }

    /// Whether a row accepts the change; it is used from then on.
    pub fn accepts(&mut self, change: &Change<'_>, rules: &Rules) -> bool {
        let mut accepts = false;
        for row in &mut self.rows {
            let values = [(&row.before, &change.before), (&row.after, &change.after)];
            let has_values = values.into_iter().all(|(wanted, place)| match wanted {
                Some(wanted) => place.as_ref().and_then(Place::value).as_ref() == Some(wanted),
                None => true,
            });
            if has_values && is_within(change, &row.selector, rules) {
                row.is_used = true;
                accepts = true;
            }
        }
        accepts
    }

    /// The rows that accepted nothing: their lines, and where they look.
    pub fn unused(&self) -> impl Iterator<Item = (usize, &str)> {
        let unused = self.rows.iter().filter(|row| !row.is_used);
        unused.map(|row| (row.line, row.selector.as_str()))
    }
}

/// Whether the selector means the changed node, or an element around it.
#[must_use]
pub fn is_within(change: &Change<'_>, selector: &Selector, rules: &Rules) -> bool {
    let ignores_case = rules.ignores_case();
    [&change.before, &change.after]
        .into_iter()
        .flatten()
        .any(|place| {
            let document = place.document;
            if selector.covers(document, place.element, &place.leaf, &ignores_case) {
                return true;
            }
            let mut at = Some(place.element);
            while let Some(node) = at {
                if document.is_element(node)
                    && *selector.leaf() == crate::xml::address::Leaf::Element
                    && selector.matches_element(document, node, &ignores_case)
                {
                    return true;
                }
                at = document.parent(node);
            }
            false
        })
}
