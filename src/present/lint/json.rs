//! Findings for programs.

use serde::Serialize;

use super::view::View;
use crate::error::Failure;
use crate::lint::{Finding, Place};
use crate::pack::lint::{Applicability, Severity};

/// Version of the JSON. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    command: &'static str,
    findings: Vec<Item<'a>>,
    suppressed: usize,
    files: usize,
    errors: Vec<String>,
}

#[derive(Serialize)]
struct Item<'a> {
    rule: &'a str,
    name: &'a str,
    severity: Severity,
    message: &'a str,
    #[serde(flatten)]
    place: Region<'a>,
    related: Vec<Other<'a>>,
    advice: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Cure<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
}

#[derive(Serialize)]
struct Region<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    #[serde(skip_serializing_if = "str::is_empty")]
    address: &'a str,
}

#[derive(Serialize)]
struct Other<'a> {
    note: &'a str,
    #[serde(flatten)]
    place: Region<'a>,
}

#[derive(Serialize)]
struct Cure<'a> {
    title: &'a str,
    applicability: Applicability,
}

/// The run as one JSON document.
#[must_use]
pub fn json(view: &View<'_>, failures: &[Failure]) -> String {
    let document = Document {
        schema: SCHEMA,
        command: "lint",
        findings: view
            .report
            .findings
            .iter()
            .map(|finding| item(view, finding))
            .collect(),
        suppressed: view.report.suppressed.len(),
        files: view.estate.looked_at(),
        errors: failures.iter().map(ToString::to_string).collect(),
    };
    let mut json = serde_json::to_string_pretty(&document).unwrap_or_default();
    json.push('\n');
    json
}

fn item<'a>(view: &View<'a>, finding: &'a Finding) -> Item<'a> {
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
