//! Reads one TOML table key by key and notes everything that is wrong with it.
//!
//! A key that the declaration of the table does not have is unknown, and in a debug build nothing can
//! be read that is not declared. A table without a declaration has the keys that the reading code asks for.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{PackProblem, did_you_mean};
use crate::pack::rules::keys::{Key, Kind};
use crate::word::Word;
use crate::xml::Span;

/// What is known of a pack before it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// A pack of our own: tests compile its patterns, so that no start pays for that.
    BuiltIn,
    /// A pack of somebody else's: everything is checked.
    #[default]
    Checked,
}

/// The span of a TOML range.
#[must_use]
pub fn span(range: Range<usize>) -> Span {
    Span::new(range.start, range.end)
}

/// What a value is, in words.
#[must_use]
pub fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A table that is being read.
pub struct Row<'t> {
    /// How messages call it: `[[merge]]`.
    name: &'static str,
    table: &'t DeTable<'t>,
    at: Span,
    /// What is declared; without it, what was asked for is known.
    keys: Option<&'static [Key]>,
    asked: Vec<&'static str>,
    problems: &'t mut Vec<PackProblem>,
    trust: Trust,
}

impl<'t> Row<'t> {
    /// Starts to read `table`, which stands at `at`.
    pub fn new(
        name: &'static str,
        table: &'t DeTable<'t>,
        at: Span,
        problems: &'t mut Vec<PackProblem>,
    ) -> Self {
        Self {
            name,
            table,
            at,
            keys: None,
            asked: Vec::new(),
            problems,
            trust: Trust::Checked,
        }
    }

    /// Where the table stands.
    #[must_use]
    pub fn at(&self) -> Span {
        self.at
    }

    /// The same row with the keys that are declared for it.
    #[must_use]
    pub fn declared(self, keys: &'static [Key]) -> Self {
        Self {
            keys: Some(keys),
            ..self
        }
    }

    /// The same row as the declaration of `within` has it.
    fn declared_as(self, within: Option<Kind>) -> Self {
        match within {
            Some(Kind::One(nested) | Kind::Many(nested) | Kind::TextsOrMany(nested)) => {
                self.declared(nested.keys)
            }
            Some(Kind::Items(keys)) => self.declared(keys),
            _ => self,
        }
    }

    /// What the declaration says that `key` takes.
    fn kind(&self, key: &str) -> Option<Kind> {
        let found = self.keys?.iter().find(|known| known.name == key);
        Some(found?.kind)
    }

    fn ask(&mut self, key: &'static str, fits: fn(Kind) -> bool) {
        match self.keys {
            Some(_) => debug_assert!(
                self.kind(key).is_some_and(fits),
                "{}: `{key}` is not declared as it is read",
                self.name
            ),
            None => self.asked.push(key),
        }
    }

    fn value(
        &mut self,
        key: &'static str,
        fits: fn(Kind) -> bool,
    ) -> Option<&'t Spanned<DeValue<'t>>> {
        self.ask(key, fits);
        self.table.get(key)
    }

    fn is_known(&self, key: &str) -> bool {
        match self.keys {
            Some(_) => self.kind(key).is_some(),
            None => self.asked.contains(&key),
        }
    }

    fn wrong(&mut self, key: &str, wanted: &str, found: &Spanned<DeValue<'_>>) {
        let kind = kind(found.get_ref());
        self.problems.push(PackProblem::new(
            format!("`{key}` must be {wanted}, not {kind}"),
            span(found.span()),
        ));
    }

    /// The text at `key`, if it is there.
    pub fn text(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let is_text = |kind| {
            use Kind::{Check, Code, Message, Text, Word};
            matches!(kind, Text | Word(_) | Check | Code | Message)
        };
        let value = self.value(key, is_text)?;
        match value.get_ref() {
            DeValue::String(text) => Some(Spanned::new(value.span(), text.to_string())),
            _ => {
                self.wrong(key, "a text", value);
                None
            }
        }
    }

    /// The text at `key`, or a problem.
    pub fn required(&mut self, key: &'static str) -> Option<Spanned<String>> {
        self.require(key);
        let text = self.text(key)?;
        if text.get_ref().trim().is_empty() {
            self.problems.push(PackProblem::new(
                format!("`{key}` must not be empty"),
                span(text.span()),
            ));
            return None;
        }
        Some(text)
    }

    /// Notes that `key` is missing, if it is.
    pub fn require(&mut self, key: &'static str) {
        if !self.table.contains_key(key) {
            let message = format!("{} has no `{key}`", self.name);
            self.problems.push(PackProblem::new(message, self.at));
        }
    }

    /// The value that the word at `key` is for, if it is there.
    pub fn word<W: Word>(&mut self, key: &'static str) -> Option<Spanned<W>> {
        let text = self.text(key)?;
        self.meant(key, &text)
    }

    /// The value that `text` is the word for, or a problem.
    pub fn meant<W: Word>(
        &mut self,
        key: &'static str,
        text: &Spanned<String>,
    ) -> Option<Spanned<W>> {
        let found = W::of(text.get_ref());
        if found.is_none() {
            let message = format!("unknown {key} `{}`", text.get_ref());
            let help = did_you_mean(text.get_ref(), &W::words());
            self.push(PackProblem::new(message, span(text.span())).help(help));
        }
        Some(Spanned::new(text.span(), found?))
    }

    /// The texts at `key`: a list, or one text.
    pub fn texts(&mut self, key: &'static str) -> Vec<Spanned<String>> {
        self.ask(key, |kind| matches!(kind, Kind::Texts));
        self.texts_at(key)
    }

    /// The texts at a key that the user chose.
    pub fn texts_at(&mut self, key: &str) -> Vec<Spanned<String>> {
        let Some(value) = self.table.get(key) else {
            return Vec::new();
        };
        let items = match value.get_ref() {
            DeValue::Array(items) => items.as_ref(),
            DeValue::String(text) => {
                return vec![Spanned::new(value.span(), text.to_string())];
            }
            _ => {
                self.wrong(key, "a list of texts", value);
                return Vec::new();
            }
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => texts.push(Spanned::new(item.span(), text.to_string())),
                _ => self.wrong(key, "a list of texts", item),
            }
        }
        texts
    }

    /// Whether `key` is set to true.
    pub fn flag(&mut self, key: &'static str) -> bool {
        let Some(value) = self.value(key, |kind| matches!(kind, Kind::Flag)) else {
            return false;
        };
        match value.get_ref() {
            DeValue::Boolean(flag) => *flag,
            _ => {
                self.wrong(key, "true or false", value);
                false
            }
        }
    }

    /// The table at `key` as a row of its own, if it is there; `name` is how messages call it.
    pub fn nested(&mut self, key: &'static str, name: &'static str) -> Option<Row<'_>> {
        let is_one = |kind| matches!(kind, Kind::One(_) | Kind::Parameters);
        let value = self.value(key, is_one)?;
        self.nested_in(key, name, value)
    }

    /// The tables at `key`: a list, or one table, each handed to `read`.
    pub fn nested_each(
        &mut self,
        key: &'static str,
        name: &'static str,
        mut read: impl FnMut(Row<'_>),
    ) {
        let are_many = |kind| matches!(kind, Kind::Many(_) | Kind::Items(_));
        let Some(value) = self.value(key, are_many) else {
            return;
        };
        let one = std::slice::from_ref(value);
        let items = value.get_ref().as_array().map_or(one, |items| items);
        for item in items {
            if let Some(row) = self.nested_in(key, name, item) {
                read(row);
            }
        }
    }

    fn nested_in<'s>(
        &'s mut self,
        key: &'static str,
        name: &'static str,
        value: &'t Spanned<DeValue<'t>>,
    ) -> Option<Row<'s>>
    where
        't: 's,
    {
        match value.get_ref().as_table() {
            Some(table) => {
                let (trust, kind) = (self.trust, self.kind(key));
                let row = Row::new(name, table, span(value.span()), self.problems);
                Some(row.trusted(trust).declared_as(kind))
            }
            None => {
                self.wrong(key, "a table", value);
                None
            }
        }
    }

    /// The items at `key`: each one a text or a table.
    pub fn texts_or_tables(
        &mut self,
        key: &'static str,
        name: &'static str,
        mut read: impl FnMut(Result<Spanned<String>, Row<'_>>),
    ) {
        let are_both = |kind| matches!(kind, Kind::TextsOrMany(_) | Kind::Message);
        let Some(value) = self.value(key, are_both) else {
            return;
        };
        let kind = self.kind(key);
        let one = std::slice::from_ref(value);
        let items = value.get_ref().as_array().map_or(one, |items| items);
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => read(Ok(Spanned::new(item.span(), text.to_string()))),
                DeValue::Table(table) => {
                    let row = Row::new(name, table, span(item.span()), self.problems);
                    read(Err(row.declared_as(kind)));
                }
                _ => self.wrong(key, "a list of texts and tables", item),
            }
        }
    }

    /// The texts of the table at `key` by names that the user chose.
    pub fn named_texts(&mut self, key: &'static str) -> Vec<(Spanned<String>, Spanned<String>)> {
        let Some(value) = self.value(key, |kind| matches!(kind, Kind::Named)) else {
            return Vec::new();
        };
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(key, "a table", value);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for (name, text) in table {
            let owned = Spanned::new(name.span(), name.get_ref().to_string());
            match text.get_ref() {
                DeValue::String(said) => {
                    texts.push((owned, Spanned::new(text.span(), said.to_string())));
                }
                _ => self.wrong(name.get_ref(), "a text", text),
            }
        }
        texts
    }

    /// The whole number at `key`, if it is there.
    pub fn number(&mut self, key: &'static str) -> Option<usize> {
        let value = self.value(key, |kind| matches!(kind, Kind::Number))?;
        let number = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.wrong(key, "a whole number from 0", value);
        }
        number
    }

    /// Whether `key` is there, without asking for it.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Whether every key was asked for, so that what is missing is missing.
    #[must_use]
    pub fn knows_all(&self) -> bool {
        let mut keys = self.table.keys();
        keys.all(|key| self.is_known(key.get_ref()))
    }

    /// Notes a problem.
    pub fn push(&mut self, problem: PackProblem) {
        self.problems.push(problem);
    }

    /// What was wrong so far.
    pub(super) fn problems(&mut self) -> &mut Vec<PackProblem> {
        self.problems
    }

    /// Whether the pack need not be checked.
    #[must_use]
    pub fn trust(&self) -> Trust {
        self.trust
    }

    /// The same row of a pack that is known as `trust` says.
    #[must_use]
    pub fn trusted(self, trust: Trust) -> Self {
        Self { trust, ..self }
    }

    /// The end: every key that nobody asked for is a problem.
    pub fn finish(self) {
        for key in self.table.keys() {
            if !self.is_known(key.get_ref()) {
                let message = format!("unknown key `{}` in {}", key.get_ref(), self.name);
                let problem = PackProblem::new(message, span(key.span()));
                let known = match self.keys {
                    Some(keys) => keys.iter().map(|key| key.name).collect(),
                    None => self.asked.clone(),
                };
                let help = did_you_mean(key.get_ref(), &known);
                self.problems.push(problem.help(help));
            }
        }
    }
}
