//! The only writer: what it promises, what can go wrong, and the file that nobody waits for.
//!
//! Promises that the target is the old or the new file, whole, whenever the
//! process ends: a temporary file beside the real target is written, flushed
//! to the disk and renamed (`staged.rs`). What is replaced is compared
//! directly before that with what was read, under a lock that other conferrys
//! heed. Links stay links, the mode (and where permitted the owner) stays,
//! identical bytes are not written, and a failure leaves neither a temporary
//! file nor a changed target. Which files a command may write, its
//! [`super::write_plan`] decides before the first byte.
//!
//! It does not keep hard links, extended attributes or access control lists;
//! a replaced file gets those of a new file in its folder. A program that
//! knows no locks and writes between the comparison and the rename, which
//! follow each other at once, is not noticed.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::folder::{Folder, is_link, is_special};
use super::place::Place;
use super::staged::{Durability, Expect, Job, Staged};
use super::windows_path::{BAD_NAME_HELP, is_device_here};
use crate::error::Failure;

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
    /// A link is where none was, or where none may be.
    #[error("a link is in the way, which conferry does not follow")]
    Link,
    /// Too many backups.
    #[error("there are {MAX_BACKUPS} backups of this file already")]
    TooManyBackups,
    /// The file changed after it was read.
    #[error("the file was changed by somebody else after it was read")]
    Changed,
    /// Something came to be where nothing was.
    #[error("somebody else made a file there after it was looked for")]
    Appeared,
    /// Another conferry writes there.
    #[error("another conferry is writing in its folder and does not come to an end")]
    Held,
    /// The system forbids it.
    #[error("permission to write it is denied")]
    Denied,
    /// No space, or no more of it for this user.
    #[error("there is no space left on the disk")]
    Full,
    /// More than the file system, or a limit of the process, allows.
    #[error("it is larger than a file may be there")]
    TooLarge,
    /// The disk itself.
    #[error("the disk reports damage: {0}")]
    Damaged(std::io::Error),
    /// No file can have such a name.
    #[error("no file can have this name")]
    BadName,
    /// Anything else that the system reports.
    #[error("it cannot be written: {0}")]
    Other(std::io::Error),
}

impl WriteError {
    /// Why `path` could not be written.
    #[must_use]
    pub fn of(path: &Path, kind: WriteErrorKind) -> Self {
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
            Self::Changed | Self::Appeared => {
                "It was left as it is now. Run again: the new content is read then."
            }
            Self::Link => "Give the path of the file itself, or put the file where the link is.",
            Self::Held => "Let the other one end, or end it, then run again.",
            Self::Full => {
                "The file is as it was. Free space, or write to another disk, then run again."
            }
            Self::TooLarge => {
                "The file is as it was. Raise the limit (ulimit -f), or write to another disk."
            }
            Self::Damaged(_) => {
                "The file is as it was. Check the disk before anything else is written to it."
            }
            Self::Denied => {
                "Run as a user who may write in its folder, below inetpub usually an administrator, and check that no other program holds the file."
            }
            Self::BadName => BAD_NAME_HELP,
            Self::Other(_) => {
                "The file is as it was. Check the disk, and that no other program holds the file."
            }
        }
    }
}

impl From<std::io::Error> for WriteErrorKind {
    fn from(error: std::io::Error) -> Self {
        if is_link(&error) {
            return Self::Link;
        }
        if is_special(&error) {
            return Self::NotAFile;
        }
        match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::Denied,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full,
            ErrorKind::FileTooLarge => Self::TooLarge,
            _ if is_damage(&error) => Self::Damaged(error),
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

/// Whether this is what Unix reports of a disk that fails (EIO), or Windows (a CRC error).
fn is_damage(error: &std::io::Error) -> bool {
    const EIO: i32 = 5;
    const ERROR_CRC: i32 = 23;
    let code = if cfg!(windows) { ERROR_CRC } else { EIO };
    error.raw_os_error() == Some(code)
}

/// Makes the file at `path` hold `bytes` without waiting for the disk, and without looking whether
/// it does already: for a file that another program reads at once and then removes, such as git's
/// temporary files.
///
/// # Errors
/// See [`WriteErrorKind`]. After an error the file is as it was.
pub fn write_scratch(path: &Path, bytes: &[u8]) -> Result<Written, WriteError> {
    let failed = |kind| WriteError::of(path, kind);
    let is_link = path
        .symlink_metadata()
        .is_ok_and(|there| there.is_symlink());
    let (folder, name) = match is_link {
        true => {
            let place = Place::named(path).map_err(|error| failed(error.into()))?;
            (place.folder(), place.name())
        }
        false => (
            Folder::open(path.parent().unwrap_or(Path::new(""))),
            path.file_name().unwrap_or_default().to_owned(),
        ),
    };
    let job = Job {
        path,
        folder: Arc::new(folder.map_err(|error| failed(error.into()))?),
        name,
        expect: Expect::Whatever,
        durability: Durability::Scratch,
        backup: None,
        mode: 0o666,
    };
    let staged = Staged::write(job, |to| std::io::Write::write_all(to, bytes))?;
    staged.finish()
}
