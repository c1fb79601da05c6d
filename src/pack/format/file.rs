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
pub use super::plan::{ProcedureRow, QuestionRow, StepRow, WhenRow};
use super::problem::PackProblem;
pub use super::product::{
    ComponentRow, FileRow, GenerationRow, Guards, InstallerRow, LocationRow, SettingRow,
    VirtualDirectoryRow,
};
use super::read_lint::LintRow;
use super::row::{Row, Trust, kind, span};
pub use super::table::{About, Text};
use super::table::{Declaration, Kind, Reading, Table, document, known_tables, one_table};
use crate::pack::rules::keys::{Nested, nested};
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
}

/// A part of a pack.
trait Part: Sized {
    const SHAPE: Shape;

    fn read(reading: &mut Reading<'_>, text: &str) -> Self;

    /// What its rows say about themselves.
    fn abouts(&self) -> Vec<&About> {
        Vec::new()
    }
}

impl<T: Table> Part for Vec<T> {
    const SHAPE: Shape = Shape::Rows(T::DECLARATION);

    fn read(reading: &mut Reading<'_>, _: &str) -> Self {
        reading.rows()
    }

    fn abouts(&self) -> Vec<&About> {
        self.iter().filter_map(Table::about).collect()
    }
}

/// Declares which tables a pack has, in the order in which messages name them; the number of a table
/// with rows is its place in lists of all rows.
macro_rules! pack {
    ($($table:literal $($place:literal)? $field:ident: $type:ty,)+) => {
        /// A whole pack.
        #[derive(Clone, Debug, Default)]
        pub struct PackFile {
            $(#[doc = concat!("`", $table, "`.")] pub $field: $type,)+
        }

        impl PackFile {
            /// Every table of a pack.
            pub const TABLES: &[(&str, Shape)] = &[$(($table, <$type as Part>::SHAPE)),+];

            /// Tables whose rows have ids, in the order in which people ask for them.
            #[must_use]
            pub fn with_ids() -> Vec<&'static str> {
                let mut tables: Vec<(usize, &str)> = vec![$($(($place, $table),)?)+];
                tables.sort_unstable();
                tables.into_iter().map(|(_, table)| table).collect()
            }

            /// What all rows say about themselves.
            pub fn abouts(&self) -> impl Iterator<Item = &About> {
                [$(Part::abouts(&self.$field)),+].into_iter().flatten()
            }

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
    "identity" 12 identities: Vec<IdentityRow>,
    "order" 13 orders: Vec<OrderRow>,
    "reference" 14 references: Vec<ReferenceRow>,
    "section-group" 15 section_groups: Vec<SectionGroupRow>,
    "secret" 11 secrets: Vec<SecretRow>,
    "component" 6 components: Vec<ComponentRow>,
    "generation" 7 generations: Vec<GenerationRow>,
    "virtual-directory" 8 virtual_directories: Vec<VirtualDirectoryRow>,
    "rewrite" guards: Guards,
    "setting" 3 settings: Vec<SettingRow>,
    "merge" 2 merges: Vec<MergeRow>,
    "spellings" spellings: Vec<Spelling>,
    "location" 9 locations: Vec<LocationRow>,
    "file" 10 files: Vec<FileRow>,
    "installer" 19 installers: Vec<InstallerRow>,
    "fact" 4 facts: Vec<FactRow>,
    "service" 5 services: Vec<ServiceRow>,
    "lint" 1 lints: Vec<LintRow>,
    "procedure" 17 procedures: Vec<ProcedureRow>,
    "question" 18 questions: Vec<QuestionRow>,
    "step" 19 steps: Vec<StepRow>,
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
    const SHAPE: Shape = Shape::Rows(LintRow::DECLARATION);

    fn read(reading: &mut Reading<'_>, text: &str) -> Self {
        let Declaration {
            table,
            heading,
            keys,
            ..
        } = LintRow::DECLARATION;
        reading.rows_with(table, heading, keys, |row| LintRow::read(row, text))
    }

    fn abouts(&self) -> Vec<&About> {
        self.iter().map(|row| &row.about).collect()
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

nested! {
    /// A citation that can be read on the web.
    pub(in crate::pack) SOURCE "a source" "LinkedSource" {
        /// The citation.
        required "cite": Kind::Text,
        /// Its https address.
        required "url": Kind::Text,
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
                    let at = span(citation.span());
                    let row = Row::new(SOURCE.heading, table, at, problems);
                    let mut row = row.declared(SOURCE.keys);
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
