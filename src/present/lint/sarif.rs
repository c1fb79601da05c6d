//! Findings as SARIF 2.1.0, for code scanning and its viewers.
//!
//! Promises: every finding is a result, suppressed ones with their suppression;
//! lines and columns count from 1, columns in UTF-16 code units, ends are behind
//! the last character; paths are relative to `SRCROOT`, the folder of the run,
//! or `file:` URIs; no secret is in a message or in what a fix inserts.

use std::collections::BTreeMap;

use super::cure;
use super::view::View;
use crate::error::Failure;

use crate::lint::{Finding, Place, SuppressedBy};
use crate::pack::lint::{Applicability, LintRule};
use crate::present::sarif::model::{
    Applicability as Trust, ArtifactChange, Configuration, Fix, Help, Location, LogicalLocation,
    Notification, PhysicalLocation, Region, Replacement, Rule, SarifResult, Suppression, Tags,
};
use crate::present::sarif::{artifact, log};
use crate::xml::Span;

/// The name of our fingerprint with the version of how it is made.
const FINGERPRINT: &str = "conferry/v1";

/// The run as one SARIF log.
#[must_use]
pub fn sarif(view: &View<'_>, failures: &[Failure]) -> String {
    let mut rules = Rules::default();
    let report = view.report;
    let all = report.findings.iter().map(|finding| (finding, &[][..]));
    let suppressed = report.suppressed.iter();
    let all = all.chain(suppressed.map(|one| (&one.finding, &one.by[..])));
    let results: Vec<SarifResult> = all
        .zip(view.fingerprints())
        .map(|((finding, by), fingerprint)| {
            let mut result = result(view, &mut rules, finding, fingerprint);
            let by = by.iter().map(|by| suppression_by(view, by));
            result.suppressions = by.collect();
            result
        })
        .collect();
    let rules = rules.order.iter().map(|at| rule(view, *at)).collect();
    let failures = failures.iter();
    let notifications = failures
        .map(|failure| notification(view, failure))
        .collect();
    let log = log("conferry/lint/", rules, results, notifications);
    crate::present::json::json(&log)
}

/// The rules that found something, in the order they are first needed.
#[derive(Default)]
struct Rules {
    order: Vec<usize>,
    index: BTreeMap<usize, usize>,
}

impl Rules {
    fn index(&mut self, rule: usize) -> usize {
        *self.index.entry(rule).or_insert_with(|| {
            self.order.push(rule);
            self.order.len() - 1
        })
    }
}

fn rule(view: &View<'_>, at: usize) -> Rule {
    let rule = &view.rules.lints[at];
    let about = &rule.provenance;
    let why = match about.why.as_str() {
        "" => about.summary.as_str(),
        why => why,
    };
    Rule {
        id: about.id.to_string(),
        name: rule.name.clone(),
        short_description: about.summary.as_str().into(),
        full_description: why.into(),
        help_uri: view.link(rule).map(str::to_owned),
        help: help(view, rule),
        default_configuration: Configuration {
            level: rule.severity.name(),
        },
        properties: Tags {
            tags: vec![about.pack.as_str().trim_end_matches("-lint").to_owned()],
        },
    }
}

fn help(view: &View<'_>, rule: &LintRule) -> Help {
    let about = &rule.provenance;
    let mut text = format!("{}\n", about.summary);
    let mut markdown = format!("**{}**\n", about.summary);
    for (title, words) in [("Why", &about.why), ("What to do", &rule.advice)] {
        if !words.is_empty() {
            text.push_str(&format!("\n{title}: {words}\n"));
            markdown.push_str(&format!("\n**{title}**: {words}\n"));
        }
    }
    for name in about.source.split(", ") {
        let Some(cite) = view.rules.sources.get(name) else {
            continue;
        };
        match view.rules.links.get(name) {
            Some(link) => {
                text.push_str(&format!("\nSource: {cite}, {link}\n"));
                markdown.push_str(&format!("\n**Source**: [{cite}](<{link}>)\n"));
            }
            None => {
                text.push_str(&format!("\nSource: {cite}\n"));
                markdown.push_str(&format!("\n**Source**: {cite}\n"));
            }
        }
    }
    Help { text, markdown }
}

fn result(
    view: &View<'_>,
    rules: &mut Rules,
    finding: &Finding,
    fingerprint: String,
) -> SarifResult {
    let related = finding.related.iter().enumerate();
    SarifResult {
        rule_id: view.rule(finding).provenance.id.to_string(),
        rule_index: rules.index(finding.rule),
        level: finding.severity.name(),
        message: finding.message.as_str().into(),
        locations: vec![location(view, &finding.place)],
        related_locations: related
            .map(|(number, related)| Location {
                id: Some(number + 1),
                message: Some(related.note.as_str().into()),
                ..location(view, &related.place)
            })
            .collect(),
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, fingerprint)]),
        suppressions: Vec::new(),
        fixes: fix(view, finding).into_iter().collect(),
    }
}

fn location(view: &View<'_>, place: &Place) -> Location {
    let logical = (!place.address.is_empty()).then(|| LogicalLocation {
        fully_qualified_name: place.address.clone(),
        kind: kind(&place.address),
    });
    Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: artifact(view.path(place.subject)),
            region: Some(region(view, place.subject, place.span)),
        },
        logical_locations: logical.into_iter().collect(),
        message: None,
    }
}

/// What an address leads to. The value of a predicate ends in a quote and a bracket.
fn kind(address: &str) -> &'static str {
    let last = address.rsplit('/').next().unwrap_or_default();
    match last {
        "text()" => "text",
        name if name.starts_with('@') && !name.ends_with(']') => "attribute",
        _ => "element",
    }
}

/// The span without halves of a line end: viewers know no place between CR and LF.
fn whole_line_ends(view: &View<'_>, subject: usize, span: Span) -> Span {
    let source = view.estate.subjects[subject].source();
    let bytes = source.map_or("", |source| source.text()).as_bytes();
    let is_inside = |at: u32| {
        let at = at as usize;
        at > 0 && bytes.get(at - 1) == Some(&b'\r') && bytes.get(at) == Some(&b'\n')
    };
    Span {
        start: span.start - u32::from(is_inside(span.start)),
        end: span.end + u32::from(is_inside(span.end)),
    }
}

fn region(view: &View<'_>, subject: usize, span: Span) -> Region {
    let lines = view.lines(subject);
    let span = whole_line_ends(view, subject, span);
    let (start, end) = (lines.place_utf16(span.start), lines.place_utf16(span.end));
    Region {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

/// The fix, if `--fix` or `--unsafe-fixes` would apply it and it shows no secret.
fn fix(view: &View<'_>, finding: &Finding) -> Option<Fix> {
    let fix = finding.fix.as_ref()?;
    if fix.applicability == Applicability::DisplayOnly {
        return None;
    }
    let edits = cure::edits(view, finding)?;
    let subject = finding.place.subject;
    let replacements: Vec<Replacement> = edits
        .iter()
        .map(|edit| {
            let whole = whole_line_ends(view, subject, edit.span);
            let before = if whole.start < edit.span.start {
                "\r"
            } else {
                ""
            };
            let behind = if whole.end > edit.span.end { "\n" } else { "" };
            let text = format!("{before}{}{behind}", edit.text);
            Replacement {
                deleted_region: region(view, subject, edit.span),
                inserted_content: (!text.is_empty()).then(|| text.as_str().into()),
            }
        })
        .collect();
    (!replacements.is_empty()).then(|| Fix {
        description: fix.title.as_str().into(),
        artifact_changes: vec![ArtifactChange {
            artifact_location: artifact(view.path(subject)),
            replacements,
        }],
        properties: Trust {
            applicability: fix.applicability.name(),
        },
    })
}

/// Who suppresses a finding, with the reason that is given.
fn suppression_by(view: &View<'_>, by: &SuppressedBy) -> Suppression {
    match by {
        SuppressedBy::Comment(reason) => suppression(view, "inSource", reason),
        SuppressedBy::Override(reason) => suppression(view, "external", reason),
    }
}

/// A reason that speaks of secrets is left out.
fn suppression(view: &View<'_>, kind: &'static str, reason: &str) -> Suppression {
    let may_be_shown =
        !reason.is_empty() && (view.show_secrets || !view.rules.secrets.mentions_secret(reason));
    Suppression {
        kind,
        justification: may_be_shown.then(|| reason.to_owned()),
    }
}

fn notification(view: &View<'_>, failure: &Failure) -> Notification {
    let path = failure.file.as_deref().map(|file| view.path_of(file));
    Notification {
        level: "error",
        message: failure.message.as_str().into(),
        locations: path
            .map(|path| Location {
                id: None,
                physical_location: PhysicalLocation {
                    artifact_location: artifact(&path),
                    region: None,
                },
                logical_locations: Vec::new(),
                message: None,
            })
            .into_iter()
            .collect(),
    }
}
