//! What is wrong with packs.

use serde::Serialize;

use super::{SCHEMA, json, number};
use crate::error::Failure;
use crate::pack::lint::Severity;
use crate::pack::problem::PackProblem;
use crate::pack::rules::PackId;
use crate::pack::texts::PackText;
use crate::present::failure::{self, Style};

/// A pack with all that there is to say about it, in the order of its text.
#[derive(Debug)]
pub struct Checked<'p> {
    /// The pack.
    pub pack: &'p PackText,
    /// Problems (errors) and remarks.
    pub problems: Vec<(Severity, PackProblem)>,
}

impl Checked<'_> {
    /// Whether it can be used.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.count(Severity::Error) == 0
    }

    fn count(&self, wanted: Severity) -> usize {
        let problems = self.problems.iter();
        problems.filter(|(severity, _)| *severity == wanted).count()
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    command: &'static str,
    packs: Vec<Pack<'a>>,
    errors: Vec<String>,
}

#[derive(Serialize)]
struct Pack<'a> {
    file: &'a str,
    id: &'a PackId,
    problems: Vec<Problem<'a>>,
}

#[derive(Serialize)]
struct Problem<'a> {
    severity: Severity,
    line: usize,
    column: usize,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

/// For programs; `failures` are packs that could not be read.
#[must_use]
pub fn as_json(packs: &[Checked<'_>], failures: &[Failure]) -> String {
    let packs = packs.iter().map(|checked| Pack {
        file: &checked.pack.label,
        id: &checked.pack.id,
        problems: (checked.problems.iter())
            .map(|(severity, problem)| {
                let place = problem.place(&checked.pack.text);
                Problem {
                    severity: *severity,
                    line: place.line,
                    column: place.column,
                    message: &problem.message,
                    help: problem.help.as_deref(),
                }
            })
            .collect(),
    });
    json(&Document {
        schema: SCHEMA,
        command: "rules check",
        packs: packs.collect(),
        errors: failures.iter().map(ToString::to_string).collect(),
    })
}

/// For people.
#[must_use]
pub fn as_text(packs: &[Checked<'_>], style: Style) -> String {
    let mut out = String::new();
    for checked in packs {
        for (severity, problem) in &checked.problems {
            let mut failure = problem.failure(&checked.pack.label, &checked.pack.text);
            failure.message = format!("{}: {}", severity.name(), failure.message);
            out.push_str(&failure::render(&failure, style));
            out.push('\n');
        }
    }
    out
}

/// One line about all of them.
#[must_use]
pub fn summary(packs: &[Checked<'_>]) -> String {
    let count = |severity| -> usize { packs.iter().map(|checked| checked.count(severity)).sum() };
    let (errors, warnings, notes) = (
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Note),
    );
    let mut parts = vec![match errors {
        0 => "no problems".to_owned(),
        _ => number(errors, "problem"),
    }];
    if warnings > 0 {
        parts.push(number(warnings, "warning"));
    }
    if notes > 0 {
        parts.push(number(notes, "note"));
    }
    format!("{} in {}\n", parts.join(", "), number(packs.len(), "pack"))
}
