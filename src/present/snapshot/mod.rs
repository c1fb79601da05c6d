//! Snapshots as text and as JSON: what is taken, what a snapshot holds, whether it is whole.
//! What is put back is in [`restore`], what differs in [`diff`].

pub mod diff;
pub mod restore;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::pack::places::FileKind;
use crate::pack::rules::ComponentId;
use crate::present::count::number;
use crate::present::json::json_of_run;
use crate::present::run::Run;
use crate::snapshot::find::Plan;
use crate::snapshot::manifest::{
    ComponentEntry, InstallerEntry, Manifest, MissingEntry, ProblemEntry,
};
use crate::snapshot::verify::Verified;

/// Version of the JSON. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 1;

fn document(command: &str, fields: Json, run: &Run) -> String {
    let mut whole = json!({ "schema": SCHEMA, "command": format!("snapshot {command}") });
    if let (Json::Object(whole), Json::Object(fields)) = (&mut whole, fields) {
        whole.extend(fields);
    }
    json_of_run(&whole, run)
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
    number(count, "file")
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

fn problems(text: &mut String, problems: &[ProblemEntry]) {
    for problem in problems {
        let _ = writeln!(text, "Problem: {}: {}", problem.file, problem.message);
    }
}

fn installers(text: &mut String, manifest: &[InstallerEntry], files: &[(FileKind, Option<&str>)]) {
    for entry in manifest {
        let product = match &entry.product {
            Some(product) => format!("{} {}", product.name, product.version),
            None => "not readable".to_owned(),
        };
        let is_it = |file: &(FileKind, Option<&str>)| {
            file.0 == FileKind::Installer && file.1 == Some(&entry.source)
        };
        let kept = match files.iter().any(is_it) {
            true => "taken",
            false => "not taken itself",
        };
        let shipped = number(entry.shipped.len(), "shipped configuration");
        let _ = writeln!(
            text,
            "Installer: {} ({}, {kept}): {product}, {shipped} for {}",
            entry.source,
            bytes(entry.size),
            entry.component
        );
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
    let kinds = plan.files.iter();
    let kinds: Vec<_> = kinds
        .map(|file| (file.kind, file.source.as_deref()))
        .collect();
    installers(&mut text, &plan.installers, &kinds);
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
pub fn plan_json(plan: &Plan, run: &Run) -> String {
    let files = plan.files.iter().map(|file| {
        json!({
            "path": file.path, "source": file.source, "component": file.component,
            "kind": file.kind, "taken_by": file.taken_by, "size": file.size,
        })
    });
    let problems = plan.problems.iter().map(ProblemEntry::from);
    document(
        "create --dry-run",
        json!({
            "components": value(&plan.components), "files": files.collect::<Vec<_>>(),
            "installers": value(&plan.installers),
            "missing": value(&plan.missing), "warnings": plan.warnings,
            "problems": value(&problems.collect::<Vec<_>>()),
        }),
        run,
    )
}

/// A manifest for programs.
#[must_use]
pub fn manifest_json(command: &str, manifest: &Manifest, run: &Run) -> String {
    document(command, json!({ "manifest": value(manifest) }), run)
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
    let kinds = manifest.files.iter();
    let kinds: Vec<_> = kinds
        .map(|file| (file.kind, file.source.as_deref()))
        .collect();
    installers(&mut text, &manifest.installers, &kinds);
    missing(&mut text, &manifest.missing);
    problems(&mut text, &manifest.problems);
    warnings(&mut text, &manifest.warnings);
    custom(&mut text, manifest);
    let mut counts: BTreeMap<&ComponentId, (usize, u64)> = BTreeMap::new();
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
         To leave it to administrators: icacls \"{target}\" /inheritance:r /grant:r \"*S-1-5-32-544:{rights}\" \"*S-1-5-18:{rights}\"\n"
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
pub fn verified_json(verified: &Verified, run: &Run) -> String {
    let count = verified
        .manifest
        .as_ref()
        .map_or(0, |manifest| manifest.files.len());
    document(
        "verify",
        json!({ "files": count, "findings": value(&verified.findings) }),
        run,
    )
}
