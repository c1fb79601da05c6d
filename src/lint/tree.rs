//! Where files come from: the disk, a snapshot, or an example of a pack.
//!
//! Rules ask a tree for what stands beside a file. Names are compared without
//! regard to case, as Windows does. A tree never answers for what lies above
//! its root.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug, Formatter};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use crate::io::read::{self, ReadError, ReadErrorKind};
use crate::io::windows_path::fold;
use crate::snapshot::find::SHIPPED;
use crate::snapshot::store::{Store, StoreError};

/// A tree of files.
pub trait Tree: Debug + Send + Sync {
    /// The bytes of a file.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError>;

    /// The names in a folder; `None` if they cannot be known.
    fn names(&self, folder: &Path) -> Option<Arc<Names>>;

    /// Whether the path is a folder.
    fn is_folder(&self, path: &Path) -> bool;

    /// Whether its files can be changed in place.
    fn is_writable(&self) -> bool {
        false
    }

    /// What `relative` (a Windows path below `folder`) leads to, whatever its case.
    fn find(&self, folder: &Path, relative: &str) -> Option<PathBuf> {
        let mut at = folder.to_owned();
        for part in relative.split(['\\', '/']).filter(|part| *part != ".") {
            if part.is_empty() || part == ".." || part.contains(':') {
                return None;
            }
            at.push(self.names(&at)?.find(part)?);
        }
        Some(at)
    }
}

/// The names in one folder.
#[derive(Clone, Debug)]
pub struct Names {
    sorted: Vec<String>,
    /// The first name of each spelling without case.
    folded: FxHashMap<String, usize>,
}

impl Names {
    fn new(mut names: Vec<String>) -> Self {
        names.sort();
        let mut folded = FxHashMap::default();
        for (at, name) in names.iter().enumerate() {
            folded.entry(fold(name)).or_insert(at);
        }
        Self {
            sorted: names,
            folded,
        }
    }

    /// The names, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.sorted.iter().map(String::as_str)
    }

    /// The name that is exactly `wanted`, else one that differs in case only.
    #[must_use]
    pub fn find(&self, wanted: &str) -> Option<&str> {
        let exact = self
            .sorted
            .binary_search_by(|name| name.as_str().cmp(wanted));
        let at = match exact {
            Ok(at) => at,
            Err(_) => *self.folded.get(&fold(wanted))?,
        };
        Some(&self.sorted[at])
    }
}

/// The files of this machine. Each folder is listed once: many files of a run ask for the same one.
#[derive(Debug, Default)]
pub struct Disk {
    listed: Mutex<FxHashMap<PathBuf, Option<Arc<Names>>>>,
}

impl Tree for Disk {
    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        read::read(path)
    }

    fn names(&self, folder: &Path) -> Option<Arc<Names>> {
        let folder = match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        };
        // The lock is held while the folder is read, so that others wait for the one listing.
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(names) = listed.get(folder) {
            return names.clone();
        }
        let names = std::fs::read_dir(folder).ok().map(|entries| {
            let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
            Arc::new(Names::new(names.collect()))
        });
        listed.insert(folder.to_owned(), names.clone());
        names
    }

    fn is_folder(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn is_writable(&self) -> bool {
        true
    }
}

/// Files by their paths, with `/`.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// Adds a file.
    pub fn insert(&mut self, path: &str, bytes: Vec<u8>) {
        self.files.insert(path.to_owned(), bytes);
    }
}

impl Tree for Memory {
    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        let found = self.files.get(&with_slashes(path));
        found.cloned().ok_or_else(|| absent(path))
    }

    fn names(&self, folder: &Path) -> Option<Arc<Names>> {
        names_below(self.files.keys(), folder)
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.names(path).is_some()
    }
}

/// Largest configuration in a snapshot that is looked at.
const MAX_FILE: u64 = 16 << 20;
/// Bytes of all files that a small archive may hold, and how many times its own size a large one:
/// a zip of some kilobytes could ask for all the memory there is.
const MAX_ALL: u64 = 32 << 20;
const MAX_TIMES: u64 = 20;

/// The files of a snapshot, as a folder or a zip.
pub struct Snapshot {
    store: Store,
    /// Bytes that may still be read.
    left: AtomicU64,
}

/// A snapshot asks for more memory than it is given.
#[derive(Debug, thiserror::Error)]
enum TooMuch {
    #[error("it has more than {} MiB, which no configuration in a snapshot has", MAX_FILE >> 20)]
    File,
    #[error(
        "the files of the snapshot before it took {} MiB, or {MAX_TIMES} times the size of the archive: restore it, then lint the folder",
        MAX_ALL >> 20
    )]
    All,
}

impl Debug for Snapshot {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").finish_non_exhaustive()
    }
}

impl Snapshot {
    /// The files in `store`.
    #[must_use]
    pub fn new(store: Store) -> Self {
        let left = AtomicU64::new(match store.size_on_disk() {
            Some(archive) => MAX_ALL.max(archive.saturating_mul(MAX_TIMES)),
            None => u64::MAX,
        });
        Self { store, left }
    }

    /// Whether a file may be read, by what the snapshot says of its size.
    fn afford(&self, name: &str) -> Result<(), TooMuch> {
        let size = self.store.entries().get(name).copied().unwrap_or(0);
        if size > MAX_FILE {
            return Err(TooMuch::File);
        }
        let take = |left: u64| left.checked_sub(size);
        match (self.left).fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
            Ok(_) => Ok(()),
            Err(_) => Err(TooMuch::All),
        }
    }

    /// The paths of its files that were files of the server; what installers ship is configured nowhere.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let names = self.store.entries().keys().map(String::as_str);
        names.filter(|name| name.starts_with("files/") && !name.starts_with(SHIPPED))
    }
}

impl Tree for Snapshot {
    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        let name = with_slashes(path);
        self.afford(&name)
            .map_err(|error| ReadError::of(path, std::io::Error::other(error)))?;
        let read = self.store.small(&name);
        read.map_err(|error| match error {
            StoreError::Io(error) => ReadError::of(path, error),
            StoreError::NoManifest => absent(path),
            error => ReadError::of(path, std::io::Error::other(error)),
        })
    }

    fn names(&self, folder: &Path) -> Option<Arc<Names>> {
        names_below(self.store.entries().keys(), folder)
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.names(path).is_some()
    }
}

fn absent(path: &Path) -> ReadError {
    ReadError {
        path: path.to_owned(),
        kind: ReadErrorKind::Missing,
    }
}

fn with_slashes(path: &Path) -> String {
    let parts: Vec<_> = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

/// The names directly below `folder` among `files`; `None` if there is no such folder.
fn names_below<'f>(files: impl Iterator<Item = &'f String>, folder: &Path) -> Option<Arc<Names>> {
    let mut start = with_slashes(folder);
    if !start.is_empty() {
        start.push('/');
    }
    let names: BTreeSet<&str> = files
        .filter_map(|file| file.strip_prefix(start.as_str()))
        .map(|rest| rest.split('/').next().unwrap_or(rest))
        .collect();
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    (!names.is_empty()).then(|| Arc::new(Names::new(names)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_without_case_and_never_above_the_root() {
        let mut tree = Memory::default();
        tree.insert("Portal/App_Themes/Contoso/a.css", Vec::new());
        let found = tree.find(Path::new("Portal"), r"app_themes\contoso");
        assert_eq!(found, Some(PathBuf::from("Portal/App_Themes/Contoso")));
        assert!(tree.is_folder(&found.unwrap()));
        assert_eq!(tree.find(Path::new("Portal"), r"..\Portal"), None);
        assert_eq!(tree.find(Path::new("Portal"), "App_Themes/Other"), None);
        let names = tree.names(Path::new("Portal")).unwrap();
        assert_eq!(names.iter().collect::<Vec<_>>(), ["App_Themes"]);
    }
}
