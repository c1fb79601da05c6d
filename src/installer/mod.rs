//! Windows Installer packages (.msi): what product they hold, which files, and one of those files.
//!
//! Nothing is installed or unpacked: the tables say where each file goes and which cabinet has it,
//! and the one that is wanted is read out of that cabinet. `compound` opens the file, `strings`
//! and `tables` read its tables, `layout` makes paths of them, `cabinet` and `unpack` read a
//! file, and [`shipped`] finds the one that a configuration was made from.
//!
//! Promises: an installer that is damaged or made to do harm is refused with a reason, and is read in
//! bounded memory and time; no name in it leads out of the folder that it is about; nothing is
//! written. It does not check signatures, and it runs nothing of what an installer would do.

mod cabinet;
mod compound;
mod error;
mod layout;
pub mod shipped;
mod strings;
mod tables;
mod unpack;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use self::cabinet::Cabinet;
use self::compound::Compound;
pub use self::error::{InstallerError, InstallerErrorKind};
use self::layout::Holder;
use self::tables::Tables;
use crate::io::folder;
use crate::io::place::Place;
use crate::io::read::{display_name, open_file};
use crate::io::stream::measure;
use crate::io::windows_path::check_name;

/// Larger packages are not read; Windows reads none either.
const MAX_INSTALLER: u64 = 1 << 31;

/// What an installer says that it installs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product {
    /// `ProductName`.
    pub name: String,
    /// `ProductVersion`.
    pub version: String,
    /// `ProductCode`.
    pub code: String,
    /// `UpgradeCode`.
    pub upgrade_code: String,
    /// `Manufacturer`.
    pub manufacturer: String,
    /// `ProductLanguage`, a number of Windows.
    pub language: String,
}

/// A file that an installer installs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShippedFile {
    /// Where it goes, as far as the installer says: `inetpub\wwwroot\Acme\web.config`. What is chosen at
    /// installation is left out, a folder that Windows knows is `[ProgramFilesFolder]`.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    key: String,
    holder: Holder,
}

impl ShippedFile {
    /// Its last name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('\\').next().unwrap_or(&self.path)
    }

    /// The cabinet that has it, as the installer calls it; `None` where it lies next to the installer.
    #[must_use]
    pub fn cabinet(&self) -> Option<&str> {
        match &self.holder {
            Holder::Inside(name) | Holder::Beside(name) => Some(name),
            Holder::Loose | Holder::Nowhere => None,
        }
    }
}

/// An installer whose tables were read.
#[derive(Debug)]
pub struct Installer {
    path: PathBuf,
    /// One reader at a time: all have one position in it.
    file: Mutex<File>,
    size: u64,
    sha256: String,
    product: Product,
    files: Vec<ShippedFile>,
}

impl Installer {
    /// Reads the tables of the installer at `path`.
    ///
    /// # Errors
    /// When there is none, or it is damaged.
    pub fn open(path: &Path) -> Result<Self, InstallerError> {
        let file = open_file(path).map_err(|error| InstallerError {
            installer: display_name(path),
            kind: InstallerErrorKind::Read(error.kind),
        })?;
        Self::of(file, path)
    }

    /// Reads the tables of the installer that was found at `place` and that people know as `path`. What
    /// became a link is not followed.
    ///
    /// # Errors
    /// When it is no installer, or damaged.
    pub fn open_place(place: &Place, path: &Path) -> Result<Self, InstallerError> {
        let opened = place.read();
        let file = opened.map_err(|error| InstallerError {
            installer: display_name(path),
            kind: InstallerErrorKind::Read(crate::io::read::ReadError::of(path, error).kind),
        })?;
        Self::of(file, path)
    }

    fn of(mut file: File, path: &Path) -> Result<Self, InstallerError> {
        let mut read = || -> Result<_, InstallerErrorKind> {
            let size = file.metadata()?.len();
            if size > MAX_INSTALLER {
                return Err(InstallerErrorKind::TooMuch("a file of more than 2 GiB"));
            }
            let mut compound = Compound::open(&mut file)?;
            let tables = Tables::read(&mut compound)?;
            let product = layout::product(&tables)?;
            let files = layout::files(&tables)?;
            drop(compound);
            file.seek(SeekFrom::Start(0))?;
            let measured = measure((&file).take(MAX_INSTALLER))?;
            Ok((measured, product, files))
        };
        match read() {
            Ok((measured, product, files)) => Ok(Self {
                path: path.to_owned(),
                file: Mutex::new(file),
                size: measured.size,
                sha256: measured.sha256,
                product,
                files,
            }),
            Err(kind) => Err(InstallerError {
                installer: display_name(path),
                kind,
            }),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Its SHA-256 in small hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// What it installs.
    #[must_use]
    pub fn product(&self) -> &Product {
        &self.product
    }

    /// The files that it installs, by their paths.
    #[must_use]
    pub fn files(&self) -> &[ShippedFile] {
        &self.files
    }

    /// How outputs name a file of it: `OLD.msi!inetpub\wwwroot\Acme\web.config`.
    #[must_use]
    pub fn label(&self, file: &ShippedFile) -> String {
        format!("{}!{}", display_name(&self.path), file.path)
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// When its cabinet is not there, is damaged or is packed in a way that is not supported, and when
    /// the file is larger than any configuration.
    pub fn read(&self, file: &ShippedFile) -> Result<Vec<u8>, InstallerError> {
        self.read_kind(file).map_err(|kind| InstallerError {
            installer: self.label(file),
            kind,
        })
    }

    fn read_kind(&self, file: &ShippedFile) -> Result<Vec<u8>, InstallerErrorKind> {
        match &file.holder {
            Holder::Loose => Err(InstallerErrorKind::NotPacked),
            Holder::Nowhere => Err(InstallerErrorKind::NoMedia),
            Holder::Inside(name) => {
                let opened = self.file.lock().unwrap_or_else(PoisonError::into_inner);
                let mut compound = Compound::open(&*opened)?;
                let stream = compound.stream(name)?;
                let stream = stream.ok_or_else(|| InstallerErrorKind::NoStream(name.clone()))?;
                Cabinet::read(stream, name)?.file(&file.key, file.size)
            }
            Holder::Beside(name) => {
                Cabinet::read(self.beside(name)?, name)?.file(&file.key, file.size)
            }
        }
    }

    /// Opens a cabinet that lies next to the installer; no name and no link leads elsewhere.
    fn beside(&self, name: &str) -> Result<File, InstallerErrorKind> {
        check_name(name)
            .map_err(|problem| InstallerErrorKind::CabinetName(name.to_owned(), problem))?;
        let folder = Place::named(&self.path)?.folder()?;
        let read = |name: &Path| match folder.read(name) {
            Ok(file) => Ok(Some(file)),
            Err(error) if folder::is_link(&error) => {
                Err(InstallerErrorKind::CabinetLink(name.display().to_string()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        };
        if let Some(file) = read(Path::new(name))? {
            return Ok(file);
        }
        // Windows does not care about case.
        let entries = std::fs::read_dir(folder.path())?.filter_map(Result::ok);
        let mut names: Vec<_> = entries
            .map(|entry| entry.file_name())
            .filter(|other| other.to_string_lossy().to_lowercase() == name.to_lowercase())
            .collect();
        names.sort();
        for other in names {
            if let Some(file) = read(Path::new(&other))? {
                return Ok(file);
            }
        }
        Err(InstallerErrorKind::NoCabinet(name.to_owned()))
    }
}
