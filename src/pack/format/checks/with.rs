//! The parameters of a check, read key by key.

use toml::Spanned;

use crate::pack::format::conditions::condition;
use crate::pack::format::file::Text;
use crate::pack::format::problem::PackProblem;
use crate::pack::format::row::{Row, span};
use crate::pack::rules::lint::Condition;
use crate::pack::rules::{ComponentId, FactId, Id, ServiceId};
use crate::word::Word;
use crate::xml::selector::Selector;

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

impl Name {
    /// A name of a row of `table`.
    #[must_use]
    pub fn new(table: Table, id: Text) -> Self {
        Self { table, id }
    }
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

    /// `list`, if it holds something; else that is noted.
    fn some<T>(&mut self, key: &'static str, list: Vec<T>) -> Option<Vec<T>> {
        self.row.require(key);
        if self.row.has(key) && list.is_empty() {
            self.problem(&format!("`{key}` names nothing"), "give one at least");
        }
        (!list.is_empty()).then_some(list)
    }

    /// Texts of which there must be one at least, none of them empty.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        let texts = self.texts_if_any(key);
        self.some(key, texts)
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

    /// A word, which must be there.
    pub(super) fn word<W: Word>(&mut self, key: &'static str) -> Option<W> {
        self.row.require(key);
        self.word_if_any(key)
    }

    /// A word, if there is one.
    pub(super) fn word_if_any<W: Word>(&mut self, key: &'static str) -> Option<W> {
        Some(self.row.word(key)?.into_inner())
    }

    /// Ids of components, one at least.
    pub(super) fn components(&mut self, key: &'static str) -> Option<Vec<ComponentId>> {
        let ids = self.ids(key, Table::Component);
        self.some(key, ids)
    }

    /// Ids of components, if there are any.
    pub(super) fn components_if_any(&mut self, key: &'static str) -> Vec<ComponentId> {
        self.ids(key, Table::Component)
    }

    /// The id of a component, if there is one.
    pub(super) fn component_if_any(&mut self, key: &'static str) -> Option<ComponentId> {
        let id = self.row.text(key);
        self.named(Table::Component, id)
    }

    /// The id of a component, which must be there.
    pub(super) fn component(&mut self, key: &'static str) -> Option<ComponentId> {
        let id = self.row.required(key);
        self.named(Table::Component, id)
    }

    /// The id of a fact, which must be there.
    pub(super) fn fact(&mut self, key: &'static str) -> Option<FactId> {
        let id = self.row.required(key);
        self.named(Table::Fact, id)
    }

    /// The id of a fact, if there is one.
    pub(super) fn fact_if_any(&mut self, key: &'static str) -> Option<FactId> {
        let id = self.row.text(key);
        self.named(Table::Fact, id)
    }

    /// Ids of facts, one at least.
    pub(super) fn facts(&mut self, key: &'static str) -> Option<Vec<FactId>> {
        let ids = self.ids(key, Table::Fact);
        self.some(key, ids)
    }

    /// Ids of facts, if there are any.
    pub(super) fn facts_if_any(&mut self, key: &'static str) -> Vec<FactId> {
        self.ids(key, Table::Fact)
    }

    /// The id of a service, which must be there.
    pub(super) fn service(&mut self, key: &'static str) -> Option<ServiceId> {
        let id = self.row.required(key);
        self.named(Table::Service, id)
    }

    /// A text, if there is one.
    pub(super) fn text_if_any(&mut self, key: &'static str) -> Option<String> {
        Some(self.row.text(key)?.into_inner())
    }

    /// A text that must be there.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        Some(self.row.required(key)?.into_inner())
    }

    /// A whole number that must be there.
    pub(super) fn number(&mut self, key: &'static str) -> Option<usize> {
        self.row.require(key);
        self.row.number(key)
    }

    /// A whole number, if there is one.
    pub(super) fn number_if_any(&mut self, key: &'static str) -> Option<usize> {
        self.row.number(key)
    }

    /// Whether `key` is set to true.
    pub(super) fn flag(&mut self, key: &'static str) -> bool {
        self.row.flag(key)
    }

    /// Selectors, one at least.
    pub(super) fn selectors(&mut self, key: &'static str) -> Option<Vec<Selector>> {
        let paths = self.row.texts(key);
        let paths = self.some(key, paths)?;
        let mut checker = self.row.checker(self.text);
        let selectors: Vec<Selector> = (paths.iter())
            .filter_map(|path| checker.selector(path))
            .collect();
        (selectors.len() == paths.len()).then_some(selectors)
    }

    /// Selectors that each name a value, one at least.
    pub(super) fn values(&mut self, key: &'static str) -> Option<Vec<Selector>> {
        let paths = self.row.texts(key);
        let paths = self.some(key, paths)?;
        let mut checker = self.row.checker(self.text);
        let selectors: Vec<Selector> = (paths.iter())
            .filter_map(|path| checker.value(path))
            .collect();
        (selectors.len() == paths.len()).then_some(selectors)
    }

    /// A condition that must be there.
    pub(super) fn condition(&mut self, key: &'static str) -> Option<Condition> {
        self.row.require(key);
        let row = self.row.nested(key, "a condition")?;
        condition(row, self.text, self.names)
    }

    /// The table at `key`, read by `read`, if it is there.
    pub(super) fn nested<T>(
        &mut self,
        key: &'static str,
        name: &'static str,
        read: impl FnOnce(&mut With<'_, '_>) -> T,
    ) -> Option<T> {
        let row = self.row.nested(key, name)?;
        let mut with = With::new(row, self.text, self.names);
        let read = read(&mut with);
        with.finish();
        Some(read)
    }

    /// Lists of texts by names that the pack chose.
    pub(super) fn named_lists(&mut self, key: &'static str) -> Vec<(String, Vec<String>)> {
        let mut lists = Vec::new();
        self.row
            .nested_each(key, "a list of names by section", |mut row| {
                let section = row.required("section");
                let names = row.texts("names");
                row.finish();
                if let Some(section) = section {
                    let names = names.into_iter().map(Spanned::into_inner).collect();
                    lists.push((section.into_inner(), names));
                }
            });
        lists
    }

    fn named<T>(&mut self, table: Table, id: Option<Text>) -> Option<Id<T>> {
        let id = id?;
        let name = Id::new(id.get_ref());
        self.names.push(Name { table, id });
        Some(name)
    }

    fn ids<T>(&mut self, key: &'static str, table: Table) -> Vec<Id<T>> {
        let ids = self.row.texts(key).into_iter();
        ids.map(|id| {
            let name = Id::new(id.get_ref());
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
