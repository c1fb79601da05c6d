//! Where a file was found, so that later looks lead to the same place.
//!
//! A path that was looked at once may lead elsewhere the next time. A [`Place`]
//! is reached from an open folder and through no link: what became a link in
//! between is an error. Links that were there from the beginning are resolved
//! when the place is made, where the user named them.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::folder::{Folder, Stamp};

/// A file, by an open folder and the names that lead down from it.
#[derive(Clone, Debug)]
pub struct Place {
    root: Arc<Folder>,
    below: PathBuf,
}

impl Place {
    /// What is `below` the folder.
    #[must_use]
    pub fn below(root: &Arc<Folder>, below: &Path) -> Self {
        Self {
            root: root.clone(),
            below: below.to_owned(),
        }
    }

    /// The place that `path` leads to now, through links too: the user named it. It need not be
    /// there, its folder must.
    ///
    /// # Errors
    /// What the system reports.
    pub fn named(path: &Path) -> io::Result<Self> {
        Self::of_real(&real(path)?)
    }

    /// The place at `real`, a path without links.
    ///
    /// # Errors
    /// When the root of the path cannot be opened.
    pub fn of_real(real: &Path) -> io::Result<Self> {
        let (root, below) = split(real);
        Ok(Self {
            root: opened(&root)?,
            below,
        })
    }

    /// Opens the ordinary file for reading.
    ///
    /// # Errors
    /// See [`Folder::read`].
    pub fn read(&self) -> io::Result<File> {
        self.root.read(&self.below)
    }

    /// What is there.
    ///
    /// # Errors
    /// See [`Folder::look`].
    pub fn look(&self) -> io::Result<Option<Stamp>> {
        match self.root.look(&self.below) {
            // Its folder is not there either.
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(None),
            looked => looked,
        }
    }

    /// Opens the folder that it is in.
    ///
    /// # Errors
    /// See [`Folder::enter`].
    pub fn folder(&self) -> io::Result<Folder> {
        self.root
            .enter(self.below.parent().unwrap_or(Path::new("")))
    }

    /// Opens the folder that it is in, and makes it if it is not there.
    ///
    /// # Errors
    /// See [`Folder::make`].
    pub fn make_folder(&self) -> io::Result<Folder> {
        let folder = self.below.parent().unwrap_or(Path::new(""));
        self.root.make(folder, false)
    }

    /// Its last name.
    #[must_use]
    pub fn name(&self) -> OsString {
        self.below
            .file_name()
            .map(OsString::from)
            .unwrap_or_default()
    }

    /// Its whole path.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.root.path().join(&self.below)
    }
}

/// What `path` leads to, whole and without links; of a file that is not there, its folder is
/// looked up. A link to nothing leads to where it points.
///
/// # Errors
/// What the system reports.
pub fn real(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        found => return found,
    }
    let mut target = path.to_owned();
    for _ in 0..MAX_LINKS {
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.canonicalize()?,
            _ => Path::new(".").canonicalize()?,
        };
        match std::fs::read_link(&target) {
            Ok(link) => target = folder.join(link),
            Err(_) => {
                let name = target.file_name().ok_or(io::ErrorKind::NotFound)?;
                return Ok(folder.join(name));
            }
        }
    }
    Err(io::Error::other("its links lead in a circle"))
}

/// Longest chain of links that is followed, as Linux has it.
const MAX_LINKS: usize = 40;

/// The root of a whole path, and what is below it.
fn split(real: &Path) -> (PathBuf, PathBuf) {
    let is_root = |part: &Component<'_>| matches!(part, Component::Prefix(_) | Component::RootDir);
    let root: PathBuf = real.components().take_while(is_root).collect();
    let below = real.components().skip_while(is_root).collect();
    (root, below)
}

/// The root of the file system, which is opened once; Windows has several.
fn opened(root: &Path) -> io::Result<Arc<Folder>> {
    static ROOT: OnceLock<Arc<Folder>> = OnceLock::new();
    if let Some(folder) = ROOT.get().filter(|folder| folder.path() == root) {
        return Ok(folder.clone());
    }
    let folder = Arc::new(Folder::open(root)?);
    Ok(ROOT.get_or_init(|| folder.clone()).clone())
        .map(|first: Arc<Folder>| if first.path() == root { first } else { folder })
}
