//! Files in the making.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Seek, Write};
use std::sync::Arc;
use std::time::SystemTime;

use super::fault;
use super::leftover::{Noted, temporary_name};
use super::{Folder, Stamp, Taken};

/// A new file, open for writing.
#[derive(Debug)]
pub struct Created {
    file: File,
}

impl Created {
    pub(super) fn new(file: File) -> Self {
        Self { file }
    }

    /// The file itself, to read from it again or to ask about it.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Has its content put on disk.
    ///
    /// # Errors
    /// What the system reports.
    pub fn sync(&self) -> io::Result<()> {
        fault::at()?;
        self.file.sync_all()
    }

    /// Like [`Created::sync`], unless [`Folder::flush_all`] will do it for many files at once.
    ///
    /// # Errors
    /// What the system reports.
    pub fn flush_one(&self) -> io::Result<()> {
        match cfg!(target_os = "linux") {
            true => Ok(()),
            false => self.file.sync_data(),
        }
    }

    /// Sets when it was last changed.
    ///
    /// # Errors
    /// What the system reports.
    pub fn set_modified(&self, time: SystemTime) -> io::Result<()> {
        fault::at()?;
        self.file.set_modified(time)
    }

    /// Sets the Unix mode, where there is one.
    ///
    /// # Errors
    /// What the system reports.
    pub fn set_mode(&self, mode: Option<u32>) -> io::Result<()> {
        #[cfg(unix)]
        if let Some(mode) = mode {
            fault::at()?;
            use std::os::unix::fs::PermissionsExt;
            self.file
                .set_permissions(std::fs::Permissions::from_mode(mode))?;
        }
        #[cfg(not(unix))]
        let _ = mode;
        Ok(())
    }

    /// Gives it the mode, and where that is allowed the owner, of the file that it replaces.
    ///
    /// # Errors
    /// What the system reports.
    pub fn be_like(&self, replaced: &Stamp) -> io::Result<()> {
        #[cfg(unix)]
        {
            let (user, group) = replaced.owner;
            // Only an administrator may give files away; for others the owner is the writer, as with any editor.
            let _ = std::os::unix::fs::fchown(&self.file, Some(user), Some(group));
            self.set_mode(Some(replaced.mode))?;
        }
        #[cfg(not(unix))]
        let _ = replaced;
        Ok(())
    }
}

impl Write for Created {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(fault::written(bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Created {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// A name in a folder that nobody is meant to see; dropping it removes the file.
#[derive(Debug)]
pub struct Temporary {
    folder: Arc<Folder>,
    name: Option<OsString>,
    _noted: Noted,
}

impl Temporary {
    /// Creates a temporary file in `folder` with this mode less the umask.
    ///
    /// # Errors
    /// What the system reports.
    pub fn create(folder: &Arc<Folder>, mode: u32) -> io::Result<(Self, Created)> {
        loop {
            let name = temporary_name();
            let noted = Noted::new(folder, &name, false);
            match folder.create(&name, mode) {
                // Left by a process that had this number before, or of another machine on one share.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                created => {
                    let file = created?;
                    let temporary = Self {
                        folder: folder.clone(),
                        name: Some(name),
                        _noted: noted,
                    };
                    return Ok((temporary, file));
                }
            }
        }
    }

    /// Gives it its final name.
    ///
    /// # Errors
    /// What the system reports; it is removed then.
    pub fn persist(mut self, to: &OsStr, taken: Taken) -> io::Result<()> {
        let Some(name) = &self.name else {
            return Ok(());
        };
        self.folder.rename(name, to, taken)?;
        self.name = None;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(name) = self.name.take() {
            let _ = self.folder.remove(&name);
        }
    }
}
