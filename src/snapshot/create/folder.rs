//! The snapshot as a folder.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Mutex;

use rayon::prelude::*;

use super::copy::{copy_steadily, is_full, unreadable};
use crate::io::folder::{Folder, Recent};
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
    folder: &Folder,
    progress: &Progress,
) -> io::Result<(Vec<FileEntry>, Vec<Problem>)> {
    let (sources, targets) = (Recent::default(), Recent::default());
    let problems = Mutex::new(Vec::new());
    let note = |problem| {
        if let Ok(mut problems) = problems.lock() {
            problems.push(problem);
        }
    };
    let entries: io::Result<Vec<FileEntry>> = files
        .par_iter()
        .filter_map(|planned| {
            let to = Path::new(&planned.path);
            let name = to.file_name().unwrap_or_default();
            let parent = || {
                let path = to.parent().unwrap_or(Path::new(""));
                targets.folder(path, || folder.make(path, true))
            };
            let create = || {
                let parent = parent()?;
                match parent.create(name, 0o600) {
                    // A try before this one.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                        parent.remove(name)?;
                        parent.create(name, 0o600)
                    }
                    created => created,
                }
            };
            let copied = copy_steadily(planned, &sources, progress, |source| {
                let mut target = create()?;
                let measured =
                    stream::copy(source.file.take(source.size), &mut target, &|bytes| {
                        progress.add_bytes(bytes);
                    })?;
                if let Some(time) = source.modified {
                    target.set_modified(time)?;
                }
                target.flush_one()?;
                Ok(measured)
            });
            match copied {
                Ok(entry) => Some(Ok(entry)),
                Err(error) if is_full(&error) => Some(Err(error)),
                Err(error) => {
                    let _ = parent().and_then(|parent| parent.remove(name));
                    note(unreadable(planned, &error));
                    None
                }
            }
        })
        .collect();
    Ok((entries?, problems.into_inner().unwrap_or_default()))
}
