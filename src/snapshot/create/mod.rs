//! Copying what was found into a folder, a zip or an encrypted zip.
//!
//! Every file is hashed while it is copied, so that the manifest speaks of the
//! bytes in the snapshot. A file that changes meanwhile is copied again; one
//! that keeps changing is marked. A file that cannot be read is named and the
//! others go on.

mod zip;

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use jiff::Timestamp;
use rayon::prelude::*;
use thiserror::Error;

use super::Problem;
use super::find::{Plan, Planned};
use super::manifest::{FileEntry, MANIFEST, Manifest, PackEntry, SCHEMA, SUMS};
use super::progress::Progress;
use crate::io::fresh::{
    self, NewFile, NewFolder, attributes_of, create_private, create_private_folders, mode_of,
};
use crate::io::sealed::Lock;
use crate::io::stream;
use crate::pack::Rules;

/// How often a file that changes is copied.
const TRIES: usize = 3;
/// What the manifest and the file system itself may need.
const SPARE: u64 = 1 << 20;

/// What only the caller knows.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The time that the snapshot bears.
    pub created: Timestamp,
    /// Name of the computer.
    pub host: String,
    /// Letter of the system drive.
    pub system_drive: char,
}

/// Where the snapshot goes, and who may read it.
pub struct Destination {
    /// A folder, or a file that ends in `.zip` or `.zip.age`.
    pub path: PathBuf,
    /// Who may read it; without it, anyone who may read the files.
    pub lock: Option<Lock>,
}

/// What is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Folder,
    Zip,
    Sealed,
}

impl Destination {
    /// What the name asks for, if that goes together with the lock.
    fn form(&self) -> Result<Form, CreateError> {
        let name = self.path.file_name().unwrap_or_default();
        let name = name.to_string_lossy().to_lowercase();
        match (&self.lock, name.ends_with(".zip.age")) {
            (Some(_), true) => Ok(Form::Sealed),
            (Some(_), false) => Err(CreateError::NameOfSealed),
            (None, _) if name.ends_with(".age") => Err(CreateError::NoLock),
            (None, _) if name.ends_with(".zip") => Ok(Form::Zip),
            (None, _) => Ok(Form::Folder),
        }
    }
}

/// A snapshot that was made.
#[derive(Debug)]
pub struct Created {
    /// What it holds.
    pub manifest: Manifest,
    /// Files that are not in it, or not for sure as they were.
    pub problems: Vec<Problem>,
}

/// Why no snapshot was made.
#[derive(Debug, Error)]
pub enum CreateError {
    /// Something is there.
    #[error("it exists and is not empty")]
    Taken,
    /// The snapshot would be part of what it copies.
    #[error("it lies inside {0}, which the snapshot copies from")]
    InsideSource(PathBuf),
    /// Too little space.
    #[error("{needed} bytes are needed there and {free} are free")]
    NoSpace {
        /// Bytes to copy.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// Encryption is asked for, and the name says something else.
    #[error("its name does not end in .zip.age, and it is to be encrypted")]
    NameOfSealed,
    /// The name says that it is encrypted.
    #[error("its name ends in .age, but nothing says who may read it")]
    NoLock,
    /// Nothing to take.
    #[error("nothing was found to take")]
    Nothing,
    /// Anything else that the system reports.
    #[error("it cannot be written: {0}")]
    Io(#[from] io::Error),
}

impl CreateError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Taken => "Give a name that is not in use; no snapshot is ever overwritten.",
            Self::InsideSource(_) => {
                "Give a place outside of the product's folders, best on another disk."
            }
            Self::NoSpace { .. } => "Free space there, or give a place on another disk.",
            Self::NameOfSealed => {
                "An encrypted snapshot is one file: give a name such as before.zip.age."
            }
            Self::NoLock => {
                "Give --encrypt-to RECIPIENT or --passphrase-file FILE, or a name without .age: a folder or NAME.zip."
            }
            Self::Nothing => {
                "See the list of places that were looked into. Give --iis and --registry where they are elsewhere."
            }
            Self::Io(_) => {
                "Nothing is left under that name. Check that the folder exists and may be written."
            }
        }
    }
}

/// Checks what can be checked before anything is copied.
///
/// # Errors
/// See [`CreateError`].
pub fn check(plan: &Plan, destination: &Destination) -> Result<(), CreateError> {
    let form = destination.form()?;
    if plan.files.is_empty() {
        return Err(CreateError::Nothing);
    }
    let absolute = std::path::absolute(&destination.path)?;
    let parent = absolute
        .ancestors()
        .skip(1)
        .find_map(|path| path.canonicalize().ok());
    let inside = |folder: &&PathBuf| {
        parent
            .as_ref()
            .is_some_and(|parent| parent.starts_with(folder))
    };
    if let Some(folder) = plan.folders.iter().find(inside) {
        return Err(CreateError::InsideSource(folder.clone()));
    }
    let sizes = plan.files.iter().map(|file| file.size);
    let scratch = match form {
        Form::Folder => 0,
        Form::Zip | Form::Sealed => zip::scratch_space(&plan.files),
    };
    let needed = sizes.sum::<u64>() + scratch + SPARE;
    let free = fresh::free_space(&absolute)?;
    if free < needed {
        return Err(CreateError::NoSpace { needed, free });
    }
    Ok(())
}

/// Makes the snapshot: a folder, or a zip if the name of the destination says so.
///
/// # Errors
/// See [`CreateError`]. After an error nothing is there.
pub fn create(
    plan: Plan,
    destination: &Destination,
    facts: Facts,
    rules: &Rules,
    progress: &Progress,
) -> Result<Created, CreateError> {
    check(&plan, destination)?;
    let target = destination.path.as_path();
    let taken = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => CreateError::Taken,
        _ => CreateError::Io(error),
    };
    if destination.form()? != Form::Folder {
        if target.exists() {
            return Err(CreateError::Taken);
        }
        let mut file = NewFile::beside(target).map_err(taken)?;
        let to = io::BufWriter::with_capacity(1 << 16, file.file());
        let job = zip::Job {
            target,
            is_secret: destination.lock.is_some(),
            created: facts.created,
            progress,
        };
        let finish = |plan, entries| manifest(plan, entries, facts, rules);
        let created = match &destination.lock {
            None => {
                let (mut to, created) = zip::write(plan, to, &job, finish)?;
                to.flush()?;
                created
            }
            Some(lock) => {
                let (to, created) = zip::write(plan, lock.writer(to)?, &job, finish)?;
                to.finish()?.flush()?;
                created
            }
        };
        file.finish().map_err(taken)?;
        return Ok(created);
    }
    let folder = NewFolder::beside(target).map_err(taken)?;
    let (entries, problems) = into_folder(&plan.files, folder.path(), progress)?;
    let manifest = manifest(plan, entries, facts, rules);
    let bytes = manifest.to_bytes();
    for (name, bytes) in [(SUMS, manifest.sums(&bytes).as_bytes()), (MANIFEST, &bytes)] {
        let mut file = create_private(&folder.path().join(name))?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    fresh::flush_all(folder.path())?;
    folder.finish().map_err(taken)?;
    Ok(Created { manifest, problems })
}

fn manifest(plan: Plan, files: Vec<FileEntry>, facts: Facts, rules: &Rules) -> Manifest {
    Manifest {
        schema: SCHEMA,
        conferry: env!("CARGO_PKG_VERSION").to_owned(),
        created: facts.created.to_string(),
        host: facts.host,
        system_drive: facts.system_drive,
        packs: rules
            .packs
            .iter()
            .map(|pack| PackEntry {
                id: pack.id.clone(),
                version: pack.version.clone(),
            })
            .collect(),
        components: plan.components,
        files,
        missing: plan.missing,
        warnings: plan.warnings,
    }
}

fn into_folder(
    files: &[Planned],
    folder: &Path,
    progress: &Progress,
) -> io::Result<(Vec<FileEntry>, Vec<Problem>)> {
    let problems = Mutex::new(Vec::new());
    let note = |problem| {
        if let Ok(mut problems) = problems.lock() {
            problems.push(problem);
        }
    };
    let entries: io::Result<Vec<FileEntry>> = files
        .par_iter()
        .filter_map(|planned| {
            let to = folder.join(&planned.path);
            let write = || {
                if let Some(parent) = to.parent() {
                    create_private_folders(parent)?;
                }
                let _ = fs::remove_file(&to);
                create_private(&to)
            };
            let copied = copy_steadily(planned, progress, |source, metadata| {
                let target = write()?;
                let measured = stream::copy(source.take(metadata.len()), &target, &|bytes| {
                    progress.add_bytes(bytes);
                })?;
                if let Ok(time) = metadata.modified() {
                    fresh::set_modified(&target, time)?;
                }
                fresh::flush_one(&target)?;
                Ok(measured)
            });
            match copied {
                Ok(entry) => {
                    if entry.inconsistent {
                        note(inconsistent(planned));
                    }
                    Some(Ok(entry))
                }
                Err(error) if is_full(&error) => Some(Err(error)),
                Err(error) => {
                    let _ = fs::remove_file(&to);
                    note(unreadable(planned, &error));
                    None
                }
            }
        })
        .collect();
    let mut problems = problems.into_inner().unwrap_or_default();
    problems.sort_by(|a, b| a.file.cmp(&b.file));
    Ok((entries?, problems))
}

/// Whether it is the place of the snapshot that failed: no other file would do better.
fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    matches!(
        error.kind(),
        StorageFull | QuotaExceeded | FileTooLarge | ReadOnlyFilesystem
    )
}

/// Copies until the file did not change meanwhile. `copy` reads no more than the
/// file had when it was opened: one that grows all the time would never end.
fn copy_steadily(
    planned: &Planned,
    progress: &Progress,
    mut copy: impl FnMut(&File, &Metadata) -> io::Result<stream::Measured>,
) -> io::Result<FileEntry> {
    let mut tries = 0;
    loop {
        tries += 1;
        let source = File::open(&planned.from)?;
        let before = source.metadata()?;
        let measured = copy(&source, &before)?;
        let after = fs::metadata(&planned.from)?;
        let modified = before.modified().ok();
        let steady = measured.size == before.len()
            && after.len() == before.len()
            && after.modified().ok() == modified;
        if steady || tries == TRIES {
            progress.add_file();
            let modified = modified.and_then(|time| Timestamp::try_from(time).ok());
            return Ok(FileEntry {
                path: planned.path.clone(),
                source: planned.source.clone(),
                component: planned.component.clone(),
                kind: planned.kind,
                taken_by: planned.taken_by.clone(),
                size: measured.size,
                sha256: measured.sha256,
                modified: modified.map(|time| time.to_string()),
                mode: mode_of(&before).map(|mode| format!("{mode:04o}")),
                attributes: attributes_of(&before),
                inconsistent: !steady,
            });
        }
        progress.take_back(measured.size);
    }
}

fn inconsistent(planned: &Planned) -> Problem {
    Problem::new(
        planned.from.display(),
        "it changed each time while it was copied, so the copy may be half old and half new",
        "Stop the service that writes it (MultiFactorAuth or PhoneFactor), then make the snapshot again.",
    )
}

fn unreadable(planned: &Planned, error: &io::Error) -> Problem {
    Problem::new(
        planned.from.display(),
        format!("it is not in the snapshot: {error}"),
        "Run as an administrator and stop the service that holds it, then make the snapshot again.",
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::{Progress, TRIES, copy_steadily};
    use crate::io::stream;
    use crate::pack::places::FileKind;
    use crate::snapshot::find::Planned;

    #[test]
    fn a_file_that_changes_is_copied_again_and_then_marked() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("a");
        let planned = Planned {
            from: from.clone(),
            path: "files/a".to_owned(),
            source: None,
            component: "a".to_owned(),
            kind: FileKind::Data,
            taken_by: "x".to_owned(),
            size: 1,
        };
        for (changes, tries, inconsistent) in [(0, 1, false), (1, 2, false), (9, TRIES, true)] {
            fs::write(&from, "x").unwrap();
            let mut count = 0;
            let entry = copy_steadily(&planned, &Progress::default(), |source, _| {
                count += 1;
                let measured = stream::measure(source)?;
                if count <= changes {
                    fs::write(&from, "y".repeat(count + 1))?;
                }
                Ok(measured)
            })
            .unwrap();
            assert_eq!((count, entry.inconsistent), (tries, inconsistent));
        }
    }
}
