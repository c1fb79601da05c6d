//! `conferry merge`: carries an administrator's settings into the newly installed file.

mod files;
mod reports;
mod result;
mod settle;
mod writes;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use self::files::{args_folders, check_files};
use self::reports::ReportArgs;
use self::result::{Writing, bytes_of};
use self::writes::Writes;
use super::exit::Exit;
use super::input::{left_markers, read_document};
use super::installers::read_shipped;
use super::output::Output;
use super::pack_options::{RulesArgs, load_lint_rules, load_rules_with};
use super::shared::VirtualDirectoryArgs;
use crate::error::{Failure, Failures};
use crate::installer::shipped::Shipped;
use crate::io::read::{display_name, is_stdin};
use crate::lint::tree::{Disk, Tree};
use crate::merge::doubts::{doubts, of_installers};
use crate::merge::finish::Settle;
use crate::merge::judged::{Both, lint_both};
use crate::merge::suspicion::left_marker;
use crate::merge::work::{Configuration, Named, Work};
use crate::pack::Rules;
use crate::present::installer::InputLine;
use crate::present::merge::Report;
use crate::present::plain::plain;
use crate::rewrite::{Rewriter, VirtualDirectories, sidecars};
use crate::xml::Document;

/// How to go on although the files look wrong.
const AS_GIVEN: &str = "If they are what you mean, add --as-given.";

const EXAMPLES: &str = "\
Examples:
  Carry the portal's settings into the newly installed file:
    conferry merge --base base\\web.config --old backup\\web.config --new web.config -o web.config --backup

  The file that the old version shipped is lost; see first what would happen:
    conferry merge --old backup\\web.config --new web.config -o merged.config --dry-run

  Before anything is installed: both shipped files come out of the installers:
    conferry merge --base-from OLD.msi --old backup\\web.config --new-from NEW.msi -o merged.config

  The old name of the portal was kept at installation:
    conferry merge --old old.config --new new.config -o merged.config --keep-vdir PhoneFactor

  Settle the conflicts of the last run by rules, for good:
    conferry merge --base base.config --old old.config --new new.config -o merged.config --rules settled.toml

  Have these rules written, with take-old where it settles the conflict:
    conferry merge --base base.config --old old.config --new new.config -o merged.config --write-rules settled.toml

  A report for reviewers and one for the pull request:
    conferry merge --base base.config --old old.config --new new.config -o merged.config --report merge.html --report merge.md

  Be asked about each conflict, and keep the answers for the next server:
    conferry merge --base base.config --old old.config --new new.config -o merged.config --settle --write-rules settled.toml

Exit codes: 0 merged; 1 conflicts are left; 2 a file could not be read, understood or written.";

/// Carries an administrator's settings into the newly installed file
///
/// Merges three files by meaning: what the administrator changed since the base is carried into the
/// new file, in the new file's layout; URLs follow the renamed virtual directories; every setting of
/// the old file is accounted for. Where nobody can know what is right there is a conflict, nothing is
/// written, and the report has the rule that settles it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct MergeArgs {
    /// The file as the old version shipped it; known defaults stand in if it is not given
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    base: Option<PathBuf>,

    /// The installer of the old version, which has the base in it; nothing is installed. To say which file of it,
    /// give OLD.msi!PATH
    #[arg(
        long,
        value_name = "MSI",
        conflicts_with = "base",
        help_heading = "Files"
    )]
    base_from: Option<PathBuf>,

    /// The administrator's file (`-` reads standard input)
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    old: PathBuf,

    /// The newly installed file
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "new_from",
        help_heading = "Files"
    )]
    new: Option<PathBuf>,

    /// The installer of the new version instead, before anything is installed
    #[arg(
        long,
        value_name = "MSI",
        conflicts_with = "new",
        help_heading = "Files"
    )]
    new_from: Option<PathBuf>,

    /// Where the result goes; may be the new file itself (`-` writes standard output)
    #[arg(short, long, value_name = "FILE", help_heading = "Files")]
    output: PathBuf,

    /// Keeps what the output file held beside it as *.bak
    #[arg(long, help_heading = "What to do")]
    backup: bool,

    /// Reports and writes nothing
    #[arg(long, help_heading = "What to do")]
    dry_run: bool,

    /// Writes the result although conflicts are left, which exits with 1 all the same
    #[arg(long, value_name = "HOW", help_heading = "What to do")]
    conflicts: Option<OnConflict>,

    /// Asks about each conflict on the terminal, and merges with the answers
    #[arg(long, help_heading = "What to do")]
    settle: bool,

    /// Merges files that look swapped, or look like those of different components
    #[arg(long, help_heading = "What to do")]
    as_given: bool,

    #[command(flatten)]
    virtual_directories: VirtualDirectoryArgs,

    #[command(flatten)]
    rules: RulesArgs,

    /// Writes the rules that settle the conflicts (with --settle, the answers) to a new file
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    write_rules: Option<PathBuf>,

    #[command(flatten)]
    reports: ReportArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OnConflict {
    /// With the administrator's values
    Old,
    /// With the new file's values
    New,
    /// With both, between git's conflict markers
    Markers,
}

/// What was asked for, checked and read.
struct Job {
    rules: Rules,
    directories: VirtualDirectories,
    configuration: Configuration,
    /// Inputs that were read out of an installer.
    inputs: Vec<InputLine>,
    warnings: Vec<String>,
}

pub(super) fn run(args: &MergeArgs, output: &mut Output) -> Exit {
    let ended = Job::resolve(args).and_then(|job| job.run(args, output));
    output.ended(ended)
}

impl Job {
    fn resolve(args: &MergeArgs) -> Result<Self, Failures> {
        check_files(args)?;
        settle::check(args)?;
        let rules = load_lint_rules(args.rules.extra())?;
        let directories = args.virtual_directories.resolve(&rules)?;
        let mut failures = Failures::new();
        let mut read = |path: &Path, option| {
            let (document, _) = failures.keep(read_document(path, &rules))?;
            failures.extend(refuse_markers(path, &document, &rules));
            let name = display_name(path);
            Some(Named {
                name,
                option,
                document,
            })
        };
        let base = (args.base.as_deref()).and_then(|path| read(path, "--base"));
        let old = read(&args.old, "--old");
        let new = (args.new.as_deref()).and_then(|path| read(path, "--new"));
        let mut shipped = |from: &Option<PathBuf>| {
            let document = old.as_ref().map(|old| &old.document);
            let read = read_shipped(from.as_deref()?, &args.old, document, &rules);
            failures.keep(read)
        };
        let (base_shipped, new_shipped) = (shipped(&args.base_from), shipped(&args.new_from));
        let (base, base_shipped) = either(base, base_shipped, "--base-from");
        let (new, new_shipped) = either(new, new_shipped, "--new-from");
        let (Some(old), Some(new), true) = (old, new, failures.is_empty()) else {
            return Err(failures);
        };
        let inputs = [("base", &base_shipped), ("new", &new_shipped)];
        let inputs = inputs.into_iter().filter_map(|(role, shipped)| {
            let origin = &shipped.as_ref()?.origin;
            Some(InputLine::of(role, origin))
        });
        let inputs = inputs.collect();
        let configuration = Configuration {
            base,
            old,
            new,
            output: args.output.display().to_string(),
        };
        let as_given = (!args.as_given).then_some(AS_GIVEN);
        let [base, new] = [&base_shipped, &new_shipped]
            .map(|shipped| shipped.as_ref().map(|shipped| &shipped.origin));
        let installers = of_installers(base, new, as_given)?;
        let mut warnings = doubts(&configuration, &rules, as_given)?;
        warnings.extend(installers);
        Ok(Self {
            warnings,
            inputs,
            configuration,
            directories,
            rules,
        })
    }

    fn run(mut self, args: &MergeArgs, output: &mut Output) -> Result<Exit, Failures> {
        if !result::report_is_talk(args) {
            for warning in &self.warnings {
                output.err(&format!("warning: {warning}\n"));
            }
        }
        let mut answers = None;
        if args.settle {
            answers = self.ask(args, output)?;
        }
        if let Some(answers) = &answers {
            self.rules = load_rules_with(args.rules.extra(), answers, "your answers")?;
        }
        let carried = self.merged(args, |work| self.carry_out(work, args, answers, output));
        Ok(carried??)
    }

    /// Merges, and lets `look` see all that came of it.
    fn merged<T>(&self, args: &MergeArgs, look: impl FnOnce(&Work<'_>) -> T) -> Result<T, Failure> {
        let settle = match args.conflicts {
            Some(OnConflict::Old) => Settle::Incoming,
            _ => Settle::Carrier,
        };
        self.configuration.merged(self.rewriter(), settle, look)
    }

    /// Asks about the conflicts; the answers as a pack, if there are any.
    fn ask(&self, args: &MergeArgs, output: &mut Output) -> Result<Option<String>, Failure> {
        self.merged(args, |work| {
            let report = self.report(work, args.reports.show_secrets);
            let mut say = |text: &str| output.err(&plain(text));
            let answers = settle::ask(&report, &mut std::io::stdin().lock(), &mut say)
                .map_err(|error| Failure::new(format!("the answers cannot be read: {error}")))?;
            let report = self.report(work, false);
            Ok(report.pack(|at| answers.get(at).copied().flatten()))
        })?
    }

    fn carry_out(
        &self,
        work: &Work<'_>,
        args: &MergeArgs,
        answers: Option<String>,
        output: &mut Output,
    ) -> Result<Exit, Failure> {
        let conflicts = work.conflicts();
        let mut report = self.report(work, args.reports.show_secrets);
        let rules = match (args.settle, &args.write_rules) {
            (true, _) => answers,
            // No file of rules has a secret in it.
            (false, Some(_)) => self.report(work, false).offered(),
            (false, None) => None,
        };
        let bytes = bytes_of(work, args)?;
        let mut writes = Writes::plan(args)?;
        let mut sidecars = Vec::new();
        if bytes.is_some() {
            let (folders, result) = (args_folders(args), &work.finished.document);
            sidecars = sidecars::plan(folders, result, self.rewriter(), &mut writes.plan)?;
        }
        for sidecar in &sidecars {
            match sidecar.is_there() {
                true => report.notes.push(sidecar.to_string()),
                false => report.not_looked_at.push(sidecar.to_string()),
            }
        }
        let linted = self.linted(work, args);
        report.add_files(work, bytes.as_deref(), linted.as_ref(), self.inputs.clone());
        let result = Writing {
            args,
            writes: &writes,
            sidecars: &sidecars,
            rules: rules.as_deref(),
            result: bytes.as_deref(),
            read: writes.is_in_place.then(|| self.configuration.new.bytes()),
            conflicts,
        };
        result.write(&mut report, output)?;
        Ok(if conflicts > 0 {
            Exit::Findings
        } else {
            Exit::Clean
        })
    }

    fn report(&self, work: &Work<'_>, show_secrets: bool) -> Report {
        Report::of_work(work, &self.warnings, show_secrets)
    }

    fn linted(&self, work: &Work<'_>, args: &MergeArgs) -> Option<Both> {
        let path = match is_stdin(&args.old) {
            true => Path::new(""),
            false => args.old.as_path(),
        };
        let disk: Arc<dyn Tree> = Arc::new(Disk::default());
        let given = &self.configuration;
        let (old, output) = (given.old.bytes(), display_name(&args.output));
        lint_both(
            &self.rules,
            &disk,
            path,
            (given.old.name.clone(), &old),
            (output, &work.finished.bytes),
        )
    }

    fn rewriter(&self) -> Rewriter<'_> {
        Rewriter {
            directories: &self.directories,
            rules: &self.rules,
        }
    }
}

/// What was read of a file, or else of an installer.
fn either(
    file: Option<Named>,
    shipped: Option<(Document, Shipped)>,
    option: &'static str,
) -> (Option<Named>, Option<Shipped>) {
    let Some((document, shipped)) = shipped else {
        return (file, None);
    };
    let named = Named {
        name: shipped.label.clone(),
        option,
        document,
    };
    (Some(named), Some(shipped))
}

fn refuse_markers(path: &Path, document: &Document, rules: &Rules) -> Option<Failure> {
    let first = left_marker(document)?;
    let name = display_name(path);
    Some(left_markers(&name, document.text(), first, &rules.secrets))
}
