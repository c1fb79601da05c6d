//! A regular expression that is compiled when it is first needed: of the hundreds in the packs, a run
//! needs a few.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex::Regex;

/// A regular expression of a rule.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// One that has been compiled already.
    #[must_use]
    pub fn compiled(regex: Regex) -> Self {
        Self {
            source: regex.as_str().to_owned(),
            compiled: OnceLock::from(Some(regex)),
        }
    }

    /// One of a built-in pack; a test compiles them all.
    #[must_use]
    pub fn trusted(source: String) -> Self {
        Self {
            source,
            compiled: OnceLock::new(),
        }
    }

    fn regex(&self) -> Option<&Regex> {
        let compile = || Regex::new(&self.source).ok();
        self.compiled.get_or_init(compile).as_ref()
    }

    /// Whether it is found in `text`.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    /// `text` with every match replaced; `$1` in `with` is the first group.
    #[must_use]
    pub fn replace_all<'t>(&self, text: &'t str, with: &str) -> Cow<'t, str> {
        match self.regex() {
            Some(regex) => regex.replace_all(text, with),
            None => Cow::Borrowed(text),
        }
    }
}
