//! `conferry snapshot restore`.

use std::path::PathBuf;

use clap::Args;

use super::progress::watch;
use super::{asked, drives, known_components, open_checked};
use crate::cli::exit::Exit;
use crate::cli::keys::{KeyArgs, check_needed, keys};
use crate::cli::output::Output;
use crate::cli::shared::{Format, FormatArgs};
use crate::cli::this_run::this_run;
use crate::error::{Failure, Failures};
use crate::io::fresh;
use crate::io::write::Backup;
use crate::pack::rules::ComponentId;
use crate::present::snapshot::restore as present;
use crate::snapshot::Problem;
use crate::snapshot::restore::{Action, Request, plan, restore, shortage, size, verify};

const EXAMPLES: &str = "\
Examples:
  See what would happen to the themes of the portal:
    conferry snapshot restore E:\\before --only '**/App_Themes/**' --dry-run

  Put the server's data back, keeping what is there now (stop the service first):
    conferry snapshot restore E:\\before --component mfa-server --backup

  Lay everything out in a folder:
    conferry snapshot restore before.zip --to old-server

Exit codes: 0 done, or nothing to do; 2 a file was refused or could not be written.";

/// Puts the files of a snapshot back
///
/// Shows a plan of what is created, overwritten, identical or refused, and does exactly that. The
/// files are verified before the first one is written. applicationHost.config and registry exports
/// are put back only if --component or --only names them.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct RestoreArgs {
    /// The snapshot
    #[arg(value_name = "SNAP")]
    snapshot: PathBuf,

    /// Folder that stands for the system drive C:
    #[arg(long, value_name = "DIR", help_heading = "What to do")]
    to: Option<PathBuf>,

    /// Shows the plan and writes nothing
    #[arg(long, help_heading = "What to do")]
    dry_run: bool,

    /// Keeps what is overwritten beside it as *.bak
    #[arg(long, help_heading = "What to do")]
    backup: bool,

    /// Puts back only this component
    #[arg(long, value_name = "NAME", help_heading = "Which files")]
    component: Vec<String>,

    /// Puts back only files that match
    #[arg(long, value_name = "GLOB", help_heading = "Which files")]
    only: Vec<String>,

    #[command(flatten)]
    keys: KeyArgs,

    #[command(flatten)]
    report: FormatArgs,
}

pub(super) fn run(args: &RestoreArgs, output: &mut Output) -> Result<Exit, Failures> {
    let keys = keys(&args.keys)?;
    let (store, manifest) = open_checked(&args.snapshot, &keys)?;
    check_needed(&keys, &[&store])?;
    let mut known: Vec<ComponentId> = manifest
        .files
        .iter()
        .map(|file| file.component.clone())
        .collect();
    known.sort();
    known.dedup();
    let components = known_components(&args.component, &known)?;
    let only = asked(&args.only)?;
    let target = match &args.to {
        // A plan for a folder that is not there yet is a plan for an empty one.
        Some(to) if !to.exists() => {
            crate::io::windows_path::Drives::below(to, manifest.system_drive)
        }
        to => drives(to.as_deref(), "--to", Some(manifest.system_drive))?,
    };
    let reads: Vec<PathBuf> = (args.keys.files().cloned())
        .chain([args.snapshot.clone()])
        .collect();
    let request = Request {
        drives: &target,
        components: &components,
        only: only.as_ref(),
        reads: &reads,
    };
    let all = (manifest.files.len(), store.size());
    let steps = watch(output, "Comparing", all, |progress| {
        plan(&manifest, &request, progress)
    });
    if only.is_some() && steps.iter().all(|step| step.action == Action::LeaveOut) {
        return Err(Failure::new("no file matches --only")
                .in_file(args.snapshot.display())
                .help("A pattern is compared with the path below the drive: --only '**/pa/web.config', or with the name. `conferry snapshot show` lists the files.").into());
    }
    let size = size(&steps);
    let damaged = watch(output, "Verifying", size, |progress| {
        verify(&store, &steps, progress)
    });
    if !damaged.is_empty() {
        let failure = |finding: &crate::snapshot::verify::Finding| {
            Failure::new(finding.message.clone())
                .in_file(&finding.path)
                .help("Nothing was written. Use another copy of this snapshot, or leave this file out with --only.")
        };
        return Err(damaged.iter().map(failure).collect());
    }
    let is_text = args.report.format == Format::Text;
    if is_text {
        output.out(&present::steps_text(&steps, args.dry_run));
    }
    let json =
        |problems: &[Problem]| present::steps_json(&steps, args.dry_run, problems, &this_run());
    let mut exit = Exit::Clean;
    if steps
        .iter()
        .any(|step| matches!(step.action, Action::Refuse(_)))
    {
        exit = Exit::Failed;
    }
    if args.dry_run {
        if !is_text {
            output.out(&json(&[]));
        }
        return Ok(exit);
    }
    if let Some(short) = shortage(&steps, fresh::free_space) {
        let (needed, free) = (short.needed, short.free);
        let message = format!("{needed} bytes are needed on this drive and {free} are free");
        let failure = Failure::new(message).in_file(short.folder.display());
        return Err(failure
            .help("Nothing was written. Free space there, or put back a part with --only.")
            .into());
    }
    let backup = args.backup.then_some(Backup::Beside);
    let problems = watch(output, "Restoring", size, |progress| {
        restore(&store, &steps, backup, progress)
    });
    if !is_text {
        output.out(&json(&problems));
    }
    output.err(&present::restored(&steps, problems.len()));
    for problem in problems {
        output.failure(&problem.into());
        exit = Exit::Failed;
    }
    Ok(exit)
}
