//! The folder that an upgrade writes: whole, or not at all.
//!
//! It is built beside its place and gets its name at the end. A folder that is there is replaced only if it
//! is the unchanged output of an earlier upgrade; rule files in its `settle` folder, which people edit, are
//! kept. The same output again writes nothing.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::record::{RECORD, Record};
use crate::error::Failure;
use crate::io::fresh::{NewFolder, check_free};
use crate::io::stream::sha256;

/// The folder for rules that settle conflicts.
pub const SETTLE: &str = "settle/";

/// What became of the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrote {
    /// It is new.
    New,
    /// It held exactly this already.
    Same,
    /// It took the place of the output of an earlier run.
    Replaced,
}

/// Why it is not written.
#[derive(Debug, Error)]
pub enum OutputError {
    /// Something else is there.
    #[error("something is there that is no output of `conferry upgrade`")]
    Taken,
    /// Somebody changed or added files.
    #[error("files in it were changed or added since conferry wrote it: {}", .0.join(", "))]
    Edited(Vec<String>),
    /// It would be part of what is read.
    #[error("it lies inside {}, which is read", .0.display())]
    InsideInput(PathBuf),
    /// Anything else that the system reports.
    #[error("it cannot be written: {0}")]
    Io(#[from] io::Error),
}

impl OutputError {
    /// As people read it.
    #[must_use]
    pub fn failure(&self, target: &Path) -> Failure {
        let help = match self {
            Self::Taken => "Give a folder that is not there, or the output of an earlier run.",
            Self::Edited(_) => {
                "Nothing was written, so that no edit is lost. Move these files away, or give another folder; edits of the result belong into rule files (--rules)."
            }
            Self::InsideInput(_) => "Give a folder outside of --old, --base and --new.",
            Self::Io(_) => "Check that the folder above it exists and may be written.",
        };
        Failure::new(self.to_string())
            .in_file(target.display())
            .help(help)
    }
}

/// The output of an earlier run.
pub struct Existing {
    /// Its record.
    pub record: Record,
    files: BTreeMap<String, Vec<u8>>,
    /// Rule files, each with whether somebody edited it.
    kept: BTreeMap<String, (Vec<u8>, bool)>,
}

/// What is at `target`, if it may be replaced.
///
/// # Errors
/// When something is there that must not be lost, or `target` lies inside one of `inputs`.
pub fn look(target: &Path, inputs: &[&Path]) -> Result<Option<Existing>, OutputError> {
    let absolute = std::path::absolute(target)?;
    let above = absolute
        .ancestors()
        .find_map(|path| path.canonicalize().ok());
    for input in inputs.iter().filter(|input| input.is_dir()) {
        let real = input.canonicalize()?;
        if above.as_ref().is_some_and(|above| above.starts_with(&real)) {
            return Err(OutputError::InsideInput(input.to_path_buf()));
        }
    }
    if check_free(target).is_ok() {
        return Ok(None);
    }
    let record = std::fs::read(target.join(RECORD)).ok();
    let record = record.and_then(|bytes| Record::parse(&bytes).ok());
    let Some(record) = record.filter(|_| is_real_folder(target)) else {
        return Err(OutputError::Taken);
    };
    let known: BTreeMap<&str, &str> = (record.files())
        .map(|(_, file)| (file.path.as_str(), file.sha256.as_str()))
        .chain((record.reports.iter()).map(|file| (file.path.as_str(), file.sha256.as_str())))
        .collect();
    let (mut files, mut kept, mut edited) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for entry in walkdir::WalkDir::new(target)
        .min_depth(1)
        .sort_by_file_name()
    {
        let entry = entry.map_err(io::Error::from)?;
        if entry.file_type().is_dir() {
            continue;
        }
        let below = entry.path().strip_prefix(target).unwrap_or(entry.path());
        let name = below.to_string_lossy().replace('\\', "/");
        if !entry.file_type().is_file() {
            edited.push(name);
            continue;
        }
        let bytes = std::fs::read(entry.path())?;
        let is_as_written = known
            .get(name.as_str())
            .is_some_and(|hash| **hash == sha256(&bytes));
        if name.starts_with(SETTLE) {
            kept.insert(name.clone(), (bytes.clone(), !is_as_written));
        } else if !is_as_written && name != RECORD {
            edited.push(name.clone());
        }
        files.insert(name, bytes);
    }
    match edited.is_empty() {
        true => Ok(Some(Existing {
            record,
            files,
            kept,
        })),
        false => Err(OutputError::Edited(edited)),
    }
}

fn is_real_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_dir())
}

impl Existing {
    /// A rule file that somebody edited: it is not written anew.
    #[must_use]
    pub fn edited_rules(&self, name: &str) -> Option<&[u8]> {
        let (bytes, is_edited) = self.kept.get(name)?;
        is_edited.then_some(bytes)
    }

    /// Whether it holds exactly these files, besides rule files of its own.
    #[must_use]
    pub fn holds(&self, files: &[(&str, &[u8])]) -> bool {
        let is_there = |(name, bytes): &(&str, &[u8])| {
            self.files.get(*name).is_some_and(|there| there == bytes)
        };
        let wanted = |name: &String| files.iter().any(|(file, _)| file == name);
        files.iter().all(is_there)
            && (self.files.keys()).all(|name| wanted(name) || self.kept.contains_key(name))
    }
}

/// Writes the folder.
///
/// # Errors
/// See [`OutputError`]; then what was there is there.
pub fn write(
    target: &Path,
    existing: Option<&Existing>,
    files: &[(&str, &[u8])],
) -> Result<Wrote, OutputError> {
    if existing.is_some_and(|existing| existing.holds(files)) {
        return Ok(Wrote::Same);
    }
    let new = match existing {
        Some(_) => NewFolder::in_place_of(target, true)?,
        None => NewFolder::beside(target, true)?,
    };
    let put = |name: &str, bytes: &[u8]| -> io::Result<()> {
        let (folder, name) = name.rsplit_once('/').unwrap_or(("", name));
        let folder = new.folder().make(Path::new(folder), true)?;
        let mut file = folder.create(OsStr::new(name), 0o600)?;
        file.write_all(bytes)?;
        file.flush_one()
    };
    for (name, bytes) in files {
        put(name, bytes)?;
    }
    let kept = existing.into_iter().flat_map(|existing| &existing.kept);
    let is_kept = |name: &String| !files.iter().any(|(file, _)| file == name);
    for (name, (bytes, _)) in kept.filter(|(name, _)| is_kept(name)) {
        put(name, bytes)?;
    }
    new.folder().flush_all()?;
    match existing {
        Some(_) => {
            new.replace()?;
            Ok(Wrote::Replaced)
        }
        None => {
            new.finish()?;
            Ok(Wrote::New)
        }
    }
}
