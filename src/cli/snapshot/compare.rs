//! `conferry snapshot verify`, `diff` and `show`.

use std::path::PathBuf;

use clap::Args;

use super::progress::watch;
use super::{drives, open_checked};
use crate::cli::exit::Exit;
use crate::cli::keys::{KeyArgs, check_needed, keys};
use crate::cli::output::Output;
use crate::cli::pack_options::{RulesArgs, load_rules};
use crate::cli::shared::{Format, FormatArgs};
use crate::cli::this_run::this_run;
use crate::diff::Configuration;
use crate::error::{Failure, Failures};
use crate::io::walk::Selection;
use crate::pack::Rules;
use crate::pack::places::FileKind;
use crate::present::differences::{File, Reporter};
use crate::present::snapshot as present;
use crate::snapshot::diff::{Difference, State};
use crate::snapshot::find;
use crate::snapshot::store::Store;
use crate::snapshot::unusable;
use crate::snapshot::verify;

const VERIFY_EXAMPLES: &str = "\
Example:
    conferry snapshot verify E:\\before

Without conferry, in the folder: sha256sum --check SHA256SUMS

Exit codes: 0 every byte is as it was; 1 something is not; 2 it could not be read.";

/// Proves that a snapshot is what it was, to the last bit
///
/// Compares size and SHA-256 of every file, names files that are missing or extra, and checks the
/// manifest itself.
#[derive(Debug, Args)]
#[command(after_help = VERIFY_EXAMPLES)]
pub(super) struct VerifyArgs {
    /// The snapshot
    #[arg(value_name = "SNAP")]
    snapshot: PathBuf,

    #[command(flatten)]
    keys: KeyArgs,

    #[command(flatten)]
    report: FormatArgs,
}

const DIFF_EXAMPLES: &str = "\
Examples:
  What did the installer change?
    conferry snapshot diff E:\\before --live

  The same with a mounted image of the server:
    conferry snapshot diff before --live --root /mnt/c

Exit codes: 0 nothing differs; 1 something does; 2 it could not be read.";

/// Says what differs between two snapshots, or a snapshot and the server as it is now
///
/// Names files that were added, removed, changed or moved. Of XML configuration the settings that
/// differ are listed, with secrets masked.
#[derive(Debug, Args)]
#[command(after_help = DIFF_EXAMPLES)]
pub(super) struct DiffArgs {
    /// The snapshot
    #[arg(value_name = "A")]
    before: PathBuf,

    /// The snapshot to compare it with
    #[arg(
        value_name = "B",
        required_unless_present = "live",
        conflicts_with = "live"
    )]
    after: Option<PathBuf>,

    /// Compares with the server as it is now
    #[arg(long, help_heading = "What to compare with")]
    live: bool,

    /// Folder that stands for the system drive C:
    #[arg(
        long,
        value_name = "DIR",
        requires = "live",
        help_heading = "What to compare with"
    )]
    root: Option<PathBuf>,

    #[command(flatten)]
    keys: KeyArgs,

    #[command(flatten)]
    rules: RulesArgs,

    #[command(flatten)]
    report: FormatArgs,

    /// Does not mask secrets
    #[arg(long, help_heading = "Report")]
    show_secrets: bool,
}

const SHOW_EXAMPLES: &str = "\
Example:
    conferry snapshot show E:\\before";

/// Shows what a snapshot holds: components, files, what was missing
#[derive(Debug, Args)]
#[command(after_help = SHOW_EXAMPLES)]
pub(super) struct ShowArgs {
    /// The snapshot
    #[arg(value_name = "SNAP")]
    snapshot: PathBuf,

    #[command(flatten)]
    keys: KeyArgs,

    #[command(flatten)]
    report: FormatArgs,
}

pub(super) fn run_verify(args: &VerifyArgs, output: &mut Output) -> Result<Exit, Failures> {
    let keys = keys(&args.keys)?;
    let tried = match Store::open(&args.snapshot, &keys) {
        Ok(store) => {
            check_needed(&keys, &[&store])?;
            // The manifest and its hashes are read before.
            let size = (store.entries().len().saturating_sub(2), store.size());
            watch(output, "Verifying", size, |progress| {
                verify::verify(&store, progress)
            })
        }
        Err(error) => Err(error),
    };
    let verified = match tried {
        Ok(verified) => verified,
        // Damage is what is looked for; a folder without a manifest is something else.
        Err(error) => Some(&error)
            .filter(|_| args.snapshot.is_file())
            .and_then(|error| verify::unopened(&args.snapshot.display().to_string(), error))
            .ok_or_else(|| unusable(&args.snapshot, &error))?,
    };
    output.out(&match args.report.format {
        Format::Json => present::verified_json(&verified, &this_run()),
        Format::Text => present::verified_text(&verified),
    });
    Ok(match verified.findings.is_empty() {
        true => Exit::Clean,
        false => Exit::Findings,
    })
}

pub(super) fn show(args: &ShowArgs, output: &mut Output) -> Result<Exit, Failures> {
    let keys = keys(&args.keys)?;
    let (store, manifest) = open_checked(&args.snapshot, &keys)?;
    check_needed(&keys, &[&store])?;
    output.out(&match args.report.format {
        Format::Json => present::manifest_json("show", &manifest, &this_run()),
        Format::Text => present::manifest_text(&manifest),
    });
    Ok(Exit::Clean)
}

pub(super) fn diff(args: &DiffArgs, output: &mut Output) -> Result<Exit, Failures> {
    let rules = load_rules(args.rules.extra())?;
    let keys = keys(&args.keys)?;
    let (store, manifest) = open_checked(&args.before, &keys)?;
    let mut before = State::of_snapshot(&manifest, &store);
    let mut failures = Failures::new();
    let after = args.after.as_deref();
    let other = after.map(|path| open_checked(path, &keys)).transpose()?;
    let stores = std::iter::once(&store).chain(other.as_ref().map(|(store, _)| store));
    check_needed(&keys, &stores.collect::<Vec<_>>())?;
    let after = match &other {
        Some((store, manifest)) => State::of_snapshot(manifest, store),
        None => {
            before = before.of_drives();
            let drives = drives(args.root.as_deref(), "--root", Some(manifest.system_drive))?;
            let plan = find::find(&find::Request {
                drives: &drives,
                rules: &rules,
                components: &[],
                iis: None,
                registry: None,
                include: None,
                installers: find::Installers::Nothing,
                with_pages: manifest
                    .files
                    .iter()
                    .any(|file| file.kind == FileKind::Page),
                exclude: &Selection::default(),
            });
            failures.extend(plan.problems.iter().cloned().map(Failure::from));
            State::live(&plan, &manifest, &drives)
        }
    };
    let unread = |(path, message): &(String, String)| {
        Failure::new(format!("it cannot be read: {message}"))
            .in_file(path)
            .help("Run as a user who may read it.")
    };
    failures.extend(after.unreadable.iter().map(unread));
    let mut reporter = Reporter::new(&rules, args.show_secrets);
    let differences: Vec<present::diff::Told> = crate::snapshot::diff::diff(&before, &after)
        .into_iter()
        .map(|file| present::diff::Told {
            settings: settings(&file, [&before, &after], &rules, &mut reporter),
            file,
        })
        .collect();
    output.out(&match args.report.format {
        Format::Json => present::diff::differences_json(&differences, &this_run()),
        Format::Text => present::diff::differences_text(&differences),
    });
    let exit = match differences.is_empty() {
        false => Exit::Findings,
        true => Exit::Clean,
    };
    Ok(output.failures(&failures, exit))
}

/// What differs in a configuration, by meaning.
fn settings(
    file: &Difference,
    [before, after]: [&State<'_>; 2],
    rules: &Rules,
    reporter: &mut Reporter<'_>,
) -> Option<File> {
    let documents = file.documents(before, after)?;
    let [one, other] = documents
        .each_ref()
        .map(|document| Configuration::new(document, []));
    let found = crate::diff::diff(&one, &other, rules).ok()?;
    Some(reporter.changes(&found))
}
