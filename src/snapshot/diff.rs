//! What differs between two states of a server: two snapshots, or a snapshot
//! and what is there now.
//!
//! Files are the same by their Windows path, without regard to case; else by their bytes. A configuration that
//! is the only one of its component and name that is gone, or of its component, is the one that has come.

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
use crate::pack::places::FileKind;
use crate::pack::rules::ComponentId;
use crate::xml::Document;

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
    /// The second state has it at another place: the same bytes, or the configuration of the same component.
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
    /// Of a configuration, its keys in both states.
    keys: Option<[String; 2]>,
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
pub fn diff(before: &State<'_>, after: &State<'_>) -> Vec<Difference> {
    let mut differences = Vec::new();
    let appeared = (after.files.iter()).filter(|(key, _)| !before.files.contains_key(*key));
    let mut appeared: Vec<(&String, &Side)> = appeared.collect();
    let is_hidden = |key: &String| {
        let mut unreadable = after.unreadable.iter();
        unreadable.any(|(name, _)| fold(name) == *key)
    };
    let gone =
        (before.files.iter()).filter(|(key, _)| !after.files.contains_key(*key) && !is_hidden(key));
    let mut gone: Vec<(&String, &Side)> = gone.collect();
    for (key, old) in &before.files {
        if let Some(new) = after.files.get(key).filter(|new| new.sha256 != old.sha256) {
            let sides = [(key, old), (key, new)];
            differences.push(Difference::of(Change::Changed, sides));
        }
    }
    gone.retain(|(key, old)| {
        let is_same = |(_, new): &(&String, &Side)| {
            old.size > 0 && new.sha256 == old.sha256 && new.component == old.component
        };
        let Some(at) = appeared.iter().position(is_same) else {
            return true;
        };
        let sides = [(*key, *old), appeared.remove(at)];
        differences.push(Difference::of(Change::Moved, sides));
        false
    });
    let by_name = |(_, side): &(&String, &Side)| {
        let name = fold(&side.name);
        let name = name.rsplit_once('\\').map_or(&*name, |(_, name)| name);
        format!("{}\0{name}", side.component)
    };
    let by_component = |(_, side): &(&String, &Side)| side.component.to_string();
    for name in [
        &by_name as &dyn Fn(&(&String, &Side)) -> String,
        &by_component,
    ] {
        for sides in only_ones(&mut gone, &mut appeared, name) {
            differences.push(Difference::of(Change::Moved, sides));
        }
    }
    let removed = gone.into_iter().map(|(_, old)| (Change::Removed, old));
    let added = appeared.into_iter().map(|(_, new)| (Change::Added, new));
    differences.extend(removed.chain(added).map(|(change, side)| {
        let identity = Some((side.size, side.sha256.clone()));
        let (before, after) = match change {
            Change::Removed => (identity, None),
            _ => (None, identity),
        };
        Difference {
            path: side.name.clone(),
            component: side.component.clone(),
            change,
            to: None,
            before,
            after,
            keys: None,
        }
    }));
    differences.sort_by_key(|difference| fold(&difference.path));
    differences
}

/// Takes the configurations out of both lists that alone on their side have a name, which both sides have.
fn only_ones<'s>(
    gone: &mut Vec<(&'s String, &'s Side)>,
    appeared: &mut Vec<(&'s String, &'s Side)>,
    name: &dyn Fn(&(&'s String, &'s Side)) -> String,
) -> Vec<[(&'s String, &'s Side); 2]> {
    let mut named: BTreeMap<String, [Vec<usize>; 2]> = BTreeMap::new();
    for (at, list) in [&*gone, &*appeared].into_iter().enumerate() {
        for (position, side) in list.iter().enumerate() {
            if side.1.kind == FileKind::Configuration {
                named.entry(name(side)).or_default()[at].push(position);
            }
        }
    }
    let mut pairs = Vec::new();
    let mut taken = [Vec::new(), Vec::new()];
    for [old, new] in named.into_values() {
        if let ([old], [new]) = (&old[..], &new[..]) {
            pairs.push([gone[*old], appeared[*new]]);
            taken[0].push(*old);
            taken[1].push(*new);
        }
    }
    for (list, taken) in [gone, appeared].into_iter().zip(taken) {
        let mut at = 0;
        list.retain(|_| {
            at += 1;
            !taken.contains(&(at - 1))
        });
    }
    pairs
}

impl Difference {
    fn of(change: Change, [(key, old), (its, new)]: [(&String, &Side); 2]) -> Self {
        let is_configuration = matches!(
            old.kind,
            FileKind::Configuration | FileKind::Sidecar | FileKind::Evidence | FileKind::Shipped
        ) && old.size.max(new.size) <= MAX_CONFIGURATION
            && old.sha256 != new.sha256;
        Self {
            path: old.name.clone(),
            component: old.component.clone(),
            change,
            to: (change == Change::Moved).then(|| new.name.clone()),
            before: Some((old.size, old.sha256.clone())),
            after: Some((new.size, new.sha256.clone())),
            keys: is_configuration.then(|| [key.clone(), its.clone()]),
        }
    }

    /// Both documents of a configuration that changed; `None` if it is no XML that both states can read.
    #[must_use]
    pub fn documents(&self, before: &State<'_>, after: &State<'_>) -> Option<[Document; 2]> {
        let [old, new] = self.keys.as_ref()?;
        Some([
            before.document(before.files.get(old)?)?,
            after.document(after.files.get(new)?)?,
        ])
    }
}
