//! Reading a snapshot, be it a folder, a zip, or a zip encrypted with age.
//!
//! Whatever an archive says about itself is checked before anything of it is
//! used: names that lead elsewhere, two entries of one name, links, encrypted
//! entries, and sizes that differ from the manifest are refused by name.
//! Streams end where the manifest says; what would go on after that is an error.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use thiserror::Error;
use zip::{CompressionMethod, ZipArchive};

use crate::io::folder::{Folder, is_temporary};
use crate::io::sealed::{Keys, ReadSeek, SealError, SealedFile, is_sealed};
use crate::io::trailer;
use crate::io::windows_path::{check_relative, fold};

/// Largest manifest that is read.
const MAX_MANIFEST: u64 = 256 << 20;

type Archive = ZipArchive<Box<dyn ReadSeek + Send>>;

enum Form {
    Folder(Folder),
    Zip,
    Sealed(SealedFile),
}

/// A snapshot on disk.
pub struct Store {
    path: PathBuf,
    form: Form,
    /// Every file in it with its size.
    entries: BTreeMap<String, u64>,
    /// Names in the folder that are neither files nor folders.
    odd: Vec<String>,
    /// Archives that nobody reads from just now: to open one means to read its whole directory.
    idle: Mutex<Vec<Archive>>,
}

/// Why a snapshot cannot be read.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Neither a folder nor a zip.
    #[error("it is neither the folder nor the zip of a snapshot")]
    NotASnapshot,
    /// What a run left behind that did not come to its end.
    #[error("it was not finished: the run that made it was ended before")]
    Unfinished,
    /// No manifest in it.
    #[error("there is no manifest.json in it")]
    NoManifest,
    /// An encrypted zip that cannot be opened.
    #[error("{0}")]
    Sealed(#[from] SealError),
    /// A zip that is broken.
    #[error("it is no whole zip: {0}")]
    Zip(String),
    /// An entry that is refused.
    #[error("the entry `{entry}` is refused: {reason}")]
    Entry {
        /// Its name.
        entry: String,
        /// Why.
        reason: String,
    },
    /// What the system reports.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
}

impl StoreError {
    /// What went wrong with the entry `name`. What the system itself reports stays as it is.
    fn in_entry(name: &str, error: io::Error) -> Self {
        if error.raw_os_error().is_some() || error.kind() == io::ErrorKind::StorageFull {
            return Self::Io(error);
        }
        Self::Entry {
            entry: name.escape_debug().to_string(),
            reason: error.to_string(),
        }
    }

    /// The same for somebody who writes what is read.
    #[must_use]
    pub fn into_io(self) -> io::Error {
        match self {
            Self::Io(error) => error,
            error => io::Error::new(io::ErrorKind::InvalidData, error),
        }
    }
}

impl Store {
    /// Opens the snapshot at `path`, with one of `keys` if it is encrypted, and checks the names in it.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn open(path: &Path, keys: &Keys) -> Result<Self, StoreError> {
        let metadata = std::fs::metadata(path)?;
        if path.file_name().is_some_and(is_temporary) {
            return Err(StoreError::Unfinished);
        }
        let form = if metadata.is_dir() {
            Form::Folder(Folder::open(path)?)
        } else if !metadata.is_file() {
            return Err(StoreError::NotASnapshot);
        } else if is_sealed(&head(path)?) {
            Form::Sealed(SealedFile::open(path, keys)?)
        } else {
            Form::Zip
        };
        let mut store = Self {
            path: path.to_owned(),
            form,
            entries: BTreeMap::new(),
            odd: Vec::new(),
            idle: Mutex::default(),
        };
        match store.form {
            Form::Folder(_) => store.list_folder()?,
            Form::Zip | Form::Sealed(_) => store.list_zip()?,
        }
        Ok(store)
    }

    /// Whether it is encrypted.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        matches!(self.form, Form::Sealed(_))
    }

    /// Whether the zip is byte for byte as it was written; `None` for a folder.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn zip_is_as_written(&self) -> Option<Result<bool, StoreError>> {
        match self.form {
            Form::Folder(_) => None,
            Form::Zip | Form::Sealed(_) => Some(
                self.source()
                    .and_then(|source| Ok(trailer::is_as_written(source)?)),
            ),
        }
    }

    /// Bytes of all files in it.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.entries
            .values()
            .fold(0, |sum, size| sum.saturating_add(*size))
    }

    /// Bytes of the archive itself; `None` for a folder.
    #[must_use]
    pub fn size_on_disk(&self) -> Option<u64> {
        match self.form {
            Form::Folder(_) => None,
            Form::Zip | Form::Sealed(_) => Some(self.path.metadata().map_or(0, |file| file.len())),
        }
    }

    /// Its name without the folders that lead to it.
    #[must_use]
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// Every file in it with its size.
    #[must_use]
    pub fn entries(&self) -> &BTreeMap<String, u64> {
        &self.entries
    }

    /// Links and the like, which do not belong there.
    #[must_use]
    pub fn odd(&self) -> &[String] {
        &self.odd
    }

    fn list_folder(&mut self) -> Result<(), StoreError> {
        for entry in walkdir::WalkDir::new(&self.path)
            .min_depth(1)
            .sort_by_file_name()
        {
            let entry = entry.map_err(io::Error::from)?;
            let below = entry
                .path()
                .strip_prefix(&self.path)
                .unwrap_or(entry.path());
            let name = below
                .to_string_lossy()
                .replace(std::path::MAIN_SEPARATOR, "/");
            if entry.file_type().is_file() {
                let size = entry.metadata().map_err(io::Error::from)?.len();
                self.entries.insert(name, size);
            } else if !entry.file_type().is_dir() {
                self.odd.push(name);
            }
        }
        Ok(())
    }

    fn list_zip(&mut self) -> Result<(), StoreError> {
        let mut archive = self.archive()?;
        refuse_duplicates(self.source()?, &archive)?;
        for at in 0..archive.len() {
            let entry = archive.by_index_raw(at).map_err(zip_error)?;
            let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
            let refuse = |reason: &str| StoreError::Entry {
                entry: name.escape_debug().to_string(),
                reason: reason.to_owned(),
            };
            if name.ends_with('/') && entry.size() == 0 {
                check_relative(name.trim_end_matches('/'))
                    .map_err(|problem| refuse(&problem.to_string()))?;
                continue;
            }
            check_relative(&name).map_err(|problem| refuse(&problem.to_string()))?;
            if entry.is_symlink() {
                return Err(refuse("it is a link"));
            }
            if entry.encrypted() {
                return Err(refuse("it is encrypted"));
            }
            if !matches!(
                entry.compression(),
                CompressionMethod::Stored | CompressionMethod::Deflated
            ) {
                return Err(refuse(
                    "it is compressed in a way that conferry does not use",
                ));
            }
            self.entries.insert(name, entry.size());
        }
        self.give_back(archive);
        Ok(())
    }

    /// The bytes of the zip.
    fn source(&self) -> Result<Box<dyn ReadSeek + Send>, StoreError> {
        Ok(match &self.form {
            Form::Sealed(sealed) => Box::new(BufReader::new(sealed.reader()?)),
            Form::Zip | Form::Folder(_) => Box::new(BufReader::new(File::open(&self.path)?)),
        })
    }

    fn archive(&self) -> Result<Archive, StoreError> {
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        match idle {
            Some(archive) => Ok(archive),
            None => ZipArchive::new(self.source()?).map_err(zip_error),
        }
    }

    fn give_back(&self, archive: Archive) {
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(archive);
        }
    }

    /// The whole of a small file.
    ///
    /// # Errors
    /// When it is not there, too large, or cannot be read.
    pub fn small(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        let size = *self.entries.get(name).ok_or(StoreError::NoManifest)?;
        let refuse = |reason: &str| StoreError::Entry {
            entry: name.to_owned(),
            reason: reason.to_owned(),
        };
        if size > MAX_MANIFEST {
            return Err(refuse("it is too large"));
        }
        let mut bytes = Vec::new();
        self.reader()
            .read(name, size, |reader| reader.read_to_end(&mut bytes))?;
        Ok(bytes)
    }

    /// Something to read several files with.
    #[must_use]
    pub fn reader(&self) -> StoreReader<'_> {
        StoreReader {
            store: self,
            archive: None,
        }
    }
}

/// Reads files of one snapshot one after the other.
pub struct StoreReader<'s> {
    store: &'s Store,
    archive: Option<Archive>,
}

impl Drop for StoreReader<'_> {
    fn drop(&mut self) {
        if let Some(archive) = self.archive.take() {
            self.store.give_back(archive);
        }
    }
}

impl StoreReader<'_> {
    /// Gives the file `name` to `read`, at most `size` bytes of it.
    ///
    /// # Errors
    /// When it is not there, cannot be read, or is longer than `size`.
    pub fn read<T>(
        &mut self,
        name: &str,
        size: u64,
        read: impl FnOnce(&mut dyn Read) -> io::Result<T>,
    ) -> Result<T, StoreError> {
        let failed = |error: io::Error| StoreError::in_entry(name, error);
        if let Form::Folder(folder) = &self.store.form {
            let inner = folder.read(Path::new(name)).map_err(failed)?;
            return read(&mut Limited { inner, left: size }).map_err(failed);
        }
        let mut archive = match self.archive.take() {
            Some(archive) => archive,
            None => self.store.archive()?,
        };
        let entry = archive.by_name(name).map_err(zip_error)?;
        let done = read(&mut Limited {
            inner: entry,
            left: size,
        })
        .map_err(failed)?;
        // One that failed is not used again.
        self.archive = Some(archive);
        Ok(done)
    }
}

/// Fails instead of giving more than was promised.
struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                "it is longer than the manifest says",
            )
        })?;
        Ok(read)
    }
}

/// How the file begins.
fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(64).read_to_end(&mut head)?;
    Ok(head)
}

fn zip_error(error: zip::result::ZipError) -> StoreError {
    StoreError::Zip(error.to_string())
}

/// The library keeps one of several entries with the same name, so the
/// directory of the archive is read here once more, name by name.
fn refuse_duplicates(mut file: impl Read + Seek, archive: &Archive) -> Result<(), StoreError> {
    file.seek(SeekFrom::Start(archive.central_directory_start()))?;
    let mut seen = HashSet::new();
    loop {
        let mut head = [0; 46];
        let read = file.read_exact(&mut head);
        if read.is_err() || head[..4] != *b"PK\x01\x02" {
            break;
        }
        let length = |at: usize| u64::from(u16::from_le_bytes([head[at], head[at + 1]]));
        let mut name = vec![0; length(28) as usize];
        file.read_exact(&mut name)?;
        let name = String::from_utf8_lossy(&name).into_owned();
        if !seen.insert(fold(&name)) {
            return Err(StoreError::Entry {
                entry: name.escape_debug().to_string(),
                reason: "there are two of this name".to_owned(),
            });
        }
        // To seek would throw away what was read ahead.
        let rest = length(30) + length(32);
        io::copy(&mut (&mut file).take(rest), &mut io::sink())?;
    }
    if seen.len() != archive.len() {
        return Err(StoreError::Zip(
            "its directory contradicts itself".to_owned(),
        ));
    }
    Ok(())
}
