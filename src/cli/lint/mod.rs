//! `conferry lint`: what is wrong, or will go wrong in the upgrade.

mod baseline;
mod cure;
mod writes;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use self::baseline::{BaselineArgs, Linted};
use self::writes::Writes;
use super::exit::Exit;
use super::keys::{KeyArgs, keys};
use super::output::Output;
use super::pack_options::RulesArgs;
use super::shared::FormatArgs;
use super::this_run::this_run;
use crate::error::Failure;
use crate::io::{read, relative};
use crate::lint::fix;
use crate::lint::gather::{Asks, Gathered, SettingsFrom, gather};
use crate::lint::{Estate, Finding, Linter, Report};
use crate::pack::Rules;
use crate::pack::lint::{Applicability, Severity};
use crate::present::failure::Style;
use crate::present::lint::{View, annotations, json, markdown, page, sarif, text};
use crate::present::page::{Assets, html};

const EXAMPLES: &str = "\
Examples:
  What will break in the upgrade, on the old server:
    conferry lint C:\\inetpub\\wwwroot

  The same in a snapshot, only the rules about the upgrade:
    conferry lint E:\\before.zip --select PF

  Show what the safe fixes would change, then apply them:
    conferry lint web.config --fix --diff
    conferry lint web.config --fix

  Fail a build from errors on, and show findings beside the lines:
    conferry lint . --fail-on error --format github

  Accept what is there today, and report only what is new:
    conferry lint . --write-baseline known.json
    conferry lint . --baseline known.json

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
    #[arg(required_unless_present = "schema", value_name = "PATH")]
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

    #[command(flatten)]
    keys: KeyArgs,

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

    #[command(flatten)]
    baseline: BaselineArgs,

    /// Exits with 1 from findings of this severity on [default: warning]
    #[arg(long, value_name = "SEVERITY", help_heading = "Report")]
    fail_on: Option<FailOn>,

    #[command(flatten)]
    report: FormatArgs<Format>,

    /// Counts findings by rule instead of showing them; in text, json and markdown
    #[arg(long, help_heading = "Report")]
    statistics: bool,

    /// Does not mask secrets in excerpts and diffs
    #[arg(long, help_heading = "Report")]
    show_secrets: bool,

    /// Prints the JSON Schema of --format json and does nothing else
    #[arg(long, conflicts_with = "paths", help_heading = "Report")]
    schema: bool,
}

/// Where settings are taken from.
#[derive(Debug, Args)]
struct SettingsArgs {
    /// Takes settings from this file, for all files, instead of looking for conferry.toml
    #[arg(long, value_name = "FILE", help_heading = "Which rules")]
    config: Option<PathBuf>,

    /// Does not look for conferry.toml
    #[arg(long, conflicts_with = "config", help_heading = "Which rules")]
    no_config: bool,
}

impl SettingsArgs {
    fn resolve(&self) -> SettingsFrom<'_> {
        match (&self.config, self.no_config) {
            (Some(path), _) => SettingsFrom::File(path),
            (None, true) => SettingsFrom::Nowhere,
            (None, false) => SettingsFrom::Nearest,
        }
    }
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
    /// For programs; --schema describes it
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// Issues of Azure Pipelines
    Azure,
    /// A comment on a pull request
    Markdown,
    /// A page for reviewers, with filters
    Html,
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Azure => "azure",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }
}

/// Refuses what lint, or a format, has no place for.
fn check_options(args: &LintArgs) -> Result<(), Failure> {
    let format = args.report.format.name();
    let counts = matches!(
        args.report.format,
        Format::Text | Format::Json | Format::Markdown
    );
    if args.statistics && !counts {
        return Err(Failure::new(format!(
            "--statistics counts findings, and --format {format} has a place for findings only"
        ))
        .help("Use --format text, json or markdown with --statistics."));
    }
    if args.diff && args.report.format != Format::Text {
        return Err(Failure::new(format!(
            "--diff shows a text, which --format {format} has no place for"
        ))
        .help("Leave out --format, or run lint twice."));
    }
    if args.paths.iter().any(|path| read::is_stdin(path)) {
        return Err(Failure::new(
            "lint does not read standard input: names and neighbours of files matter",
        )
        .help("Name a file or a folder; a file called `-` is `./-`."));
    }
    Ok(())
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
    if args.schema {
        output.out(&json::json_schema());
        return Exit::Clean;
    }
    if let Err(failure) = check_options(args) {
        output.failure(&failure);
        return Exit::Failed;
    }
    let keys = match keys(&args.keys) {
        Ok(keys) => keys,
        Err(failures) => return refused(args, &failures, output),
    };
    let asks = Asks {
        keys: &keys,
        paths: &args.paths,
        settings: args.settings.resolve(),
        select: &args.select,
        ignore: &args.ignore,
        packs: args.rules.extra(),
        include: &args.include,
        exclude: &args.exclude,
    };
    let Gathered {
        rules,
        selection,
        inputs,
        mut failures,
    } = match gather(&asks) {
        Ok(gathered) => gathered,
        Err(failures) => return refused(args, &failures, output),
    };
    let known = match args.baseline.read(&rules) {
        Ok(known) => known,
        Err(failure) => return refused(args, &[failure], output),
    };
    let (mut estate, unread) = Estate::read(inputs, &rules);
    failures.extend(unread.into_iter().map(Failure::from));
    estate.add_settings(selection.policies(), &rules);
    let linter = Linter {
        rules: &rules,
        selection: &selection,
    };
    let mut writes = match Writes::plan(args, &estate) {
        Ok(writes) => writes,
        Err(failure) => return refused(args, &[failure], output),
    };
    let fixed = fixes(args).map(|allowed| {
        let mut fixed = fix::apply(&linter, &estate, allowed);
        let unwritten = cure::cure(
            args,
            &rules,
            &estate,
            &fixed,
            &mut writes.plan,
            output,
            &mut failures,
        );
        for at in &unwritten {
            fixed.estate.subjects[*at] = estate.subjects[*at].clone();
        }
        if !unwritten.is_empty() {
            fixed.report = linter.run(&fixed.estate);
        }
        fixed
    });
    let (estate, mut report) = match fixed {
        // The places of what is left are those in the fixed files.
        Some(fixed) if !args.diff => (fixed.estate, fixed.report),
        _ => {
            let report = linter.run(&estate);
            (estate, report)
        }
    };
    let linted = Linted {
        linter: &linter,
        estate: &estate,
    };
    let known = args
        .baseline
        .apply(known, &mut report, linted, writes, &mut failures);
    let view = View::new(&rules, &estate, &report, args.show_secrets)
        .seen_from(&relative::absolute(Path::new(".")))
        .under(selection.policies())
        .after_baseline(known);
    present(args, &view, &failures, output);
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

/// Nothing was looked at. A program that reads the output finds out why, as it does otherwise.
fn refused(args: &LintArgs, failures: &[Failure], output: &mut Output) -> Exit {
    let (rules, estate, report) = (Rules::default(), Estate::default(), Report::default());
    let view = View::new(&rules, &estate, &report, args.show_secrets)
        .seen_from(&relative::absolute(Path::new(".")));
    if args.report.format != Format::Text {
        print(args, &view, failures, output);
    }
    output.failures(failures, Exit::Failed)
}

fn print(args: &LintArgs, view: &View<'_>, failures: &[Failure], output: &mut Output) {
    match args.report.format {
        Format::Json => output.out(&json::json(view, failures, args.statistics, &this_run())),
        Format::Sarif => output.out(&sarif::sarif(view, failures)),
        Format::Github => output.commands(&annotations::github(view, failures)),
        Format::Azure => output.commands(&annotations::azure(view, failures)),
        Format::Markdown => output.out(&markdown::markdown(view, failures, args.statistics)),
        Format::Html => match html(&page::page(view, failures), Assets::Inside) {
            Ok(page) => output.out(&page),
            Err(unmade) => output.failure(&unmade.into()),
        },
        Format::Text if args.statistics => output.out(&text::statistics(view)),
        Format::Text if !args.diff => {
            let style = Style {
                color: output.color(),
                unicode: output.unicode(),
            };
            let findings = view.report.findings.iter();
            let drawn: String = findings
                .map(|finding| text::finding(view, finding, style))
                .collect();
            output.out(&drawn);
        }
        Format::Text => {}
    }
}

fn present(args: &LintArgs, view: &View<'_>, failures: &[Failure], output: &mut Output) {
    print(args, view, failures, output);
    output.failures(failures, Exit::Clean);
    output.err(&text::summary(view, view.report.suppressed.len()));
    if view.estate.looked_at() == 0 && failures.is_empty() {
        output.err(text::NOTHING_TO_LOOK_AT);
    }
    output.err(&args.baseline.told(view));
}
