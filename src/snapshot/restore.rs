//! Putting files back.
//!
//! There is a plan first, and what is shown is what is done: create, overwrite,
//! identical, refuse. The files are verified in the snapshot before the first
//! one is written, and again on their way. Identical files are not touched.
//! What was only read to find things (`applicationHost.config`, exports) is put
//! back only where it is asked for by component or pattern.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use rayon::prelude::*;

use super::Problem;
use super::manifest::{FileEntry, Manifest};
use super::progress::Progress;
use super::store::Store;
use super::verify::{Finding, check};
use crate::io::fresh;
use crate::io::stream;
use crate::io::walk::Selection;
use crate::io::windows_path::{Drives, WindowsPath};
use crate::io::write::Backup;
use crate::io::write_stream::{self, Staged};
use crate::pack::places::FileKind;

/// Most bytes that are written before the disk is waited for, unless one file has more ...
const BATCH: u64 = 256 << 20;
/// ... and most files.
const BATCH_FILES: usize = 4096;

/// What to put back, and where.
pub struct Request<'a> {
    /// Where the drives are.
    pub drives: &'a Drives,
    /// Only these components; all if empty.
    pub components: &'a [String],
    /// Only files that match, by their path below the drive.
    pub only: Option<&'a Selection>,
}

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing is there.
    Create,
    /// Something else is there.
    Overwrite,
    /// The same is there.
    Identical,
    /// It is not put back, and why.
    Refuse(String),
    /// It was not asked for.
    LeaveOut,
}

impl Action {
    /// The word that reports use.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Overwrite => "overwrite",
            Self::Identical => "identical",
            Self::Refuse(_) => "refuse",
            Self::LeaveOut => "leave-out",
        }
    }
}

/// One file of the plan.
#[derive(Clone, Debug)]
pub struct Step<'m> {
    /// The file.
    pub file: &'m FileEntry,
    /// Where it goes on this machine.
    pub target: Option<PathBuf>,
    /// What becomes of it.
    pub action: Action,
}

/// What will be done with every file of `manifest`.
#[must_use]
pub fn plan<'m>(
    manifest: &'m Manifest,
    request: &Request<'_>,
    progress: &Progress,
) -> Vec<Step<'m>> {
    manifest
        .files
        .par_iter()
        .map(|file| step(file, request, progress))
        .collect()
}

fn step<'m>(file: &'m FileEntry, request: &Request<'_>, progress: &Progress) -> Step<'m> {
    let (target, action) = match decide(file, request, progress) {
        Ok((target, action)) => (Some(target), action),
        Err(action) => (None, action),
    };
    Step {
        file,
        target,
        action,
    }
}

fn decide(
    file: &FileEntry,
    request: &Request<'_>,
    progress: &Progress,
) -> Result<(PathBuf, Action), Action> {
    let named = request.components.contains(&file.component);
    if !request.components.is_empty() && !named {
        return Err(Action::LeaveOut);
    }
    if file.kind == FileKind::Evidence && !named && request.only.is_none() {
        return Err(Action::LeaveOut);
    }
    let Some(source) = &file.source else {
        return Err(match named && request.only.is_none() {
            true => Action::Refuse("it did not come from a place on the server".to_owned()),
            false => Action::LeaveOut,
        });
    };
    let refuse = |problem: &dyn std::fmt::Display| Action::Refuse(problem.to_string());
    let path = WindowsPath::parse(source).map_err(|problem| refuse(&problem))?;
    let below: PathBuf = path.names().iter().collect();
    if request.only.is_some_and(|only| !only.takes(&below)) {
        return Err(Action::LeaveOut);
    }
    let target = request
        .drives
        .target(&path)
        .map_err(|problem| refuse(&problem))?;
    let Ok(metadata) = std::fs::symlink_metadata(&target) else {
        return match blocked(&target) {
            Some(blocking) => Err(refuse(&format!("{} is a file", blocking.display()))),
            None => Ok((target, Action::Create)),
        };
    };
    if metadata.is_symlink() {
        return Err(refuse(&"a link stands there"));
    }
    if metadata.is_dir() {
        return Err(refuse(&"a folder stands there"));
    }
    if !metadata.is_file() {
        return Err(refuse(&"something stands there that is no file"));
    }
    if metadata.len() == file.size {
        let there = File::open(&target)
            .and_then(|there| stream::copy(there, io::sink(), &|bytes| progress.add_bytes(bytes)));
        if there.is_ok_and(|there| there.sha256 == file.sha256) {
            return Ok((target, Action::Identical));
        }
    }
    if metadata.permissions().readonly() {
        return Err(refuse(&"the file that is there is read-only"));
    }
    Ok((target, Action::Overwrite))
}

/// A file where a folder is needed.
fn blocked(target: &Path) -> Option<&Path> {
    let nearest = target.ancestors().skip(1).find(|path| path.exists())?;
    (!nearest.is_dir()).then_some(nearest)
}

/// Verifies in the snapshot what the plan is going to write.
#[must_use]
pub fn verify(store: &Store, steps: &[Step<'_>], progress: &Progress) -> Vec<Finding> {
    let wanted = steps.par_iter().filter(|step| writes(step));
    let mut findings: Vec<Finding> = wanted
        .map_init(
            || store.reader(),
            |reader, step| check(store, reader, step.file, progress),
        )
        .flatten()
        .filter(|finding| finding.kind != "inconsistent")
        .collect();
    findings.sort();
    findings
}

fn writes(step: &Step<'_>) -> bool {
    matches!(step.action, Action::Create | Action::Overwrite)
}

/// Files and bytes that the plan writes.
#[must_use]
pub fn size(steps: &[Step<'_>]) -> (usize, u64) {
    let sizes = steps
        .iter()
        .filter(|step| writes(step))
        .map(|step| step.file.size);
    sizes.fold((0, 0), |(count, sum), size| (count + 1, sum + size))
}

/// A drive with too little room for what the plan writes there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// A folder on it that is written to.
    pub folder: PathBuf,
    /// Bytes that are needed.
    pub needed: u64,
    /// Bytes that are free.
    pub free: u64,
}

/// The first drive that lacks room; `free` tells how many bytes are free where a folder is or will be.
#[must_use]
pub fn shortage(steps: &[Step<'_>], free: impl Fn(&Path) -> io::Result<u64>) -> Option<Shortage> {
    let mut drives: BTreeMap<Option<char>, (&Path, u64)> = BTreeMap::new();
    for step in steps.iter().filter(|step| writes(step)) {
        let Some(folder) = step.target.as_deref().and_then(Path::parent) else {
            continue;
        };
        let source = step.file.source.as_deref().unwrap_or_default();
        let letter = WindowsPath::parse(source).ok().map(|path| path.letter());
        drives.entry(letter).or_insert((folder, 0)).1 += step.file.size;
    }
    drives.into_values().find_map(|(folder, needed)| {
        // Where nobody knows, writing shows it.
        let free = free(folder).ok()?;
        (needed > free).then(|| Shortage {
            folder: folder.to_owned(),
            needed,
            free,
        })
    })
}

/// Does what was planned. A file that fails is named, and is as it was.
#[must_use]
pub fn restore(
    store: &Store,
    steps: &[Step<'_>],
    backup: Option<Backup>,
    progress: &Progress,
) -> Vec<Problem> {
    let wanted = steps.iter().filter(|step| writes(step));
    let mut wanted: Vec<(&FileEntry, &Path)> = wanted
        .filter_map(|step| Some((step.file, step.target.as_deref()?)))
        .collect();
    let (mut problems, mut folders) = (Vec::new(), BTreeSet::new());
    while !wanted.is_empty() {
        let rest = wanted.split_off(batch(&wanted));
        folders.extend(wanted.iter().filter_map(|(_, target)| target.parent()));
        problems.extend(write_batch(store, &wanted, backup, progress));
        wanted = rest;
    }
    // The files are whole either way; this makes their names last.
    let settled = write_stream::settle(folders.iter().copied().filter(|folder| folder.is_dir()));
    if let (Err(error), Some(folder)) = (settled, folders.first()) {
        let message = format!("a power cut could undo what was written: {error}");
        let help = "Check the disk, then run again: what is there already is not written twice.";
        problems.push(Problem::new(folder.display(), message, help));
    }
    problems.sort_by(|a, b| a.file.cmp(&b.file));
    problems
}

/// How many of the files are written at a time.
fn batch(files: &[(&FileEntry, &Path)]) -> usize {
    let mut size: u64 = 0;
    let fits = |(file, _): &&(&FileEntry, &Path)| {
        size = size.saturating_add(file.size);
        size <= BATCH
    };
    let fitting = files.iter().take(BATCH_FILES).take_while(fits).count();
    fitting.max(1)
}

/// Writes the files beside their targets, waits once for the disk, then renames them.
fn write_batch(
    store: &Store,
    files: &[(&FileEntry, &Path)],
    backup: Option<Backup>,
    progress: &Progress,
) -> Vec<Problem> {
    let staged = files.par_iter().map(|(file, target)| {
        let staged = stage(store, file, target, progress);
        Ok((*file, *target, staged?))
    });
    let (mut problems, mut ready) = (Vec::new(), Vec::new());
    for staged in staged.collect::<Vec<Result<_, Problem>>>() {
        match staged {
            Ok(staged) => ready.push(staged),
            Err(problem) => problems.push(problem),
        }
    }
    if let Err(error) = write_stream::flush(ready.iter().map(|(_, _, staged)| staged)) {
        let failed = ready.iter().map(|(_, target, _)| as_it_was(target, &error));
        problems.extend(failed);
        return problems;
    }
    let finished = ready.into_par_iter().filter_map(|(file, target, staged)| {
        let written = staged.finish(backup);
        progress.add_file();
        match written {
            Ok(_) => unlike(file, target),
            Err(error) => Some(as_it_was(target, &error)),
        }
    });
    problems.extend(finished.collect::<Vec<_>>());
    problems
}

fn as_it_was(target: &Path, error: &dyn std::fmt::Display) -> Problem {
    let help =
        "The file is as it was. Check permissions, and that no service holds it; then run again.";
    Problem::new(target.display(), error, help)
}

fn stage(
    store: &Store,
    file: &FileEntry,
    target: &Path,
    progress: &Progress,
) -> Result<Staged, Problem> {
    if let Some(folder) = target.parent() {
        std::fs::create_dir_all(folder).map_err(|error| as_it_was(target, &error))?;
    }
    let time = file
        .modified
        .as_deref()
        .and_then(|time| time.parse::<Timestamp>().ok());
    let mode = mode(file).filter(|_| !target.exists());
    let fill = |to: &mut File| {
        // Before there is anything in it to read.
        fresh::set_mode(to, mode)?;
        let copied = store.reader().read(&file.path, file.size, |from| {
            stream::copy(from, &mut *to, &|bytes| progress.add_bytes(bytes))
        });
        let measured = copied.map_err(io::Error::other)?;
        if measured.size != file.size || measured.sha256 != file.sha256 {
            let damaged = "its content in the snapshot is not what it was";
            return Err(io::Error::new(io::ErrorKind::InvalidData, damaged));
        }
        Ok(())
    };
    Staged::beside(target, fill, time.map(SystemTime::from))
        .map_err(|error| as_it_was(target, &error))
}

/// Reads back what was written.
fn unlike(file: &FileEntry, target: &Path) -> Option<Problem> {
    let there = File::open(target).and_then(stream::measure);
    let is_alike = there.is_ok_and(|there| there.sha256 == file.sha256);
    let message = "it was written, but does not read back as it was";
    let help = "Check the disk, and whether another program writes this file.";
    (!is_alike).then(|| Problem::new(target.display(), message, help))
}

/// Permission bits only: nothing becomes set-uid because a manifest says so.
fn mode(file: &FileEntry) -> Option<u32> {
    let mode = u32::from_str_radix(file.mode.as_deref()?, 8).ok()?;
    Some(mode & 0o777)
}
