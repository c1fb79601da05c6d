//! An installation as it is found: a snapshot, a folder that stands for a drive, or a folder with the
//! folders of components in it.
//!
//! Components are recognised by what stands in their configuration, never by the name of a folder. A
//! snapshot is verified before anything of it is used.

mod drive;
mod folders;
mod installer;
mod snapshot;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::folders::of_folder;
use self::installer::{is_installer, of_installer};
use self::snapshot::of_snapshot;
use crate::error::{Failure, Failures};
use crate::io::sealed::Keys;
use crate::io::windows_path::{WindowsPath, check_name};
use crate::lint::is_snapshot;
use crate::lint::tree::Tree;
use crate::merge::suspicion::left_marker;
use crate::pack::Rules;
use crate::pack::places::FileKind;
use crate::pack::rules::ComponentId;
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
