//! Reading a snapshot, be it a folder or a zip.
//!
//! Whatever an archive says about itself is checked before anything of it is
//! used: names that lead elsewhere, two entries of one name, links, encrypted
//! entries, and sizes that differ from the manifest are refused by name.
//! Streams end where the manifest says; what would go on after that is an error.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use thiserror::Error;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive};

use crate::io::windows_path::{check_relative, fold};

/// Largest manifest that is read.
const MAX_MANIFEST: u64 = 256 << 20;

/// A snapshot on disk.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
    is_zip: bool,
    /// Every file in it with its size.
    entries: BTreeMap<String, u64>,
    /// Names in the folder that are neither files nor folders.
    odd: Vec<String>,
}

/// Why a snapshot cannot be read.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Neither a folder nor a zip.
    #[error("it is neither the folder nor the zip of a snapshot")]
    NotASnapshot,
    /// No manifest in it.
    #[error("there is no manifest.json in it")]
    NoManifest,
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

/// Whether `path` names a zip.
#[must_use]
pub fn is_zip(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}

impl Store {
    /// Opens the snapshot at `path` and checks the names in it.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let metadata = std::fs::metadata(path)?;
        let mut store = Self {
            path: path.to_owned(),
            is_zip: metadata.is_file(),
            entries: BTreeMap::new(),
            odd: Vec::new(),
        };
        if metadata.is_dir() {
            store.list_folder()?;
        } else if metadata.is_file() {
            store.list_zip()?;
        } else {
            return Err(StoreError::NotASnapshot);
        }
        Ok(store)
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
        refuse_duplicates(&self.path, &archive)?;
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
        Ok(())
    }

    fn archive(&self) -> Result<ZipArchive<BufReader<File>>, StoreError> {
        let file = File::open(&self.path)?;
        ZipArchive::new(BufReader::new(file)).map_err(zip_error)
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
    archive: Option<ZipArchive<BufReader<File>>>,
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
        if !self.store.is_zip {
            let file = File::open(self.store.path.join(name))?;
            return Ok(read(&mut Limited {
                inner: file,
                left: size,
            })?);
        }
        if self.archive.is_none() {
            self.archive = Some(self.store.archive()?);
        }
        let archive = self.archive.as_mut().ok_or(StoreError::NotASnapshot)?;
        let entry = archive.by_name(name).map_err(zip_error)?;
        Ok(read(&mut Limited {
            inner: entry,
            left: size,
        })?)
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

fn zip_error(error: zip::result::ZipError) -> StoreError {
    StoreError::Zip(error.to_string())
}

/// The library keeps one of several entries with the same name, so the
/// directory of the archive is read here once more, name by name.
fn refuse_duplicates(path: &Path, archive: &ZipArchive<BufReader<File>>) -> Result<(), StoreError> {
    let mut file = BufReader::new(File::open(path)?);
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
        file.seek_relative((length(30) + length(32)) as i64)?;
    }
    if seen.len() != archive.len() {
        return Err(StoreError::Zip(
            "its directory contradicts itself".to_owned(),
        ));
    }
    Ok(())
}

/// Writes a zip whose bytes depend on nothing but what is put in.
pub struct ZipWriter<W: Write + Seek> {
    zip: zip::ZipWriter<W>,
}

impl<W: Write + Seek> ZipWriter<W> {
    /// Begins.
    pub fn new(to: W) -> Self {
        Self {
            zip: zip::ZipWriter::new(to),
        }
    }

    /// Adds a file.
    ///
    /// # Errors
    /// What reading or writing reports.
    pub fn add(&mut self, name: &str, time: Timestamp, mut from: impl Read) -> io::Result<()> {
        let civil = time.to_zoned(jiff::tz::TimeZone::UTC).datetime();
        let part = |value: i8| u8::try_from(value).unwrap_or_default();
        let time = DateTime::from_date_and_time(
            u16::try_from(civil.year()).unwrap_or_default(),
            part(civil.month()),
            part(civil.day()),
            part(civil.hour()),
            part(civil.minute()),
            part(civil.second()),
        );
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(time.unwrap_or_default())
            .unix_permissions(0o600)
            .large_file(true);
        self.zip
            .start_file(name, options)
            .map_err(io::Error::other)?;
        io::copy(&mut from, &mut self.zip)?;
        Ok(())
    }

    /// Ends.
    ///
    /// # Errors
    /// What writing reports.
    pub fn finish(self) -> io::Result<()> {
        self.zip.finish().map_err(io::Error::other)?.flush()
    }
}
