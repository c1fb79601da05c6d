//! Finds the conferry.toml that counts for a folder: its own, or the nearest above.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::FILE_NAME;
use super::file::Settings;
use crate::error::{Failure, Failures};
use crate::io::relative::usual;
use crate::pack::load;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Upwards,
    Given,
    Off,
}

/// Finds conferry.toml files, each folder once.
#[derive(Debug)]
pub struct Finder {
    mode: Mode,
    /// The current folder, as the system knows it: labels below it are short.
    here: PathBuf,
    /// What was found, in the order in which it was.
    pub found: Vec<Settings>,
    /// What could not be read.
    pub failures: Failures,
    folders: HashMap<PathBuf, Option<usize>>,
}

impl Finder {
    fn new(mode: Mode) -> Self {
        Self {
            mode,
            here: whole(Path::new(".")),
            found: Vec::new(),
            failures: Failures::new(),
            folders: HashMap::new(),
        }
    }

    /// Looks in the folder of each file and upwards.
    #[must_use]
    pub fn upwards() -> Self {
        Self::new(Mode::Upwards)
    }

    /// Looks nowhere: no file has settings.
    #[must_use]
    pub fn off() -> Self {
        Self::new(Mode::Off)
    }

    /// Takes the file at `path` for all folders.
    #[must_use]
    pub fn given(path: &Path) -> Self {
        let mut finder = Self::new(Mode::Given);
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => whole(folder),
            _ => finder.here.clone(),
        };
        finder.read(path, path.display().to_string(), &folder);
        finder
    }

    /// The settings for files in the current folder, and for those that are in no folder, such as
    /// the files of a snapshot.
    pub fn of_here(&mut self) -> Option<usize> {
        let here = self.here.clone();
        self.of_folder(&here)
    }

    /// The settings for files in `folder`, which must be as [`whole`] gives it.
    pub fn of_folder(&mut self, folder: &Path) -> Option<usize> {
        match self.mode {
            Mode::Off => return None,
            Mode::Given => return (!self.found.is_empty()).then_some(0),
            Mode::Upwards => {}
        }
        if let Some(known) = self.folders.get(folder) {
            return *known;
        }
        let path = folder.join(FILE_NAME);
        let found = match path.is_file() {
            true => {
                let label = self.label(&path);
                self.read(&path, label, folder)
            }
            false => folder.parent().and_then(|above| self.of_folder(above)),
        };
        self.folders.insert(folder.to_owned(), found);
        found
    }

    fn read(&mut self, path: &Path, label: String, folder: &Path) -> Option<usize> {
        match load::read(path) {
            Ok(text) => {
                let settings = Settings::read(label, folder, text);
                self.found.push(settings.without_missing_packs());
                Some(self.found.len() - 1)
            }
            Err(error) => {
                self.failures.push(
                    Failure::new(format!("the settings cannot be read: {error}"))
                        .in_file(label)
                        .help("a conferry.toml is TOML in UTF-8; --no-config does without one"),
                );
                None
            }
        }
    }

    fn label(&self, path: &Path) -> String {
        let short = path.strip_prefix(&self.here).unwrap_or(path);
        usual(short).display().to_string()
    }
}

/// `folder` from the root of its drive on, links resolved; as it is if there is no such folder.
#[must_use]
pub fn whole(folder: &Path) -> PathBuf {
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn each_folder_is_looked_into_once_and_the_nearest_wins() {
        let root = tempfile::tempdir().unwrap();
        let near = root.path().join("a/b");
        let far = near.join("c/d");
        fs::create_dir_all(&far).unwrap();
        fs::write(root.path().join(FILE_NAME), "").unwrap();
        fs::write(near.join(FILE_NAME), "").unwrap();
        let mut finder = Finder::upwards();
        assert_eq!(finder.of_folder(&whole(&far)), Some(0));
        assert_eq!(finder.found[0].folder, whole(&near));
        // Gone, and still known for every folder on the way.
        fs::remove_file(near.join(FILE_NAME)).unwrap();
        for folder in [&far, &near.join("c"), &near] {
            assert_eq!(finder.of_folder(&whole(folder)), Some(0));
        }
        assert_eq!(finder.of_folder(&whole(&root.path().join("a"))), Some(1));
        assert_eq!(finder.found.len(), 2);
    }
}
