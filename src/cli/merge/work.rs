//! One run of the engine, with all that is said and written of it.

use std::borrow::Cow;

use super::notes::{encrypted, notes};
use super::{Job, MergeArgs, OnConflict};
use crate::error::Failure;
use crate::merge::comment_account::CommentAccount;
use crate::merge::finish::{FinishError, Finished, Settle, finish, missing_required};
use crate::merge::markers::{Markers, Style, conflicted_text};
use crate::merge::offers::{Offer, offers};
use crate::merge::renaming::{Renaming, rename};
use crate::merge::{Inputs, Merged, Missing, Mode, RewriteValue, merge};
use crate::present::merge::{Report, Worked};
use crate::present::redact::Redactor;

/// A merge with all that its report needs.
pub(super) struct Work<'p> {
    pub(super) inputs: Inputs<'p>,
    pub(super) merged: Merged,
    pub(super) finished: Finished,
    pub(super) missing: Vec<Missing>,
    offers: Vec<Offer>,
    job: &'p Job,
    renaming: &'p Renaming<'p>,
}

/// Renames the keys of the old file and of the base that the new version calls otherwise.
///
/// # Errors
/// A rule that breaks the file, which is a fault of conferry.
pub(super) fn renaming<'j>(job: &'j Job, args: &MergeArgs) -> Result<Renaming<'j>, Failure> {
    rename(&job.old, job.base.as_ref(), &job.rules).map_err(|error| {
        Failure::new(error.to_string())
            .in_file(args.old.display())
            .help("Nothing was written. Please report this: it is a fault of conferry.")
    })
}

impl<'p> Work<'p> {
    pub(super) fn of(
        job: &'p Job,
        renaming: &'p Renaming<'p>,
        rewrite: RewriteValue<'p>,
        args: &MergeArgs,
    ) -> Result<Self, Failure> {
        let inputs = Inputs {
            base: renaming.base.as_deref(),
            incoming: &renaming.old,
            carrier: &job.new,
            mode: Mode::Upgrade,
            rules: &job.rules,
            rewrite: Some(rewrite),
            joins_renamed: false,
            reports: true,
        };
        let merged = merge(inputs).map_err(|error| {
            Failure::new(error.to_string())
                .in_file(args.old.display())
                .help("Nothing was written. Check that --old and --new are the same kind of file.")
        })?;
        let settle = match args.conflicts {
            Some(OnConflict::Old) => Settle::Incoming,
            _ => Settle::Carrier,
        };
        let finished =
            finish(&inputs, &merged, settle).map_err(|error| unfinished(&error, args))?;
        let missing = missing_required(&inputs, &finished.document);
        Ok(Self {
            offers: offers(&inputs, &merged, &missing),
            inputs,
            merged,
            finished,
            missing,
            job,
            renaming,
        })
    }

    pub(super) fn report(&self, show_secrets: bool) -> Report {
        let mut redactor = Redactor::new(&self.inputs.rules.secrets, show_secrets);
        let worked = Worked {
            inputs: &self.inputs,
            merged: &self.merged,
            result: &self.finished.document,
            missing: &self.missing,
            offers: &self.offers,
            files: self.job.files.clone(),
        };
        let mut report = Report::of(worked, &mut redactor);
        let comments = CommentAccount::of(&self.inputs, &self.finished.document);
        report.add_comments(&comments, self.inputs.incoming, &mut redactor);
        report.warnings.clone_from(&self.job.warnings);
        report.notes = notes(self, &self.job.old, self.renaming, &mut redactor);
        report.not_looked_at = encrypted(self);
        report
    }

    /// The rules that settle the conflicts, as a pack, if they are wanted.
    pub(super) fn offered(&self, args: &MergeArgs) -> Option<String> {
        args.write_rules.as_ref()?;
        let report = self.report(false);
        report.pack(|at| report.actions(at).first().copied())
    }

    /// What is written, unless conflicts forbid it.
    ///
    /// # Errors
    /// When the conflicts cannot be written between markers.
    pub(super) fn result(
        &self,
        args: &MergeArgs,
        conflicts: usize,
    ) -> Result<Option<Cow<'_, [u8]>>, Failure> {
        if conflicts == 0 {
            return Ok(Some(Cow::Borrowed(&self.finished.bytes)));
        }
        Ok(match args.conflicts {
            None => None,
            Some(OnConflict::Old | OnConflict::New) => Some(Cow::Borrowed(&self.finished.bytes)),
            Some(OnConflict::Markers) => {
                let text = conflicted_text(
                    &self.inputs,
                    &self.merged,
                    &Markers {
                        style: Style::Diff3,
                        size: 7,
                        carrier: "new".to_owned(),
                        base: "base".to_owned(),
                        incoming: "old".to_owned(),
                    },
                )
                .map_err(|error| unfinished(&error, args))?;
                let source = self.merged.carrier(&self.inputs).source();
                Some(Cow::Owned(source.bytes_with(text)))
            }
        })
    }
}

fn unfinished(error: &FinishError, args: &MergeArgs) -> Failure {
    let help = match error {
        FinishError::Refused { .. } => {
            "Nothing was written. Settle the conflicts near this place by rules, or merge it by hand."
        }
        _ => "Nothing was written. Please report this: it is a fault of conferry.",
    };
    Failure::new(error.to_string())
        .in_file(args.output.display())
        .help(help)
}
