//! What must never be shown: the one place that decides it, for documents and for
//! texts of any kind.
//!
//! The table is filled from rule packs (`[[secret]]`). A document is asked for its
//! secrets by [`SecretTable::spans`], any other text by
//! [`SecretTable::secrets_in_text`], which masks at least as much, and a single
//! value by [`SecretTable::secret_parts`]. [`pieces`] and [`masked`] are how all of
//! it is masked.

use std::borrow::Cow;
use std::fmt;
use std::ops::{Deref, Range};
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use regex::{Regex, bytes};

use crate::xml::selector::Selector;

mod assignments;
mod blobs;
mod decoded;
mod document;
mod fold;
mod hex;
mod mask;
mod names;
mod text;

pub use document::ranges;
pub use mask::{MASK, Piece, masked, pieces};

use mask::merged;
use names::Names;
use text::whole_characters;

/// Which values are secrets.
#[derive(Clone, Debug, Default)]
pub struct SecretTable {
    selectors: Vec<Selector>,
    lists: Names,
    parts: Vec<Pattern>,
    /// Finds the words beside which `parts` are tried.
    beside: OnceLock<Beside>,
    words: Option<Regex>,
    /// Plain words of several parts, apart from `words`.
    plain_words: Vec<Text>,
    /// Finds `plain_words`.
    plain_finder: OnceLock<Option<AhoCorasick>>,
}

/// A word or pattern of a pack; those in the binary are not copied.
type Text = Cow<'static, str>;

/// A table that is built when it is first asked: most merges show no values.
#[derive(Clone)]
pub struct LazySecrets {
    table: OnceLock<SecretTable>,
    build: fn() -> SecretTable,
}

impl LazySecrets {
    /// What `build` gives, which must always be the same.
    #[must_use]
    pub const fn new(build: fn() -> SecretTable) -> Self {
        Self {
            table: OnceLock::new(),
            build,
        }
    }
}

impl Default for LazySecrets {
    fn default() -> Self {
        Self::new(SecretTable::default)
    }
}

impl From<SecretTable> for LazySecrets {
    fn from(table: SecretTable) -> Self {
        Self {
            table: table.into(),
            ..Self::default()
        }
    }
}

impl Deref for LazySecrets {
    type Target = SecretTable;

    fn deref(&self) -> &SecretTable {
        self.table.get_or_init(self.build)
    }
}

impl fmt::Debug for LazySecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// A pattern that is compiled when it is first used: most runs need few of them,
/// and to compile one takes longer than to read a whole file.
#[derive(Clone, Debug)]
struct Pattern {
    source: Text,
    /// Only values that contain one of these words are tried; if empty, all.
    beside: Vec<Text>,
    /// On bytes: built-in patterns do without the cost of Unicode classes.
    compiled: OnceLock<Option<bytes::Regex>>,
}

/// Finds which patterns have to be tried on a value: one pass for the words of all of them.
#[derive(Clone, Debug)]
struct Beside {
    words: Option<AhoCorasick>,
    /// The pattern of each word.
    of: Vec<usize>,
    /// Patterns that look for their words themselves.
    others: Vec<usize>,
}

impl Beside {
    fn new(parts: &[Pattern]) -> Self {
        let is_plain = |part: &Pattern| {
            !part.beside.is_empty() && part.beside.iter().all(|word| word.is_ascii())
        };
        let (plain, others): (Vec<usize>, Vec<usize>) =
            (0..parts.len()).partition(|at| is_plain(&parts[*at]));
        let words: Vec<(&Text, usize)> = plain
            .into_iter()
            .flat_map(|at| parts[at].beside.iter().map(move |word| (word, at)))
            .collect();
        let found = finder(words.iter().map(|(word, _)| word.as_bytes()));
        match found {
            Some(finder) => Self {
                of: words.iter().map(|(_, at)| *at).collect(),
                words: Some(finder),
                others,
            },
            None => Self {
                words: None,
                of: Vec::new(),
                others: (0..parts.len()).collect(),
            },
        }
    }

    /// The patterns to try on `value`, in order.
    fn patterns<'p>(
        &self,
        parts: &'p [Pattern],
        value: &str,
    ) -> impl Iterator<Item = &'p Pattern> + use<'p> {
        let mut wanted: Vec<usize> = (self.words.iter())
            .flat_map(|words| words.find_overlapping_iter(value))
            .map(|found| self.of[found.pattern().as_usize()])
            .chain(
                self.others
                    .iter()
                    .copied()
                    .filter(|at| parts[*at].is_for(value)),
            )
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        wanted.into_iter().map(|at| &parts[at])
    }
}

/// Finds words in whatever case of ASCII letters.
fn finder<'w>(words: impl Iterator<Item = &'w [u8]>) -> Option<AhoCorasick> {
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).build(words).ok()
}

impl Pattern {
    fn is_for(&self, value: &str) -> bool {
        self.beside.is_empty() || self.beside.iter().any(|word| mentions(value, word))
    }

    /// `None` if it does not compile; packs are checked, so that does not happen.
    fn regex(&self) -> Option<&bytes::Regex> {
        self.compiled
            .get_or_init(|| bytes::Regex::new(&self.source).ok())
            .as_ref()
    }
}

impl SecretTable {
    /// Values that `selector` selects are secret. A selected element makes all it holds secret.
    /// In a text, lines that have the words of the selector are.
    pub fn add_selector(&mut self, selector: Selector) {
        for word in selector.telling_words() {
            self.lists.add_whole_word(word);
        }
        self.selectors.push(selector);
    }

    /// Attributes and texts of elements of this local name are secret, and the values of entries of
    /// this name; `*` at an end stands for anything, `*_` at the beginning for whole words.
    pub fn add_name(&mut self, name: impl AsRef<str>) {
        self.lists.add_name(name.as_ref());
    }

    /// The value of an entry (`<add key="…" value="…"/>`, `<setting name="…">`)
    /// is secret if its key or name contains `word`, or ends with it after a `*`.
    pub fn add_key(&mut self, word: impl AsRef<str>) {
        self.lists.add_key(word.as_ref());
    }

    /// Nothing of this name is secret, although another list has it.
    pub fn add_exception(&mut self, name: impl AsRef<str>) {
        self.lists.add_exception(name.as_ref());
    }

    /// The first capture group of `pattern` is secret, in whatever value it matches.
    #[allow(clippy::needless_pass_by_value)] // callers build the pattern for this
    pub fn add_part(&mut self, pattern: Regex) {
        self.add_part_source(pattern.as_str().to_owned().into(), Vec::new());
    }

    /// Like [`Self::add_part`], compiled when it is first needed, and tried only
    /// on values that contain one of the words `beside` (in whatever case), if
    /// there are any. A pattern that turns out not to compile makes the whole
    /// value a secret.
    pub fn add_part_source(&mut self, pattern: Cow<'static, str>, beside: Vec<Cow<'static, str>>) {
        self.beside = OnceLock::new();
        self.parts.push(Pattern {
            source: pattern,
            beside,
            compiled: OnceLock::new(),
        });
    }

    /// Sets the pattern of words beside which raw text may hold a secret.
    pub fn set_words(&mut self, words: Regex) {
        self.words = Some(words);
    }

    /// Adds a plain word beside which raw text may hold a secret, in whatever case.
    pub fn add_word(&mut self, word: Cow<'static, str>) {
        self.lists.add_word(&word);
        if !word.contains('*') && !word.chars().all(char::is_alphanumeric) {
            self.plain_finder = OnceLock::new();
            self.plain_words
                .push(fold::plain_letters(&word).into_owned().into());
        }
    }

    /// The byte ranges of `value` that are secret although the whole is not, in order.
    #[must_use]
    pub fn secret_parts(&self, value: &str) -> Vec<Range<usize>> {
        let mut found = assignments::assigned(&self.lists, value);
        found.extend(self.encoded_secrets(value));
        found.extend(hex::hidden(value, |text| self.mentions_secret(text)));
        let beside = self.beside.get_or_init(|| Beside::new(&self.parts));
        for pattern in beside.patterns(&self.parts, value) {
            let Some(regex) = pattern.regex() else {
                return std::iter::once(0..value.len()).collect();
            };
            let parts = regex.captures_iter(value.as_bytes());
            found.extend(
                parts
                    .filter_map(|captures| captures.get(1))
                    .map(|part| whole_characters(value, part.range())),
            );
        }
        merged(found)
    }
}

/// Whether `text` contains `word`, in whatever case.
fn mentions(text: &str, word: &str) -> bool {
    if !word.is_ascii() {
        return text.to_lowercase().contains(&word.to_lowercase());
    }
    let Some(first) = word.bytes().next() else {
        return true;
    };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let bytes = text.as_bytes();
    memchr::memchr2_iter(lower, upper, bytes).any(|at| {
        let part = bytes[at..].get(..word.len());
        part.is_some_and(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    })
}
