//! An installation as a snapshot holds it.

use super::{Form, Found, Installation, OneFile, is_configuration};
use crate::error::Failure;
use crate::error::Failures;
use crate::io::sealed::Keys;
use crate::io::stream;
use crate::io::windows_path::WindowsPath;
use crate::lint::tree::Snapshot;
use crate::pack::Rules;
use crate::pack::places::FileKind;
use crate::snapshot::manifest::ComponentEntry;
use crate::snapshot::manifest::MANIFEST;
use crate::snapshot::manifest::Manifest;
use crate::snapshot::progress::Progress;
use crate::snapshot::store::Store;
use crate::snapshot::unusable;
use crate::snapshot::verify;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

pub(super) fn of_snapshot(
    path: &Path,
    rules: &Rules,
    keys: &Keys,
) -> Result<Installation, Failures> {
    let unusable = |error| Failures::from(unusable(path, &error));
    let store = Store::open(path, keys).map_err(unusable)?;
    let verified = verify::verify(&store, &Progress::default()).map_err(unusable)?;
    let damaged = (verified.findings.iter()).map(|finding| {
        Failure::new(format!("the snapshot is not as it was made: {}", finding.message))
            .in_file(format!("{}!{}", path.display(), finding.path))
            .help("Nothing was written. Use another copy of this snapshot; `conferry snapshot verify` says what is wrong with it.")
    });
    let damaged: Failures = damaged.collect();
    let Some(manifest) = damaged.or(verified.manifest)? else {
        return Err(unusable(crate::snapshot::store::StoreError::NoManifest));
    };
    let sha256 = store
        .small(MANIFEST)
        .ok()
        .map(|bytes| stream::sha256(&bytes));
    let mut notes = manifest.warnings.clone();
    notes.extend(manifest.problems.iter().map(|problem| {
        format!(
            "{} is not in the snapshot: {}",
            problem.file, problem.message
        )
    }));
    let components = (manifest.components.iter())
        .filter_map(|entry| component_in_snapshot(entry, &manifest, rules))
        .collect();
    Ok(Installation {
        name: manifest.host.clone(),
        is_named: false,
        path: path.to_owned(),
        form: Form::Snapshot,
        sha256,
        tree: Arc::new(Snapshot::new(store)),
        components,
        shipped: shipped_in_snapshot(&manifest),
        others: Vec::new(),
        notes,
        failures: Failures::new(),
    })
}

/// The configurations that were taken out of installers.
pub(super) fn shipped_in_snapshot(manifest: &Manifest) -> Vec<Found> {
    let mut all = Vec::new();
    for installer in &manifest.installers {
        for path in &installer.shipped {
            let path = PathBuf::from(path);
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            all.push(Found {
                id: installer.component.clone(),
                title: installer.source.clone(),
                folder: path.parent().unwrap_or(Path::new("")).to_owned(),
                place: None,
                virtual_directory: None,
                site: None,
                configuration: Some(OneFile {
                    below: name.into_owned(),
                    place: None,
                    kind: Some(FileKind::Configuration),
                    path,
                }),
                files: Vec::new(),
            });
        }
    }
    all
}

pub(super) fn component_in_snapshot(
    entry: &ComponentEntry,
    manifest: &Manifest,
    rules: &Rules,
) -> Option<Found> {
    let place = WindowsPath::parse(&entry.folder).ok()?;
    let names = place.names().join("/");
    let folder = format!("files/{}/{}/{names}", entry.id, place.letter());
    let begin = format!("{}\\", place.folded().trim_end_matches('\\'));
    let mut files = Vec::new();
    let mut configuration = None;
    for file in &manifest.files {
        let source = file
            .source
            .as_deref()
            .and_then(|s| WindowsPath::parse(s).ok());
        let Some(source) = source
            .filter(|source| file.component == entry.id && source.folded().starts_with(&begin))
        else {
            continue;
        };
        let below = source.names()[place.names().len()..].join("/");
        let one = OneFile {
            path: PathBuf::from(&file.path),
            kind: Some(file.kind).filter(|kind| *kind != FileKind::Other),
            place: Some(source),
            below,
        };
        match file.kind == FileKind::Configuration && is_configuration(rules, &entry.id, &one.below)
        {
            true if configuration.is_none() => configuration = Some(one),
            _ => files.push(one),
        }
    }
    // The folder as the paths of the snapshot spell it.
    let folder = configuration
        .as_ref()
        .and_then(|file| file.path.parent().map(Path::to_owned))
        .unwrap_or_else(|| PathBuf::from(folder));
    Some(Found {
        id: entry.id.clone(),
        title: entry.title.clone(),
        folder,
        place: Some(place),
        virtual_directory: entry.virtual_directory.clone(),
        site: entry.site.clone(),
        configuration,
        files,
    })
}
