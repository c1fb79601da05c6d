//! Copying one file until it did not change meanwhile.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;

use crate::io::folder::{self, Recent, Stamp};
use crate::io::fresh::{attributes_of, mode_of};
use crate::io::stream;
use crate::snapshot::Problem;
use crate::snapshot::find::Planned;
use crate::snapshot::manifest::FileEntry;
use crate::snapshot::progress::Progress;

/// How often a file that changes is copied.
const TRIES: usize = 3;

/// Whether it is the place of the snapshot that failed: no other file would do better.
pub(super) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    matches!(
        error.kind(),
        StorageFull | QuotaExceeded | FileTooLarge | ReadOnlyFilesystem
    )
}

/// Copies until the file did not change meanwhile. `copy` reads no more than the
/// file had when it was opened: one that grows all the time would never end.
pub(super) fn copy_steadily(
    planned: &Planned,
    sources: &Recent,
    progress: &Progress,
    mut copy: impl FnMut(&Source<'_>) -> io::Result<stream::Measured>,
) -> io::Result<FileEntry> {
    if let Some(bytes) = &planned.held {
        return copy_held(planned, bytes, progress, copy);
    }
    let name = planned.place.name();
    let name = Path::new(&name);
    let path = planned.place.path();
    let folder = sources.folder(path.parent().unwrap_or(&path), || planned.place.folder())?;
    let mut tries = 0;
    loop {
        tries += 1;
        let source = folder.read(name)?;
        let before = source.metadata()?;
        let measured = copy(&Source {
            file: &source,
            size: before.len(),
            modified: before.modified().ok(),
        })?;
        let after = folder.look(name)?.ok_or(io::ErrorKind::NotFound)?;
        let modified = before.modified().ok();
        let steady =
            measured.size == before.len() && after.is_unchanged(&Stamp::of_metadata(&before));
        if steady || tries == TRIES {
            progress.add_file();
            let modified = modified.and_then(|time| Timestamp::try_from(time).ok());
            return Ok(FileEntry {
                path: planned.path.clone(),
                source: planned.source.clone(),
                component: planned.component.clone(),
                kind: planned.kind,
                taken_by: planned.taken_by.clone(),
                size: measured.size,
                sha256: measured.sha256,
                modified: modified.map(|time| time.to_string()),
                mode: mode_of(&before).map(|mode| format!("{mode:04o}")),
                attributes: attributes_of(&before),
                inconsistent: !steady,
            });
        }
        progress.take_back(measured.size);
    }
}

/// A file that is being copied.
pub(super) struct Source<'f> {
    pub(super) file: &'f File,
    /// Its size when it was opened.
    pub(super) size: u64,
    /// When it was last changed, where that means anything.
    pub(super) modified: Option<SystemTime>,
}

/// Copies what was read out of another file; nobody can change it meanwhile.
fn copy_held(
    planned: &Planned,
    bytes: &[u8],
    progress: &Progress,
    mut copy: impl FnMut(&Source<'_>) -> io::Result<stream::Measured>,
) -> io::Result<FileEntry> {
    let mut file = tempfile::tempfile()?;
    file.write_all(bytes)?;
    file.rewind()?;
    let measured = copy(&Source {
        file: &file,
        size: bytes.len() as u64,
        modified: None,
    })?;
    progress.add_file();
    Ok(FileEntry {
        path: planned.path.clone(),
        source: None,
        component: planned.component.clone(),
        kind: planned.kind,
        taken_by: planned.taken_by.clone(),
        size: measured.size,
        sha256: measured.sha256,
        modified: None,
        mode: None,
        attributes: None,
        inconsistent: false,
    })
}

/// What to say of a file that kept changing.
pub(super) fn inconsistent(entry: &FileEntry) -> Problem {
    Problem::new(
        entry.source.as_ref().unwrap_or(&entry.path),
        "it changed each time while it was copied, so the copy may be half old and half new",
        "Stop the service that writes it, then make the snapshot again.",
    )
}

/// What to say of a file that was not copied.
pub(super) fn unreadable(planned: &Planned, error: &io::Error) -> Problem {
    let help = match folder::is_link(error) {
        true => {
            "Links that somebody puts there during the run are not followed. Find out who does, then run again."
        }
        false => {
            "Run as an administrator and stop the service that holds it, then make the snapshot again."
        }
    };
    let why = match folder::is_link(error) {
        true => "a link came to be where it was found".to_owned(),
        false => error.to_string(),
    };
    let message = format!("it is not in the snapshot: {why}");
    Problem::new(planned.from.display(), message, help)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::{TRIES, copy_steadily};
    use crate::io::folder::Recent;
    use crate::io::place::Place;
    use crate::io::stream;
    use crate::pack::places::FileKind;
    use crate::pack::rules::ComponentId;
    use crate::snapshot::find::Planned;
    use crate::snapshot::progress::Progress;

    #[test]
    fn a_file_that_changes_is_copied_again_and_then_marked() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("a");
        let planned = Planned {
            from: from.clone(),
            place: Place::named(&from).unwrap(),
            held: None,
            path: "files/a".to_owned(),
            source: None,
            component: ComponentId::known("a"),
            kind: FileKind::Data,
            taken_by: "x".to_owned(),
            size: 1,
        };
        for (changes, tries, inconsistent) in [(0, 1, false), (1, 2, false), (9, TRIES, true)] {
            fs::write(&from, "x").unwrap();
            let mut count = 0;
            let entry = copy_steadily(
                &planned,
                &Recent::default(),
                &Progress::default(),
                |source| {
                    count += 1;
                    let measured = stream::measure(source.file)?;
                    if count <= changes {
                        fs::write(&from, "y".repeat(count + 1))?;
                    }
                    Ok(measured)
                },
            )
            .unwrap();
            assert_eq!((count, entry.inconsistent), (tries, inconsistent));
        }
    }
}
