//! An installation below a folder that stands for its drive.

use super::{
    Form, Found, Installation, OneFile, folder_name, is_configuration, kind_of, owns_its_folder,
};
use crate::error::Failure;
use crate::error::Failures;
use crate::io::walk;
use crate::io::walk::Selection;
use crate::io::windows_path::Drives;
use crate::io::windows_path::WindowsPath;
use crate::lint::tree::Disk;
use crate::pack::Rules;
use crate::pack::places::FileKind;
use crate::pack::rules::ComponentId;
use crate::snapshot::find;
use crate::snapshot::find::Request;
use crate::snapshot::manifest::ComponentEntry;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// The installation on a drive; `None` if no component is in any of its usual places.
pub(super) fn of_drive(
    path: &Path,
    letter: char,
    rules: &Rules,
) -> Option<Result<Installation, Failures>> {
    let drives = Drives::below(path, letter);
    let nothing = Selection::default();
    let plan = find::find(&Request {
        drives: &drives,
        rules,
        components: &[],
        iis: None,
        registry: None,
        include: None,
        with_pages: false,
        installers: find::Installers::Nothing,
        exclude: &nothing,
    });
    if plan.components.is_empty() {
        return None;
    }
    let mut failures: Failures = plan.problems.into_iter().map(Failure::from).collect();
    let mut components = Vec::new();
    let mut folders = Vec::new();
    for entry in &plan.components {
        let found = drive_component(entry, &drives, rules, &mut failures);
        if let Some(found) = found {
            if owns_its_folder(rules, &found.id) {
                folders.push(found.folder.clone());
            }
            components.push(found);
        }
    }
    let others = files_of_sites(&drives, &folders, &mut failures);
    Some(Ok(Installation {
        name: folder_name(path),
        is_named: false,
        path: path.to_owned(),
        form: Form::Drive,
        sha256: None,
        tree: Arc::new(Disk::default()),
        components,
        shipped: Vec::new(),
        others,
        notes: plan.warnings,
        failures,
    }))
}

pub(super) fn drive_component(
    entry: &ComponentEntry,
    drives: &Drives,
    rules: &Rules,
    failures: &mut Failures,
) -> Option<Found> {
    let place = WindowsPath::parse(&entry.folder).ok()?;
    let folder = drives.find(&place).ok()??;
    let listed = match owns_its_folder(rules, &entry.id) {
        true => listed(&folder, failures),
        false => named(&folder, rules, &entry.id),
    };
    let mut files = Vec::new();
    let mut configuration = None;
    for (path, below) in listed {
        let one = OneFile {
            kind: kind_of(rules, &entry.id, &below),
            place: drives.show(&path).ok(),
            path,
            below,
        };
        match is_configuration(rules, &entry.id, &one.below) && configuration.is_none() {
            true => configuration = Some(one),
            false => files.push(one),
        }
    }
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

/// The files below a folder, with their paths below it.
pub(super) fn listed(folder: &Path, failures: &mut Failures) -> Vec<(PathBuf, String)> {
    let walked = walk::files(&[folder.to_owned()], &Selection::default());
    failures.extend(walked.errors.into_iter().map(Failure::from));
    let files = walked.files.into_iter().map(|found| {
        let below = found.path.strip_prefix(folder).unwrap_or(&found.path);
        let below = below.to_string_lossy().replace('\\', "/");
        (found.path, below)
    });
    files.collect()
}

/// The configuration of a component that shares its folder with others.
pub(super) fn named(folder: &Path, rules: &Rules, id: &ComponentId) -> Vec<(PathBuf, String)> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| kind_of(rules, id, name) == Some(FileKind::Configuration))
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|name| (folder.join(&name), name))
        .collect()
}

/// Texts in the folders of web sites that are of no component: other applications may call the product.
pub(super) fn files_of_sites(
    drives: &Drives,
    taken: &[PathBuf],
    failures: &mut Failures,
) -> Vec<OneFile> {
    let sites = WindowsPath::parse(&format!("{}:\\inetpub\\wwwroot", drives.system()));
    let folder = sites
        .ok()
        .and_then(|path| drives.find(&path).ok().flatten());
    let Some(folder) = folder.filter(|folder| folder.is_dir()) else {
        return Vec::new();
    };
    let own = |path: &Path| taken.iter().any(|folder| path.starts_with(folder));
    (listed(&folder, failures).into_iter())
        .filter(|(path, _)| !own(path) && crate::rewrite::plan::is_known_text(path))
        .map(|(path, below)| OneFile {
            place: drives.show(&path).ok(),
            kind: None,
            path,
            below,
        })
        .collect()
}
