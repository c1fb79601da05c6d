//! `conferry report`: reports of many servers as one.

use std::collections::HashSet;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use rayon::prelude::*;

use super::exit::Exit;
use super::output::Output;
use super::shared::FormatArgs;
use crate::error::{Failure, Failures};
use crate::io::read::{display_name, read as read_bytes};
use crate::io::walk::{self, Selection};
use crate::present::page::{Assets, html, markdown};
use crate::present::together::{as_json, page, text};
use crate::reports::{ServerReport, Together, read};

const EXAMPLES: &str = "\
Examples:
  What did lint find on all servers? Each wrote its report with --format json:
    conferry report merge reports\\*.json --format html > servers.html

  A folder of reports:
    conferry report merge reports

Exit codes: 0 no report has anything; 1 findings, differences, conflicts, or what could not be done on a server;
2 a file is no report.";

/// Puts the reports of many servers together
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    #[command(subcommand)]
    command: ReportCommand,
}

#[derive(Debug, Subcommand)]
enum ReportCommand {
    Merge(MergeArgs),
}

/// Puts JSON reports of lint, diff and merge on one page, equal findings together
///
/// Each server makes its report with --format json. What several servers have is one row here, with all their
/// names; the most serious comes first, then what most servers have.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
struct MergeArgs {
    /// Reports, and folders of them (*.json)
    #[arg(required = true, value_name = "REPORT")]
    reports: Vec<PathBuf>,

    #[command(flatten)]
    report: FormatArgs<Format>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs; `conferry schema report-merge` describes it
    Json,
    /// A comment on a pull request
    Markdown,
    /// A page with filters
    Html,
}

pub(super) fn run(args: &ReportArgs, output: &mut Output) -> Exit {
    let ReportCommand::Merge(args) = &args.command;
    let ended = merge(args, output);
    output.ended(ended)
}

fn merge(args: &MergeArgs, output: &mut Output) -> Result<Exit, Failures> {
    let mut failures = Failures::new();
    let reports = read_all(&files(&args.reports, &mut failures), &mut failures);
    let together = Together::of(reports);
    let errors: Vec<String> = failures.iter().map(ToString::to_string).collect();
    match args.report.format {
        Format::Text => output.out(&text(&together)),
        Format::Json => output.out(&as_json(&together, &errors)),
        Format::Markdown => output.out(&markdown(&page(&together, &errors))),
        Format::Html => {
            let page = html(&page(&together, &errors), Assets::Inside).map_err(Failure::from)?;
            output.out(&page);
        }
    }
    let is_clean = together.rows.is_empty()
        && (together.reports.iter()).all(|report| report.errors.is_empty());
    let exit = match is_clean {
        true => Exit::Clean,
        false => Exit::Findings,
    };
    Ok(output.failures(&failures, exit))
}

/// The files that are named, and those in folders that are.
fn files(paths: &[PathBuf], failures: &mut Failures) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    // A file that is named and lies in a folder that is named is one report.
    let mut known = HashSet::new();
    let mut add = |path: &PathBuf| {
        if known.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
            files.push(path.clone());
        }
    };
    for path in paths {
        if !path.is_dir() {
            add(path);
            continue;
        }
        let Some(selection) = failures.keep(Selection::new(&["*.json".to_owned()], &[])) else {
            continue;
        };
        let walked = walk::files(std::slice::from_ref(path), &selection);
        failures.extend(walked.errors.into_iter().map(Failure::from));
        if walked.files.is_empty() {
            failures.push(
                Failure::new("no report (*.json) is in this folder")
                    .in_file(path.display())
                    .help("Make reports with --format json, and name their files or their folder."),
            );
        }
        walked.files.iter().for_each(|found| add(&found.path));
    }
    files
}

fn read_all(files: &[PathBuf], failures: &mut Failures) -> Vec<ServerReport> {
    let read: Vec<Result<ServerReport, Failure>> = files
        .par_iter()
        .map(|path| {
            let bytes = read_bytes(path)?;
            let name = display_name(path);
            read(&name, &bytes).map_err(|unread| {
                Failure::new(unread.to_string()).in_file(name).help(
                    "Name reports that `conferry lint`, `diff` or `merge` made with --format json.",
                )
            })
        })
        .collect();
    let read = read.into_iter().filter_map(|report| failures.keep(report));
    read.collect()
}
