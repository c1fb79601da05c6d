//! What `rewrite` found or did, as text and as JSON.

use serde::Serialize;

use super::diff;
use super::excerpt::secrets_of_plain;
use crate::config::secrets::SecretTable;
use crate::error::Failure;
use crate::present::count::number;
use crate::present::json::json_of_run;
use crate::present::run::Run;
use crate::rewrite::plan::{Change, Skip};
use crate::rewrite::{FilePlan, Outcome};
use crate::xml::LineColumn;

/// Version of the JSON. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 1;

/// The unified diff of one changed file.
#[must_use]
pub fn file_diff(
    path: &str,
    change: &Change,
    secrets: Option<&SecretTable>,
    color: bool,
) -> String {
    let before = change.before.text();
    let masks = |text: &str, known: &Option<Vec<_>>| match (secrets, known) {
        (None, _) => Vec::new(),
        (Some(_), Some(known)) => known.clone(),
        (Some(table), None) => secrets_of_plain(text, table),
    };
    let old = masks(before, &change.secrets_before);
    let new = masks(&change.after, &change.secrets_after);
    diff::of_file(path, before, &old, &change.after, &new, color)
}

/// Numbers for the summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Files that were looked into.
    pub files: usize,
    /// Files that change.
    pub changed: usize,
    /// References in them.
    pub references: usize,
    /// Files that were not looked into.
    pub skipped: usize,
    /// Files that change and could not be written.
    pub unwritten: usize,
}

impl Totals {
    /// Counts `plans`.
    #[must_use]
    pub fn of(plans: &[FilePlan]) -> Self {
        let mut totals = Self::default();
        for plan in plans {
            match &plan.outcome {
                Ok(Outcome::Changed(change)) => {
                    totals.files += 1;
                    totals.changed += 1;
                    totals.references += change.references.len();
                }
                Ok(Outcome::Unchanged) => totals.files += 1,
                Ok(Outcome::Skipped(_)) => totals.skipped += 1,
                Err(_) => {}
            }
        }
        totals
    }

    /// Takes out a file that could not be written.
    pub fn is_unwritten(&mut self, change: &Change) {
        self.changed -= 1;
        self.references -= change.references.len();
        self.unwritten += 1;
    }

    /// One line for people.
    #[must_use]
    pub fn summary(&self, written: bool) -> String {
        let skipped = match self.skipped {
            0 => String::new(),
            1 => " (1 file left out)".to_owned(),
            count => format!(" ({count} files left out)"),
        };
        let unwritten = match self.unwritten {
            0 => String::new(),
            1 => " 1 file could not be written and is as it was.".to_owned(),
            count => format!(" {count} files could not be written and are as they were."),
        };
        if self.changed == 0 && self.unwritten > 0 {
            return format!("Nothing was rewritten{skipped}.{unwritten}\n");
        }
        if self.changed == 0 {
            return format!(
                "Nothing to rewrite in {}{skipped}.\n",
                number(self.files, "file")
            );
        }
        let references = match self.references {
            1 => "1 reference".to_owned(),
            count => format!("{count} references"),
        };
        let (verb, next) = if written {
            ("Rewrote", "")
        } else {
            ("Would rewrite", " Run again with --write to do it.")
        };
        format!(
            "{verb} {references} in {} of {}{skipped}.{unwritten}{next}\n",
            self.changed,
            number(self.files, "file")
        )
    }
}

#[derive(Serialize)]
struct Report<'p> {
    schema: u32,
    command: &'static str,
    files: Vec<FileRow>,
    errors: Vec<ErrorRow<'p>>,
}

#[derive(Serialize)]
struct FileRow {
    path: String,
    changed: bool,
    /// Only there if it is `false`: the file changes and could not be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<&'static str>,
    references: Vec<ReferenceRow>,
}

#[derive(Serialize)]
struct ReferenceRow {
    line: usize,
    column: usize,
    old: String,
    new: String,
}

#[derive(Serialize)]
struct ErrorRow<'p> {
    path: Option<&'p str>,
    line: Option<usize>,
    message: &'p str,
    help: Option<&'p str>,
}

/// The report as JSON. It names places and names of virtual directories, never values.
#[must_use]
pub fn json(plans: &[FilePlan], unwritten: &[usize], failures: &[Failure], run: &Run) -> String {
    let report = Report {
        schema: SCHEMA,
        command: "rewrite",
        files: plans
            .iter()
            .enumerate()
            .filter_map(|(at, plan)| file_row(plan, unwritten.contains(&at)))
            .collect(),
        errors: failures
            .iter()
            .map(|failure| ErrorRow {
                path: failure.file.as_deref(),
                line: failure.excerpt.as_ref().map(|excerpt| excerpt.first_line),
                message: &failure.message,
                help: failure.help.as_deref(),
            })
            .collect(),
    };
    json_of_run(&report, run)
}

fn file_row(plan: &FilePlan, is_unwritten: bool) -> Option<FileRow> {
    let outcome = plan.outcome.as_ref().ok()?;
    let mut row = FileRow {
        path: plan.file.path.display().to_string(),
        changed: false,
        written: is_unwritten.then_some(false),
        skipped: None,
        references: Vec::new(),
    };
    match outcome {
        Outcome::Unchanged => {}
        Outcome::Skipped(Skip::Binary) => row.skipped = Some("binary"),
        Outcome::Skipped(Skip::DefinesDirectories) => {
            row.skipped = Some("defines-virtual-directories");
        }
        Outcome::Changed(change) => {
            row.changed = true;
            let text = change.before.text();
            row.references = change
                .references
                .iter()
                .map(|reference| {
                    let place = LineColumn::of(text, reference.span.start);
                    ReferenceRow {
                        line: place.line,
                        column: place.column,
                        old: reference.old.clone(),
                        new: reference.new.clone(),
                    }
                })
                .collect();
        }
    }
    Some(row)
}
