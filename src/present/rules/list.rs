//! The rows of packs as a table.

use serde::Serialize;

use super::{SCHEMA, json};
use crate::pack::catalog::{Entry, Library};
use crate::pack::lint::{Applicability, Severity};
use crate::pack::rules::{ComponentId, PackId, RowId};

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    command: &'static str,
    rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    kind: &'a str,
    id: &'a RowId,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<Severity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Applicability>,
    pack: &'a PackId,
    summary: &'a str,
    components: &'a [ComponentId],
    mark: &'a str,
}

/// Rows for programs.
#[must_use]
pub fn as_json(library: &Library, entries: &[&Entry]) -> String {
    let rows = entries.iter().map(|entry| {
        let rule = library.lint_rule(entry).map(|(_, rule)| rule);
        Row {
            kind: entry.table,
            id: &entry.id,
            name: rule.map(|rule| rule.name.as_str()),
            severity: rule.map(|rule| rule.severity),
            fix: rule.and_then(|rule| Some(rule.fix.as_ref()?.applicability)),
            pack: &library.packs[entry.pack].id,
            summary: &entry.summary,
            components: &entry.components,
            mark: &entry.mark,
        }
    });
    json(&Document {
        schema: SCHEMA,
        command: "rules list",
        rows: rows.collect(),
    })
}

/// Rows for people, in columns.
#[must_use]
pub fn as_text(library: &Library, entries: &[&Entry]) -> String {
    let lints_only = entries.iter().all(|entry| entry.table == "lint");
    let mut rows = vec![match lints_only {
        true => ["id", "severity", "fix", "name", "pack", "summary"].map(str::to_owned),
        false => ["id", "kind", "", "", "pack", "summary"].map(str::to_owned),
    }];
    rows.extend(entries.iter().map(|entry| {
        let pack = library.packs[entry.pack].id.to_string();
        let id = entry.id.to_string();
        match library.lint_rule(entry) {
            Some((_, rule)) if lints_only => [
                id,
                rule.severity.name().to_owned(),
                fix_name(rule.fix.as_ref().map(|fix| fix.applicability)).to_owned(),
                rule.name.clone(),
                pack,
                entry.summary.clone(),
            ],
            _ => {
                let blank = String::new;
                [
                    id,
                    entry.table.to_owned(),
                    blank(),
                    blank(),
                    pack,
                    what(entry),
                ]
            }
        }
    }));
    columns(&rows)
}

fn fix_name(fix: Option<Applicability>) -> &'static str {
    fix.map_or("-", Applicability::name)
}

/// The summary, or the row in short.
fn what(entry: &Entry) -> String {
    if !entry.summary.is_empty() {
        return entry.summary.clone();
    }
    let written = entry.written.iter().filter(|(key, _)| key != "element");
    let parts: Vec<String> = written
        .map(|(_, text)| text.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let mut shown = parts.join(", ");
    if let Some((at, _)) = shown.char_indices().nth(100) {
        shown.truncate(at);
        shown.push('…');
    }
    shown
}

/// Columns as wide as they must be; the last one is never filled up, empty ones vanish.
fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths).filter(|(_, width)| **width > 0) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
