//! Giving a file its final name on Windows.
//!
//! Nobody can rename or replace a file there that another program holds, and virus scanners
//! and indexers hold every new file for a moment. So it is tried again for a third of a second.

use std::io;
use std::time::Duration;

/// Milliseconds between one try and the next.
const WAITS: [u64; 5] = [10, 20, 40, 80, 160];

/// Renames, again while the file is held.
///
/// # Errors
/// What the system reports at last.
pub(super) fn patiently(rename: impl Fn() -> io::Result<()>) -> io::Result<()> {
    for wait in WAITS {
        match rename() {
            Err(error) if is_held(&error) => std::thread::sleep(Duration::from_millis(wait)),
            done => return done,
        }
    }
    rename()
}

/// Whether this is what Windows reports of a file that is held: access denied, a sharing or a lock violation.
fn is_held(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32 | 33))
}
