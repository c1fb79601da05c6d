//! Baselines: findings that are known and not to be reported again.
//!
//! A baseline is a multiset: an entry takes one finding, so of two equal
//! findings and one entry one is left. Entries hold no line numbers and no
//! values; see [`super::fingerprint`].

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::estate::Estate;
use super::finding::Finding;
use super::fingerprint::Fingerprints;
use super::run::{Linter, Report};
use super::subject::Subject;
use crate::io::relative;
use crate::pack::checks::Scope;
use crate::pack::lint::{Check, LintRule};
use crate::pack::rules::RuleId;

/// Version of the file. It changes when an older conferry could not use it any more.
const VERSION: u64 = 1;

/// A known finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its file as seen from the folder of the baseline, with `/`.
    pub file: String,
    /// Id of its rule.
    pub rule: RuleId,
    /// XPath of its node, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// What it is about.
    pub fingerprint: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u64,
    findings: Vec<Entry>,
}

/// Known findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Sorted.
    pub entries: Vec<Entry>,
}

/// What a baseline did to a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Findings that it took out.
    pub findings: usize,
    /// Entries about files and rules of this run that match nothing any more.
    pub stale: usize,
}

/// Why a file is no baseline, and where.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{problem}")]
pub struct BaselineError {
    /// What is wrong; quotes no value of the file.
    pub problem: String,
    /// Byte of the text.
    pub at: usize,
}

impl Baseline {
    /// Reads the text of a baseline.
    ///
    /// # Errors
    /// The first problem.
    pub fn read(text: &str) -> Result<Self, BaselineError> {
        let file: File = serde_json::from_str(text).map_err(|error| problem(text, &error))?;
        if file.version != VERSION {
            return Err(BaselineError {
                problem: format!(
                    "it has version {}, and this conferry reads version {VERSION}",
                    file.version
                ),
                at: text.find("\"version\"").unwrap_or_default(),
            });
        }
        Ok(Self {
            entries: file.findings,
        })
    }

    /// All findings of `report`, for a baseline in `folder`.
    #[must_use]
    pub fn of(report: &Report, linter: &Linter<'_>, estate: &Estate, folder: &Path) -> Self {
        let namer = Namer::new(linter, estate, folder);
        let mut entries: Vec<Entry> = report.findings.iter().map(|f| namer.entry(f)).collect();
        entries.sort();
        Self { entries }
    }

    /// The text of the file: one line per finding, so that a change of it can be read.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{{\n  \"version\": {VERSION},\n  \"findings\": [");
        for (number, entry) in self.entries.iter().enumerate() {
            let comma = if number == 0 { "" } else { "," };
            let entry = serde_json::to_string(entry).unwrap_or_default();
            let _ = write!(text, "{comma}\n    {entry}");
        }
        let end = if self.entries.is_empty() { "" } else { "\n  " };
        text.push_str(end);
        text.push_str("]\n}\n");
        text
    }

    /// Takes out of `report` what is known. The baseline stands in `folder`.
    pub fn take_known(
        &self,
        report: &mut Report,
        linter: &Linter<'_>,
        estate: &Estate,
        folder: &Path,
    ) -> Known {
        let namer = Namer::new(linter, estate, folder);
        let mut left: HashMap<Key, usize> = HashMap::new();
        for entry in &self.entries {
            *left.entry(key(entry)).or_default() += 1;
        }
        let before = report.findings.len();
        report.findings.retain(|finding| {
            let entry = namer.entry(finding);
            match left.get_mut(&key(&entry)) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    false
                }
                _ => true,
            }
        });
        let files: HashMap<&str, &Subject> = (namer.files.iter().map(String::as_str))
            .zip(&estate.subjects)
            .collect();
        let saw_all = self
            .entries
            .iter()
            .all(|entry| files.contains_key(entry.file.as_str()));
        let rules = &linter.rules.lints;
        let could_be_found = |file: &str, id: &RuleId| {
            let Some(subject) = files.get(file) else {
                return false;
            };
            let Some(at) = rules.iter().position(|rule| rule.provenance.id == *id) else {
                return true;
            };
            // What compares files, or asks what they hold, finds less among fewer of them.
            linter.selection.has_for(subject, at) && (saw_all || !depends_on_others(&rules[at]))
        };
        let stale = (left.iter()).filter(|((file, rule, _), _)| could_be_found(file, rule));
        Known {
            findings: before - report.findings.len(),
            stale: stale.map(|(_, count)| count).sum(),
        }
    }
}

/// Whether what a rule finds in a file depends on which other files are in the run.
fn depends_on_others(rule: &LintRule) -> bool {
    matches!(&rule.check, Check::Registered(check) if check.kind.scope() != Scope::File)
}

/// File, rule and fingerprint.
type Key = (String, RuleId, String);

fn key(entry: &Entry) -> Key {
    let Entry {
        file,
        rule,
        fingerprint,
        ..
    } = entry.clone();
    (file, rule, fingerprint)
}

/// Makes entries of findings.
struct Namer<'a> {
    linter: &'a Linter<'a>,
    fingerprints: Fingerprints<'a>,
    files: Vec<String>,
}

impl<'a> Namer<'a> {
    fn new(linter: &'a Linter<'a>, estate: &'a Estate, folder: &Path) -> Self {
        let subjects = estate.subjects.iter();
        Self {
            linter,
            fingerprints: Fingerprints::new(linter.rules, estate),
            files: subjects
                .map(|subject| relative::seen_from(folder, Path::new(&subject.label)))
                .collect(),
        }
    }

    fn entry(&self, finding: &Finding) -> Entry {
        Entry {
            file: self.files[finding.place.subject].clone(),
            rule: self.linter.rules.lints[finding.rule].provenance.id.clone(),
            address: finding.place.address.clone(),
            fingerprint: self.fingerprints.of(finding),
        }
    }
}

/// What `error` says, without values: the wrong file may have been given.
fn problem(text: &str, error: &serde_json::Error) -> BaselineError {
    let said = error.to_string();
    let about_keys = ["missing field", "unknown field", "duplicate field"];
    let problem = if error.is_eof() {
        "it ends in the middle".to_owned()
    } else if error.is_syntax() {
        "it is not JSON".to_owned()
    } else if about_keys.iter().any(|start| said.starts_with(start)) {
        let said = said.split(", expected").next().unwrap_or(&said);
        said.split(" at line").next().unwrap_or(said).to_owned()
    } else {
        "a value of another kind belongs here".to_owned()
    };
    let start_of_line: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let at = crate::xml::span::floor(text, start_of_line + error.column().saturating_sub(1));
    BaselineError { problem, at }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn entry(file: &str) -> Entry {
        Entry {
            file: file.to_owned(),
            rule: RuleId::known("SEC101"),
            address: "/configuration/a[@k='\"']".to_owned(),
            fingerprint: "0f".to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for entries in [vec![], vec![entry("a")], vec![entry("a"), entry("b\\\"")]] {
            let baseline = Baseline { entries };
            let text = baseline.text();
            assert_eq!(Baseline::read(&text).unwrap(), baseline, "{text}");
            let lines = text.lines().filter(|line| line.contains("fingerprint"));
            assert_eq!(lines.count(), baseline.entries.len(), "{text}");
        }
    }

    #[test]
    fn problems_point_into_the_file_and_quote_no_value() {
        for (text, says, at) in [
            ("", "it ends in the middle", ""),
            ("{\n  \"version\": 1,\n", "it ends in the middle", ""),
            ("<add value=\"hunter2\"/>", "it is not JSON", "<add"),
            (
                "{\"version\": \"hunter2\"}",
                "a value of another kind belongs here",
                "\"}",
            ),
            ("{\"version\": 1}", "missing field `findings`", "}"),
            (
                "{\"version\": 2, \"findings\": []}",
                "it has version 2",
                "\"version\"",
            ),
            (
                "{\"version\": 1, \"finding\": []}",
                "unknown field `finding`",
                "\": []",
            ),
        ] {
            let error = Baseline::read(text).unwrap_err();
            assert!(error.problem.starts_with(says), "{error} of {text}");
            assert!(text[error.at..].starts_with(at), "{} of {text}", error.at);
            assert!(!error.problem.contains("hunter2"), "{error}");
        }
    }
}
