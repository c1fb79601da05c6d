//! What must never be shown: values under secret keys, and the secret parts of values.
//!
//! The table is filled from rule packs (`[[secret]]`). It works on a
//! well-formed document; for a text that is not, [`SecretTable::mentions_secret`]
//! errs on the side of silence.

use std::borrow::Cow;
use std::fmt;
use std::ops::{Deref, Range};
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use regex::{Regex, bytes};

use super::identity::IdentityTable;
use crate::xml::address::Leaf;
use crate::xml::chars::local_name;
use crate::xml::escape::{attribute_value, text_value};
use crate::xml::selector::Selector;
use crate::xml::{Document, NodeId, NodeKind, Span};

/// Which values are secrets.
#[derive(Clone, Debug, Default)]
pub struct SecretTable {
    selectors: Vec<Selector>,
    names: Vec<NamePattern>,
    /// In lower case.
    keys: Vec<Text>,
    parts: Vec<Pattern>,
    /// Finds the words beside which any of `parts` is tried; none if one of them is always tried.
    beside: OnceLock<Option<AhoCorasick>>,
    words: Option<Regex>,
    /// Plain words, apart from `words`.
    plain_words: Vec<Text>,
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

/// `password`, `*password`, `password*` or `*password*`; case does not matter.
#[derive(Clone, Debug)]
struct NamePattern {
    /// In lower case.
    name: Text,
    any_start: bool,
    any_end: bool,
}

impl NamePattern {
    fn matches(&self, name: &str) -> bool {
        let (name, wanted) = (name.as_bytes(), self.name.as_bytes());
        let mut windows = name.windows(wanted.len().max(1));
        match (self.any_start, self.any_end) {
            (false, false) => name.eq_ignore_ascii_case(wanted),
            (true, true) => windows.any(|part| part.eq_ignore_ascii_case(wanted)),
            (true, false) => windows
                .next_back()
                .is_some_and(|end| end.eq_ignore_ascii_case(wanted)),
            (false, true) => windows
                .next()
                .is_some_and(|start| start.eq_ignore_ascii_case(wanted)),
        }
    }
}

impl SecretTable {
    /// Values that `selector` selects are secret. A selected element makes all it holds secret.
    pub fn add_selector(&mut self, selector: Selector) {
        self.selectors.push(selector);
    }

    /// Attributes and texts of elements of this local name are secret; `*` at
    /// an end stands for anything.
    pub fn add_name(&mut self, name: impl Into<Cow<'static, str>>) {
        let name = name.into();
        self.names.push(NamePattern {
            any_start: name.starts_with('*'),
            any_end: name.ends_with('*'),
            name: lower_case(match name {
                Cow::Borrowed(name) => name.trim_matches('*').into(),
                Cow::Owned(name) => name.trim_matches('*').to_owned().into(),
            }),
        });
    }

    /// The value of an entry (`<add key="…" value="…"/>`, `<setting name="…">`)
    /// is secret if its key or name contains `word`.
    pub fn add_key(&mut self, word: impl Into<Cow<'static, str>>) {
        self.keys.push(lower_case(word.into()));
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
        self.plain_words.push(word);
    }

    /// Whether the value at `leaf` of `element` is a secret as a whole.
    #[must_use]
    pub fn is_secret(
        &self,
        identities: &IdentityTable,
        document: &Document,
        element: NodeId,
        leaf: &Leaf,
    ) -> bool {
        let ignores_case = |document: &Document, element: NodeId, attribute: &str| {
            identities.ignores_case(document, element, attribute)
        };
        self.is_secret_name(document, element, leaf)
            || self.is_secret_entry(document, element, leaf)
            || self
                .selectors
                .iter()
                .any(|selector| selector.covers(document, element, leaf, &ignores_case))
    }

    /// Whether the attribute has the name of a secret, or, for a text, an element around it.
    fn is_secret_name(&self, document: &Document, element: NodeId, leaf: &Leaf) -> bool {
        let is_secret = |name: &str| self.names.iter().any(|pattern| pattern.matches(name));
        if let Leaf::Attribute(name) = leaf {
            return is_secret(name.rsplit(':').next().unwrap_or_default());
        }
        let mut at = Some(element).filter(|node| document.is_element(*node));
        while let Some(node) = at {
            if is_secret(document.local_name(node)) {
                return true;
            }
            at = document
                .parent(node)
                .filter(|node| document.is_element(*node));
        }
        false
    }

    /// Whether the value of the attribute at the end of `path`, as an address shows
    /// it to tell an element of this name from its siblings, is a secret.
    #[must_use]
    pub fn is_secret_predicate(&self, element: &str, path: &str) -> bool {
        let is_secret = |name: &str| self.names.iter().any(|pattern| pattern.matches(name));
        let attribute = path.rsplit(['@', '/', ':']).next().unwrap_or_default();
        is_secret(attribute) || attribute.eq_ignore_ascii_case("value") && is_secret(element)
    }

    /// Whether `leaf` is the value of an entry whose key or name speaks of a secret.
    fn is_secret_entry(&self, document: &Document, element: NodeId, leaf: &Leaf) -> bool {
        let own_value = match leaf {
            Leaf::Attribute(name) => local_name(name).eq_ignore_ascii_case("value"),
            Leaf::Text => true,
            Leaf::Element => false,
        };
        if own_value && self.has_secret_key(document, element) {
            return true;
        }
        // <setting name="…"><value>…</value></setting>, and whatever the value holds.
        let mut at = element;
        while let Some(parent) = document
            .parent(at)
            .filter(|node| document.is_element(*node))
        {
            if document.local_name(at) == "value" && self.has_secret_key(document, parent) {
                return true;
            }
            at = parent;
        }
        false
    }

    /// Whether the element is named by a key that speaks of a secret. Products
    /// spell the attribute `key`, `Name`, `p:key`.
    fn has_secret_key(&self, document: &Document, element: NodeId) -> bool {
        document.attributes(element).iter().any(|attribute| {
            let name = local_name(document.slice(attribute.name));
            if !name.eq_ignore_ascii_case("key") && !name.eq_ignore_ascii_case("name") {
                return false;
            }
            let key = document.attribute_value(attribute).to_lowercase();
            self.keys.iter().any(|word| key.contains(&**word))
        })
    }

    /// The byte ranges of `value` that are secret although the whole is not, in order.
    #[must_use]
    pub fn secret_parts(&self, value: &str) -> Vec<Range<usize>> {
        if !self.may_have_parts(value) {
            return Vec::new();
        }
        let mut regexes = Vec::with_capacity(self.parts.len());
        for pattern in self.parts.iter().filter(|pattern| pattern.is_for(value)) {
            match pattern.regex() {
                Some(regex) => regexes.push(regex),
                None => return std::iter::once(0..value.len()).collect(),
            }
        }
        let mut ranges: Vec<Range<usize>> = regexes
            .iter()
            .flat_map(|regex| regex.captures_iter(value.as_bytes()))
            .filter_map(|captures| captures.get(1))
            .map(|part| whole_characters(value, part.range()))
            .filter(|range| !range.is_empty())
            .collect();
        ranges.sort_by_key(|range| range.start);
        ranges.dedup_by(|later, earlier| {
            let overlaps = later.start < earlier.end;
            if overlaps {
                earlier.end = earlier.end.max(later.end);
            }
            overlaps
        });
        ranges
    }

    /// Whether a pattern of `parts` has to be tried on `value`: one pass for all their words.
    fn may_have_parts(&self, value: &str) -> bool {
        let beside = self.beside.get_or_init(|| {
            let is_plain = |part: &Pattern| {
                !part.beside.is_empty() && part.beside.iter().all(|word| word.is_ascii())
            };
            let words = self.parts.iter().flat_map(|part| &part.beside);
            self.parts.iter().all(is_plain).then(|| {
                AhoCorasick::builder()
                    .ascii_case_insensitive(true)
                    .build(words.map(|word| word.as_bytes()))
                    .ok()
            })?
        });
        beside.as_ref().is_none_or(|words| words.is_match(value))
    }

    /// Whether raw text speaks of secrets, so that it had better not be shown.
    #[must_use]
    pub fn mentions_secret(&self, raw: &str) -> bool {
        self.words.as_ref().is_some_and(|words| words.is_match(raw))
            || self.plain_words.iter().any(|word| mentions(raw, word))
            || !self.secret_parts(raw).is_empty()
    }

    /// The spans of all secrets in the text of `document`, comments that speak of secrets included.
    #[must_use]
    pub fn spans(&self, identities: &IdentityTable, document: &Document) -> Vec<Span> {
        self.spans_among(identities, document, document.nodes())
    }

    /// As [`Self::spans`], of the markup and text that touches `around`.
    #[must_use]
    pub fn spans_near(
        &self,
        identities: &IdentityTable,
        document: &Document,
        around: Span,
    ) -> Vec<Span> {
        self.spans_among(identities, document, document.nodes_touching(around))
    }

    fn spans_among(
        &self,
        identities: &IdentityTable,
        document: &Document,
        nodes: impl Iterator<Item = NodeId>,
    ) -> Vec<Span> {
        let mut spans = Vec::new();
        for node in nodes {
            match document.kind(node) {
                NodeKind::Element => {
                    for attribute in document.attributes(node) {
                        let leaf = Leaf::Attribute(document.slice(attribute.name).to_owned());
                        let whole = self.is_secret(identities, document, node, &leaf);
                        let hidden =
                            || self.is_hidden(document.slice(attribute.value), attribute_value);
                        self.push(document, attribute.value, whole || hidden(), &mut spans);
                    }
                }
                NodeKind::Text | NodeKind::CData if !document.is_blank_text(node) => {
                    let whole = document.parent(node).is_some_and(|parent| {
                        self.is_secret(identities, document, parent, &Leaf::Text)
                    });
                    let hidden = || {
                        document.kind(node) == NodeKind::Text
                            && self.is_hidden(document.slice(document.span(node)), text_value)
                    };
                    self.push(document, document.span(node), whole || hidden(), &mut spans);
                }
                NodeKind::Comment | NodeKind::Pi => {
                    let span = document.span(node);
                    let whole = self.mentions_secret(document.slice(span));
                    self.push(document, span, whole, &mut spans);
                }
                _ => {}
            }
        }
        spans
    }

    /// Whether `raw` has secret parts that are seen only in its meaning: behind a
    /// reference, as in `Password&#61;…`, or behind a line end. Where they stand in
    /// `raw` is not known then.
    fn is_hidden(&self, raw: &str, meaning: fn(&str) -> Cow<'_, str>) -> bool {
        if memchr::memchr3(b'&', b'\n', b'\r', raw.as_bytes()).is_none() {
            return false;
        }
        self.secret_parts(&meaning(raw)).len() > self.secret_parts(raw).len()
    }

    fn push(&self, document: &Document, value: Span, whole: bool, spans: &mut Vec<Span>) {
        if value.is_empty() {
            return;
        }
        if whole {
            spans.push(value);
            return;
        }
        for part in self.secret_parts(document.slice(value)) {
            let start = value.start as usize;
            spans.push(Span::new(start + part.start, start + part.end));
        }
    }
}

fn lower_case(text: Text) -> Text {
    if text
        .bytes()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
    {
        return text;
    }
    text.to_lowercase().into()
}

/// Whether `text` contains `word`, in whatever case.
fn mentions(text: &str, word: &str) -> bool {
    if !word.is_ascii() {
        return text.to_lowercase().contains(&word.to_lowercase());
    }
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let Some(first) = word.first() else {
        return true;
    };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    memchr::memchr2_iter(lower, upper, text).any(|at| {
        text[at..]
            .get(..word.len())
            .is_some_and(|part| part.eq_ignore_ascii_case(word))
    })
}

/// The range, widened to characters: a pattern on bytes may split one.
fn whole_characters(text: &str, range: Range<usize>) -> Range<usize> {
    let (mut start, mut end) = (range.start, range.end);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}
