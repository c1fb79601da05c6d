//! Snapshots: what an upgrade destroys is found, copied with its hashes,
//! proven, compared and put back.
//!
//! Promises: a snapshot exists under its name whole or not at all; every byte
//! in it is covered by a hash; nothing that it says leads outside the folder
//! it is restored to; what could not be taken is named. It does not promise
//! protection against somebody who changes a snapshot together with its
//! hashes, and it does not copy access control lists.
//!
//! The stages, one file each: [`find`] (what is there), [`create`], [`store`]
//! (reading a snapshot: folder, zip, encrypted zip), [`verify`], [`diff`], [`restore`].

pub mod create;
pub mod diff;
pub mod find;
pub mod manifest;
pub mod progress;
pub mod restore;
pub mod store;
pub mod verify;

use std::path::Path;

use crate::error::Failure;
use store::StoreError;

/// Something about one file that could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, as people know it.
    pub file: String,
    /// What went wrong.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

impl Problem {
    /// A problem with `file`.
    #[must_use]
    pub fn new(file: impl ToString, message: impl ToString, help: &'static str) -> Self {
        let mut file = file.to_string();
        plain(&mut file);
        Self {
            file,
            message: message.to_string(),
            help,
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Failure::new(problem.message)
            .in_file(problem.file)
            .help(problem.help)
    }
}

/// `text` without characters that could steer a terminal.
fn plain(text: &mut String) {
    if text.contains(char::is_control) {
        *text = text.replace(char::is_control, "\u{FFFD}");
    }
}

/// Why the snapshot at `path` cannot be used, and what to do.
#[must_use]
pub fn unusable(path: &Path, error: &StoreError) -> Failure {
    let help = match error {
        StoreError::Sealed(error) => error.help(),
        StoreError::NotASnapshot | StoreError::NoManifest | StoreError::Io(_) => {
            "Give the folder, the .zip or the .zip.age that `conferry snapshot create` made."
        }
        StoreError::Unfinished => {
            "Make the snapshot again; this removes what is left of the one that was not finished."
        }
        StoreError::Zip(_) | StoreError::Entry { .. } => {
            "Nothing was written. Use another copy of this snapshot; `conferry snapshot verify` says what is wrong with it."
        }
    };
    Failure::new(error.to_string())
        .in_file(path.display())
        .help(help)
}
