//! Putting files back.
//!
//! There is a plan first, and what is shown is what is done: create, overwrite,
//! identical, refuse. The files are verified in the snapshot before the first
//! one is written, and again on their way. Identical files are not touched.
//! What was only read to find things (`applicationHost.config`, exports) is put
//! back only where it is asked for by component or pattern.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use jiff::Timestamp;
use rayon::prelude::*;

use super::Problem;
use super::manifest::{FileEntry, Manifest};
use super::progress::Progress;
use super::store::{Store, StoreError};
use super::verify::{Finding, check};
use crate::io::folder::{Created, Folder, Stamp};
use crate::io::place::Place;
use crate::io::places::Places;
use crate::io::stream;
use crate::io::walk::Selection;
use crate::io::windows_path::{Drives, WindowsPath, fold};
use crate::io::write::{Backup, WriteErrorKind};
use crate::io::write_stream::{self, Expect, Staged, Systems};
use crate::pack::places::FileKind;
use crate::pack::rules::ComponentId;

/// Most bytes that are written before the disk is waited for, unless one file has more ...
const BATCH: u64 = 256 << 20;
/// ... and most files.
const BATCH_FILES: usize = 4096;
/// Most folders of a batch, which are held open; many systems let a process have 1,024 open files.
const BATCH_FOLDERS: usize = 256;

/// What to put back, and where.
pub struct Request<'a> {
    /// Where the drives are.
    pub drives: &'a Drives,
    /// Only these components; all if empty.
    pub components: &'a [ComponentId],
    /// Only files that match, by their path below the drive.
    pub only: Option<&'a Selection>,
    /// The snapshot and what else is read: nothing is put there.
    pub reads: &'a [PathBuf],
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
    /// The same, held against links that are put there later.
    place: Option<Place>,
    /// What is there.
    there: Option<Stamp>,
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
    let places = Places::of_drives(request.drives);
    let reads: Vec<PathBuf> = (request.reads.iter())
        .filter_map(|path| path.canonicalize().ok())
        .collect();
    let files = manifest.files.par_iter();
    let mut steps: Vec<Step<'m>> = files
        .map(|file| {
            let mut step = Step {
                file,
                target: None,
                place: None,
                there: None,
                action: Action::LeaveOut,
            };
            step.action = match &places {
                Ok(places) => decide(&mut step, request, places, progress),
                Err(error) => Action::Refuse(error.to_string()),
            };
            step
        })
        .collect();
    refuse_shared(&mut steps, &reads);
    steps
}

/// Refuses what would go to one file with something else, through links inside for example, and
/// what would go into the snapshot that is read.
fn refuse_shared(steps: &mut [Step<'_>], reads: &[PathBuf]) {
    let mut count: HashMap<String, usize> = HashMap::new();
    let path_of = |step: &Step<'_>| Some(step.place.as_ref()?.path());
    let key = |path: &Path| fold(&path.to_string_lossy());
    for path in steps.iter().filter_map(path_of) {
        *count.entry(key(&path)).or_default() += 1;
    }
    for step in steps.iter_mut() {
        let Some(path) = path_of(step) else { continue };
        let why = if count.get(&key(&path)).is_some_and(|count| *count > 1) {
            "another file of the snapshot goes to the same place"
        } else if reads.iter().any(|read| path.starts_with(read)) {
            "the snapshot itself, or a key to it, is there"
        } else {
            continue;
        };
        step.action = Action::Refuse(why.to_owned());
    }
}

fn decide(
    step: &mut Step<'_>,
    request: &Request<'_>,
    places: &Places,
    progress: &Progress,
) -> Action {
    match try_decide(step, request, places, progress) {
        Ok(action) | Err(action) => action,
    }
}

fn try_decide(
    step: &mut Step<'_>,
    request: &Request<'_>,
    places: &Places,
    progress: &Progress,
) -> Result<Action, Action> {
    let file = step.file;
    let named = request.components.contains(&file.component);
    if !request.components.is_empty() && !named {
        return Err(Action::LeaveOut);
    }
    if file.kind == FileKind::Evidence && !named && request.only.is_none() {
        return Err(Action::LeaveOut);
    }
    // It was in an installer, and no server has it as it is there.
    if file.kind == FileKind::Shipped {
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
    if below.as_os_str().is_empty() {
        return Err(refuse(&"it names a drive and no file"));
    }
    if request.only.is_some_and(|only| !only.takes(&below)) {
        return Err(Action::LeaveOut);
    }
    let target = request
        .drives
        .target(&path)
        .map_err(|problem| refuse(&problem))?;
    let place = places.place(&target).map_err(|problem| refuse(&problem))?;
    let there = place.look().map_err(|error| refuse(&error))?;
    let Some(there) = there else {
        if let Some(blocking) = blocked(&target) {
            return Err(refuse(&format!("{} is a file", blocking.display())));
        }
        step.target = Some(target);
        step.place = Some(place);
        return Ok(Action::Create);
    };
    if there.is_link() {
        return Err(refuse(&"a link stands there"));
    }
    if there.is_folder() {
        return Err(refuse(&"a folder stands there"));
    }
    if !there.is_file() {
        return Err(refuse(&"something stands there that is no file"));
    }
    let mut action = Action::Overwrite;
    if there.size == file.size {
        let held = (place.read())
            .and_then(|there| stream::copy(there, io::sink(), &|bytes| progress.add_bytes(bytes)));
        if held.is_ok_and(|held| held.sha256 == file.sha256) {
            action = Action::Identical;
        }
    }
    if action == Action::Overwrite && there.is_read_only() {
        return Err(refuse(&"the file that is there is read-only"));
    }
    step.target = Some(target);
    step.place = Some(place);
    step.there = Some(there);
    Ok(action)
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
    let mut wanted: Vec<Wanted<'_>> = wanted.filter_map(Wanted::of).collect();
    let (mut problems, mut systems) = (Vec::new(), Systems::default());
    while !wanted.is_empty() {
        let rest = wanted.split_off(batch(&wanted));
        problems.extend(write_batch(store, &wanted, &mut systems, backup, progress));
        wanted = rest;
    }
    // The files are whole either way; this makes their names last.
    if let Err(error) = systems.settle() {
        let folder = steps.iter().find_map(|step| step.target.as_deref());
        let message = format!("a power cut could undo what was written: {error}");
        let help = "Check the disk, then run again: what is there already is not written twice.";
        problems.push(Problem::new(
            folder.unwrap_or(Path::new("")).display(),
            message,
            help,
        ));
    }
    problems.sort_by(|a, b| a.file.cmp(&b.file));
    problems
}

/// A file that is written.
struct Wanted<'s> {
    file: &'s FileEntry,
    target: &'s Path,
    place: &'s Place,
    /// What was there when it was planned.
    there: Option<&'s Stamp>,
}

impl<'s> Wanted<'s> {
    fn of(step: &'s Step<'_>) -> Option<Self> {
        Some(Self {
            file: step.file,
            target: step.target.as_deref()?,
            place: step.place.as_ref()?,
            there: step.there.as_ref(),
        })
    }

    fn folder(&self) -> &'s Path {
        self.target.parent().unwrap_or(self.target)
    }
}

/// How many of the files are written at a time.
fn batch<'s>(files: &[Wanted<'s>]) -> usize {
    let mut size: u64 = 0;
    let mut folders = HashSet::new();
    let mut fits = |wanted: &Wanted<'s>| {
        size = size.saturating_add(wanted.file.size);
        folders.insert(wanted.folder());
        size <= BATCH && folders.len() <= BATCH_FOLDERS
    };
    let most = files.iter().take(BATCH_FILES);
    most.take_while(|wanted| fits(wanted)).count().max(1)
}

/// Writes the files beside their targets, waits once for the disk, then renames them.
fn write_batch(
    store: &Store,
    files: &[Wanted<'_>],
    systems: &mut Systems,
    backup: Option<Backup>,
    progress: &Progress,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut folders: HashMap<&Path, Arc<Folder>> = HashMap::new();
    let mut ready = Vec::with_capacity(files.len());
    for wanted in files {
        let folder = match folders.get(wanted.folder()) {
            Some(folder) => folder.clone(),
            None => match open_folder(wanted, systems) {
                Ok(folder) => {
                    folders.insert(wanted.folder(), folder.clone());
                    folder
                }
                Err(problem) => {
                    problems.push(problem);
                    continue;
                }
            },
        };
        ready.push((wanted, folder));
    }
    let staged = ready.par_iter().map(|(wanted, folder)| {
        let staged = stage(store, wanted, folder, backup, progress);
        Ok((*wanted, staged?))
    });
    let mut ready = Vec::new();
    for staged in staged.collect::<Vec<Result<_, Problem>>>() {
        match staged {
            Ok(staged) => ready.push(staged),
            Err(problem) => problems.push(problem),
        }
    }
    if let Err(error) = systems.settle() {
        let kind = WriteErrorKind::from(error);
        let failed = ready.iter();
        problems.extend(failed.map(|(wanted, _)| as_it_was(wanted.target, &kind)));
        return problems;
    }
    let finished = ready.into_par_iter().filter_map(|(wanted, staged)| {
        let written = staged.finish();
        progress.add_file();
        match written {
            Ok(_) => unlike(wanted),
            Err(error) => Some(as_it_was(wanted.target, &error.kind)),
        }
    });
    problems.extend(finished.collect::<Vec<_>>());
    problems
}

fn as_it_was(target: &Path, error: &WriteErrorKind) -> Problem {
    Problem::new(target.display(), error, error.help())
}

/// The folder that a file goes to, which is made if it is not there.
fn open_folder(wanted: &Wanted<'_>, systems: &mut Systems) -> Result<Arc<Folder>, Problem> {
    let failed = |error: io::Error| as_it_was(wanted.target, &error.into());
    let folder = Arc::new(wanted.place.make_folder().map_err(failed)?);
    systems.add(&folder).map_err(failed)?;
    Ok(folder)
}

fn stage<'w>(
    store: &Store,
    wanted: &Wanted<'w>,
    folder: &Arc<Folder>,
    backup: Option<Backup>,
    progress: &Progress,
) -> Result<Staged<'w>, Problem> {
    let file = wanted.file;
    let time = file
        .modified
        .as_deref()
        .and_then(|time| time.parse::<Timestamp>().ok());
    let mode = mode(file).filter(|_| wanted.there.is_none());
    let fill = |to: &mut Created| {
        // Before there is anything in it to read.
        to.set_mode(mode)?;
        let copied = store.reader().read(&file.path, file.size, |from| {
            stream::copy(from, &mut *to, &|bytes| progress.add_bytes(bytes))
        });
        let measured = copied.map_err(StoreError::into_io)?;
        if measured.size != file.size || measured.sha256 != file.sha256 {
            let damaged = "its content in the snapshot is not what it was";
            return Err(io::Error::new(io::ErrorKind::InvalidData, damaged));
        }
        Ok(())
    };
    let target = write_stream::Target {
        path: wanted.target,
        folder,
        name: wanted.place.name(),
        expect: match wanted.there {
            Some(stamp) => Expect::Unchanged(stamp.clone()),
            None => Expect::Nothing,
        },
    };
    write_stream::stage(target, fill, time.map(SystemTime::from), backup)
        .map_err(|error| as_it_was(wanted.target, &error.kind))
}

/// Reads back what was written.
fn unlike(wanted: &Wanted<'_>) -> Option<Problem> {
    let there = wanted.place.read().and_then(stream::measure);
    let is_alike = there.is_ok_and(|there| there.sha256 == wanted.file.sha256);
    let message = "it was written, but does not read back as it was";
    let help = "Check the disk, and whether another program writes this file.";
    (!is_alike).then(|| Problem::new(wanted.target.display(), message, help))
}

/// Permission bits only: nothing becomes set-uid because a manifest says so.
fn mode(file: &FileEntry) -> Option<u32> {
    let mode = u32::from_str_radix(file.mode.as_deref()?, 8).ok()?;
    Some(mode & 0o777)
}
