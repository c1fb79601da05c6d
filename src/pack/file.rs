//! What users write: a pack as it stands in the TOML, each value with its place.
//!
//! Reading checks shape only (known tables and keys, texts where texts belong)
//! and never stops at the first problem; what the values mean is checked in
//! [`super::validate`].

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{PackProblem, did_you_mean};
use super::row::{Row, kind, span};
use crate::xml::Span;

/// A text and its place in the TOML.
pub type Text = Spanned<String>;

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
    pub mark: Option<Text>,
}

impl About {
    fn read(row: &mut Row<'_>, summary: &'static str) -> Self {
        Self {
            at: row.at(),
            id: row.text("id"),
            summary: row.text(summary),
            why: row.text("why"),
            source: row.texts("source"),
            mark: row.text("mark"),
        }
    }
}

/// `[pack]`.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// Id of the pack.
    pub id: Option<Text>,
    /// One line for people.
    pub title: Option<Text>,
    /// Version of the pack.
    pub version: Option<Text>,
    /// What the pack is for.
    pub summary: Option<Text>,
}

/// `[[identity]]`.
#[derive(Clone, Debug)]
pub struct IdentityRow {
    /// Id, source.
    pub about: About,
    /// Path of the elements.
    pub element: Option<Text>,
    /// What identifies them.
    pub by: Vec<Text>,
    /// What tells those apart that agree in `by`.
    pub then_by: Vec<Text>,
    /// Whether case is ignored.
    pub ignore_case: bool,
    /// `distinct` or `last-wins`.
    pub duplicates: Option<Text>,
    /// Whether the element with all it holds is one setting.
    pub entry: bool,
}

/// `[[order]]`.
#[derive(Clone, Debug)]
pub struct OrderRow {
    /// Id, why, source.
    pub about: About,
    /// Path of the container.
    pub element: Option<Text>,
}

/// `[[secret]]`.
#[derive(Clone, Debug)]
pub struct SecretRow {
    /// Id, source.
    pub about: About,
    /// Selectors of secret values.
    pub select: Vec<Text>,
    /// Names of attributes and elements that are secret.
    pub names: Vec<Text>,
    /// Words in the key or name of an entry whose value is secret.
    pub keys: Vec<Text>,
    /// Patterns whose one group is secret.
    pub parts: Vec<Text>,
    /// Words beside which raw text may hold a secret.
    pub words: Vec<Text>,
}

/// `[[component]]`.
#[derive(Clone, Debug)]
pub struct ComponentRow {
    /// Id, title, source.
    pub about: About,
    /// Selectors that find something in its configuration only.
    pub recognised_by: Vec<Text>,
}

/// `[[virtual-directory]]`.
#[derive(Clone, Debug)]
pub struct VirtualDirectoryRow {
    /// Id, source.
    pub about: About,
    /// Component that it serves.
    pub component: Option<Text>,
    /// Name before the upgrade.
    pub old: Option<Text>,
    /// Name after it.
    pub new: Option<Text>,
}

/// `[rewrite]`.
#[derive(Clone, Debug, Default)]
pub struct Guards {
    /// Hosts whose paths stay.
    pub never_hosts: Vec<Text>,
    /// Path segments below which names stay.
    pub never_below: Vec<Text>,
    /// Files that stay.
    pub never_files: Vec<Text>,
}

/// `[[setting]]`.
#[derive(Clone, Debug)]
pub struct SettingRow {
    /// Id, meaning, source.
    pub about: About,
    /// Component it belongs to.
    pub component: Option<Text>,
    /// Selector of the value.
    pub path: Option<Text>,
    /// Values that the old version shipped with.
    pub defaults: Vec<Text>,
}

/// `[[merge]]`.
#[derive(Clone, Debug)]
pub struct MergeRow {
    /// Id, summary, source.
    pub about: About,
    /// Component it is for.
    pub component: Option<Text>,
    /// Selector of what it covers.
    pub path: Option<Text>,
    /// What it does.
    pub action: Option<Text>,
    /// Argument of `set`.
    pub value: Option<Text>,
    /// Argument of `rename`.
    pub to: Option<Text>,
    /// Argument of `rewrite`.
    pub pattern: Option<Text>,
    /// Argument of `rewrite`.
    pub replacement: Option<Text>,
    /// `always` or `without-base`.
    pub when: Option<Text>,
}

/// A whole pack.
#[derive(Clone, Debug, Default)]
pub struct PackFile {
    /// `[pack]`.
    pub head: Head,
    /// `[sources]`: name and citation.
    pub sources: Vec<(Text, String)>,
    /// `[discovery]`.
    pub discovery: Vec<Text>,
    /// `[[identity]]`.
    pub identities: Vec<IdentityRow>,
    /// `[[order]]`.
    pub orders: Vec<OrderRow>,
    /// `[[secret]]`.
    pub secrets: Vec<SecretRow>,
    /// `[[component]]`.
    pub components: Vec<ComponentRow>,
    /// `[[virtual-directory]]`.
    pub virtual_directories: Vec<VirtualDirectoryRow>,
    /// `[rewrite]`.
    pub guards: Guards,
    /// `[[setting]]`.
    pub settings: Vec<SettingRow>,
    /// `[[merge]]`.
    pub merges: Vec<MergeRow>,
}

const TABLES: [&str; 11] = [
    "pack",
    "sources",
    "discovery",
    "identity",
    "order",
    "secret",
    "component",
    "virtual-directory",
    "rewrite",
    "setting",
    "merge",
];

impl PackFile {
    /// Reads `text` and adds to `problems` what is wrong with its shape.
    /// A text that is not TOML gives an empty pack.
    #[must_use]
    pub fn read(text: &str, problems: &mut Vec<PackProblem>) -> Self {
        let (document, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            // Later errors are often echoes of the first ones.
            for error in errors.iter().take(5) {
                let at = error.span().map_or(Span::default(), span);
                let message = error.message().lines().next().unwrap_or_default();
                problems.push(PackProblem::new(format!("not TOML: {message}"), at));
            }
            return Self::default();
        }
        let mut file = Self::default();
        let document = document.get_ref();
        if document.is_empty() {
            problems.push(
                PackProblem::new("the pack is empty", Span::default())
                    .help("a pack holds at least one row, such as [[merge]]"),
            );
        }
        for key in document.keys() {
            if !TABLES.contains(&key.get_ref().as_ref()) {
                let message = format!("unknown table or key `{}`", key.get_ref());
                problems.push(
                    PackProblem::new(message, span(key.span()))
                        .help(did_you_mean(key.get_ref(), &TABLES)),
                );
            }
        }
        file.read_tables(document, problems);
        file
    }

    fn read_tables(&mut self, document: &DeTable<'_>, problems: &mut Vec<PackProblem>) {
        table(document, "pack", "[pack]", problems, |row| {
            self.head = Head {
                id: row.text("id"),
                title: row.text("title"),
                version: row.text("version"),
                summary: row.text("summary"),
            };
        });
        self.read_sources(document, problems);
        table(document, "discovery", "[discovery]", problems, |row| {
            self.discovery = row.texts("attributes");
        });
        table(document, "rewrite", "[rewrite]", problems, |row| {
            self.guards = Guards {
                never_hosts: row.texts("never-hosts"),
                never_below: row.texts("never-below"),
                never_files: row.texts("never-files"),
            };
        });
        self.identities = rows(document, "identity", "[[identity]]", problems, |row| {
            row.require("by");
            IdentityRow {
                about: About::read(row, "summary"),
                element: row.required("element"),
                by: row.texts("by"),
                then_by: row.texts("then-by"),
                ignore_case: row.flag("ignore-case"),
                duplicates: row.text("duplicates"),
                entry: row.flag("entry"),
            }
        });
        self.orders = rows(document, "order", "[[order]]", problems, |row| OrderRow {
            about: About::read(row, "summary"),
            element: row.required("element"),
        });
        self.secrets = rows(document, "secret", "[[secret]]", problems, |row| {
            row.require("id");
            SecretRow {
                about: About::read(row, "summary"),
                select: row.texts("select"),
                names: row.texts("names"),
                keys: row.texts("keys"),
                parts: row.texts("parts"),
                words: row.texts("words"),
            }
        });
        self.components = rows(document, "component", "[[component]]", problems, |row| {
            row.require("id");
            row.require("recognised-by");
            ComponentRow {
                about: About::read(row, "title"),
                recognised_by: row.texts("recognised-by"),
            }
        });
        let name = "[[virtual-directory]]";
        self.virtual_directories = rows(document, "virtual-directory", name, problems, |row| {
            VirtualDirectoryRow {
                about: About::read(row, "summary"),
                component: row.required("component"),
                old: row.required("old"),
                new: row.required("new"),
            }
        });
        self.settings = rows(document, "setting", "[[setting]]", problems, |row| {
            row.require("id");
            row.require("defaults");
            SettingRow {
                about: About::read(row, "meaning"),
                component: row.text("component"),
                path: row.required("path"),
                defaults: row.texts("defaults"),
            }
        });
        self.merges = rows(document, "merge", "[[merge]]", problems, |row| {
            row.require("id");
            MergeRow {
                about: About::read(row, "summary"),
                component: row.text("component"),
                path: row.required("path"),
                action: row.required("action"),
                value: row.text("value"),
                to: row.text("to"),
                pattern: row.text("pattern"),
                replacement: row.text("replacement"),
                when: row.text("when"),
            }
        });
    }

    fn read_sources(&mut self, document: &DeTable<'_>, problems: &mut Vec<PackProblem>) {
        let Some(table) = one_table(document, "sources", "[sources]", problems) else {
            return;
        };
        for (name, citation) in table {
            match citation.get_ref() {
                DeValue::String(citation) => self.sources.push((
                    Spanned::new(name.span(), name.get_ref().to_string()),
                    citation.to_string(),
                )),
                other => problems.push(PackProblem::new(
                    format!("`{}` must be a text, not {}", name.get_ref(), kind(other)),
                    span(citation.span()),
                )),
            }
        }
    }
}

fn one_table<'t>(
    document: &'t DeTable<'t>,
    key: &str,
    name: &str,
    problems: &mut Vec<PackProblem>,
) -> Option<&'t DeTable<'t>> {
    let value = document.get(key)?;
    let table = value.get_ref().as_table();
    if table.is_none() {
        let message = format!("`{key}` must be one table, not {}", kind(value.get_ref()));
        problems.push(
            PackProblem::new(message, span(value.span())).help(format!("write it as `{name}`")),
        );
    }
    table
}

fn table(
    document: &DeTable<'_>,
    key: &str,
    name: &'static str,
    problems: &mut Vec<PackProblem>,
    read: impl FnOnce(&mut Row<'_>),
) {
    let Some(table) = one_table(document, key, name, problems) else {
        return;
    };
    let mut row = Row::new(name, table, Span::default(), problems);
    read(&mut row);
    row.finish();
}

fn rows<T>(
    document: &DeTable<'_>,
    key: &str,
    name: &'static str,
    problems: &mut Vec<PackProblem>,
    read: impl Fn(&mut Row<'_>) -> T,
) -> Vec<T> {
    let Some(value) = document.get(key) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    let refuse = |found: &Spanned<DeValue<'_>>, problems: &mut Vec<PackProblem>| {
        let message = format!(
            "`{key}` must be a list of rows, not {}",
            kind(found.get_ref())
        );
        problems.push(
            PackProblem::new(message, span(found.span()))
                .help(format!("start each row with `{name}`")),
        );
    };
    let Some(items) = value.get_ref().as_array() else {
        refuse(value, problems);
        return rows;
    };
    rows.reserve(items.len());
    for item in items {
        match item.get_ref().as_table() {
            Some(table) => {
                let mut row = Row::new(name, table, span(item.span()), problems);
                rows.push(read(&mut row));
                row.finish();
            }
            None => refuse(item, problems),
        }
    }
    rows
}
