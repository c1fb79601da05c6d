//! Finding what must survive: components, their folders, their files.
//!
//! A folder belongs to a component when IIS, the registry, a documented place
//! or a look into every folder leads to it, *and* its required files are there,
//! *and* its configuration says what it is. A documented place whose
//! configuration says nothing is taken with a warning: to lose it would be worse.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use super::Problem;
use super::manifest::{ComponentEntry, MissingEntry};
use crate::config::application_host::{ApplicationHost, expand};
use crate::config::registry::Registry;
use crate::io::read;
use crate::io::walk::Selection;
use crate::io::windows_path::{Drives, WindowsPath};
use crate::pack::Rules;
use crate::pack::places::{FileKind, Need};
use crate::pack::rules::Component;
use crate::xml::Document;

/// The component of what was read to find things.
pub const WINDOWS: &str = "windows";
const HOST_FILE: &str = r"System32\inetsrv\config\applicationHost.config";
const FIX_FILE: &str = "Check the file. The other ways of finding things are used all the same.";

/// What to look for, and where.
pub struct Request<'a> {
    /// The drives of the server.
    pub drives: &'a Drives,
    /// What the packs know.
    pub rules: &'a Rules,
    /// Only these components; all if empty.
    pub components: &'a [String],
    /// `applicationHost.config`, if not where Windows has it.
    pub iis: Option<&'a Path>,
    /// An export of the registry.
    pub registry: Option<&'a Path>,
    /// Further files to take.
    pub include: Option<&'a Selection>,
    /// Files to leave out.
    pub exclude: &'a Selection,
}

/// A file that is to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Where it is.
    pub from: PathBuf,
    /// Where it goes in the snapshot.
    pub path: String,
    /// Where it is, as Windows shows it.
    pub source: Option<String>,
    /// Component.
    pub component: String,
    /// What kind of file.
    pub kind: FileKind,
    /// What asked for it.
    pub taken_by: String,
    /// Bytes, when it was found.
    pub size: u64,
}

/// Everything that was found.
#[derive(Debug, Default)]
pub struct Plan {
    /// Components and where they are.
    pub components: Vec<ComponentEntry>,
    /// Files, by path.
    pub files: Vec<Planned>,
    /// What was looked for in vain.
    pub missing: Vec<MissingEntry>,
    /// What people should know.
    pub warnings: Vec<String>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// Looks for everything.
#[must_use]
pub fn find(request: &Request<'_>) -> Plan {
    let mut finder = Finder {
        request,
        plan: Plan::default(),
        places: Vec::new(),
        looked: BTreeMap::new(),
        taken: HashSet::new(),
    };
    finder.ask_iis();
    finder.ask_registry();
    finder.ask_locations();
    finder.take_files();
    finder.note_missing();
    let mut plan = finder.plan;
    plan.files.sort_by(|a, b| a.path.cmp(&b.path));
    plan
}

/// A component in a folder.
struct Place {
    entry: ComponentEntry,
    folder: PathBuf,
    canonical: PathBuf,
    shown: WindowsPath,
}

/// A folder that may be a component's.
#[derive(Clone, Default)]
struct Candidate {
    how: String,
    site: Option<(String, String, String, Option<String>)>,
    /// Whether the folder's place alone speaks for the component.
    documented: bool,
}

struct Finder<'r, 'a> {
    request: &'r Request<'a>,
    plan: Plan,
    places: Vec<Place>,
    /// Where each component was looked for.
    looked: BTreeMap<String, Vec<String>>,
    taken: HashSet<PathBuf>,
}

impl Finder<'_, '_> {
    fn variable(&self, name: &str) -> Option<String> {
        let drive = self.request.drives.system();
        match name.to_lowercase().as_str() {
            "systemdrive" => Some(format!("{drive}:")),
            "windir" | "systemroot" => Some(format!("{drive}:\\Windows")),
            "programfiles" => Some(format!("{drive}:\\Program Files")),
            "programfiles(x86)" => Some(format!("{drive}:\\Program Files (x86)")),
            _ => None,
        }
    }

    fn wanted(&self) -> Vec<Component> {
        let only = self.request.components;
        let all = self.request.rules.components.iter();
        all.filter(|component| only.is_empty() || only.contains(&component.provenance.id))
            .cloned()
            .collect()
    }

    fn ask_iis(&mut self) {
        let default = WindowsPath::parse(&format!(
            "{}\\{HOST_FILE}",
            self.variable("windir").unwrap_or_default()
        ));
        let path = match (self.request.iis, default) {
            (Some(path), _) => path.to_owned(),
            (None, Ok(default)) => match self.request.drives.find(&default) {
                Ok(Some(path)) => path,
                _ => {
                    self.miss(WINDOWS, "applicationHost.config", vec![default.to_string()]);
                    return;
                }
            },
            (None, Err(_)) => return,
        };
        let read = read::read_file(&path).map_err(|error| error.to_string());
        let document = read.and_then(|bytes| {
            Document::from_bytes(&bytes).map_err(|_| "it is no well-formed XML".to_owned())
        });
        let host = document.and_then(|document| {
            ApplicationHost::read(&document, &|name| self.variable(name))
                .map_err(|error| error.to_string())
        });
        self.take_evidence(&path);
        let host = match host {
            Ok(host) => host,
            Err(message) => {
                let problem = Problem::new(path.display(), message, FIX_FILE);
                return self.plan.problems.push(problem);
            }
        };
        for problem in &host.problems {
            let warning = format!("{}: {problem}", path.display());
            self.plan.warnings.push(warning);
        }
        for (site, application, directory) in host.directories() {
            let runtime = host
                .pool(&application.pool)
                .and_then(|pool| pool.runtime.clone());
            let candidate = Candidate {
                how: format!("applicationHost.config, line {}", directory.line),
                site: Some((
                    site.name.clone(),
                    directory.path.clone(),
                    application.pool.clone(),
                    runtime,
                )),
                documented: false,
            };
            for component in self.wanted() {
                if !component.recognised_by.is_empty() {
                    self.consider(&component, &directory.physical_path, &candidate);
                }
            }
        }
    }

    fn ask_registry(&mut self) {
        let Some(path) = self.request.registry else {
            return;
        };
        let read = read::read_file(path).map_err(|error| error.to_string());
        self.take_evidence(path);
        let registry =
            read.and_then(|bytes| Registry::read(&bytes).map_err(|error| error.to_string()));
        let registry = match registry {
            Ok(registry) => registry,
            Err(message) => {
                let problem = Problem::new(path.display(), message, FIX_FILE);
                return self.plan.problems.push(problem);
            }
        };
        for component in self.wanted() {
            for location in &self.request.rules.locations {
                if location.component != component.provenance.id {
                    continue;
                }
                for (key, name) in &location.registry {
                    let found = registry.texts(key, name);
                    if found.is_empty() {
                        self.look(&component.provenance.id, format!("{key}\\{name}"));
                    }
                    for value in found {
                        let candidate = Candidate {
                            how: format!("registry, {}\\{name}", value.key),
                            documented: true,
                            ..Candidate::default()
                        };
                        let folder = expand(value.text, &|name| self.variable(name));
                        self.consider(&component, &folder, &candidate);
                    }
                }
            }
        }
    }

    fn ask_locations(&mut self) {
        for component in self.wanted() {
            let rules = self.request.rules;
            for location in rules.locations.iter() {
                if location.component != component.provenance.id {
                    continue;
                }
                let folders: Vec<String> = (location.folders.iter())
                    .flat_map(|folder| self.spelt(folder))
                    .collect();
                for folder in folders {
                    let candidate = Candidate {
                        how: format!("its usual place ({})", location.provenance.id),
                        documented: true,
                        ..Candidate::default()
                    };
                    match folder.strip_suffix("\\*") {
                        None => self.consider(&component, &folder, &candidate),
                        Some(parent) => self.look_into_every(&component, parent),
                    }
                }
            }
        }
    }

    /// The spellings of a folder that a pack names.
    fn spelt(&self, folder: &str) -> Vec<String> {
        let variable = folder
            .strip_prefix('%')
            .and_then(|rest| rest.split_once('%'));
        let known = variable.and_then(|(name, rest)| {
            let spellings = self.request.rules.spellings.get(&name.to_lowercase())?;
            Some((spellings, rest))
        });
        match known {
            Some((spellings, rest)) => spellings
                .iter()
                .map(|name| format!("{}:\\{name}{rest}", self.request.drives.system()))
                .collect(),
            None => vec![expand(folder, &|name| self.variable(name))],
        }
    }

    fn look_into_every(&mut self, component: &Component, parent: &str) {
        let Ok(shown) = WindowsPath::parse(parent) else {
            return;
        };
        self.look(&component.provenance.id, format!("{shown}\\*"));
        let Ok(Some(folder)) = self.request.drives.find(&shown) else {
            return;
        };
        let Ok(entries) = std::fs::read_dir(&folder) else {
            return;
        };
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        for name in names {
            let candidate = Candidate {
                how: format!("its configuration, in a folder of {shown}"),
                ..Candidate::default()
            };
            self.consider(component, &format!("{parent}\\{name}"), &candidate);
        }
    }

    fn look(&mut self, component: &str, place: String) {
        let looked = self.looked.entry(component.to_owned()).or_default();
        if !looked.contains(&place) {
            looked.push(place);
        }
    }

    /// Decides whether `folder` is the component's.
    fn consider(&mut self, component: &Component, folder: &str, candidate: &Candidate) {
        let id = component.provenance.id.as_str();
        let shown = match WindowsPath::parse(folder) {
            Ok(shown) => shown,
            Err(problem) => {
                return self.warn(format!(
                    "`{folder}` ({}) was not looked into: {problem}",
                    candidate.how
                ));
            }
        };
        self.look(id, shown.to_string());
        let path = match self.request.drives.find(&shown) {
            Ok(Some(path)) if path.is_dir() => path,
            Ok(_) => return,
            Err(problem) => {
                return self.warn(format!(
                    "`{shown}` ({}) was not looked into: {problem}",
                    candidate.how
                ));
            }
        };
        if !self.is_of(component, &shown, candidate) {
            return;
        }
        let canonical = path.canonicalize().unwrap_or_else(|_| path.clone());
        let known = self
            .places
            .iter_mut()
            .find(|place| place.entry.id == id && place.canonical == canonical);
        let place = match known {
            Some(place) => place,
            None => {
                let shown = self.request.drives.show(&path).unwrap_or(shown);
                self.places.push(Place {
                    entry: ComponentEntry {
                        id: id.to_owned(),
                        title: component.provenance.summary.clone(),
                        folder: shown.to_string(),
                        ..ComponentEntry::default()
                    },
                    folder: path,
                    canonical,
                    shown,
                });
                match self.places.last_mut() {
                    Some(place) => place,
                    None => return,
                }
            }
        };
        let entry = &mut place.entry;
        if !entry.found_by.contains(&candidate.how) {
            entry.found_by.push(candidate.how.clone());
        }
        if let (Some((site, path, pool, runtime)), None) = (&candidate.site, &entry.site) {
            entry.site = Some(site.clone());
            entry.virtual_directory = Some(path.clone());
            entry.application_pool = Some(pool.clone());
            entry.runtime.clone_from(runtime);
        }
    }

    /// Whether the required files are there and say what they are.
    fn is_of(
        &mut self,
        component: &Component,
        folder: &WindowsPath,
        candidate: &Candidate,
    ) -> bool {
        let id = component.provenance.id.as_str();
        let rules = self.request.rules;
        let mut required = (rules.files.iter())
            .filter(|file| file.component == id && file.need == Need::Required)
            .peekable();
        if required.peek().is_none() {
            return candidate.documented;
        }
        let mut said = None;
        for file in required {
            for path in &file.paths {
                let full = WindowsPath::parse(&format!("{folder}\\{path}"));
                let Some(found) = full
                    .ok()
                    .and_then(|full| self.request.drives.find(&full).ok()?)
                else {
                    return false;
                };
                if file.kind == FileKind::Configuration {
                    let bytes = read::read_file(&found).ok();
                    said = bytes.and_then(|bytes| Document::from_bytes(&bytes).ok());
                }
            }
        }
        if component.recognised_by.is_empty() {
            return true;
        }
        let recognised = said
            .as_ref()
            .and_then(|document| rules.component_of(document));
        match recognised {
            Some(known) => known.provenance.id == id,
            None if candidate.documented => {
                self.warn(format!(
                    "{folder} is where {} usually is, but its configuration does not say so; it was taken",
                    component.provenance.summary
                ));
                true
            }
            None => false,
        }
    }

    fn warn(&mut self, warning: String) {
        if !self.plan.warnings.contains(&warning) {
            self.plan.warnings.push(warning);
        }
    }

    fn miss(&mut self, component: &str, what: &str, looked_in: Vec<String>) {
        self.plan.missing.push(MissingEntry {
            component: component.to_owned(),
            what: what.to_owned(),
            looked_in,
        });
    }

    fn note_missing(&mut self) {
        for component in self.wanted() {
            let id = &component.provenance.id;
            if self.places.iter().any(|place| &place.entry.id == id) {
                continue;
            }
            let looked = self.looked.remove(id).unwrap_or_default();
            self.miss(id, &component.provenance.summary, looked);
        }
        let places = std::mem::take(&mut self.places);
        self.plan.components = places.into_iter().map(|place| place.entry).collect();
    }

    fn take_files(&mut self) {
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
            let walk =
                walk.filter_entry(|entry| !(entry.file_type().is_dir() && inner(entry.path())));
            for entry in walk {
                match entry {
                    Ok(entry) if entry.file_type().is_file() => {
                        self.offer(&id, &folder, entry.path())
                    }
                    Ok(entry) if entry.file_type().is_symlink() => {
                        let path = entry.path().display();
                        self.warn(format!("{path} is a link and was not followed"));
                    }
                    Ok(_) => {}
                    Err(error) => {
                        let path = error.path().unwrap_or(&folder).display().to_string();
                        let help = "Run as a user who may read it; the rest was taken.";
                        self.plan
                            .problems
                            .push(Problem::new(path, "it cannot be read", help));
                    }
                }
            }
            self.expect(&id, &shown);
        }
    }

    /// Notes expected files that are not there.
    fn expect(&mut self, id: &str, shown: &WindowsPath) {
        let rules = self.request.rules;
        let rows =
            (rules.files.iter()).filter(|file| file.component == id && file.need == Need::Expected);
        for row in rows {
            let rule = &row.provenance.id;
            if !self.plan.files.iter().any(|file| &file.taken_by == rule) {
                self.miss(id, &row.paths.join(", "), vec![shown.to_string()]);
            }
        }
    }

    /// Takes the file if a row or the user wants it.
    fn offer(&mut self, id: &str, folder: &Path, path: &Path) {
        let below = path.strip_prefix(folder).unwrap_or(path);
        let text = below.to_string_lossy().replace('\\', "/");
        let asked = self
            .request
            .include
            .is_some_and(|include| include.takes(below));
        let rules = self.request.rules;
        let mut rows = rules.files.iter().filter(|file| file.component == id);
        let row = rows.find(|row| row.takes(&text));
        let (kind, taken_by) = match row {
            Some(row) if row.need != Need::OnRequest => (row.kind, row.provenance.id.clone()),
            Some(row) if asked => (row.kind, row.provenance.id.clone()),
            None if asked => (FileKind::Other, "--include".to_owned()),
            _ => return,
        };
        if !self.request.exclude.takes(below) {
            return;
        }
        self.take(id, path, kind, &taken_by);
        if kind == FileKind::Configuration {
            self.take_sidecars(id, path);
        }
    }

    fn take_sidecars(&mut self, id: &str, path: &Path) {
        let bytes = read::read_file(path).ok();
        let Some(document) = bytes.and_then(|bytes| Document::from_bytes(&bytes).ok()) else {
            return self.warn(format!(
                "{} is not well-formed; files that it points at were not looked for",
                path.display()
            ));
        };
        for sidecar in crate::config::sidecars::sidecars(&document) {
            let name = &sidecar.path;
            let shown = path
                .parent()
                .and_then(|folder| self.request.drives.show(folder).ok());
            let inner = sidecar.inner_path().zip(shown);
            let Some((_, folder)) = inner else {
                self.warn(format!(
                    "{} points at `{name}`, which was not taken: it lies outside its folder",
                    path.display()
                ));
                continue;
            };
            let full = WindowsPath::parse(&format!("{folder}\\{name}"));
            let found = full
                .ok()
                .and_then(|full| self.request.drives.find(&full).ok()?);
            match found.filter(|found| found.is_file()) {
                Some(found) => self.take(id, &found, FileKind::Sidecar, sidecar.attribute),
                None => self.miss(id, name, vec![folder.to_string()]),
            }
        }
    }

    /// What was read to find things.
    fn take_evidence(&mut self, path: &Path) {
        if path.is_file() {
            self.take(WINDOWS, path, FileKind::Evidence, "read to find components");
        }
    }

    fn take(&mut self, component: &str, path: &Path, kind: FileKind, taken_by: &str) {
        let canonical = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if !self.taken.insert(canonical.clone()) {
            return;
        }
        let shown = self
            .request
            .drives
            .show(path)
            .or_else(|problem| self.request.drives.show(&canonical).map_err(|_| problem));
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (inside, source) = match shown {
            Ok(shown) => (
                format!("{}/{}", shown.letter(), shown.names().join("/")),
                Some(shown.to_string()),
            ),
            Err(_) if kind == FileKind::Evidence => (name.into_owned(), None),
            Err(problem) => {
                let help = "Rename it, then run again; the rest was taken.";
                return self
                    .plan
                    .problems
                    .push(Problem::new(path.display(), problem, help));
            }
        };
        self.plan.files.push(Planned {
            from: path.to_owned(),
            path: format!("files/{component}/{inside}"),
            source,
            component: component.to_owned(),
            kind,
            taken_by: taken_by.to_owned(),
            size: path.metadata().map_or(0, |metadata| metadata.len()),
        });
    }
}
