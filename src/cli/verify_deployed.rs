//! `conferry verify-deployed`: what is live, held to what an upgrade planned.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::Exit;
use super::output::Output;
use super::pack_options::{RulesArgs, load_lint_rules};
use super::shared::{Format, FormatArgs};
use super::this_run::this_run;
use crate::error::{Failure, Failures};
use crate::io::read::read_file;
use crate::present::differences::Reporter;
use crate::present::upgrade::deployed::Report;
use crate::present::upgrade::settings;
use crate::upgrade::deployed::{Asked, Root};
use crate::upgrade::installation::Given;
use crate::upgrade::record::{Probe, Record};

const EXAMPLES: &str = "\
Examples:
  On the server itself, which the record calls web1:
    conferry verify-deployed E:\\upgrade\\upgrade.json --server web1

  From elsewhere, with the system drives of two servers mounted:
    conferry verify-deployed upgrade/upgrade.json --root web1=/mnt/web1/c --root web2=/mnt/web2/c

Exit codes: 0 all is as planned; 1 something drifted, is missing, or lint finds something new; 2 something could not be read.";

/// Says whether live files are what an upgrade planned
///
/// Compares digests; where a configuration differs, what .NET reads of both, so that a file which only a
/// tool wrote anew has not drifted. Names what drifted with its place, what is missing, and what lint finds
/// that it did not find in what was planned. Useful right after the deployment, and weeks later.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct VerifyDeployedArgs {
    /// The record that `conferry upgrade` wrote; the files to deploy are looked for beside it
    #[arg(value_name = "UPGRADE.JSON")]
    record: PathBuf,

    /// Folder that stands for the system drive of a server, or has one folder for each drive; with several
    /// servers, with the name of each
    #[arg(long, value_name = "[NAME=]DIR", help_heading = "What to look at")]
    root: Vec<PathBuf>,

    /// Only this server; without --root, this machine is it
    #[arg(long, value_name = "NAME", help_heading = "What to look at")]
    server: Option<String>,

    #[command(flatten)]
    rules: RulesArgs,

    #[command(flatten)]
    report: FormatArgs,
}

pub(super) fn run(args: &VerifyDeployedArgs, output: &mut Output) -> Exit {
    let ended = carry_out(args, output);
    output.ended(ended)
}

fn carry_out(args: &VerifyDeployedArgs, output: &mut Output) -> Result<Exit, Failures> {
    let bytes = read_file(&args.record)?;
    let record = Record::parse(&bytes).map_err(|error| {
        Failure::new(error.to_string())
            .in_file(args.record.display())
            .help("Give the upgrade.json that `conferry upgrade -o DIR` wrote.")
    })?;
    let roots = roots(args, &record)?;
    let rules = load_lint_rules(args.rules.extra())?;
    let asked = Asked {
        record: &record,
        folder: args.record.parent().unwrap_or(Path::new("")),
        roots: &roots,
        rules: &rules,
        explain: &|found| Reporter::new(&rules, false).changes(found),
        settings: &|loaded| settings(loaded, &rules),
        counts: &|file| file.shown(),
    };
    let report = Report::of(
        args.record.display().to_string(),
        asked.check(),
        probes(&record, &roots),
    );
    output.out(&match args.report.format {
        Format::Json => report.json(&this_run()),
        Format::Text => report.text(),
    });
    Ok(match (report.has_failed(), report.has_drifted()) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Findings,
        (false, false) => Exit::Clean,
    })
}

/// What only a person can try, of the servers that are looked at.
fn probes(record: &Record, roots: &BTreeMap<String, Root>) -> Vec<String> {
    let is_asked =
        |server: &Option<String>| server.as_ref().is_none_or(|name| roots.contains_key(name));
    let probes = record.probes.iter().filter(|probe| is_asked(&probe.server));
    let line = |probe: &Probe| {
        let server = probe.server.as_ref().map(|server| format!(" on {server}"));
        let title = &probe.title;
        format!(
            "{title}{}: {}",
            server.unwrap_or_default(),
            probe.says.join(" ")
        )
    };
    probes.map(line).collect()
}

/// Where each server is that is asked for.
fn roots(args: &VerifyDeployedArgs, record: &Record) -> Result<BTreeMap<String, Root>, Failures> {
    let names: Vec<&str> = record
        .servers
        .iter()
        .map(|server| server.name.as_str())
        .collect();
    let known = |asked: &str| -> Result<String, Failure> {
        let mut names = names.iter();
        let name = names.find(|name| name.eq_ignore_ascii_case(asked));
        name.map(|name| (*name).to_owned()).ok_or_else(|| {
            Failure::new(format!("the record knows no server `{asked}`"))
                .in_file(args.record.display())
                .help(format!("It knows: {}.", record_names(record)))
        })
    };
    let only = args.server.as_deref().map(known).transpose()?;
    let wanted: Vec<String> = match &only {
        Some(name) => vec![name.clone()],
        None => names.iter().map(|name| (*name).to_owned()).collect(),
    };
    let mut roots = BTreeMap::new();
    for root in &args.root {
        let given = Given::read(root);
        if !given.path.is_dir() {
            return Err(Failure::new("there is no such folder")
                .in_file(given.path.display())
                .help("--root takes the folder that stands for the system drive of a server: --root web1=DIR.")
                .into());
        }
        let name = match (given.name, wanted.as_slice()) {
            (Some(name), _) => known(&name)?,
            (None, [one]) => one.clone(),
            (None, _) => {
                return Err(Failure::new("--root does not say which server it is")
                    .in_file(given.path.display())
                    .help(format!(
                        "Give its name: --root NAME={}. The record knows: {}.",
                        given.path.display(),
                        record_names(record)
                    ))
                    .into());
            }
        };
        let folder = std::path::absolute(&given.path).unwrap_or(given.path);
        let before = roots.insert(
            name.clone(),
            Root {
                folder: Some(folder),
            },
        );
        if before.is_some() {
            return Err(Failure::new(format!("--root is given twice for `{name}`")).into());
        }
    }
    if let Some(only) = &only {
        roots.retain(|name, _| name == only);
    }
    if !roots.is_empty() {
        return Ok(roots);
    }
    match (wanted.as_slice(), cfg!(windows)) {
        ([one], true) => Ok(BTreeMap::from([(one.clone(), Root { folder: None })])),
        (_, true) => Err(Failure::new("the record is of several servers")
            .in_file(args.record.display())
            .help(format!("Say which one this machine is: --server NAME. The record knows: {}.", record_names(record)))
            .into()),
        (_, false) => Err(Failure::new("--root is needed: this machine has no drive C:")
            .help("Give --root the folder that stands for the server's drive C:, such as a mounted image; with several servers --root NAME=DIR.")
            .into()),
    }
}

fn record_names(record: &Record) -> String {
    let names: Vec<&str> = record
        .servers
        .iter()
        .map(|server| server.name.as_str())
        .collect();
    names.join(", ")
}
