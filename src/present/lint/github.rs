//! Findings as workflow commands: GitHub Actions makes annotations of them.
//!
//! A line reads `::error file=…,line=…::message`. `%` and line ends are escaped
//! everywhere, in properties also `:` and `,`. Columns are given only for what
//! stands in one line; GitHub drops them otherwise.

use std::fmt::Write as _;

use super::view::{View, place};
use crate::error::Failure;
use crate::lint::Finding;
use crate::pack::lint::Severity;
use crate::present::plain::plain;

/// One line for each finding and each failure.
#[must_use]
pub fn github(view: &View<'_>, failures: &[Failure]) -> String {
    let mut out = String::new();
    for finding in &view.report.findings {
        command(&mut out, view, finding);
    }
    for failure in failures {
        let title = "title=conferry lint";
        let _ = match place(view, failure) {
            Some((file, line)) => {
                let (file, message) = (property(&file), data(&failure.message));
                writeln!(out, "::error file={file},line={line},{title}::{message}")
            }
            None => writeln!(out, "::error {title}::{}", data(&failure.to_string())),
        };
    }
    out
}

fn command(out: &mut String, view: &View<'_>, finding: &Finding) {
    let rule = view.rule(finding);
    let (start, end) = view.region(&finding.place);
    let name = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let file = property(view.path(finding.place.subject));
    let _ = write!(out, "::{name} file={file},line={}", start.line);
    let _ = write!(out, ",endLine={}", end.line);
    if start.line == end.line {
        let _ = write!(out, ",col={},endColumn={}", start.column, end.column);
    }
    let title = format!("{} {}", rule.provenance.id, rule.name);
    let message = data(&finding.message);
    let _ = writeln!(out, ",title={}::{message}", property(&title));
}

fn data(text: &str) -> String {
    plain(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_command_early() {
        assert_eq!(data("50%: a,b\r\n::c"), "50%25: a,b%0D%0A\\u{3a}:c");
        assert_eq!(data("\u{1b}[2J"), "\\u{1b}[2J");
        assert_eq!(property("a:b,c%0A\n"), "a%3Ab%2Cc%250A%0A");
    }
}
