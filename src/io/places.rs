//! Where files below a folder are, held so that no link that somebody puts
//! there later leads out of it: the drives of a server, or the folder of a
//! configuration.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::Folder;
use super::place::Place;
use super::windows_path::{Drives, PathProblem};

/// A folder that is held open, or the drives of this machine.
#[derive(Debug)]
pub struct Places {
    /// `None`: the drives of this machine themselves.
    root: Option<Root>,
}

#[derive(Debug)]
struct Root {
    /// The nearest folder that is there, open.
    opened: Arc<Folder>,
    /// Its path without links.
    opened_path: PathBuf,
    /// The path of the root, which need not be there yet.
    path: PathBuf,
}

/// Why a file has no place.
#[derive(Debug, thiserror::Error)]
pub enum NoPlace {
    /// It lies outside.
    #[error(transparent)]
    Outside(#[from] PathProblem),
    /// What the system reports.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl Places {
    /// Opens the folder that stands for the system drive, or the nearest one above it.
    ///
    /// # Errors
    /// What the system reports.
    pub fn of_drives(drives: &Drives) -> io::Result<Self> {
        match drives.root() {
            Some(root) => Self::of_folder(root),
            None => Ok(Self { root: None }),
        }
    }

    /// Opens the folder, or the nearest one above it that is there.
    ///
    /// # Errors
    /// What the system reports.
    pub fn of_folder(folder: &Path) -> io::Result<Self> {
        let (opened_path, rest) = resolved(folder)?;
        Ok(Self {
            root: Some(Root {
                opened: Arc::new(Folder::open(&opened_path)?),
                path: opened_path.join(rest),
                opened_path,
            }),
        })
    }

    /// The place of the file at `path`, all links that are there now resolved but that of the file itself.
    ///
    /// # Errors
    /// When it lies outside.
    pub fn place(&self, path: &Path) -> Result<Place, NoPlace> {
        let (folder, rest) = resolved(path)?;
        let real = folder.join(rest);
        let Some(root) = &self.root else {
            return Ok(Place::of_real(&real)?);
        };
        let outside = || PathProblem::LeadsOutside(path.display().to_string());
        if !real.starts_with(&root.path) {
            return Err(outside().into());
        }
        let below = real
            .strip_prefix(&root.opened_path)
            .map_err(|_| outside())?;
        Ok(Place::below(&root.opened, below))
    }
}

/// What of `path` is there, without links, and the rest.
fn resolved(path: &Path) -> io::Result<(PathBuf, PathBuf)> {
    let path = std::path::absolute(path)?;
    for above in path.ancestors() {
        // A link to nothing is something: what is written through it could be anywhere.
        if above.symlink_metadata().is_err() {
            continue;
        }
        let real = match above.symlink_metadata()?.is_symlink() && above == path {
            // The file itself: a link there is looked at, not followed.
            true => {
                let folder = above.parent().unwrap_or(above).canonicalize()?;
                folder.join(above.file_name().unwrap_or_default())
            }
            false => above.canonicalize()?,
        };
        let rest = path.strip_prefix(above).unwrap_or(Path::new(""));
        return Ok((real, rest.to_owned()));
    }
    Err(io::ErrorKind::NotFound.into())
}
