//! One file on its way to its name: written under another one, and renamed
//! only if what it replaces is still what was seen.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::{Created, Folder, Noted, Stamp, Taken, Temporary, is_link, stay, sweep};
use super::write::{Backup, MAX_BACKUPS, WriteError, WriteErrorKind, Written};

/// What must still be there when the file gets its name.
#[derive(Clone, Debug)]
pub enum Expect<'a> {
    /// Nothing.
    Nothing,
    /// A file with these bytes.
    Bytes(&'a [u8]),
    /// The file that was looked at, unchanged.
    Unchanged(Stamp),
    /// Whatever: the file belongs to this run alone.
    Whatever,
}

/// Whether the bytes must be on disk before the file is renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Each file is waited for.
    Flushed,
    /// Many files are waited for at once, by [`super::write_stream`].
    Batched,
    /// Nobody waits: the file is read at once and then removed.
    Scratch,
}

/// The new content of a file, beside it. Dropping it removes it, and the backup that was made for it.
#[derive(Debug)]
pub struct Staged<'a> {
    /// The file, as the user named it.
    path: PathBuf,
    folder: Arc<Folder>,
    name: OsString,
    temporary: Temporary,
    replaced: Option<Stamp>,
    expect: Expect<'a>,
    durability: Durability,
    backup: Option<Kept>,
}

/// A backup that is removed again unless the file is replaced.
#[derive(Debug)]
struct Kept {
    folder: Arc<Folder>,
    name: OsString,
    shown: PathBuf,
    is_needed: bool,
    _noted: Noted,
}

impl Drop for Kept {
    fn drop(&mut self) {
        if !self.is_needed {
            let _ = self.folder.remove(&self.name);
        }
    }
}

/// How a file is written.
pub(super) struct Job<'p, 'a> {
    /// The file, as the user named it.
    pub path: &'p Path,
    pub folder: Arc<Folder>,
    pub name: OsString,
    pub expect: Expect<'a>,
    pub durability: Durability,
    pub backup: Option<Backup>,
    /// The mode of a file that is new, less the umask.
    pub mode: u32,
}

impl<'a> Staged<'a> {
    /// Writes what the file will hold; `fill` says with an error that the content is not what it
    /// should be.
    ///
    /// # Errors
    /// See [`WriteErrorKind`].
    pub(super) fn write(
        job: Job<'_, 'a>,
        fill: impl FnOnce(&mut Created) -> io::Result<()>,
    ) -> Result<Self, WriteError> {
        let path = job.path;
        Self::try_write(job, fill).map_err(|kind| WriteError::of(path, kind))
    }

    fn try_write(
        job: Job<'_, 'a>,
        fill: impl FnOnce(&mut Created) -> io::Result<()>,
    ) -> Result<Self, WriteErrorKind> {
        let replaced = replaceable(&job.folder, &job.name)?;
        match (&replaced, &job.expect) {
            (Some(_), Expect::Nothing) => return Err(WriteErrorKind::Appeared),
            (None, Expect::Bytes(_) | Expect::Unchanged(_)) => return Err(WriteErrorKind::Changed),
            _ => {}
        }
        if job.durability != Durability::Scratch {
            sweep(&job.folder);
        }
        let mode = if replaced.is_some() { 0o600 } else { job.mode };
        let (temporary, mut created) = Temporary::create(&job.folder, mode)?;
        fill(&mut created)?;
        if let Some(replaced) = &replaced {
            created.be_like(replaced)?;
        }
        match job.durability {
            Durability::Flushed => created.sync()?,
            Durability::Batched => created.flush_one()?,
            Durability::Scratch => {}
        }
        drop(created);
        let mut staged = Self {
            path: job.path.to_owned(),
            folder: job.folder,
            name: job.name,
            temporary,
            replaced,
            expect: job.expect,
            durability: job.durability,
            backup: None,
        };
        if let (Some(stamp), Some(Backup::Beside)) = (&staged.replaced, job.backup) {
            staged.backup = Some(keep(&staged, stamp)?);
        }
        Ok(staged)
    }

    /// The file, as the user named it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that it is in.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// What [`Staged::finish`] will have done.
    #[must_use]
    pub fn will(&self) -> Written {
        match self.replaced {
            None => Written::Created,
            Some(_) => Written::Replaced {
                backup: self.backup.as_ref().map(|kept| kept.shown.clone()),
            },
        }
    }

    /// Gives the file its new content, if what is there is what was expected.
    ///
    /// # Errors
    /// See [`WriteErrorKind`]. After an error the file is as it was.
    pub fn finish(self) -> Result<Written, WriteError> {
        let path = self.path.clone();
        self.try_finish()
            .map_err(|kind| WriteError::of(&path, kind))
    }

    fn try_finish(self) -> Result<Written, WriteErrorKind> {
        let will = self.will();
        let held = match self.durability {
            Durability::Scratch => None,
            Durability::Flushed | Durability::Batched => Some(self.folder.hold()),
        };
        let held = held.transpose().map_err(|_| WriteErrorKind::Held)?;
        self.compare()?;
        let taken = match self.expect {
            Expect::Nothing => Taken::Refused,
            _ if self.replaced.is_none() && self.durability != Durability::Scratch => {
                Taken::Refused
            }
            _ => Taken::Replaced,
        };
        // Between the new content and the keeping of the backup nothing may come.
        let stay = stay();
        self.temporary
            .persist(&self.name, taken)
            .map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => WriteErrorKind::Appeared,
                _ => error.into(),
            })?;
        if let Some(mut kept) = self.backup {
            kept.is_needed = true;
        }
        drop(stay);
        drop(held);
        let leaves_it_to_the_batch =
            self.durability == Durability::Batched && cfg!(target_os = "linux");
        if self.durability != Durability::Scratch && !leaves_it_to_the_batch {
            self.folder.sync();
        }
        Ok(will)
    }

    /// Whether what is there is what was expected.
    fn compare(&self) -> Result<(), WriteErrorKind> {
        let is_same = match &self.expect {
            Expect::Whatever => return Ok(()),
            // The rename itself refuses.
            Expect::Nothing => true,
            Expect::Bytes(bytes) => holds(&self.folder, &self.name, bytes)?,
            Expect::Unchanged(stamp) => self
                .folder
                .look(Path::new(&self.name))?
                .is_some_and(|there| there.is_unchanged(stamp)),
        };
        if is_same {
            Ok(())
        } else {
            Err(WriteErrorKind::Changed)
        }
    }
}

/// What stands where a file is to be written, if it can be replaced.
fn replaceable(folder: &Folder, name: &OsStr) -> Result<Option<Stamp>, WriteErrorKind> {
    match folder.look(Path::new(name))? {
        Some(stamp) if stamp.is_link() => Err(WriteErrorKind::Link),
        Some(stamp) if !stamp.is_file() => Err(WriteErrorKind::NotAFile),
        Some(stamp) if stamp.is_read_only() => Err(WriteErrorKind::ReadOnly),
        found => Ok(found),
    }
}

/// Whether the file holds these bytes.
fn holds(folder: &Folder, name: &OsStr, bytes: &[u8]) -> Result<bool, WriteErrorKind> {
    let file = match folder.read(Path::new(name)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound || is_link(&error) => {
            return Ok(false);
        }
        Err(error) => return Err(error.into()),
    };
    let size = bytes.len() as u64;
    if file.metadata()?.len() != size {
        return Ok(false);
    }
    let mut there = Vec::with_capacity(bytes.len() + 1);
    file.take(size + 1).read_to_end(&mut there)?;
    Ok(there == bytes)
}

/// Gives the original a second name, which costs nothing however large it is. Where that cannot
/// be, or other names would change it later, it is copied.
fn keep(staged: &Staged<'_>, original: &Stamp) -> Result<Kept, WriteErrorKind> {
    let folder = &staged.folder;
    let kept = |name: OsString| Kept {
        shown: staged.path.with_file_name(&name),
        folder: folder.clone(),
        _noted: Noted::new(folder, &name, false),
        name,
        is_needed: false,
    };
    let mut may_link = original.names == 1;
    let mut copy = None;
    for number in 0..MAX_BACKUPS {
        let name = backup_name(&staged.name, number);
        if may_link {
            let _stay = stay();
            match folder.link(&staged.name, &name) {
                Ok(()) => return Ok(kept(name)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(_) => may_link = false,
            }
        }
        if folder.look(Path::new(&name))?.is_some() {
            continue;
        }
        let temporary: Temporary = match copy.take() {
            Some(copy) => copy,
            None => copy_of(staged, original)?,
        };
        let _stay = stay();
        match temporary.persist(&name, Taken::Refused) {
            Ok(()) => return Ok(kept(name)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(WriteErrorKind::TooManyBackups)
}

fn copy_of(staged: &Staged<'_>, original: &Stamp) -> io::Result<Temporary> {
    let mut from = staged.folder.read(Path::new(&staged.name))?;
    let (temporary, mut created) = Temporary::create(&staged.folder, 0o600)?;
    io::copy(&mut from, &mut created)?;
    if let Ok(time) = from.metadata().and_then(|metadata| metadata.modified()) {
        created.set_modified(time)?;
    }
    created.be_like(original)?;
    created.sync()?;
    Ok(temporary)
}

/// The name of a backup: `<name>.bak`, or `<name>.bak.1` and so on where that is taken.
pub(super) fn backup_name(of: &OsStr, number: usize) -> OsString {
    let mut name = of.to_owned();
    name.push(".bak");
    if number > 0 {
        name.push(format!(".{number}"));
    }
    name
}
