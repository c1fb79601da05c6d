//! New folders and new files that are not there until they are whole.
//!
//! Everything is built beside the destination under a temporary name and gets
//! its name at the end. A failure or an interruption removes what was built; a
//! killed process may leave a `.conferry-*.tmp` behind, which the next run
//! removes, never anything under the final name.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::{Created, Folder, Noted, Taken, Temporary, stay, sweep, temporary_name};

fn beside(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn name_of(target: &Path) -> io::Result<OsString> {
    let name = target.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    Ok(name.to_owned())
}

/// A folder in the making; dropping it removes what was built.
#[derive(Debug)]
pub struct NewFolder {
    target: PathBuf,
    beside: Arc<Folder>,
    name: OsString,
    building: Folder,
    is_finished: bool,
    _noted: Noted,
}

impl NewFolder {
    /// Begins beside `target`, which must not exist or be an empty folder; `private` for its owner alone.
    ///
    /// # Errors
    /// When something is there, or the system refuses.
    pub fn beside(target: &Path, private: bool) -> io::Result<Self> {
        check_free(target)?;
        Self::in_place_of(target, private)
    }

    /// Begins beside `target`, a folder that [`Self::replace`] will put it in the place of.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn in_place_of(target: &Path, private: bool) -> io::Result<Self> {
        let beside = Arc::new(Folder::open(beside(target))?);
        sweep(&beside);
        loop {
            let name = temporary_name();
            let noted = Noted::new(&beside, &name, true);
            match beside.make_new(&name, private) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => {
                    return Ok(Self {
                        building: made?,
                        target: target.to_owned(),
                        beside,
                        name,
                        is_finished: false,
                        _noted: noted,
                    });
                }
            }
        }
    }

    /// Where to build.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.building
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// When something came to be there, or the system refuses; what was built is removed.
    pub fn finish(mut self) -> io::Result<()> {
        check_free(&self.target)?;
        let name = name_of(&self.target)?;
        // An empty folder of that name makes room.
        match self.beside.remove_folder(&name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        // What an interruption has begun to remove must not get the name.
        let stay = stay();
        self.beside.rename(&self.name, &name, Taken::Refused)?;
        self.is_finished = true;
        drop(stay);
        self.beside.sync();
        Ok(())
    }

    /// Gives it the name of the folder that is there, which is removed. Where the system lets two folders
    /// take each other's name, there is no moment without one of them.
    ///
    /// # Errors
    /// When the system refuses; then what was there is there.
    pub fn replace(mut self) -> io::Result<()> {
        let name = name_of(&self.target)?;
        let stay = stay();
        if !self.beside.exchange(&self.name, &name)? {
            let aside = temporary_name();
            self.beside.rename(&name, &aside, Taken::Refused)?;
            if let Err(error) = self.beside.rename(&self.name, &name, Taken::Refused) {
                self.beside.rename(&aside, &name, Taken::Refused)?;
                return Err(error);
            }
            self.name = aside;
        }
        drop(stay);
        self.beside.sync();
        // What bears the temporary name now is the folder that was there: it is removed as any is that
        // was not finished.
        Ok(())
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        if !self.is_finished {
            let _ = fs::remove_dir_all(self.beside.path().join(&self.name));
        }
    }
}

/// A file in the making.
#[derive(Debug)]
pub struct NewFile {
    name: OsString,
    beside: Arc<Folder>,
    temporary: Temporary,
    created: Created,
}

impl NewFile {
    /// Begins beside `target`, which must not exist. Only its owner may read it.
    ///
    /// # Errors
    /// When something is there, or the system refuses.
    pub fn beside(target: &Path) -> io::Result<Self> {
        check_free(target)?;
        let beside = Arc::new(Folder::open(beside(target))?);
        sweep(&beside);
        let (temporary, created) = Temporary::create(&beside, 0o600)?;
        Ok(Self {
            name: name_of(target)?,
            beside,
            temporary,
            created,
        })
    }

    /// What to write to.
    pub fn file(&mut self) -> &mut Created {
        &mut self.created
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// When something came to be there, or the system refuses; what was built is removed.
    pub fn finish(self) -> io::Result<()> {
        self.created.sync()?;
        drop(self.created);
        self.temporary.persist(&self.name, Taken::Refused)?;
        self.beside.sync();
        Ok(())
    }
}

/// A file without a name beside `target`, gone when it is closed.
///
/// # Errors
/// What the system reports.
pub fn spool(target: &Path) -> io::Result<File> {
    tempfile::tempfile_in(beside(target))
}

/// Checks that a new folder could be made at `target`.
///
/// # Errors
/// When something other than an empty folder is there.
pub fn check_free(target: &Path) -> io::Result<()> {
    let taken = || io::Error::new(io::ErrorKind::AlreadyExists, "it exists and is not empty");
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(metadata) if metadata.is_dir() => match fs::read_dir(target)?.next() {
            None => Ok(()),
            Some(_) => Err(taken()),
        },
        Ok(_) => Err(taken()),
    }
}

/// Free bytes where `target` would be.
///
/// # Errors
/// What the system reports.
pub fn free_space(target: &Path) -> io::Result<u64> {
    let existing = target.ancestors().find(|path| path.exists());
    fs4::available_space(
        existing
            .filter(|path| !path.as_os_str().is_empty())
            .unwrap_or(Path::new(".")),
    )
}

/// The Unix mode, where there is one.
#[must_use]
pub fn mode_of(metadata: &Metadata) -> Option<u32> {
    #[cfg(unix)]
    {
        Some(std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777)
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        None
    }
}

/// The Windows attributes, where there are any.
#[must_use]
pub fn attributes_of(metadata: &Metadata) -> Option<u32> {
    #[cfg(windows)]
    {
        Some(std::os::windows::fs::MetadataExt::file_attributes(metadata))
    }
    #[cfg(not(windows))]
    {
        let _ = metadata;
        None
    }
}
