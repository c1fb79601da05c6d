//! `conferry merge`: carries an administrator's settings into the newly installed file.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::exit::Exit;
use super::input::read_document;
use super::output::Output;
use super::pack_options::{RulesArgs, load_rules};
use super::shared::{Format, FormatArgs, VirtualDirectoryArgs};
use super::sidecars;
use crate::error::Failure;
use crate::io::read::{display_name, is_stdin};
use crate::io::same_file::same_file;
use crate::io::write::{self, Backup, Written};
use crate::merge::finish::{Finished, Settle, finish, missing_required};
use crate::merge::markers::{Markers, Style, conflicted_text};
use crate::merge::prepare::encrypted;
use crate::merge::renaming::rename;
use crate::merge::{Inputs, Merged, Mode, merge};
use crate::pack::Rules;
use crate::present::merge::{Files, Report};
use crate::present::merge_notes::renames;
use crate::present::redact::Redactor;
use crate::rewrite::{VirtualDirectories, rewrite_value};
use crate::xml::Document;

const EXAMPLES: &str = "\
Examples:
  Carry the portal's settings into the newly installed file:
    conferry merge --base base\\web.config --old backup\\web.config --new web.config -o web.config --backup

  The file that the old version shipped is lost; see first what would happen:
    conferry merge --old backup\\web.config --new web.config -o merged.config --dry-run

  The old name of the portal was kept at installation:
    conferry merge --old old.config --new new.config -o merged.config --keep-vdir PhoneFactor

  Settle the conflicts of the last run by rules, for good:
    conferry merge --base base.config --old old.config --new new.config -o merged.config --rules settled.toml

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

    /// The administrator's file (`-` reads standard input)
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    old: PathBuf,

    /// The newly installed file
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    new: PathBuf,

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

    #[command(flatten)]
    virtual_directories: VirtualDirectoryArgs,

    #[command(flatten)]
    rules: RulesArgs,

    #[command(flatten)]
    reporting: FormatArgs,

    /// Writes the report to a file instead of standard output
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    report: Option<PathBuf>,

    /// Does not mask secrets in the report
    #[arg(long, help_heading = "Report")]
    show_secrets: bool,
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
}

pub(super) fn run(args: &MergeArgs, output: &mut Output) -> Exit {
    let done = Job::resolve(args).and_then(|job| job.run(args, output).map_err(|one| vec![one]));
    match done {
        Ok(exit) => exit,
        Err(failures) => {
            failures.iter().for_each(|failure| output.failure(failure));
            Exit::Failed
        }
    }
}

impl Job {
    fn resolve(args: &MergeArgs) -> Result<Self, Vec<Failure>> {
        check_files(args).map_err(|failure| vec![failure])?;
        let rules = load_rules(&args.rules.rules)?;
        let directories = args
            .virtual_directories
            .resolve(&rules)
            .map_err(|error| vec![error])?;
        let mut failures = Vec::new();
        let mut read = |path: &Path| match read_document(path, &rules) {
            Ok((document, _)) => {
                failures.extend(refuse_encrypted(path, &document));
                Some(document)
            }
            Err(failure) => {
                failures.push(failure);
                None
            }
        };
        let base = args.base.as_deref().map(&mut read);
        let (old, new) = (read(&args.old), read(&args.new));
        match (old, new) {
            (Some(old), Some(new)) if failures.is_empty() => Ok(Self {
                base: base.flatten(),
                old,
                new,
                directories,
                rules,
            }),
            _ => Err(failures),
        }
    }

    fn run(&self, args: &MergeArgs, output: &mut Output) -> Result<Exit, Failure> {
        let renaming = rename(&self.old, self.base.as_ref(), &self.rules).map_err(|error| {
            Failure::new(error.to_string())
                .in_file(args.old.display())
                .help("Nothing was written. Please report this: it is a fault of conferry.")
        })?;
        let rewrite = |value: &str| rewrite_value(value, &self.directories, &self.rules.guards);
        let inputs = Inputs {
            base: renaming.base.as_deref(),
            incoming: &renaming.old,
            carrier: &self.new,
            mode: Mode::Upgrade,
            rules: &self.rules,
            rewrite: Some(&rewrite),
            joins_renamed: false,
            reports: true,
        };
        let merged = merge(inputs).map_err(|error| {
            Failure::new(error.to_string())
                .in_file(args.old.display())
                .help("Nothing was written. Check that --old and --new are the same kind of file.")
        })?;
        let settle = match args.conflicts {
            Some(OnConflict::Old) => Settle::Incoming,
            _ => Settle::Carrier,
        };
        let finished = finish(&inputs, &merged, settle).map_err(|error| {
            Failure::new(error.to_string())
                .in_file(args.output.display())
                .help("Nothing was written. Please report this: it is a fault of conferry.")
        })?;
        let required = missing_required(&inputs, &finished.document);
        let conflicts = merged.conflicts.len() + required.len();

        let mut redactor = Redactor::new(&self.rules.secrets, args.show_secrets);
        let mut report = Report::of(&inputs, &merged, &required, files(args), &mut redactor);
        report.notes.extend(renames(&renaming, &mut redactor));
        let bytes = self.result(args, &inputs, &merged, &finished, conflicts);
        let mut written = None;
        if let Some(bytes) = &bytes {
            let sidecars = sidecars::plan(args_folders(args), &finished.document, self.rewriter());
            report
                .notes
                .extend(sidecars.iter().map(ToString::to_string));
            if !args.dry_run {
                written = Some(self.write(args, bytes, output)?);
                sidecars::write(&sidecars)?;
            }
        }
        if let (Some(Written::Replaced { backup: Some(kept) }), Some(report)) =
            (&written, &args.report)
            && same_file(report, kept)
        {
            return Err(Failure::new("--report is the file that the backup went to")
                .in_file(kept.display())
                .help(
                    "The result and the backup are written. Run it again with another --report.",
                ));
        }
        report.result = result_line(args, written.as_ref(), conflicts);
        present(args, &report, output)?;
        Ok(if conflicts > 0 {
            Exit::Findings
        } else {
            Exit::Clean
        })
    }

    fn rewriter(&self) -> crate::rewrite::Rewriter<'_> {
        crate::rewrite::Rewriter {
            directories: &self.directories,
            rules: &self.rules,
        }
    }

    /// What is written, unless conflicts forbid it.
    fn result<'f>(
        &self,
        args: &MergeArgs,
        inputs: &Inputs<'_>,
        merged: &Merged,
        finished: &'f Finished,
        conflicts: usize,
    ) -> Option<Cow<'f, [u8]>> {
        if conflicts == 0 {
            return Some(Cow::Borrowed(&finished.bytes));
        }
        match args.conflicts? {
            OnConflict::Old | OnConflict::New => Some(Cow::Borrowed(&finished.bytes)),
            OnConflict::Markers => {
                let text = conflicted_text(
                    inputs,
                    merged,
                    &Markers {
                        style: Style::Diff3,
                        size: 7,
                        carrier: "new".to_owned(),
                        base: "base".to_owned(),
                        incoming: "old".to_owned(),
                    },
                );
                let source = merged.carrier(inputs).source();
                Some(Cow::Owned(source.bytes_with(text)))
            }
        }
    }

    fn write(
        &self,
        args: &MergeArgs,
        bytes: &[u8],
        output: &mut Output,
    ) -> Result<Written, Failure> {
        if is_stdin(&args.output) {
            output.out_bytes(bytes);
            return Ok(Written::Created);
        }
        let backup = args.backup.then_some(Backup::Beside);
        Ok(write::write_atomically(&args.output, bytes, backup)?)
    }
}

/// The folder of the old file and that of the result, where both are files.
fn args_folders(args: &MergeArgs) -> Option<(PathBuf, PathBuf)> {
    let folder =
        |path: &Path| (!is_stdin(path)).then(|| path.parent().unwrap_or(Path::new("")).to_owned());
    folder(&args.old).zip(folder(&args.output))
}

fn check_files(args: &MergeArgs) -> Result<(), Failure> {
    let inputs = args
        .base
        .iter()
        .chain([&args.old, &args.new])
        .filter(|path| is_stdin(path))
        .count();
    if inputs > 1 {
        return Err(Failure::new("standard input can be only one of the files")
            .help("Give `-` once and name the other files."));
    }
    let is_output = |path: &Path| !is_stdin(path) && same_file(path, &args.output);
    let replaces_backup = args
        .base
        .iter()
        .chain([&args.old])
        .any(|path| is_output(path));
    if !is_stdin(&args.output) && replaces_backup && !is_output(&args.new) {
        return Err(Failure::new("--output is the base or the old file")
            .help("Keep what the administrator had: name another file, or the new one."));
    }
    let Some(report) = args.report.as_deref().filter(|path| !is_stdin(path)) else {
        return Ok(());
    };
    if !is_stdin(&args.output) && same_file(report, &args.output) {
        return Err(Failure::new("--report and --output are the same file").help("Name two files."));
    }
    let mut inputs = args.base.iter().chain([&args.old, &args.new]);
    if inputs.any(|path| !is_stdin(path) && same_file(report, path)) {
        return Err(Failure::new("--report and an input are the same file")
            .help("Give the report a name of its own; it would replace the input."));
    }
    Ok(())
}

fn refuse_encrypted(path: &Path, document: &Document) -> Vec<Failure> {
    encrypted(document)
        .into_iter()
        .map(|found| {
            Failure::new(format!(
                "line {}: the section `{}` is encrypted, and conferry has no key to merge it with",
                found.place.line, found.section.path
            ))
            .in_file(display_name(path))
            .help(found.section.decrypt_help())
        })
        .collect()
}

fn files(args: &MergeArgs) -> Files {
    Files {
        base: args.base.as_deref().map(display_name),
        old: display_name(&args.old),
        new: display_name(&args.new),
        output: args.output.display().to_string(),
    }
}

fn result_line(args: &MergeArgs, written: Option<&Written>, conflicts: usize) -> String {
    let output = if is_stdin(&args.output) {
        "standard output".to_owned()
    } else {
        args.output.display().to_string()
    };
    let left = match conflicts {
        0 => String::new(),
        1 => " 1 conflict is left.".to_owned(),
        count => format!(" {count} conflicts are left."),
    };
    if args.dry_run {
        return format!("Dry run: nothing was written.{left}");
    }
    match written {
        Some(Written::Identical) => format!("{output} holds the result already.{left}"),
        Some(Written::Replaced {
            backup: Some(backup),
        }) => format!(
            "Wrote {output}; what it held is in {}.{left}",
            backup.display()
        ),
        Some(_) => format!("Wrote {output}.{left}"),
        None => format!(
            "Nothing was written to {output}.{left} Settle them by rules, or give --conflicts old, new or markers."
        ),
    }
}

fn present(args: &MergeArgs, report: &Report, output: &mut Output) -> Result<(), Failure> {
    let text = match args.reporting.format {
        Format::Text => report.text(),
        Format::Json => report.json(),
    };
    match &args.report {
        Some(path) if !args.dry_run => {
            write::write_atomically(path, text.as_bytes(), None)?;
            output.err(&format!(
                "{} The report is in {}.\n",
                report.result,
                path.display()
            ));
        }
        // The result itself is on standard output, so the report must not be.
        _ if is_stdin(&args.output) && !args.dry_run => output.err(&text),
        _ => output.out(&text),
    }
    Ok(())
}
