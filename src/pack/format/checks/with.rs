//! The parameters of a check, read key by key.

use crate::pack::format::file::Text;
use crate::pack::format::problem::PackProblem;
use crate::pack::format::row::{Row, span};

/// A table whose rows parameters name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// `[[component]]`.
    Component,
    /// `[[fact]]`.
    Fact,
    /// `[[service]]`.
    Service,
}

/// The id of a row, named by a parameter.
#[derive(Clone, Debug)]
pub struct Name {
    /// Of which table.
    pub table: Table,
    /// The id.
    pub id: Text,
}

/// Parameters that a check reads itself.
pub(super) trait Read: Sized {
    /// Reads them; `None` if one has a problem, which was noted.
    fn read(with: &mut With<'_, '_>) -> Option<Self>;
}

/// The table `with` of a rule.
pub(super) struct With<'t, 'n> {
    row: Row<'t>,
    text: &'n str,
    names: &'n mut Vec<Name>,
}

impl<'t, 'n> With<'t, 'n> {
    pub(super) fn new(row: Row<'t>, text: &'n str, names: &'n mut Vec<Name>) -> Self {
        Self { row, text, names }
    }

    /// Notes a problem of the whole.
    pub(super) fn problem(&mut self, message: &str, help: &str) {
        let problem = PackProblem::new(message, self.row.at());
        self.row.push(problem.help(help));
    }

    /// Texts of which there must be one at least, none of them empty.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        self.row.require(key);
        let was_there = self.row.has(key);
        let texts = self.texts_if_any(key);
        if was_there && texts.is_empty() {
            self.problem(&format!("`{key}` names nothing"), "give one text at least");
        }
        (!texts.is_empty()).then_some(texts)
    }

    /// Texts, none of them empty.
    pub(super) fn texts_if_any(&mut self, key: &'static str) -> Vec<String> {
        let texts = self.row.texts(key);
        let texts = texts.into_iter().filter_map(|text| {
            if text.get_ref().trim().is_empty() {
                let message = format!("`{key}` must not be empty");
                self.row.push(PackProblem::new(message, span(text.span())));
                return None;
            }
            Some(text.into_inner())
        });
        texts.collect()
    }

    /// One of `words`, which must be there.
    pub(super) fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        self.row.require(key);
        let word = self.row.text(key);
        self.row.checker(self.text).word(&word, key, words)
    }

    /// Ids of components, one at least.
    pub(super) fn components(&mut self, key: &'static str) -> Option<Vec<String>> {
        self.row.require(key);
        let ids = self.ids(key, Table::Component);
        (!ids.is_empty()).then_some(ids)
    }

    fn ids(&mut self, key: &'static str, table: Table) -> Vec<String> {
        let ids = self.row.texts(key).into_iter();
        ids.map(|id| {
            let name = id.get_ref().clone();
            self.names.push(Name { table, id });
            name
        })
        .collect()
    }

    /// The end: keys that nobody asked for are problems.
    pub(super) fn finish(self) {
        self.row.finish();
    }
}
