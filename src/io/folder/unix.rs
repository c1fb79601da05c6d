//! Unix: file descriptors and the calls that begin at one.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{self, AtFlags, CWD, Mode, OFlags};
use rustix::io::Errno;

use super::{Stamp, Taken};

/// An open folder.
pub(super) type Handle = OwnedFd;

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);
/// A pipe is not waited for, and a terminal does not become ours.
const READ: OFlags = OFlags::RDONLY
    .union(OFlags::CLOEXEC)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY);

pub(super) fn open(path: &Path) -> io::Result<Handle> {
    readable_or_not(|flags| Ok(fs::openat(CWD, path, FOLDER | flags, Mode::empty())?))
}

pub(super) fn enter(from: &Handle, below: &Path) -> io::Result<Handle> {
    if below.as_os_str().is_empty() {
        return from.try_clone();
    }
    readable_or_not(|flags| beneath(from, below, FOLDER | flags))
}

/// A folder that one may enter and write into but not list can be opened on Linux all the same.
fn readable_or_not(open: impl Fn(OFlags) -> io::Result<Handle>) -> io::Result<Handle> {
    match open(OFlags::RDONLY) {
        #[cfg(target_os = "linux")]
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => open(OFlags::PATH),
        opened => opened,
    }
}

/// How often a look-up is tried again that something else disturbed.
#[cfg(target_os = "linux")]
const TRIES: usize = 16;

#[cfg(target_os = "linux")]
fn beneath(from: &Handle, below: &Path, flags: OFlags) -> io::Result<OwnedFd> {
    use fs::ResolveFlags;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    for _ in 0..TRIES {
        match fs::openat2(from, below, flags, Mode::empty(), resolve) {
            Err(Errno::AGAIN) => {}
            // Kernels before 5.6, and containers that do not know the call.
            Err(Errno::NOSYS | Errno::PERM) => break,
            opened => return Ok(opened?),
        }
    }
    step_by_step(from, below, flags)
}

#[cfg(not(target_os = "linux"))]
fn beneath(from: &Handle, below: &Path, flags: OFlags) -> io::Result<OwnedFd> {
    step_by_step(from, below, flags)
}

/// Goes down name by name, through no link.
fn step_by_step(from: &Handle, below: &Path, flags: OFlags) -> io::Result<OwnedFd> {
    let folders = below.parent().unwrap_or(Path::new(""));
    let mut at: Option<OwnedFd> = None;
    #[cfg(target_os = "linux")]
    let step = FOLDER | OFlags::PATH | OFlags::NOFOLLOW;
    #[cfg(not(target_os = "linux"))]
    let step = FOLDER | OFlags::RDONLY | OFlags::NOFOLLOW;
    for part in folders.components() {
        let open = fs::openat(
            at.as_ref().unwrap_or(from),
            part.as_os_str(),
            step,
            Mode::empty(),
        );
        at =
            Some(open.map_err(|error| {
                not_a_folder(error, at.as_ref().unwrap_or(from), part.as_os_str())
            })?);
    }
    let from = at.as_ref().unwrap_or(from);
    let name = below.file_name().unwrap_or(below.as_os_str());
    fs::openat(from, name, flags | OFlags::NOFOLLOW, Mode::empty())
        .map_err(|error| not_a_folder(error, from, name))
}

/// With `O_DIRECTORY`, a link is reported as something that is no folder.
fn not_a_folder(error: Errno, from: &Handle, name: &std::ffi::OsStr) -> io::Error {
    let is_link = || {
        fs::statat(from, name, AtFlags::SYMLINK_NOFOLLOW)
            .is_ok_and(|stat| fs::FileType::from_raw_mode(stat.st_mode).is_symlink())
    };
    match error {
        Errno::NOTDIR if is_link() => Errno::LOOP.into(),
        error => error.into(),
    }
}

pub(super) fn read(from: &Handle, below: &Path) -> io::Result<File> {
    Ok(beneath(from, below, READ)?.into())
}

pub(super) fn read_named(path: &Path) -> io::Result<File> {
    Ok(fs::openat(CWD, path, READ, Mode::empty())?.into())
}

pub(super) fn look(from: &Handle, below: &Path) -> io::Result<Stamp> {
    let stat = |from: &Handle, name: &std::ffi::OsStr| {
        let stat = fs::statat(from, name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(Stamp::of_stat(&stat))
    };
    let Some(name) = below.file_name() else {
        return Ok(Stamp::of_stat(&fs::fstat(from)?));
    };
    match below
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        None => stat(from, name),
        Some(folder) => stat(&enter(from, folder)?, name),
    }
}

pub(super) fn make(at: &Handle, name: &Path, private: bool) -> io::Result<()> {
    let mode = if private { 0o700 } else { 0o777 };
    Ok(fs::mkdirat(at, name, Mode::from_raw_mode(mode))?)
}

pub(super) fn create(at: &Handle, name: &Path, mode: u32) -> io::Result<File> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(fs::openat(at, name, flags, Mode::from_raw_mode(mode as fs::RawMode))?.into())
}

pub(super) fn rename(at: &Handle, from: &Path, to: &Path, taken: Taken) -> io::Result<()> {
    match taken {
        Taken::Replaced => Ok(fs::renameat(at, from, at, to)?),
        Taken::Refused => rename_to_new(at, from, to),
    }
}

#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn rename_to_new(at: &Handle, from: &Path, to: &Path) -> io::Result<()> {
    match fs::renameat_with(at, from, at, to, fs::RenameFlags::NOREPLACE) {
        // Some file systems cannot do that.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => link_and_remove(at, from, to),
        done => Ok(done?),
    }
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn rename_to_new(at: &Handle, from: &Path, to: &Path) -> io::Result<()> {
    link_and_remove(at, from, to)
}

/// Lets two folders take each other's name; `false` where the system cannot do that in one step.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
pub(super) fn exchange(at: &Handle, one: &Path, other: &Path) -> io::Result<bool> {
    match fs::renameat_with(at, one, at, other, fs::RenameFlags::EXCHANGE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
        done => Ok(done.map(|()| true)?),
    }
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
pub(super) fn exchange(_: &Handle, _: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

/// A second name cannot be one that is taken; where there are no second names, the name is looked
/// at before.
fn link_and_remove(at: &Handle, from: &Path, to: &Path) -> io::Result<()> {
    match fs::linkat(at, from, at, to, AtFlags::empty()) {
        Ok(()) => Ok(fs::unlinkat(at, from, AtFlags::empty())?),
        Err(Errno::EXIST) => Err(Errno::EXIST.into()),
        Err(_) => match fs::statat(at, to, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => Ok(fs::renameat(at, from, at, to)?),
            Ok(_) => Err(Errno::EXIST.into()),
            Err(error) => Err(error.into()),
        },
    }
}

pub(super) fn link(at: &Handle, from: &Path, to: &Path) -> io::Result<()> {
    Ok(fs::linkat(at, from, at, to, AtFlags::empty())?)
}

pub(super) fn remove(at: &Handle, name: &Path) -> io::Result<()> {
    Ok(fs::unlinkat(at, name, AtFlags::empty())?)
}

pub(super) fn remove_folder(at: &Handle, name: &Path) -> io::Result<()> {
    Ok(fs::unlinkat(at, name, AtFlags::REMOVEDIR)?)
}

pub(super) fn sync(at: &Handle) {
    let _ = fs::fsync(at);
}

#[cfg(target_os = "linux")]
pub(super) fn flush_all(at: &Handle) -> io::Result<()> {
    Ok(fs::syncfs(at)?)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn flush_all(_: &Handle) -> io::Result<()> {
    Ok(())
}

pub(super) fn is_link(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::LOOP.raw_os_error())
}

/// Takes the lock of the folder if nobody has it.
pub(super) fn try_hold(at: &Handle) -> io::Result<bool> {
    match fs::flock(at, fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        // File systems without locks: what is replaced is compared all the same.
        Err(_) => Ok(true),
    }
}

pub(super) fn let_go(at: &Handle) {
    let _ = fs::flock(at, fs::FlockOperation::Unlock);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn without_openat2_links_are_refused_at_every_step() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("a"), "outside").unwrap();
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("x/y")).unwrap();
        std::fs::write(root.path().join("x/y/a"), "inside").unwrap();
        std::os::unix::fs::symlink(outside.path(), root.path().join("out")).unwrap();
        std::os::unix::fs::symlink("x", root.path().join("in")).unwrap();
        std::os::unix::fs::symlink("a", root.path().join("x/y/b")).unwrap();
        let from = open(root.path()).unwrap();
        let both = [step_by_step, beneath];
        for walk in both {
            assert!(walk(&from, Path::new("x/y/a"), READ).is_ok());
            assert!(walk(&from, Path::new("x/y"), FOLDER).is_ok());
            for (link, flags) in [
                ("out/a", READ),
                ("in/y/a", READ),
                ("x/y/b", READ),
                ("out", FOLDER),
                ("in", FOLDER),
            ] {
                let error = walk(&from, Path::new(link), flags).unwrap_err();
                assert!(is_link(&error), "{link}: {error}");
            }
            let missing = walk(&from, Path::new("x/z/a"), READ).unwrap_err();
            assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        }
    }
}
