//! The report of `conferry diff`: one value, from which every format is made, so that their counts agree.

mod markdown;
mod pack;
mod page;
mod rows;
mod table;
mod text;
mod three;

use rustc_hash::FxHashSet;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use crate::config::addresses::Addresses;
use crate::diff::risk::Risks;
use crate::diff::{Difference, Form};
use crate::pack::Rules;
use crate::pack::lint::Severity;
use crate::pack::rules::RuleId;
use crate::pack::schema::NothingIsNull;
use crate::present::json::{json, json_of_run};
use crate::present::plain::plain_json;
use crate::present::redact::Redactor;
use crate::present::run::{OfRun, Run};

pub use markdown::markdown;
pub use pack::{Repeated, RepeatingPack, repeating_pack};
pub use table::{HadBy, SideBySide};
pub use text::{Shown, rows_text, text};

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
    /// What could not be done, such as a file that could not be read.
    errors: Vec<String>,
}

/// How many changes there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// Settings and elements that only the second side has.
    pub added: usize,
    /// Those that only the first side has.
    pub removed: usize,
    /// Those with another value.
    pub changed: usize,
    /// Those with another name.
    pub renamed: usize,
    /// Those that are the same at another place: below another element, in another file.
    pub moved: usize,
    /// Elements whose children have another order, which counts.
    pub reordered: usize,
    /// Those that are within a comment now, or no longer.
    pub commented: usize,
    /// Changes that are not shown: left out by an option, accepted, or explained by a mapping.
    pub hidden: usize,
}

impl Counts {
    /// How many changes are shown.
    #[must_use]
    pub fn shown(&self) -> usize {
        self.added
            + self.removed
            + self.changed
            + self.renamed
            + self.moved
            + self.reordered
            + self.commented
    }

    fn add(&mut self, kind: &str) {
        let count = match kind {
            "added" => &mut self.added,
            "removed" => &mut self.removed,
            "changed" => &mut self.changed,
            "renamed" => &mut self.renamed,
            "reordered" => &mut self.reordered,
            "commented-out" | "uncommented" => &mut self.commented,
            _ => &mut self.moved,
        };
        *count += 1;
    }

    fn plus(&mut self, other: &Self) {
        self.added += other.added;
        self.removed += other.removed;
        self.changed += other.changed;
        self.renamed += other.renamed;
        self.moved += other.moved;
        self.reordered += other.reordered;
        self.commented += other.commented;
        self.hidden += other.hidden;
    }
}

/// Two files that were compared.
#[derive(Serialize, JsonSchema)]
pub struct File {
    /// The first one, as it was given.
    pub(super) before: String,
    /// The second one; with `--base` the administrator's.
    pub(super) after: String,
    /// With `--base` the vendor's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) vendor: Option<String>,
    /// How many changes of each kind.
    pub(super) counts: Counts,
    /// The changes; those with the most serious findings first, then by section.
    pub(super) changes: Vec<Row>,
    /// Findings that only the second file has, and that no single change brought.
    pub(super) findings: Vec<Found>,
    /// How many findings of the first file the second does not have.
    pub(super) findings_gone: usize,
    /// What differs without a meaning for .NET.
    pub(super) without_meaning: WithoutMeaning,
    /// What could not be compared: encrypted sections, files that a section points at and that are not there.
    pub(super) not_compared: Vec<String>,
    /// With `--effective`: files that were read as well, inherited or named by a section.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) effective_with: Option<Vec<String>>,
    /// What a mapping explains: how many changes, by what stands for what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub(super) explained: Vec<Explained>,
}

/// Changes that a mapping of environments explains.
#[derive(Clone, Serialize, JsonSchema)]
pub struct Explained {
    /// What the first side has.
    pub from: String,
    /// What the second side has in its place.
    pub to: String,
    /// In how many changes.
    pub changes: usize,
}

/// One change.
#[derive(Serialize, JsonSchema)]
pub struct Row {
    /// What happened: `added`, `removed`, `changed`, `renamed`, `moved`, `reordered`, `commented-out`,
    /// `uncommented`, `moved-out` or `moved-in`.
    pub(super) kind: &'static str,
    /// The section it is in, as a path from the root element.
    pub(super) section: String,
    /// What it is called in its section.
    pub(super) label: String,
    /// What it was called before it was renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) was: Option<String>,
    /// Of what was renamed: the attributes (`@key`) and the `name` that are different.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub(super) names: Vec<Part>,
    /// Where the first file has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<Side>,
    /// Where the second file has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<Side>,
    /// Who changed it; only with `--base`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) by: Option<By>,
    /// What the vendor's file has, where the vendor changed it; only with `--base`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) vendor: Option<Side>,
    /// Whether its value is a secret.
    pub(super) secret: bool,
    /// The parts of the value that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub(super) parts: Vec<Part>,
    /// What else is known about it, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
    /// Children that have another place, where their order counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub(super) order: Vec<Neighbours>,
    /// Findings that came with the change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub(super) findings: Vec<Found>,
}

/// Who changed a setting since the file was shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The administrator alone.
    Administrator,
    /// The vendor alone.
    Vendor,
    /// Both, to the same.
    BothAlike,
    /// Both, differently.
    Both,
}

impl By {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Administrator => "by the administrator",
            Self::Vendor => "by the vendor",
            Self::BothAlike => "by both, alike",
            Self::Both => "by both, differently",
        }
    }
}

/// One side of a change.
#[derive(Serialize, JsonSchema)]
pub struct Side {
    /// XPath, secrets masked.
    pub(super) address: String,
    /// The file that the configuration points at, if it is in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    /// Line, from 1.
    pub(super) line: usize,
    /// The value of an attribute, a text or an entry; secrets masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<String>,
    /// The element as it is written; secrets masked. Only where it is added or removed as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) xml: Option<String>,
    /// The sibling that it follows; only where it is added and has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) behind: Option<String>,
}

/// A part of a value.
#[derive(Serialize, JsonSchema)]
pub struct Part {
    /// What it is called.
    pub(super) name: String,
    /// What it was; secrets masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<String>,
}

/// A child and the one it follows.
#[derive(Serialize, JsonSchema)]
pub struct Neighbours {
    /// The child, in the second file.
    pub(super) child: String,
    /// The one it follows there; absent where it is the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) behind: Option<String>,
    /// The one it followed in the first file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) was_behind: Option<String>,
}

/// A finding of `conferry lint` that only the second file has.
#[derive(Serialize, JsonSchema)]
pub struct Found {
    /// Id of the rule.
    pub(super) rule: RuleId,
    /// How bad it is.
    pub(super) severity: Severity,
    /// What is wrong; secrets masked.
    pub(super) message: String,
    /// Line of the second file.
    pub(super) line: usize,
}

/// What differs without a meaning for .NET.
#[derive(Default, Serialize, JsonSchema)]
pub struct WithoutMeaning {
    /// Places that are written differently.
    pub(super) formatting: usize,
    /// Comments that only the second file has.
    pub(super) comments_added: usize,
    /// Comments that only the first file has.
    pub(super) comments_removed: usize,
    /// Elements whose children have another order, which nobody reads.
    pub(super) order: usize,
    /// How the files as a whole are written: encoding, line ends and the like, in words.
    pub(super) form: Vec<String>,
}

impl WithoutMeaning {
    fn of(counted: &crate::diff::Counted) -> Self {
        Self {
            formatting: counted.formatting,
            comments_added: counted.comments_added,
            comments_removed: counted.comments_removed,
            order: counted.order,
            form: counted.form.iter().map(form).collect(),
        }
    }
}

fn form(form: &Form) -> String {
    match form {
        Form::Encoding(before, after) => format!("encoding {before} -> {after}"),
        Form::ByteOrderMark(true) => "byte order mark added".to_owned(),
        Form::ByteOrderMark(false) => "byte order mark removed".to_owned(),
        Form::LineEnds(before, after) => format!("line ends {before} -> {after}"),
        Form::Declaration => "XML declaration".to_owned(),
    }
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
