//! The snapshot as a folder.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Mutex;

use rayon::prelude::*;

use super::copy::{copy_steadily, is_full, unreadable};
use crate::io::fresh::{self, create_private, create_private_folders};
use crate::io::stream;
use crate::snapshot::Problem;
use crate::snapshot::find::Planned;
use crate::snapshot::manifest::FileEntry;
use crate::snapshot::progress::Progress;

/// Copies `files` below `folder`: what was copied, and what could not be.
///
/// # Errors
/// When no further file could be written.
pub(super) fn into_folder(
    files: &[Planned],
    folder: &Path,
    progress: &Progress,
) -> io::Result<(Vec<FileEntry>, Vec<Problem>)> {
    let problems = Mutex::new(Vec::new());
    let note = |problem| {
        if let Ok(mut problems) = problems.lock() {
            problems.push(problem);
        }
    };
    let entries: io::Result<Vec<FileEntry>> = files
        .par_iter()
        .filter_map(|planned| {
            let to = folder.join(&planned.path);
            let write = || {
                if let Some(parent) = to.parent() {
                    create_private_folders(parent)?;
                }
                let _ = fs::remove_file(&to);
                create_private(&to)
            };
            let copied = copy_steadily(planned, progress, |source, metadata| {
                let target = write()?;
                let measured = stream::copy(source.take(metadata.len()), &target, &|bytes| {
                    progress.add_bytes(bytes);
                })?;
                if let Ok(time) = metadata.modified() {
                    fresh::set_modified(&target, time)?;
                }
                fresh::flush_one(&target)?;
                Ok(measured)
            });
            match copied {
                Ok(entry) => Some(Ok(entry)),
                Err(error) if is_full(&error) => Some(Err(error)),
                Err(error) => {
                    let _ = fs::remove_file(&to);
                    note(unreadable(planned, &error));
                    None
                }
            }
        })
        .collect();
    Ok((entries?, problems.into_inner().unwrap_or_default()))
}
