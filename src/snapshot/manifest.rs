//! The manifest: what a snapshot holds and where it came from.
//!
//! `manifest.json` is read back only if it says nothing dangerous: every path
//! stays inside the snapshot, every source is a plain path on a drive, and no
//! two of them are the same file on Windows. `SHA256SUMS` beside it holds the
//! hash of every file and of the manifest itself; it follows from the manifest
//! byte for byte, so that a change in either is seen.

use std::collections::HashSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Problem, plain};
use crate::io::stream;
use crate::io::windows_path::{WindowsPath, check_relative, fold};
use crate::pack::places::FileKind;
use crate::pack::rules::{ComponentId, PackId};

/// Version of the format. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 1;
/// Name of the manifest in a snapshot.
pub const MANIFEST: &str = "manifest.json";
/// Name of the list of hashes in a snapshot.
pub const SUMS: &str = "SHA256SUMS";

/// What a snapshot holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this format: 1.
    pub schema: u32,
    /// Version of conferry that made it.
    pub conferry: String,
    /// When it was made, RFC 3339 in UTC.
    pub created: String,
    /// Name of the computer that made it.
    pub host: String,
    /// Letter of the system drive.
    pub system_drive: char,
    /// Rule packs that said what to look for.
    pub packs: Vec<PackEntry>,
    /// What was found.
    pub components: Vec<ComponentEntry>,
    /// The files, by path.
    pub files: Vec<FileEntry>,
    /// Installers that components keep in their folders.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub installers: Vec<InstallerEntry>,
    /// What was looked for in vain.
    pub missing: Vec<MissingEntry>,
    /// Files that could not be read or taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<ProblemEntry>,
    /// What people should know.
    pub warnings: Vec<String>,
}

/// A rule pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackEntry {
    /// Its id.
    pub id: PackId,
    /// Its version.
    pub version: String,
}

/// A component in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComponentEntry {
    /// Its id in the rule pack.
    pub id: ComponentId,
    /// Its name for people.
    pub title: String,
    /// Its folder as Windows shows it.
    pub folder: String,
    /// What led to it.
    pub found_by: Vec<String>,
    /// Its path in the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub virtual_directory: Option<String>,
    /// The web site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The application pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_pool: Option<String>,
    /// The CLR version of the pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime: Option<String>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Where it is in the snapshot, with `/`.
    pub path: String,
    /// Where it came from, as Windows shows it; absent for files from elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Component it belongs to; `windows` for what was read to find things.
    pub component: ComponentId,
    /// What kind of file it is.
    pub kind: FileKind,
    /// The row of the rule pack, or the option, that asked for it.
    pub taken_by: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 in small hexadecimal digits.
    pub sha256: String,
    /// When it was last changed, RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// Unix mode in octal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Windows attributes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<u32>,
    /// True if it kept changing while it was copied, so that the copy may not be whole.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inconsistent: bool,
}

/// An installer that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstallerEntry {
    /// Where it is, as Windows shows it.
    pub source: String,
    /// The component that it installs.
    pub component: ComponentId,
    /// The row of the rule pack that names it.
    pub found_by: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 in small hexadecimal digits; absent if it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What it installs; absent if it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductEntry>,
    /// The configuration files that were taken out of it, by their paths in the snapshot.
    pub shipped: Vec<String>,
    /// Why it, or a file in it, could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What an installer installs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductEntry {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its product code.
    pub code: String,
}

/// Something that was looked for in vain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MissingEntry {
    /// Component it belongs to.
    pub component: ComponentId,
    /// What it is.
    pub what: String,
    /// Where it was looked for.
    pub looked_in: Vec<String>,
}

/// A file that could not be read or taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProblemEntry {
    /// The file, where it was looked at.
    pub file: String,
    /// What went wrong.
    pub message: String,
}

impl From<&Problem> for ProblemEntry {
    fn from(problem: &Problem) -> Self {
        let mut message = problem.message.clone();
        plain(&mut message);
        Self {
            file: problem.file.clone(),
            message,
        }
    }
}

/// Why a manifest is not used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ManifestError {
    /// Not JSON of this shape.
    #[error("it is no manifest: {0}")]
    Shape(String),
    /// Made by a newer conferry.
    #[error("it has format {0}, this conferry reads format {SCHEMA}")]
    Schema(u64),
    /// An entry that would be dangerous.
    #[error("the entry `{entry}` is refused: {reason}")]
    Entry {
        /// Its path or source.
        entry: String,
        /// Why.
        reason: String,
    },
}

impl Manifest {
    /// Reads `manifest.json` and refuses what is dangerous.
    ///
    /// # Errors
    /// See [`ManifestError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Head {
            schema: u64,
        }
        let shape = |error: serde_json::Error| ManifestError::Shape(error.to_string());
        if let Some(line) = unprintable(bytes) {
            let reason = format!("line {line} has characters that conferry does not write");
            return Err(ManifestError::Shape(reason));
        }
        let head: Head = serde_json::from_slice(bytes).map_err(shape)?;
        if head.schema != u64::from(SCHEMA) {
            return Err(ManifestError::Schema(head.schema));
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(shape)?;
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), ManifestError> {
        let refuse = |entry: &str, reason: String| ManifestError::Entry {
            entry: entry.escape_debug().to_string(),
            reason,
        };
        let (mut paths, mut sources) = (HashSet::new(), HashSet::new());
        let mut total: u64 = 0;
        for file in &self.files {
            let entry = file.path.as_str();
            let sum = total.checked_add(file.size);
            total = sum.ok_or_else(|| refuse(entry, "no disk holds as much".to_owned()))?;
            check_relative(entry).map_err(|problem| refuse(entry, problem.to_string()))?;
            if !entry.starts_with("files/") {
                return Err(refuse(entry, "it is not below `files`".to_owned()));
            }
            if !paths.insert(fold(entry)) {
                return Err(refuse(
                    entry,
                    "another entry has this name in another case".to_owned(),
                ));
            }
            if let Some(source) = &file.source {
                let path = WindowsPath::parse(source)
                    .map_err(|problem| refuse(source, problem.to_string()))?;
                if !sources.insert(path.folded()) {
                    return Err(refuse(source, "it stands there twice".to_owned()));
                }
            }
            let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            if file.sha256.len() != 64 || !file.sha256.bytes().all(is_digit) {
                return Err(refuse(entry, "its hash is no SHA-256".to_owned()));
            }
            let modified = file.modified.as_deref();
            if modified.is_some_and(|time| time.parse::<Timestamp>().is_err()) {
                return Err(refuse(entry, "its time is none".to_owned()));
            }
        }
        for installer in &self.installers {
            let source = installer.source.as_str();
            WindowsPath::parse(source).map_err(|problem| refuse(source, problem.to_string()))?;
            let mut shipped = installer.shipped.iter();
            if let Some(other) = shipped.find(|path| !paths.contains(&fold(path))) {
                return Err(refuse(
                    other,
                    "no file of the snapshot has this path".to_owned(),
                ));
            }
        }
        let both = in_a_file(&paths, '/').or_else(|| in_a_file(&sources, '\\'));
        match both {
            Some(entry) => {
                let reason = "another entry is a file where this one needs a folder";
                Err(refuse(entry, reason.to_owned()))
            }
            None => Ok(()),
        }
    }

    /// The bytes of `manifest.json`.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // These types have nothing that serde_json could refuse.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// The text of `SHA256SUMS`, as `sha256sum --check` reads it; `bytes` is the manifest.
    #[must_use]
    pub fn sums(&self, bytes: &[u8]) -> String {
        let mut sums = String::new();
        for file in &self.files {
            sums.push_str(&format!("{}  {}\n", file.sha256, file.path));
        }
        sums.push_str(&format!("{}  {MANIFEST}\n", stream::sha256(bytes)));
        sums
    }

    /// The JSON Schema of the manifest.
    #[must_use]
    pub fn json_schema() -> String {
        let schema = schemars::schema_for!(Manifest);
        let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// A path that goes through another one, which therefore would be a file and a folder.
fn in_a_file(paths: &HashSet<String>, separator: char) -> Option<&str> {
    let through = |path: &&String| {
        let mut folders = path.match_indices(separator).map(|(at, _)| &path[..at]);
        folders.any(|folder| paths.contains(folder))
    };
    paths.iter().filter(through).min().map(String::as_str)
}

/// The first line with characters that could steer a terminal, raw or escaped:
/// reports print what a manifest says.
fn unprintable(bytes: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(bytes);
    text.lines()
        .position(|line| {
            let mut escaped = false;
            line.chars().any(|char| {
                let bad = char.is_control() || (escaped && !matches!(char, '"' | '\\'));
                escaped = char == '\\' && !escaped;
                bad
            })
        })
        .map(|at| at + 1)
}
