//! Whether a name speaks of a secret: the name of an attribute, the key of an
//! entry, or a word in a text. Accents, case and what joins words do not count.

use std::borrow::Cow;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::fold::{plain_letters, squeezed};

/// The names that packs know.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Of attributes and elements.
    names: Vec<NamePattern>,
    /// Further ones, of entries.
    keys: Vec<NamePattern>,
    /// Further ones, in texts.
    words: Vec<NamePattern>,
    /// Never secret.
    except: Vec<NamePattern>,
    /// Finds whether one of them can match at all.
    cores: OnceLock<Option<AhoCorasick>>,
}

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// An attribute or an element.
    Markup,
    /// An entry.
    Entry,
    /// Anything: a word of a text. More is secret there, since nothing else is known.
    Word,
}

impl Names {
    pub(super) fn add_name(&mut self, pattern: &str) {
        self.cores = OnceLock::new();
        self.names.push(NamePattern::new(pattern, Start::Whole));
    }

    pub(super) fn add_key(&mut self, pattern: &str) {
        self.cores = OnceLock::new();
        self.keys.push(NamePattern::new(pattern, Start::Within));
    }

    pub(super) fn add_word(&mut self, pattern: &str) {
        self.cores = OnceLock::new();
        self.words.push(NamePattern::new(pattern, Start::Within));
    }

    /// As [`Self::add_word`], for a word as a whole.
    pub(super) fn add_whole_word(&mut self, word: &str) {
        self.cores = OnceLock::new();
        self.words.push(NamePattern::new(word, Start::Whole));
    }

    pub(super) fn add_exception(&mut self, pattern: &str) {
        self.except.push(NamePattern::new(pattern, Start::Whole));
    }

    /// Whether a thing of this name is a secret.
    pub(super) fn is_secret(&self, name: &str, of: Of) -> bool {
        let name = Name::new(name);
        if !self.can_match(&name) {
            return false;
        }
        let mut lists = vec![&self.names];
        if of != Of::Markup {
            lists.push(&self.keys);
        }
        if of == Of::Word {
            lists.push(&self.words);
        }
        let mut secret = (lists.into_iter().flatten())
            .filter(|pattern| pattern.matches(&name))
            .map(NamePattern::weight)
            .peekable();
        if secret.peek().is_none() {
            return false;
        }
        // In a text only what is a known name as a whole: better too much is masked.
        let counts = |pattern: &&NamePattern| of != Of::Word || pattern.start == Start::Whole;
        let excepted = self.except.iter().filter(counts);
        let excepted = excepted
            .filter(|pattern| pattern.matches(&name))
            .map(NamePattern::weight);
        // `WebhookUrl` says more than `Url`, `PublicKey` more than `Key`.
        excepted.max() < secret.max()
    }

    /// Whether `name` is that of a secret key by more than its last word: `license key`, not `add key`.
    pub(super) fn is_secret_key(&self, name: &str) -> bool {
        let name = Name::new(name);
        let known = self.names.iter().chain(&self.keys);
        let mut longer = known
            .filter(|pattern| pattern.start == Start::Within || pattern.core.len() > "key".len());
        longer.any(|pattern| pattern.matches(&name))
    }

    fn can_match(&self, name: &Name<'_>) -> bool {
        let cores = self.cores.get_or_init(|| {
            let all = self.names.iter().chain(&self.keys).chain(&self.words);
            AhoCorasick::new(all.map(|pattern| &pattern.core)).ok()
        });
        cores
            .as_ref()
            .is_none_or(|cores| cores.is_match(&name.squeezed))
    }
}

/// A name and its forms: as it is, without a number at its end, in the singular.
struct Name<'n> {
    plain: Cow<'n, str>,
    squeezed: String,
    /// Where the other forms end, in `plain` and in `squeezed`.
    ends: [(usize, usize); 3],
}

impl<'n> Name<'n> {
    fn new(name: &'n str) -> Self {
        let plain = plain_letters(name);
        let squeezed = squeezed(name);
        let is_number = |c: char| c.is_ascii_digit() || matches!(c, '_' | '-' | '.' | ' ');
        let number = (
            plain.trim_end_matches(is_number).len(),
            squeezed.trim_end_matches(is_number).len(),
        );
        let singular = match squeezed[..number.1].ends_with('s') {
            true => (number.0 - 1, number.1 - 1),
            false => number,
        };
        let ends = [(plain.len(), squeezed.len()), number, singular];
        Self {
            plain,
            squeezed,
            ends,
        }
    }
}

/// `password`, `*password`, `password*`, `*password*`, or `*_pass`: the last word of a name.
#[derive(Clone, Debug)]
struct NamePattern {
    /// Squeezed.
    core: String,
    start: Start,
    any_end: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// The name begins with it.
    Whole,
    /// Anything may stand before.
    Any,
    /// Whole words may stand before.
    Word,
    /// It may be anywhere.
    Within,
}

impl NamePattern {
    fn new(pattern: &str, plain: Start) -> Self {
        let any_end = pattern.ends_with('*');
        let start = match pattern {
            _ if pattern.starts_with("*_") => Start::Word,
            _ if pattern.starts_with('*') && any_end => Start::Within,
            _ if pattern.starts_with('*') => Start::Any,
            _ if any_end => Start::Whole,
            _ => plain,
        };
        Self {
            core: squeezed(pattern.trim_matches('*')),
            start,
            any_end,
        }
    }

    /// How much it says about the end of a name.
    fn weight(&self) -> usize {
        match self.start {
            Start::Within => 0,
            _ => self.core.len(),
        }
    }

    fn matches(&self, name: &Name<'_>) -> bool {
        let core = self.core.as_str();
        if core.is_empty() {
            return false;
        }
        match (self.start, self.any_end) {
            (Start::Within, _) => name.squeezed.contains(core),
            (Start::Whole, true) => name.squeezed.starts_with(core),
            _ => name.ends.iter().any(|(plain, end)| {
                let squeezed = &name.squeezed[..*end];
                match self.start {
                    Start::Whole => squeezed == core,
                    Start::Word => {
                        squeezed.ends_with(core) && ends_with_word(&name.plain[..*plain], core)
                    }
                    _ => squeezed.ends_with(core),
                }
            }),
        }
    }
}

/// Whether a word begins where the squeezed `core` at the end of `name` does.
fn ends_with_word(name: &str, core: &str) -> bool {
    let mut left = core.chars().rev().peekable();
    let mut chars = name.char_indices().rev();
    let mut begin = None;
    while left.peek().is_some() {
        let Some((at, c)) = chars.next() else {
            return false;
        };
        if !matches!(c, '_' | '-' | '.' | ':' | ' ' | '/' | '\\') {
            left.next();
        }
        begin = Some((at, c));
    }
    let (Some((at, first)), Some((_, before))) = (begin, chars.next()) else {
        return true;
    };
    let next = name[at..].chars().nth(1);
    !before.is_alphanumeric()
        || first.is_uppercase() && !before.is_uppercase()
        || first.is_uppercase() && next.is_some_and(char::is_lowercase)
        || before.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_their_words() {
        let mut names = Names::default();
        for pattern in ["*password", "*_pass", "*_key", "apikey"] {
            names.add_name(pattern);
        }
        names.add_key("token");
        names.add_word("credential");
        for pattern in ["publickeytoken", "*_format", "key"] {
            names.add_exception(pattern);
        }
        for (name, of, is_secret) in [
            ("SmtpPass", Of::Markup, true),
            ("SMTPPass", Of::Markup, true),
            ("bypass", Of::Markup, false),
            ("smtp-pass-2", Of::Markup, true),
            ("Pässword", Of::Markup, true),
            ("passwords", Of::Markup, true),
            ("PasswordFormat", Of::Entry, false),
            ("LICENSE_KEY", Of::Markup, true),
            ("monkey", Of::Markup, false),
            ("key", Of::Word, false),
            ("Api.Key", Of::Markup, true),
            ("TokenIssuer", Of::Markup, false),
            ("TokenIssuer", Of::Entry, true),
            ("Public-Key_Token", Of::Word, false),
            ("tokenFormat", Of::Entry, false),
            ("tokenFormat", Of::Word, true),
            ("credentials", Of::Entry, false),
            ("credentials", Of::Word, true),
        ] {
            assert_eq!(names.is_secret(name, of), is_secret, "{name} {of:?}");
        }
    }
}
