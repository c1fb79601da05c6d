//! Copying what was found into a folder or a zip.
//!
//! Every file is hashed while it is copied, so that the manifest speaks of the
//! bytes in the snapshot. A file that changes meanwhile is copied again; one
//! that keeps changing is marked. A file that cannot be read is named and the
//! others go on.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use rayon::prelude::*;
use thiserror::Error;

use super::Problem;
use super::find::{Plan, Planned};
use super::manifest::{FileEntry, MANIFEST, Manifest, PackEntry, SCHEMA, SUMS};
use super::store::{ZipWriter, is_zip};
use crate::io::fresh::{
    self, NewFile, NewFolder, attributes_of, create_private, create_private_folders, mode_of,
};
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

/// How far it is.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes copied.
    pub bytes: AtomicU64,
    /// Files copied.
    pub files: AtomicU64,
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
pub fn check(plan: &Plan, target: &Path) -> Result<(), CreateError> {
    if plan.files.is_empty() {
        return Err(CreateError::Nothing);
    }
    let absolute = std::path::absolute(target)?;
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
    let needed = plan.files.iter().map(|file| file.size).sum::<u64>() + SPARE;
    let free = fresh::free_space(&absolute)?;
    if free < needed {
        return Err(CreateError::NoSpace { needed, free });
    }
    Ok(())
}

/// Makes the snapshot `target`: a zip if its name ends in `.zip`, else a folder.
///
/// # Errors
/// See [`CreateError`]. After an error nothing is at `target`.
pub fn create(
    plan: Plan,
    target: &Path,
    facts: Facts,
    rules: &Rules,
    progress: &Progress,
) -> Result<Created, CreateError> {
    check(&plan, target)?;
    let taken = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => CreateError::Taken,
        _ => CreateError::Io(error),
    };
    if is_zip(target) {
        if target.exists() {
            return Err(CreateError::Taken);
        }
        let mut file = NewFile::beside(target).map_err(taken)?;
        let created = into_zip(plan, (target, file.file()), facts, rules, progress)?;
        file.finish().map_err(taken)?;
        return Ok(created);
    }
    let folder = NewFolder::beside(target).map_err(taken)?;
    let (entries, problems) = into_folder(&plan.files, folder.path(), progress);
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
) -> (Vec<FileEntry>, Vec<Problem>) {
    let problems = Mutex::new(Vec::new());
    let note = |problem| {
        if let Ok(mut problems) = problems.lock() {
            problems.push(problem);
        }
    };
    let entries: Vec<FileEntry> = files
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
            let copied = copy_steadily(planned, progress, |source| {
                let target = write()?;
                let measured = stream::copy(source, &target, &|bytes| {
                    progress.bytes.fetch_add(bytes, Ordering::Relaxed);
                })?;
                if let Ok(time) = source.metadata().and_then(|metadata| metadata.modified()) {
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
                    Some(entry)
                }
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
    (entries, problems)
}

fn into_zip(
    plan: Plan,
    (target, file): (&Path, &mut File),
    facts: Facts,
    rules: &Rules,
    progress: &Progress,
) -> Result<Created, CreateError> {
    let mut zip = ZipWriter::new(io::BufWriter::new(file));
    let (mut entries, mut problems) = (Vec::new(), Vec::new());
    for planned in &plan.files {
        // What a zip holds cannot be taken back, so a steady copy is made first.
        let copied = fresh::spool(target).and_then(|mut spool| {
            let entry = copy_steadily(planned, progress, |source| {
                io::Seek::rewind(&mut spool)?;
                spool.set_len(0)?;
                stream::copy(source, &mut spool, &|bytes| {
                    progress.bytes.fetch_add(bytes, Ordering::Relaxed);
                })
            })?;
            io::Seek::rewind(&mut spool)?;
            Ok((entry, spool))
        });
        match copied {
            Ok((entry, spool)) => {
                if entry.inconsistent {
                    problems.push(inconsistent(planned));
                }
                let modified = entry.modified.as_deref().and_then(|time| time.parse().ok());
                zip.add(&entry.path, modified.unwrap_or(facts.created), spool)?;
                entries.push(entry);
            }
            Err(error) => problems.push(unreadable(planned, &error)),
        }
    }
    let created = facts.created;
    let manifest = manifest(plan, entries, facts, rules);
    let bytes = manifest.to_bytes();
    zip.add(SUMS, created, manifest.sums(&bytes).as_bytes())?;
    zip.add(MANIFEST, created, bytes.as_slice())?;
    zip.finish()?;
    Ok(Created { manifest, problems })
}

/// Copies until the file did not change meanwhile.
fn copy_steadily(
    planned: &Planned,
    progress: &Progress,
    mut copy: impl FnMut(&File) -> io::Result<stream::Measured>,
) -> io::Result<FileEntry> {
    let mut tries = 0;
    loop {
        tries += 1;
        let source = File::open(&planned.from)?;
        let before = source.metadata()?;
        let measured = copy(&source)?;
        let after = fs::metadata(&planned.from)?;
        let modified = before.modified().ok();
        let steady = measured.size == before.len()
            && after.len() == before.len()
            && after.modified().ok() == modified;
        if steady || tries == TRIES {
            progress.files.fetch_add(1, Ordering::Relaxed);
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
            let entry = copy_steadily(&planned, &Progress::default(), |source| {
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
