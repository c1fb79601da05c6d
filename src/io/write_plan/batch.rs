//! Files that get their names together.

use std::ffi::OsStr;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::Failure;
use crate::io::folder::{Folder, Stamp};
use crate::io::staged::Staged;
use crate::io::write::{WriteError, Written};

/// The new content of one file, if it needs any.
#[derive(Debug)]
pub enum Replaced<'a> {
    /// The file holds it already.
    Identical,
    /// It is beside the file.
    Staged(Box<Staged<'a>>),
}

impl Replaced<'_> {
    pub(super) fn will(&self) -> Written {
        match self {
            Self::Identical => Written::Identical,
            Self::Staged(staged) => staged.will(),
        }
    }

    pub(super) fn finish(self) -> Result<Written, WriteError> {
        match self {
            Self::Identical => Ok(Written::Identical),
            Self::Staged(staged) => staged.finish(),
        }
    }
}

/// Files that are on disk beside their targets. Dropping it leaves all targets as they are.
#[derive(Debug, Default)]
pub struct Batch<'a> {
    files: Vec<(PathBuf, Replaced<'a>)>,
}

/// A batch of which not all was written.
#[derive(Debug)]
pub struct Incomplete {
    /// Why.
    pub error: WriteError,
    /// What was written before.
    pub written: Vec<PathBuf>,
    /// What was not written; it is as it was.
    pub unwritten: Vec<PathBuf>,
}

impl<'a> Batch<'a> {
    pub(super) fn add(&mut self, path: &Path, replaced: Replaced<'a>) {
        self.files.push((path.to_owned(), replaced));
    }

    /// Gives all files their names, in the order in which they were staged.
    ///
    /// # Errors
    /// The first that failed; those after it were not tried.
    pub fn commit(self) -> Result<(), Incomplete> {
        let mut files = self.files.into_iter();
        let mut written = Vec::new();
        while let Some((path, replaced)) = files.next() {
            match replaced.finish() {
                Ok(_) => written.push(path),
                Err(error) => {
                    let rest = files.map(|(path, _)| path);
                    return Err(Incomplete {
                        unwritten: std::iter::once(path).chain(rest).collect(),
                        error,
                        written,
                    });
                }
            }
        }
        Ok(())
    }
}

impl From<Incomplete> for Failure {
    fn from(incomplete: Incomplete) -> Self {
        let help = format!("{} {incomplete}", incomplete.error.kind.help());
        Failure::from(incomplete.error).help(help)
    }
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |paths: &[PathBuf]| {
            let names: Vec<String> = paths
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            names.join(", ")
        };
        match self.written.is_empty() {
            true => f.write_str("Nothing was written."),
            false => write!(
                f,
                "Written: {}. Not written: {}.",
                names(&self.written),
                names(&self.unwritten)
            ),
        }
    }
}

/// Whether the file holds these bytes already.
pub(super) fn is_identical(
    folder: &Folder,
    name: &OsStr,
    there: Option<&Stamp>,
    bytes: &[u8],
) -> bool {
    if !there.is_some_and(|there| there.is_file() && there.size == bytes.len() as u64) {
        return false;
    }
    let Ok(file) = folder.read(Path::new(name)) else {
        return false;
    };
    let mut held = Vec::new();
    let read = file.take(bytes.len() as u64 + 1).read_to_end(&mut held);
    read.is_ok() && held == bytes
}
