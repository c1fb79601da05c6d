//! `conferry diff`: what differs between configurations, setting by setting.

mod found;
mod git;
mod hidden;
mod job;
mod pairs;
mod rules;

mod side_by_side;
mod sides;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use self::hidden::HiddenArgs;
use self::job::Job;
use super::exit::Exit;
use super::keys::KeyArgs;
use super::output::Output;
use super::pack_options::RulesArgs;
use super::shared::FormatArgs;
use super::this_run::this_run;
use crate::present::diff::CONTEXT;
use crate::present::differences::{failed_json, json_schema};

const EXAMPLES: &str = "\
Examples:
  What did the administrator change in the shipped file?
    conferry diff shipped\\web.config web.config

  What did the upgrade change on this server? Folders and snapshots are compared file by file:
    conferry diff before.zip C:\\inetpub\\wwwroot

  Which of three servers is set up differently, and in what?
    conferry diff \\\\web1\\site \\\\web2\\site \\\\web3\\site

  Production against test; what only names another environment is one line:
    conferry diff prod\\web.config test\\web.config --learn

  What did the administrator change, and what the vendor, since the file was shipped?
    conferry diff old\\web.config new\\web.config --base shipped\\web.config

  The same before anything is installed; both shipped files come out of the installers:
    conferry diff web.config --base-from OLD.msi --new-from NEW.msi

  What does .NET read differently, with what the server's own files add?
    conferry diff one\\web.config two\\web.config --effective --parent machine.config

  A comment on a pull request:
    conferry diff old.config new.config --format markdown

Exit codes: 0 no difference in meaning; 1 differences; 2 a file could not be read or understood.";

/// Says what differs between configurations, setting by setting
///
/// Elements are compared by what identifies them, so that a line that moved is not a difference. Each change is
/// looked up in the rule packs, and the most serious come first. Formatting, comments and an order that
/// nobody reads are counted. A is a file, a folder or a snapshot; B is another one of the same kind.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DiffArgs {
    /// What it was
    #[arg(value_name = "A", required_unless_present = "schema")]
    before: Option<PathBuf>,

    /// What it is; with several, all are put side by side: one row for each setting that is not the same everywhere
    #[arg(
        value_name = "B",
        required_unless_present_any = ["schema", "base_from", "new_from"]
    )]
    after: Vec<PathBuf>,

    /// The file as it was shipped: says of each change whether it is the administrator's (A) or the vendor's (B)
    #[arg(long, value_name = "FILE", help_heading = "What to compare")]
    base: Option<PathBuf>,

    /// The installer of the old version, which has the shipped file in it; nothing is installed. Without B, A is
    /// compared with that file. To say which file of it, give OLD.msi!PATH
    #[arg(
        long,
        value_name = "MSI",
        conflicts_with_all = ["base", "git"],
        help_heading = "What to compare"
    )]
    base_from: Option<PathBuf>,

    /// The installer of the new version, which has B in it
    #[arg(
        long,
        value_name = "MSI",
        conflicts_with_all = ["after", "git"],
        help_heading = "What to compare"
    )]
    new_from: Option<PathBuf>,

    /// Reads the arguments that git gives an external diff: PATH OLD-FILE OLD-HEX OLD-MODE NEW-FILE NEW-HEX
    /// NEW-MODE
    #[arg(long, conflicts_with = "base", help_heading = "What to compare")]
    git: bool,

    /// Compares what .NET reads in the end: of several entries of a name the one that counts, without what
    /// `remove` and `clear` take out, with the files of `file` and `configSource`
    #[arg(long, help_heading = "What to compare")]
    effective: bool,

    /// A file from which both sides inherit, outermost first: machine.config, the web.config of the root
    #[arg(
        long,
        value_name = "FILE",
        requires = "effective",
        help_heading = "What to compare"
    )]
    parent: Vec<PathBuf>,

    #[command(flatten)]
    hidden: HiddenArgs,

    /// Writes a rule pack that repeats this change at the next upgrade: it sets the values that B has, and takes
    /// from --old what only one of both has
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "git",
        help_heading = "Report"
    )]
    write_rules: Option<PathBuf>,

    /// Lines around each change in --format unified
    #[arg(
        long,
        value_name = "N",
        default_value_t = CONTEXT,
        hide_default_value = true,
        help_heading = "Report"
    )]
    context: usize,

    /// Shows long values and long elements whole
    #[arg(long, help_heading = "Report")]
    all: bool,

    #[command(flatten)]
    rules: RulesArgs,

    #[command(flatten)]
    keys: KeyArgs,

    #[command(flatten)]
    report: FormatArgs<Format>,

    /// Does not mask secrets in the report
    #[arg(long, help_heading = "Report")]
    show_secrets: bool,

    /// Prints the JSON Schema of --format json and does nothing else
    #[arg(long, conflicts_with = "before", help_heading = "Report")]
    schema: bool,
}

/// How to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs; --schema describes it
    Json,
    /// For programs that read line by line: one change in each
    Jsonl,
    /// A comment on a pull request
    Markdown,
    /// A page for reviewers, with filters
    Html,
    /// The changed lines, secrets masked, as `diff -u` shows them
    Unified,
}

impl DiffArgs {
    /// Whether a shipped file says whose a change is.
    fn has_three(&self) -> bool {
        let has_two = !self.after.is_empty() || self.new_from.is_some();
        self.base.is_some() || self.base_from.is_some() && has_two
    }
}

pub(super) fn run(args: &DiffArgs, output: &mut Output) -> Exit {
    if args.schema {
        output.out(&json_schema());
        return Exit::Clean;
    }
    if args.git {
        return git::run(args, output);
    }
    let ended = Job::read(args).map(|mut job| job.compare(output));
    if let (Err(failures), Format::Json) = (&ended, args.report.format) {
        output.out(&failed_json(
            failures.iter().map(ToString::to_string),
            &this_run(),
        ));
    }
    output.ended(ended)
}
