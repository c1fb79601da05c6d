//! One declaration for each table of a pack. From it come the type that holds a row, the reading of
//! it, the words of "did you mean", the JSON Schema ([`super::schema`]) and the tables of
//! docs/packs.md.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{PackProblem, did_you_mean};
use super::row::{Row, Trust, kind, span};
pub use crate::pack::rules::keys::{Key, Kind};
use crate::pack::rules::terms::Mark;
use crate::word::Word;
use crate::xml::Span;

/// A text and its place in the TOML.
pub type Text = Spanned<String>;

/// What a table holds.
#[derive(Clone, Copy, Debug)]
pub struct Declaration {
    /// Its name: `merge`.
    pub table: &'static str,
    /// How messages call it: `[[merge]]`.
    pub heading: &'static str,
    /// Its name in the JSON Schema.
    pub title: &'static str,
    /// What it is for.
    pub meaning: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

impl Declaration {
    /// Notes which lists are missing, and the id: whether other texts are there is seen when they are read.
    pub(super) fn require(&self, row: &mut Row<'_>) {
        for key in self.keys.iter().filter(|key| key.need.is_required) {
            if key.name == "id" || matches!(key.kind, Kind::Texts) {
                row.require(key.name);
            }
        }
    }
}

/// A type that a row holds at a key.
pub trait Field: Sized {
    /// What the key takes.
    const KIND: Kind;

    /// Reads what is there.
    fn read(row: &mut Row<'_>, key: &'static str) -> Self;

    /// Reads what has to be there; that a list is missing was said before.
    fn required(row: &mut Row<'_>, key: &'static str) -> Self {
        Self::read(row, key)
    }
}

impl Field for Option<Text> {
    const KIND: Kind = Kind::Text;

    fn read(row: &mut Row<'_>, key: &'static str) -> Self {
        row.text(key)
    }

    fn required(row: &mut Row<'_>, key: &'static str) -> Self {
        row.required(key)
    }
}

impl Field for Vec<Text> {
    const KIND: Kind = Kind::Texts;

    fn read(row: &mut Row<'_>, key: &'static str) -> Self {
        row.texts(key)
    }
}

impl Field for bool {
    const KIND: Kind = Kind::Flag;

    fn read(row: &mut Row<'_>, key: &'static str) -> Self {
        row.flag(key)
    }
}

impl<W: Word> Field for Option<Spanned<W>> {
    const KIND: Kind = Kind::Word(W::explained);

    fn read(row: &mut Row<'_>, key: &'static str) -> Self {
        row.word(key)
    }

    fn required(row: &mut Row<'_>, key: &'static str) -> Self {
        let text = row.required(key)?;
        row.meant(key, &text)
    }
}

/// A type that holds a table.
pub trait Table: Sized {
    /// What there is to say about the table.
    const DECLARATION: Declaration;

    /// Reads a row.
    fn read(row: &mut Row<'_>) -> Self;

    /// What the row says about itself, if the table has rows.
    fn about(&self) -> Option<&About> {
        None
    }
}

/// What every row may say about itself.
#[derive(Clone, Debug)]
pub struct About {
    /// Where the row stands.
    pub at: Span,
    /// Its id.
    pub id: Option<Text>,
    /// One line for people (`title` of a component, `meaning` of a setting).
    pub summary: Option<Text>,
    /// Why it is so.
    pub why: Option<Text>,
    /// Names of sources.
    pub source: Vec<Text>,
    /// `documented` or `inferred`.
    pub mark: Option<Spanned<Mark>>,
}

impl About {
    /// Reads it; `summary` is the key of the line for people.
    pub(in crate::pack) fn read(row: &mut Row<'_>, summary: &'static str) -> Self {
        Self {
            at: row.at(),
            id: row.text("id"),
            summary: row.text(summary),
            why: row.text("why"),
            source: row.texts("source"),
            mark: row.word("mark"),
        }
    }
}

/// Reads a key as it is needed.
macro_rules! read_key {
    (required, $type:ty, $row:ident, $key:expr) => {
        <$type as Field>::required($row, $key)
    };
    (required_selector, $type:ty, $row:ident, $key:expr) => {
        <$type as Field>::required($row, $key)
    };
    ($need:ident, $type:ty, $row:ident, $key:expr) => {
        <$type as Field>::read($row, $key)
    };
}

/// Declares a table that is there once.
macro_rules! single {
    (
        $(#[doc = $doc:literal])+
        [$table:literal] $title:literal $row:ident {
            $($(#[doc = $meaning:literal])+ $need:ident $field:ident: $type:ty,)*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, Default)]
        pub struct $row {
            $($(#[doc = $meaning])+ pub $field: $type,)*
        }

        impl Table for $row {
            const DECLARATION: Declaration = Declaration {
                table: $table,
                heading: concat!("[", $table, "]"),
                title: $title,
                meaning: concat!($($doc),+),
                keys: &[$(Key {
                    name: $crate::word::key!($field),
                    meaning: concat!($($meaning),+),
                    kind: <$type as Field>::KIND,
                    need: $crate::pack::rules::keys::need!($need),
                }),*],
            };

            fn read(row: &mut Row<'_>) -> Self {
                Self {
                    $($field: read_key!($need, $type, row, const { $crate::word::key!($field) }),)*
                }
            }
        }
    };
}

/// Declares a table of rows, each with what every row may say about itself.
macro_rules! rows {
    (
        $(#[doc = $doc:literal])+
        [[$table:literal]] $title:literal $row:ident {
            $id:ident id,
            $summary:literal = $summary_meaning:literal,
            $($(#[doc = $meaning:literal])+ $need:ident $field:ident: $type:ty,)*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug)]
        pub struct $row {
            /// What it says about itself.
            pub about: About,
            $($(#[doc = $meaning])+ pub $field: $type,)*
        }

        impl Table for $row {
            const DECLARATION: Declaration = Declaration {
                table: $table,
                heading: concat!("[[", $table, "]]"),
                title: $title,
                meaning: concat!($($doc),+),
                keys: &[
                    Key {
                        name: "id",
                        meaning: "Id: a-z, 0-9 and -.",
                        kind: Kind::Text,
                        need: $crate::pack::rules::keys::need!($id),
                    },
                    Key {
                        name: $summary,
                        meaning: $summary_meaning,
                        kind: Kind::Text,
                        need: $crate::pack::rules::keys::need!(optional),
                    },
                    $(Key {
                        name: $crate::word::key!($field),
                        meaning: concat!($($meaning),+),
                        kind: <$type as Field>::KIND,
                        need: $crate::pack::rules::keys::need!($need),
                    },)*
                    Key {
                        name: "why",
                        meaning: "Why it is so.",
                        kind: Kind::Text,
                        need: $crate::pack::rules::keys::need!(optional),
                    },
                    Key {
                        name: "source",
                        meaning: "Names under [sources].",
                        kind: Kind::Texts,
                        need: $crate::pack::rules::keys::need!(optional),
                    },
                    Key {
                        name: "mark",
                        meaning: "Whether a public text says so, or it was concluded.",
                        kind: Kind::Word(<crate::pack::rules::terms::Mark as crate::word::Word>::explained),
                        need: $crate::pack::rules::keys::need!(optional),
                    },
                ],
            };

            fn read(row: &mut Row<'_>) -> Self {
                Self::DECLARATION.require(row);
                Self {
                    about: About::read(row, $summary),
                    $($field: read_key!($need, $type, row, const { $crate::word::key!($field) }),)*
                }
            }

            fn about(&self) -> Option<&About> {
                Some(&self.about)
            }
        }
    };
}

pub(super) use {read_key, rows, single};

/// What is read of a document, and what is wrong with it.
pub struct Reading<'r> {
    /// Its tables.
    pub document: &'r DeTable<'r>,
    /// What was wrong so far.
    pub problems: &'r mut Vec<PackProblem>,
    /// What is known of the pack.
    pub trust: Trust,
}

impl Reading<'_> {
    /// The rows of a table.
    pub fn rows<T: Table>(&mut self) -> Vec<T> {
        let Declaration {
            table,
            heading,
            keys,
            ..
        } = T::DECLARATION;
        self.rows_with(table, heading, keys, T::read)
    }

    /// The rows of a table, each read by `read`.
    pub fn rows_with<T>(
        &mut self,
        table: &str,
        heading: &'static str,
        keys: &'static [Key],
        read: impl Fn(&mut Row<'_>) -> T,
    ) -> Vec<T> {
        let Some(value) = self.document.get(table) else {
            return Vec::new();
        };
        let mut rows = Vec::new();
        let refuse = |found: &Spanned<DeValue<'_>>, problems: &mut Vec<PackProblem>| {
            let kind = kind(found.get_ref());
            let message = format!("`{table}` must be a list of rows, not {kind}");
            let problem = PackProblem::new(message, span(found.span()));
            problems.push(problem.help(format!("start each row with `{heading}`")));
        };
        let Some(items) = value.get_ref().as_array() else {
            refuse(value, self.problems);
            return rows;
        };
        rows.reserve(items.len());
        for item in items {
            match item.get_ref().as_table() {
                Some(table) => {
                    let row = Row::new(heading, table, span(item.span()), self.problems);
                    let mut row = row.trusted(self.trust).declared(keys);
                    rows.push(read(&mut row));
                    row.finish();
                }
                None => refuse(item, self.problems),
            }
        }
        rows
    }

    /// The one table of a kind; an empty one if it is not there.
    pub fn table<T: Table + Default>(&mut self) -> T {
        let Declaration {
            table,
            heading,
            keys,
            ..
        } = T::DECLARATION;
        let Some(table) = one_table(self.document, table, heading, self.problems) else {
            return T::default();
        };
        let row = Row::new(heading, table, Span::default(), self.problems);
        let mut row = row.declared(keys);
        let found = T::read(&mut row);
        row.finish();
        found
    }
}

/// The tables of `text`; none if it is not TOML.
pub(crate) fn document<'t>(
    text: &'t str,
    problems: &mut Vec<PackProblem>,
) -> Option<Spanned<DeTable<'t>>> {
    let (document, is_whole) = readable(text, problems);
    is_whole.then_some(document)
}

/// As much of `text` as can be read, and whether that is all.
pub(in crate::pack) fn readable<'t>(
    text: &'t str,
    problems: &mut Vec<PackProblem>,
) -> (Spanned<DeTable<'t>>, bool) {
    let (document, errors) = DeTable::parse_recoverable(text);
    // Later errors are often echoes of the first ones.
    for error in errors.iter().take(5) {
        let at = error.span().map_or(Span::default(), span);
        let message = error.message().lines().next().unwrap_or_default();
        problems.push(PackProblem::new(format!("not TOML: {message}"), at));
    }
    (document, errors.is_empty())
}

/// Notes tables and keys at the top that are none of `known`.
pub(crate) fn known_tables(
    document: &DeTable<'_>,
    known: &[&str],
    problems: &mut Vec<PackProblem>,
) {
    for key in document.keys() {
        if !known.contains(&key.get_ref().as_ref()) {
            let message = format!("unknown table or key `{}`", key.get_ref());
            let help = did_you_mean(key.get_ref(), known);
            problems.push(PackProblem::new(message, span(key.span())).help(help));
        }
    }
}

/// The one table at `key`, if it is there.
pub(super) fn one_table<'t>(
    document: &'t DeTable<'t>,
    key: &str,
    heading: &str,
    problems: &mut Vec<PackProblem>,
) -> Option<&'t DeTable<'t>> {
    let value = document.get(key)?;
    let table = value.get_ref().as_table();
    if table.is_none() {
        let message = format!("`{key}` must be one table, not {}", kind(value.get_ref()));
        let problem = PackProblem::new(message, span(value.span()));
        problems.push(problem.help(format!("write it as `{heading}`")));
    }
    table
}

/// Reads the one table at `key`, if it is there.
pub(crate) fn table(
    document: &DeTable<'_>,
    key: &str,
    heading: &'static str,
    problems: &mut Vec<PackProblem>,
    read: impl FnOnce(&mut Row<'_>),
) {
    let Some(table) = one_table(document, key, heading, problems) else {
        return;
    };
    let mut row = Row::new(heading, table, Span::default(), problems);
    read(&mut row);
    row.finish();
}
