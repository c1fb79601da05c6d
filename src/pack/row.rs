//! Reads one TOML table key by key and notes everything that is wrong with it.
//!
//! A key that nobody asked for is unknown: the list of known keys is what the
//! reading code asks for, and is kept nowhere else.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{PackProblem, did_you_mean};
use crate::xml::Span;

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
    asked: Vec<&'static str>,
    problems: &'t mut Vec<PackProblem>,
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
            asked: Vec::new(),
            problems,
        }
    }

    /// Where the table stands.
    #[must_use]
    pub fn at(&self) -> Span {
        self.at
    }

    fn value(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.push(key);
        self.table.get(key)
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
        let value = self.value(key)?;
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

    /// The texts at `key`: a list, or one text.
    pub fn texts(&mut self, key: &'static str) -> Vec<Spanned<String>> {
        self.asked.push(key);
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
        let Some(value) = self.value(key) else {
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

    /// The end: every key that nobody asked for is a problem.
    pub fn finish(self) {
        for key in self.table.keys() {
            if !self.asked.contains(&key.get_ref().as_ref()) {
                let message = format!("unknown key `{}` in {}", key.get_ref(), self.name);
                let problem = PackProblem::new(message, span(key.span()));
                self.problems
                    .push(problem.help(did_you_mean(key.get_ref(), &self.asked)));
            }
        }
    }
}
