//! `conferry git-merge-driver`: what git calls to merge configuration files.

mod install;
pub(super) mod usual;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::{Args, ValueEnum};

use super::exit::Exit;
use super::output::Output;
use super::pack_options::{RulesArgs, load_general_rules};
use crate::error::{Failure, Failures};
use crate::io::write_plan::{Existing, WritePlan};
use crate::io::{read, write};
use crate::merge::branches::{Versions, merge_versions};
use crate::merge::markers::{Markers, Style};
use crate::present::redact::Redactor;

const EXAMPLES: &str = "\
Examples:
  Set it up in this repository, then follow what it prints:
    conferry git-merge-driver --install

  For all repositories of this user:
    conferry git-merge-driver --install --global

  What git then runs:
    conferry git-merge-driver %O %A %B -L %L -p %P

  By hand, as with git merge-file:
    conferry git-merge-driver base.config ours.config theirs.config -o merged.config

Exit codes: 0 merged; 1 conflicts are left, between markers in the file of our version; 129 nothing could be written.";

const MARKER_SIZE: usize = 7;
const BASE_LABEL: &str = "base";
const OURS_LABEL: &str = "ours";
const THEIRS_LABEL: &str = "theirs";

/// Merges two branches of a configuration file by meaning, for git
///
/// The result goes into the file of our version. A file that is no XML, or whose merged form does not
/// pass every check, is merged as text with `git merge-file` instead.
#[derive(Debug, PartialEq, Eq, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DriverArgs {
    /// The common ancestor (%O)
    #[arg(required_unless_present = "install", value_name = "BASE")]
    base: Option<PathBuf>,

    /// Our version, which receives the result (%A)
    #[arg(required_unless_present = "install", value_name = "OURS")]
    ours: Option<PathBuf>,

    /// Their version (%B)
    #[arg(required_unless_present = "install", value_name = "THEIRS")]
    theirs: Option<PathBuf>,

    /// Writes the result to this file, and leaves our version as it is
    #[arg(short, long, value_name = "FILE", conflicts_with = "install")]
    output: Option<PathBuf>,

    /// Length of conflict markers (%L)
    #[arg(
        short = 'L',
        value_name = "LENGTH",
        default_value_t = MARKER_SIZE,
        help_heading = "Conflicts"
    )]
    marker_size: usize,

    /// Path of the file in the repository, for messages (%P)
    #[arg(
        short = 'p',
        value_name = "PATH",
        allow_hyphen_values = true,
        help_heading = "Conflicts"
    )]
    path: Option<String>,

    /// Style of conflicts; git's merge.conflictStyle if not given
    #[arg(long, value_name = "STYLE", help_heading = "Conflicts")]
    style: Option<ConflictStyle>,

    /// Label of the ancestor (%S)
    #[arg(
        long,
        value_name = "LABEL",
        default_value = BASE_LABEL,
        allow_hyphen_values = true,
        help_heading = "Conflicts"
    )]
    base_label: String,

    /// Label of our version (%X)
    #[arg(
        long,
        value_name = "LABEL",
        default_value = OURS_LABEL,
        allow_hyphen_values = true,
        help_heading = "Conflicts"
    )]
    ours_label: String,

    /// Label of their version (%Y)
    #[arg(
        long,
        value_name = "LABEL",
        default_value = THEIRS_LABEL,
        allow_hyphen_values = true,
        help_heading = "Conflicts"
    )]
    theirs_label: String,

    /// Makes git know the driver, and prints the line for .gitattributes
    #[arg(long, conflicts_with_all = ["base", "ours", "theirs"], help_heading = "Setting up")]
    install: bool,

    /// Installs for all repositories of this user
    #[arg(long, requires = "install", help_heading = "Setting up")]
    global: bool,

    #[command(flatten)]
    rules: RulesArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ConflictStyle {
    /// Both versions
    Merge,
    /// Both versions and the ancestor
    Diff3,
    /// As diff3, with the lines that both versions share outside of the markers
    Zdiff3,
}

pub(super) fn run(args: &DriverArgs, output: &mut Output) -> Exit {
    if args.install {
        return match install::install(args, output) {
            Ok(()) => Exit::Clean,
            Err(failure) => {
                output.failure(&failure);
                Exit::Failed
            }
        };
    }
    let (Some(base), Some(ours), Some(theirs)) = (&args.base, &args.ours, &args.theirs) else {
        return Exit::DriverFailed;
    };
    match drive(args, base, ours, theirs, output) {
        Ok(exit) => exit,
        Err(failures) => {
            output.failures(&failures, Exit::DriverFailed);
            Exit::DriverFailed
        }
    }
}

fn drive(
    args: &DriverArgs,
    base: &Path,
    ours: &Path,
    theirs: &Path,
    output: &mut Output,
) -> Result<Exit, Failures> {
    let rules = load_general_rules(args.rules.extra())?;
    // git itself gives no --output; by hand our version may be it, as it is without.
    if let Some(output) = &args.output {
        let mut plan = WritePlan::new();
        plan.reads("the ancestor", base);
        plan.reads("their version", theirs);
        args.rules.add_reads(&mut plan);
        let target = plan.target("--output", output, Existing::Replaced);
        let checked = target.map_err(Failure::from);
        checked.and_then(|_| Ok(plan.check()?))?;
    }
    let read = |path: &Path| read::read_file(path).map_err(Failures::from);
    let write = |path: &Path, bytes: &[u8]| match write::write_scratch(path, bytes) {
        Ok(_) => Ok(()),
        Err(error) => Err(Failures::from(error)),
    };
    let versions = Versions {
        base: read(base)?.into(),
        ours: read(ours)?.into(),
        theirs: read(theirs)?.into(),
    };
    let name = args
        .path
        .clone()
        .unwrap_or_else(|| ours.display().to_string());
    match merge_versions(versions, &rules, || args.markers()) {
        Ok(merged) => {
            if args.output.is_some() || !merged.is_ours {
                let target = args.output.as_deref().unwrap_or(ours);
                write(target, &merged.bytes)?;
            }
            for conflict in &merged.conflicts {
                let mut redactor = Redactor::new(&rules.secrets, false);
                redactor.learn_values(&merged.secrets);
                let (kind, address) = (conflict.kind.name(), redactor.address(&conflict.address));
                output.err(&format!("{name}: conflict ({kind}) at {address}\n"));
            }
            Ok(if merged.conflicts.is_empty() {
                Exit::Clean
            } else {
                Exit::Findings
            })
        }
        Err(reason) => {
            output.err(&format!("{name}: merged as text, since {reason}\n"));
            let (exit, text) = merge_as_text(args, base, ours, theirs)?;
            if let Some(target) = &args.output {
                write(target, &text)?;
            }
            Ok(exit)
        }
    }
}

impl DriverArgs {
    fn markers(&self) -> Markers {
        Markers {
            style: match self.style.or_else(configured_style) {
                None | Some(ConflictStyle::Merge) => Style::Merge,
                Some(ConflictStyle::Diff3) => Style::Diff3,
                Some(ConflictStyle::Zdiff3) => Style::Zdiff3,
            },
            size: self.marker_size,
            carrier: self.ours_label.clone(),
            base: self.base_label.clone(),
            incoming: self.theirs_label.clone(),
        }
    }
}

/// git's merge.conflictStyle, where there is a git that has one.
fn configured_style() -> Option<ConflictStyle> {
    let output = Command::new("git")
        .args(["config", "--get", "merge.conflictStyle"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    ConflictStyle::from_str(String::from_utf8_lossy(&output.stdout).trim(), true).ok()
}

/// Lets git merge the lines, as it would without a driver: into our version, or with `--output` as
/// the text that is returned.
fn merge_as_text(
    args: &DriverArgs,
    base: &Path,
    ours: &Path,
    theirs: &Path,
) -> Result<(Exit, Vec<u8>), Failure> {
    let mut command = Command::new("git");
    command.arg("merge-file");
    if args.output.is_some() {
        command.arg("-p");
    }
    match args.style.or_else(configured_style) {
        Some(ConflictStyle::Diff3) => _ = command.arg("--diff3"),
        Some(ConflictStyle::Zdiff3) => _ = command.arg("--zdiff3"),
        _ => {}
    }
    let done = command
        .arg(format!("--marker-size={}", args.marker_size))
        .args(["-L", &args.ours_label])
        .args(["-L", &args.base_label])
        .args(["-L", &args.theirs_label])
        .args([ours, base, theirs])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output();
    let failed = |why: String| {
        Failure::new(format!("`git merge-file` did not merge it: {why}"))
            .in_file(ours.display())
            .help("Our version is as it was. Merge the file by hand.")
    };
    let done = done.map_err(|error| failed(error.to_string()))?;
    match done.status.code() {
        Some(0) => Ok((Exit::Clean, done.stdout)),
        // The number of conflicts, up to 127.
        Some(1..=127) => Ok((Exit::Findings, done.stdout)),
        code => Err(failed(format!("it ended with {code:?}"))),
    }
}
