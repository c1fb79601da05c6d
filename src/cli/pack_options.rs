//! Which rules a command runs with.

use std::path::PathBuf;

use clap::Args;

use crate::error::Failure;
use crate::io::write_plan::WritePlan;
use crate::pack::{self, Rules};

/// The option that adds rule packs.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub(super) struct RulesArgs {
    /// Adds a rule pack, or all packs of a folder; later ones override by id
    #[arg(long, value_name = "FILE|DIR", help_heading = "Rules")]
    pub(super) rules: Vec<PathBuf>,
}

impl RulesArgs {
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
pub(super) fn load_rules(extra: &[PathBuf]) -> Result<Rules, Vec<Failure>> {
    pack::load(extra).map_err(told)
}

/// The same with `answers` on top, a pack that messages call `label`.
pub(super) fn load_rules_with(
    extra: &[PathBuf],
    answers: &str,
    label: &str,
) -> Result<Rules, Vec<Failure>> {
    pack::load_with(extra, answers, label).map_err(told)
}

/// The rules for .NET configuration in general with the packs at `extra` on
/// top: what a merge of branches needs, which runs once per file.
pub(super) fn load_general_rules(extra: &[PathBuf]) -> Result<Rules, Vec<Failure>> {
    pack::load_general(extra).map_err(told)
}

fn told(failures: Vec<pack::PackFailure>) -> Vec<Failure> {
    failures
        .iter()
        .flat_map(pack::PackFailure::failures)
        .collect()
}
