//! What differs between two states of a server: two snapshots, or a snapshot
//! and what is there now.
//!
//! Files are the same by their Windows path, without regard to case. Of XML
//! configuration the values that differ are listed, by meaning: a file that
//! was only reformatted has none.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use super::find::Plan;
use super::manifest::{FileEntry, Manifest};
use super::store::Store;
use crate::io::folder;
use crate::io::read;
use crate::io::stream;
use crate::io::windows_path::{Drives, WindowsPath, fold};
use crate::merge::outcome::Value;
use crate::merge::{Inputs, Mode, merge};
use crate::pack::Rules;
use crate::pack::places::FileKind;
use crate::pack::rules::ComponentId;
use crate::xml::Document;
use crate::xml::address::Address;

/// Largest configuration whose values are compared.
const MAX_CONFIGURATION: u64 = 16 << 20;

/// One file of a state.
#[derive(Clone, Debug)]
struct Side {
    name: String,
    component: ComponentId,
    kind: FileKind,
    size: u64,
    sha256: String,
    from: From,
}

#[derive(Clone, Debug)]
enum From {
    Snapshot(String),
    Disk(PathBuf),
}

/// A state of a server.
pub struct State<'s> {
    files: BTreeMap<String, Side>,
    store: Option<&'s Store>,
    /// Files that could not be read.
    pub unreadable: Vec<(String, String)>,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Only the second state has it.
    Added,
    /// Only the first state has it.
    Removed,
    /// Both have it, with other bytes.
    Changed,
    /// The second state has the same bytes at another place.
    Moved,
}

/// One file that differs.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Its path; the old one if it was moved.
    pub path: String,
    /// Its component.
    pub component: ComponentId,
    /// What became of it.
    pub change: Change,
    /// Where it is now, if it was moved.
    pub to: Option<String>,
    /// Size and hash before.
    pub before: Option<(u64, String)>,
    /// Size and hash after.
    pub after: Option<(u64, String)>,
    /// Values that differ; `None` if the file is no XML that both states can read.
    pub settings: Option<Vec<Setting>>,
    /// Values of the file that are secrets, which no address may show.
    pub secrets: Vec<String>,
}

/// One value that differs.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Its XPath.
    pub address: Address,
    /// The value before.
    pub before: Option<Value>,
    /// The value after.
    pub after: Option<Value>,
    /// Whether it must not be shown.
    pub secret: bool,
}

impl<'s> State<'s> {
    /// What a snapshot says.
    #[must_use]
    pub fn of_snapshot(manifest: &Manifest, store: &'s Store) -> Self {
        let side = |file: &FileEntry| Side {
            name: file.source.clone().unwrap_or_else(|| file.path.clone()),
            component: file.component.clone(),
            kind: file.kind,
            size: file.size,
            sha256: file.sha256.clone(),
            from: From::Snapshot(file.path.clone()),
        };
        let sides = manifest.files.iter().map(side);
        Self {
            files: sides.map(|side| (fold(&side.name), side)).collect(),
            store: Some(store),
            unreadable: Vec::new(),
        }
    }

    /// Without files that came from no drive of the server, such as exports.
    #[must_use]
    pub fn of_drives(mut self) -> Self {
        self.files
            .retain(|_, side| WindowsPath::parse(&side.name).is_ok());
        self
    }

    /// What is there now: what would be taken today, and what `before` had.
    #[must_use]
    pub fn live(plan: &Plan, before: &Manifest, drives: &Drives) -> Self {
        let mut state = Self {
            files: BTreeMap::new(),
            store: None,
            unreadable: Vec::new(),
        };
        for file in &plan.files {
            let name = file.source.clone().unwrap_or_else(|| file.path.clone());
            state.add(name, &file.component, file.kind, file.from.clone());
        }
        for file in &before.files {
            let path = file.source.as_deref();
            let Some(path) = path.and_then(|path| WindowsPath::parse(path).ok()) else {
                continue;
            };
            let key = path.folded();
            let is_known = |(name, _): &(String, String)| fold(name) == key;
            if state.files.contains_key(&key) || state.unreadable.iter().any(is_known) {
                continue;
            }
            match drives.find(&path) {
                // To open a pipe could wait for ever.
                Ok(Some(found)) if found.is_file() => {
                    state.add(path.to_string(), &file.component, file.kind, found);
                }
                Ok(Some(_)) => {}
                Ok(None) => {
                    let hidden = why_hidden(drives, &path);
                    let error = hidden.map(|error| (path.to_string(), error.to_string()));
                    state.unreadable.extend(error);
                }
                Err(problem) => {
                    let unreadable = (path.to_string(), problem.to_string());
                    state.unreadable.push(unreadable);
                }
            }
        }
        state
    }

    fn add(&mut self, name: String, component: &ComponentId, kind: FileKind, from: PathBuf) {
        match folder::read(&from).and_then(stream::measure) {
            Ok(measured) => {
                let side = Side {
                    component: component.clone(),
                    kind,
                    size: measured.size,
                    sha256: measured.sha256,
                    from: From::Disk(from),
                    name,
                };
                self.files.insert(fold(&side.name), side);
            }
            Err(error) => self.unreadable.push((name, error.to_string())),
        }
    }

    fn document(&self, side: &Side) -> Option<Document> {
        let bytes = match &side.from {
            From::Disk(path) => read::read_file(path).ok()?,
            From::Snapshot(path) => {
                let mut bytes = Vec::new();
                let read = |from: &mut dyn io::Read| from.read_to_end(&mut bytes);
                self.store?.reader().read(path, side.size, read).ok()?;
                bytes
            }
        };
        Document::from_bytes(&bytes).ok()
    }
}

/// Why nobody can say that `path` is not there: its folder may not be read.
fn why_hidden(drives: &Drives, path: &WindowsPath) -> Option<io::Error> {
    let target = drives.target(path).ok()?;
    let folder = target.ancestors().skip(1).find(|folder| folder.exists())?;
    let error = std::fs::read_dir(folder).err()?;
    (error.kind() == io::ErrorKind::PermissionDenied).then_some(error)
}

/// Everything that differs, by path.
#[must_use]
pub fn diff(before: &State<'_>, after: &State<'_>, rules: &Rules) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut appeared: Vec<&Side> = (after.files.iter())
        .filter(|(key, _)| !before.files.contains_key(*key))
        .map(|(_, side)| side)
        .collect();
    for (key, old) in &before.files {
        let unreadable = after.unreadable.iter().any(|(name, _)| fold(name) == *key);
        let identity = |side: &Side| Some((side.size, side.sha256.clone()));
        let difference = |change, new: Option<&Side>| Difference {
            path: old.name.clone(),
            component: old.component.clone(),
            change,
            to: None,
            before: identity(old),
            after: new.and_then(identity),
            settings: None,
            secrets: Vec::new(),
        };
        match after.files.get(key) {
            Some(new) if new.sha256 == old.sha256 => {}
            Some(new) => {
                let (settings, secrets) = settings(before, old, after, new, rules).unzip();
                differences.push(Difference {
                    settings,
                    secrets: secrets.unwrap_or_default(),
                    ..difference(Change::Changed, Some(new))
                });
            }
            None if unreadable => {}
            None => {
                let moved = appeared.iter().position(|new| {
                    old.size > 0 && new.sha256 == old.sha256 && new.component == old.component
                });
                differences.push(match moved.map(|at| appeared.remove(at)) {
                    Some(new) => Difference {
                        to: Some(new.name.clone()),
                        ..difference(Change::Moved, Some(new))
                    },
                    None => difference(Change::Removed, None),
                });
            }
        }
    }
    differences.extend(appeared.into_iter().map(|new| Difference {
        path: new.name.clone(),
        component: new.component.clone(),
        change: Change::Added,
        to: None,
        before: None,
        after: Some((new.size, new.sha256.clone())),
        settings: None,
        secrets: Vec::new(),
    }));
    differences.sort_by_key(|difference| fold(&difference.path));
    differences
}

fn settings(
    before: &State<'_>,
    old: &Side,
    after: &State<'_>,
    new: &Side,
    rules: &Rules,
) -> Option<(Vec<Setting>, Vec<String>)> {
    let is_configuration = matches!(
        old.kind,
        FileKind::Configuration | FileKind::Sidecar | FileKind::Evidence
    );
    if !is_configuration || old.size.max(new.size) > MAX_CONFIGURATION {
        return None;
    }
    let (old, new) = (before.document(old)?, after.document(new)?);
    // What one side changed against the other is what differs.
    let merged = merge(Inputs {
        base: Some(&old),
        incoming: &new,
        carrier: &old,
        mode: Mode::Branches,
        rules,
        rewrite: None,
        joins_renamed: false,
        reports: true,
    })
    .ok()?;
    let settings = merged.decisions.into_iter().map(|decision| Setting {
        address: decision.address,
        before: decision.values.base,
        after: decision.values.incoming,
        secret: decision.secret,
    });
    let settings = settings.filter(|setting| setting.before != setting.after);
    let settings: Vec<Setting> = settings.collect();
    let secrets = match settings.as_slice() {
        [] => Vec::new(),
        _ => [&old, &new]
            .into_iter()
            .flat_map(|document| rules.secrets.secret_values(&rules.identities, document))
            .collect(),
    };
    Some((settings, secrets))
}
