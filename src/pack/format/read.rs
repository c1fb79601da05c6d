//! Reads the TOML of a pack into the types of [`super::file`].
//!
//! Reading checks shape only (known tables and keys, texts where texts belong)
//! and never stops at the first problem.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::file::{
    About, ComponentRow, FileRow, GenerationRow, Guards, Head, IdentityRow, LocationRow, MergeRow,
    OrderRow, PackFile, ReferenceRow, SecretRow, SectionGroupRow, SettingRow, VirtualDirectoryRow,
};
use super::problem::{PackProblem, did_you_mean};
use super::read_facts::{FactRow, ServiceRow};
use super::read_lint::LintRow;
use super::row::{Row, kind, span};
use crate::xml::Span;

const TABLES: [&str; 20] = [
    "pack",
    "sources",
    "discovery",
    "identity",
    "order",
    "reference",
    "section-group",
    "secret",
    "component",
    "generation",
    "virtual-directory",
    "rewrite",
    "setting",
    "merge",
    "spellings",
    "location",
    "file",
    "fact",
    "service",
    "lint",
];

impl About {
    pub(in crate::pack) fn read(row: &mut Row<'_>, summary: &'static str) -> Self {
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

impl PackFile {
    /// Reads `text` and adds to `problems` what is wrong with its shape.
    /// A text that is not TOML gives an empty pack.
    #[must_use]
    pub fn read(text: &str, problems: &mut Vec<PackProblem>) -> Self {
        let mut file = Self::default();
        let Some(document) = document(text, problems) else {
            return file;
        };
        let document = document.get_ref();
        if document.is_empty() {
            problems.push(
                PackProblem::new("the pack is empty", Span::default())
                    .help("a pack holds at least one row, such as [[merge]]"),
            );
        }
        known_tables(document, &TABLES, problems);
        file.read_tables(document, problems);
        file.facts = rows(document, "fact", "[[fact]]", problems, FactRow::read);
        file.services = rows(
            document,
            "service",
            "[[service]]",
            problems,
            ServiceRow::read,
        );
        file.lints = rows(document, "lint", "[[lint]]", problems, |row| {
            LintRow::read(row, text)
        });
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
            row.require("element");
            IdentityRow {
                about: About::read(row, "summary"),
                element: row.texts("element"),
                by: row.texts("by"),
                then_by: row.texts("then-by"),
                ignore_case: row.flag("ignore-case"),
                compare: row.text("compare"),
                duplicates: row.text("duplicates"),
                once: row.flag("once"),
                removes: row.text("removes"),
                entry: row.flag("entry"),
                unique: row.text("unique"),
            }
        });
        self.orders = rows(document, "order", "[[order]]", problems, |row| OrderRow {
            about: About::read(row, "summary"),
            element: row.required("element"),
        });
        self.read_relations(document, problems);
        self.secrets = rows(document, "secret", "[[secret]]", problems, |row| {
            row.require("id");
            SecretRow {
                about: About::read(row, "summary"),
                select: row.texts("select"),
                names: row.texts("names"),
                keys: row.texts("keys"),
                parts: row.texts("parts"),
                beside: row.texts("beside"),
                words: row.texts("words"),
                except: row.texts("except"),
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
        self.generations = rows(document, "generation", "[[generation]]", problems, |row| {
            row.require("id");
            row.require("recognised-by");
            GenerationRow {
                about: About::read(row, "summary"),
                component: row.text("component"),
                version: row.required("version"),
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
        self.read_places(document, problems);
    }

    /// What belongs together in one file.
    fn read_relations(&mut self, document: &DeTable<'_>, problems: &mut Vec<PackProblem>) {
        self.references = rows(document, "reference", "[[reference]]", problems, |row| {
            row.require("from");
            ReferenceRow {
                about: About::read(row, "summary"),
                from: row.texts("from"),
                to: row.required("to"),
                within: row.text("within"),
                ignore_case: row.flag("ignore-case"),
                list: row.flag("list"),
                form: row.text("form"),
                unless: row.text("unless"),
                inherited: row.texts("inherited"),
            }
        });
        let name = "[[section-group]]";
        self.section_groups = rows(document, "section-group", name, problems, |row| {
            row.require("members");
            SectionGroupRow {
                about: About::read(row, "summary"),
                path: row.required("path"),
                members: row.texts("members"),
            }
        });
    }

    /// What `snapshot` looks for.
    fn read_places(&mut self, document: &DeTable<'_>, problems: &mut Vec<PackProblem>) {
        if let Some(table) = one_table(document, "spellings", "[spellings]", problems) {
            let mut row = Row::new("[spellings]", table, Span::default(), problems);
            for name in table.keys() {
                let texts = row.texts_at(name.get_ref());
                let name = Spanned::new(name.span(), name.get_ref().to_string());
                self.spellings.push((name, texts));
            }
        }
        self.locations = rows(document, "location", "[[location]]", problems, |row| {
            row.require("id");
            LocationRow {
                about: About::read(row, "summary"),
                component: row.required("component"),
                folders: row.texts("folders"),
                registry: row.texts("registry"),
            }
        });
        self.files = rows(document, "file", "[[file]]", problems, |row| {
            row.require("id");
            row.require("path");
            FileRow {
                about: About::read(row, "summary"),
                component: row.required("component"),
                path: row.texts("path"),
                kind: row.required("kind"),
                need: row.text("need"),
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
                    None,
                )),
                DeValue::Table(table) => {
                    let at = span(citation.span());
                    let mut row = Row::new("a source", table, at, problems);
                    let cite = row.required("cite");
                    let url = row.required("url");
                    row.finish();
                    self.sources.push((
                        Spanned::new(name.span(), name.get_ref().to_string()),
                        cite.map(Spanned::into_inner).unwrap_or_default(),
                        url,
                    ));
                }
                other => problems.push(
                    PackProblem::new(
                        format!("`{}` must be a text, not {}", name.get_ref(), kind(other)),
                        span(citation.span()),
                    )
                    .help("write a citation, or { cite = \"…\", url = \"https://…\" }"),
                ),
            }
        }
    }
}

/// The tables of `text`; none if it is not TOML.
pub(crate) fn document<'t>(
    text: &'t str,
    problems: &mut Vec<PackProblem>,
) -> Option<Spanned<DeTable<'t>>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    // Later errors are often echoes of the first ones.
    for error in errors.iter().take(5) {
        let at = error.span().map_or(Span::default(), span);
        let message = error.message().lines().next().unwrap_or_default();
        problems.push(PackProblem::new(format!("not TOML: {message}"), at));
    }
    errors.is_empty().then_some(document)
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

/// Reads the one table at `key`, if it is there.
pub(crate) fn table(
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
