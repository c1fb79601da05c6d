//! Findings with their places resolved: what every format prints.

use std::cell::OnceCell;

use crate::config::secrets::SecretTable;
use crate::error::Excerpt;
use crate::lint::{Estate, Finding, Place, Report};
use crate::pack::Rules;
use crate::pack::lint::{Applicability, LintRule, Severity};
use crate::present::excerpt::{excerpt_for, excerpt_of_broken, line_of};
use crate::xml::{LineColumn, Lines};

/// A run and what belongs to it.
pub struct View<'a> {
    /// The rules.
    pub rules: &'a Rules,
    /// The files.
    pub estate: &'a Estate,
    /// What was found.
    pub report: &'a Report,
    /// Whether secrets are shown in excerpts (`--show-secrets`).
    pub show_secrets: bool,
    files: Vec<File<'a>>,
}

/// What is computed once per file, when it is first needed.
#[derive(Default)]
struct File<'a> {
    lines: OnceCell<Lines<'a>>,
}

/// How many findings there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
    /// Findings that `--fix` would cure.
    pub fixable: usize,
    /// Findings that `--unsafe-fixes` would cure as well.
    pub unsafe_fixable: usize,
    /// Files with findings.
    pub files: usize,
}

impl<'a> View<'a> {
    /// A view of `report`.
    #[must_use]
    pub fn new(
        rules: &'a Rules,
        estate: &'a Estate,
        report: &'a Report,
        show_secrets: bool,
    ) -> Self {
        Self {
            rules,
            estate,
            report,
            show_secrets,
            files: estate.subjects.iter().map(|_| File::default()).collect(),
        }
    }

    /// The rule of a finding.
    #[must_use]
    pub fn rule(&self, finding: &Finding) -> &'a LintRule {
        &self.rules.lints[finding.rule]
    }

    /// The file of a place, as the user named it.
    #[must_use]
    pub fn file(&self, place: &Place) -> &'a str {
        &self.estate.subjects[place.subject].label
    }

    /// Where a place begins and ends; the end is the place behind its last character.
    #[must_use]
    pub fn region(&self, place: &Place) -> (LineColumn, LineColumn) {
        let lines = self.files[place.subject].lines.get_or_init(|| {
            let source = self.estate.subjects[place.subject].source();
            Lines::of(source.map_or("", |source| source.text()))
        });
        (lines.place(place.span.start), lines.place(place.span.end))
    }

    /// The line of a place with its secrets masked; none if it is blank or cannot be shown safely.
    #[must_use]
    pub fn excerpt(&self, place: &Place, note: &str) -> Option<Excerpt> {
        let subject = &self.estate.subjects[place.subject];
        let text = subject.source()?.text();
        match subject.document() {
            None => excerpt_of_broken(text, place.span, &self.rules.secrets, note),
            Some(document) => {
                let line = line_of(text, place.span);
                let secrets = match self.show_secrets {
                    true => Vec::new(),
                    false => {
                        let table = &self.rules.secrets;
                        table.spans_near(&self.rules.identities, document, line)
                    }
                };
                let excerpt = excerpt_for(text, place.span, &secrets, note);
                (!excerpt.text.trim().is_empty()).then_some(excerpt)
            }
        }
    }

    /// What to do about a finding: the advice of its rule.
    #[must_use]
    pub fn advice(&self, finding: &Finding) -> &'a str {
        &self.rule(finding).advice
    }

    /// Where the source of a rule can be read.
    #[must_use]
    pub fn link(&self, rule: &LintRule) -> Option<&'a str> {
        let mut sources = rule.provenance.source.split(", ");
        sources.find_map(|source| self.rules.links.get(source).map(String::as_str))
    }

    /// What must not be shown.
    #[must_use]
    pub fn secrets(&self) -> &'a SecretTable {
        &self.rules.secrets
    }

    /// How many findings there are of each kind.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        let mut last = None;
        for finding in &self.report.findings {
            match finding.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Note => counts.notes += 1,
            }
            match finding.fix.as_ref().map(|fix| fix.applicability) {
                Some(Applicability::Safe) => counts.fixable += 1,
                Some(Applicability::Unsafe) => counts.unsafe_fixable += 1,
                _ => {}
            }
            if last != Some(finding.place.subject) {
                counts.files += 1;
                last = Some(finding.place.subject);
            }
        }
        counts
    }
}
