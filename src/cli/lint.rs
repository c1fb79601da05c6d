//! `conferry lint`: what is wrong, or will go wrong in the upgrade.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::exit::Exit;
use super::output::Output;
use super::pack_options::RulesArgs;
use crate::error::Failure;
use crate::io::sealed::Keys;
use crate::io::walk::{self, Selection as FileSelection};
use crate::io::write::{self, Backup};
use crate::lint::estate::{Input, inputs_of_snapshot};
use crate::lint::fix::{self, Fixed};
use crate::lint::selection::{Selection, UnknownRule};
use crate::lint::tree::{Disk, Snapshot};
use crate::lint::{Estate, Linter, Report};
use crate::pack::lint::{Applicability, Severity};
use crate::pack::{self, PackFailure, Rules};
use crate::present::diff;
use crate::present::failure::Style;
use crate::present::lint::{View, json, text};
use crate::snapshot::store::Store;

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

    /// Exits with 1 from findings of this severity on
    #[arg(
        long,
        value_name = "SEVERITY",
        default_value = "warning",
        help_heading = "Report"
    )]
    fail_on: FailOn,

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

/// What was asked for, checked.
struct Job {
    rules: Rules,
    selection: Selection,
    files: FileSelection,
    fixes: Option<Applicability>,
}

impl Job {
    fn resolve(args: &LintArgs) -> Result<Self, Vec<Failure>> {
        let rules = pack::load_for_lint(&args.rules.rules).map_err(|failures| {
            let all = failures.iter().flat_map(PackFailure::failures);
            all.collect::<Vec<Failure>>()
        })?;
        let selection = Selection::new(&rules, &args.select, &args.ignore)
            .map_err(|unknown| unknown.iter().map(unknown_rule).collect::<Vec<_>>())?;
        let include = match args.include.is_empty() {
            true => usual_files(&rules),
            false => args.include.clone(),
        };
        let files = FileSelection::new(&include, &args.exclude)
            .map_err(|error| vec![Failure::from(error)])?;
        let fixes = match (args.fix || args.diff, args.unsafe_fixes) {
            (_, true) => Some(Applicability::Unsafe),
            (true, false) => Some(Applicability::Safe),
            (false, false) => None,
        };
        Ok(Self {
            rules,
            selection,
            files,
            fixes,
        })
    }
}

fn unknown_rule(unknown: &UnknownRule) -> Failure {
    let help = match &unknown.nearest {
        Some(nearest) => format!("did you mean `{nearest}`? `conferry rules list` shows them all"),
        None => "`conferry rules list` shows the rules".to_owned(),
    };
    Failure::new(unknown.to_string()).help(help)
}

/// Globs for *.config and for what packs call configuration.
fn usual_files(rules: &Rules) -> Vec<String> {
    let mut globs = vec!["*.config".to_owned()];
    let named = rules.files.iter().filter(|file| {
        matches!(
            file.kind,
            pack::places::FileKind::Configuration | pack::places::FileKind::Sidecar
        )
    });
    for path in named.flat_map(|file| &file.paths) {
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        if !name.to_ascii_lowercase().ends_with(".config") && !globs.contains(&name) {
            globs.push(name);
        }
    }
    globs
}

pub(super) fn run(args: &LintArgs, output: &mut Output) -> Exit {
    let job = match Job::resolve(args) {
        Ok(job) => job,
        Err(failures) => {
            failures.iter().for_each(|failure| output.failure(failure));
            return Exit::Failed;
        }
    };
    let mut failures = Vec::new();
    let inputs = inputs(&args.paths, &job.files, &mut failures);
    let (estate, unread) = Estate::read(inputs, &job.rules);
    failures.extend(unread.into_iter().map(Failure::from));
    let linter = Linter {
        rules: &job.rules,
        selection: &job.selection,
    };
    let report = match job.fixes {
        None => linter.run(&estate),
        Some(allowed) => {
            let fixed = fix::apply(&linter, &estate, allowed);
            cure(args, &job, &estate, &fixed, output, &mut failures);
            match args.diff {
                true => linter.run(&estate),
                false => fixed.report,
            }
        }
    };
    present(args, &job.rules, &estate, &report, &failures, output);
    let worst = report.findings.iter().map(|finding| finding.severity).max();
    if !failures.is_empty() {
        Exit::Failed
    } else if worst.is_some_and(|worst| worst >= args.fail_on.into()) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}

/// The files at and below `paths`; snapshots are opened.
fn inputs(paths: &[PathBuf], files: &FileSelection, failures: &mut Vec<Failure>) -> Vec<Input> {
    let disk = Arc::new(Disk::default());
    let mut inputs = Vec::new();
    for path in paths {
        if is_snapshot(path) {
            match Store::open(path, &Keys::default()) {
                Ok(store) => {
                    let takes = |file: &Path| files.takes(file);
                    inputs.extend(inputs_of_snapshot(path, Snapshot::new(store), takes));
                }
                Err(error) => failures.push(
                    Failure::new(error.to_string())
                        .in_file(path.display())
                        .help("`conferry snapshot verify` says what is wrong with a snapshot"),
                ),
            }
            continue;
        }
        let walked = walk::files(std::slice::from_ref(path), files);
        failures.extend(walked.errors.into_iter().map(Failure::from));
        inputs.extend(walked.files.into_iter().map(|found| Input {
            label: found.path.display().to_string(),
            path: found.path,
            tree: disk.clone(),
        }));
    }
    let mut seen = std::collections::HashSet::new();
    inputs.retain(|input| seen.insert(input.label.clone()));
    inputs
}

/// Whether the path ends like a snapshot in one file.
fn has_archive_name(path: &Path) -> bool {
    let name = path.to_string_lossy().to_ascii_lowercase();
    name.ends_with(".zip") || name.ends_with(".zip.age")
}

/// Whether the path is a snapshot: a zip, or a folder with its two files.
fn is_snapshot(path: &Path) -> bool {
    has_archive_name(path) && path.is_file()
        || path.join("manifest.json").is_file() && path.join("files").is_dir()
}

/// Shows or writes what the fixes make of the files.
fn cure(
    args: &LintArgs,
    job: &Job,
    estate: &Estate,
    fixed: &Fixed,
    output: &mut Output,
    failures: &mut Vec<Failure>,
) {
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
            let table = (!args.show_secrets).then_some((&job.rules.secrets, &job.rules.identities));
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
        }
    }
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
