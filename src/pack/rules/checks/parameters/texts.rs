//! Parameters of checks that look at names and texts.

use super::one;
use crate::pack::rules::ComponentId;
use crate::pack::rules::checks::Wording;
use crate::word::words;
use crate::xml::selector::Selector;

/// `mentions`: texts that a file should not hold, be it a document or not.
#[derive(Clone, Debug)]
pub struct Mentions {
    /// The texts, as they are written.
    pub texts: Vec<String>,
}

impl Mentions {
    pub(in crate::pack::rules::checks) fn wording(&self) -> Wording {
        one(&["text"])
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

words! {
    BrokenBy {
        /// a character in it is not written as XML wants it
        Character = "character",
        /// it stands between curly quotes, or outside its quotes
        Quotes = "quotes",
    }
}

impl BrokenValue {
    pub(in crate::pack::rules::checks) fn wording(&self) -> Wording {
        match self.fault {
            BrokenBy::Character => one(&["character", "written"]),
            BrokenBy::Quotes => Wording {
                cases: &["curly", "unquoted", "behind"],
                places: &["key"],
            },
        }
    }
}

/// `near-name`: a name that is nearly a known one, so that nothing reads it.
#[derive(Clone, Debug)]
pub struct NearName {
    /// Attributes whose values are names, or elements that are named.
    pub select: Vec<Selector>,
    /// The known names.
    pub names: Vec<String>,
    /// Whether case tells names apart.
    pub is_exact: bool,
    /// How many letters may be wrong.
    pub distance: usize,
    /// Names shorter than this may have one wrong letter less.
    pub long: usize,
    /// Whether a name may have other words around it.
    pub words: bool,
    /// Whether a known name is out of place too.
    pub is_misplaced: bool,
    /// Where names are certainly of the product.
    pub own: Own,
    /// What a name must have elsewhere; without it, nothing is looked at there.
    pub elsewhere: Option<Elsewhere>,
}

/// Where names are certainly of the product.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// Files of these components.
    pub components: Vec<ComponentId>,
    /// Files of these names.
    pub files: Vec<String>,
    /// Elements whose name begins with this segment, and the names that can stand in them.
    pub sections: Vec<(String, Vec<String>)>,
}

/// What a name must have where others have names as well.
#[derive(Clone, Debug, Default)]
pub struct Elsewhere {
    /// It holds this, in any case.
    pub contains: Option<String>,
    /// It ends in this, in any case.
    pub ends_with: Option<String>,
    /// No more letters are wrong than this.
    pub distance: Option<usize>,
}

impl NearName {
    pub(in crate::pack::rules::checks) fn wording(&self) -> Wording {
        match self.is_misplaced {
            true => one(&["name"]),
            false => Wording {
                cases: &["near", "also-there"],
                places: &["name", "damage", "meant"],
            },
        }
    }
}
