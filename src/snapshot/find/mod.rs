//! Finding what must survive: components, their folders, their files.
//!
//! A folder belongs to a component when IIS, the registry, a documented place
//! or a look into every folder leads to it, *and* its required files are there,
//! *and* its configuration says what it is. A documented place whose
//! configuration says nothing is taken with a warning: to lose it would be worse.

mod ask;
mod installers;
mod take;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use super::manifest::{ComponentEntry, InstallerEntry, MissingEntry};
use super::{Problem, plain};
use crate::io::place::Place;
use crate::io::places::Places;
use crate::io::read;
use crate::io::walk::Selection;
use crate::io::windows_path::{Drives, WindowsPath};
use crate::pack::Rules;
use crate::pack::places::{FileKind, Need};
use crate::pack::rules::{Component, ComponentId};
use crate::xml::Document;

/// The component of what was read to find things.
pub const WINDOWS: ComponentId = ComponentId::known("windows");

/// Where files are in a snapshot that were read out of installers. No component can have this id.
pub const SHIPPED: &str = "files/_shipped/";

/// What to look for, and where.
pub struct Request<'a> {
    /// The drives of the server.
    pub drives: &'a Drives,
    /// What the packs know.
    pub rules: &'a Rules,
    /// Only these components; all if empty.
    pub components: &'a [ComponentId],
    /// `applicationHost.config`, if not where Windows has it.
    pub iis: Option<&'a Path>,
    /// An export of the registry.
    pub registry: Option<&'a Path>,
    /// Further files to take.
    pub include: Option<&'a Selection>,
    /// Whether pages are taken that the packs take on request only.
    pub with_pages: bool,
    /// What is taken of installers.
    pub installers: Installers,
    /// Files to leave out.
    pub exclude: &'a Selection,
}

/// What is taken of installers that are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Installers {
    /// They are not looked for.
    Nothing,
    /// The configuration that they ship.
    Shipped,
    /// That and they themselves, which are large.
    Whole,
}

/// A file that is to be taken.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Where it is, as people know it.
    pub from: PathBuf,
    /// Where it was found: it is copied from there or not at all.
    pub place: Place,
    /// Its bytes, if it is no file of its own: it was read out of the file at `place`.
    pub held: Option<Vec<u8>>,
    /// Where it goes in the snapshot.
    pub path: String,
    /// Where it is, as Windows shows it.
    pub source: Option<String>,
    /// Component.
    pub component: ComponentId,
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
    /// Their folders on this machine, links resolved.
    pub folders: Vec<PathBuf>,
    /// Files, by path.
    pub files: Vec<Planned>,
    /// Installers.
    pub installers: Vec<InstallerEntry>,
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
        drive_places: Places::of_drives(request.drives),
        plan: Plan::default(),
        places: Vec::new(),
        looked: BTreeMap::new(),
        taken: HashSet::new(),
        paths: HashSet::new(),
    };
    finder.ask_iis();
    finder.ask_registry();
    finder.ask_locations();
    finder.take_files();
    finder.note_missing();
    let mut plan = finder.plan;
    plan.files.sort_by(|a, b| a.path.cmp(&b.path));
    plan.installers.sort_by(|a, b| a.source.cmp(&b.source));
    plan.make_plain();
    plan
}

impl Plan {
    /// What people get to read comes from files of the server.
    fn make_plain(&mut self) {
        for component in &mut self.components {
            component.found_by.iter_mut().for_each(plain);
            let place = (component.site.iter_mut()).chain(&mut component.virtual_directory);
            let place = place.chain(&mut component.application_pool);
            place.chain(&mut component.runtime).for_each(plain);
        }
        for entry in &mut self.missing {
            plain(&mut entry.what);
            entry.looked_in.iter_mut().for_each(plain);
        }
        self.warnings.iter_mut().for_each(plain);
    }
}

/// A component in a folder.
struct Home {
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
    drive_places: std::io::Result<Places>,
    plan: Plan,
    places: Vec<Home>,
    /// Where each component was looked for.
    looked: BTreeMap<ComponentId, Vec<String>>,
    /// Files that were taken.
    taken: HashSet<PathBuf>,
    /// Their paths in the snapshot, without regard to case.
    paths: HashSet<String>,
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

    fn look(&mut self, component: &ComponentId, place: String) {
        let looked = self.looked.entry(component.clone()).or_default();
        if !looked.contains(&place) {
            looked.push(place);
        }
    }

    /// Decides whether `folder` is the component's.
    fn consider(&mut self, component: &Component, folder: &str, candidate: &Candidate) {
        let id = &component.provenance.id;
        let shown = match WindowsPath::parse(folder) {
            Ok(shown) => shown,
            Err(problem) => {
                return self.warn(format!(
                    "`{folder}` ({}) was not looked into: {problem}",
                    candidate.how
                ));
            }
        };
        let found = self.request.drives.find(&shown);
        if found.is_ok() {
            self.look(id, shown.to_string());
        }
        let path = match found {
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
            .find(|place| place.entry.id == *id && place.canonical == canonical);
        let place = match known {
            Some(place) => place,
            None => {
                let shown = self.request.drives.show(&path).unwrap_or(shown);
                self.places.push(Home {
                    entry: ComponentEntry {
                        id: id.clone(),
                        title: component.provenance.summary.clone(),
                        folder: shown.to_string(),
                        found_by: Vec::new(),
                        virtual_directory: None,
                        site: None,
                        application_pool: None,
                        runtime: None,
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
        let id = &component.provenance.id;
        let rules = self.request.rules;
        let mut required = (rules.files.iter())
            .filter(|file| file.component == *id && file.need == Need::Required)
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
            Some(known) => known.provenance.id == *id,
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

    fn miss(&mut self, component: &ComponentId, what: &str, looked_in: Vec<String>) {
        self.plan.missing.push(MissingEntry {
            component: component.clone(),
            what: what.to_owned(),
            looked_in,
        });
    }

    /// Whether `component`, which was not found, should have been: it was asked for by name, or it
    /// has a place of its own and its product is here. Where nothing was found, any product may be meant.
    fn is_missed(&self, component: &Component) -> bool {
        let rules = self.request.rules;
        let id = &component.provenance.id;
        let is_here = |place: &Home| {
            let mut found = rules.components.iter();
            found.any(|known| {
                known.provenance.id == place.entry.id
                    && known.provenance.pack == component.provenance.pack
            })
        };
        let has_a_place = || rules.locations.iter().any(|place| &place.component == id);
        !self.request.components.is_empty()
            || has_a_place() && (self.places.is_empty() || self.places.iter().any(is_here))
    }

    fn note_missing(&mut self) {
        for component in self.wanted() {
            let id = &component.provenance.id;
            if self.places.iter().any(|place| &place.entry.id == id) || !self.is_missed(&component)
            {
                continue;
            }
            let looked = self.looked.remove(id).unwrap_or_default();
            self.miss(id, &component.provenance.summary, looked);
        }
        let places = std::mem::take(&mut self.places);
        self.plan.folders = places.iter().map(|place| place.canonical.clone()).collect();
        self.plan.components = places.into_iter().map(|place| place.entry).collect();
    }
}
