//! Findings as annotations of a build.

use super::view::{View, place};
use crate::error::Failure;
use crate::pack::lint::Severity;
use crate::present::annotation::{self, Annotation, At};
use crate::xml::LineColumn;

/// For the log of GitHub Actions.
#[must_use]
pub fn github(view: &View<'_>, failures: &[Failure]) -> String {
    with_annotations(view, failures, annotation::github)
}

/// For the log of Azure Pipelines.
#[must_use]
pub fn azure(view: &View<'_>, failures: &[Failure]) -> String {
    with_annotations(view, failures, annotation::azure)
}

/// One for each finding and each failure.
fn with_annotations(
    view: &View<'_>,
    failures: &[Failure],
    write: fn(&[Annotation<'_>]) -> String,
) -> String {
    let failed: Vec<_> = failures
        .iter()
        .map(|failure| match place(view, failure) {
            Some(place) => (Some(place), failure.message.clone()),
            None => (None, failure.to_string()),
        })
        .collect();
    let findings = view.report.findings.iter().map(|finding| {
        let rule = view.rule(finding);
        let (start, end) = view.region(&finding.place);
        Annotation {
            severity: finding.severity,
            at: Some(At {
                file: view.path(finding.place.subject),
                start,
                end: Some(end),
            }),
            code: rule.provenance.id.as_str(),
            title: format!("{} {}", rule.provenance.id, rule.name),
            message: &finding.message,
        }
    });
    let failed = failed.iter().map(|(place, message)| Annotation {
        severity: Severity::Error,
        at: place.as_ref().map(|(file, line)| At {
            file,
            start: LineColumn {
                line: *line,
                column: 1,
            },
            end: None,
        }),
        code: "",
        title: "conferry lint".to_owned(),
        message,
    });
    let all: Vec<Annotation<'_>> = findings.chain(failed).collect();
    write(&all)
}
