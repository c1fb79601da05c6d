//! All writes of one command, before the first of them.
//!
//! A command says what it reads and what it is going to write. [`WritePlan::check`]
//! refuses two writes to one file, a file that is read as the target of
//! something else, a name that a backup may get, and what is no ordinary file.
//! Files are compared by what they are, not by how they are called: through
//! links, by second names of one file, and without regard to case, since
//! Windows would take `A.config` and `a.config` for one file.
//!
//! Only a plan that was checked can be carried out ([`Ready`]): as a whole
//! ([`Ready::stage`] and [`Batch::commit`]: everything is on disk before the
//! first file is replaced) or file by file ([`Ready::replace`]), where each is
//! the old or the new one, whole.

mod batch;
mod same;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use self::batch::is_identical;
pub use self::batch::{Batch, Incomplete, Replaced};
use self::same::Identity;
use super::folder::is_link;
use super::place::{Place, real};
use super::staged::{Durability, Expect, Job, Staged, backup_name};
use super::write::{Backup, MAX_BACKUPS, WriteError, WriteErrorKind, Written};
use crate::error::Failure;

/// A file that a command is going to write; see [`WritePlan::target`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetId(usize);

/// What may be at a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Nothing: the file is new.
    Refused,
    /// Any file, which is replaced.
    Replaced,
    /// Any file, and its original is kept.
    KeptAsBackup,
}

/// What a command reads, and what it will write.
#[derive(Debug, Default)]
pub struct WritePlan {
    reads: Vec<Read>,
    targets: Vec<Target>,
}

#[derive(Debug)]
struct Read {
    role: String,
    identity: Identity,
    /// Whether everything below it is read.
    is_folder: bool,
}

#[derive(Debug)]
struct Target {
    role: String,
    path: PathBuf,
    place: Place,
    identity: Identity,
    existing: Existing,
    /// Roles of inputs that it may replace.
    may_replace: &'static [&'static str],
    /// Whether it is an input that was asked to be changed in its place.
    in_place: bool,
}

/// A plan that is not carried out. Nothing was written.
#[derive(Debug, Error)]
pub enum Refusal {
    /// Two writes to one file.
    #[error("{one} and {other} are the same file")]
    Shared {
        /// What is written.
        one: String,
        /// What else is written there.
        other: String,
        /// The file.
        path: PathBuf,
    },
    /// A file that is read.
    #[error("{target} and {read} are the same file")]
    Input {
        /// What is written.
        target: String,
        /// What is read.
        read: String,
        /// The file.
        path: PathBuf,
    },
    /// A file below a folder that is read as a whole.
    #[error("{target} lies in {read}, which is read")]
    Inside {
        /// What is written.
        target: String,
        /// What is read.
        read: String,
        /// The file.
        path: PathBuf,
    },
    /// A name that a backup may get.
    #[error("{target} has a name that the backup of {backup} may get")]
    BackupName {
        /// What is written.
        target: String,
        /// What is backed up.
        backup: String,
        /// The file.
        path: PathBuf,
    },
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let (path, help) = match &refusal {
            Refusal::Shared { path, .. } => (path, "Nothing was written. Name two files."),
            Refusal::Input { path, .. } => (
                path,
                "Nothing was written. Name another file, so that what is read stays.",
            ),
            Refusal::Inside { path, .. } => {
                (path, "Nothing was written. Name a file outside of it.")
            }
            Refusal::BackupName { path, .. } => (
                path,
                "Nothing was written. Name a file that does not end in .bak.",
            ),
        };
        Failure::new(refusal.to_string())
            .in_file(path.display())
            .help(help)
    }
}

impl WritePlan {
    /// A plan in which nothing is read or written yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The command reads `path`, a file or a folder with all that is below it; messages call it `role`.
    pub fn reads(&mut self, role: &str, path: &Path) {
        if let Ok(real) = real(path) {
            let is_folder = real.is_dir();
            self.reads.push(Read {
                role: role.to_owned(),
                identity: Identity::of(&real),
                is_folder,
            });
        }
    }

    /// The command reads the file at `place`.
    pub fn reads_at(&mut self, role: &str, place: &Place) {
        let there = place.look().ok().flatten();
        self.reads.push(Read {
            role: role.to_owned(),
            identity: Identity::with(place.path(), there.as_ref()),
            is_folder: false,
        });
    }

    /// The command will write the file at `path`, which messages call `role`; links are followed.
    ///
    /// # Errors
    /// When no ordinary file is or can be there.
    pub fn target(
        &mut self,
        role: &str,
        path: &Path,
        existing: Existing,
    ) -> Result<TargetId, WriteError> {
        let place = Place::named(path).map_err(|error| {
            let kind = match is_link(&error) {
                true => WriteErrorKind::LinkLoop,
                false => error.into(),
            };
            WriteError::of(path, kind)
        })?;
        self.add(role, path, place, existing, false)
    }

    /// The command will write the file at `place`, which users know as `path`; no link is followed.
    ///
    /// # Errors
    /// When no ordinary file is or can be there.
    pub fn target_at(
        &mut self,
        role: &str,
        path: &Path,
        place: Place,
        existing: Existing,
    ) -> Result<TargetId, WriteError> {
        self.add(role, path, place, existing, false)
    }

    /// The command will change the file at `place`, which users know as `path` and asked to be changed.
    ///
    /// # Errors
    /// When no ordinary file is there.
    pub fn in_place(
        &mut self,
        path: &Path,
        place: &Place,
        backup: bool,
    ) -> Result<TargetId, WriteError> {
        let existing = match backup {
            true => Existing::KeptAsBackup,
            false => Existing::Replaced,
        };
        let role = path.display().to_string();
        self.add(&role, path, place.clone(), existing, true)
    }

    /// The target may replace what is read under these roles.
    pub fn may_replace(&mut self, target: TargetId, roles: &'static [&'static str]) {
        self.targets[target.0].may_replace = roles;
    }

    fn add(
        &mut self,
        role: &str,
        path: &Path,
        place: Place,
        existing: Existing,
        in_place: bool,
    ) -> Result<TargetId, WriteError> {
        let failed = |kind| WriteError::of(path, kind);
        let there = place.look().map_err(|error| failed(error.into()))?;
        match &there {
            Some(stamp) if stamp.is_link() => return Err(failed(WriteErrorKind::Link)),
            Some(stamp) if !stamp.is_file() => return Err(failed(WriteErrorKind::NotAFile)),
            Some(_) if existing == Existing::Refused => {
                return Err(failed(WriteErrorKind::Appeared));
            }
            _ => {}
        }
        self.targets.push(Target {
            role: role.to_owned(),
            path: path.to_owned(),
            identity: Identity::with(place.path(), there.as_ref()),
            place,
            existing,
            may_replace: &[],
            in_place,
        });
        Ok(TargetId(self.targets.len() - 1))
    }

    /// Whether the plan can be carried out. Nothing is written.
    ///
    /// # Errors
    /// The first two files that must not be one.
    pub fn check(&self) -> Result<(), Refusal> {
        same::check(&self.reads, &self.targets)
    }

    /// The plan, ready to be carried out.
    ///
    /// # Errors
    /// As [`WritePlan::check`].
    pub fn ready(&self) -> Result<Ready<'_>, Refusal> {
        self.check()?;
        Ok(Ready {
            targets: &self.targets,
        })
    }
}

/// A plan that was checked.
#[derive(Debug)]
pub struct Ready<'p> {
    targets: &'p [Target],
}

impl Ready<'_> {
    /// Puts `bytes` beside the target; [`Batch::commit`] gives them their name. `read` is what the
    /// command read there; without it, what is there now must still be there then.
    ///
    /// # Errors
    /// See [`WriteErrorKind`]. Nothing was replaced.
    pub fn stage<'a>(
        &self,
        batch: &mut Batch<'a>,
        target: TargetId,
        read: Option<&'a [u8]>,
        bytes: &'a [u8],
    ) -> Result<Written, WriteError> {
        let target = &self.targets[target.0];
        let replaced = self.stage_one(target, read, bytes)?;
        let will = replaced.will();
        batch.add(&target.path, replaced);
        Ok(will)
    }

    /// Makes the target hold `bytes` instead of `read`.
    ///
    /// # Errors
    /// See [`WriteErrorKind`]. After an error the file is as it was.
    pub fn replace(
        &self,
        target: TargetId,
        read: &[u8],
        bytes: &[u8],
    ) -> Result<Written, WriteError> {
        self.stage_one(&self.targets[target.0], Some(read), bytes)?
            .finish()
    }

    fn stage_one<'a>(
        &self,
        target: &Target,
        read: Option<&'a [u8]>,
        bytes: &'a [u8],
    ) -> Result<Replaced<'a>, WriteError> {
        let failed = |error: std::io::Error| WriteError::of(&target.path, error.into());
        let folder = Arc::new(target.place.make_folder().map_err(failed)?);
        let name = target.place.name();
        let there = folder.look(Path::new(&name)).map_err(failed)?;
        if read.is_none() && is_identical(&folder, &name, there.as_ref(), bytes) {
            return Ok(Replaced::Identical);
        }
        if read.is_some_and(|read| read == bytes) {
            return Ok(Replaced::Identical);
        }
        let expect = match (read, there) {
            (Some(read), _) => Expect::Bytes(read),
            (None, Some(_)) if target.existing == Existing::Refused => {
                return Err(WriteError::of(&target.path, WriteErrorKind::Appeared));
            }
            (None, Some(stamp)) => Expect::Unchanged(stamp),
            (None, None) => Expect::Nothing,
        };
        let job = Job {
            path: &target.path,
            folder,
            name,
            expect,
            durability: Durability::Flushed,
            backup: (target.existing == Existing::KeptAsBackup).then_some(Backup::Beside),
            mode: 0o666,
        };
        let staged = Staged::write(job, |to| std::io::Write::write_all(to, bytes))?;
        Ok(Replaced::Staged(Box::new(staged)))
    }
}

/// Whether `name` is one that a backup of `of` may get.
fn is_backup_name(name: &std::ffi::OsStr, of: &std::ffi::OsStr) -> bool {
    let folded = |name: &std::ffi::OsStr| super::windows_path::fold(&name.to_string_lossy());
    let (name, first) = (folded(name), folded(&backup_name(of, 0)));
    let number = name.strip_prefix(&first).map(|rest| rest.strip_prefix('.'));
    match number {
        Some(None) => name == first,
        Some(Some(number)) => number
            .parse()
            .is_ok_and(|number: usize| number < MAX_BACKUPS),
        None => false,
    }
}
