//! Which rules a command runs with.

use std::path::PathBuf;

use clap::Args;

use crate::error::Failures;
use crate::io::write_plan::WritePlan;
use crate::pack::{self, Extra, Rules};

/// The option that adds rule packs.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub(super) struct RulesArgs {
    /// Adds a rule pack, or all packs of a folder; later ones override by id
    #[arg(long, value_name = "FILE|DIR", help_heading = "Rules")]
    pub(super) rules: Vec<PathBuf>,

    /// Lets the packs of --rules take masking away: replace rows of built-in packs that say what is
    /// secret, and make exceptions. No pack that a conferry.toml names can do so
    #[arg(long, help_heading = "Rules")]
    pub(super) allow_unmasking: bool,
}

impl RulesArgs {
    /// The packs that are asked for.
    pub(super) fn extra(&self) -> Extra<'_> {
        Extra {
            packs: &self.rules,
            may_unmask: match self.allow_unmasking {
                true => &self.rules,
                false => &[],
            },
        }
    }

    /// The packs as they were given.
    pub(super) fn names(&self) -> Vec<String> {
        let packs = self.rules.iter();
        packs.map(|path| path.display().to_string()).collect()
    }

    /// Adds the packs to what is read.
    pub(super) fn add_reads(&self, plan: &mut WritePlan) {
        for file in self
            .rules
            .iter()
            .flat_map(|path| pack::files_of(path))
            .flatten()
        {
            plan.reads("--rules", &file);
        }
    }
}

/// The built-in rules with the packs at `extra` on top.
pub(super) fn load_rules(extra: Extra<'_>) -> Result<Rules, Failures> {
    pack::load(extra).map_err(told)
}

/// The built-in rules, those of lint included, with the packs at `extra` on top.
pub(super) fn load_lint_rules(extra: Extra<'_>) -> Result<Rules, Failures> {
    pack::load_with_lint(extra).map_err(told)
}

/// All built-in rules, procedures and their steps included, with the packs at `extra` on top.
pub(super) fn load_plan_rules(extra: Extra<'_>) -> Result<Rules, Failures> {
    pack::load_with_plan(extra).map_err(told)
}

/// As [`load_rules`] with `answers` on top, a pack that messages call `label`.
pub(super) fn load_rules_with(
    extra: Extra<'_>,
    answers: &str,
    label: &str,
) -> Result<Rules, Failures> {
    pack::load_with(extra, answers, label).map_err(told)
}

/// The rules for .NET configuration in general with the packs at `extra` on
/// top: what a merge of branches needs, which runs once per file.
pub(super) fn load_general_rules(extra: Extra<'_>) -> Result<Rules, Failures> {
    pack::load_general(extra).map_err(told)
}

fn told(failures: Vec<pack::PackFailure>) -> Failures {
    failures
        .iter()
        .flat_map(pack::PackFailure::failures)
        .collect()
}
