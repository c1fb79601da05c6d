//! One declaration for the parameters of each check: the type that holds them, their reading, the JSON
//! Schema and the table of checks in docs/packs.md follow from it.

use super::Wording;
use crate::pack::rules::ids::Id;
use crate::pack::rules::keys::{Key, Kind, Nested};
use crate::pack::rules::lint::Condition;
use crate::pack::rules::lint_keys::CONDITION;
use crate::pack::rules::{ComponentId, FactId, ServiceId};
use crate::word::Word;
use crate::xml::selector::Selector;

/// A table whose rows parameters name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// `[[component]]`.
    Component,
    /// `[[fact]]`.
    Fact,
    /// `[[service]]`.
    Service,
}

/// Reads single parameters. What is wrong with one, or missing though `required`, the reader notes,
/// and gives `None`.
pub trait Reader: Sized {
    /// A text that is not empty.
    fn text(&mut self, key: &'static str, required: bool) -> Option<String>;
    /// Texts, none of them empty.
    fn texts(&mut self, key: &'static str, required: bool) -> Option<Vec<String>>;
    /// Whether it is set to true.
    fn flag(&mut self, key: &'static str) -> bool;
    /// A whole number.
    fn number(&mut self, key: &'static str, required: bool) -> Option<usize>;
    /// A word.
    fn word<W: Word>(&mut self, key: &'static str, required: bool) -> Option<W>;
    /// Selectors; with `of_values` each must name a value.
    fn selectors(
        &mut self,
        key: &'static str,
        required: bool,
        of_values: bool,
    ) -> Option<Vec<Selector>>;
    /// The id of a row.
    fn id<T>(&mut self, table: Table, key: &'static str, required: bool) -> Option<Id<T>>;
    /// Ids of rows.
    fn ids<T>(&mut self, table: Table, key: &'static str, required: bool) -> Option<Vec<Id<T>>>;
    /// A condition.
    fn condition(&mut self, key: &'static str, required: bool) -> Option<Condition>;
    /// A table.
    fn one<P: Parameters>(&mut self, key: &'static str, heading: &'static str) -> Option<P>;
    /// Tables: a list, or one.
    fn many<P: Parameters>(&mut self, key: &'static str, heading: &'static str) -> Option<Vec<P>>;
}

/// The parameters of a check, or a table among them.
pub trait Parameters: Sized + 'static {
    /// What they are for.
    const MEANING: &'static str;
    /// Each of them.
    const KEYS: &'static [Key];

    /// Reads all of them; `None` if one has a problem.
    fn read<R: Reader>(reader: &mut R) -> Option<Self>;
}

/// A check that leaves its messages to the rule.
pub trait Worded: Parameters {
    /// What the rule has to word, by what the parameters say: the text before is for people.
    fn wordings() -> Vec<(String, Wording)>;

    /// What the rule has to word.
    fn wording(&self) -> Wording;

    /// What is missing as a whole, and what to do about it.
    fn lacks(&self) -> Option<(&'static str, &'static str)> {
        None
    }
}

/// The type of a parameter.
pub trait Parameter: Sized {
    /// What its key takes.
    const KIND: Kind;
    /// Whether it holds selectors.
    const SELECTS: bool = false;

    /// Reads it.
    fn read<R: Reader>(reader: &mut R, key: &'static str, required: bool) -> Option<Self>;
}

/// A parameter that may be left out.
impl<P: Parameter> Parameter for Option<P> {
    const KIND: Kind = P::KIND;

    fn read<R: Reader>(reader: &mut R, key: &'static str, _: bool) -> Option<Self> {
        Some(P::read(reader, key, false))
    }
}

impl<W: Word> Parameter for W {
    const KIND: Kind = Kind::Word(W::explained);

    fn read<R: Reader>(reader: &mut R, key: &'static str, required: bool) -> Option<Self> {
        reader.word(key, required)
    }
}

/// Each type with its kind and the call that reads it.
macro_rules! parameter {
    ($($type:ty, $kind:expr, |$reader:ident, $key:ident, $required:ident| $read:expr;)+) => {
        $(impl Parameter for $type {
            const KIND: Kind = $kind;

            fn read<R: Reader>($reader: &mut R, $key: &'static str, $required: bool) -> Option<Self> {
                $read
            }
        })+
    };
}

parameter! {
    String, Kind::Text, |reader, key, required| reader.text(key, required);
    Vec<String>, Kind::Texts, |reader, key, required| reader.texts(key, required);
    bool, Kind::Flag, |reader, key, _required| Some(reader.flag(key));
    usize, Kind::Number, |reader, key, required| reader.number(key, required);
    Condition, Kind::One(&CONDITION), |reader, key, required| reader.condition(key, required);
    ComponentId, Kind::Text, |reader, key, required| reader.id(Table::Component, key, required);
    FactId, Kind::Text, |reader, key, required| reader.id(Table::Fact, key, required);
    ServiceId, Kind::Text, |reader, key, required| reader.id(Table::Service, key, required);
    Vec<ComponentId>, Kind::Texts, |reader, key, required| reader.ids(Table::Component, key, required);
    Vec<FactId>, Kind::Texts, |reader, key, required| reader.ids(Table::Fact, key, required);
}

impl Parameter for Vec<Selector> {
    const KIND: Kind = Kind::Texts;
    const SELECTS: bool = true;

    fn read<R: Reader>(reader: &mut R, key: &'static str, required: bool) -> Option<Self> {
        reader.selectors(key, required, false)
    }
}

/// Selectors that each name a value.
#[derive(Clone, Debug)]
pub struct Values(pub Vec<Selector>);

impl Parameter for Values {
    const KIND: Kind = Kind::Texts;
    const SELECTS: bool = true;

    fn read<R: Reader>(reader: &mut R, key: &'static str, required: bool) -> Option<Self> {
        reader.selectors(key, required, true).map(Self)
    }
}

/// The declaration of a table among parameters.
pub(super) const fn nested<P: Parameters>(heading: &'static str, title: &'static str) -> Nested {
    Nested {
        heading,
        title,
        meaning: P::MEANING,
        keys: P::KEYS,
    }
}

/// Declares parameters: each with what it says, whether it is needed, and its type.
macro_rules! parameters {
    (
        $(#[doc = $doc:literal])+
        $name:ident {
            $($(#[doc = $meaning:literal])+ $need:ident $field:ident: $type:ty,)*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug)]
        pub struct $name {
            $($(#[doc = $meaning])+ pub $field: $type,)*
        }

        impl $crate::pack::rules::checks::Parameters for $name {
            const MEANING: &'static str = concat!($($doc),+);
            const KEYS: &'static [$crate::pack::rules::keys::Key] = &[$($crate::pack::rules::keys::Key {
                name: $crate::word::key!($field),
                meaning: concat!($($meaning),+),
                kind: <$type as $crate::pack::rules::checks::Parameter>::KIND,
                need: $crate::pack::rules::keys::Need {
                    selects: <$type as $crate::pack::rules::checks::Parameter>::SELECTS,
                    ..$crate::pack::rules::keys::need!($need)
                },
            }),*];

            #[allow(unused_variables)] // a check may take none
            fn read<R: $crate::pack::rules::checks::Reader>(reader: &mut R) -> Option<Self> {
                $(let $field = <$type as $crate::pack::rules::checks::Parameter>::read(
                    reader,
                    const { $crate::word::key!($field) },
                    const { $crate::pack::rules::keys::need!($need).is_required },
                );)*
                Some(Self { $($field: $field?,)* })
            }
        }
    };
}
pub(super) use parameters;
