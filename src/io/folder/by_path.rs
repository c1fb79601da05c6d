//! Systems without calls that begin at an open folder: paths, with every name looked at first.
//!
//! Windows would need `unsafe` for more. A folder is opened without letting others delete or
//! rename it, so it stays what it was while it is held.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::{Stamp, Taken};

/// An open folder.
#[derive(Debug)]
pub(super) struct Handle {
    path: PathBuf,
    /// While it is open, nobody puts something else in its place.
    _held: Option<File>,
}

#[cfg(windows)]
fn held(path: &Path) -> Option<File> {
    use std::os::windows::fs::OpenOptionsExt;
    const FILE_SHARE_READ_AND_WRITE: u32 = 3;
    const FILE_FLAG_BACKUP_SEMANTICS: u32 = 0x0200_0000;
    let mut options = OpenOptions::new();
    options
        .read(true)
        .share_mode(FILE_SHARE_READ_AND_WRITE)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS);
    options.open(path).ok()
}

#[cfg(not(windows))]
fn held(_: &Path) -> Option<File> {
    None
}

pub(super) fn open(path: &Path) -> io::Result<Handle> {
    let path = std::path::absolute(path)?;
    match fs::metadata(&path)?.is_dir() {
        true => Ok(Handle {
            _held: held(&path),
            path,
        }),
        false => Err(io::ErrorKind::NotADirectory.into()),
    }
}

/// Checks that no name on the way down is a link.
fn beneath(from: &Handle, below: &Path) -> io::Result<PathBuf> {
    let mut at = from.path.clone();
    for part in below.components() {
        at.push(part);
        match fs::symlink_metadata(&at) {
            Ok(metadata) if metadata.is_symlink() => return Err(io::Error::other(Link)),
            Ok(_) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(at)
}

#[derive(Debug, thiserror::Error)]
#[error("a link is in the way")]
struct Link;

pub(super) fn is_link(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Link>())
}

pub(super) fn enter(from: &Handle, below: &Path) -> io::Result<Handle> {
    open(&beneath(from, below)?)
}

pub(super) fn read(from: &Handle, below: &Path) -> io::Result<File> {
    read_named(&beneath(from, below)?)
}

pub(super) fn read_named(path: &Path) -> io::Result<File> {
    if fs::metadata(path)?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    File::open(path)
}

pub(super) fn look(from: &Handle, below: &Path) -> io::Result<Stamp> {
    let folder = beneath(from, below.parent().unwrap_or(Path::new("")))?;
    let path = folder.join(below.file_name().unwrap_or_default());
    Ok(Stamp::of_metadata(&fs::symlink_metadata(path)?))
}

pub(super) fn make(at: &Handle, name: &Path, _private: bool) -> io::Result<()> {
    fs::create_dir(at.path.join(name))
}

pub(super) fn create(at: &Handle, name: &Path, _mode: u32) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    options.open(at.path.join(name))
}

pub(super) fn rename(at: &Handle, from: &Path, to: &Path, taken: Taken) -> io::Result<()> {
    let (from, to) = (at.path.join(from), at.path.join(to));
    if taken == Taken::Refused && fs::symlink_metadata(&to).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    crate::io::rename::patiently(|| fs::rename(&from, &to))
}

pub(super) fn exchange(_: &Handle, _: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

pub(super) fn link(at: &Handle, from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(at.path.join(from), at.path.join(to))
}

pub(super) fn remove(at: &Handle, name: &Path) -> io::Result<()> {
    fs::remove_file(at.path.join(name))
}

pub(super) fn remove_folder(at: &Handle, name: &Path) -> io::Result<()> {
    fs::remove_dir(at.path.join(name))
}

pub(super) fn sync(_: &Handle) {}

pub(super) fn flush_all(_: &Handle) -> io::Result<()> {
    Ok(())
}

/// Folders cannot be locked here: what is replaced is compared directly before.
pub(super) fn try_hold(_: &Handle) -> io::Result<bool> {
    Ok(true)
}

pub(super) fn let_go(_: &Handle) {}
