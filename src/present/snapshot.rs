//! Snapshots as text and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::redact::Redactor;
use crate::merge::outcome::Value;
use crate::pack::places::FileKind;
use crate::snapshot::diff::{Change, Difference};
use crate::snapshot::find::Plan;
use crate::snapshot::manifest::{ComponentEntry, Manifest, MissingEntry};
use crate::snapshot::restore::{Action, Step};
use crate::snapshot::verify::Verified;

/// Version of the JSON. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 1;

fn document(command: &str, fields: Json) -> String {
    let mut whole = json!({ "schema": SCHEMA, "command": format!("snapshot {command}") });
    if let (Json::Object(whole), Json::Object(fields)) = (&mut whole, fields) {
        whole.extend(fields);
    }
    let mut text = serde_json::to_string_pretty(&whole).unwrap_or_default();
    text.push('\n');
    text
}

fn value(of: &impl Serialize) -> Json {
    serde_json::to_value(of).unwrap_or_default()
}

/// A number of bytes for people.
#[must_use]
pub fn bytes(size: u64) -> String {
    let mut amount = size as f64;
    for unit in ["bytes", "KiB", "MiB", "GiB"] {
        if amount < 1024.0 {
            return match unit {
                "bytes" => format!("{size} bytes"),
                unit => format!("{amount:.1} {unit}"),
            };
        }
        amount /= 1024.0;
    }
    format!("{amount:.1} TiB")
}

fn files(count: usize) -> String {
    match count {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    }
}

fn components(text: &mut String, components: &[ComponentEntry]) {
    for component in components {
        let _ = writeln!(text, "{}: {}", component.title, component.folder);
        if let (Some(path), Some(site)) = (&component.virtual_directory, &component.site) {
            let pool = component.application_pool.as_deref().unwrap_or("?");
            let runtime = component.runtime.as_deref().unwrap_or("not said");
            let _ = writeln!(text, "  {path} of {site}, pool {pool}, .NET CLR {runtime}");
        }
        let _ = writeln!(text, "  found by {}", component.found_by.join("; "));
    }
}

fn missing(text: &mut String, missing: &[MissingEntry]) {
    for entry in missing {
        let _ = writeln!(text, "Not found: {} ({})", entry.what, entry.component);
        for place in entry.looked_in.iter().take(6) {
            let _ = writeln!(text, "  looked in {place}");
        }
        if entry.looked_in.len() > 6 {
            let _ = writeln!(text, "  and {} more places", entry.looked_in.len() - 6);
        }
    }
}

fn warnings(text: &mut String, warnings: &[String]) {
    for warning in warnings {
        let _ = writeln!(text, "Warning: {warning}");
    }
}

/// What would be taken, for people.
#[must_use]
pub fn plan_text(plan: &Plan) -> String {
    let mut text = String::new();
    components(&mut text, &plan.components);
    for file in &plan.files {
        let source = file.source.clone();
        let source = source.unwrap_or_else(|| file.from.display().to_string());
        let (component, by) = (&file.component, &file.taken_by);
        let _ = writeln!(
            text,
            "take {source} ({}) for {component} [{by}]",
            bytes(file.size)
        );
    }
    missing(&mut text, &plan.missing);
    warnings(&mut text, &plan.warnings);
    let total = plan.files.iter().map(|file| file.size).sum();
    let _ = writeln!(
        text,
        "Would take {}, {}.",
        files(plan.files.len()),
        bytes(total)
    );
    text
}

/// What would be taken, for programs.
#[must_use]
pub fn plan_json(plan: &Plan) -> String {
    let files = plan.files.iter().map(|file| {
        json!({
            "path": file.path, "source": file.source, "component": file.component,
            "kind": file.kind, "taken_by": file.taken_by, "size": file.size,
        })
    });
    document(
        "create --dry-run",
        json!({
            "components": value(&plan.components), "files": files.collect::<Vec<_>>(),
            "missing": value(&plan.missing), "warnings": plan.warnings,
        }),
    )
}

/// A manifest for programs.
#[must_use]
pub fn manifest_json(command: &str, manifest: &Manifest) -> String {
    document(command, json!({ "manifest": value(manifest) }))
}

/// What a snapshot holds, for people.
#[must_use]
pub fn manifest_text(manifest: &Manifest) -> String {
    let mut text = format!(
        "Snapshot of {} made on {} with conferry {}\n",
        manifest.created, manifest.host, manifest.conferry
    );
    text.push_str(&summary(manifest));
    for file in &manifest.files {
        let source = file.source.as_deref().unwrap_or(&file.path);
        let mark = if file.inconsistent {
            ", NOT CONSISTENT"
        } else {
            ""
        };
        let (size, by) = (bytes(file.size), &file.taken_by);
        let _ = writeln!(text, "{source} ({size}{mark}) [{by}]");
    }
    text
}

/// What people made or edited themselves, and what only may be.
fn custom(text: &mut String, manifest: &Manifest) {
    let mut counts: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for file in &manifest.files {
        let what = match file.kind {
            FileKind::Theme => "Custom theme",
            FileKind::DefaultTheme => "Theme of the product, edited or not",
            FileKind::Page => "Pages, edited or not",
            _ => continue,
        };
        let source = file.source.as_deref().unwrap_or(&file.path);
        let folders: Vec<&str> = source.split(['\\', '/']).collect();
        let folders = &folders[..folders.len() - 1];
        // A theme may have folders of its own.
        let themes = folders
            .iter()
            .position(|name| name.eq_ignore_ascii_case("App_Themes"));
        let end = themes.map_or(folders.len(), |at| at + 2);
        let folder = folders[..end.min(folders.len())].join("\\");
        *counts.entry((what, folder)).or_default() += 1;
    }
    for ((what, folder), count) in counts {
        let _ = writeln!(text, "{what}: {folder}, {}", files(count));
    }
}

fn summary(manifest: &Manifest) -> String {
    let mut text = String::new();
    components(&mut text, &manifest.components);
    missing(&mut text, &manifest.missing);
    warnings(&mut text, &manifest.warnings);
    custom(&mut text, manifest);
    let mut counts: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    for file in &manifest.files {
        let count = counts.entry(&file.component).or_default();
        *count = (count.0 + 1, count.1 + file.size);
    }
    for (component, (count, size)) in counts {
        let _ = writeln!(text, "{component}: {}, {}", files(count), bytes(size));
    }
    text
}

/// What was made, for people.
#[must_use]
pub fn created_text(manifest: &Manifest, target: &str) -> String {
    let mut text = summary(manifest);
    let total = manifest.files.iter().map(|file| file.size).sum();
    let count = files(manifest.files.len());
    let _ = writeln!(
        text,
        "{target}: {count}, {}. It holds passwords; keep it private.",
        bytes(total)
    );
    text
}

/// A warning if others may read what was made; nothing if only administrators may.
#[cfg(windows)]
#[must_use]
pub fn readers(target: &std::path::Path, readers: std::io::Result<Vec<&'static str>>) -> String {
    let said = match readers {
        Ok(readers) if readers.is_empty() => return String::new(),
        Ok(readers) => format!("may be read by {}", readers.join(", ")),
        Err(_) => "may be readable by others; Windows did not say who".to_owned(),
    };
    let rights = if target.is_dir() { "(OI)(CI)F" } else { "F" };
    let target = target.display();
    format!(
        "warning: {target} {said}. It holds passwords and phone numbers.\n  \
         To leave it to administrators: icacls \"{target}\" /inheritance:r /grant:r *S-1-5-32-544:{rights} *S-1-5-18:{rights}\n"
    )
}

/// The proof, for people.
#[must_use]
pub fn verified_text(verified: &Verified) -> String {
    let mut text = String::new();
    for finding in &verified.findings {
        let _ = writeln!(
            text,
            "{}: {}: {}",
            finding.kind, finding.path, finding.message
        );
    }
    let count = verified
        .manifest
        .as_ref()
        .map_or(0, |manifest| manifest.files.len());
    let _ = match verified.findings.len() {
        0 => writeln!(text, "All is as it was: {}.", files(count)),
        1 => writeln!(text, "1 finding in {}.", files(count)),
        findings => writeln!(text, "{findings} findings in {}.", files(count)),
    };
    text
}

/// The proof, for programs.
#[must_use]
pub fn verified_json(verified: &Verified) -> String {
    let count = verified
        .manifest
        .as_ref()
        .map_or(0, |manifest| manifest.files.len());
    document(
        "verify",
        json!({ "files": count, "findings": value(&verified.findings) }),
    )
}

/// The plan of a restore, for people.
#[must_use]
pub fn steps_text(steps: &[Step<'_>], dry_run: bool) -> String {
    let mut text = String::new();
    for step in steps {
        let source = step.file.source.as_deref().unwrap_or(&step.file.path);
        let _ = match &step.action {
            Action::LeaveOut => continue,
            Action::Refuse(reason) => writeln!(text, "refuse {source}: {reason}"),
            action => writeln!(text, "{} {source}", action.name()),
        };
    }
    let _ = writeln!(
        text,
        "{}",
        counted(steps, if dry_run { "Would: " } else { "Plan: " })
    );
    text
}

fn counted(steps: &[Step<'_>], head: &str) -> String {
    let words = ["create", "overwrite", "identical", "refuse", "leave-out"].map(|word| {
        let count = steps
            .iter()
            .filter(|step| step.action.name() == word)
            .count();
        format!("{count} {word}")
    });
    format!("{head}{}.", words.join(", "))
}

/// The plan of a restore, for programs.
#[must_use]
pub fn steps_json(steps: &[Step<'_>], dry_run: bool) -> String {
    let rows = steps.iter().map(|step| {
        let reason = match &step.action {
            Action::Refuse(reason) => Some(reason),
            _ => None,
        };
        json!({
            "path": step.file.path, "source": step.file.source,
            "target": step.target.as_ref().map(|target| target.display().to_string()),
            "action": step.action.name(), "reason": reason,
        })
    });
    let rows: Vec<Json> = rows.collect();
    document("restore", json!({ "dry_run": dry_run, "files": rows }))
}

/// What was done.
#[must_use]
pub fn restored(steps: &[Step<'_>], failed: usize) -> String {
    let planned = |step: &&Step<'_>| matches!(step.action, Action::Create | Action::Overwrite);
    let count = steps.iter().filter(planned).count();
    match failed {
        0 => format!("Put back {}.\n", files(count)),
        failed => format!("Put back {}, {failed} failed.\n", files(count - failed)),
    }
}

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
        for setting in difference.settings.iter().flatten() {
            let mut side = |value: &Option<Value>| {
                shown(value.as_ref(), setting.secret, redactor)
                    .map_or_else(|| "(none)".to_owned(), |value| format!("{value:?}"))
            };
            let (before, after) = (side(&setting.before), side(&setting.after));
            let _ = writeln!(text, "  {}: {before} -> {after}", setting.address);
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
        let settings = difference.settings.as_ref().map(|settings| {
            let settings = settings.iter().map(|setting| {
                json!({
                    "xpath": setting.address.to_string(), "secret": setting.secret,
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
