//! What differs between two states of a server.

use std::fmt::Write as _;

use serde_json::json;

use super::{bytes, document};
use crate::merge::outcome::Value;
use crate::present::redact::Redactor;
use crate::snapshot::diff::{Change, Difference};

fn word(change: Change) -> &'static str {
    match change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Changed => "changed",
        Change::Moved => "moved",
    }
}

fn shown(value: Option<&Value>, secret: bool, redactor: &mut Redactor<'_>) -> Option<String> {
    value.map(|value| redactor.shown(value, secret))
}

/// What differs, for people.
pub fn differences_text(differences: &[Difference], redactor: &mut Redactor<'_>) -> String {
    let mut text = String::new();
    for difference in differences {
        let _ = write!(text, "{} {}", word(difference.change), difference.path);
        if let Some(to) = &difference.to {
            let _ = write!(text, " -> {to}");
        }
        if difference.change == Change::Changed
            && let (Some(before), Some(after)) = (&difference.before, &difference.after)
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
        redactor.learn_values(&difference.secrets);
        for setting in difference.settings.iter().flatten() {
            let mut side = |value: &Option<Value>| {
                shown(value.as_ref(), setting.secret, redactor)
                    .map_or_else(|| "(none)".to_owned(), |value| format!("{value:?}"))
            };
            let (before, after) = (side(&setting.before), side(&setting.after));
            let address = redactor.address(&setting.address);
            let _ = writeln!(text, "  {address}: {before} -> {after}");
        }
        if difference.settings.as_ref().is_some_and(Vec::is_empty) {
            text.push_str("  the settings are the same, only the form differs\n");
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
pub fn differences_json(differences: &[Difference], redactor: &mut Redactor<'_>) -> String {
    let mut rows = Vec::new();
    for difference in differences {
        let side = |of: &Option<(u64, String)>| {
            of.as_ref()
                .map(|(size, sha256)| json!({ "size": size, "sha256": sha256 }))
        };
        redactor.learn_values(&difference.secrets);
        let settings = difference.settings.as_ref().map(|settings| {
            let settings = settings.iter().map(|setting| {
                json!({
                    "xpath": redactor.address(&setting.address), "secret": setting.secret,
                    "before": shown(setting.before.as_ref(), setting.secret, redactor),
                    "after": shown(setting.after.as_ref(), setting.secret, redactor),
                })
            });
            settings.collect::<Vec<_>>()
        });
        rows.push(json!({
            "path": difference.path, "component": difference.component,
            "change": difference.change, "to": difference.to,
            "before": side(&difference.before), "after": side(&difference.after),
            "settings": settings,
        }));
    }
    document("diff", json!({ "differences": rows }))
}
