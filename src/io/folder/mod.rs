//! Folders that are held open, and what is done in them: everything below is
//! reached from the open folder and never through a link.
//!
//! A path is looked up anew each time it is used, so whoever can swap a folder
//! for a link while conferry runs would lead it out of the tree. An open folder
//! stays the same folder under whatever name, and the system itself refuses
//! links on the way from it (`openat2` with `RESOLVE_NO_SYMLINKS` on Linux, one
//! `O_NOFOLLOW` step for each name elsewhere). Windows has no such call without
//! `unsafe`: there each name is looked at before it is used, which finds links
//! that are there and not one that comes in between.
//!
//! This is the narrow place through which all files are created, named and
//! removed: [`Folder::create`], [`Created`], [`Folder::rename`],
//! [`Folder::link`], [`Folder::remove`], [`Folder::make`]. What a test wants to
//! let fail, it lets fail here (`fault.rs`).

#[cfg(not(unix))]
mod by_path;
mod created;
mod fault;
mod leftover;
mod lock;
mod recent;
mod stamp;
#[cfg(unix)]
mod unix;

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};

#[cfg(not(unix))]
use by_path as system;
pub use created::{Created, Temporary};
pub(super) use leftover::{Noted, stay, sweep, temporary_name};
pub use leftover::{interrupt, is_temporary};
pub use lock::Held;
pub use recent::Recent;
pub use stamp::Stamp;
#[cfg(unix)]
use unix as system;

/// A folder that is held open.
#[derive(Debug)]
pub struct Folder {
    handle: system::Handle,
    path: PathBuf,
}

/// Whether a name may be taken already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Nothing may be there.
    Refused,
    /// What is there is replaced.
    Replaced,
}

impl Folder {
    /// Opens the folder at `path`, through links too: the user named it.
    ///
    /// # Errors
    /// What the system reports.
    pub fn open(path: &Path) -> io::Result<Self> {
        let path = match path.as_os_str().is_empty() {
            true => Path::new("."),
            false => path,
        };
        Ok(Self {
            handle: system::open(path)?,
            path: path.to_owned(),
        })
    }

    /// Its path when it was opened.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the folder `below`, which no link may lead to.
    ///
    /// # Errors
    /// What the system reports; see [`is_link`].
    pub fn enter(&self, below: &Path) -> io::Result<Self> {
        Ok(Self {
            handle: system::enter(&self.handle, checked(below)?)?,
            path: self.path.join(below),
        })
    }

    /// Opens the folder `below` and makes it, and those above it, where they are not there.
    /// Only their owner may enter those that are made if they are `private`.
    ///
    /// # Errors
    /// What the system reports; see [`is_link`].
    pub fn make(&self, below: &Path, private: bool) -> io::Result<Self> {
        match self.enter(below) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            entered => return entered,
        }
        let mut at = self.enter(Path::new(""))?;
        for part in checked(below)?.components() {
            let name = Path::new(part.as_os_str());
            at = match at.enter(name) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let made = {
                        fault::at()?;
                        let _stay = stay();
                        system::make(&at.handle, name, private)
                    };
                    match made {
                        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                            return Err(error);
                        }
                        _ => at.enter(name)?,
                    }
                }
                entered => entered?,
            };
        }
        Ok(at)
    }

    /// Makes the folder `name`, which must not be there; `private` for its owner alone.
    ///
    /// # Errors
    /// What the system reports.
    pub(super) fn make_new(&self, name: &OsStr, private: bool) -> io::Result<Self> {
        {
            fault::at()?;
            let _stay = stay();
            system::make(&self.handle, Path::new(name), private)?;
        }
        self.enter(Path::new(name))
    }

    /// Opens the ordinary file `below` for reading, which no link may lead to. A pipe or a device
    /// is an error, and is not waited for.
    ///
    /// # Errors
    /// What the system reports; see [`is_link`] and [`is_special`].
    pub fn read(&self, below: &Path) -> io::Result<File> {
        let file = system::read(&self.handle, checked(below)?)?;
        ordinary(file)
    }

    /// What is at `below`, which no link may lead to; `None` if nothing is. A link itself is
    /// something.
    ///
    /// # Errors
    /// What the system reports.
    pub fn look(&self, below: &Path) -> io::Result<Option<Stamp>> {
        match system::look(&self.handle, checked(below)?) {
            Ok(stamp) => Ok(Some(stamp)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Creates the file `name`, which must not be there, with this mode less the umask.
    ///
    /// # Errors
    /// What the system reports.
    pub fn create(&self, name: &OsStr, mode: u32) -> io::Result<Created> {
        fault::at()?;
        let _stay = stay();
        system::create(&self.handle, Path::new(name), mode).map(Created::new)
    }

    /// Gives what is at `from` the name `to`.
    ///
    /// # Errors
    /// What the system reports.
    pub fn rename(&self, from: &OsStr, to: &OsStr, taken: Taken) -> io::Result<()> {
        fault::at()?;
        system::rename(&self.handle, Path::new(from), Path::new(to), taken)
    }

    /// Lets two folders in it take each other's name; `false` where the system cannot do that in one step.
    ///
    /// # Errors
    /// What the system reports.
    pub(super) fn exchange(&self, one: &OsStr, other: &OsStr) -> io::Result<bool> {
        fault::at()?;
        system::exchange(&self.handle, Path::new(one), Path::new(other))
    }

    /// Gives the file at `from` a second name, which must not be there.
    ///
    /// # Errors
    /// What the system reports.
    pub fn link(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        fault::at()?;
        system::link(&self.handle, Path::new(from), Path::new(to))
    }

    /// Removes the file `name`.
    ///
    /// # Errors
    /// What the system reports.
    pub fn remove(&self, name: &OsStr) -> io::Result<()> {
        fault::removing()?;
        system::remove(&self.handle, Path::new(name))
    }

    /// Removes the folder `name`, which must be empty.
    ///
    /// # Errors
    /// What the system reports.
    pub(super) fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        fault::removing()?;
        system::remove_folder(&self.handle, Path::new(name))
    }

    /// Has the names in it put on disk; some file systems refuse that.
    pub fn sync(&self) {
        if fault::at().is_ok() {
            system::sync(&self.handle);
        }
    }

    /// Has the whole file system that it is on put on disk, where there is such a thing.
    ///
    /// # Errors
    /// What the system reports.
    pub fn flush_all(&self) -> io::Result<()> {
        fault::at()?;
        system::flush_all(&self.handle)
    }

    /// Keeps other conferrys from replacing files in it.
    ///
    /// # Errors
    /// When another one does not let go.
    pub fn hold(&self) -> io::Result<Held<'_>> {
        lock::hold(&self.handle)
    }
}

/// `path` if it leads down and nowhere else.
fn checked(path: &Path) -> io::Result<&Path> {
    let leads_down = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    match leads_down {
        true => Ok(path),
        false => Err(io::Error::new(
            io::ErrorKind::InvalidFilename,
            "the path does not lead down",
        )),
    }
}

/// Opens the file at `path` for reading, through links too: the user named it. A pipe or a device
/// is an error, and is not waited for.
///
/// # Errors
/// What the system reports; see [`is_special`].
pub fn read(path: &Path) -> io::Result<File> {
    ordinary(system::read_named(path)?)
}

/// Whether a link was in the way.
#[must_use]
pub fn is_link(error: &io::Error) -> bool {
    system::is_link(error)
}

/// Whether something was there that is neither a file nor a folder.
#[must_use]
pub fn is_special(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Special>())
}

/// Something that is neither a file nor a folder.
#[derive(Debug, thiserror::Error)]
#[error("this is neither a file nor a folder")]
struct Special;

fn ordinary(file: File) -> io::Result<File> {
    let kind = file.metadata()?.file_type();
    if kind.is_file() {
        return Ok(file);
    }
    Err(match kind.is_dir() {
        true => io::ErrorKind::IsADirectory.into(),
        false => io::Error::other(Special),
    })
}
