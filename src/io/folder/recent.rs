//! The folders that were used last, so that many files of one folder do not look it up each.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::Folder;

/// Each thread is in another folder, and few folders may be open at a time.
const KEPT: usize = 8;

/// Some open folders by their paths, whatever these are relative to.
#[derive(Debug, Default)]
pub struct Recent {
    folders: Mutex<Vec<(PathBuf, Arc<Folder>)>>,
}

impl Recent {
    /// The folder at `path`, which `open` opens if it was not used of late.
    ///
    /// # Errors
    /// What `open` reports.
    pub fn folder(
        &self,
        path: &Path,
        open: impl FnOnce() -> io::Result<Folder>,
    ) -> io::Result<Arc<Folder>> {
        let known = |folders: &Vec<(PathBuf, Arc<Folder>)>| {
            let found = folders.iter().find(|(known, _)| known == path);
            found.map(|(_, folder)| folder.clone())
        };
        let lock = || self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = known(&lock()) {
            return Ok(folder);
        }
        let opened = Arc::new(open()?);
        let mut folders = lock();
        if folders.len() == KEPT {
            folders.remove(0);
        }
        folders.push((path.to_owned(), opened.clone()));
        Ok(opened)
    }
}
