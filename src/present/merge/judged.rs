//! What lint says of the old file and of the result.

use schemars::JsonSchema;
use serde::Serialize;

use crate::diff::risk::{Linted, risks};
use crate::pack::Rules;
use crate::pack::lint::Severity;
use crate::pack::rules::RuleId;

/// Both runs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Judged {
    /// How many findings the old file has.
    pub(super) old: Findings,
    /// How many the result has.
    pub(super) result: Findings,
    /// Those that only the result has, the most serious first.
    pub(super) new: Vec<Found>,
    /// How many only the old file has.
    pub(super) gone: usize,
}

/// How many findings of each severity.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub(super) struct Findings {
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) notes: usize,
}

/// A finding about the result.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Found {
    /// Id of the rule.
    pub(super) rule: RuleId,
    /// How bad it is.
    pub(super) severity: Severity,
    /// What is wrong; secrets masked.
    pub(super) message: String,
    /// Line of the result, from 1.
    pub(super) line: usize,
    /// XPath of the place; empty where it is none of the document.
    pub(super) address: String,
}

impl Found {
    /// Whether it is about what is at an address, or about what holds or is held by that.
    pub(super) fn concerns(&self, address: &str) -> bool {
        let is_in = |inner: &str, outer: &str| {
            inner
                .strip_prefix(outer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let element = match address.rsplit_once('/') {
            Some((element, leaf)) if leaf.starts_with('@') || leaf == "text()" => element,
            _ => address,
        };
        // What is wrong with a whole section is not the doing of each of its settings.
        let is_narrow = self.address.matches('/').count() > 2;
        !self.address.is_empty()
            && (is_in(&self.address, element) || is_narrow && is_in(address, &self.address))
    }

    /// The finding in one line.
    pub(super) fn sentence(&self) -> String {
        let (severity, rule) = (self.severity.name(), &self.rule);
        format!("{severity} {rule}: {}", self.message)
    }
}

impl Judged {
    /// Compares what was found in the old file with what was found in the result.
    #[must_use]
    pub fn of(rules: &Rules, old: Linted<'_>, result: Linted<'_>) -> Self {
        let risks = risks(&[], old, result);
        Self {
            old: Findings::of(old),
            result: Findings::of(result),
            new: (risks.new.iter())
                .map(|risk| Found {
                    rule: rules.lints[risk.finding.rule].provenance.id.clone(),
                    severity: risk.finding.severity,
                    message: risk.finding.message.clone(),
                    line: risk.line,
                    address: risk.finding.place.address.clone(),
                })
                .collect(),
            gone: risks.gone.len(),
        }
    }

    /// Both runs in one line.
    pub(super) fn line(&self) -> String {
        format!(
            "Lint: the old file has {}, the result has {}; {} new, {} gone",
            self.old.words(),
            self.result.words(),
            self.new.len(),
            self.gone
        )
    }
}

impl Findings {
    fn of(linted: Linted<'_>) -> Self {
        let mut counts = Self::default();
        let findings = linted.report.findings.iter();
        for finding in findings.filter(|finding| finding.place.subject == linted.subject) {
            *match finding.severity {
                Severity::Error => &mut counts.errors,
                Severity::Warning => &mut counts.warnings,
                Severity::Note => &mut counts.notes,
            } += 1;
        }
        counts
    }

    fn words(self) -> String {
        use crate::present::count::number;
        format!(
            "{}, {} and {}",
            number(self.errors, "error"),
            number(self.warnings, "warning"),
            number(self.notes, "note")
        )
    }
}
