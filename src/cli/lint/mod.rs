//! `conferry lint`: what is wrong, or will go wrong in the upgrade.

mod settings;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::exit::Exit;
use super::output::Output;
use super::pack_options::RulesArgs;
use crate::error::Failure;
use crate::io::write::{self, Backup};
use crate::lint::fix::{self, Fixed};
use crate::lint::{Estate, Finding, Linter, Report};
use crate::pack::Rules;
use crate::pack::lint::{Applicability, Severity};
use crate::present::diff;
use crate::present::failure::Style;
use crate::present::lint::{View, json, text};
use settings::{Asks, Gathered, SettingsArgs};

const EXAMPLES: &str = "\
Examples:
  What will break in the upgrade, on the old server:
    conferry lint C:\\inetpub\\wwwroot

  The same in a snapshot, only the rules about the upgrade:
    conferry lint E:\\before.zip --select PF

  Show what the safe fixes would change, then apply them:
    conferry lint web.config --fix --diff
    conferry lint web.config --fix

  Fail a build from errors on:
    conferry lint . --fail-on error --format github

Exit codes: 0 nothing at or above --fail-on; 1 findings; 2 a file could not be read or written.";

/// Checks configuration against rule packs and fixes what is safe to fix
///
/// A PATH is a file, a folder or a snapshot (folder or zip). Of folders, *.config files and the
/// files that rule packs name are taken. `conferry rules list` shows the rules, `conferry rules
/// explain ID` what one of them is about.
///
/// For each file the nearest conferry.toml in or above its folder counts; options win over it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct LintArgs {
    /// Files, folders and snapshots
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Runs only these rules: ids, beginnings of ids, names, or `all`
    #[arg(
        long,
        value_name = "ID",
        value_delimiter = ',',
        help_heading = "Which rules"
    )]
    select: Vec<String>,

    /// Leaves these rules out
    #[arg(
        long,
        value_name = "ID",
        value_delimiter = ',',
        help_heading = "Which rules"
    )]
    ignore: Vec<String>,

    #[command(flatten)]
    settings: SettingsArgs,

    #[command(flatten)]
    rules: RulesArgs,

    /// Takes only files that match, below folders and in snapshots
    #[arg(long, value_name = "GLOB", help_heading = "Which files")]
    include: Vec<String>,

    /// Leaves out files and folders that match
    #[arg(long, value_name = "GLOB", help_heading = "Which files")]
    exclude: Vec<String>,

    /// Applies the fixes that are safe
    #[arg(long, help_heading = "What to do")]
    fix: bool,

    /// Applies also those that may change what the program does
    #[arg(long, help_heading = "What to do")]
    unsafe_fixes: bool,

    /// Shows what the fixes would change and writes nothing
    #[arg(long, help_heading = "What to do")]
    diff: bool,

    /// Keeps each original beside its file as *.bak
    #[arg(long, help_heading = "What to do")]
    backup: bool,

    /// Exits with 1 from findings of this severity on [default: warning]
    #[arg(long, value_name = "SEVERITY", help_heading = "Report")]
    fail_on: Option<FailOn>,

    /// How to report
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Report"
    )]
    format: Format,

    /// Counts findings by rule instead of showing them
    #[arg(long, help_heading = "Report")]
    statistics: bool,

    /// Does not mask secrets in excerpts and diffs
    #[arg(long, help_heading = "Report")]
    show_secrets: bool,
}

/// From which severity on a run fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Note,
}

impl From<FailOn> for Severity {
    fn from(fail_on: FailOn) -> Self {
        match fail_on {
            FailOn::Error => Self::Error,
            FailOn::Warning => Self::Warning,
            FailOn::Note => Self::Note,
        }
    }
}

/// How to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Which fixes are applied, or shown.
fn fixes(args: &LintArgs) -> Option<Applicability> {
    match (args.fix || args.diff, args.unsafe_fixes) {
        (_, true) => Some(Applicability::Unsafe),
        (true, false) => Some(Applicability::Safe),
        (false, false) => None,
    }
}

pub(super) fn run(args: &LintArgs, output: &mut Output) -> Exit {
    let asks = Asks {
        paths: &args.paths,
        settings: &args.settings,
        select: &args.select,
        ignore: &args.ignore,
        rules: &args.rules.rules,
        include: &args.include,
        exclude: &args.exclude,
    };
    let Gathered {
        rules,
        selection,
        inputs,
        mut failures,
    } = match settings::gather(&asks) {
        Ok(gathered) => gathered,
        Err(failures) => {
            failures.iter().for_each(|failure| output.failure(failure));
            return Exit::Failed;
        }
    };
    let (mut estate, unread) = Estate::read(inputs, &rules);
    failures.extend(unread.into_iter().map(Failure::from));
    estate.add_settings(selection.policies(), &rules);
    let linter = Linter {
        rules: &rules,
        selection: &selection,
    };
    let fixed = fixes(args).map(|allowed| {
        let mut fixed = fix::apply(&linter, &estate, allowed);
        let unwritten = cure(args, &rules, &estate, &fixed, output, &mut failures);
        for at in &unwritten {
            fixed.estate.subjects[*at] = estate.subjects[*at].clone();
        }
        if !unwritten.is_empty() {
            fixed.report = linter.run(&fixed.estate);
        }
        fixed
    });
    let (estate, report) = match fixed {
        // The places of what is left are those in the fixed files.
        Some(fixed) if !args.diff => (fixed.estate, fixed.report),
        _ => {
            let report = linter.run(&estate);
            (estate, report)
        }
    };
    present(args, &rules, &estate, &report, &failures, output);
    let fails = |finding: &Finding| {
        let settings = || selection.fail_on(&estate.subjects[finding.place.subject]);
        let from = args.fail_on.map(Severity::from).or_else(settings);
        finding.severity >= from.unwrap_or_default()
    };
    if !failures.is_empty() {
        Exit::Failed
    } else if report.findings.iter().any(fails) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}

/// Shows or writes what the fixes make of the files; positions of those that could not be written.
fn cure(
    args: &LintArgs,
    rules: &Rules,
    estate: &Estate,
    fixed: &Fixed,
    output: &mut Output,
    failures: &mut Vec<Failure>,
) -> Vec<usize> {
    let mut unwritten = Vec::new();
    for (at, problem) in &fixed.problems {
        failures.push(
            Failure::new(format!("{problem}, so none was applied"))
                .in_file(&estate.subjects[*at].label)
                .help("Change it by hand and please report this: it is a fault of the rule."),
        );
    }
    for (at, after) in &fixed.documents {
        let subject = &estate.subjects[*at];
        let Some(before) = subject.document() else {
            continue;
        };
        if args.diff {
            let table = (!args.show_secrets).then_some((&rules.secrets, &rules.identities));
            let shown = diff::of_documents(&subject.label, before, after, table, output.color());
            output.out(&shown);
            continue;
        }
        if !subject.tree.is_writable() {
            failures.push(
                Failure::new("a file in a snapshot is not changed")
                    .in_file(&subject.label)
                    .help("Fix the files of the server, or restore the snapshot elsewhere first."),
            );
            unwritten.push(*at);
            continue;
        }
        let written = write::replace_atomically(
            &subject.path,
            &before.source().bytes_with(before.text()),
            &after.source().bytes_with(after.text()),
            args.backup.then_some(Backup::Beside),
        );
        if let Err(error) = written {
            failures.push(error.into());
            unwritten.push(*at);
        }
    }
    unwritten
}

fn present(
    args: &LintArgs,
    rules: &Rules,
    estate: &Estate,
    report: &Report,
    failures: &[Failure],
    output: &mut Output,
) {
    let view = View::new(rules, estate, report, args.show_secrets);
    match args.format {
        Format::Json => output.out(&json::json(&view, failures)),
        Format::Text if args.statistics => output.out(&text::statistics(&view)),
        Format::Text if !args.diff => {
            let style = Style {
                color: output.color(),
                unicode: output.unicode(),
            };
            for finding in &report.findings {
                output.out(&text::finding(&view, finding, style));
            }
        }
        Format::Text => {}
    }
    failures.iter().for_each(|failure| output.failure(failure));
    output.err(&text::summary(&view, report.suppressed.len()));
}
