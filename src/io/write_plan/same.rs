//! When two files of a plan are one.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::{Existing, Read, Refusal, Target, is_backup_name};
use crate::io::folder::Stamp;
use crate::io::windows_path::fold;

/// What a file is, however it is called.
#[derive(Debug)]
pub(super) struct Identity {
    /// Its path without links.
    real: PathBuf,
    /// The same as Windows compares it.
    folded: String,
    /// File system and number of what is there.
    number: Option<(u64, u64)>,
}

impl Identity {
    /// Of what is at a path without links.
    pub(super) fn of(real: &Path) -> Self {
        let there = real.metadata().ok().map(|there| Stamp::of_metadata(&there));
        Self::with(real.to_owned(), there.as_ref())
    }

    /// Of a path without links and what is there.
    pub(super) fn with(real: PathBuf, there: Option<&Stamp>) -> Self {
        let number = there.map(|there| there.identity);
        Self {
            folded: fold(&real.to_string_lossy()),
            number: number.filter(|number| *number != (0, 0)),
            real,
        }
    }

    /// Whether both are changed in their places: two names of one file each get a file of their
    /// own, and two names that differ in case are two files where both are there.
    fn is_in_place(&self, other: &Self) -> bool {
        self.real == other.real
    }

    fn name(&self) -> &OsStr {
        self.real.file_name().unwrap_or_default()
    }
}

/// Finds files that are one without comparing each with each: a tree has thousands.
pub(super) fn check(reads: &[Read], targets: &[Target]) -> Result<(), Refusal> {
    let mut by_path: FxHashMap<&str, usize> = FxHashMap::default();
    let mut by_number: FxHashMap<(u64, u64), usize> = FxHashMap::default();
    for (at, target) in targets.iter().enumerate() {
        let identity = &target.identity;
        let same_path = by_path.insert(&identity.folded, at);
        let same_number = identity
            .number
            .and_then(|number| by_number.insert(number, at));
        for other in same_path.into_iter().chain(same_number) {
            let other = &targets[other];
            let both_in_place = target.in_place && other.in_place;
            if !both_in_place || identity.is_in_place(&other.identity) {
                return Err(Refusal::Shared {
                    one: other.role.clone(),
                    other: target.role.clone(),
                    path: target.path.clone(),
                });
            }
        }
    }
    let reads = Reads::of(reads);
    for target in targets {
        reads
            .of_interest(&target.identity)
            .try_for_each(|read| check_read(read, target))?;
    }
    let backed_up = targets
        .iter()
        .filter(|target| target.existing == Existing::KeptAsBackup && !target.in_place);
    for backed_up in backed_up {
        for target in targets {
            let beside = target.identity.real.parent() == backed_up.identity.real.parent();
            if beside && is_backup_name(target.identity.name(), backed_up.identity.name()) {
                return Err(Refusal::BackupName {
                    target: target.role.clone(),
                    backup: backed_up.role.clone(),
                    path: target.path.clone(),
                });
            }
        }
    }
    Ok(())
}

/// What is read, to be found by what it is.
struct Reads<'r> {
    by_path: FxHashMap<&'r str, Vec<&'r Read>>,
    by_number: FxHashMap<(u64, u64), Vec<&'r Read>>,
    folders: Vec<&'r Read>,
}

impl<'r> Reads<'r> {
    fn of(reads: &'r [Read]) -> Self {
        let mut all = Self {
            by_path: FxHashMap::default(),
            by_number: FxHashMap::default(),
            folders: Vec::new(),
        };
        for read in reads {
            if read.is_folder {
                all.folders.push(read);
                continue;
            }
            let identity = &read.identity;
            all.by_path.entry(&identity.folded).or_default().push(read);
            if let Some(number) = identity.number {
                all.by_number.entry(number).or_default().push(read);
            }
        }
        all
    }

    /// What is the same file, or a folder above it.
    fn of_interest<'s>(&'s self, file: &'s Identity) -> impl Iterator<Item = &'r Read> + 's {
        let same_path = self.by_path.get(file.folded.as_str());
        let same_number = file.number.and_then(|number| self.by_number.get(&number));
        let above = self.folders.iter();
        let above = above.filter(|folder| file.real.starts_with(&folder.identity.real));
        let same = same_path.into_iter().chain(same_number).flatten();
        same.chain(above).copied()
    }
}

/// Refuses what is read as a target, unless that was asked for.
fn check_read(read: &Read, target: &Target) -> Result<(), Refusal> {
    if target.may_replace.contains(&read.role.as_str()) {
        return Ok(());
    }
    let is_folder = read.is_folder;
    let (role, path) = (target.role.clone(), target.path.clone());
    let read = read.role.clone();
    Err(match is_folder {
        true => Refusal::Inside {
            target: role,
            read,
            path,
        },
        false => Refusal::Input {
            target: role,
            read,
            path,
        },
    })
}
