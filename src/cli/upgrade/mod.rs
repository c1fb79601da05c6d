//! `conferry upgrade`: old installations and new files in, files to deploy and an account of everything out.

mod runbook;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rayon::prelude::*;

use self::runbook::{plan, probes, runbook};
use super::exit::Exit;
use super::keys::{KeyArgs, keys};
use super::output::Output;
use super::pack_options::{RulesArgs, load_plan_rules};
use super::shared::{FormatArgs, VirtualDirectoryArgs};
use super::this_run::this_run;
use crate::config::sidecars::Sidecar;
use crate::error::{Failure, Failures};
use crate::io::read;
use crate::io::sealed::Keys;
use crate::io::stream::sha256;
use crate::pack::rules::plan::is_version;
use crate::pack::{self, Rules};
use crate::present::merge::Report;
use crate::present::page::{Assets, html, markdown};
use crate::present::upgrade::{next_steps, page, record_json, settings, tell, text};
use crate::upgrade::installation::{Given, Installation};
use crate::upgrade::output::{self, Existing, Wrote};
use crate::upgrade::reading::Loaded;
use crate::upgrade::record::{File, RECORD, RunEntry, Source, Written};
use crate::upgrade::{Asked, Upgrade, upgrade};
use crate::xml::Document;

const EXAMPLES: &str = "\
Examples:
  From a snapshot of the old server and the folder of the new files; see first what would happen:
    conferry upgrade --old before.zip --new E:\\new --base E:\\shipped --dry-run

  Write the files to deploy, the reports and upgrade.json:
    conferry upgrade --old before.zip --new E:\\new --base E:\\shipped -o E:\\upgrade

  Before anything is installed, with the shipped files out of the installers:
    conferry upgrade --old before.zip --base-from OLD.msi --new-from NEW.msi --dry-run

  Three servers at once, with new files for one of them:
    conferry upgrade --old mfa1.zip --old web1.zip --old web2.zip --new E:\\new --new web2=F:\\new -o E:\\upgrade

  Settle the conflicts by the rules that it offered, after a look at them:
    conferry upgrade --old before.zip --new E:\\new -o E:\\upgrade --rules E:\\upgrade\\settle

Exit codes: 0 nothing blocks; 1 something is left to decide or to do first; 2 something could not be read, merged or written.";

/// Carries whole servers: files to deploy, reports, an account of all settings
///
/// Finds the components of the old installation and their counterparts among the new files by what is in
/// them, merges each configuration as `conferry merge` does, carries themes, sidecars and other files of
/// the administrator's, and renames virtual directories in everything that calls the product. What is
/// blocked is named with what to do; everything else is made all the same.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct UpgradeArgs {
    /// An old server: a snapshot, a folder that stands for its drive, or a folder with the folders of
    /// components; may be given several times
    #[arg(
        long,
        required = true,
        value_name = "[NAME=]PATH",
        help_heading = "Files",
        num_args = 1..
    )]
    old: Vec<PathBuf>,

    /// The newly installed files, in the same forms; with a name, those of that server only
    #[arg(
        long,
        required_unless_present = "new_from",
        value_name = "[NAME=]PATH",
        help_heading = "Files",
        num_args = 1..
    )]
    new: Vec<PathBuf>,

    /// An installer of the new version, before anything is installed; may be given several times
    #[arg(long, value_name = "[NAME=]MSI", help_heading = "Files")]
    new_from: Vec<PathBuf>,

    /// The files as the old version shipped them; known defaults stand in where there are none
    #[arg(long, value_name = "[NAME=]PATH", num_args = 1.., help_heading = "Files")]
    base: Vec<PathBuf>,

    /// An installer of the old version; may be given several times
    #[arg(long, value_name = "[NAME=]MSI", help_heading = "Files")]
    base_from: Vec<PathBuf>,

    /// The folder to write; an unchanged one of an earlier run is replaced
    #[arg(
        short,
        long,
        value_name = "DIR",
        required_unless_present = "dry_run",
        help_heading = "Files"
    )]
    output: Option<PathBuf>,

    /// The version that is installed, such as 8.0
    #[arg(long, value_name = "VERSION", help_heading = "What to do")]
    to_version: Option<String>,

    /// Reports and writes nothing
    #[arg(long, help_heading = "What to do")]
    dry_run: bool,

    #[command(flatten)]
    virtual_directories: VirtualDirectoryArgs,

    #[command(flatten)]
    keys: KeyArgs,

    #[command(flatten)]
    rules: RulesArgs,

    #[command(flatten)]
    report: FormatArgs<Format>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs: what upgrade.json says
    Json,
    /// A comment on a pull request
    Markdown,
    /// A page for reviewers
    Html,
}

pub(super) fn run(args: &UpgradeArgs, output: &mut Output) -> Exit {
    let ended = carry_out(args, output);
    output.ended(ended)
}

fn carry_out(args: &UpgradeArgs, output: &mut Output) -> Result<Exit, Failures> {
    let rules = load_plan_rules(args.rules.extra())?;
    let directories = args.virtual_directories.resolve(&rules)?;
    let keys = keys(&args.keys)?;
    check_version(args.to_version.as_deref())?;
    let existing = existing(args)?;
    let mut failures = Failures::new();
    let mut read = |paths: &[PathBuf]| read_all(paths, &rules, &keys, &mut failures);
    let old = read(&args.old);
    let base = read(&[&args.base[..], &args.base_from].concat());
    let new = read(&[&args.new[..], &args.new_from].concat());
    check_names(&old)?;
    if old.is_empty() || new.is_empty() {
        return Err(failures);
    }
    let asked = Asked {
        rules: &rules,
        directories: &directories,
        to_version: args.to_version.as_deref(),
        old: &old,
        base: &base,
        new: &new,
        teller: &tell,
    };
    let mut done = upgrade(&asked, failures);
    done.record.rules = rule_files(args);
    add_settings(&mut done, &rules);
    let plan = plan(&done.record, args, &rules, &directories, &keys);
    done.record.probes = plan.as_ref().map(probes).unwrap_or_default();
    let runbook = plan.as_ref().map(runbook).transpose()?;
    let rendered = Rendered::of(&mut done, runbook, existing.as_ref())?;
    let wrote = match &args.output {
        Some(folder) if !args.dry_run => {
            Some((folder, write(folder, existing.as_ref(), &rendered)?))
        }
        _ => None,
    };
    output.out(&match args.report.format {
        Format::Text => text(&done.record),
        Format::Json => rendered.record,
        Format::Markdown => rendered.markdown,
        Format::Html => rendered.html,
    });
    let talk = match &wrote {
        None => "Dry run: nothing was written.\n".to_owned(),
        Some((folder, wrote)) => {
            let folder = folder.display().to_string();
            let said = match wrote {
                Wrote::New => format!("Wrote {folder}."),
                Wrote::Replaced => {
                    format!("Wrote {folder} in place of the output of an earlier run.")
                }
                Wrote::Same => format!("Nothing changed: {folder} holds exactly this already."),
            };
            format!("{said}\n{}", next_steps(&done.record, &folder))
        }
    };
    match args.report.format {
        Format::Text => output.out(&format!("\n{talk}")),
        _ => output.err(&talk),
    }
    let exit = match done.record.blocking.is_empty() {
        true => Exit::Clean,
        false => Exit::Findings,
    };
    Ok(output.failures(&done.failures, exit))
}

fn check_version(version: Option<&str>) -> Result<(), Failure> {
    let Some(version) = version else {
        return Ok(());
    };
    match is_version(version) {
        true => Ok(()),
        false => Err(Failure::new(format!("`{version}` is no version"))
            .help("Give the version that is installed, such as --to-version 8.0.")),
    }
}

/// What is at the output, if it may be replaced.
fn existing(args: &UpgradeArgs) -> Result<Option<Existing>, Failures> {
    let Some(folder) = args.output.as_deref().filter(|_| !args.dry_run) else {
        return Ok(None);
    };
    let inputs = args.old.iter().chain(&args.base).chain(&args.new);
    let inputs: Vec<PathBuf> = inputs.map(|path| Given::read(path).path).collect();
    let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    Ok(output::look(folder, &inputs).map_err(|error| error.failure(folder))?)
}

fn read_all(
    paths: &[PathBuf],
    rules: &Rules,
    keys: &Keys,
    failures: &mut Failures,
) -> Vec<Installation> {
    let read: Vec<Result<Installation, Failures>> = paths
        .par_iter()
        .map(|path| Installation::read(&Given::read(path), rules, keys))
        .collect();
    let mut installations = Vec::new();
    for read in read {
        if let Some(mut read) = failures.keep(read) {
            failures.extend(std::mem::take(&mut read.failures));
            installations.push(read);
        }
    }
    installations
}

/// Servers are told apart by their names, which are those of folders, too.
fn check_names(old: &[Installation]) -> Result<(), Failures> {
    let mut failures = Failures::new();
    for (at, one) in old.iter().enumerate() {
        let mut before = old[..at].iter();
        let same = before.find(|other| other.name.eq_ignore_ascii_case(&one.name));
        if let Some(same) = same {
            let (name, other) = (&one.name, same.path.display());
            failures.push(
                Failure::new(format!(
                    "this server and that of {other} are both called `{name}`"
                ))
                .in_file(one.path.display())
                .help(format!(
                    "Give each a name of its own: --old {name}-2={}.",
                    one.path.display()
                )),
            );
        }
    }
    failures.or(())
}

fn rule_files(args: &UpgradeArgs) -> Vec<Source> {
    let files = args
        .rules
        .rules
        .iter()
        .flat_map(|path| pack::files_of(path))
        .flatten();
    files
        .filter_map(|file| {
            Some(Source {
                role: "rules".to_owned(),
                sha256: sha256(&read::read_file(&file).ok()?),
                file: file.display().to_string(),
            })
        })
        .collect()
}

/// Adds what .NET reads of each configuration that is deployed, so that it can be verified without the file.
fn add_settings(done: &mut Upgrade<Report>, rules: &Rules) {
    let files: HashMap<String, &[u8]> = (done.files.iter())
        .map(|(path, bytes)| (path.to_lowercase(), bytes.as_slice()))
        .collect();
    let servers = done.record.servers.iter_mut();
    let components = servers.flat_map(|server| &mut server.components);
    let mut configurations: Vec<&mut File> = components
        .flat_map(|component| &mut component.files)
        .filter(|file| file.role == "configuration")
        .collect();
    configurations.par_iter_mut().for_each(|file| {
        let bytes = files.get(&file.path.to_lowercase());
        let document = bytes.and_then(|bytes| Document::from_bytes(*bytes).ok());
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let beside = |sidecar: &Sidecar| {
            let name = sidecar.path.replace('\\', "/");
            let bytes = files.get(&format!("{folder}/{name}").to_lowercase())?;
            Some(bytes.to_vec())
        };
        if let Some(document) = document {
            file.settings = settings(&Loaded::of(document, &beside), rules);
        }
    });
}

/// All that is written, as it is written.
struct Rendered {
    record: String,
    html: String,
    markdown: String,
    files: Vec<(String, Vec<u8>)>,
}

impl Rendered {
    /// The run of an earlier output is kept where nothing else changed.
    fn of(
        done: &mut Upgrade<Report>,
        runbook: Option<String>,
        existing: Option<&Existing>,
    ) -> Result<Self, Failures> {
        let page = page(&done.record, &done.merges);
        let html = html(&page, Assets::Inside).map_err(Failure::from)?;
        let markdown = markdown(&page);
        let mut files = std::mem::take(&mut done.files);
        let mut reports = vec![
            ("report.html".to_owned(), html.clone().into_bytes()),
            ("report.md".to_owned(), markdown.clone().into_bytes()),
        ];
        if let Some(text) = runbook {
            reports.push(("runbook.md".to_owned(), text.into_bytes()));
        }
        for (name, text) in &done.settle {
            reports.push((name.clone(), text.clone().into_bytes()));
        }
        done.record.reports = (reports.iter())
            .map(|(path, bytes)| Written {
                path: path.clone(),
                sha256: sha256(bytes),
            })
            .collect();
        for (name, bytes) in &mut reports {
            // What somebody edited is not written anew.
            if let Some(edited) = existing.and_then(|existing| existing.edited_rules(name)) {
                *bytes = edited.to_vec();
            }
        }
        files.extend(reports);
        let this = this_run();
        let this = RunEntry {
            host: this.host,
            id: this.id,
        };
        let before = existing.map(|existing| existing.record.run.clone());
        let mut rendered = Self {
            record: String::new(),
            html,
            markdown,
            files,
        };
        done.record.run = before.unwrap_or_else(|| this.clone());
        rendered.record = record_json(&done.record);
        if !existing.is_some_and(|existing| existing.holds(&rendered.all())) {
            done.record.run = this;
            rendered.record = record_json(&done.record);
        }
        Ok(rendered)
    }

    fn all(&self) -> Vec<(&str, &[u8])> {
        let files = self
            .files
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
        files.chain([(RECORD, self.record.as_bytes())]).collect()
    }
}

fn write(
    folder: &Path,
    existing: Option<&Existing>,
    rendered: &Rendered,
) -> Result<Wrote, Failure> {
    output::write(folder, existing, &rendered.all()).map_err(|error| error.failure(folder))
}
