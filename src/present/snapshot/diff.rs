//! What differs between two states of a server.

use std::fmt::Write as _;

use serde_json::json;

use super::{bytes, document};
use crate::present::differences::{File, Row, Side, rows_text};
use crate::present::run::Run;
use crate::snapshot::diff::{Change, Difference};

/// A file that differs, and what differs in it.
pub struct Told {
    /// The file.
    pub file: Difference,
    /// Its settings, if it is a configuration that both states can read.
    pub settings: Option<File>,
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Changed => "changed",
        Change::Moved => "moved",
    }
}

/// What differs, for people.
#[must_use]
pub fn differences_text(differences: &[Told]) -> String {
    let mut text = String::new();
    for Told { file, settings } in differences {
        let _ = write!(text, "{} {}", word(file.change), file.path);
        if let Some(to) = &file.to {
            let _ = write!(text, " -> {to}");
        }
        if let (Some(before), Some(after)) = (&file.before, &file.after)
            && before.1 != after.1
        {
            let (old, new) = (&before.1[..12], &after.1[..12]);
            let _ = write!(
                text,
                " ({}, {old} -> {}, {new})",
                bytes(before.0),
                bytes(after.0)
            );
        }
        text.push('\n');
        if let Some(settings) = settings {
            match settings.changes.is_empty() {
                true => text.push_str("  the settings are the same, only the form differs\n"),
                false => rows_text(settings, &mut text),
            }
        }
    }
    let _ = match differences.len() {
        0 => writeln!(text, "Nothing differs."),
        1 => writeln!(text, "1 file differs."),
        count => writeln!(text, "{count} files differ."),
    };
    text
}

/// What differs, for programs.
#[must_use]
pub fn differences_json(differences: &[Told], run: &Run) -> String {
    let mut rows = Vec::new();
    for Told { file, settings } in differences {
        let side = |of: &Option<(u64, String)>| {
            of.as_ref()
                .map(|(size, sha256)| json!({ "size": size, "sha256": sha256 }))
        };
        rows.push(json!({
            "path": file.path, "component": file.component,
            "change": word(file.change), "to": file.to,
            "before": side(&file.before), "after": side(&file.after),
            "settings": settings.as_ref().map(|settings| {
                settings.changes.iter().map(setting).collect::<Vec<_>>()
            }),
        }));
    }
    document("diff", json!({ "differences": rows }), run)
}

fn setting(row: &Row) -> serde_json::Value {
    let value = |side: &Option<Side>| {
        let side = side.as_ref()?;
        side.value.clone().or_else(|| side.xml.clone())
    };
    let place = row.after.as_ref().or(row.before.as_ref());
    json!({
        "kind": row.kind, "section": row.section, "label": row.label,
        "xpath": place.map(|side| &side.address), "secret": row.secret,
        "before": value(&row.before), "after": value(&row.after),
    })
}
