//! Logging commands: Azure Pipelines lists them as issues of the run.
//!
//! A line reads `##vso[task.logissue type=…;…]message`. `%` and line ends are
//! escaped everywhere, in properties also `;` and `]`. Azure knows errors and
//! warnings only and refuses any other type, so notes are ordinary lines of the log.

use std::fmt::Write as _;

use super::{Annotation, At};
use crate::pack::lint::Severity;
use crate::present::plain::{plain, plain_line};

/// One line for each.
pub(in crate::present) fn azure(annotations: &[Annotation<'_>]) -> String {
    let mut out = String::new();
    for annotation in annotations {
        match annotation.severity {
            Severity::Error => command(&mut out, annotation, "error"),
            Severity::Warning => command(&mut out, annotation, "warning"),
            Severity::Note => note(&mut out, annotation),
        }
    }
    out
}

fn command(out: &mut String, annotation: &Annotation<'_>, kind: &str) {
    let _ = write!(out, "##vso[task.logissue type={kind}");
    if let Some(At { file, start, end }) = annotation.at {
        let (file, line) = (property(file), start.line);
        let _ = write!(out, ";sourcepath={file};linenumber={line}");
        if end.is_some() {
            let _ = write!(out, ";columnnumber={}", start.column);
        }
    }
    let message = data(annotation.message);
    let _ = match annotation.code {
        "" => writeln!(out, "]{message}"),
        code => writeln!(out, ";code={}]{}: {message}", property(code), data(code)),
    };
}

fn note(out: &mut String, annotation: &Annotation<'_>) {
    let place = match annotation.at {
        Some(At { file, start, .. }) => format!("{file}({},{}): ", start.line, start.column),
        None => String::new(),
    };
    let (code, message) = (annotation.code, annotation.message);
    let line = format!("{place}note {code}: {message}");
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
