//! Values as reports show them.
//!
//! Secrets are numbered in the order they first appear in a report: equal ones
//! have the same number, different ones have different numbers, and nothing
//! else can be told from it.

use std::collections::HashMap;

use rustc_hash::FxHashSet;

use crate::config::identity::IdentityTable;
use crate::config::secrets::{MASK, SecretTable, masked};
use crate::merge::outcome::Value;
use crate::xml::Document;
use crate::xml::address::Address;

/// Values shorter than this may be the same by chance: `true`, `admin`.
const TELLING: usize = 6;

/// Shows values, secrets masked.
pub struct Redactor<'t> {
    table: &'t SecretTable,
    show: bool,
    seen: HashMap<String, usize>,
    /// The values of the files that are secrets because of where they stand.
    known: FxHashSet<String>,
}

impl<'t> Redactor<'t> {
    /// `show` leaves secrets as they are (`--show-secrets`).
    #[must_use]
    pub fn new(table: &'t SecretTable, show: bool) -> Self {
        Self {
            table,
            show,
            seen: HashMap::new(),
            known: FxHashSet::default(),
        }
    }

    /// Remembers which values of `document` are secrets, so that they are masked wherever they are
    /// quoted: in the address of their element, or in its tag.
    pub fn learn(&mut self, identities: &IdentityTable, document: &Document) {
        let values = self.table.secret_values(identities, document);
        self.known.extend(values);
    }

    /// Remembers values that are secrets.
    pub fn learn_values(&mut self, values: &[String]) {
        self.known.extend(values.iter().cloned());
    }

    /// Another one that knows the same, and masks secrets whatever this one does.
    #[must_use]
    pub fn masking(&self) -> Self {
        Self {
            show: false,
            seen: HashMap::new(),
            known: self.known.clone(),
            table: self.table,
        }
    }

    /// `value` as it may be shown. `secret`: all of it is one.
    pub fn value(&mut self, value: &str, secret: bool) -> String {
        if self.masks_all(value, secret || self.is_known(value)) {
            return self.mask(value);
        }
        if self.show || value.is_empty() {
            return value.to_owned();
        }
        let parts = self.table.secret_parts(value);
        masked(value, parts, |secret| self.mask(secret))
    }

    /// `address` as it may be shown: what tells an element from its siblings can
    /// be a secret, too. An address with a mask in it selects nothing.
    pub fn address(&mut self, address: &Address) -> String {
        self.shown_address(address).to_string()
    }

    /// The same, step by step.
    pub fn shown_address(&mut self, address: &Address) -> Address {
        let mut shown = address.clone();
        for step in &mut shown.steps {
            for (path, value) in &mut step.predicates {
                let secret = self.table.is_secret_predicate(&step.name, path)
                    || path == "@value" && self.known.contains(value);
                *value = self.value(value, secret);
            }
        }
        shown
    }

    /// Whether secrets are left as they are.
    #[must_use]
    pub fn shows_secrets(&self) -> bool {
        self.show
    }

    /// Whether all of `value` is masked; see [`Self::value`].
    #[must_use]
    pub fn masks_all(&self, value: &str, secret: bool) -> bool {
        secret && !self.show && !value.is_empty()
    }

    /// What stands at a place, as it may be shown. `secret`: its text is one.
    pub fn shown(&mut self, value: &Value, secret: bool) -> String {
        match value {
            Value::Text(text) => self.value(text, secret),
            Value::Tag(name, attributes) => {
                let mut tag = format!("<{name}");
                for (name, value) in attributes {
                    tag.push_str(&format!(" {name}=\"{}\"", self.value(value, false)));
                }
                tag + ">"
            }
            Value::Element { name, below } => match below {
                0 => format!("<{name} …>"),
                1 => format!("<{name}> with 1 element"),
                _ => format!("<{name}> with {below} elements"),
            },
            Value::Several { name, count } => format!("{count} × <{name}>"),
        }
    }

    /// The beginning of a comment; nothing where it may hold a secret.
    pub fn comment(&self, text: &str) -> Option<String> {
        const SHOWN: usize = 60;
        if !self.show && self.table.mentions_secret(text) {
            return None;
        }
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let words = words.join(" ");
        Some(match words.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{} …", &words[..end]),
            None => words,
        })
    }

    /// Whether it is a secret of a file, and nothing that is the same elsewhere by chance.
    fn is_known(&self, value: &str) -> bool {
        value.len() >= TELLING && self.known.contains(value)
    }

    fn mask(&mut self, secret: &str) -> String {
        let number = match self.seen.get(secret) {
            Some(number) => *number,
            None => {
                let number = self.seen.len() + 1;
                self.seen.insert(secret.to_owned(), number);
                number
            }
        };
        format!("{} {number}]", MASK.trim_end_matches(']'))
    }
}
