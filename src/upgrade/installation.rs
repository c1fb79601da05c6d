//! An installation as it is found: a snapshot, a folder that stands for a drive, or a folder with the
//! folders of components in it.
//!
//! Components are recognised by what stands in their configuration, never by the name of a folder. A
//! snapshot is verified before anything of it is used.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Failure, Failures};
use crate::installer::{Installer, shipped};
use crate::io::read;
use crate::io::sealed::Keys;
use crate::io::stream;
use crate::io::walk::{self, Selection};
use crate::io::windows_path::{Drives, WindowsPath, check_name};
use crate::lint::is_snapshot;
use crate::lint::tree::{Disk, Memory, Snapshot, Tree};
use crate::merge::suspicion::left_marker;
use crate::pack::Rules;
use crate::pack::places::FileKind;
use crate::pack::rules::ComponentId;
use crate::snapshot::find::{self, Request};
use crate::snapshot::manifest::{ComponentEntry, MANIFEST, Manifest};
use crate::snapshot::progress::Progress;
use crate::snapshot::store::Store;
use crate::snapshot::{unusable, verify};
use crate::xml::{Document, LineColumn, ParseError};

/// No configuration that an installer ships is larger.
const MAX_SHIPPED: u64 = 4 << 20;

/// A path with the name that the user gave it: `web1=D:\web1`.
#[derive(Clone, Debug)]
pub struct Given {
    /// The name, if one was given.
    pub name: Option<String>,
    /// The snapshot or folder.
    pub path: PathBuf,
}

impl Given {
    /// Reads `NAME=PATH` or `PATH`. What is there under the whole text is a path.
    #[must_use]
    pub fn read(text: &Path) -> Self {
        let whole = text.to_string_lossy();
        let named = whole.split_once('=').filter(|(name, path)| {
            !path.is_empty() && !text.exists() && !name.contains(['/', '\\', ':'])
        });
        match named {
            Some((name, path)) => Self {
                name: Some(name.to_owned()),
                path: path.into(),
            },
            None => Self {
                name: None,
                path: text.to_owned(),
            },
        }
    }
}

/// What an installation was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A snapshot, verified.
    Snapshot,
    /// A folder that stands for a drive.
    Drive,
    /// A folder with folders of components.
    Folder,
    /// An installer, out of which its configurations were read.
    Installer,
}

impl Form {
    /// In a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::Drive => "drive",
            Self::Folder => "folder",
            Self::Installer => "installer",
        }
    }
}

/// What was found of one server, or of the files that a version ships.
pub struct Installation {
    /// Its name.
    pub name: String,
    /// Whether the user gave the name.
    pub is_named: bool,
    /// The path as it was given.
    pub path: PathBuf,
    /// What it was read from.
    pub form: Form,
    /// Hash of the manifest of a snapshot.
    pub sha256: Option<String>,
    /// Its files.
    pub tree: Arc<dyn Tree>,
    /// The components, in the order of the rule packs, then of their folders.
    pub components: Vec<Found>,
    /// Configurations that installers on the server ship, as a snapshot took them.
    pub shipped: Vec<Found>,
    /// Files that are of no component.
    pub others: Vec<OneFile>,
    /// What people should know.
    pub notes: Vec<String>,
    /// Files that could not be read or understood; the others go on.
    pub failures: Failures,
}

/// A component in one place.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its id.
    pub id: ComponentId,
    /// Its name for people.
    pub title: String,
    /// Its folder in the tree.
    pub folder: PathBuf,
    /// Its folder as Windows shows it, where that is known.
    pub place: Option<WindowsPath>,
    /// The path of its virtual directory, where IIS says so.
    pub virtual_directory: Option<String>,
    /// The web site.
    pub site: Option<String>,
    /// Its configuration, if it has one.
    pub configuration: Option<OneFile>,
    /// All other files that were found.
    pub files: Vec<OneFile>,
}

impl Found {
    /// The last name of its folder.
    #[must_use]
    pub fn folder_name(&self) -> Option<String> {
        if let Some(place) = &self.place {
            return place.names().last().cloned();
        }
        let name = self.folder.file_name()?;
        Some(name.to_string_lossy().into_owned())
    }
}

/// A file of an installation.
#[derive(Clone, Debug)]
pub struct OneFile {
    /// Where it is in the tree.
    pub path: PathBuf,
    /// Its path below the folder of its component, else below the installation; with `/`.
    pub below: String,
    /// Where it is as Windows shows it, where that is known.
    pub place: Option<WindowsPath>,
    /// What kind of file it is, if a rule pack says so.
    pub kind: Option<FileKind>,
}

impl Installation {
    /// Reads what was given.
    ///
    /// # Errors
    /// What is there cannot be used: it is no installation, a snapshot is damaged, or files cannot be read.
    pub fn read(given: &Given, rules: &Rules, keys: &Keys) -> Result<Self, Failures> {
        let mut found = match is_snapshot(&given.path) {
            true => of_snapshot(&given.path, rules, keys)?,
            false if is_installer(&given.path) => of_installer(&given.path, rules)?,
            false if given.path.is_dir() => of_folder(&given.path, rules)?,
            false => {
                let what = match given.path.exists() {
                    true => "it is neither a snapshot nor a folder",
                    false => "there is no such file or folder",
                };
                return Err(Failure::new(what)
                    .in_file(given.path.display())
                    .help("Give a snapshot that `conferry snapshot create` made, a folder that stands for the server's drive, or a folder with the folders of the components.")
                    .into());
            }
        };
        if let Some(name) = &given.name {
            found.name.clone_from(name);
            found.is_named = true;
        }
        if let Err(problem) = check_name(&found.name) {
            return Err(
                Failure::new(format!("the name of the server is not usable: {problem}"))
                    .in_file(given.path.display())
                    .help("Give a name with the path: web1=PATH.")
                    .into(),
            );
        }
        let order = |id: &ComponentId| {
            let mut known = rules.components.iter();
            known.position(|component| component.provenance.id == *id)
        };
        (found.components)
            .sort_by(|a, b| (order(&a.id), &a.folder).cmp(&(order(&b.id), &b.folder)));
        Ok(found)
    }

    fn leads_outside(&self, path: &Path) -> bool {
        match (path.canonicalize(), self.path.canonicalize()) {
            (Ok(real), Ok(root)) => !real.starts_with(root),
            // To read it says what is wrong.
            _ => false,
        }
    }

    /// How messages name a file of it.
    #[must_use]
    pub fn label(&self, file: &OneFile) -> String {
        match self.form {
            Form::Snapshot | Form::Installer => {
                format!("{}!{}", self.path.display(), file.path.display())
            }
            Form::Drive | Form::Folder => file.path.display().to_string(),
        }
    }

    /// The bytes of a file of it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn bytes(&self, file: &OneFile) -> Result<Vec<u8>, Failure> {
        if matches!(self.form, Form::Drive | Form::Folder) && self.leads_outside(&file.path) {
            return Err(Failure::new("a link leads out of the folder that was given")
                .in_file(self.label(file))
                .help("It was not read. Put the file itself there, or name the folder that it is in."));
        }
        self.tree
            .read(&file.path)
            .map_err(|error| Failure::from(error).in_file(self.label(file)))
    }
}

/// Whether all files of the folder of this component belong to it: a web application.
pub(super) fn owns_its_folder(rules: &Rules, id: &ComponentId) -> bool {
    let mut rows = rules.virtual_directories.iter();
    rows.any(|row| row.component == *id)
}

/// The kind that rule packs give a file of this component.
fn kind_of(rules: &Rules, id: &ComponentId, below: &str) -> Option<FileKind> {
    let mut rows = rules.files.iter().filter(|row| row.component == *id);
    rows.find(|row| row.takes(below)).map(|row| row.kind)
}

/// Whether the file could be the configuration of this component.
fn is_configuration(rules: &Rules, id: &ComponentId, name: &str) -> bool {
    let mut rows = rules.files.iter().filter(|row| row.component == *id);
    match rules.files.iter().any(|row| row.component == *id) {
        true => rows.any(|row| row.kind == FileKind::Configuration && row.takes(name)),
        false => name.eq_ignore_ascii_case("web.config"),
    }
}

/// The document in a file.
///
/// # Errors
/// When it is none, or conflict markers of a merge are left in it.
pub(super) fn document_of(label: &str, bytes: &[u8]) -> Result<Document, Failure> {
    let document = Document::from_bytes(bytes).map_err(|error| {
        let message = match &error {
            ParseError::Syntax(source, error) => {
                let place = LineColumn::of(source.text(), error.span.start);
                let (line, column) = (place.line, place.column);
                format!("not well-formed XML, line {line} column {column}: {}", error.kind)
            }
            ParseError::Encoding(error) => error.to_string(),
            ParseError::TooLarge(_) => "it is too large for a configuration".to_owned(),
        };
        Failure::new(message)
            .in_file(label)
            .help("`conferry lint` shows the place. Correct the file, then run again; the others are carried all the same.")
    })?;
    match left_marker(&document) {
        None => Ok(document),
        Some(_) => Err(Failure::new("conflict markers of an earlier merge are left in this file")
            .in_file(label)
            .help("Settle them first: in each conflict keep the lines that are right, and remove the others with the marker lines.")),
    }
}

fn of_snapshot(path: &Path, rules: &Rules, keys: &Keys) -> Result<Installation, Failures> {
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
fn shipped_in_snapshot(manifest: &Manifest) -> Vec<Found> {
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

fn component_in_snapshot(
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

fn of_folder(path: &Path, rules: &Rules) -> Result<Installation, Failures> {
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

fn is_installer(path: &Path) -> bool {
    let is_msi = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("msi"));
    is_msi && path.is_file()
}

/// The configurations that an installer ships; nothing is installed.
fn of_installer(path: &Path, rules: &Rules) -> Result<Installation, Failures> {
    let installer = Installer::open(path).map_err(Failure::from)?;
    let mut tree = Memory::default();
    let mut components = Vec::new();
    let wanted = installer
        .files()
        .iter()
        .filter(|file| file.size <= MAX_SHIPPED);
    for file in wanted.filter(|file| shipped::is_configuration(file.name())) {
        let bytes = installer.read(file).map_err(Failure::from)?;
        let inner = file.path.replace('\\', "/");
        let document = Document::from_bytes(&bytes).ok();
        let component = document
            .as_ref()
            .and_then(|document| rules.component_of(document));
        let Some(component) = component
            .filter(|component| is_configuration(rules, &component.provenance.id, file.name()))
        else {
            continue;
        };
        tree.insert(&inner, bytes);
        let path = PathBuf::from(inner);
        components.push(Found {
            id: component.provenance.id.clone(),
            title: component.provenance.summary.clone(),
            folder: path.parent().unwrap_or(Path::new("")).to_owned(),
            place: None,
            virtual_directory: None,
            site: None,
            configuration: Some(OneFile {
                below: file.name().to_owned(),
                place: None,
                kind: Some(FileKind::Configuration),
                path,
            }),
            files: Vec::new(),
        });
    }
    if components.is_empty() {
        return Err(Failure::new("it ships no configuration of a component that a rule pack knows")
            .in_file(path.display())
            .help("Check that it is the right installer; `conferry merge --new-from` says what an installer has.")
            .into());
    }
    let product = installer.product();
    Ok(Installation {
        name: folder_name(path),
        is_named: false,
        path: path.to_owned(),
        form: Form::Installer,
        sha256: Some(installer.sha256().to_owned()),
        tree: Arc::new(tree),
        components,
        shipped: Vec::new(),
        others: Vec::new(),
        notes: vec![format!(
            "{} {}, product code {}",
            product.name, product.version, product.code
        )],
        failures: Failures::new(),
    })
}

fn folder_name(path: &Path) -> String {
    let whole = crate::io::relative::absolute(path);
    let name = |path: &Path| {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    match name(&whole) {
        // `mfa1\c` is the drive of mfa1.
        Some(drive) if drive.len() == 1 => whole.parent().and_then(name).unwrap_or(drive),
        Some(name) => name,
        None => String::new(),
    }
}

/// The installation on a drive; `None` if no component is in any of its usual places.
fn of_drive(path: &Path, letter: char, rules: &Rules) -> Option<Result<Installation, Failures>> {
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

fn drive_component(
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
fn listed(folder: &Path, failures: &mut Failures) -> Vec<(PathBuf, String)> {
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
fn named(folder: &Path, rules: &Rules, id: &ComponentId) -> Vec<(PathBuf, String)> {
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
fn files_of_sites(drives: &Drives, taken: &[PathBuf], failures: &mut Failures) -> Vec<OneFile> {
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

fn of_component_folders(path: &Path, rules: &Rules) -> Result<Installation, Failures> {
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
