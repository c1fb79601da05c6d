//! Proving that a snapshot is what it was.

use rayon::prelude::*;

use super::manifest::{FileEntry, MANIFEST, Manifest, ManifestError, SUMS};
use super::progress::Progress;
use super::store::{Store, StoreError, StoreReader};
use crate::io::sealed::SealError;
use crate::io::stream;

/// Something that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Finding {
    /// The file in the snapshot.
    pub path: String,
    /// Which kind of damage: `damaged`, `missing`, `extra`, `inconsistent`.
    pub kind: &'static str,
    /// What is wrong with it.
    pub message: String,
}

impl Finding {
    fn new(path: &str, kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            kind,
            message: message.into(),
        }
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Verified {
    /// The manifest, if it can be read.
    pub manifest: Option<Manifest>,
    /// Everything that is wrong.
    pub findings: Vec<Finding>,
}

/// Compares every file in `store` with what the manifest says, and the manifest with its own hash.
///
/// # Errors
/// When the snapshot cannot be read at all.
pub fn verify(store: &Store, progress: &Progress) -> Result<Verified, StoreError> {
    let mut findings: Vec<Finding> = store
        .odd()
        .iter()
        .map(|name| {
            Finding::new(
                name,
                "extra",
                "it is no file; nothing else belongs into a snapshot",
            )
        })
        .collect();
    let manifest = match read_manifest(store, &mut findings)? {
        Some(manifest) => manifest,
        None => {
            return Ok(Verified {
                manifest: None,
                findings,
            });
        }
    };
    let known: std::collections::HashSet<&str> = manifest
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    for name in store.entries().keys() {
        if !known.contains(name.as_str()) && name != MANIFEST && name != SUMS {
            findings.push(Finding::new(name, "extra", "the manifest does not know it"));
        }
    }
    let (of_files, of_zip) = rayon::join(
        || -> Vec<Finding> {
            let files = manifest.files.par_iter();
            files
                .map_init(
                    || store.reader(),
                    |reader, file| check(store, reader, file, progress),
                )
                .flatten()
                .collect()
        },
        || store.zip_is_as_written(),
    );
    findings.extend(of_files);
    let changed = match of_zip {
        None | Some(Ok(true)) => None,
        Some(Ok(false)) => {
            Some("its bytes are not those that were written; was it packed anew?".to_owned())
        }
        Some(Err(error)) => Some(error.to_string()),
    };
    findings.extend(changed.map(|message| Finding::new(&store.name(), "damaged", message)));
    findings.sort();
    Ok(Verified {
        manifest: Some(manifest),
        findings,
    })
}

/// What is wrong with a zip in which so much is damaged that it cannot be opened; `None` for
/// errors that are about something else, such as a key that is missing.
#[must_use]
pub fn unopened(name: &str, error: &StoreError) -> Option<Verified> {
    let is_damage = matches!(
        error,
        StoreError::Zip(_)
            | StoreError::Entry { .. }
            | StoreError::NoManifest
            | StoreError::Sealed(SealError::Damaged(_))
    );
    is_damage.then(|| Verified {
        manifest: None,
        findings: vec![Finding::new(name, "damaged", error.to_string())],
    })
}

/// The manifest of a snapshot, if it and its hash are as they were.
///
/// # Errors
/// When it is not, or cannot be read.
pub fn manifest_of(store: &Store) -> Result<Manifest, StoreError> {
    let mut findings = Vec::new();
    let refuse = |finding: &Finding| StoreError::Entry {
        entry: finding.path.clone(),
        reason: finding.message.clone(),
    };
    match (read_manifest(store, &mut findings)?, findings.first()) {
        (Some(manifest), None) => Ok(manifest),
        (_, Some(finding)) => Err(refuse(finding)),
        (None, None) => Err(StoreError::NoManifest),
    }
}

fn read_manifest(
    store: &Store,
    findings: &mut Vec<Finding>,
) -> Result<Option<Manifest>, StoreError> {
    let bytes = match store.small(MANIFEST) {
        Ok(bytes) => bytes,
        Err(StoreError::NoManifest) => return Err(StoreError::NoManifest),
        Err(error) => {
            findings.push(Finding::new(MANIFEST, "damaged", error.to_string()));
            return Ok(None);
        }
    };
    let sums = store.small(SUMS);
    let hash = format!("{}  {MANIFEST}\n", stream::sha256(&bytes));
    let is_as_it_was = sums
        .as_ref()
        .is_ok_and(|sums| sums.ends_with(hash.as_bytes()));
    let manifest = match Manifest::parse(&bytes) {
        Ok(manifest) => manifest,
        Err(error @ ManifestError::Schema(_)) if is_as_it_was => {
            return Err(StoreError::Entry {
                entry: MANIFEST.to_owned(),
                reason: error.to_string(),
            });
        }
        Err(error) => {
            findings.push(Finding::new(MANIFEST, "damaged", error.to_string()));
            return Ok(None);
        }
    };
    match sums {
        Ok(sums) if sums == manifest.sums(&bytes).as_bytes() => {}
        Ok(_) if is_as_it_was => findings.push(Finding::new(
            SUMS,
            "damaged",
            "its hashes are not those of the manifest",
        )),
        Ok(_) => findings.push(Finding::new(
            MANIFEST,
            "damaged",
            format!("it or {SUMS} was changed: its hash is another one"),
        )),
        Err(StoreError::NoManifest) => findings.push(Finding::new(
            SUMS,
            "missing",
            "it is gone, and with it the hash of the manifest",
        )),
        Err(error) => findings.push(Finding::new(SUMS, "damaged", error.to_string())),
    }
    Ok(Some(manifest))
}

/// Compares one file with its entry.
pub(super) fn check(
    store: &Store,
    reader: &mut StoreReader<'_>,
    file: &FileEntry,
    progress: &Progress,
) -> Option<Finding> {
    let finding = compare(store, reader, file, progress);
    progress.add_file();
    finding
}

fn compare(
    store: &Store,
    reader: &mut StoreReader<'_>,
    file: &FileEntry,
    progress: &Progress,
) -> Option<Finding> {
    let path = file.path.as_str();
    let Some(size) = store.entries().get(path) else {
        return Some(Finding::new(path, "missing", "it is gone"));
    };
    if *size != file.size {
        let message = format!("it has {size} bytes instead of {}", file.size);
        return Some(Finding::new(path, "damaged", message));
    }
    let measured = reader.read(path, file.size, |reader| {
        stream::copy(reader, std::io::sink(), &|bytes| progress.add_bytes(bytes))
    });
    match measured {
        Ok(measured) if measured.size == file.size && measured.sha256 == file.sha256 => {
            let message = "it kept changing while it was copied";
            file.inconsistent
                .then(|| Finding::new(path, "inconsistent", message))
        }
        Ok(_) => Some(Finding::new(
            path,
            "damaged",
            "its content is not what it was",
        )),
        Err(error) => Some(Finding::new(path, "damaged", error.to_string())),
    }
}
