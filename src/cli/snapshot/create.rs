//! `conferry snapshot create`.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

use super::progress::watch;
use super::{asked, component_ids, drives, known_components, selection};
use crate::cli::exit::Exit;
use crate::cli::keys::{LockArgs, lock};
use crate::cli::output::Output;
use crate::cli::pack_options::{RulesArgs, load_rules};
use crate::cli::shared::{Format, FormatArgs};
use crate::cli::this_run::this_run;
use crate::error::{Failure, Failures};
use crate::present::snapshot as present;
use crate::snapshot::create::{CreateError, Destination, Facts, check, create};
use crate::snapshot::find::{self, Installers, Request};

const EXAMPLES: &str = "\
Examples:
  On the server, see first what would be taken and why:
    reg export \"HKLM\\SOFTWARE\\Wow6432Node\\Positive Networks\\PhoneFactor\" phonefactor.reg
    conferry snapshot create --registry phonefactor.reg -o E:\\before --dry-run

  Edited pages too, as one file:
    conferry snapshot create --registry phonefactor.reg --with-pages -o E:\\before.zip

  Encrypted, for the holder of a key that age-keygen made:
    conferry snapshot create --encrypt-to age1... -o E:\\before.zip.age

  From a mounted image of the server's system drive:
    conferry snapshot create --root /mnt/c -o before

Exit codes: 0 done; 2 a file could not be taken, or nothing was made.";

/// Finds what must survive the upgrade and copies it with its hashes
///
/// Looks in IIS's configuration, in an export of the registry, in every documented place and into
/// the configuration files themselves. Stop the server's service first, so that its data file is
/// whole. A snapshot holds passwords and phone numbers: keep it where only administrators get.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CreateArgs {
    /// Where the snapshot goes: a new folder, a new file NAME.zip, or encrypted NAME.zip.age
    #[arg(short, long, value_name = "DEST")]
    output: PathBuf,

    /// Lists what would be taken and why, and writes nothing
    #[arg(long)]
    dry_run: bool,

    /// Folder that stands for the system drive C:, such as a mounted image
    #[arg(long, value_name = "DIR", help_heading = "Where to look")]
    root: Option<PathBuf>,

    /// IIS's configuration, if not in its usual place
    #[arg(long, value_name = "FILE", help_heading = "Where to look")]
    iis: Option<PathBuf>,

    /// Export of the registry: .reg, or what `reg query /s` printed
    #[arg(long, value_name = "FILE", help_heading = "Where to look")]
    registry: Option<PathBuf>,

    /// Takes only this component
    #[arg(long, value_name = "NAME", help_heading = "What to take")]
    component: Vec<String>,

    /// Takes pages too that administrators edit (*.aspx)
    #[arg(long, help_heading = "What to take")]
    with_pages: bool,

    /// Takes the installers too that lie in the folder of the product; what they ship is taken anyway
    #[arg(long, help_heading = "What to take")]
    with_installers: bool,

    /// Takes further files of the components' folders
    #[arg(long, value_name = "GLOB", help_heading = "What to take")]
    include: Vec<String>,

    /// Leaves out files that match
    #[arg(long, value_name = "GLOB", help_heading = "What to take")]
    exclude: Vec<String>,

    #[command(flatten)]
    lock: LockArgs,

    /// Time that the snapshot bears, RFC 3339; else SOURCE_DATE_EPOCH, else now
    #[arg(long, value_name = "TIME", help_heading = "Report")]
    timestamp: Option<Timestamp>,

    #[command(flatten)]
    rules: RulesArgs,

    #[command(flatten)]
    report: FormatArgs,
}

pub(super) fn run(args: &CreateArgs, output: &mut Output) -> Result<Exit, Failures> {
    let rules = load_rules(args.rules.extra())?;
    let components = known_components(&args.component, &component_ids(&rules))?;
    let drives = drives(args.root.as_deref(), "--root", None)?;
    let include = asked(&args.include)?;
    let exclude = selection(&[], &args.exclude)?;
    let created = timestamp(args.timestamp)?;
    let destination = Destination {
        path: args.output.clone(),
        lock: lock(&args.lock)?,
    };
    for file in args.iis.iter().chain(&args.registry) {
        if !file.is_file() {
            return Err(Failure::new("there is no such file")
                .in_file(file.display())
                .help("Check the path of --iis or --registry.")
                .into());
        }
    }
    let plan = find::find(&Request {
        drives: &drives,
        rules: &rules,
        components: &components,
        iis: args.iis.as_deref(),
        registry: args.registry.as_deref(),
        include: include.as_ref(),
        with_pages: args.with_pages,
        installers: match args.with_installers {
            true => Installers::Whole,
            false => Installers::Shipped,
        },
        exclude: &exclude,
    });
    let mut failures: Failures = plan.problems.iter().cloned().map(Failure::from).collect();
    let unmade = |error: &CreateError| {
        Failure::new(error.to_string())
            .in_file(args.output.display())
            .help(error.help())
    };
    if args.dry_run {
        output.out(&match args.report.format {
            Format::Json => present::plan_json(&plan, &this_run()),
            Format::Text => present::plan_text(&plan),
        });
        failures.extend(check(&plan, &destination).err().as_ref().map(unmade));
        return end(failures, output);
    }
    let facts = Facts {
        created,
        host: this_run().host,
        system_drive: drives.system(),
    };
    if plan.files.is_empty() {
        output.out(&present::plan_text(&plan));
    }
    let size = (
        plan.files.len(),
        plan.files.iter().map(|file| file.size).sum(),
    );
    let made = watch(output, "Copying", size, |progress| {
        create(plan, &destination, facts, &rules, progress)
    });
    match made {
        Ok(made) => {
            output.out(&match args.report.format {
                Format::Json => present::manifest_json("create", &made.manifest, &this_run()),
                Format::Text => {
                    present::created_text(&made.manifest, &args.output.display().to_string())
                }
            });
            #[cfg(windows)]
            output.err(&present::readers(
                &args.output,
                crate::io::windows_access::who_may_read(&args.output),
            ));
            failures.extend(made.problems.into_iter().map(Failure::from));
        }
        Err(error) => failures.push(unmade(&error)),
    }
    end(failures, output)
}

fn end(failures: Failures, output: &mut Output) -> Result<Exit, Failures> {
    Ok(output.failures(&failures, Exit::Clean))
}

fn timestamp(given: Option<Timestamp>) -> Result<Timestamp, Failures> {
    if let Some(given) = given {
        return Ok(given);
    }
    let Ok(epoch) = std::env::var("SOURCE_DATE_EPOCH") else {
        let now = Timestamp::now().as_second();
        return Ok(Timestamp::from_second(now).unwrap_or_default());
    };
    let time = epoch
        .parse()
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.ok_or_else(|| {
        let message = format!("SOURCE_DATE_EPOCH is `{epoch}`, which is no number of seconds");
        Failure::new(message)
            .help("Unset it, or give seconds since 1970.")
            .into()
    })
}
