//! A folder: one that stands for a drive, or one with the folders of components in it.

use super::drive::{listed, of_drive};
use super::{
    Form, Found, Installation, OneFile, document_of, folder_name, is_configuration, kind_of,
    owns_its_folder,
};
use crate::error::Failure;
use crate::error::Failures;
use crate::io::read;
use crate::lint::tree::Disk;
use crate::pack::Rules;
use crate::pack::places::FileKind;
use std::path::Path;
use std::sync::Arc;

pub(super) fn of_folder(path: &Path, rules: &Rules) -> Result<Installation, Failures> {
    if let Some(found) = of_drive(path, 'C', rules) {
        return found;
    }
    // A folder for each drive.
    for letter in 'a'..='z' {
        for name in [letter.to_string(), letter.to_ascii_uppercase().to_string()] {
            let below = path.join(&name);
            if let Some(found) = below
                .is_dir()
                .then(|| of_drive(&below, letter, rules))
                .flatten()
            {
                let mut found = found?;
                found.path = path.to_owned();
                found.name = folder_name(path);
                return Ok(found);
            }
        }
    }
    of_component_folders(path, rules)
}

pub(super) fn of_component_folders(path: &Path, rules: &Rules) -> Result<Installation, Failures> {
    let mut failures = Failures::new();
    let all = listed(path, &mut failures);
    let mut components: Vec<Found> = Vec::new();
    for (file, _) in &all {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let may_be = (rules.components.iter())
            .any(|component| is_configuration(rules, &component.provenance.id, &name));
        if !may_be {
            continue;
        }
        let Some(bytes) = failures.keep(read::read_file(file).map_err(Failure::from)) else {
            continue;
        };
        let label = file.display().to_string();
        let Some(document) = failures.keep(document_of(&label, &bytes)) else {
            continue;
        };
        let Some(component) = rules.component_of(&document) else {
            continue;
        };
        let id = &component.provenance.id;
        if !is_configuration(rules, id, &name) {
            continue;
        }
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        components.push(Found {
            id: id.clone(),
            title: component.provenance.summary.clone(),
            configuration: Some(OneFile {
                path: file.clone(),
                below: name.into_owned(),
                place: None,
                kind: Some(FileKind::Configuration),
            }),
            folder,
            place: None,
            virtual_directory: None,
            site: None,
            files: Vec::new(),
        });
    }
    let mut others = Vec::new();
    for (file, below) in all {
        if components.iter().any(|found| {
            found
                .configuration
                .as_ref()
                .is_some_and(|own| own.path == file)
        }) {
            continue;
        }
        // The nearest folder counts.
        let owner = (components.iter_mut())
            .filter(|found| owns_its_folder(rules, &found.id) && file.starts_with(&found.folder))
            .max_by_key(|found| found.folder.components().count());
        match owner {
            Some(found) => {
                let inner = file.strip_prefix(&found.folder).unwrap_or(&file);
                let inner = inner.to_string_lossy().replace('\\', "/");
                found.files.push(OneFile {
                    kind: kind_of(rules, &found.id, &inner),
                    path: file,
                    below: inner,
                    place: None,
                });
            }
            None => others.push(OneFile {
                path: file,
                below,
                place: None,
                kind: None,
            }),
        }
    }
    if components.is_empty() {
        failures.push(
            Failure::new("no component that a rule pack knows was found in it")
                .in_file(path.display())
                .help("Components are recognised by their configuration files, wherever they are below the folder. Give the folder that holds theirs, or the server's drive; `conferry rules list` shows the packs."),
        );
        return Err(failures);
    }
    Ok(Installation {
        name: folder_name(path),
        is_named: false,
        path: path.to_owned(),
        form: Form::Folder,
        sha256: None,
        tree: Arc::new(Disk::default()),
        components,
        shipped: Vec::new(),
        others,
        notes: Vec::new(),
        failures,
    })
}
