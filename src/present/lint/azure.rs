//! Findings as logging commands: Azure Pipelines lists them as issues of the run.
//!
//! A line reads `##vso[task.logissue type=…;…]message`. `%` and line ends are
//! escaped everywhere, in properties also `;` and `]`. Azure knows errors and
//! warnings only and refuses any other type, so notes are ordinary lines of the log.

use std::fmt::Write as _;

use super::view::{View, place};
use crate::error::Failure;
use crate::lint::Finding;
use crate::pack::lint::Severity;
use crate::present::plain::{plain, plain_line};

/// One line for each finding and each failure.
#[must_use]
pub fn azure(view: &View<'_>, failures: &[Failure]) -> String {
    let mut out = String::new();
    for finding in &view.report.findings {
        match finding.severity {
            Severity::Error => command(&mut out, view, finding, "error"),
            Severity::Warning => command(&mut out, view, finding, "warning"),
            Severity::Note => note(&mut out, view, finding),
        }
    }
    for failure in failures {
        let start = "##vso[task.logissue type=error";
        let _ = match place(view, failure) {
            Some((file, line)) => {
                let (file, message) = (property(&file), data(&failure.message));
                writeln!(out, "{start};sourcepath={file};linenumber={line}]{message}")
            }
            None => writeln!(out, "{start}]{}", data(&failure.to_string())),
        };
    }
    out
}

fn command(out: &mut String, view: &View<'_>, finding: &Finding, kind: &str) {
    let id = &view.rule(finding).provenance.id;
    let (start, _) = view.region(&finding.place);
    let _ = writeln!(
        out,
        "##vso[task.logissue type={kind};sourcepath={};linenumber={};columnnumber={};code={}]{id}: {}",
        property(view.path(finding.place.subject)),
        start.line,
        start.column,
        property(id.as_str()),
        data(&finding.message),
    );
}

fn note(out: &mut String, view: &View<'_>, finding: &Finding) {
    let (start, _) = view.region(&finding.place);
    let line = format!(
        "{}({},{}): note {}: {}",
        view.path(finding.place.subject),
        start.line,
        start.column,
        view.rule(finding).provenance.id,
        finding.message
    );
    let _ = writeln!(out, "{}", plain_line(&line));
}

fn data(text: &str) -> String {
    plain(text)
        .replace('%', "%AZP25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_command_early_or_begins_another() {
        assert_eq!(data("50%; a]b\r\n"), "50%AZP25; a]b%0D%0A");
        assert_eq!(data("\u{1b}[2J"), "\\u{1b}[2J");
        assert_eq!(property("a;b]c%3B\n"), "a%3Bb%5Dc%AZP253B%0A");
        let shown = plain_line("a\n##vso[task.setvariable variable=x]y ###vso[z]");
        assert!(!shown.contains("##vso") && !shown.contains('\n'), "{shown}");
    }
}
