//! Copying what was found into a folder, a zip or an encrypted zip.
//!
//! Every file is hashed while it is copied, so that the manifest speaks of the
//! bytes in the snapshot. A file that changes meanwhile is copied again; one
//! that keeps changing is marked. A file that cannot be read is named and the
//! others go on.

mod copy;
mod folder;
mod zip;

use std::io::{self, Write};
use std::path::PathBuf;

use jiff::Timestamp;
use thiserror::Error;

use super::Problem;
use super::find::Plan;
use super::manifest::{
    FileEntry, InstallerEntry, MANIFEST, Manifest, PackEntry, ProblemEntry, SCHEMA, SUMS,
};
use super::progress::Progress;
use crate::io::folder::Recent;
use crate::io::fresh::{self, NewFile, NewFolder};
use crate::io::relative::usual;
use crate::io::sealed::Lock;
use crate::pack::Rules;

/// What the manifest and the file system itself may need.
const SPARE: u64 = 1 << 20;

/// What only the caller knows.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The time that the snapshot bears.
    pub created: Timestamp,
    /// Name of the computer.
    pub host: String,
    /// Letter of the system drive.
    pub system_drive: char,
}

/// Where the snapshot goes, and who may read it.
pub struct Destination {
    /// A folder, or a file that ends in `.zip` or `.zip.age`.
    pub path: PathBuf,
    /// Who may read it; without it, anyone who may read the files.
    pub lock: Option<Lock>,
}

/// What is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Folder,
    Zip,
    Sealed,
}

impl Destination {
    /// What the name asks for, if that goes together with the lock.
    fn form(&self) -> Result<Form, CreateError> {
        let name = self.path.file_name().unwrap_or_default();
        let name = name.to_string_lossy().to_lowercase();
        match (&self.lock, name.ends_with(".zip.age")) {
            (Some(_), true) => Ok(Form::Sealed),
            (Some(_), false) => Err(CreateError::NameOfSealed),
            (None, _) if name.ends_with(".age") => Err(CreateError::NoLock),
            (None, _) if name.ends_with(".zip") => Ok(Form::Zip),
            (None, _) => Ok(Form::Folder),
        }
    }
}

/// A snapshot that was made.
#[derive(Debug)]
pub struct Created {
    /// What it holds.
    pub manifest: Manifest,
    /// Files that are not in it, or not for sure as they were.
    pub problems: Vec<Problem>,
}

impl Created {
    /// `problems` are the files that are not in it.
    fn new(manifest: Manifest, mut problems: Vec<Problem>) -> Self {
        let changing = manifest.files.iter().filter(|file| file.inconsistent);
        problems.extend(changing.map(copy::inconsistent));
        problems.sort_by(|a, b| a.file.cmp(&b.file));
        Self { manifest, problems }
    }
}

/// Why no snapshot was made.
#[derive(Debug, Error)]
pub enum CreateError {
    /// Something is there.
    #[error("it exists and is not empty")]
    Taken,
    /// The snapshot would be part of what it copies.
    #[error("it lies inside {0}, which the snapshot copies from")]
    InsideSource(PathBuf),
    /// Too little space.
    #[error("{needed} bytes are needed there and {free} are free")]
    NoSpace {
        /// Bytes to copy.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// Encryption is asked for, and the name says something else.
    #[error("its name does not end in .zip.age, and it is to be encrypted")]
    NameOfSealed,
    /// The name says that it is encrypted.
    #[error("its name ends in .age, but nothing says who may read it")]
    NoLock,
    /// Nothing to take.
    #[error("nothing was found to take")]
    Nothing,
    /// Anything else that the system reports.
    #[error("it cannot be written: {0}")]
    Io(#[from] io::Error),
}

impl CreateError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Taken => "Give a name that is not in use; no snapshot is ever overwritten.",
            Self::InsideSource(_) => {
                "Give a place outside of the product's folders, best on another disk."
            }
            Self::NoSpace { .. } => "Free space there, or give a place on another disk.",
            Self::NameOfSealed => {
                "An encrypted snapshot is one file: give a name such as before.zip.age."
            }
            Self::NoLock => {
                "Give --encrypt-to RECIPIENT or --passphrase-file FILE, or a name without .age: a folder or NAME.zip."
            }
            Self::Nothing => {
                "See the list of places that were looked into. Give --iis and --registry where they are elsewhere."
            }
            Self::Io(_) => {
                "Nothing is left under that name. Check that the folder exists and may be written."
            }
        }
    }
}

/// Checks what can be checked before anything is copied.
///
/// # Errors
/// See [`CreateError`].
pub fn check(plan: &Plan, destination: &Destination) -> Result<(), CreateError> {
    let form = destination.form()?;
    if plan.files.is_empty() {
        return Err(CreateError::Nothing);
    }
    let target = destination.path.as_path();
    match form {
        Form::Folder => fresh::check_free(target).map_err(taken)?,
        Form::Zip | Form::Sealed if target.symlink_metadata().is_ok() => {
            return Err(CreateError::Taken);
        }
        Form::Zip | Form::Sealed => {}
    }
    let absolute = std::path::absolute(target)?;
    let place = absolute.parent().unwrap_or(&absolute);
    if !place.is_dir() {
        let there_is_none = io::Error::new(io::ErrorKind::NotFound, "its folder does not exist");
        return Err(CreateError::Io(there_is_none));
    }
    let parent = absolute
        .ancestors()
        .skip(1)
        .find_map(|path| path.canonicalize().ok());
    let inside = |folder: &&PathBuf| {
        parent
            .as_ref()
            .is_some_and(|parent| parent.starts_with(folder))
    };
    if let Some(folder) = plan.folders.iter().find(inside) {
        return Err(CreateError::InsideSource(usual(folder)));
    }
    let sizes = plan.files.iter().map(|file| file.size);
    let scratch = match form {
        Form::Folder => 0,
        Form::Zip | Form::Sealed => zip::scratch_space(&plan.files),
    };
    let needed = sizes.sum::<u64>() + scratch + SPARE;
    let free = fresh::free_space(&absolute)?;
    if free < needed {
        return Err(CreateError::NoSpace { needed, free });
    }
    Ok(())
}

/// Makes the snapshot: a folder, or a zip if the name of the destination says so.
///
/// # Errors
/// See [`CreateError`]. After an error nothing is there.
pub fn create(
    plan: Plan,
    destination: &Destination,
    facts: Facts,
    rules: &Rules,
    progress: &Progress,
) -> Result<Created, CreateError> {
    check(&plan, destination)?;
    let target = destination.path.as_path();
    if destination.form()? != Form::Folder {
        let mut file = NewFile::beside(target).map_err(taken)?;
        let to = io::BufWriter::with_capacity(1 << 16, file.file());
        let job = zip::Job {
            target,
            is_secret: destination.lock.is_some(),
            created: facts.created,
            progress,
            sources: Recent::default(),
        };
        let finish = |plan, entries, problems: &_| manifest(plan, entries, problems, facts, rules);
        let created = match &destination.lock {
            None => {
                let (mut to, created) = zip::write(plan, to, &job, finish)?;
                to.flush()?;
                created
            }
            Some(lock) => {
                let (to, created) = zip::write(plan, lock.writer(to)?, &job, finish)?;
                to.finish()?.flush()?;
                created
            }
        };
        file.finish().map_err(taken)?;
        return Ok(created);
    }
    let new = NewFolder::beside(target, true).map_err(taken)?;
    let (entries, problems) = folder::into_folder(&plan.files, new.folder(), progress)?;
    let manifest = manifest(plan, entries, &problems, facts, rules);
    let bytes = manifest.to_bytes();
    for (name, bytes) in [(SUMS, manifest.sums(&bytes).as_bytes()), (MANIFEST, &bytes)] {
        let mut file = new.folder().create(name.as_ref(), 0o600)?;
        file.write_all(bytes)?;
        file.sync()?;
    }
    new.folder().flush_all()?;
    new.finish().map_err(taken)?;
    Ok(Created::new(manifest, problems))
}

fn taken(error: io::Error) -> CreateError {
    match error.kind() {
        io::ErrorKind::AlreadyExists => CreateError::Taken,
        _ => CreateError::Io(error),
    }
}

/// The installers, without files that are not in the snapshot after all.
fn installers(mut installers: Vec<InstallerEntry>, files: &[FileEntry]) -> Vec<InstallerEntry> {
    for installer in &mut installers {
        let is_there = |path: &String| files.iter().any(|file| file.path == *path);
        installer.shipped.retain(is_there);
    }
    installers
}

fn manifest(
    plan: Plan,
    files: Vec<FileEntry>,
    problems: &[Problem],
    facts: Facts,
    rules: &Rules,
) -> Manifest {
    let mut problems: Vec<ProblemEntry> = (plan.problems.iter().chain(problems))
        .map(ProblemEntry::from)
        .collect();
    problems.sort();
    Manifest {
        schema: SCHEMA,
        conferry: env!("CARGO_PKG_VERSION").to_owned(),
        created: facts.created.to_string(),
        host: facts.host,
        system_drive: facts.system_drive,
        packs: rules
            .packs
            .iter()
            .map(|pack| PackEntry {
                id: pack.id.clone(),
                version: pack.version.clone(),
            })
            .collect(),
        components: plan.components,
        installers: installers(plan.installers, &files),
        files,
        missing: plan.missing,
        problems,
        warnings: plan.warnings,
    }
}
