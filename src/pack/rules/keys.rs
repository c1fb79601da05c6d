//! What there is to say about a key: reader, JSON Schema and documentation follow from it.

/// A key of a table.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub meaning: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// How it is needed.
    pub need: Need,
}

/// How a key is needed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Need {
    /// Whether it must be there.
    pub is_required: bool,
    /// Whether what it takes may come from a configuration, and so be a secret.
    pub may_be_secret: bool,
    /// Whether what it takes are selectors, or paths from an element.
    pub selects: bool,
}

/// What a key takes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A text.
    Text,
    /// A list of texts, or one.
    Texts,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number,
    /// One of these words, each with its meaning.
    Word(fn() -> Vec<(&'static str, &'static str)>),
    /// Tables with these keys: a list, or one.
    Items(&'static [Key]),
    /// One table.
    One(&'static Nested),
    /// Such tables: a list, or one.
    Many(&'static Nested),
    /// A text, or such tables: a list of both, or one.
    TextsOrMany(&'static Nested),
    /// Texts by names that the pack chooses.
    Named,
    /// A text, or texts by names that a check says.
    Message,
    /// The code of a lint rule.
    Code,
    /// The name of a check.
    Check,
    /// What the check takes.
    Parameters,
}

/// A table within a row.
#[derive(Debug)]
pub struct Nested {
    /// How messages call it.
    pub heading: &'static str,
    /// Its name in the JSON Schema.
    pub title: &'static str,
    /// What it is for.
    pub meaning: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

/// A [`Need`] in a word.
macro_rules! need {
    (required) => {
        $crate::pack::rules::keys::need!(true, false, false)
    };
    (optional) => {
        $crate::pack::rules::keys::need!(false, false, false)
    };
    (secret) => {
        $crate::pack::rules::keys::need!(false, true, false)
    };
    (required_selector) => {
        $crate::pack::rules::keys::need!(true, false, true)
    };
    (selector) => {
        $crate::pack::rules::keys::need!(false, false, true)
    };
    ($is_required:literal, $may_be_secret:literal, $selects:literal) => {
        $crate::pack::rules::keys::Need {
            is_required: $is_required,
            may_be_secret: $may_be_secret,
            selects: $selects,
        }
    };
}

/// A table within a row: its heading, its name, its keys.
macro_rules! nested {
    (
        $(#[doc = $doc:literal])+
        $visible:vis $table:ident $heading:literal $title:literal {
            $($(#[doc = $meaning:literal])+ $need:ident $name:literal: $kind:expr,)*
        }
    ) => {
        $(#[doc = $doc])+
        $visible static $table: Nested = Nested {
            heading: $heading,
            title: $title,
            meaning: concat!($($doc),+),
            keys: $crate::pack::rules::keys::keys![$($(#[doc = $meaning])+ $need $name: $kind,)*],
        };
    };
}

/// Keys with their meanings.
macro_rules! keys {
    ($($(#[doc = $meaning:literal])+ $need:ident $name:literal: $kind:expr,)*) => {
        &[$($crate::pack::rules::keys::Key {
            name: $name,
            meaning: concat!($($meaning),+),
            kind: $kind,
            need: $crate::pack::rules::keys::need!($need),
        }),*]
    };
}
#[allow(unused_imports)] // the build reads no nested tables
pub(crate) use {keys, need, nested};
