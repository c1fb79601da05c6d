//! A whole pack as it is in the TOML, each value with its place. docs/packs.md describes the format.
//!
//! Reading checks shape only (known tables and keys, texts where texts belong)
//! and never stops at the first problem; what the values mean is checked in
//! [`crate::pack::building`].

use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use super::facts::{FactRow, ServiceRow};
pub use super::meaning::{
    Discovery, Head, IdentityRow, MergeRow, OrderRow, ReferenceRow, SecretRow, SectionGroupRow,
};
use super::problem::PackProblem;
pub use super::product::{
    ComponentRow, FileRow, GenerationRow, Guards, LocationRow, SettingRow, VirtualDirectoryRow,
};
use super::read_lint::LintRow;
use super::row::{Row, Trust, kind, span};
pub use super::table::{About, Text};
use super::table::{Declaration, Reading, Table, document, known_tables, one_table};
use crate::xml::Span;

/// What the JSON Schema and the documents have to know of a table.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// It is there once.
    One(Declaration),
    /// It has rows.
    Rows(Declaration),
    /// `[sources]`.
    Sources,
    /// `[spellings]`.
    Spellings,
    /// `[[lint]]`.
    Lint,
}

/// A part of a pack.
trait Part: Sized {
    const SHAPE: Shape;

    fn read(reading: &mut Reading<'_>, text: &str) -> Self;
}

impl<T: Table> Part for Vec<T> {
    const SHAPE: Shape = Shape::Rows(T::DECLARATION);

    fn read(reading: &mut Reading<'_>, _: &str) -> Self {
        reading.rows()
    }
}

/// Declares which tables a pack has, in the order in which messages name them.
macro_rules! pack {
    ($($table:literal $field:ident: $type:ty,)+) => {
        /// A whole pack.
        #[derive(Clone, Debug, Default)]
        pub struct PackFile {
            $(#[doc = concat!("`", $table, "`.")] pub $field: $type,)+
        }

        impl PackFile {
            /// Every table of a pack.
            pub const TABLES: &[(&str, Shape)] = &[$(($table, <$type as Part>::SHAPE)),+];

            fn read_tables(reading: &mut Reading<'_>, text: &str) -> Self {
                Self {
                    $($field: <$type as Part>::read(reading, text),)+
                }
            }
        }
    };
}

pack! {
    "pack" head: Head,
    "sources" sources: Vec<Source>,
    "discovery" discovery: Discovery,
    "identity" identities: Vec<IdentityRow>,
    "order" orders: Vec<OrderRow>,
    "reference" references: Vec<ReferenceRow>,
    "section-group" section_groups: Vec<SectionGroupRow>,
    "secret" secrets: Vec<SecretRow>,
    "component" components: Vec<ComponentRow>,
    "generation" generations: Vec<GenerationRow>,
    "virtual-directory" virtual_directories: Vec<VirtualDirectoryRow>,
    "rewrite" guards: Guards,
    "setting" settings: Vec<SettingRow>,
    "merge" merges: Vec<MergeRow>,
    "spellings" spellings: Vec<Spelling>,
    "location" locations: Vec<LocationRow>,
    "file" files: Vec<FileRow>,
    "fact" facts: Vec<FactRow>,
    "service" services: Vec<ServiceRow>,
    "lint" lints: Vec<LintRow>,
}

impl PackFile {
    /// Reads `text` and adds to `problems` what is wrong with its shape.
    /// A text that is not TOML gives an empty pack.
    #[must_use]
    pub fn read(text: &str, problems: &mut Vec<PackProblem>) -> Self {
        Self::read_as(Trust::Checked, text, problems)
    }

    /// The same for a pack that is known as `trust` says.
    #[must_use]
    pub fn read_as(trust: Trust, text: &str, problems: &mut Vec<PackProblem>) -> Self {
        match document(text, problems) {
            Some(document) => Self::read_document(trust, document.get_ref(), text, problems),
            None => Self::default(),
        }
    }

    /// The same for a `document` that was parsed already, of `text`.
    pub(in crate::pack) fn read_document(
        trust: Trust,
        document: &DeTable<'_>,
        text: &str,
        problems: &mut Vec<PackProblem>,
    ) -> Self {
        if document.is_empty() {
            problems.push(
                PackProblem::new("the pack is empty", Span::default())
                    .help("a pack holds at least one row, such as [[merge]]"),
            );
        }
        let tables: Vec<&str> = Self::TABLES.iter().map(|(table, _)| *table).collect();
        known_tables(document, &tables, problems);
        let mut reading = Reading {
            document,
            problems,
            trust,
        };
        Self::read_tables(&mut reading, text)
    }
}

impl Part for Head {
    const SHAPE: Shape = Shape::One(Self::DECLARATION);

    fn read(reading: &mut Reading<'_>, _: &str) -> Self {
        reading.table()
    }
}

impl Part for Discovery {
    const SHAPE: Shape = Shape::One(Self::DECLARATION);

    fn read(reading: &mut Reading<'_>, _: &str) -> Self {
        reading.table()
    }
}

impl Part for Guards {
    const SHAPE: Shape = Shape::One(Self::DECLARATION);

    fn read(reading: &mut Reading<'_>, _: &str) -> Self {
        reading.table()
    }
}

impl Part for Vec<LintRow> {
    const SHAPE: Shape = Shape::Lint;

    fn read(reading: &mut Reading<'_>, text: &str) -> Self {
        reading.rows_with("lint", "[[lint]]", |row| LintRow::read(row, text))
    }
}

/// What a variable in a location may stand for.
#[derive(Clone, Debug)]
pub struct Spelling {
    /// The variable.
    pub name: Text,
    /// Paths below the system drive.
    pub paths: Vec<Text>,
}

impl Part for Vec<Spelling> {
    const SHAPE: Shape = Shape::Spellings;

    fn read(reading: &mut Reading<'_>, _: &str) -> Self {
        let heading = "[spellings]";
        let Some(table) = one_table(reading.document, "spellings", heading, reading.problems)
        else {
            return Vec::new();
        };
        let mut row = Row::new(heading, table, Span::default(), reading.problems);
        let spelling = |name: &Spanned<_>| Spelling {
            paths: row.texts_at(AsRef::<str>::as_ref(name.get_ref())),
            name: owned(name),
        };
        table.keys().map(spelling).collect()
    }
}

/// What `source` in rows refers to.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its short name.
    pub name: Text,
    /// The citation.
    pub cite: String,
    /// Where it can be read.
    pub url: Option<Text>,
}

impl Part for Vec<Source> {
    const SHAPE: Shape = Shape::Sources;

    fn read(reading: &mut Reading<'_>, _: &str) -> Self {
        let problems = &mut *reading.problems;
        let Some(table) = one_table(reading.document, "sources", "[sources]", problems) else {
            return Vec::new();
        };
        let mut sources = Vec::new();
        for (name, citation) in table {
            match citation.get_ref() {
                DeValue::String(cite) => sources.push(Source {
                    name: owned(name),
                    cite: cite.to_string(),
                    url: None,
                }),
                DeValue::Table(table) => {
                    let mut row = Row::new("a source", table, span(citation.span()), problems);
                    let cite = row.required("cite");
                    let url = row.required("url");
                    row.finish();
                    sources.push(Source {
                        name: owned(name),
                        cite: cite.map(Spanned::into_inner).unwrap_or_default(),
                        url,
                    });
                }
                other => {
                    let (name, kind) = (name.get_ref(), kind(other));
                    let message = format!("`{name}` must be a text, not {kind}");
                    let problem = PackProblem::new(message, span(citation.span()));
                    let help = "write a citation, or { cite = \"…\", url = \"https://…\" }";
                    problems.push(problem.help(help));
                }
            }
        }
        sources
    }
}

fn owned(name: &Spanned<std::borrow::Cow<'_, str>>) -> Text {
    Spanned::new(name.span(), name.get_ref().to_string())
}
