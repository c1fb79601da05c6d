//! Takes out of a run what comments in files and overrides in conferry.toml
//! suppress, and notes those that suppress nothing.

use std::collections::HashSet;

use super::estate::Estate;
use super::finding::{Finding, Place};
use super::run::{Linter, Report, Suppressed, SuppressedBy};
use super::settings::Policies;
use super::subject::Subject;
use super::suppress::{Suppression, suppressions};
use crate::pack::checks::{Kind, Scope};
use crate::pack::lint::Check as Looks;
use crate::xml::Span;

impl Linter<'_> {
    /// `findings` divided into those that stay and those that are suppressed; what is wrong
    /// with the suppressions themselves is added.
    pub(super) fn silence(&self, estate: &Estate, findings: Vec<Finding>) -> Report {
        let mut by_file: Vec<Vec<Finding>> = estate.subjects.iter().map(|_| Vec::new()).collect();
        for finding in findings {
            by_file[finding.place.subject].push(finding);
        }
        let mut report = Report::default();
        for (at, findings) in by_file.into_iter().enumerate() {
            self.by_comments(estate, at, findings, &mut report);
        }
        self.by_overrides(estate, &mut report);
        report
    }

    fn by_comments(&self, estate: &Estate, at: usize, findings: Vec<Finding>, report: &mut Report) {
        let subject = &estate.subjects[at];
        let document = subject.document();
        let suppressions =
            document.map_or_else(Vec::new, |document| suppressions(document, self.rules));
        // By suppression and item of its list.
        let mut used: HashSet<(usize, usize)> = HashSet::new();
        for finding in findings {
            let hits: Vec<(usize, usize)> = covering(&suppressions, &finding).collect();
            match hits.is_empty() {
                true => report.findings.push(finding),
                false => report.suppressed.push(Suppressed {
                    finding,
                    by: by_comments(&suppressions, &hits),
                }),
            }
            used.extend(hits);
        }
        for (position, suppression) in suppressions.iter().enumerate() {
            let place = |span| Place {
                subject: at,
                span,
                address: String::new(),
            };
            let mut add = |kind, span, message: String| {
                report
                    .findings
                    .extend(self.own(&kind, subject, place(span), message));
            };
            if suppression.rules.is_empty() {
                let message = "no rule is named, so this suppresses nothing".to_owned();
                add(Kind::UnknownSuppression, suppression.word, message);
            } else if suppression.reason.is_empty() {
                let message = "it is not said why this is suppressed".to_owned();
                add(Kind::SuppressionWithoutReason, suppression.word, message);
            }
            for (item, (span, rules)) in suppression.rules.iter().enumerate() {
                let word = document.map_or("", |document| document.slice(*span));
                if rules.is_empty() {
                    let message = format!("`{word}` is no rule, so this suppresses nothing");
                    add(Kind::UnknownSuppression, *span, message);
                } else if suppression.covers.is_empty() {
                    let message =
                        "no element follows this comment, so it suppresses nothing".to_owned();
                    add(Kind::UnusedSuppression, *span, message);
                } else if !used.contains(&(position, item))
                    && self.would_be_found(estate, subject, rules)
                {
                    let message = format!("nothing that {word} finds is suppressed here");
                    add(Kind::UnusedSuppression, *span, message);
                }
            }
        }
    }

    /// Suppresses what overrides ignore, and notes those that ignore nothing in
    /// a run over files that they are about.
    fn by_overrides(&self, estate: &Estate, report: &mut Report) {
        let policies = self.selection.policies();
        // By conferry.toml, override and item of its list.
        let mut used: HashSet<(usize, usize, usize)> = HashSet::new();
        let ignoring = |finding: &Finding| -> Vec<(usize, usize, usize)> {
            let label = &estate.subjects[finding.place.subject].label;
            policies.ignoring(label, finding.rule).collect()
        };
        // What a comment suppresses already makes an override no less needed.
        for suppressed in &mut report.suppressed {
            let hits = ignoring(&suppressed.finding);
            suppressed.by.extend(by_overrides(policies, &hits));
            used.extend(hits);
        }
        for finding in std::mem::take(&mut report.findings) {
            let hits = ignoring(&finding);
            match hits.is_empty() {
                true => report.findings.push(finding),
                false => report.suppressed.push(Suppressed {
                    finding,
                    by: by_overrides(policies, &hits),
                }),
            }
            used.extend(hits);
        }
        for (at, policy) in policies.all.iter().enumerate() {
            for (row, one) in policy.overrides.iter().enumerate() {
                let about: Vec<&Subject> = (estate.subjects.iter())
                    .filter(|subject| !subject.is_settings)
                    .filter(|subject| {
                        policies.of(&subject.label).is_some_and(|(_, assigned)| {
                            assigned.policy == at && assigned.overrides.contains(&row)
                        })
                    })
                    .collect();
                for (item, (span, rules)) in one.ignore.iter().enumerate() {
                    let is_unused = !used.contains(&(at, row, item))
                        && (about.iter())
                            .any(|subject| self.would_be_found(estate, subject, rules));
                    if is_unused {
                        report
                            .findings
                            .extend(self.unused_override(estate, &policy.label, *span));
                    }
                }
            }
        }
    }

    fn unused_override(&self, estate: &Estate, label: &str, span: Span) -> Option<Finding> {
        let mut subjects = estate.subjects.iter().enumerate();
        let (subject, settings) = subjects.find(|(_, subject)| subject.label == label)?;
        let text = settings.source()?.text();
        let word = text.get(span.range())?.trim_matches(['"', '\'']);
        let message = format!("nothing that {word} finds is suppressed in these files");
        let place = Place {
            subject,
            span,
            address: String::new(),
        };
        self.own(&Kind::UnusedOverride, settings, place, message)
    }

    /// Whether these rules were run on this file and saw all that they look at: a rule across
    /// files finds nothing in a file that is looked at alone.
    fn would_be_found(&self, estate: &Estate, subject: &Subject, rules: &[usize]) -> bool {
        let is_alone = estate.looked_at() < 2;
        rules.iter().all(|rule| {
            let looks_across = match &self.rules.lints[*rule].check {
                Looks::Registered(check) => check.kind.scope() == Scope::Estate,
                Looks::Declared(_) => false,
            };
            self.selection.has_for(subject, *rule) && !(is_alone && looks_across)
        })
    }

    /// A finding of the run itself, if a pack has a rule for it and it runs on this file.
    fn own(
        &self,
        kind: &Kind,
        subject: &Subject,
        place: Place,
        message: String,
    ) -> Option<Finding> {
        let mut rules = self.rules.lints.iter().enumerate();
        let (rule, found) = rules.find(|(at, rule)| {
            matches!(&rule.check, Looks::Registered(of) if of.kind.name() == kind.name())
                && self.selection.has_for(subject, *at)
        })?;
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

fn by_comments(suppressions: &[Suppression], hits: &[(usize, usize)]) -> Vec<SuppressedBy> {
    let mut comments: Vec<usize> = hits.iter().map(|(comment, _)| *comment).collect();
    comments.dedup();
    let reasons = comments.into_iter().map(|at| &suppressions[at].reason);
    reasons.cloned().map(SuppressedBy::Comment).collect()
}

fn by_overrides(policies: &Policies, hits: &[(usize, usize, usize)]) -> Vec<SuppressedBy> {
    let mut rows: Vec<(usize, usize)> = hits.iter().map(|(at, row, _)| (*at, *row)).collect();
    rows.dedup();
    let reasons = rows
        .into_iter()
        .map(|(at, row)| policies.all[at].overrides[row].reason());
    reasons
        .map(str::to_owned)
        .map(SuppressedBy::Override)
        .collect()
}

/// The suppressions of `finding`, with the item of their list that names its rule.
fn covering<'s>(
    suppressions: &'s [Suppression],
    finding: &'s Finding,
) -> impl Iterator<Item = (usize, usize)> + 's {
    suppressions.iter().enumerate().flat_map(|(at, one)| {
        let items = one.items_for(finding);
        items.map(move |item| (at, item))
    })
}
