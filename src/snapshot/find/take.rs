//! Which files of the components that were found are taken.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use super::{Finder, Planned, WINDOWS};
use crate::config::sidecars::Sidecar;
use crate::io::folder::is_temporary;
use crate::io::place::Place;
use crate::io::places::NoPlace;
use crate::io::read;
use crate::io::windows_path::{WindowsPath, check_name, fold};
use crate::pack::places::{ExpectedFile, FileKind, Need};
use crate::pack::rules::ComponentId;
use crate::snapshot::Problem;
use crate::xml::Document;

impl Finder<'_, '_> {
    pub(super) fn take_files(&mut self) {
        let folders: Vec<PathBuf> = self
            .places
            .iter()
            .map(|place| place.canonical.clone())
            .collect();
        for at in 0..self.places.len() {
            let place = &self.places[at];
            let (id, folder) = (place.entry.id.clone(), place.folder.clone());
            let (own, shown) = (place.canonical.clone(), place.shown.clone());
            let walk = walkdir::WalkDir::new(&folder)
                .sort_by_file_name()
                .into_iter();
            let inner = |path: &Path| {
                let canonical = path.canonicalize().unwrap_or_default();
                canonical != own && folders.contains(&canonical)
            };
            let walk = walk.filter_entry(|entry| {
                let is_left_behind = entry.depth() > 0 && is_temporary(entry.file_name());
                !(is_left_behind || entry.file_type().is_dir() && inner(entry.path()))
            });
            for entry in walk {
                match entry {
                    Ok(entry) if entry.file_type().is_file() => {
                        self.offer(&id, &folder, entry.path());
                    }
                    Ok(entry) if entry.file_type().is_symlink() => {
                        let path = entry.path().display();
                        self.warn(format!("{path} is a link and was not followed"));
                    }
                    Ok(entry) if entry.file_type().is_dir() => {}
                    Ok(entry) => {
                        let path = entry.path().display();
                        let warning = format!("{path} is neither a file nor a folder");
                        self.warn(format!("{warning} and was not taken"));
                    }
                    Err(error) => {
                        let path = error.path().unwrap_or(&folder).display().to_string();
                        let why = error.io_error().map(|error| format!(": {error}"));
                        let message = format!("it cannot be read{}", why.unwrap_or_default());
                        let help = "Run as a user who may read it; the rest was taken.";
                        self.plan.problems.push(Problem::new(path, message, help));
                    }
                }
            }
            self.expect(&id, &shown);
        }
    }

    /// Notes expected files that are not there.
    fn expect(&mut self, id: &ComponentId, shown: &WindowsPath) {
        let rules = self.request.rules;
        let rows = (rules.files.iter())
            .filter(|file| file.component == *id && file.need == Need::Expected);
        for row in rows {
            let rule = &row.provenance.id;
            if !self
                .plan
                .files
                .iter()
                .any(|file| *rule == file.taken_by.as_str())
            {
                self.miss(id, &row.paths.join(", "), vec![shown.to_string()]);
            }
        }
    }

    /// Takes the file if a row or the user wants it.
    fn offer(&mut self, id: &ComponentId, folder: &Path, path: &Path) {
        let below = path.strip_prefix(folder).unwrap_or(path);
        let text = below.to_string_lossy().replace('\\', "/");
        self.offer_installer(id, path, &text);
        let asked = self
            .request
            .include
            .is_some_and(|include| include.takes(below));
        let rules = self.request.rules;
        let mut rows = rules.files.iter().filter(|file| file.component == *id);
        let row = rows.find(|row| row.takes(&text));
        let on_request = |row: &&ExpectedFile| {
            row.need == Need::OnRequest && !(row.kind == FileKind::Page && self.request.with_pages)
        };
        let (kind, taken_by) = match row {
            Some(row) if !on_request(&row) => (row.kind, row.provenance.id.to_string()),
            Some(row) if asked => (row.kind, row.provenance.id.to_string()),
            None if asked => (FileKind::Other, "--include".to_owned()),
            _ => return,
        };
        if !self.request.exclude.takes(below) {
            return;
        }
        self.take(id, path, kind, &taken_by);
        if kind == FileKind::Configuration {
            self.take_sidecars(id, folder, path);
        }
    }

    /// Takes what the configuration at `path` points at, and what that points at.
    fn take_sidecars(&mut self, id: &ComponentId, folder: &Path, path: &Path) {
        let (mut waiting, mut seen) = (vec![path.to_owned()], HashSet::new());
        while let Some(path) = waiting.pop() {
            if !seen.insert(path.clone()) {
                continue;
            }
            let bytes = read::read_file(&path).ok();
            let Some(document) = bytes.and_then(|bytes| Document::from_bytes(&bytes).ok()) else {
                self.warn(format!(
                    "{} is not well-formed; files that it points at were not looked for",
                    path.display()
                ));
                continue;
            };
            for sidecar in crate::config::sidecars::sidecars(&document) {
                waiting.extend(self.take_sidecar(id, folder, &path, &sidecar));
            }
        }
    }

    /// Takes the sidecar, and says where it is.
    fn take_sidecar(
        &mut self,
        id: &ComponentId,
        folder: &Path,
        path: &Path,
        sidecar: &Sidecar,
    ) -> Option<PathBuf> {
        let name = &sidecar.path;
        let drives = self.request.drives;
        let own = drives.show(path.parent()?).ok()?;
        let full = match own.join(name) {
            Ok(full) => full,
            Err(problem) => {
                let path = path.display();
                self.warn(format!(
                    "{path} points at `{name}`, which was not taken: {problem}"
                ));
                return None;
            }
        };
        let found = drives
            .find(&full)
            .map(|found| found.filter(|path| path.is_file()));
        match found {
            Ok(Some(found)) => {
                let below = found.strip_prefix(folder).unwrap_or(&found);
                let wanted = self.request.exclude.takes(below);
                if wanted {
                    self.take(id, &found, FileKind::Sidecar, sidecar.attribute);
                }
                wanted.then_some(found)
            }
            Ok(None) => {
                self.miss(id, name, vec![full.to_string()]);
                None
            }
            Err(problem) => {
                let path = path.display();
                self.warn(format!(
                    "{path} points at `{name}`, which was not taken: {problem}"
                ));
                None
            }
        }
    }

    /// What was read to find things; `is_named` if the user said where it is.
    pub(super) fn take_evidence(&mut self, path: &Path, is_named: bool) {
        if path.is_file() {
            let rule = "read to find components";
            self.take_from(&WINDOWS, path, FileKind::Evidence, rule, is_named);
        }
    }

    pub(super) fn take(
        &mut self,
        component: &ComponentId,
        path: &Path,
        kind: FileKind,
        taken_by: &str,
    ) {
        self.take_from(component, path, kind, taken_by, false);
    }

    /// Where the file is, to be copied from there whatever is put in its way later.
    pub(super) fn place(&self, path: &Path, is_named: bool) -> Result<Place, NoPlace> {
        if is_named {
            return Ok(Place::named(path)?);
        }
        match &self.drive_places {
            Ok(places) => places.place(path),
            Err(error) => Err(io::Error::from(error.kind()).into()),
        }
    }

    fn take_from(
        &mut self,
        component: &ComponentId,
        path: &Path,
        kind: FileKind,
        taken_by: &str,
        is_named: bool,
    ) {
        let place = match self.place(path, is_named) {
            Ok(place) => place,
            Err(why) => {
                let message = format!("it is not in the snapshot: {why}");
                let help = "See what is there now, then run again; the rest was taken.";
                let problem = Problem::new(path.display(), message, help);
                return self.plan.problems.push(problem);
            }
        };
        let canonical = place.path();
        if !self.taken.insert(canonical.clone()) {
            return;
        }
        let shown = self
            .request
            .drives
            .show(path)
            .or_else(|problem| self.request.drives.show(&canonical).map_err(|_| problem));
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let shown = match (shown, check_name(&name)) {
            // Evidence from elsewhere keeps nothing but its name.
            (Err(_), Ok(())) if kind == FileKind::Evidence => Ok(None),
            (Err(_), Err(problem)) if kind == FileKind::Evidence => Err(problem),
            (shown, _) => shown.map(Some),
        };
        let (inside, source) = match shown {
            Ok(Some(shown)) => (
                format!("{}/{}", shown.letter(), shown.names().join("/")),
                Some(shown.to_string()),
            ),
            Ok(None) => (name.into_owned(), None),
            Err(problem) => {
                let help = "Rename it, then run again; the rest was taken.";
                let problem = Problem::new(path.display(), problem, help);
                return self.plan.problems.push(problem);
            }
        };
        let inside = format!("files/{component}/{inside}");
        if !self.paths.insert(fold(&inside)) {
            let message =
                "another file has this name in another case, and Windows can have only one";
            let help = "Rename one of them, then run again; the other one was taken.";
            let problem = Problem::new(path.display(), message, help);
            return self.plan.problems.push(problem);
        }
        self.plan.files.push(Planned {
            from: path.to_owned(),
            place,
            held: None,
            path: inside,
            source,
            component: component.to_owned(),
            kind,
            taken_by: taken_by.to_owned(),
            size: path.metadata().map_or(0, |metadata| metadata.len()),
        });
    }
}
