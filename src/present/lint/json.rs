//! Findings for programs, and the JSON Schema of that.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use super::view::View;
use crate::error::Failure;
use crate::lint::{Finding, Place};
use crate::pack::lint::{Applicability, Severity};
use crate::pack::rules::RuleId;
use crate::pack::schema::NothingIsNull;
use crate::present::json::json_of_run;
use crate::present::run::{OfRun, Run};

/// Version of the JSON. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 1;

/// What `conferry lint --format json` prints.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "conferry lint report")]
struct Document<'a> {
    /// Version of this format: 1. Fields may be added without a new one.
    schema: u32,
    /// Always `lint`.
    command: &'static str,
    /// What was found, by file and place; with `--statistics` empty.
    findings: Vec<Item<'a>>,
    /// How often each rule found something, most often first; only with `--statistics`.
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics: Option<Vec<Count<'a>>>,
    /// How many findings are suppressed and not in `findings`.
    suppressed: usize,
    /// What became of the baseline; only with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<Baseline>,
    /// How many files were looked at.
    files: usize,
    /// What could not be done, such as a file that could not be read.
    errors: Vec<String>,
}

/// A finding.
#[derive(Serialize, JsonSchema)]
struct Item<'a> {
    /// Id of the rule.
    rule: &'a RuleId,
    /// Its name in words.
    name: &'a str,
    /// How bad it is.
    severity: Severity,
    /// What is wrong; secrets masked.
    message: &'a str,
    #[serde(flatten)]
    place: Region<'a>,
    /// Other places that belong to it.
    related: Vec<Other<'a>>,
    /// What to do about it.
    advice: &'a str,
    /// The change that cures it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Cure<'a>>,
    /// Where the source of the rule can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
    /// The same for the same finding in another run, wherever its lines have gone;
    /// different for each finding of one run.
    fingerprint: String,
}

/// A place in a file. Lines and columns count from 1, columns in characters.
#[derive(Serialize, JsonSchema)]
struct Region<'a> {
    /// The file as it was given on the command line.
    file: &'a str,
    /// Line where it begins.
    line: usize,
    /// Column where it begins.
    column: usize,
    /// Line where it ends.
    end_line: usize,
    /// Column behind its last character.
    end_column: usize,
    /// XPath of the node, secrets masked; absent where there is none.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[schemars(default)]
    address: &'a str,
}

/// Another place.
#[derive(Serialize, JsonSchema)]
struct Other<'a> {
    /// What is there.
    note: &'a str,
    #[serde(flatten)]
    place: Region<'a>,
}

/// A change that cures a finding.
#[derive(Serialize, JsonSchema)]
struct Cure<'a> {
    /// What it does.
    title: &'a str,
    /// How far it can be trusted: `--fix` applies `safe`, `--unsafe-fixes` also `unsafe`.
    applicability: Applicability,
}

/// How often a rule found something.
#[derive(Serialize, JsonSchema)]
struct Count<'a> {
    /// Id of the rule.
    rule: &'a RuleId,
    /// Its name in words.
    name: &'a str,
    /// How bad its findings are.
    severity: Severity,
    /// How many there are.
    count: usize,
}

/// What a baseline did.
#[derive(Serialize, JsonSchema)]
struct Baseline {
    /// How many findings it knows; they are not in `findings`.
    known: usize,
    /// How many of its entries match nothing any more.
    stale: usize,
}

/// The run as one JSON document; `statistics` counts findings instead of listing them.
#[must_use]
pub fn json(view: &View<'_>, failures: &[Failure], statistics: bool, run: &Run) -> String {
    let mut findings = Vec::new();
    if !statistics {
        let all = view.report.findings.iter().zip(view.fingerprints());
        findings.extend(all.map(|(finding, fingerprint)| item(view, finding, fingerprint)));
    }
    let document = Document {
        schema: SCHEMA,
        command: "lint",
        findings,
        statistics: statistics.then(|| counts(view)),
        suppressed: view.report.suppressed.len(),
        baseline: view.baseline.map(|known| Baseline {
            known: known.findings,
            stale: known.stale,
        }),
        files: view.estate.looked_at(),
        errors: failures.iter().map(ToString::to_string).collect(),
    };
    json_of_run(&document, run)
}

/// The JSON Schema (draft 2020-12) of what [`json`] makes.
#[must_use]
pub fn json_schema() -> String {
    let schema = SchemaSettings::draft2020_12()
        .for_serialize()
        .with_transform(NothingIsNull)
        .into_generator()
        .into_root_schema_for::<OfRun<'_, Document<'_>>>();
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

fn counts<'a>(view: &View<'a>) -> Vec<Count<'a>> {
    let rows = view.statistics().into_iter();
    rows.map(|(at, severity, count)| {
        let rule = &view.rules.lints[at];
        Count {
            rule: &rule.provenance.id,
            name: &rule.name,
            severity,
            count,
        }
    })
    .collect()
}

fn item<'a>(view: &View<'a>, finding: &'a Finding, fingerprint: String) -> Item<'a> {
    let rule = view.rule(finding);
    Item {
        rule: &rule.provenance.id,
        name: &rule.name,
        severity: finding.severity,
        message: &finding.message,
        place: region(view, &finding.place),
        related: finding
            .related
            .iter()
            .map(|related| Other {
                note: &related.note,
                place: region(view, &related.place),
            })
            .collect(),
        advice: &rule.advice,
        fix: finding.fix.as_ref().map(|fix| Cure {
            title: &fix.title,
            applicability: fix.applicability,
        }),
        link: view.link(rule),
        fingerprint,
    }
}

fn region<'a>(view: &View<'a>, place: &'a Place) -> Region<'a> {
    let (start, end) = view.region(place);
    Region {
        file: view.file(place),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        address: &place.address,
    }
}
