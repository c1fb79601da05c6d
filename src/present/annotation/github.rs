//! Workflow commands: GitHub Actions makes annotations of them.
//!
//! A line reads `::error file=…,line=…::message`. `%` and line ends are escaped
//! everywhere, in properties also `:` and `,`. Columns are given only for what
//! stands in one line; GitHub drops them otherwise.

use std::fmt::Write as _;

use super::Annotation;
use crate::pack::lint::Severity;
use crate::present::plain::plain;

/// One line for each.
pub(in crate::present) fn github(annotations: &[Annotation<'_>]) -> String {
    let mut out = String::new();
    for annotation in annotations {
        let name = match annotation.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let _ = write!(out, "::{name} ");
        if let Some(at) = annotation.at {
            let _ = write!(out, "file={},line={}", property(at.file), at.start.line);
            if let Some(end) = at.end {
                let _ = write!(out, ",endLine={}", end.line);
                if at.start.line == end.line {
                    let (start, end) = (at.start.column, end.column);
                    let _ = write!(out, ",col={start},endColumn={end}");
                }
            }
            out.push(',');
        }
        let (title, message) = (property(&annotation.title), data(annotation.message));
        let _ = writeln!(out, "title={title}::{message}");
    }
    out
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
