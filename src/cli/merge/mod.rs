//! `conferry merge`: carries an administrator's settings into the newly installed file.

mod doubts;
mod files;
mod judged;
mod notes;
mod reports;
mod result;
mod settle;
mod work;
mod writes;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use self::doubts::{doubts, of_installers};
use self::files::{args_folders, check_files, files};
use self::judged::judged;
use self::reports::ReportArgs;
use self::result::Writing;
use self::work::{Work, renaming};
use self::writes::Writes;
use super::exit::Exit;
use super::input::{left_markers, read_document};
use super::installers::read_shipped;
use super::output::Output;
use super::pack_options::{RulesArgs, load_lint_rules, load_rules_with};
use super::shared::VirtualDirectoryArgs;
use crate::error::{Failure, Failures};
use crate::installer::shipped::Shipped;
use crate::io::read::display_name;
use crate::merge::suspicion::{Given, left_marker};
use crate::pack::Rules;
use crate::present::installer::InputLine;
use crate::present::merge::{About, Files, Report};
use crate::present::plain::plain;
use crate::rewrite::{VirtualDirectories, rewrite_value, sidecars};
use crate::xml::Document;

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
    base: Option<Document>,
    old: Document,
    new: Document,
    /// The names of the files.
    files: Files,
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
        let mut read = |path: &Path| {
            let (document, _) = failures.keep(read_document(path, &rules))?;
            failures.extend(refuse_markers(path, &document, &rules));
            Some(document)
        };
        let base = args.base.as_deref().and_then(&mut read);
        let (old, new) = (read(&args.old), args.new.as_deref().and_then(read));
        let mut shipped = |from: &Option<PathBuf>| {
            let read = read_shipped(from.as_deref()?, &args.old, old.as_ref(), &rules);
            failures.keep(read)
        };
        let (base, base_shipped) = either(base, shipped(&args.base_from));
        let (new, new_shipped) = either(new, shipped(&args.new_from));
        let (Some(old), Some(new), true) = (old, new, failures.is_empty()) else {
            return Err(failures);
        };
        let files = files(args, base_shipped.as_ref(), new_shipped.as_ref());
        let inputs = [("base", &base_shipped), ("new", &new_shipped)];
        let inputs = inputs.into_iter().filter_map(|(role, shipped)| {
            let origin = &shipped.as_ref()?.origin;
            Some(InputLine::of(role, origin))
        });
        let given = Given {
            base: base.as_ref(),
            old: &old,
            new: &new,
        };
        let of_installers = of_installers(args, base_shipped.as_ref(), new_shipped.as_ref())?;
        let mut warnings = doubts(args, &files, given, &rules)?;
        warnings.extend(of_installers);
        Ok(Self {
            warnings,
            inputs: inputs.collect(),
            files,
            base,
            old,
            new,
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
        Ok(self.carry_out(args, answers, output)?)
    }

    /// Asks about the conflicts; the answers as a pack, if there are any.
    fn ask(&self, args: &MergeArgs, output: &mut Output) -> Result<Option<String>, Failure> {
        let renaming = renaming(self, args)?;
        let rewrite = |value: &str| rewrite_value(value, &self.directories, &self.rules.guards);
        let work = Work::of(self, &renaming, &rewrite, args)?;
        let report = work.report(args.reports.show_secrets);
        let mut say = |text: &str| output.err(&plain(text));
        let answers = settle::ask(&report, &mut std::io::stdin().lock(), &mut say)
            .map_err(|error| Failure::new(format!("the answers cannot be read: {error}")))?;
        Ok(work
            .report(false)
            .pack(|at| answers.get(at).copied().flatten()))
    }

    fn carry_out(
        &self,
        args: &MergeArgs,
        answers: Option<String>,
        output: &mut Output,
    ) -> Result<Exit, Failure> {
        let renaming = renaming(self, args)?;
        let rewrite = |value: &str| rewrite_value(value, &self.directories, &self.rules.guards);
        let work = Work::of(self, &renaming, &rewrite, args)?;
        let finished = &work.finished;
        let conflicts = work.merged.conflicts.len() + work.missing.len();

        let mut report = work.report(args.reports.show_secrets);
        let rules = match args.settle {
            true => answers,
            // No file of rules has a secret in it.
            false => work.offered(args),
        };
        let bytes = work.result(args, conflicts)?;
        let mut writes = Writes::plan(args)?;
        let mut sidecars = Vec::new();
        if bytes.is_some() {
            let (folders, result) = (args_folders(args), &finished.document);
            sidecars = sidecars::plan(folders, result, self.rewriter(), &mut writes.plan)?;
        }
        for sidecar in &sidecars {
            match sidecar.is_there() {
                true => report.notes.push(sidecar.to_string()),
                false => report.not_looked_at.push(sidecar.to_string()),
            }
        }
        self.tell_of_files(&mut report, args, &work, bytes.as_deref());
        let result = Writing {
            args,
            writes: &writes,
            sidecars: &sidecars,
            rules: rules.as_deref(),
            result: bytes.as_deref(),
            read: writes.is_in_place.then(|| self.new_bytes()),
            conflicts,
        };
        result.write(&mut report, output)?;
        Ok(if conflicts > 0 {
            Exit::Findings
        } else {
            Exit::Clean
        })
    }

    /// Adds what was read and written, and what lint says of it.
    fn tell_of_files(
        &self,
        report: &mut Report,
        args: &MergeArgs,
        work: &Work<'_>,
        written: Option<&[u8]>,
    ) {
        let bytes = |document: &Document| document.source().bytes_with(document.text());
        let (base, old, new) = (
            self.base.as_ref().map(bytes),
            bytes(&self.old),
            self.new_bytes(),
        );
        let files = [
            ("base", base.as_deref()),
            ("old", Some(&*old)),
            ("new", Some(&*new)),
            ("result", written),
        ];
        let files: Vec<(&str, &[u8])> = (files.into_iter())
            .filter_map(|(role, bytes)| Some((role, bytes?)))
            .collect();
        report.add_about(About::of(
            &self.rules,
            &files,
            self.inputs.clone(),
            !work.merged.conflicts.is_empty(),
        ));
        if let Some(judged) = judged(args, &self.rules, &old, &work.finished.bytes) {
            report.add_lint(judged);
        }
    }

    /// What was read of the new file.
    fn new_bytes(&self) -> Vec<u8> {
        self.new.source().bytes_with(self.new.text())
    }

    fn rewriter(&self) -> crate::rewrite::Rewriter<'_> {
        crate::rewrite::Rewriter {
            directories: &self.directories,
            rules: &self.rules,
        }
    }
}

/// What was read of a file, or else of an installer.
fn either(
    file: Option<Document>,
    shipped: Option<(Document, Shipped)>,
) -> (Option<Document>, Option<Shipped>) {
    match shipped {
        Some((document, shipped)) => (Some(document), Some(shipped)),
        None => (file, None),
    }
}

fn refuse_markers(path: &Path, document: &Document, rules: &Rules) -> Option<Failure> {
    let first = left_marker(document)?;
    let name = display_name(path);
    Some(left_markers(&name, document.text(), first, &rules.secrets))
}
