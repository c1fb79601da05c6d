//! A run: every active rule over every file, suppressions taken out.

use rayon::prelude::*;

use super::check::{Check, Shared};
use super::checks;
use super::declared;
use super::estate::Estate;
use super::finding::Finding;
use super::selection::Selection;
use super::subject::Subject;
use crate::pack::Rules;
use crate::pack::checks::Scope;
use crate::pack::lint::{Check as Looks, LintRule};

/// Runs rules over files.
#[derive(Clone, Copy, Debug)]
pub struct Linter<'r> {
    /// The rules.
    pub rules: &'r Rules,
    /// Which of them run.
    pub selection: &'r Selection,
}

/// What a run found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Findings by file, place and rule.
    pub findings: Vec<Finding>,
    /// What comments in files and overrides in conferry.toml suppress, in the same order.
    pub suppressed: Vec<Suppressed>,
}

/// A finding that is not reported, and who says so.
#[derive(Clone, Debug)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// All that suppress it; at least one.
    pub by: Vec<SuppressedBy>,
}

/// Who suppresses a finding, with the reason that is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SuppressedBy {
    /// A comment in its file.
    Comment(String),
    /// An override in the conferry.toml that counts for its file.
    Override(String),
}

impl Linter<'_> {
    /// Looks at all files.
    #[must_use]
    pub fn run(&self, estate: &Estate) -> Report {
        let mut findings: Vec<Finding> = (0..estate.subjects.len())
            .into_par_iter()
            .flat_map_iter(|at| self.look_at_file(estate, at))
            .collect();
        findings.extend(self.look_across(estate));
        // A rule across files may have found something in a file for which it does not run.
        findings.retain(|finding| {
            let subject = &estate.subjects[finding.place.subject];
            self.selection.has_for(subject, finding.rule)
        });
        let mut report = self.silence(estate, findings);
        let suppressed = report.suppressed.iter_mut();
        let suppressed = suppressed.map(|suppressed| &mut suppressed.finding);
        for finding in report.findings.iter_mut().chain(suppressed) {
            let label = &estate.subjects[finding.place.subject].label;
            let said = self.selection.policies().severity(label, finding.rule);
            finding.severity = said.unwrap_or(finding.severity);
        }
        report.findings.sort_by_key(order);
        (report.suppressed).sort_by_key(|suppressed| order(&suppressed.finding));
        report
    }

    fn look_at_file(&self, estate: &Estate, at: usize) -> Vec<Finding> {
        let subject = &estate.subjects[at];
        let mut findings = Vec::new();
        if subject.is_settings {
            return findings;
        }
        let shared = Shared::default();
        let runs = self.selection.of(subject);
        for (rule_at, rule) in self.rules.lints.iter().enumerate() {
            if !concerns(rule, subject) || !runs(rule_at) {
                continue;
            }
            let mut check = Check {
                rules: self.rules,
                estate,
                at,
                rule_at,
                findings: &mut findings,
                shared: &shared,
            };
            match &rule.check {
                Looks::Declared(declared) => declared::run(declared, &mut check),
                Looks::Registered(registered) if registered.kind.scope() == Scope::File => {
                    checks::run(&registered.kind, &mut check);
                }
                Looks::Registered(_) => {}
            }
        }
        findings
    }

    fn look_across(&self, estate: &Estate) -> Vec<Finding> {
        let mut findings = Vec::new();
        let shared = Shared::default();
        if estate.subjects.is_empty() {
            return findings;
        }
        for (rule_at, rule) in self.rules.lints.iter().enumerate() {
            if let Looks::Registered(registered) = &rule.check
                && self.selection.has_anywhere(rule_at)
                && registered.kind.scope() == Scope::Estate
            {
                let mut check = Check {
                    rules: self.rules,
                    estate,
                    at: 0,
                    rule_at,
                    findings: &mut findings,
                    shared: &shared,
                };
                checks::run(&registered.kind, &mut check);
            }
        }
        findings
    }
}

/// Whether a rule looks at this file.
fn concerns(rule: &LintRule, subject: &Subject) -> bool {
    if subject.is_transform && !rule.transforms {
        return false;
    }
    rule.components.is_empty()
        || subject
            .component
            .as_ref()
            .is_some_and(|component| rule.components.contains(component))
}

fn order(finding: &Finding) -> (usize, u32, usize, u32) {
    let place = &finding.place;
    (
        place.subject,
        place.span.start,
        finding.rule,
        place.span.end,
    )
}
