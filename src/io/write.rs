//! The only writer.
//!
//! Promises that the target is the old or the new file, whole, whenever the
//! process ends: a temporary file beside the real target is written, flushed
//! to the disk and renamed. Links stay links, the mode (and where permitted
//! the owner) stays, identical bytes are not written, and a failure leaves
//! neither a temporary file nor a changed target.
//!
//! It does not keep hard links, extended attributes or access control lists;
//! a replaced file gets those of a new file in its folder.

use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use thiserror::Error;

use super::rename;
use super::windows_path::{BAD_NAME_HELP, is_device_here};
use crate::error::Failure;

/// Longest chain of links that is followed, as Linux has it.
const MAX_LINKS: usize = 40;
/// Most backups of one file.
pub(super) const MAX_BACKUPS: usize = 1000;

/// How the original is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backup {
    /// Beside the file, as `<name>.bak`, or `<name>.bak.1` and so on where that name is taken.
    Beside,
}

/// What a write did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// Nothing: the file holds these bytes already.
    Identical,
    /// There was no file.
    Created,
    /// The file was replaced; its original is kept in `backup` where that was asked for.
    Replaced {
        /// Where the original is.
        backup: Option<PathBuf>,
    },
}

/// A file could not be written. It is as it was.
#[derive(Debug, Error)]
#[error("{kind}")]
pub struct WriteError {
    /// The file, as the user named it.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub kind: WriteErrorKind,
}

/// Why a file could not be written.
#[derive(Debug, Error)]
pub enum WriteErrorKind {
    /// A folder or a device stands there.
    #[error("there is no ordinary file at this path to replace")]
    NotAFile,
    /// The file is marked read-only.
    #[error("the file is read-only")]
    ReadOnly,
    /// The folder does not exist.
    #[error("the folder to write into does not exist")]
    NoFolder,
    /// Links lead in a circle.
    #[error("its links lead in a circle")]
    LinkLoop,
    /// Too many backups.
    #[error("there are {MAX_BACKUPS} backups of this file already")]
    TooManyBackups,
    /// The file changed after it was read.
    #[error("the file was changed by somebody else after it was read")]
    Changed,
    /// The system forbids it.
    #[error("permission to write it is denied")]
    Denied,
    /// No file can have such a name.
    #[error("no file can have this name")]
    BadName,
    /// Anything else that the system reports.
    #[error("it cannot be written: {0}")]
    Other(std::io::Error),
}

impl WriteError {
    /// Why `path` could not be written.
    pub(super) fn of(path: &Path, kind: WriteErrorKind) -> Self {
        let kind = match kind {
            WriteErrorKind::Other(_) if is_device_here(path) => WriteErrorKind::BadName,
            kind => kind,
        };
        let path = path.to_owned();
        Self { path, kind }
    }
}

impl WriteErrorKind {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotAFile => "Give the path of a file.",
            Self::ReadOnly => "Take the read-only mark off the file, then run again.",
            Self::NoFolder => "Create the folder, or check the path.",
            Self::LinkLoop => "Give the path of the file itself.",
            Self::TooManyBackups => "Move the old backups away.",
            Self::Changed => "Run again: the new content is read then.",
            Self::Denied => {
                "Run as a user who may write in its folder, below inetpub usually an administrator, and check that no other program holds the file."
            }
            Self::BadName => BAD_NAME_HELP,
            Self::Other(_) => {
                "The file is as it was. Check free space and that no other program holds the file."
            }
        }
    }
}

impl From<std::io::Error> for WriteErrorKind {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::Denied,
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::NoFolder,
            ErrorKind::IsADirectory => Self::NotAFile,
            ErrorKind::InvalidFilename => Self::BadName,
            _ => Self::Other(error),
        }
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        Failure::new(error.kind.to_string())
            .in_file(error.path.display())
            .help(error.kind.help())
    }
}

/// Makes the file at `path` hold `bytes`.
///
/// # Errors
/// See [`WriteErrorKind`]. After an error the file is as it was.
pub fn write_atomically(
    path: &Path,
    bytes: &[u8],
    backup: Option<Backup>,
) -> Result<Written, WriteError> {
    write(path, None, bytes, backup, Durability::Flushed)
}

/// Like [`write_atomically`] but without waiting for the disk, and without looking whether the file
/// holds these bytes already: for a file that another program reads at once and then removes, such
/// as git's temporary files.
///
/// # Errors
/// See [`WriteErrorKind`]. After an error the file is as it was.
pub fn write_scratch(path: &Path, bytes: &[u8]) -> Result<Written, WriteError> {
    write(path, None, bytes, None, Durability::Scratch)
}

/// Like [`write_atomically`], but only if the file still holds `read`.
///
/// # Errors
/// See [`WriteErrorKind`]. After an error the file is as it was.
pub fn replace_atomically(
    path: &Path,
    read: &[u8],
    bytes: &[u8],
    backup: Option<Backup>,
) -> Result<Written, WriteError> {
    write(path, Some(read), bytes, backup, Durability::Flushed)
}

fn write(
    path: &Path,
    read: Option<&[u8]>,
    bytes: &[u8],
    backup: Option<Backup>,
    durability: Durability,
) -> Result<Written, WriteError> {
    try_write(path, read, bytes, backup, durability).map_err(|kind| WriteError::of(path, kind))
}

fn try_write(
    path: &Path,
    read: Option<&[u8]>,
    bytes: &[u8],
    backup: Option<Backup>,
    durability: Durability,
) -> Result<Written, WriteErrorKind> {
    let target = resolve(path)?;
    let Some(metadata) = existing(&target)? else {
        if read.is_some() {
            return Err(WriteErrorKind::Changed);
        }
        let temporary = temporary_beside(&target, bytes, None, durability)?;
        persist(temporary, &target, durability)?;
        return Ok(Written::Created);
    };
    // Whoever writes a scratch file has just read it, and knows that the bytes are others.
    let original = match durability {
        Durability::Flushed => std::fs::read(&target)?,
        Durability::Scratch => Vec::new(),
    };
    if read.is_some_and(|read| read != original) {
        return Err(WriteErrorKind::Changed);
    }
    if durability == Durability::Flushed && original == bytes {
        return Ok(Written::Identical);
    }
    if metadata.permissions().readonly() {
        return Err(WriteErrorKind::ReadOnly);
    }
    let temporary = temporary_beside(&target, bytes, Some(&metadata), durability)?;
    let backup = match backup {
        Some(Backup::Beside) => Some(keep_original(&target, &original, &metadata)?),
        None => None,
    };
    if let Err(error) = persist(temporary, &target, durability) {
        if let Some(backup) = &backup {
            let _ = std::fs::remove_file(backup);
        }
        return Err(error);
    }
    Ok(Written::Replaced { backup })
}

/// Whether the bytes must be on disk before the file is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Durability {
    Flushed,
    Scratch,
}

/// The file that `path` means after all links. It need not exist.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, WriteErrorKind> {
    let mut target = path.to_owned();
    for _ in 0..MAX_LINKS {
        match std::fs::read_link(&target) {
            Ok(link) => {
                let folder = target.parent().unwrap_or_else(|| Path::new(""));
                target = folder.join(link);
            }
            // Not a link, or nothing there.
            Err(_) => return Ok(target),
        }
    }
    Err(WriteErrorKind::LinkLoop)
}

pub(super) fn existing(target: &Path) -> Result<Option<Metadata>, WriteErrorKind> {
    match std::fs::metadata(target) {
        Ok(metadata) if metadata.is_file() => Ok(Some(metadata)),
        Ok(_) => Err(WriteErrorKind::NotAFile),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A temporary file with `bytes` on disk. Dropping it removes it.
pub(super) fn temporary_beside(
    target: &Path,
    bytes: &[u8],
    like: Option<&Metadata>,
    durability: Durability,
) -> Result<NamedTempFile, WriteErrorKind> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".conferry-").suffix(".tmp");
    #[cfg(unix)]
    if like.is_none() {
        // A new file is as any program would make it; the umask takes its part off.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut temporary = match durability {
        Durability::Flushed => builder.tempfile_in(folder_of(target))?,
        Durability::Scratch => scratch_beside(&builder, target)?,
    };
    temporary.write_all(bytes)?;
    temporary.flush()?;
    if let Some(metadata) = like {
        keep_owner(temporary.as_file(), metadata);
        temporary
            .as_file()
            .set_permissions(metadata.permissions())?;
    }
    if durability == Durability::Flushed {
        temporary.as_file().sync_all()?;
    }
    Ok(temporary)
}

/// A temporary file named by this process, which needs no random numbers; by them if the name is taken.
fn scratch_beside(
    builder: &tempfile::Builder<'_, '_>,
    target: &Path,
) -> std::io::Result<NamedTempFile> {
    let prefix = format!(".conferry-{}-", std::process::id());
    let mut named = builder.clone();
    match named
        .prefix(&prefix)
        .rand_bytes(0)
        .tempfile_in(folder_of(target))
    {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            builder.tempfile_in(folder_of(target))
        }
        made => made,
    }
}

fn persist(
    temporary: NamedTempFile,
    target: &Path,
    durability: Durability,
) -> Result<(), WriteErrorKind> {
    rename::over(temporary.into_temp_path(), target)?;
    if durability == Durability::Flushed {
        sync_folder(target);
    }
    Ok(())
}

/// Copies the original beside itself under a name that is free.
pub(super) fn keep_original(
    target: &Path,
    original: &[u8],
    metadata: &Metadata,
) -> Result<PathBuf, WriteErrorKind> {
    let mut temporary = temporary_beside(target, original, Some(metadata), Durability::Flushed)?;
    for number in 0..MAX_BACKUPS {
        let backup = backup_name(target, number);
        match temporary.persist_noclobber(&backup) {
            Ok(_) => return Ok(backup),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => temporary = error.file,
            Err(error) => return Err(error.error.into()),
        }
    }
    Err(WriteErrorKind::TooManyBackups)
}

pub(super) fn backup_name(target: &Path, number: usize) -> PathBuf {
    let mut name = target
        .file_name()
        .map_or_else(OsString::new, OsString::from);
    name.push(".bak");
    if number > 0 {
        name.push(format!(".{number}"));
    }
    target.with_file_name(name)
}

#[cfg(unix)]
fn keep_owner(file: &File, metadata: &Metadata) {
    use std::os::unix::fs::MetadataExt;
    // Only an administrator may give files away; for others the owner is the writer, as with any editor.
    let _ = std::os::unix::fs::fchown(file, Some(metadata.uid()), Some(metadata.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}

#[cfg(unix)]
pub(super) fn sync_folder(target: &Path) {
    // The rename itself is done; some file systems refuse to sync a folder.
    if let Ok(folder) = File::open(folder_of(target)) {
        let _ = folder.sync_all();
    }
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) {}
