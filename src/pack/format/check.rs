//! Checks of single values. Each notes a problem at the exact place of the value.

use regex::{Regex, bytes};
use toml::Spanned;

use super::problem::PackProblem;
use super::row::{Row, Trust, span};
use crate::config::identity::{ElementPath, KeyPath};
use crate::config::references::{ANY, Form, Target};
use crate::pack::rules::pattern::Pattern;
use crate::xml::Span;
use crate::xml::address::Leaf;
use crate::xml::chars::is_qualified_name;
use crate::xml::selector::{Reach, Selector};

/// Checks values of the pack in `text`.
pub struct Checker<'p> {
    /// The TOML.
    pub text: &'p str,
    /// What was wrong so far.
    pub problems: &'p mut Vec<PackProblem>,
    /// Whether patterns need not be tried.
    pub trust: Trust,
}

impl Row<'_> {
    /// Checks of single values of the pack in `text`.
    pub fn checker<'s>(&'s mut self, text: &'s str) -> Checker<'s> {
        let trust = self.trust();
        Checker {
            text,
            problems: self.problems(),
            trust,
        }
    }
}

impl Checker<'_> {
    /// Notes a problem.
    pub fn push(&mut self, problem: PackProblem) {
        self.problems.push(problem);
    }

    fn wrong(&mut self, value: &Spanned<String>, message: String, help: &str) {
        self.push(PackProblem::new(message, span(value.span())).help(help));
    }

    /// An id must be kebab-case.
    pub fn id(&mut self, id: &Spanned<String>) {
        let text = id.get_ref();
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if text.is_empty() || !text.bytes().all(plain) {
            let message = format!("`{text}` is no id");
            self.wrong(id, message, "ids are written in a-z, 0-9 and -");
        }
    }

    /// A code of a lint rule: capital letters and a number.
    pub fn code(&mut self, id: &Spanned<String>) {
        let text = id.get_ref();
        let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
        let is_number = text[letters..].bytes().all(|b| b.is_ascii_digit());
        if !(2..=8).contains(&letters) || !(3..=4).contains(&(text.len() - letters)) || !is_number {
            let message = format!("`{text}` is no id of a lint rule");
            let help = "write two to eight capital letters and three or four digits: `TEAM101`";
            self.wrong(id, message, help);
        }
    }

    /// An address on the web.
    pub fn link(&mut self, url: &Spanned<String>) {
        let text = url.get_ref();
        if !text.starts_with("https://") || fluent_uri::Uri::parse(text.as_str()).is_err() {
            let message = format!("`{text}` is no https address");
            self.wrong(url, message, "write it as browsers show it: `https://…`");
        }
    }

    /// A selector; a problem points at the byte where it goes wrong.
    pub fn selector(&mut self, value: &Spanned<String>) -> Option<Selector> {
        match Selector::parse(value.get_ref()) {
            Ok(selector) => Some(selector),
            Err(error) => {
                let at = self.inside(value, error.at);
                self.push(
                    PackProblem::new(format!("not a selector: {error}"), at)
                        .help("selectors are a subset of XPath, see docs/packs.md"),
                );
                None
            }
        }
    }

    /// A selector of values.
    pub fn value(&mut self, path: &Spanned<String>) -> Option<Selector> {
        let selector = self.selector(path)?;
        if *selector.leaf() == Leaf::Element {
            let message = format!("`{}` names an element and no value", path.get_ref());
            self.wrong(path, message, "end it in `/@name` or `/text()`");
            return None;
        }
        Some(selector)
    }

    /// A path from an element, or a selector.
    pub fn reach(&mut self, value: &Spanned<String>) -> Option<Reach> {
        match Reach::parse(value.get_ref()) {
            Ok(reach) => Some(reach),
            Err(error) => {
                let at = self.inside(value, error.at);
                self.push(PackProblem::new(format!("not a path: {error}"), at).help(
                    "write `@name`, `child/@name`, `../sibling` or a selector, see docs/packs.md",
                ));
                None
            }
        }
    }

    /// The place of byte `at` of `value`, where the TOML holds the value as it is.
    pub fn inside(&self, value: &Spanned<String>, at: usize) -> Span {
        let range = value.span();
        let raw = &self.text[range.clone()];
        for quote in ["'''", "\"\"\"", "'", "\""] {
            let inner = raw
                .strip_prefix(quote)
                .and_then(|rest| rest.strip_suffix(quote));
            if inner == Some(value.get_ref().as_str()) {
                let start = range.start + quote.len() + at;
                let end = (start + 1..=range.end).find(|end| self.text.is_char_boundary(*end));
                return Span::new(start, end.unwrap_or(start).min(range.end));
            }
        }
        span(range)
    }

    /// A regular expression.
    pub fn regex(&mut self, value: &Spanned<String>) -> Option<Regex> {
        self.compiled(value, Regex::new(value.get_ref()))
    }

    /// A regular expression of a lint rule, compiled when it is needed if the pack is our own.
    pub fn pattern(&mut self, value: &Spanned<String>) -> Option<Pattern> {
        match self.trust {
            Trust::BuiltIn => Some(Pattern::trusted(value.get_ref().clone())),
            Trust::Checked => self.regex(value).map(Pattern::compiled),
        }
    }

    /// A pattern with one group: the secret.
    pub fn part(&mut self, value: &Spanned<String>) {
        if let Some(regex) = self.compiled(value, bytes::Regex::new(value.get_ref()))
            && regex.captures_len() != 2
        {
            let groups = regex.captures_len() - 1;
            let message = format!("the pattern must have one capture group, not {groups}");
            let help = "put ( ) around the secret and (?: ) around all else";
            self.wrong(value, message, help);
        }
    }

    fn compiled<T>(
        &mut self,
        value: &Spanned<String>,
        result: Result<T, regex::Error>,
    ) -> Option<T> {
        result
            .map_err(|error| {
                let text = error.to_string();
                let reason = text.lines().last().unwrap_or_default();
                let reason = reason.strip_prefix("error: ").unwrap_or(reason);
                let message = format!("not a regular expression: {reason}");
                let help =
                    "the syntax is that of the Rust crate regex; in TOML, put it in single quotes";
                self.wrong(value, message, help);
            })
            .ok()
    }

    /// A word or name of a secret.
    pub fn secret_word(&mut self, value: &Spanned<String>) {
        if value.get_ref().trim_matches('*').trim().len() < 2 {
            let message = format!(
                "`{}` would make nearly everything a secret",
                value.get_ref()
            );
            self.wrong(value, message, "give at least two letters");
        }
    }

    /// `@key` or `child/@key`.
    pub fn key_path(&mut self, value: &Spanned<String>) -> Option<KeyPath> {
        let path = self.key_path_with_default(value)?;
        if path.default().is_some() {
            let message = format!("`{}` says what a missing attribute means", value.get_ref());
            self.wrong(value, message, "only `then-by` can do that");
            return None;
        }
        Some(path)
    }

    /// `@key`, `child/@key` or `@key=default`.
    pub fn key_path_with_default(&mut self, value: &Spanned<String>) -> Option<KeyPath> {
        let path = KeyPath::parse(value.get_ref());
        if path.is_none() {
            let message = format!("`{}` does not name an attribute", value.get_ref());
            self.wrong(value, message, "write `@key` or `child/@key`");
        }
        path
    }

    /// `appSettings/add`.
    pub fn element_path(&mut self, value: &Spanned<String>) -> Option<ElementPath> {
        let path = ElementPath::parse(value.get_ref());
        if path.is_none() {
            let message = format!("`{}` is no path of elements", value.get_ref());
            self.wrong(value, message, "write local names: `appSettings/add`");
        }
        path
    }

    /// The local name of an element.
    pub fn element_name(&mut self, value: &Spanned<String>) {
        if !is_qualified_name(value.get_ref()) {
            let message = format!("`{}` is no name of an element", value.get_ref());
            self.wrong(value, message, "write one local name: `add`");
        }
    }

    /// `membership/@defaultProvider`, or `@connectionStringName` for any element.
    pub fn reference_from(
        &mut self,
        value: &Spanned<String>,
    ) -> Option<(Option<ElementPath>, String)> {
        let text = value.get_ref();
        let read = || {
            let (path, attribute) = text.rsplit_once('@')?;
            let element = match path {
                "" => None,
                path => Some(ElementPath::parse(path.strip_suffix('/')?)?),
            };
            (attribute == ANY || is_qualified_name(attribute))
                .then(|| (element, attribute.to_owned()))
        };
        let found = read();
        if found.is_none() {
            let message = format!("`{text}` does not name an attribute");
            let help = "write `element/@attribute`, or `@attribute` for any element";
            self.wrong(value, message, help);
        }
        found
    }

    /// `${*}`.
    pub fn form(&mut self, value: &Spanned<String>) -> Option<Form> {
        let form = Form::parse(value.get_ref());
        if form.is_none() {
            let message = format!("`{}` does not say how a name is written", value.get_ref());
            self.wrong(value, message, "write `*` for the name: `${*}`");
        }
        form
    }

    /// `membership/providers/add/@name`.
    pub fn target(&mut self, value: &Spanned<String>) -> Option<Target> {
        let target = Target::parse(value.get_ref());
        if target.is_none() {
            let message = format!("`{}` does not name entries", value.get_ref());
            let help = "write the way to their name: `sharedListeners/add/@name`";
            self.wrong(value, message, help);
        }
        target
    }

    /// The name of an attribute.
    pub fn attribute(&mut self, value: &Spanned<String>) {
        if !is_qualified_name(value.get_ref()) {
            let message = format!("`{}` is no name of an attribute", value.get_ref());
            self.wrong(value, message, "write it without `@`");
        }
    }

    /// One segment of a path.
    pub fn segment(&mut self, value: &Spanned<String>, wanted: &str) {
        let text = value.get_ref();
        if text.trim().is_empty() || text.contains(['/', '\\', '?', '#', '%']) {
            let message = format!("`{text}` is not {wanted}");
            self.wrong(value, message, "write it without slashes");
        }
    }

    /// A host, or `*.` and a domain.
    pub fn host(&mut self, value: &Spanned<String>) {
        let text = value.get_ref();
        let name = text.strip_prefix("*.").unwrap_or(text);
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
        if name.is_empty() || !name.chars().all(plain) {
            let message = format!("`{text}` is no host");
            self.wrong(value, message, "write `www.example.com` or `*.example.com`");
        }
    }
}
