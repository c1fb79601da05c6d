//! Installers that lie in the folder of a component, and the configuration that they ship.
//!
//! It is what a later merge takes for its base. The installers themselves are large and are taken on request only.

use std::path::Path;

use super::{Finder, Installers, Planned, SHIPPED};
use crate::installer::shipped::is_configuration;
use crate::installer::{Installer, InstallerError, ShippedFile};
use crate::io::place::Place;
use crate::io::windows_path::{check_relative, fold};
use crate::pack::places::{ExpectedFile, FileKind, KeptInstaller};
use crate::pack::rules::ComponentId;
use crate::snapshot::manifest::{InstallerEntry, ProductEntry};
use crate::snapshot::plain;

/// So many files are taken out of one installer, and none that is larger.
const MAX_FILES: usize = 64;
const MAX_SIZE: u64 = 4 << 20;

impl Finder<'_, '_> {
    /// Notes the file at `path`, which is `below` the folder of the component `id`, if it is an installer.
    pub(super) fn offer_installer(&mut self, id: &ComponentId, path: &Path, below: &str) {
        let is_wanted = self.request.exclude.takes(Path::new(below));
        if self.request.installers == Installers::Nothing || !is_wanted {
            return;
        }
        let rules = self.request.rules;
        let mut rows = rules.installers.iter().filter(|row| row.kept_in == *id);
        let Some(row) = rows.find(|row| row.takes(below)) else {
            return;
        };
        let (Ok(place), Ok(source)) = (self.place(path, false), self.request.drives.show(path))
        else {
            return self.warn(format!("{} could not be looked into", path.display()));
        };
        let mut entry = InstallerEntry {
            source: source.to_string(),
            component: row.component.clone(),
            found_by: row.provenance.id.to_string(),
            size: path.metadata().map_or(0, |metadata| metadata.len()),
            sha256: None,
            product: None,
            shipped: Vec::new(),
            problem: None,
        };
        match Installer::open_place(&place, path) {
            Ok(installer) => self.take_shipped(row, &installer, &place, &mut entry),
            Err(error) => self.unread(&mut entry, &error),
        }
        if self.request.installers == Installers::Whole {
            self.take(
                &row.component,
                path,
                FileKind::Installer,
                row.provenance.id.as_str(),
            );
        }
        self.plan.installers.push(entry);
    }

    /// What the installer is called in the snapshot: a server may have one of this name of each version.
    fn name_of(&self, row: &KeptInstaller, place: &Place) -> String {
        let name = place.name().to_string_lossy().into_owned();
        let is_same = |other: &&InstallerEntry| {
            let last = other.source.rsplit('\\').next().unwrap_or_default();
            other.component == row.component && fold(last) == fold(&name)
        };
        match self.plan.installers.iter().filter(is_same).count() {
            0 => name,
            before => format!("{name}.{}", before + 1),
        }
    }

    fn unread(&mut self, entry: &mut InstallerEntry, error: &InstallerError) {
        let mut problem = error.to_string();
        plain(&mut problem);
        self.warn(format!("{}: {problem}", entry.source));
        entry.problem.get_or_insert(problem);
    }

    /// Takes the configuration files out of the installer.
    fn take_shipped(
        &mut self,
        row: &KeptInstaller,
        installer: &Installer,
        place: &Place,
        entry: &mut InstallerEntry,
    ) {
        let product = installer.product();
        entry.size = installer.size();
        entry.sha256 = Some(installer.sha256().to_owned());
        entry.product = Some(ProductEntry {
            name: product.name.clone(),
            version: product.version.clone(),
            code: product.code.clone(),
        });
        let rules = self.request.rules;
        let is_named = |file: &ShippedFile| {
            let mut rows = rules.files.iter();
            let is_own =
                |row: &ExpectedFile| row.kind == FileKind::Configuration && row.takes(file.name());
            rows.any(|other| other.component == row.component && is_own(other))
        };
        let wanted = installer.files().iter().filter(|file| {
            file.size <= MAX_SIZE && (is_named(file) || is_configuration(file.name()))
        });
        let mut wanted: Vec<&ShippedFile> = wanted.collect();
        if wanted.len() > MAX_FILES {
            wanted.sort_by_key(|file| !is_named(file));
            wanted.truncate(MAX_FILES);
            self.warn(format!(
                "{}: of its configuration files {MAX_FILES} were taken",
                entry.source
            ));
        }
        let name = self.name_of(row, place);
        for file in wanted {
            let inside = file.path.replace(':', "").replace('\\', "/");
            let path = format!("{SHIPPED}{}/{name}/{inside}", row.component);
            if check_relative(&path).is_err() || !self.paths.insert(fold(&path)) {
                self.warn(format!("{}: `{}` was not taken", entry.source, file.path));
                continue;
            }
            let bytes = match installer.read(file) {
                Ok(bytes) => bytes,
                Err(error) => {
                    self.unread(entry, &error);
                    continue;
                }
            };
            entry.shipped.push(path.clone());
            self.plan.files.push(Planned {
                from: installer.label(file).into(),
                place: place.clone(),
                path,
                source: None,
                component: row.component.clone(),
                kind: FileKind::Shipped,
                taken_by: row.provenance.id.to_string(),
                size: bytes.len() as u64,
                held: Some(bytes),
            });
        }
    }
}
