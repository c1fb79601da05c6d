//! The command line: one thin file per command, which turns flags into a
//! resolved plan, calls the operation and presents what it returns.

mod completions;
mod diff;
pub mod exit;
mod git_merge_driver;
pub mod input;
mod installers;
mod interrupt;
mod keys;
mod lint;
mod man;
mod merge;
pub mod output;
mod pack_options;
mod plan;
mod report;
mod rewrite;
mod rules;
mod schema;
mod shared;
mod snapshot;
mod this_run;
mod threads;
mod upgrade;
mod verify_deployed;

use std::ffi::OsString;

use clap::{Args, Parser, Subcommand};

pub use exit::Exit;
use output::{ColorChoice, Output};

const AFTER_HELP: &str = "\
Exit codes: 0 nothing to report; 1 findings, differences or conflicts; 2 the job could not be done.";

/// Carries .NET configuration across a product upgrade and proves that nothing was lost
#[derive(Debug, Parser)]
#[command(name = "conferry", bin_name = "conferry", version, after_help = AFTER_HELP, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

/// What every command understands.
#[derive(Debug, Default, Args)]
struct Global {
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        help_heading = "Global options"
    )]
    color: ColorChoice,
}

#[derive(Debug, Subcommand)]
enum Command {
    Completions(completions::CompletionsArgs),
    Diff(Box<diff::DiffArgs>),
    Lint(Box<lint::LintArgs>),
    Man(man::ManArgs),
    Merge(Box<merge::MergeArgs>),
    GitMergeDriver(git_merge_driver::DriverArgs),
    Plan(Box<plan::PlanArgs>),
    Report(report::ReportArgs),
    Rewrite(rewrite::RewriteArgs),
    Rules(rules::RulesArgs),
    Schema(schema::SchemaArgs),
    Snapshot(snapshot::SnapshotArgs),
    Upgrade(Box<upgrade::UpgradeArgs>),
    VerifyDeployed(verify_deployed::VerifyDeployedArgs),
}

/// The command line as far as git uses it: to set all commands up takes longer than to merge a file.
#[derive(Debug, Parser)]
#[command(name = "conferry", bin_name = "conferry", version, after_help = AFTER_HELP, max_term_width = 100)]
struct DriverCli {
    #[command(subcommand)]
    command: DriverCommand,
    #[command(flatten)]
    global: Global,
}

#[derive(Debug, Subcommand)]
enum DriverCommand {
    GitMergeDriver(git_merge_driver::DriverArgs),
}

impl From<DriverCli> for Cli {
    fn from(cli: DriverCli) -> Self {
        let DriverCommand::GitMergeDriver(args) = cli.command;
        Self {
            command: Command::GitMergeDriver(args),
            global: cli.global,
        }
    }
}

fn parse(args: Vec<OsString>) -> Result<Cli, clap::Error> {
    if let Some(args) = git_merge_driver::usual::read(&args) {
        let command = Command::GitMergeDriver(args);
        let global = Global::default();
        return Ok(Cli { command, global });
    }
    if args.get(1).is_some_and(|word| word == "git-merge-driver") {
        DriverCli::try_parse_from(args).map(Cli::from)
    } else {
        Cli::try_parse_from(args)
    }
}

/// Runs the command line `args`, the name of the program included.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match parse(args.into_iter().collect()) {
        Ok(cli) => cli,
        Err(error) => {
            let mut output = Output::new(ColorChoice::Auto);
            output.clap(&error);
            return output.finish(match error.use_stderr() {
                true => Exit::Failed,
                false => Exit::Clean,
            });
        }
    };
    let mut output = Output::new(cli.global.color);
    // The driver works on three files.
    if matches!(
        cli.command,
        Command::Diff(_)
            | Command::Lint(_)
            | Command::Merge(_)
            | Command::Plan(_)
            | Command::Report(_)
            | Command::Rewrite(_)
            | Command::Rules(_)
            | Command::Snapshot(_)
            | Command::Upgrade(_)
            | Command::VerifyDeployed(_)
    ) {
        threads::prepare();
    }
    // The driver is done before anybody could interrupt it, and runs once for each file.
    let writes_nothing = matches!(
        cli.command,
        Command::Completions(_)
            | Command::GitMergeDriver(_)
            | Command::Man(_)
            | Command::Rules(_)
            | Command::Schema(_)
            | Command::VerifyDeployed(_)
    );
    if !writes_nothing {
        interrupt::prepare();
    }
    let exit = match cli.command {
        Command::Completions(args) => completions::run(&args, &mut output),
        Command::Diff(args) => diff::run(&args, &mut output),
        Command::Lint(args) => lint::run(&args, &mut output),
        Command::Man(args) => man::run(&args, &mut output),
        Command::Merge(args) => merge::run(&args, &mut output),
        Command::GitMergeDriver(args) => git_merge_driver::run(&args, &mut output),
        Command::Plan(args) => plan::run(&args, &mut output),
        Command::Report(args) => report::run(&args, &mut output),
        Command::Rewrite(args) => rewrite::run(args, &mut output),
        Command::Rules(args) => rules::run(&args, &mut output),
        Command::Schema(args) => schema::run(&args, &mut output),
        Command::Snapshot(args) => snapshot::run(&args, &mut output),
        Command::Upgrade(args) => upgrade::run(&args, &mut output),
        Command::VerifyDeployed(args) => verify_deployed::run(&args, &mut output),
    };
    output.finish(exit)
}
