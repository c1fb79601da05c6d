//! The writer for many files of any size: as [`super::write`], with the
//! content coming from streams instead of memory.
//!
//! To wait for the disk once per file is what makes small files slow. So files
//! are written in batches: each beside its target ([`Staged::beside`]), then
//! all of them put on disk at once ([`flush`]), and only then renamed
//! ([`Staged::finish`]). A target is the old or the new file, whole, at any
//! moment; a killed process may leave the temporary files of one batch behind.
//! That the new names last is sure after [`settle`].

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::TempPath;

use super::fresh;
use super::write::{
    Backup, Durability, MAX_BACKUPS, WriteError, WriteErrorKind, Written, backup_name, existing,
    folder_of, keep_original, resolve, sync_folder, temporary_beside,
};

/// The new content of a file, beside it. Dropping it removes it.
#[derive(Debug)]
pub struct Staged {
    path: PathBuf,
    target: PathBuf,
    temporary: TempPath,
    replaced: Option<Metadata>,
}

impl Staged {
    /// Writes what the file at `path` will hold; `fill` says with an error that
    /// the content is not what it should be. `modified` is set on the new file.
    ///
    /// # Errors
    /// See [`WriteErrorKind`].
    pub fn beside(
        path: &Path,
        fill: impl FnOnce(&mut File) -> io::Result<()>,
        modified: Option<SystemTime>,
    ) -> Result<Self, WriteError> {
        stage(path, fill, modified).map_err(|kind| WriteError::of(path, kind))
    }

    /// Gives the file its new content, which must be on disk: see [`flush`].
    ///
    /// # Errors
    /// See [`WriteErrorKind`]. After an error the file is as it was.
    pub fn finish(self, backup: Option<Backup>) -> Result<Written, WriteError> {
        let path = self.path.clone();
        rename(self, backup).map_err(|kind| WriteError::of(&path, kind))
    }

    /// The folder in which it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        folder_of(&self.target)
    }
}

/// Has the content of `staged` put on disk.
///
/// # Errors
/// What the system reports; then none of them may be renamed.
pub fn flush<'s>(staged: impl Iterator<Item = &'s Staged>) -> io::Result<()> {
    settle(staged.map(Staged::folder))
}

/// Has the file systems of `folders` put everything on disk, where they were left to do that.
///
/// # Errors
/// What the system reports.
pub fn settle<'f>(folders: impl Iterator<Item = &'f Path>) -> io::Result<()> {
    let mut systems = BTreeMap::new();
    let mut last = None;
    for folder in folders {
        // Most files have the folder of the one before.
        if last.replace(folder) != Some(folder) {
            systems.entry(file_system(folder)?).or_insert(folder);
        }
    }
    systems.into_values().try_for_each(fresh::flush_all)
}

#[cfg(unix)]
fn file_system(folder: &Path) -> io::Result<u64> {
    Ok(std::os::unix::fs::MetadataExt::dev(&folder.metadata()?))
}

#[cfg(not(unix))]
fn file_system(_: &Path) -> io::Result<u64> {
    Ok(0)
}

fn stage(
    path: &Path,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
    modified: Option<SystemTime>,
) -> Result<Staged, WriteErrorKind> {
    let target = resolve(path)?;
    let replaced = existing(&target)?;
    let is_read_only = |metadata: &Metadata| metadata.permissions().readonly();
    if replaced.as_ref().is_some_and(is_read_only) {
        return Err(WriteErrorKind::ReadOnly);
    }
    let mut temporary = temporary_beside(&target, &[], replaced.as_ref(), Durability::Scratch)?;
    fill(temporary.as_file_mut())?;
    if let Some(modified) = modified {
        temporary.as_file().set_modified(modified)?;
    }
    fresh::flush_one(temporary.as_file())?;
    Ok(Staged {
        path: path.to_owned(),
        // A batch has more files than a process may have open.
        temporary: temporary.into_temp_path(),
        target,
        replaced,
    })
}

fn rename(staged: Staged, backup: Option<Backup>) -> Result<Written, WriteErrorKind> {
    let target = staged.target.as_path();
    let backup = match (&staged.replaced, backup) {
        (Some(metadata), Some(Backup::Beside)) => Some(keep_file(target, metadata)?),
        _ => None,
    };
    if let Err(error) = super::rename::over(staged.temporary, target) {
        if let Some(backup) = &backup {
            let _ = std::fs::remove_file(backup);
        }
        return Err(error.into());
    }
    if cfg!(not(target_os = "linux")) {
        sync_folder(target);
    }
    Ok(match staged.replaced {
        Some(_) => Written::Replaced { backup },
        None => Written::Created,
    })
}

/// Gives the original a second name, which costs nothing however large it is;
/// where the file system has no such thing, copies it.
fn keep_file(target: &Path, metadata: &Metadata) -> Result<PathBuf, WriteErrorKind> {
    for number in 0..MAX_BACKUPS {
        let backup = backup_name(target, number);
        match std::fs::hard_link(target, &backup) {
            Ok(()) => return Ok(backup),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(_) => return keep_original(target, &std::fs::read(target)?, metadata),
        }
    }
    Err(WriteErrorKind::TooManyBackups)
}
