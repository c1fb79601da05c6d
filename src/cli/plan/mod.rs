//! `conferry plan`: the runbook of the upgrade, and how far it is.

mod files;
pub(super) mod make;
mod progress;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::exit::Exit;
use super::keys::KeyArgs;
use super::output::Output;
use super::pack_options::RulesArgs;
use super::shared::VirtualDirectoryArgs;

const EXAMPLES: &str = "\
Examples:
  What is to be done on these three servers, as a runbook:
    conferry plan mfa1.zip web1.zip web2.zip -o upgrade\\runbook.md -o upgrade\\runbook.html

  Does anything stop the upgrade?
    conferry plan mfa1.zip --check

  Answer what no file says, and name a server whose snapshot was made elsewhere:
    conferry plan MFA1=before.zip --answers answers.toml --to-version 7.3 -o runbook.md

  What is to be done now; write down that it was done:
    conferry plan next upgrade\\plan.json
    conferry plan done uninstall-agent@mfa1 --plan upgrade\\plan.json

Exit codes: 0 nothing stops the upgrade; 1 something does, or a step is closed; 2 the plan could not be made.";

/// Writes the runbook of the upgrade for the servers that were really found
///
/// Reads one snapshot of each server, finds the procedure that fits, says what stops the upgrade, and lists every
/// step: what conferry did already, the commands and clicks that are left, what is then to be seen, how to check it
/// and how to undo it. With -o it also writes plan.json beside the runbook; `done` and `skip` keep state.json there,
/// with which another machine can go on.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct PlanArgs {
    /// Snapshots, one of each server, or folders that stand for their drives; NAME=SNAP gives the server another name
    #[arg(value_name = "SNAP", required = true)]
    snapshots: Vec<String>,

    /// The version to upgrade to
    #[arg(long, value_name = "VERSION")]
    to_version: Option<String>,

    /// Answers to what no file says, as TOML
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,

    /// What `conferry upgrade` wrote: its merges count as done
    #[arg(long, value_name = "UPGRADE.JSON")]
    upgrade: Option<PathBuf>,

    /// Only checks, and prints what stops the upgrade
    #[arg(long)]
    check: bool,

    /// Where the runbook goes; may be given several times. The end of its name says the format: .md, .html, .txt, .json
    #[arg(short, long, value_name = "FILE", conflicts_with = "check")]
    output: Vec<PathBuf>,

    /// How to report on standard output, and in files whose name does not say it
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Report"
    )]
    format: Format,

    #[command(flatten)]
    virtual_directories: VirtualDirectoryArgs,

    #[command(flatten)]
    rules: RulesArgs,

    #[command(flatten)]
    keys: KeyArgs,

    #[command(subcommand)]
    command: Option<PlanCommand>,
}

#[derive(Debug, Subcommand)]
enum PlanCommand {
    Status(progress::StatusArgs),
    Next(progress::StatusArgs),
    Done(progress::DoneArgs),
    Skip(progress::SkipArgs),
    Fail(progress::SkipArgs),
    Reopen(progress::ReopenArgs),
}

/// How a plan is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, on a terminal
    #[default]
    Text,
    /// For programs; `conferry schema plan` describes it
    Json,
    /// A runbook with boxes
    Markdown,
    /// A runbook to print
    Html,
}

pub(super) fn run(args: &PlanArgs, output: &mut Output) -> Exit {
    let ended = match &args.command {
        None => make::run(args, output),
        Some(PlanCommand::Status(args)) => progress::status(args, output),
        Some(PlanCommand::Next(args)) => progress::next(args, output),
        Some(PlanCommand::Done(args)) => progress::done(args, output),
        Some(PlanCommand::Skip(args)) => progress::skip(args, output),
        Some(PlanCommand::Fail(args)) => progress::fail(args, output),
        Some(PlanCommand::Reopen(args)) => progress::reopen(args, output),
    };
    output.ended(ended)
}
