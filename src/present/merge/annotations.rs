//! What is left to people, and what lint has about the result, beside the lines of the files.

use std::collections::BTreeMap;

use super::conflicts::ConflictLine;
use super::values::Place;
use super::{Files, Report};
use crate::io::stream::sha256;
use crate::pack::lint::Severity;
use crate::present::annotation::{self, Annotation, At};
use crate::present::json::json;
use crate::present::sarif::model::{
    Configuration, Help, Location, LogicalLocation, PhysicalLocation, Region, Rule, SarifResult,
    Tags,
};
use crate::present::sarif::{artifact, log};
use crate::xml::LineColumn;

/// The name of our fingerprint with the version of how it is made.
const FINGERPRINT: &str = "conferry/merge/v1";

/// One thing to say at a place.
struct Remark {
    severity: Severity,
    /// A path with `/`, and where in it.
    at: Option<(String, Place)>,
    code: String,
    title: &'static str,
    message: String,
    address: String,
}

impl Report {
    /// For the log of GitHub Actions.
    #[must_use]
    pub fn github(&self) -> String {
        self.annotated(annotation::github)
    }

    /// For the log of Azure Pipelines.
    #[must_use]
    pub fn azure(&self) -> String {
        self.annotated(annotation::azure)
    }

    /// As SARIF 2.1.0, for code scanning and its viewers.
    #[must_use]
    pub fn sarif(&self) -> String {
        let remarks = self.remarks();
        let mut rules: Vec<Rule> = Vec::new();
        let results = remarks
            .iter()
            .map(|remark| {
                let known = rules.iter().position(|rule| rule.id == remark.code);
                let rule_index = known.unwrap_or_else(|| {
                    rules.push(rule(remark));
                    rules.len() - 1
                });
                result(remark, rule_index)
            })
            .collect();
        json(&log("conferry/merge/", rules, results, Vec::new()))
    }

    fn annotated(&self, write: fn(&[Annotation<'_>]) -> String) -> String {
        let remarks = self.remarks();
        let all: Vec<Annotation<'_>> = remarks
            .iter()
            .map(|remark| Annotation {
                severity: remark.severity,
                at: remark.at.as_ref().map(|(file, place)| At {
                    file,
                    start: LineColumn {
                        line: place.line,
                        column: place.column,
                    },
                    end: None,
                }),
                code: &remark.code,
                title: remark.title.to_owned(),
                message: &remark.message,
            })
            .collect();
        write(&all)
    }

    /// Every conflict, everything that rests on an assumption, and what lint has about the result.
    fn remarks(&self) -> Vec<Remark> {
        let files = &self.files;
        let mut remarks: Vec<Remark> = Vec::new();
        for conflict in &self.conflicts {
            remarks.push(of_conflict(files, conflict));
        }
        for line in self.decisions.iter().filter(|line| line.assumed) {
            remarks.push(Remark {
                severity: Severity::Note,
                at: line.places.old.map(|place| (slashed(&files.old), place)),
                code: "assumed".to_owned(),
                title: "conferry merge: it rests on an assumption",
                message: format!("{}: {}", line.label, line.why),
                address: line.address.clone(),
            });
        }
        for found in self.lint.iter().flat_map(|lint| &lint.new) {
            let place = Place {
                line: found.line,
                column: 1,
            };
            remarks.push(Remark {
                severity: found.severity,
                at: Some((slashed(&files.output), place)),
                code: found.rule.to_string(),
                title: "conferry merge: a finding that only the result has",
                message: found.message.clone(),
                address: found.address.clone(),
            });
        }
        remarks
    }
}

/// Where the administrator's file has it; the others, where that file has it not.
fn of_conflict(files: &Files, conflict: &ConflictLine) -> Remark {
    let places = &conflict.places;
    let at = [
        (places.old, Some(&files.old)),
        (places.new, Some(&files.new)),
        (places.base, files.base.as_ref()),
    ];
    let at = at
        .into_iter()
        .find_map(|(place, file)| Some((slashed(file?), place?)));
    Remark {
        severity: Severity::Error,
        at,
        code: conflict.kind.to_owned(),
        title: "conferry merge: a conflict to decide",
        message: format!("{}: {}", conflict.label, conflict.meaning),
        address: conflict.address.clone(),
    }
}

fn slashed(path: &str) -> String {
    path.replace('\\', "/")
}

fn rule(remark: &Remark) -> Rule {
    Rule {
        id: remark.code.clone(),
        name: remark.code.clone(),
        short_description: remark.title.into(),
        full_description: remark.title.into(),
        help_uri: None,
        help: Help {
            text: format!("`conferry rules explain {}` says more.", remark.code),
            markdown: format!("`conferry rules explain {}` says more.", remark.code),
        },
        default_configuration: Configuration {
            level: remark.severity.name(),
        },
        properties: Tags {
            tags: vec!["merge".to_owned()],
        },
    }
}

fn result(remark: &Remark, rule_index: usize) -> SarifResult {
    let logical = (!remark.address.is_empty()).then(|| LogicalLocation {
        fully_qualified_name: remark.address.clone(),
        kind: "element",
    });
    let location = remark.at.as_ref().map(|(file, place)| Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: artifact(file),
            region: Some(Region {
                start_line: place.line,
                start_column: place.column,
                end_line: place.line,
                end_column: place.column,
            }),
        },
        logical_locations: logical.into_iter().collect(),
        message: None,
    });
    let what = format!("{}\0{}", remark.code, remark.address);
    SarifResult {
        rule_id: remark.code.clone(),
        rule_index,
        level: remark.severity.name(),
        message: remark.message.as_str().into(),
        locations: location.into_iter().collect(),
        related_locations: Vec::new(),
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, sha256(what.as_bytes()))]),
        suppressions: Vec::new(),
        fixes: Vec::new(),
    }
}
