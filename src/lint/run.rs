//! A run: every active rule over every file, suppressions taken out.

use std::collections::HashSet;

use rayon::prelude::*;

use super::check::{Check, Shared};
use super::declared;
use super::estate::Estate;
use super::finding::{Finding, Place};
use super::native::{self, Scope};
use super::selection::Selection;
use super::subject::Subject;
use super::suppress::{Suppression, suppressions};
use crate::pack::Rules;
use crate::pack::lint::{Check as Looks, LintRule};
use crate::pack::native::Native;

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
    /// What comments in the files suppress, in the same order.
    pub suppressed: Vec<Finding>,
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
        let mut report = Report::default();
        for (at, subject) in estate.subjects.iter().enumerate() {
            self.split(at, subject, &mut findings, &mut report);
        }
        report.findings.append(&mut findings);
        for list in [&mut report.findings, &mut report.suppressed] {
            list.sort_by_key(order);
        }
        report
    }

    fn active(&self) -> impl Iterator<Item = (usize, &LintRule)> {
        let rules = self.rules.lints.iter().enumerate();
        rules.filter(|(at, _)| self.selection.has(*at))
    }

    fn look_at_file(&self, estate: &Estate, at: usize) -> Vec<Finding> {
        let subject = &estate.subjects[at];
        let mut findings = Vec::new();
        let shared = Shared::default();
        for (rule_at, rule) in self.active() {
            if !concerns(rule, subject) {
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
                Looks::Native(native) if native::scope(*native) == Scope::File => {
                    native::run(*native, &mut check);
                }
                Looks::Native(_) => {}
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
        for (rule_at, rule) in self.active() {
            if let Looks::Native(native) = rule.check
                && native::scope(native) == Scope::Estate
            {
                let mut check = Check {
                    rules: self.rules,
                    estate,
                    at: 0,
                    rule_at,
                    findings: &mut findings,
                    shared: &shared,
                };
                native::run(native, &mut check);
            }
        }
        findings
    }

    /// Takes out of `findings` what comments of file `at` suppress, and notes
    /// comments that suppress nothing.
    fn split(
        &self,
        at: usize,
        subject: &Subject,
        findings: &mut Vec<Finding>,
        report: &mut Report,
    ) {
        let Some(document) = subject.document() else {
            return;
        };
        let suppressions = suppressions(document, self.rules);
        if suppressions.is_empty() {
            return;
        }
        // By suppression and item of its list.
        let mut used: HashSet<(usize, usize)> = HashSet::new();
        let mut kept = Vec::with_capacity(findings.len());
        for finding in findings.drain(..) {
            let hits: Vec<(usize, usize)> = match finding.place.subject == at {
                true => covering(&suppressions, &finding).collect(),
                false => Vec::new(),
            };
            match hits.is_empty() {
                true => kept.push(finding),
                false => {
                    used.extend(hits);
                    report.suppressed.push(finding);
                }
            }
        }
        *findings = kept;
        for (position, suppression) in suppressions.iter().enumerate() {
            for (item, (span, rules)) in suppression.rules.iter().enumerate() {
                let word = document.slice(*span);
                let place = Place {
                    subject: at,
                    span: *span,
                    address: String::new(),
                };
                if rules.is_empty() {
                    let message = format!("`{word}` is no rule, so this suppresses nothing");
                    findings.extend(self.own(Native::UnknownSuppression, place, message));
                } else if !used.contains(&(position, item))
                    && rules.iter().all(|rule| self.selection.has(*rule))
                {
                    let message = format!("nothing that {word} finds is suppressed here");
                    findings.extend(self.own(Native::UnusedSuppression, place, message));
                }
            }
        }
    }

    /// A finding of the run itself, if a pack has a rule for it and it is active.
    pub fn own(&self, native: Native, place: Place, message: String) -> Option<Finding> {
        let is_this = |rule: &LintRule| matches!(rule.check, Looks::Native(of) if of == native);
        let (rule, found) = self.active().find(|(_, rule)| is_this(rule))?;
        Some(Finding {
            rule,
            severity: found.severity,
            message,
            place,
            related: Vec::new(),
            fix: None,
        })
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

/// The suppressions that cover `finding`, with the item of their list that names its rule.
fn covering<'s>(
    suppressions: &'s [Suppression],
    finding: &'s Finding,
) -> impl Iterator<Item = (usize, usize)> + 's {
    suppressions
        .iter()
        .enumerate()
        .filter(|(_, suppression)| {
            let at = finding.place.span.start;
            suppression.covers.start <= at && at < suppression.covers.end
        })
        .flat_map(|(position, suppression)| {
            let items = suppression.rules.iter().enumerate();
            items
                .filter(|(_, (_, rules))| rules.contains(&finding.rule))
                .map(move |(item, _)| (position, item))
        })
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
