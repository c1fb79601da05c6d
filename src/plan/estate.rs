//! What was found: servers with their components, as their snapshots hold them.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::config::application_host::ApplicationHost;
use crate::config::protected::protected_sections;
use crate::io::windows_path::{Drives, WindowsPath, fold};
use crate::lint::estate::{Estate as Files, inputs_of_snapshot};
use crate::lint::tree::{Snapshot, Tree};
use crate::lint::{Subject, usual_files};
use crate::pack::Rules;
use crate::pack::places::FileKind;
use crate::pack::rules::ComponentId;
use crate::rewrite::{Outcome, Rewriter, VirtualDirectories};
use crate::snapshot::manifest::{ComponentEntry, FileEntry, Manifest};
use crate::snapshot::progress::Progress;
use crate::snapshot::restore::{self, Action};
use crate::snapshot::store::{Store, StoreError};
use crate::snapshot::verify::{Finding, verify};

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
    /// Its snapshot as it was given.
    pub snapshot: String,
    /// What the snapshot holds.
    pub manifest: Manifest,
    /// SHA-256 of the manifest.
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
    files: Range<usize>,
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
    /// Adds the server whose snapshot is at `path`, after comparing every file of it with its hash. Its
    /// name is `name`, or the one that the snapshot says.
    ///
    /// # Errors
    /// See [`EstateError`].
    pub fn add(
        &mut self,
        name: Option<&str>,
        path: &Path,
        store: Store,
        rules: &Rules,
    ) -> Result<(), EstateError> {
        let verified = verify(&store, &Progress::default())?;
        let Some(manifest) = verified.manifest else {
            let found = verified.findings.first();
            let message = found.map_or_else(String::new, |found| found.message.clone());
            return Err(EstateError::Manifest(message));
        };
        let (obstacles, restorable) = rehearse(&manifest);
        let tree = Snapshot::new(store);
        let usual = crate::io::walk::Selection::new(&usual_files(rules), &[]).ok();
        let takes = |file: &Path| usual.as_ref().is_none_or(|usual| usual.includes(file));
        let inputs = inputs_of_snapshot(path, tree, takes);
        let (mut files, unread) = Files::read(inputs, rules);
        let start = self.files.subjects.len();
        self.unread.extend(unread.iter().map(ToString::to_string));
        let mut server = Server {
            name: name.unwrap_or(&manifest.host).to_owned(),
            snapshot: path.display().to_string(),
            sha256: crate::io::stream::sha256(&manifest.to_bytes()),
            damage: verified.findings,
            obstacles,
            restorable,
            places: Vec::new(),
            iis: None,
            references: Vec::new(),
            files: start..start + files.subjects.len(),
            manifest,
        };
        self.files.subjects.append(&mut files.subjects);
        server.places = (server.manifest.components.iter())
            .map(|entry| server.place(entry, &self.files))
            .collect();
        server.iis = server.read_iis(&self.files);
        self.servers.push(server);
        Ok(())
    }

    /// Notes which files name a virtual directory that gets another name. What IIS serves is left out.
    pub fn find_references(&mut self, directories: &VirtualDirectories, rules: &Rules) {
        let rewriter = Rewriter { directories, rules };
        for server in &mut self.servers {
            let Some(tree) = server.tree(&self.files) else {
                continue;
            };
            server.references = server.references_in(&tree, rewriter, rules);
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

/// What putting a snapshot back into an empty place would meet.
fn rehearse(manifest: &Manifest) -> (Vec<(String, String)>, usize) {
    let nowhere = match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(error) => {
            let why = format!("no empty folder could be made to rehearse in: {error}");
            return (vec![("the whole snapshot".to_owned(), why)], 0);
        }
    };
    let drives = Drives::below(nowhere.path(), manifest.system_drive);
    let request = restore::Request {
        drives: &drives,
        components: &[],
        only: None,
        reads: &[],
    };
    let mut obstacles = Vec::new();
    let mut restorable = 0;
    for step in restore::plan(manifest, &request, &Progress::default()) {
        match step.action {
            Action::Refuse(why) => obstacles.push((step.file.path.clone(), why)),
            Action::LeaveOut => {}
            Action::Create | Action::Overwrite | Action::Identical => restorable += 1,
        }
    }
    (obstacles, restorable)
}

impl Server {
    /// Whether it has one of these components.
    #[must_use]
    pub fn has_any(&self, components: &[ComponentId]) -> bool {
        (self.places.iter()).any(|place| components.contains(&place.entry.id))
    }

    fn tree(&self, files: &Files) -> Option<Arc<dyn Tree>> {
        let first = files.subjects.get(self.files.clone())?.first()?;
        Some(first.tree.clone())
    }

    fn place(&self, entry: &ComponentEntry, files: &Files) -> Place {
        let folder = below(&entry.folder);
        let own = |file: &&FileEntry| {
            let source = file.source.as_deref().unwrap_or_default();
            file.component == entry.id && fold(source).starts_with(&folder)
        };
        let own: Vec<&FileEntry> = self.manifest.files.iter().filter(own).collect();
        let configuration = (own.iter())
            .filter(|file| file.kind == FileKind::Configuration)
            .find_map(|file| {
                let at = self.position(files, &file.path)?;
                let source = file.source.clone()?;
                Some((at, source, file.sha256.clone()))
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

    /// Where a file of the snapshot is among the files.
    fn position(&self, files: &Files, path: &str) -> Option<usize> {
        let mut own = self.files.clone();
        own.find(|at| files.subjects[*at].path == Path::new(path))
    }

    fn read_iis(&self, files: &Files) -> Option<(usize, ApplicationHost)> {
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
        let at = self.position(files, &file.path)?;
        let document = files.subjects[at].document()?;
        let host = ApplicationHost::read(document, &variable).ok()?;
        Some((at, host))
    }

    fn references_in(
        &self,
        tree: &Arc<dyn Tree>,
        rewriter: Rewriter<'_>,
        rules: &Rules,
    ) -> Vec<(String, usize)> {
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
            let Ok(bytes) = tree.read(path) else { continue };
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

    /// Its encrypted sections, as aspnet_regiis names them.
    #[must_use]
    pub fn encrypted(&self, files: &Files) -> Vec<String> {
        let subject = self.configuration.as_ref().map(|(at, _)| *at);
        let document = subject.and_then(|at| files.subjects[at].document());
        let sections = document.map(protected_sections).unwrap_or_default();
        sections.into_iter().map(|section| section.path).collect()
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
