//! The lock that conferrys take on a folder while they replace a file in it.

use std::io;
use std::time::{Duration, Instant};

use super::system;

/// How long another one is waited for, which needs it for a moment only.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between one try and the next.
const WAIT: Duration = Duration::from_millis(1);

/// The lock of a folder; dropping it lets go.
#[derive(Debug)]
pub struct Held<'f>(&'f system::Handle);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        system::let_go(self.0);
    }
}

pub(super) fn hold(folder: &system::Handle) -> io::Result<Held<'_>> {
    let mut since = None;
    while !system::try_hold(folder)? {
        if since.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        std::thread::sleep(WAIT);
    }
    Ok(Held(folder))
}
