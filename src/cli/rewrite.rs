//! `conferry rewrite`: renames virtual directories inside URLs.

use std::path::PathBuf;

use clap::Args;

use super::exit::Exit;
use super::input::{encoding_failure, parse_failure};
use super::output::Output;
use super::pack_options::{RulesArgs, load_rules};
use super::shared::{Format, FormatArgs, VirtualDirectoryArgs};
use super::this_run::this_run;
use crate::error::{Failure, Failures};
use crate::io::walk::{self, Selection};
use crate::io::write::WriteErrorKind;
use crate::io::write_plan::WritePlan;
use crate::pack::Rules;
use crate::present::rewrite::{self as present, Totals};
use crate::rewrite::plan::Skip;
use crate::rewrite::{FilePlan, Outcome, PlanError, Rewriter, VirtualDirectories};

const EXAMPLES: &str = "\
Examples:
  Show what would change below the web root:
    conferry rewrite C:\\inetpub\\wwwroot

  Change it, and keep the originals as *.bak:
    conferry rewrite C:\\inetpub\\wwwroot --write --backup

  The portal kept its old name, the web service SDK is called `sdk` now:
    conferry rewrite web.config --keep-vdir PhoneFactor --vdir PhoneFactorWebServiceSdk=sdk

  Fail a build while old names are left in scripts:
    conferry rewrite . --check --include '*.ps1' --exclude attic

Exit codes: 0 done, or nothing to do; 1 with --check, something would change; 2 a file could not be read, understood or written.";

/// Renames virtual directories inside URLs, wherever they are referenced
///
/// Looks for whole segments of http(s) URLs and of root-relative paths, without regard to case, in
/// XML and in any other text. Hosts, Windows paths, registry keys, longer names that begin the same
/// way and secrets are left alone. Without --write nothing is changed and a unified diff is printed.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct RewriteArgs {
    /// Files and folders; folders are walked
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Changes the files
    #[arg(long, conflicts_with = "check", help_heading = "What to do")]
    write: bool,

    /// Exits with 1 if something would change
    #[arg(long, help_heading = "What to do")]
    check: bool,

    /// Keeps each original beside its file as *.bak
    #[arg(long, requires = "write", help_heading = "What to do")]
    backup: bool,

    #[command(flatten)]
    virtual_directories: VirtualDirectoryArgs,

    #[command(flatten)]
    rules: RulesArgs,

    /// Takes only files that match, below folders
    #[arg(long, value_name = "GLOB", help_heading = "Which files")]
    include: Vec<String>,

    /// Leaves out files and folders that match
    #[arg(long, value_name = "GLOB", help_heading = "Which files")]
    exclude: Vec<String>,

    #[command(flatten)]
    report: FormatArgs,

    /// Does not mask secrets in the diff
    #[arg(long, help_heading = "Report")]
    show_secrets: bool,
}

/// What was asked for, checked.
struct Job {
    rules: Rules,
    directories: VirtualDirectories,
    selection: Selection,
}

impl Job {
    fn resolve(args: &RewriteArgs) -> Result<Self, Failures> {
        let rules = load_rules(args.rules.extra())?;
        let directories = args.virtual_directories.resolve(&rules)?;
        let selection = Selection::new(&args.include, &args.exclude)?;
        Ok(Self {
            rules,
            directories,
            selection,
        })
    }
}

pub(super) fn run(args: RewriteArgs, output: &mut Output) -> Exit {
    let job = match Job::resolve(&args) {
        Ok(job) => job,
        Err(failures) => {
            return output.failures(&failures, Exit::Failed);
        }
    };
    let walked = walk::files(&args.paths, &job.selection);
    let mut failures: Failures = walked.errors.into_iter().map(Failure::from).collect();
    let rewriter = Rewriter {
        directories: &job.directories,
        rules: &job.rules,
    };
    let plans = rewriter.plan_all(walked.files);
    failures.extend(
        plans
            .iter()
            .filter_map(|plan| plan_failure(plan, &job.rules)),
    );
    let mut totals = Totals::of(&plans);
    let unwritten = match args.write.then(|| write_all(&args, &plans)).transpose() {
        Ok(unwritten) => unwritten.unwrap_or_default(),
        Err(failure) => {
            output.failure(&failure);
            return Exit::Failed;
        }
    };
    for at in &unwritten.files {
        if let Ok(Outcome::Changed(change)) = &plans[*at].outcome {
            totals.is_unwritten(change);
        }
    }
    failures.extend(unwritten.failures);
    let unwritten = unwritten.files;

    match args.report.format {
        Format::Json => output.out(&present::json(&plans, &unwritten, &failures, &this_run())),
        Format::Text => print_diffs(&args, &job, &plans, &unwritten, output),
    }
    let exit = match args.check && totals.changed > 0 {
        true => Exit::Findings,
        false => Exit::Clean,
    };
    let exit = output.failures(&failures, exit);
    if totals.files + totals.skipped > 0 {
        output.err(&totals.summary(args.write));
    }
    exit
}

fn print_diffs(
    args: &RewriteArgs,
    job: &Job,
    plans: &[FilePlan],
    unwritten: &[usize],
    output: &mut Output,
) {
    let secrets = (!args.show_secrets).then_some(&*job.rules.secrets);
    for (at, plan) in plans.iter().enumerate() {
        if unwritten.contains(&at) {
            continue;
        }
        if let Ok(Outcome::Changed(change)) = &plan.outcome {
            let path = plan.file.path.display().to_string();
            let diff = present::file_diff(&path, change, secrets, output.color());
            output.out(&diff);
        }
    }
}

/// Positions of files that change and could not be written, and why.
#[derive(Default)]
struct Unwritten {
    files: Vec<usize>,
    failures: Failures,
}

impl Unwritten {
    fn add(&mut self, file: usize, failure: Failure) {
        self.files.push(file);
        self.failures.push(failure);
    }
}

/// Writes what changes, all of it by one plan.
///
/// # Errors
/// When the plan is refused: nothing is written then.
fn write_all(args: &RewriteArgs, plans: &[FilePlan]) -> Result<Unwritten, Failure> {
    let mut unwritten = Unwritten::default();
    let mut plan = WritePlan::new();
    args.rules.add_reads(&mut plan);
    let mut targets = Vec::new();
    for (at, FilePlan { file, outcome }) in plans.iter().enumerate() {
        let Ok(Outcome::Changed(change)) = outcome else {
            continue;
        };
        match plan.in_place(&file.path, &file.place, args.backup) {
            Ok(target) => targets.push((at, target, change)),
            Err(error) => unwritten.add(at, error.into()),
        }
    }
    let plan = plan.ready()?;
    let mut targets = targets.into_iter();
    while let Some((at, target, change)) = targets.next() {
        let (before, after) = (change.bytes_before(), change.bytes_after());
        let Err(error) = plan.replace(target, &before, &after) else {
            continue;
        };
        let is_full = matches!(error.kind, WriteErrorKind::Full);
        let mut failure = Failure::from(error);
        // No other file would fare better.
        if is_full && targets.len() > 0 {
            failure = failure.help(format!(
                "It and the {} files after it were not written and are as they were. Free space, then run again.",
                targets.len()
            ));
            unwritten.files.extend(targets.by_ref().map(|(at, ..)| at));
        }
        unwritten.add(at, failure);
    }
    Ok(unwritten)
}

fn plan_failure(plan: &FilePlan, rules: &Rules) -> Option<Failure> {
    let file = plan.file.path.display().to_string();
    let error = match &plan.outcome {
        Ok(Outcome::Skipped(Skip::Binary)) if plan.file.explicit => {
            return Some(
                Failure::new("this is a binary file, in which nothing is rewritten")
                    .in_file(file)
                    .help("Name text files, or the folder; binary files in it are left alone."),
            );
        }
        Ok(_) => return None,
        Err(error) => error,
    };
    Some(match error {
        PlanError::Parse(error) => parse_failure(&file, error, &rules.secrets),
        PlanError::Encoding(error) => encoding_failure(&file, error),
        PlanError::Read(error) => Failure::new(error.kind.to_string())
            .in_file(file)
            .help(error.kind.help()),
        PlanError::Edit(_) | PlanError::Broken | PlanError::ReadBack(_) => {
            Failure::new(error.to_string()).in_file(file).help(
                "Nothing was written to it. Change it by hand and please report this: it is a fault of conferry.",
            )
        }
    })
}
