//! Options that several commands have.

use clap::{Args, ValueEnum};

use crate::error::Failure;
use crate::pack::Rules;
use crate::rewrite::{Rename, VirtualDirectories};

/// Which virtual directories have a new name.
#[derive(Debug, Args)]
pub(super) struct VirtualDirectoryArgs {
    /// Renames virtual directory OLD to NEW; overrides what the rule packs say about OLD
    #[arg(long, value_name = "OLD=NEW", help_heading = "Virtual directories")]
    vdir: Vec<Rename>,

    /// Leaves virtual directory NAME as it is, since it was kept at installation
    #[arg(long, value_name = "NAME", help_heading = "Virtual directories")]
    keep_vdir: Vec<String>,
}

impl VirtualDirectoryArgs {
    /// The renames of the packs with those of the command line on top.
    pub(super) fn resolve(&self, rules: &Rules) -> Result<VirtualDirectories, Failure> {
        let known = &rules.virtual_directories;
        Ok(VirtualDirectories::new(known, &self.vdir, &self.keep_vdir)?)
    }
}

/// The option that says how to report.
#[derive(Debug, Args)]
pub(super) struct FormatArgs<F: ValueEnum + Send + Sync + 'static = Format> {
    /// How to report
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Report"
    )]
    pub(super) format: F,
}

/// How a command reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}
