//! What was found: servers with their components, as their snapshots hold them.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::application_host::ApplicationHost;
use crate::config::protected::protected_sections;
use crate::io::place;
use crate::io::read;
use crate::io::stream;
use crate::io::windows_path::{WindowsPath, fold};
use crate::lint::Subject;
use crate::lint::estate::Estate as Files;
use crate::lint::tree::Tree;
use crate::pack::Rules;
use crate::pack::places::FileKind;
use crate::pack::rules::ComponentId;
use crate::rewrite::{Outcome, Rewriter, VirtualDirectories};
use crate::snapshot::manifest::{ComponentEntry, FileEntry, Manifest};
use crate::snapshot::store::StoreError;
use crate::snapshot::verify::Finding;
use crate::xml::Document;

/// All servers, and their configuration files.
#[derive(Debug, Default)]
pub struct Estate {
    /// The servers, in the order in which their snapshots were given.
    pub servers: Vec<Server>,
    /// The configuration files of all of them.
    pub files: Files,
    /// What could not be read, in words.
    pub unread: Vec<String>,
}

/// A server.
#[derive(Debug)]
pub struct Server {
    /// What it is called; no two have one name.
    pub name: String,
    /// Where it was read, as it was given.
    pub path: String,
    /// Its snapshot as commands name it: the one that was read, or the one that is to be taken.
    pub snapshot: String,
    /// Whether there is a snapshot of it, or it was looked at where it is.
    pub is_kept: bool,
    /// What the snapshot holds, or would hold.
    pub manifest: Manifest,
    /// SHA-256 of the manifest, or of what was looked at.
    pub sha256: String,
    /// What is not as it was.
    pub damage: Vec<Finding>,
    /// What would stop putting it back: the file, and why.
    pub obstacles: Vec<(String, String)>,
    /// The number of files that would be put back.
    pub restorable: usize,
    /// Its components, in the order of the manifest.
    pub places: Vec<Place>,
    /// The configuration of IIS: its position among the files, and what it says.
    pub iis: Option<(usize, ApplicationHost)>,
    /// Files that name a virtual directory that gets another name, with how often.
    pub references: Vec<(String, usize)>,
    pub(super) files: Range<usize>,
    /// Where files of the manifest are among the files, by their paths there.
    pub(super) positions: HashMap<String, usize>,
    pub(super) source: Source,
}

/// Where the files of a server are read.
#[derive(Debug)]
pub(super) enum Source {
    Nothing,
    Snapshot(Arc<dyn Tree>),
    /// By their paths in the manifest.
    Drive(HashMap<String, (place::Place, PathBuf)>),
}

/// A component in one place.
#[derive(Clone, Debug)]
pub struct Place {
    /// What the manifest says of it.
    pub entry: ComponentEntry,
    /// The position of its configuration among the files, and where that is.
    pub configuration: Option<(usize, String)>,
    /// SHA-256 of that file.
    pub sha256: Option<String>,
    /// Folders of the customer's themes, below its folder.
    pub themes: Vec<String>,
}

/// Why a snapshot cannot be planned with.
#[derive(Debug, thiserror::Error)]
pub enum EstateError {
    /// It cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its manifest is not what it was.
    #[error("its manifest is not what it was: {0}")]
    Manifest(String),
}

impl Estate {
    /// Notes which files name a virtual directory that gets another name. What IIS serves is left out.
    pub fn find_references(&mut self, directories: &VirtualDirectories, rules: &Rules) {
        let rewriter = Rewriter { directories, rules };
        for server in &mut self.servers {
            server.references = server.references_in(rewriter, rules);
        }
    }

    /// All places with their servers.
    pub fn places(&self) -> impl Iterator<Item = (&Server, &Place)> {
        let servers = self.servers.iter();
        servers.flat_map(|server| server.places.iter().map(move |place| (server, place)))
    }

    /// All places of a component.
    pub fn places_of<'e>(
        &'e self,
        component: &'e ComponentId,
    ) -> impl Iterator<Item = (&'e Server, &'e Place)> {
        self.places()
            .filter(move |(_, place)| place.entry.id == *component)
    }

    /// The file at this position.
    #[must_use]
    pub fn file(&self, at: usize) -> &Subject {
        &self.files.subjects[at]
    }

    /// The server that the file at this position is of.
    #[must_use]
    pub fn server_of(&self, file: usize) -> Option<&Server> {
        self.servers
            .iter()
            .find(|server| server.files.contains(&file))
    }
}

impl Server {
    /// Whether it has one of these components.
    #[must_use]
    pub fn has_any(&self, components: &[ComponentId]) -> bool {
        (self.places.iter()).any(|place| components.contains(&place.entry.id))
    }

    /// Whether it has a name that its snapshot does not say, or is not known to say.
    #[must_use]
    pub fn is_named(&self) -> bool {
        !self.is_kept || self.name != self.manifest.host
    }

    /// A server of which only this is known.
    pub(super) fn of(manifest: Manifest, source: Source) -> Self {
        Self {
            name: String::new(),
            path: String::new(),
            snapshot: String::new(),
            is_kept: false,
            manifest,
            sha256: String::new(),
            damage: Vec::new(),
            obstacles: Vec::new(),
            restorable: 0,
            places: Vec::new(),
            iis: None,
            references: Vec::new(),
            files: 0..0,
            positions: HashMap::new(),
            source,
        }
    }

    /// The bytes of a file of the manifest.
    pub(super) fn read(&self, path: &str) -> Option<Vec<u8>> {
        match &self.source {
            Source::Snapshot(tree) => tree.read(Path::new(path)).ok(),
            Source::Drive(places) => {
                let (place, path) = places.get(path)?;
                read::read_place(place, path).ok()
            }
            Source::Nothing => None,
        }
    }

    pub(super) fn place(&self, entry: &ComponentEntry) -> Place {
        let folder = below(&entry.folder);
        let own = |file: &&FileEntry| {
            let source = file.source.as_deref().unwrap_or_default();
            file.component == entry.id && fold(source).starts_with(&folder)
        };
        let own: Vec<&FileEntry> = self.manifest.files.iter().filter(own).collect();
        let configuration = (own.iter())
            .filter(|file| file.kind == FileKind::Configuration)
            .find_map(|file| {
                let at = *self.positions.get(&file.path)?;
                let source = file.source.clone()?;
                let sha256 = match file.sha256.as_str() {
                    "" => stream::sha256(&self.read(&file.path)?),
                    known => known.to_owned(),
                };
                Some((at, source, sha256))
            });
        let mut themes: Vec<String> = (own.iter())
            .filter(|file| file.kind == FileKind::Theme)
            .filter_map(|file| {
                let source = file.source.as_deref()?;
                let path = source.get(entry.folder.len()..)?.trim_start_matches('\\');
                let mut names = path.split('\\');
                Some(format!("{}\\{}", names.next()?, names.next()?))
            })
            .collect();
        themes.sort();
        themes.dedup();
        Place {
            sha256: configuration.as_ref().map(|(.., sha256)| sha256.clone()),
            configuration: configuration.map(|(at, source, _)| (at, source)),
            themes,
            entry: entry.clone(),
        }
    }

    pub(super) fn read_iis(&self, files: &Files) -> Option<(usize, ApplicationHost)> {
        let drive = format!("{}:", self.manifest.system_drive);
        let windows = format!("{drive}\\Windows");
        let variable = |name: &str| match name.to_ascii_lowercase().as_str() {
            "systemdrive" => Some(drive.clone()),
            "windir" | "systemroot" => Some(windows.clone()),
            _ => None,
        };
        let is_it = |file: &&FileEntry| {
            let path = fold(&file.path);
            file.kind == FileKind::Evidence && path.ends_with("/applicationhost.config")
        };
        let file = self.manifest.files.iter().find(is_it)?;
        let at = *self.positions.get(&file.path)?;
        let document = files.subjects[at].document()?;
        let host = ApplicationHost::read(document, &variable).ok()?;
        Some((at, host))
    }

    fn references_in(&self, rewriter: Rewriter<'_>, rules: &Rules) -> Vec<(String, usize)> {
        // What IIS serves is carried into the new version, and rewritten on the way.
        let is_carried = |file: &FileEntry| {
            let mut directories = rules.virtual_directories.iter();
            directories.any(|directory| directory.component == file.component)
        };
        let mut found = Vec::new();
        for file in &self.manifest.files {
            let is_text = !matches!(file.kind, FileKind::Data | FileKind::Evidence);
            if !is_text || is_carried(file) {
                continue;
            }
            let path = Path::new(&file.path);
            let Some(bytes) = self.read(&file.path) else {
                continue;
            };
            if let Ok(Outcome::Changed(change)) = rewriter.plan_bytes(path, &bytes) {
                let source = file.source.as_ref().unwrap_or(&file.path);
                found.push((source.clone(), change.references.len()));
            }
        }
        found
    }
}

impl Place {
    /// The name of its virtual directory: the last name of its path, or of its folder where nobody
    /// knows the path.
    #[must_use]
    pub fn name(&self) -> &str {
        let path = self.entry.virtual_directory.as_deref().unwrap_or_default();
        let last = path.rsplit('/').next().filter(|name| !name.is_empty());
        last.unwrap_or_else(|| self.entry.folder.rsplit('\\').next().unwrap_or_default())
    }

    /// What tells it from other places of its server.
    #[must_use]
    pub fn key(&self) -> String {
        match &self.entry.virtual_directory {
            Some(path) => path.trim_matches('/').replace('/', "-"),
            None => self.name().to_owned(),
        }
    }

    /// Its encrypted sections and those of the files that it points at, as aspnet_regiis names them.
    #[must_use]
    pub fn encrypted(&self, files: &Files) -> Vec<String> {
        let Some((at, _)) = &self.configuration else {
            return Vec::new();
        };
        let subject = &files.subjects[*at];
        let own = subject.document().map(protected_sections);
        let beside = subject.sidecars().iter().flat_map(|sidecar| {
            let path = subject.tree.find(subject.folder(), &sidecar.path);
            let bytes = path.and_then(|path| subject.tree.read(&path).ok());
            let parsed = bytes.and_then(|bytes| Document::from_bytes(bytes).ok());
            let document = parsed.as_ref();
            document.map(protected_sections).unwrap_or_default()
        });
        let sections = own.into_iter().flatten().chain(beside);
        sections.map(|section| section.path).collect()
    }

    /// The applications of IIS that serve its folder: the site with the path.
    #[must_use]
    pub fn applications(&self, iis: &ApplicationHost) -> Vec<String> {
        let folder = fold(self.entry.folder.trim_end_matches('\\'));
        (iis.directories())
            .filter(|(.., directory)| {
                fold(directory.physical_path.trim_end_matches('\\')) == folder
            })
            .map(|(site, _, directory)| format!("{}{}", site.name, directory.path))
            .collect()
    }

    /// What else runs in its application pool, components of the server left out.
    #[must_use]
    pub fn others_in_pool(&self, server: &Server, iis: &ApplicationHost) -> Vec<String> {
        let Some(pool) = &self.entry.application_pool else {
            return Vec::new();
        };
        let places = server.places.iter();
        let own: Vec<String> = places.flat_map(|place| place.applications(iis)).collect();
        let sites = iis.sites.iter();
        let all = sites.flat_map(|site| {
            let applications = site.applications.iter();
            applications.map(move |application| (site, application))
        });
        all.filter(|(_, application)| application.pool.eq_ignore_ascii_case(pool))
            .map(|(site, application)| format!("{}{}", site.name, application.path))
            .filter(|name| !own.contains(name))
            .collect()
    }

    /// The `<location>` paths in the configuration of IIS that name its virtual directory.
    #[must_use]
    pub fn iis_locations(&self, files: &Files, iis: usize) -> Vec<String> {
        let (Some(site), Some(path)) = (&self.entry.site, &self.entry.virtual_directory) else {
            return Vec::new();
        };
        let Some(document) = files.subjects[iis].document() else {
            return Vec::new();
        };
        let wanted = fold(&format!("{site}{path}"));
        document
            .children(document.root())
            .filter(|node| document.is_element(*node))
            .filter(|node| document.local_name(*node) == "location")
            .filter_map(|node| Some(document.value(node, "path")?.into_owned()))
            .filter(|path| {
                let path = fold(path);
                path == wanted || path.starts_with(&format!("{wanted}/"))
            })
            .collect()
    }

    /// Its folder after the upgrade: beside the old one under the new name where setup named the old
    /// one, else the same.
    #[must_use]
    pub fn new_folder(&self, new_name: Option<&str>) -> String {
        let folder = self.entry.folder.trim_end_matches('\\');
        let Some((parent, last)) = folder.rsplit_once('\\') else {
            return folder.to_owned();
        };
        match new_name {
            Some(new) if last.eq_ignore_ascii_case(self.name()) => format!("{parent}\\{new}"),
            _ => folder.to_owned(),
        }
    }
}

/// What paths in `folder` begin with, as they are compared.
fn below(folder: &str) -> String {
    let folder = WindowsPath::parse(folder).map_or_else(|_| fold(folder), |path| path.folded());
    format!("{}\\", folder.trim_end_matches('\\'))
}
