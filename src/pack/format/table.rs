//! One declaration for each table of a pack. From it come the type that holds a row, the reading of
//! it, the words of "did you mean", the JSON Schema ([`super::schema`]) and the tables of
//! docs/packs.md.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{PackProblem, did_you_mean};
use super::row::{Row, Trust, kind, span};
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
        for key in self.keys.iter().filter(|key| key.is_required) {
            if key.name == "id" || matches!(key.kind, Kind::Texts) {
                row.require(key.name);
            }
        }
    }
}

/// A key of a table.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub meaning: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether it must be there.
    pub is_required: bool,
    /// Whether what it takes may come from a configuration, and so be a secret.
    pub may_be_secret: bool,
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
    /// One of these words, each with its meaning.
    Word(fn() -> Vec<(&'static str, &'static str)>),
    /// Tables with these keys: a list, or one.
    Items(&'static [Key]),
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

/// The name of a key: `then-by` for the field `then_by`.
macro_rules! key {
    ($field:ident) => {{
        const NAME: &str = stringify!($field);
        const BYTES: [u8; NAME.len()] = crate::pack::format::table::hyphens(NAME);
        match std::str::from_utf8(&BYTES) {
            Ok(name) => name,
            Err(_) => NAME,
        }
    }};
}

/// `name` with hyphens for underscores.
pub(super) const fn hyphens<const N: usize>(name: &str) -> [u8; N] {
    let mut bytes = [0; N];
    let mut at = 0;
    while at < N {
        bytes[at] = match name.as_bytes()[at] {
            b'_' => b'-',
            other => other,
        };
        at += 1;
    }
    bytes
}

/// Whether a key is `required` or `optional`, and whether what it takes may be a `secret`.
macro_rules! need {
    (required) => {
        (true, false)
    };
    (optional) => {
        (false, false)
    };
    (secret) => {
        (false, true)
    };
    (required_secret) => {
        (true, true)
    };
}

/// Reads a key as it is needed.
macro_rules! read_key {
    (required, $type:ty, $row:ident, $key:expr) => {
        <$type as Field>::required($row, $key)
    };
    (required_secret, $type:ty, $row:ident, $key:expr) => {
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
                    name: key!($field),
                    meaning: concat!($($meaning),+),
                    kind: <$type as Field>::KIND,
                    is_required: need!($need).0,
                    may_be_secret: need!($need).1,
                }),*],
            };

            fn read(row: &mut Row<'_>) -> Self {
                Self {
                    $($field: read_key!($need, $type, row, const { key!($field) }),)*
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
                        is_required: need!($id).0,
                        may_be_secret: false,
                    },
                    Key {
                        name: $summary,
                        meaning: $summary_meaning,
                        kind: Kind::Text,
                        is_required: false,
                        may_be_secret: false,
                    },
                    $(Key {
                        name: key!($field),
                        meaning: concat!($($meaning),+),
                        kind: <$type as Field>::KIND,
                        is_required: need!($need).0,
                        may_be_secret: need!($need).1,
                    },)*
                    Key {
                        name: "why",
                        meaning: "Why it is so.",
                        kind: Kind::Text,
                        is_required: false,
                        may_be_secret: false,
                    },
                    Key {
                        name: "source",
                        meaning: "Names under [sources].",
                        kind: Kind::Texts,
                        is_required: false,
                        may_be_secret: false,
                    },
                    Key {
                        name: "mark",
                        meaning: "Whether a public text says so, or it was concluded.",
                        kind: Kind::Word(<crate::pack::rules::terms::Mark as crate::word::Word>::explained),
                        is_required: false,
                        may_be_secret: false,
                    },
                ],
            };

            fn read(row: &mut Row<'_>) -> Self {
                Self::DECLARATION.require(row);
                Self {
                    about: About::read(row, $summary),
                    $($field: read_key!($need, $type, row, const { key!($field) }),)*
                }
            }
        }
    };
}

pub(super) use {key, need, read_key, rows, single};

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
        let Declaration { table, heading, .. } = T::DECLARATION;
        self.rows_with(table, heading, T::read)
    }

    /// The rows of a table, each read by `read`.
    pub fn rows_with<T>(
        &mut self,
        table: &str,
        heading: &'static str,
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
                    let mut row = row.trusted(self.trust);
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
        let Declaration { table, heading, .. } = T::DECLARATION;
        let mut found = T::default();
        self::table(self.document, table, heading, self.problems, |row| {
            found = T::read(row);
        });
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
