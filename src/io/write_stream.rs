//! The writer for files of any size: as [`super::write`], with the content
//! coming from a stream instead of memory.

use std::fs::{File, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::write::{
    Backup, Durability, MAX_BACKUPS, WriteError, WriteErrorKind, Written, backup_name, existing,
    keep_original, persist, resolve, temporary_beside,
};

/// Makes the file at `path` hold what `fill` writes, however large; `fill` says
/// with an error that the content is not what it should be. `modified` is set
/// on the new file.
///
/// # Errors
/// See [`WriteErrorKind`]. After an error the file is as it was.
pub fn stream_atomically(
    path: &Path,
    fill: impl FnOnce(&mut File) -> std::io::Result<()>,
    modified: Option<std::time::SystemTime>,
    backup: Option<Backup>,
) -> Result<Written, WriteError> {
    try_stream(path, fill, modified, backup).map_err(|kind| WriteError {
        path: path.to_owned(),
        kind,
    })
}

fn try_stream(
    path: &Path,
    fill: impl FnOnce(&mut File) -> std::io::Result<()>,
    modified: Option<std::time::SystemTime>,
    backup: Option<Backup>,
) -> Result<Written, WriteErrorKind> {
    let target = resolve(path)?;
    let metadata = existing(&target)?;
    if metadata
        .as_ref()
        .is_some_and(|metadata| metadata.permissions().readonly())
    {
        return Err(WriteErrorKind::ReadOnly);
    }
    let mut temporary = temporary_beside(&target, &[], metadata.as_ref(), Durability::Scratch)?;
    fill(temporary.as_file_mut())?;
    if let Some(modified) = modified {
        temporary.as_file().set_modified(modified)?;
    }
    temporary.as_file().sync_all()?;
    let Some(metadata) = metadata else {
        persist(temporary, &target, Durability::Flushed)?;
        return Ok(Written::Created);
    };
    let backup = match backup {
        Some(Backup::Beside) => Some(keep_file(&target, &metadata)?),
        None => None,
    };
    if let Err(error) = persist(temporary, &target, Durability::Flushed) {
        if let Some(backup) = &backup {
            let _ = std::fs::remove_file(backup);
        }
        return Err(error);
    }
    Ok(Written::Replaced { backup })
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
