//! Findings with their places resolved: what every format prints.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::secrets::SecretTable;
use crate::error::{Excerpt, Failure};
use crate::io::relative;
use crate::lint::baseline::Known;
use crate::lint::fingerprint::Fingerprints;
use crate::lint::settings::Policies;
use crate::lint::{Estate, Finding, Place, Report};
use crate::pack::Rules;
use crate::pack::lint::{Applicability, LintRule, Severity};
use crate::present::excerpt::{excerpt_of_broken, excerpt_on, shown_of};
use crate::xml::{LineColumn, Lines, Span};

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
    /// What a baseline took out.
    pub baseline: Option<Known>,
    /// What conferry.toml files say, if any were looked for.
    pub policies: Option<&'a Policies>,
    files: Vec<File<'a>>,
    fingerprints: Fingerprints<'a>,
    folder: Option<PathBuf>,
    paths: OnceCell<Vec<String>>,
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

/// The file and the line of a failure that is about a line.
pub(super) fn place(view: &View<'_>, failure: &Failure) -> Option<(String, usize)> {
    let line = failure.excerpt.as_ref()?.first_line;
    Some((view.path_of(failure.file.as_deref()?), line))
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
            baseline: None,
            policies: None,
            files: estate.subjects.iter().map(|_| File::default()).collect(),
            fingerprints: Fingerprints::new(rules, estate),
            folder: None,
            paths: OnceCell::new(),
        }
    }

    /// The same with paths as seen from `folder`, which is absolute.
    #[must_use]
    pub fn seen_from(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// The path of any file, as [`Self::path`] gives it.
    #[must_use]
    pub fn path_of(&self, label: &str) -> String {
        match &self.folder {
            Some(folder) => relative::seen_from(folder, Path::new(label)),
            None => label.to_owned(),
        }
    }

    /// The same with what a baseline took out.
    #[must_use]
    pub fn after_baseline(mut self, known: Option<Known>) -> Self {
        self.baseline = known;
        self
    }

    /// The same with what conferry.toml files say.
    #[must_use]
    pub fn under(mut self, policies: &'a Policies) -> Self {
        self.policies = Some(policies);
        self
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

    /// The path of a file for other programs, with `/`: as seen from the folder of
    /// [`Self::seen_from`], whole if it lies elsewhere.
    #[must_use]
    pub fn path(&self, subject: usize) -> &str {
        let paths = self.paths.get_or_init(|| {
            let subjects = self.estate.subjects.iter();
            subjects.map(|file| self.path_of(&file.label)).collect()
        });
        &paths[subject]
    }

    /// One fingerprint for each finding and then for each suppressed one, no two alike.
    #[must_use]
    pub fn fingerprints(&self) -> Vec<String> {
        let suppressed = self.report.suppressed.iter();
        let suppressed = suppressed.map(|suppressed| &suppressed.finding);
        let all = self.report.findings.iter().chain(suppressed);
        self.fingerprints.distinct(all, |at| self.path(at))
    }

    /// Where a place begins and ends; the end is the place behind its last character.
    #[must_use]
    pub fn region(&self, place: &Place) -> (LineColumn, LineColumn) {
        let lines = self.lines(place.subject);
        (lines.place(place.span.start), lines.place(place.span.end))
    }

    /// The lines of a file.
    #[must_use]
    pub fn lines(&self, subject: usize) -> &Lines<'a> {
        self.files[subject].lines.get_or_init(|| {
            let source = self.estate.subjects[subject].source();
            Lines::of(source.map_or("", |source| source.text()))
        })
    }

    /// The secrets of a file, in order; none if it is no document.
    #[must_use]
    pub fn secrets_of(&self, subject: usize) -> &[Span] {
        self.fingerprints.secrets(subject)
    }

    /// The line of a place with its secrets masked; none if it is blank or cannot be shown safely.
    #[must_use]
    pub fn excerpt(&self, place: &Place, note: &str) -> Option<Excerpt> {
        let subject = &self.estate.subjects[place.subject];
        let text = subject.source()?.text();
        match subject.document() {
            None => excerpt_of_broken(text, place.span, &self.rules.secrets, note),
            Some(document) => {
                // Not the whole line: a minified file is one, and each finding would look through it.
                let shown = shown_of(text, place.span);
                let secrets = match self.show_secrets {
                    true => Vec::new(),
                    false => {
                        let table = &self.rules.secrets;
                        table.spans_near(&self.rules.identities, document, shown)
                    }
                };
                let line = self.lines(place.subject).place(place.span.start).line;
                let excerpt = excerpt_on(line, text, place.span, &secrets, note);
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
            let subject = finding.place.subject;
            if last != Some(subject) {
                counts.files += usize::from(!self.estate.subjects[subject].is_settings);
                last = Some(subject);
            }
        }
        counts
    }

    /// How often each rule found something, most often first: its position, how bad that is here,
    /// and the number.
    #[must_use]
    pub fn statistics(&self) -> Vec<(usize, Severity, usize)> {
        let mut counts: BTreeMap<(usize, Severity), usize> = BTreeMap::new();
        for finding in &self.report.findings {
            let key = (finding.rule, finding.severity);
            *counts.entry(key).or_default() += 1;
        }
        let rows = counts.into_iter();
        let mut rows: Vec<_> = rows
            .map(|((rule, severity), count)| (rule, severity, count))
            .collect();
        rows.sort_by_key(|(rule, severity, count)| (usize::MAX - count, *rule, *severity));
        rows
    }

    /// The rules that found something, most often first.
    #[must_use]
    pub fn rules_found(&self) -> Vec<usize> {
        let mut rules: Vec<usize> = Vec::new();
        for (rule, ..) in self.statistics() {
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        rules
    }
}
