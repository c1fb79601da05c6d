//! One configuration merged as a whole: keys renamed, decisions made, the result proven, rules offered.
//!
//! What `conferry merge` does to three files and `conferry upgrade` to those of each server. Promises that
//! both make the same of the same files; nothing is read or written here.

use super::finish::{FinishError, Finished, Settle, finish, missing_required};
use super::offers::{Offer, offers};
use super::renaming::{Renaming, rename};
use super::suspicion::Given;
use super::{Inputs, Merged, Missing, Mode, RewriteValue, merge};
use crate::error::Failure;
use crate::pack::Rules;
use crate::rewrite::{Rewriter, rewrite_value};
use crate::xml::Document;

/// A file and how people know it.
#[derive(Debug)]
pub struct Named {
    /// How reports name it.
    pub name: String,
    /// The option it was given with: `--base`.
    pub option: &'static str,
    /// What is in it.
    pub document: Document,
}

impl Named {
    /// The bytes of the file.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.document.source().bytes_with(self.document.text())
    }
}

/// One configuration on all sides.
#[derive(Debug)]
pub struct Configuration {
    /// As the old version shipped it, if there is such a file.
    pub base: Option<Named>,
    /// The administrator's.
    pub old: Named,
    /// The newly installed one.
    pub new: Named,
    /// How people know the result.
    pub output: String,
}

impl Configuration {
    /// What was given, to ask whether it can be right.
    #[must_use]
    pub fn given(&self) -> Given<'_> {
        Given {
            base: self.base.as_ref().map(|base| &base.document),
            old: &self.old.document,
            new: &self.new.document,
        }
    }

    /// Merges, and lets `look` see all that came of it. `settle` says which half of each conflict the
    /// result has.
    ///
    /// # Errors
    /// When the files cannot be merged at all, or the result does not stand up to its checks.
    pub fn merged<T>(
        &self,
        rewriter: Rewriter<'_>,
        settle: Settle,
        look: impl FnOnce(&Work<'_>) -> T,
    ) -> Result<T, Failure> {
        let rules = rewriter.rules;
        let renaming = self.renaming(rules)?;
        let rewrite = |value: &str| rewrite_value(value, rewriter.directories, &rules.guards);
        let work = Work::of(self, &renaming, rules, &rewrite, settle)?;
        Ok(look(&work))
    }

    /// Renames the keys of the old file and of the base that the new version calls otherwise.
    fn renaming(&self, rules: &Rules) -> Result<Renaming<'_>, Failure> {
        let given = self.given();
        rename(given.old, given.base, rules).map_err(|error| {
            Failure::new(error.to_string())
                .in_file(&self.old.name)
                .help("Nothing was written. Please report this: it is a fault of conferry.")
        })
    }

    /// Why there is no result.
    #[must_use]
    pub fn unfinished(&self, error: &FinishError) -> Failure {
        let help = match error {
            FinishError::Refused { .. } => {
                "Nothing was written. Settle the conflicts near this place by rules, or merge it by hand."
            }
            _ => "Nothing was written. Please report this: it is a fault of conferry.",
        };
        Failure::new(error.to_string())
            .in_file(&self.output)
            .help(help)
    }
}

/// A merge with all that its report needs.
pub struct Work<'p> {
    /// What was merged, with its names.
    pub configuration: &'p Configuration,
    /// What the engine was given.
    pub inputs: Inputs<'p>,
    /// What it decided.
    pub merged: Merged,
    /// The proven result, with one side's half of each conflict.
    pub finished: Finished,
    /// Values that rules require and nobody has.
    pub missing: Vec<Missing>,
    /// The rules that settle the conflicts.
    pub offers: Vec<Offer>,
    /// What `rename` rules did.
    pub renaming: &'p Renaming<'p>,
}

impl<'p> Work<'p> {
    fn of(
        configuration: &'p Configuration,
        renaming: &'p Renaming<'p>,
        rules: &'p Rules,
        rewrite: RewriteValue<'p>,
        settle: Settle,
    ) -> Result<Self, Failure> {
        let inputs = Inputs {
            base: renaming.base.as_deref(),
            incoming: &renaming.old,
            carrier: &configuration.new.document,
            mode: Mode::Upgrade,
            rules,
            rewrite: Some(rewrite),
            joins_renamed: false,
            reports: true,
        };
        let merged = merge(inputs).map_err(|error| {
            Failure::new(error.to_string())
                .in_file(&configuration.old.name)
                .help("Nothing was written. Check that --old and --new are the same kind of file.")
        })?;
        let finished =
            finish(&inputs, &merged, settle).map_err(|error| configuration.unfinished(&error))?;
        let missing = missing_required(&inputs, &finished.document);
        Ok(Self {
            offers: offers(&inputs, &merged, &missing),
            configuration,
            inputs,
            merged,
            finished,
            missing,
            renaming,
        })
    }

    /// How many conflicts are left.
    #[must_use]
    pub fn conflicts(&self) -> usize {
        self.merged.conflicts.len() + self.missing.len()
    }
}
