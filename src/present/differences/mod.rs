//! The report of `conferry diff`: one value, from which every format is made, so that their counts agree.

mod markdown;
mod notes;
mod pack;
mod page;
mod rows;
mod table;
mod text;
mod three;
mod values;

use rustc_hash::FxHashSet;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use crate::config::addresses::Addresses;
use crate::diff::Difference;
use crate::diff::risk::Risks;
use crate::pack::Rules;
use crate::pack::schema::NothingIsNull;
use crate::present::installer::InputLine;
use crate::present::json::{json, json_of_run};
use crate::present::plain::plain_json;
use crate::present::redact::Redactor;
use crate::present::run::{OfRun, Run};

pub use markdown::markdown;
pub use pack::{Repeated, RepeatingPack, repeating_pack};
pub use table::{HadBy, SideBySide};
pub use text::{Shown, rows_text, text};
pub use values::{By, Counts, Explained, File, Found, Neighbours, Part, Row, Side, WithoutMeaning};

/// Version of the JSON. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 1;

/// What `conferry diff --format json` prints.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "conferry diff report")]
pub struct Report {
    /// Version of this format: 1. Fields may be added without a new one.
    schema: u32,
    /// Always `diff`.
    command: &'static str,
    /// Whether secrets are shown (`--show-secrets`).
    secrets_shown: bool,
    /// How many changes of each kind there are.
    counts: Counts,
    /// The files that were compared, if there are two inputs.
    files: Vec<File>,
    /// Three inputs or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    side_by_side: Option<SideBySide>,
    /// Files that only the first side has.
    only_before: Vec<String>,
    /// Files that only the second side has.
    only_after: Vec<String>,
    /// Accepted differences that are no differences any more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    stale: Vec<String>,
    /// Of the inputs that were read out of an installer, where they come from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    inputs: Vec<InputLine>,
    /// What could not be done, such as a file that could not be read.
    errors: Vec<String>,
}

/// Two files whose comparison is to be reported.
pub struct Compared<'a, 'c> {
    /// The first one, as it was given.
    pub before: String,
    /// The second one.
    pub after: String,
    /// What differs.
    pub difference: &'a Difference<'c>,
    /// What lint says about it.
    pub risks: &'a Risks,
    /// For each change, whether it is shown.
    pub shows: &'a [bool],
    /// What could not be compared, in words.
    pub not_compared: Vec<String>,
    /// Of what .NET reads: the files that were read as well, in words.
    pub effective_with: Option<Vec<String>>,
    /// What a mapping explains.
    pub explained: Vec<Explained>,
}

/// Puts a report together, file by file.
pub struct Reporter<'r> {
    pub(super) rules: &'r Rules,
    pub(super) redactor: Redactor<'r>,
    pub(super) addresses: Addresses,
    /// Documents whose secrets the redactor knows, by the address of their text.
    pub(super) known: FxHashSet<usize>,
    report: Report,
}

impl<'r> Reporter<'r> {
    /// A report without files.
    #[must_use]
    pub fn new(rules: &'r Rules, show_secrets: bool) -> Self {
        Self {
            rules,
            redactor: Redactor::new(&rules.secrets, show_secrets),
            addresses: Addresses::default(),
            known: FxHashSet::default(),
            report: Report::empty(show_secrets),
        }
    }

    /// Adds two files.
    pub fn add(&mut self, compared: Compared<'_, '_>) {
        let file = self.file(compared);
        self.report.counts.plus(&file.counts);
        self.report.files.push(file);
    }

    /// What differs between two files, to be shown as a part of another report.
    pub fn changes(&mut self, difference: &Difference<'_>) -> File {
        self.file(Compared {
            before: String::new(),
            after: String::new(),
            difference,
            risks: &Risks::default(),
            shows: &vec![true; difference.changes.len()],
            not_compared: Vec::new(),
            effective_with: None,
            explained: Vec::new(),
        })
    }

    /// Adds what two files made of a shipped one: first the administrator's, then the vendor's.
    pub fn add_three(&mut self, administrator: Compared<'_, '_>, vendor: Compared<'_, '_>) {
        let file = three::joined(self.file(administrator), self.file(vendor));
        self.report.counts.plus(&file.counts);
        self.report.files.push(file);
    }

    /// Adds files that only the first side has, and those that only the second has.
    pub fn only(&mut self, before: Vec<String>, after: Vec<String>) {
        self.report.only_before.extend(before);
        self.report.only_after.extend(after);
    }

    /// Adds accepted differences that are none any more.
    pub fn stale(&mut self, stale: Vec<String>) {
        self.report.stale = stale;
    }

    /// Adds where inputs come from that were read out of an installer.
    pub fn inputs(&mut self, inputs: &[InputLine]) {
        self.report.inputs.extend_from_slice(inputs);
    }

    /// Adds what could not be done.
    pub fn errors(&mut self, errors: impl IntoIterator<Item = String>) {
        self.report.errors.extend(errors);
    }

    /// The report.
    #[must_use]
    pub fn finish(mut self) -> Report {
        if let Some(table) = &mut self.report.side_by_side {
            table.alike = table::alike(table);
        }
        self.report
    }
}

impl Report {
    fn empty(secrets_shown: bool) -> Self {
        Self {
            schema: SCHEMA,
            command: "diff",
            secrets_shown,
            counts: Counts::default(),
            files: Vec::new(),
            side_by_side: None,
            only_before: Vec::new(),
            only_after: Vec::new(),
            stale: Vec::new(),
            inputs: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// How many changes there are.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Whether both sides are the same in meaning, but for what is hidden.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.counts.shown() == 0
            && self.only_before.is_empty()
            && self.only_after.is_empty()
            && self.stale.is_empty()
            && (self.side_by_side.as_ref()).is_none_or(SideBySide::is_clean)
    }
}

/// The report for programs.
#[must_use]
pub fn report_json(report: &Report, run: &Run) -> String {
    json_of_run(report, run)
}

/// The report for programs of a comparison that could not be made.
#[must_use]
pub fn failed_json(errors: impl IntoIterator<Item = String>, run: &Run) -> String {
    let mut report = Report::empty(false);
    report.errors.extend(errors);
    json_of_run(&report, run)
}

/// The report for programs that read line by line: one change in each, with the files it is about.
#[must_use]
pub fn report_jsonl(report: &Report) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        before_file: &'a str,
        after_file: &'a str,
        #[serde(flatten)]
        change: &'a Row,
    }
    let mut lines = String::new();
    for file in &report.files {
        for change in &file.changes {
            let line = Line {
                before_file: &file.before,
                after_file: &file.after,
                change,
            };
            let line = serde_json::to_string(&line).unwrap_or_default();
            lines.push_str(&plain_json(&line));
            lines.push('\n');
        }
    }
    if let Some(table) = &report.side_by_side {
        lines.push_str(&table::jsonl(table));
    }
    lines
}

/// The JSON Schema of the report.
#[must_use]
pub fn json_schema() -> String {
    let generator = SchemaSettings::draft2020_12()
        .with_transform(NothingIsNull)
        .into_generator();
    json(&generator.into_root_schema_for::<OfRun<'_, Report>>())
}
