//! Reading whole files, with errors that say what to do.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::folder;
use super::place::Place;
use super::windows_path::{BAD_NAME_HELP, is_device_here};
use crate::error::Failure;
use crate::xml::source::MAX_BYTES;

/// The path that stands for standard input.
pub const STDIN: &str = "-";

/// A file could not be read.
#[derive(Debug, Error)]
#[error("{kind}")]
pub struct ReadError {
    /// The file, as the user named it.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub kind: ReadErrorKind,
}

/// Why a file could not be read.
#[derive(Debug, Error)]
pub enum ReadErrorKind {
    /// Nothing is there.
    #[error("there is no such file or folder")]
    Missing,
    /// A folder stands where a file is needed.
    #[error("this is a folder, but one file is needed")]
    Folder,
    /// Something that is neither a file nor a folder.
    #[error("this is neither a file nor a folder")]
    Special,
    /// What was a file or a folder is a link now.
    #[error("a link came to be where a file or a folder was found")]
    Link,
    /// The system forbids it.
    #[error("permission to read it is denied")]
    Denied,
    /// More than [`MAX_BYTES`].
    #[error("it has more than {} MiB", MAX_BYTES / (1024 * 1024))]
    TooLarge,
    /// No file can have such a name.
    #[error("no file can have this name")]
    BadName,
    /// A pattern that no shell replaced by what fits it.
    #[error("nothing has this name, which looks like a pattern")]
    Pattern,
    /// Anything else that the system reports.
    #[error("it cannot be read: {0}")]
    Other(std::io::Error),
}

impl ReadErrorKind {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Missing => {
                "Check the path. On a server, web.config stands in the physical folder of the virtual directory."
            }
            Self::Folder => "Name the file inside it, for example its web.config.",
            Self::Special => "Give an ordinary file, or `-` where standard input is accepted.",
            Self::Link => {
                "Links that somebody puts there during the run are not followed. Find out who does, then run again."
            }
            Self::Denied => {
                "Run as a user who may read it; files below inetpub usually need an administrator."
            }
            Self::BadName => BAD_NAME_HELP,
            Self::Pattern => {
                "Name the folder; with --include \"*.config\" only files that fit are looked at. Windows replaces no patterns."
            }
            Self::TooLarge => "No configuration file is this large. Leave it out with --exclude.",
            Self::Other(_) => {
                "Check that the disk or share is reachable and that no other program holds the file."
            }
        }
    }

    fn of(error: std::io::Error) -> Self {
        if folder::is_link(&error) {
            return Self::Link;
        }
        if folder::is_special(&error) {
            return Self::Special;
        }
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::Missing,
            ErrorKind::PermissionDenied => Self::Denied,
            ErrorKind::IsADirectory => Self::Folder,
            ErrorKind::InvalidFilename => Self::BadName,
            _ => Self::Other(error),
        }
    }
}

impl ReadError {
    /// What the system reported about `path`.
    #[must_use]
    pub fn of(path: &Path, error: std::io::Error) -> Self {
        let kind = match ReadErrorKind::of(error) {
            ReadErrorKind::Other(_) if is_device_here(path) => ReadErrorKind::BadName,
            ReadErrorKind::Missing | ReadErrorKind::BadName if is_pattern(path) => {
                ReadErrorKind::Pattern
            }
            kind => kind,
        };
        let path = path.to_owned();
        Self { path, kind }
    }
}

fn is_pattern(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.contains(['*', '?'])
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Failure::new(error.kind.to_string())
            .in_file(display_name(&error.path))
            .help(error.kind.help())
    }
}

/// Whether `path` stands for standard input.
#[must_use]
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == STDIN
}

/// How outputs name `path`.
#[must_use]
pub fn display_name(path: &Path) -> String {
    if is_stdin(path) {
        "<stdin>".to_owned()
    } else {
        path.display().to_string()
    }
}

/// The bytes of the file at `path`; `-` is standard input.
///
/// # Errors
/// See [`ReadErrorKind`].
pub fn read(path: &Path) -> Result<Vec<u8>, ReadError> {
    if is_stdin(path) {
        return read_limited(std::io::stdin().lock(), 0, path);
    }
    read_file(path)
}

/// The bytes of the file at `path`, whatever its name. Links are followed: the user named it.
///
/// # Errors
/// See [`ReadErrorKind`].
pub fn read_file(path: &Path) -> Result<Vec<u8>, ReadError> {
    read_opened(open_file(path)?, path)
}

/// The file at `path`, opened for reading, whatever its name. Links are followed: the user named it.
///
/// # Errors
/// See [`ReadErrorKind`].
pub fn open_file(path: &Path) -> Result<File, ReadError> {
    // To open some devices does something, so they are looked at first.
    let metadata = std::fs::metadata(path).map_err(|error| ReadError::of(path, error))?;
    if !metadata.is_dir() && !metadata.is_file() {
        return Err(ReadError {
            path: path.to_owned(),
            kind: ReadErrorKind::Special,
        });
    }
    folder::read(path).map_err(|error| ReadError::of(path, error))
}

/// The bytes of the file at `place`, which users know as `path`. What became a link is not followed.
///
/// # Errors
/// See [`ReadErrorKind`].
pub fn read_place(place: &Place, path: &Path) -> Result<Vec<u8>, ReadError> {
    let opened = place.read();
    read_opened(opened.map_err(|error| ReadError::of(path, error))?, path)
}

fn read_opened(file: File, path: &Path) -> Result<Vec<u8>, ReadError> {
    let failed = |error| ReadError::of(path, error);
    let size = file.metadata().map_err(failed)?.len();
    if size > MAX_BYTES as u64 {
        return Err(ReadError {
            path: path.to_owned(),
            kind: ReadErrorKind::TooLarge,
        });
    }
    read_limited(file, size as usize, path)
}

fn read_limited(reader: impl Read, expected: usize, path: &Path) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::with_capacity(expected);
    reader
        .take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| ReadError::of(path, error))?;
    if bytes.len() > MAX_BYTES {
        return Err(ReadError {
            path: path.to_owned(),
            kind: ReadErrorKind::TooLarge,
        });
    }
    Ok(bytes)
}
