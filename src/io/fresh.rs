//! New folders and new files that are not there until they are whole.
//!
//! Everything is built beside the destination under a temporary name and gets
//! its name at the end. A failure removes what was built; a killed process may
//! leave a `.conferry-*.tmp` behind, never anything under the final name.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::{NamedTempFile, TempDir};

use super::rename;

fn beside(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".conferry-").suffix(".tmp");
    builder
}

fn private_folder(parent: &Path) -> io::Result<TempDir> {
    #[cfg(unix)]
    return builder()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700))
        .tempdir_in(parent);
    #[cfg(not(unix))]
    builder().tempdir_in(parent)
}

/// A folder in the making.
#[derive(Debug)]
pub struct NewFolder {
    target: PathBuf,
    temporary: TempDir,
}

impl NewFolder {
    /// Begins beside `target`, which must not exist or be an empty folder.
    ///
    /// # Errors
    /// When something is there, or the system refuses.
    pub fn beside(target: &Path) -> io::Result<Self> {
        check_free(target)?;
        Ok(Self {
            target: target.to_owned(),
            temporary: private_folder(beside(target))?,
        })
    }

    /// Where to build.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// When something came to be there, or the system refuses; what was built is removed.
    pub fn finish(self) -> io::Result<()> {
        check_free(&self.target)?;
        if cfg!(windows) && self.target.exists() {
            fs::remove_dir(&self.target)?;
        }
        rename::folder(self.temporary.path(), &self.target)?;
        // It has another name now; there is nothing to remove.
        let _ = self.temporary.keep();
        sync(beside(&self.target));
        Ok(())
    }
}

/// A file in the making.
#[derive(Debug)]
pub struct NewFile {
    target: PathBuf,
    temporary: NamedTempFile,
}

impl NewFile {
    /// Begins beside `target`, which must not exist. Only its owner may read it.
    ///
    /// # Errors
    /// When something is there, or the system refuses.
    pub fn beside(target: &Path) -> io::Result<Self> {
        check_free(target)?;
        Ok(Self {
            target: target.to_owned(),
            temporary: builder().tempfile_in(beside(target))?,
        })
    }

    /// What to write to.
    pub fn file(&mut self) -> &mut File {
        self.temporary.as_file_mut()
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// When something came to be there, or the system refuses; what was built is removed.
    pub fn finish(self) -> io::Result<()> {
        self.temporary.as_file().sync_all()?;
        rename::beside(self.temporary.into_temp_path(), &self.target)?;
        sync(beside(&self.target));
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

/// Creates a file that only its owner may read; nothing may be there.
///
/// # Errors
/// What the system reports.
pub fn create_private(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Creates folders that only their owner may enter.
///
/// # Errors
/// What the system reports.
pub fn create_private_folders(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
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

/// Sets when the file was last changed.
///
/// # Errors
/// What the system reports.
pub fn set_modified(file: &File, time: SystemTime) -> io::Result<()> {
    file.set_modified(time)
}

/// Has the content of one of many new files put on disk; see [`flush_all`].
///
/// # Errors
/// What the system reports.
pub fn flush_one(file: &File) -> io::Result<()> {
    match cfg!(target_os = "linux") {
        true => Ok(()),
        false => file.sync_data(),
    }
}

/// Has everything below `folder` put on disk, if [`flush_one`] left that to do.
///
/// # Errors
/// What the system reports.
pub fn flush_all(folder: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::fs::syncfs(File::open(folder)?)?;
    #[cfg(not(target_os = "linux"))]
    let _ = folder;
    Ok(())
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

#[cfg(unix)]
fn sync(folder: &Path) {
    // The rename itself is done; some file systems refuse to sync a folder.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(not(unix))]
fn sync(_: &Path) {}

/// Sets the Unix mode, where there is one.
///
/// # Errors
/// What the system reports.
pub fn set_mode(file: &File, mode: Option<u32>) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(mode) = mode {
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    }
    #[cfg(not(unix))]
    let _ = (file, mode);
    Ok(())
}
