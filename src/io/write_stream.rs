//! The writer for many files of any size: as [`super::write`], with the
//! content coming from streams instead of memory.
//!
//! To wait for the disk once per file is what makes small files slow. So files
//! are written in batches: each beside its target ([`stage`]), then all of them
//! put on disk at once ([`Systems::settle`]), and only then renamed ([`Staged::finish`]).
//! A target is the old or the new file, whole, at any moment; a killed process
//! may leave the temporary files of one batch behind. That the new names last
//! is sure after it was called once more.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use super::folder::{Created, Folder};
use super::staged::{Durability, Job};
pub use super::staged::{Expect, Staged};
use super::write::{Backup, WriteError};

/// Where a file goes, and what must be there when it does.
pub struct Target<'t, 'a> {
    /// The file, as the user knows it.
    pub path: &'t Path,
    /// The open folder that it is in.
    pub folder: &'t Arc<Folder>,
    /// Its name in that folder.
    pub name: OsString,
    /// What must still be there.
    pub expect: Expect<'a>,
}

/// Writes what the file will hold; `fill` says with an error that the content is not what it should
/// be. `modified` is set on the new file.
///
/// # Errors
/// See [`super::write::WriteErrorKind`].
pub fn stage<'a>(
    target: Target<'_, 'a>,
    fill: impl FnOnce(&mut Created) -> io::Result<()>,
    modified: Option<SystemTime>,
    backup: Option<Backup>,
) -> Result<Staged<'a>, WriteError> {
    let job = Job {
        path: target.path,
        folder: target.folder.clone(),
        name: target.name,
        expect: target.expect,
        durability: Durability::Batched,
        backup,
        mode: 0o666,
    };
    Staged::write(job, |to| {
        fill(to)?;
        modified.map_or(Ok(()), |modified| to.set_modified(modified))
    })
}

/// The file systems that files were written to.
#[derive(Debug, Default)]
pub struct Systems(BTreeMap<u64, Arc<Folder>>);

impl Systems {
    /// Adds the one that `folder` is on.
    ///
    /// # Errors
    /// What the system reports.
    pub fn add(&mut self, folder: &Arc<Folder>) -> io::Result<()> {
        let stamp = folder.look(Path::new(""))?;
        let number = stamp.map_or(0, |stamp| stamp.identity.0);
        self.0.entry(number).or_insert_with(|| folder.clone());
        Ok(())
    }

    /// Has them put everything on disk, where files were left for that.
    ///
    /// # Errors
    /// What the system reports; then nothing that is staged may be renamed.
    pub fn settle(&self) -> io::Result<()> {
        self.0.values().try_for_each(|folder| folder.flush_all())
    }
}
