//! What each check of the registry can be told, and what it needs worded.

use super::Wording;

/// One message, for which the check fills in `places`.
const fn one(places: &'static [&'static str]) -> Wording {
    Wording { cases: &[], places }
}

/// `mentions`: texts that a file should not hold, be it a document or not.
#[derive(Clone, Debug)]
pub struct Mentions {
    /// The texts, as they are written.
    pub texts: Vec<String>,
}

impl Mentions {
    pub(super) fn wording(&self) -> Wording {
        one(&["text"])
    }
}

/// `once`: something true of a product, said once in a run that has a file of it.
#[derive(Clone, Debug)]
pub struct Once {
    /// Whose files.
    pub components: Vec<String>,
}

impl Once {
    pub(super) fn wording(&self) -> Wording {
        one(&[])
    }
}

/// `broken-value`: a file that is not well-formed because of how one of some values was typed in.
#[derive(Clone, Debug)]
pub struct BrokenValue {
    /// Keys of entries with such a value.
    pub keys: Vec<String>,
    /// Elements with such a text.
    pub elements: Vec<String>,
    /// In which way.
    pub fault: BrokenBy,
}

/// What is wrong with a value that breaks its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokenBy {
    /// A character in it is not written as XML wants it.
    Character,
    /// It stands between curly quotes, or outside its quotes.
    Quotes,
}

impl BrokenBy {
    /// The words of packs.
    pub const WORDS: &[(&str, Self)] = &[("character", Self::Character), ("quotes", Self::Quotes)];
}

impl BrokenValue {
    pub(super) fn wording(&self) -> Wording {
        match self.fault {
            BrokenBy::Character => one(&["character", "written"]),
            BrokenBy::Quotes => Wording {
                cases: &["curly", "unquoted", "behind"],
                places: &["key"],
            },
        }
    }
}
