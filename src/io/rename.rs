//! Giving a new file its final name.
//!
//! On Windows nobody can rename or replace a file that another program holds, and virus scanners
//! and indexers hold every new file for a moment. So there it is tried again for a third of a second.

use std::io;
use std::path::Path;
use std::time::Duration;

use tempfile::TempPath;

/// Milliseconds between one try and the next.
const WAITS: [u64; 5] = [10, 20, 40, 80, 160];

/// Puts `temporary` where `target` is or will be.
///
/// # Errors
/// What the system reports; `temporary` is removed.
pub(super) fn over(temporary: TempPath, target: &Path) -> io::Result<()> {
    patiently(temporary, |temporary| {
        let done = temporary.persist(target);
        done.map_err(|error| (error.error, error.path))
    })
}

/// Puts `temporary` where nothing is yet.
///
/// # Errors
/// What the system reports; `temporary` is removed.
pub(super) fn beside(temporary: TempPath, target: &Path) -> io::Result<()> {
    patiently(temporary, |temporary| {
        let done = temporary.persist_noclobber(target);
        done.map_err(|error| (error.error, error.path))
    })
}

/// Gives a folder another name.
///
/// # Errors
/// What the system reports.
pub(super) fn folder(from: &Path, to: &Path) -> io::Result<()> {
    patiently((), |()| {
        std::fs::rename(from, to).map_err(|error| (error, ()))
    })
}

fn patiently<T>(mut what: T, rename: impl Fn(T) -> Result<(), (io::Error, T)>) -> io::Result<()> {
    for wait in WAITS {
        match rename(what) {
            Ok(()) => return Ok(()),
            Err((error, still)) if is_held(&error) => what = still,
            Err((error, _)) => return Err(error),
        }
        std::thread::sleep(Duration::from_millis(wait));
    }
    rename(what).map_err(|(error, _)| error)
}

/// Whether this is what Windows reports of a file that is held: access denied, a sharing or a lock violation.
fn is_held(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32 | 33))
}
