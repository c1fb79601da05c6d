//! Parameters of checks that look at names and texts.

use super::{always, by_word, one};
use crate::pack::rules::ComponentId;
use crate::pack::rules::checks::declared::{Parameter, Reader, nested, parameters};
use crate::pack::rules::checks::{Worded, Wording};
use crate::pack::rules::keys::{Kind, Nested};
use crate::word::words;
use crate::xml::selector::Selector;

parameters! {
    /// Texts that a file should not hold, be it well-formed or not.
    Mentions {
        /// The texts, as they are written.
        required texts: Vec<String>,
    }
}

always!(Mentions, [], ["text"]);

parameters! {
    /// A file that is not well-formed because of how one of some values was typed in.
    BrokenValue {
        /// Keys of entries with such a value.
        optional keys: Vec<String>,
        /// Elements with such a text.
        optional elements: Vec<String>,
        /// In which way.
        required fault: BrokenBy,
    }
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

by_word!(BrokenValue, fault: BrokenBy, |check| {
    let is_empty = check.keys.is_empty() && check.elements.is_empty();
    is_empty.then_some(("there is no value to look at", "give `keys` or `elements`"))
});

impl BrokenBy {
    fn wording(self) -> Wording {
        match self {
            Self::Character => one(&["character", "written"]),
            Self::Quotes => Wording {
                cases: &["curly", "unquoted", "behind"],
                places: &["key"],
            },
        }
    }
}

parameters! {
    /// A name that is nearly a known one, so that nothing reads it.
    NearName {
        /// Attributes whose values are names, or elements that are named.
        required select: Vec<Selector>,
        /// The known names.
        required names: Vec<String>,
        /// Whether case tells names apart.
        optional exact: bool,
        /// How many letters may be wrong.
        required distance: usize,
        /// Names shorter than this may have one wrong letter less.
        optional long: Option<usize>,
        /// Whether a name may have other words around it.
        optional words: bool,
        /// Whether a known name is out of place too.
        optional misplaced: bool,
        /// Where names are certainly of the product.
        optional own: Option<Own>,
        /// What a name must have elsewhere; without it, nothing is looked at there.
        optional elsewhere: Option<Elsewhere>,
    }
}

impl NearName {
    const MISPLACED: Wording = one(&["name"]);
    const NEAR: Wording = Wording {
        cases: &["near", "also-there"],
        places: &["name", "damage", "meant"],
    };
}

impl Worded for NearName {
    fn wordings() -> Vec<(String, Wording)> {
        vec![
            (String::new(), Self::NEAR),
            ("`misplaced`".to_owned(), Self::MISPLACED),
        ]
    }

    fn wording(&self) -> Wording {
        match self.misplaced {
            true => Self::MISPLACED,
            false => Self::NEAR,
        }
    }

    fn lacks(&self) -> Option<(&'static str, &'static str)> {
        let is_nowhere = self.own.is_none() && self.elsewhere.is_none();
        let help = "give `own`, `elsewhere` or both";
        is_nowhere.then_some(("nothing says where names are looked at", help))
    }
}

parameters! {
    /// Where names are certainly of the product.
    Own {
        /// Files of these components.
        optional components: Vec<ComponentId>,
        /// Files of these names.
        optional files: Vec<String>,
        /// Elements whose name begins with a segment, and the names that can stand in them.
        optional sections: Vec<Section>,
    }
}

static OWN: Nested = nested::<Own>("`own`", "Own");

impl Parameter for Own {
    const KIND: Kind = Kind::One(&OWN);

    fn read<R: Reader>(reader: &mut R, key: &'static str, _: bool) -> Option<Self> {
        reader.one(key, OWN.heading)
    }
}

parameters! {
    /// Names that can stand in one element.
    Section {
        /// How the name of the element begins, up to a dot.
        required section: String,
        /// The names.
        optional names: Vec<String>,
    }
}

static SECTION: Nested = nested::<Section>("a list of names by section", "Section");

impl Parameter for Vec<Section> {
    const KIND: Kind = Kind::Many(&SECTION);

    fn read<R: Reader>(reader: &mut R, key: &'static str, _: bool) -> Option<Self> {
        reader.many(key, SECTION.heading)
    }
}

parameters! {
    /// What a name must have where others have names as well.
    Elsewhere {
        /// It holds this, in any case.
        optional contains: Option<String>,
        /// It ends in this, in any case.
        optional ends_with: Option<String>,
        /// No more letters are wrong than this.
        optional distance: Option<usize>,
    }
}

static ELSEWHERE: Nested = nested::<Elsewhere>("`elsewhere`", "Elsewhere");

impl Parameter for Elsewhere {
    const KIND: Kind = Kind::One(&ELSEWHERE);

    fn read<R: Reader>(reader: &mut R, key: &'static str, _: bool) -> Option<Self> {
        reader.one(key, ELSEWHERE.heading)
    }
}
