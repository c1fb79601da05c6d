//! The parameters of a check, read key by key.

use crate::pack::format::conditions::condition;
use crate::pack::format::file::Text;
use crate::pack::format::problem::PackProblem;
use crate::pack::format::row::{Row, span};
use crate::pack::rules::Id;
pub use crate::pack::rules::checks::Table;
use crate::pack::rules::checks::{Parameters, Reader};
use crate::pack::rules::lint::Condition;
use crate::pack::rules::lint_keys::CONDITION;
use crate::word::Word;
use crate::xml::selector::Selector;

/// The id of a row, named by a parameter.
#[derive(Clone, Debug)]
pub struct Name {
    /// Of which table.
    pub table: Table,
    /// The id.
    pub id: Text,
}

impl Name {
    /// A name of a row of `table`.
    #[must_use]
    pub fn new(table: Table, id: Text) -> Self {
        Self { table, id }
    }
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

    /// `list`; that it is missing or empty though `required` is noted.
    fn some<T>(&mut self, key: &'static str, required: bool, list: Vec<T>) -> Option<Vec<T>> {
        if !required {
            return Some(list);
        }
        self.row.require(key);
        if self.row.has(key) && list.is_empty() {
            self.problem(&format!("`{key}` names nothing"), "give one at least");
        }
        (!list.is_empty()).then_some(list)
    }

    fn said(&mut self, key: &'static str, required: bool) -> Option<Text> {
        match required {
            true => self.row.required(key),
            false => self.row.text(key),
        }
    }

    /// The id, which has to be one of a row of `table`.
    fn named<T>(&mut self, table: Table, id: Text) -> Id<T> {
        let name = Id::new(id.get_ref());
        self.names.push(Name { table, id });
        name
    }

    /// Reads the table `row` among the parameters.
    fn within<P: Parameters>(row: Row<'_>, text: &str, names: &mut Vec<Name>) -> Option<P> {
        let mut with = With::new(row, text, names);
        let read = P::read(&mut with);
        with.finish();
        read
    }

    /// The end: keys that nobody asked for are problems.
    pub(super) fn finish(self) {
        self.row.finish();
    }
}

impl Reader for With<'_, '_> {
    fn text(&mut self, key: &'static str, required: bool) -> Option<String> {
        Some(self.said(key, required)?.into_inner())
    }

    fn texts(&mut self, key: &'static str, required: bool) -> Option<Vec<String>> {
        let texts = self.row.texts(key).into_iter().filter_map(|text| {
            if text.get_ref().trim().is_empty() {
                let message = format!("`{key}` must not be empty");
                self.row.push(PackProblem::new(message, span(text.span())));
                return None;
            }
            Some(text.into_inner())
        });
        let texts = texts.collect();
        self.some(key, required, texts)
    }

    fn flag(&mut self, key: &'static str) -> bool {
        self.row.flag(key)
    }

    fn number(&mut self, key: &'static str, required: bool) -> Option<usize> {
        if required {
            self.row.require(key);
        }
        self.row.number(key)
    }

    fn word<W: Word>(&mut self, key: &'static str, required: bool) -> Option<W> {
        if required {
            self.row.require(key);
        }
        Some(self.row.word(key)?.into_inner())
    }

    fn selectors(
        &mut self,
        key: &'static str,
        required: bool,
        of_values: bool,
    ) -> Option<Vec<Selector>> {
        let paths = self.row.texts(key);
        let paths = self.some(key, required, paths)?;
        let mut checker = self.row.checker(self.text);
        let check = |path| match of_values {
            true => checker.value(path),
            false => checker.selector(path),
        };
        let selectors: Vec<Selector> = paths.iter().filter_map(check).collect();
        (selectors.len() == paths.len()).then_some(selectors)
    }

    fn id<T>(&mut self, table: Table, key: &'static str, required: bool) -> Option<Id<T>> {
        let id = self.said(key, required)?;
        Some(self.named(table, id))
    }

    fn ids<T>(&mut self, table: Table, key: &'static str, required: bool) -> Option<Vec<Id<T>>> {
        let ids = self.row.texts(key);
        let ids = ids.into_iter().map(|id| self.named(table, id)).collect();
        self.some(key, required, ids)
    }

    fn condition(&mut self, key: &'static str, required: bool) -> Option<Condition> {
        if required {
            self.row.require(key);
        }
        let row = self.row.nested(key, CONDITION.heading)?;
        condition(row, self.text, self.names)
    }

    fn one<P: Parameters>(&mut self, key: &'static str, heading: &'static str) -> Option<P> {
        let row = self.row.nested(key, heading)?;
        Self::within(row, self.text, self.names)
    }

    fn many<P: Parameters>(&mut self, key: &'static str, heading: &'static str) -> Option<Vec<P>> {
        let (mut read, mut is_whole) = (Vec::new(), true);
        self.row.nested_each(key, heading, |row| {
            match Self::within(row, self.text, self.names) {
                Some(one) => read.push(one),
                None => is_whole = false,
            }
        });
        is_whole.then_some(read)
    }
}
