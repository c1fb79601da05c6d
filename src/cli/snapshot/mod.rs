//! `conferry snapshot`: what the upgrade destroys is kept, proven and put back.

mod compare;
mod create;
mod progress;
mod restore;

use std::path::Path;

use clap::{Args, Subcommand};

use super::exit::Exit;
use super::output::Output;
use crate::error::{Failure, Failures};
use crate::io::sealed::Keys;
use crate::io::walk::Selection;
use crate::io::windows_path::Drives;
use crate::pack::Rules;
use crate::pack::rules::ComponentId;
use crate::snapshot::manifest::Manifest;
use crate::snapshot::store::Store;
use crate::snapshot::unusable;

const EXAMPLES: &str = "\
Example:
  Before anything is uninstalled, on the server:
    conferry snapshot create --registry phonefactor.reg -o E:\\before
    conferry snapshot verify E:\\before

Exit codes: 0 done, nothing differs; 1 verify and diff: something differs; 2 something could not be done.";

/// Keeps what the upgrade destroys, proves it, compares it and puts it back
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct SnapshotArgs {
    #[command(subcommand)]
    command: SnapshotCommand,
}

#[derive(Debug, Subcommand)]
enum SnapshotCommand {
    Create(Box<create::CreateArgs>),
    Verify(compare::VerifyArgs),
    Diff(compare::DiffArgs),
    Restore(restore::RestoreArgs),
    Show(compare::ShowArgs),
    /// Prints the JSON Schema of manifest.json
    #[command(after_help = "Example:\n    conferry snapshot schema > manifest.schema.json")]
    Schema,
}

pub(super) fn run(args: &SnapshotArgs, output: &mut Output) -> Exit {
    let done = match &args.command {
        SnapshotCommand::Create(args) => create::run(args, output),
        SnapshotCommand::Verify(args) => compare::run_verify(args, output),
        SnapshotCommand::Diff(args) => compare::diff(args, output),
        SnapshotCommand::Restore(args) => restore::run(args, output),
        SnapshotCommand::Show(args) => compare::show(args, output),
        SnapshotCommand::Schema => {
            output.out(&Manifest::json_schema());
            Ok(Exit::Clean)
        }
    };
    let ended = done;
    output.ended(ended)
}

/// The drives of the server: below `root`, or those of this machine. A snapshot says
/// which one is its `system` drive.
fn drives(root: Option<&Path>, option: &str, system: Option<char>) -> Result<Drives, Failures> {
    let here = std::env::var("SystemDrive").ok();
    let here = here.and_then(|drive| drive.chars().next());
    let letter = system
        .filter(|_| root.is_some())
        .or(here)
        .filter(char::is_ascii_alphabetic)
        .unwrap_or('C');
    match root {
        Some(root) if root.is_dir() => {
            let absolute = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
            Ok(Drives::below(&absolute, letter))
        }
        Some(root) => Err(Failure::new("there is no such folder")
            .in_file(root.display())
            .help(format!(
                "{option} takes the folder that stands for drive C:."
            ))
            .into()),
        None if cfg!(windows) => Ok(Drives::of_this_machine(letter)),
        None => Err(
            Failure::new(format!("{option} is needed: this machine has no drive C:"))
                .help(format!(
                    "Give {option} the folder that stands for drive C:, such as a mounted image."
                ))
                .into(),
        ),
    }
}

/// Components that no pack knows are refused: a typing error would find nothing.
fn known_components(
    components: &[String],
    known: &[ComponentId],
) -> Result<Vec<ComponentId>, Failures> {
    let ids: Vec<ComponentId> = components
        .iter()
        .map(|name| ComponentId::new(name))
        .collect();
    let unknown = ids.iter().filter(|id| !known.contains(id));
    let failures: Failures = unknown
        .map(|id| {
            let known: Vec<&str> = known.iter().map(ComponentId::as_str).collect();
            Failure::new(format!("there is no component `{id}`"))
                .help(format!("Known here: {}.", known.join(", ")))
        })
        .collect();
    failures.or(ids)
}

fn component_ids(rules: &Rules) -> Vec<ComponentId> {
    let components = rules.components.iter();
    components
        .map(|component| component.provenance.id.clone())
        .collect()
}

fn selection(include: &[String], exclude: &[String]) -> Result<Selection, Failures> {
    Selection::new(include, exclude).map_err(Failures::from)
}

/// Some selection if there are patterns.
fn asked(patterns: &[String]) -> Result<Option<Selection>, Failures> {
    match patterns {
        [] => Ok(None),
        patterns => selection(patterns, &[]).map(Some),
    }
}

/// Opens the snapshot at `path`.
pub(super) fn open(path: &Path, keys: &Keys) -> Result<Store, Failures> {
    Ok(Store::open(path, keys).map_err(|error| unusable(path, &error))?)
}

/// The manifest of a snapshot that is to be trusted: it must have the hash that it had.
fn open_checked(path: &Path, keys: &Keys) -> Result<(Store, Manifest), Failures> {
    let store = open(path, keys)?;
    let read =
        crate::snapshot::verify::manifest_of(&store).map_err(|error| unusable(path, &error))?;
    Ok((store, read))
}
