//! What runs leave behind that did not come to their end, and how it goes away.
//!
//! Temporary files and folders bear the number of their process. An interrupted
//! run removes its own ([`interrupt`]); what a killed one left, the next run
//! removes that writes into the same folder ([`sweep`]), once no process has
//! that number. Where conferry cannot ask for processes (Windows), it stays.

use std::collections::{BTreeSet, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use super::Folder;

/// How temporary files and folders are named: `.conferry-<process>-<number>.tmp`.
const BEGIN: &str = ".conferry-";
const END: &str = ".tmp";

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A temporary name that this process did not use yet.
pub(in crate::io) fn temporary_name() -> OsString {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("{BEGIN}{}-{number}{END}", std::process::id()).into()
}

/// The number of the process that gave a file or a folder this temporary name; `None` for other names.
#[must_use]
pub fn process_of(name: &OsStr) -> Option<u32> {
    let middle = name.to_str()?.strip_prefix(BEGIN)?.strip_suffix(END)?;
    let (process, number) = middle.split_once('-')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (is_number(process) && is_number(number)).then(|| process.parse().ok())?
}

/// Whether this is the name of something that conferry did not finish.
#[must_use]
pub fn is_temporary(name: &OsStr) -> bool {
    process_of(name).is_some()
}

/// Whether there is a process with this number, as far as one can know.
#[cfg(unix)]
fn is_running(process: u32) -> bool {
    use rustix::io::Errno;
    use rustix::process::{Pid, test_kill_process};
    let Some(pid) = i32::try_from(process).ok().and_then(Pid::from_raw) else {
        return false;
    };
    test_kill_process(pid) != Err(Errno::SRCH)
}

#[cfg(not(unix))]
fn is_running(_: u32) -> bool {
    true
}

/// What this process makes and would leave behind if it ended now.
static MAKING: Mutex<BTreeSet<Making>> = Mutex::new(BTreeSet::new());
/// Held for writing once the process is about to end: nothing new is made then.
static ENDING: RwLock<()> = RwLock::new(());
/// Folders that were swept, by file system and number.
static SWEPT: LazyLock<Mutex<HashSet<(u64, u64)>>> = LazyLock::new(Mutex::default);

#[derive(Clone)]
struct Making {
    folder: Arc<Folder>,
    name: OsString,
    is_folder: bool,
}

impl Making {
    fn key(&self) -> (*const Folder, &OsStr) {
        (Arc::as_ptr(&self.folder), &self.name)
    }

    fn remove(&self) {
        remove(&self.folder, &self.name, self.is_folder);
    }
}

impl PartialEq for Making {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Making {}

impl PartialOrd for Making {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Making {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// While this is held the process does not end by an interruption. Not to be asked for twice at once.
pub(in crate::io) fn stay() -> RwLockReadGuard<'static, ()> {
    ENDING.read().unwrap_or_else(PoisonError::into_inner)
}

/// Something that goes away with the process, unless it is forgotten before.
#[derive(Debug)]
pub(in crate::io) struct Noted {
    folder: Arc<Folder>,
    name: OsString,
}

impl Noted {
    /// Notes what is, or is about to be, at `name`. Nobody else may have it.
    pub(in crate::io) fn new(folder: &Arc<Folder>, name: &OsStr, is_folder: bool) -> Self {
        let (folder, name) = (folder.clone(), name.to_owned());
        locked(&MAKING).insert(Making {
            folder: folder.clone(),
            name: name.clone(),
            is_folder,
        });
        Self { folder, name }
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        let making = Making {
            folder: self.folder.clone(),
            name: std::mem::take(&mut self.name),
            is_folder: false,
        };
        locked(&MAKING).remove(&making);
    }
}

/// Removes what this process would leave behind. Nothing is made after that: it has to end.
pub fn interrupt() {
    let ending = ENDING.write().unwrap_or_else(PoisonError::into_inner);
    // Other threads wait for it until the process is gone.
    std::mem::forget(ending);
    let making: Vec<Making> = locked(&MAKING).iter().cloned().collect();
    making.iter().for_each(Making::remove);
}

/// Removes what processes left in `folder` that are gone, once for each folder.
pub(in crate::io) fn sweep(folder: &Arc<Folder>) {
    let Ok(Some(stamp)) = folder.look(std::path::Path::new("")) else {
        return;
    };
    if cfg!(not(unix)) || !locked(&SWEPT).insert(stamp.identity) {
        return;
    }
    let Ok(entries) = fs::read_dir(folder.path()) else {
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        if process_of(&name).is_some_and(|process| !is_running(process)) {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            remove(folder, &name, is_folder);
        }
    }
}

fn remove(folder: &Folder, name: &OsStr, is_folder: bool) {
    let _ = match is_folder {
        true => fs::remove_dir_all(folder.path().join(name)),
        false => folder.remove(name),
    };
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::{is_temporary, process_of, temporary_name};

    #[test]
    fn names_of_leftovers() {
        assert_eq!(process_of(&temporary_name()), Some(std::process::id()));
        assert_eq!(process_of(OsStr::new(".conferry-12-0.tmp")), Some(12));
        for other in [
            ".conferry-12.tmp",
            ".conferry--1.tmp",
            ".conferry-12-.tmp",
            ".conferry-+1-2.tmp",
            ".conferry-1-2-3.tmp",
            ".conferry-99999999999-0.tmp",
            "conferry-1-2.tmp",
            ".conferry-1-2.tmp.config",
        ] {
            assert!(!is_temporary(OsStr::new(other)), "{other}");
        }
    }
}
