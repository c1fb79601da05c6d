//! The report of one configuration that was merged as a whole.

use super::notes::{encrypted, notes};
use super::{About, Files, Judged, Report, Worked};
use crate::diff::risk::Linted;
use crate::merge::comment_account::CommentAccount;
use crate::merge::judged::Both;
use crate::merge::work::{Named, Work};
use crate::pack::Rules;
use crate::present::installer::InputLine;
use crate::present::redact::Redactor;
use crate::upgrade::record::{Counts, Lint};

impl Report {
    /// The report of a merge, with what there is to know about its files, rules and comments.
    #[must_use]
    pub fn of_work(work: &Work<'_>, warnings: &[String], show_secrets: bool) -> Self {
        let given = work.configuration;
        let mut redactor = Redactor::new(&work.inputs.rules.secrets, show_secrets);
        let worked = Worked {
            inputs: &work.inputs,
            merged: &work.merged,
            result: &work.finished.document,
            missing: &work.missing,
            offers: &work.offers,
            files: Files {
                base: given.base.as_ref().map(|base| base.name.clone()),
                old: given.old.name.clone(),
                new: given.new.name.clone(),
                output: given.output.clone(),
            },
        };
        let mut report = Self::of(worked, &mut redactor);
        let comments = CommentAccount::of(&work.inputs, &work.finished.document);
        report.add_comments(&comments, work.inputs.incoming, &mut redactor);
        report.warnings = warnings.to_vec();
        report.notes = notes(work, &mut redactor);
        report.not_looked_at = encrypted(work);
        report
    }

    /// The rules that settle the conflicts, as a pack: of each the first action that is offered.
    #[must_use]
    pub fn offered(&self) -> Option<String> {
        self.pack(|at| self.actions(at).first().copied())
    }

    /// Adds what was read and, if anything was, written, and what lint says of it. `inputs`: what was read
    /// out of installers.
    pub fn add_files(
        &mut self,
        work: &Work<'_>,
        written: Option<&[u8]>,
        linted: Option<&Both>,
        inputs: Vec<InputLine>,
    ) {
        let given = work.configuration;
        let (base, old, new) = (
            given.base.as_ref().map(Named::bytes),
            given.old.bytes(),
            given.new.bytes(),
        );
        let files = [
            ("base", base.as_deref()),
            ("old", Some(&*old)),
            ("new", Some(&*new)),
            ("result", written),
        ];
        let files: Vec<(&str, &[u8])> = (files.into_iter())
            .filter_map(|(role, bytes)| Some((role, bytes?)))
            .collect();
        let rules = work.inputs.rules;
        self.add_about(About::of(
            rules,
            &files,
            inputs,
            !work.merged.conflicts.is_empty(),
        ));
        if let Some(both) = linted {
            self.add_lint(Judged::of_both(rules, both));
        }
    }
}

impl Judged {
    /// What both runs say.
    #[must_use]
    pub fn of_both(rules: &Rules, both: &Both) -> Self {
        let linted = |(estate, report)| Linted {
            estate,
            report,
            subject: 0,
        };
        let ((old, of_old), (result, of_result)) = (&both.old, &both.result);
        Self::of(rules, linted((old, of_old)), linted((result, of_result)))
    }
}

/// What other reports take over.
impl Report {
    /// The addresses of the conflicts, secrets masked.
    #[must_use]
    pub fn conflict_addresses(&self) -> Vec<String> {
        self.conflicts
            .iter()
            .map(|line| line.address.clone())
            .collect()
    }

    /// How many decisions rest on a documented default instead of a base file.
    #[must_use]
    pub fn assumed(&self) -> usize {
        self.verdict.assumed
    }

    /// What lint says before and after.
    #[must_use]
    pub fn lint_counts(&self) -> Option<Lint> {
        let lint = self.lint.as_ref()?;
        let counts = |found: &super::judged::Findings| Counts {
            errors: found.errors,
            warnings: found.warnings,
            notes: found.notes,
        };
        Some(Lint {
            old: counts(&lint.old),
            result: counts(&lint.result),
            new: lint
                .new
                .iter()
                .map(super::judged::Found::sentence)
                .collect(),
        })
    }
}
