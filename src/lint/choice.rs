//! Which files are looked at: what was asked for, the conferry.toml files
//! and the packs each have a say.

use std::cell::RefCell;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::estate::{Input, inputs_of_snapshot};
use super::gather::Asks;
use super::settings::find::whole;
use super::settings::{FILE_NAME, Finder};
use super::tree::{Disk, Snapshot};
use crate::error::{Failure, Failures};
use crate::io::walk::{self, Choose, Selection as FileSelection};
use crate::pack::Rules;
use crate::pack::places::FileKind;
use crate::snapshot::store::Store;
use crate::snapshot::unusable;

/// A file, with the settings that count for it and its path below their folder.
pub(super) struct File {
    pub(super) input: Input,
    pub(super) settings: Option<(usize, PathBuf)>,
}

/// Chooses files by the command line and the settings of each folder.
pub(super) struct Choice<'a> {
    pub(super) asks: &'a Asks<'a>,
    pub(super) given: &'a FileSelection,
    pub(super) usual: &'a FileSelection,
    pub(super) finder: &'a RefCell<Finder>,
}

impl Choice<'_> {
    /// The files at and below the paths; snapshots are opened.
    pub(super) fn files(&self, failures: &mut Failures) -> Vec<File> {
        let disk = Arc::new(Disk::default());
        let mut files: Vec<File> = Vec::new();
        let mut seen = HashSet::new();
        for path in self.asks.paths {
            if is_snapshot(path) {
                self.in_snapshot(path, &mut files, failures);
                continue;
            }
            let below = Below {
                choice: self,
                root: whole(path),
            };
            let walked = walk::files(std::slice::from_ref(path), &below);
            failures.extend(walked.errors.into_iter().map(Failure::from));
            // Files of one folder come one after the other.
            let mut last = (PathBuf::new(), whole(Path::new("")));
            files.extend(walked.files.into_iter().filter_map(|found| {
                let (near, name) = (found.path.parent()?, found.path.file_name()?);
                if name == FILE_NAME {
                    return None;
                }
                if near != last.0 {
                    last = (near.to_owned(), whole(near));
                }
                let file = last.1.join(name);
                // A file that is named twice is looked at, and fixed, once, be it through a link.
                let real = match self.asks.paths.len() {
                    1 => None,
                    _ => file.canonicalize().ok(),
                };
                let real = real.unwrap_or_else(|| file.clone());
                seen.insert(real).then(|| File {
                    settings: self.settings(&last.1, &file),
                    input: Input {
                        label: found.path.display().to_string(),
                        path: found.path,
                        tree: disk.clone(),
                        place: Some(found.place),
                    },
                })
            }));
        }
        let mut labels = HashSet::new();
        files.retain(|file| labels.insert(file.input.label.clone()));
        files
    }

    /// A snapshot is evidence and no place for settings: those of the current folder count.
    fn in_snapshot(&self, path: &Path, files: &mut Vec<File>, failures: &mut Failures) {
        let settings = self.finder.borrow_mut().of_here();
        let takes = |file: &Path| self.takes(file, settings, file);
        match Store::open(path, self.asks.keys) {
            Ok(store) => {
                let inputs = inputs_of_snapshot(path, Snapshot::new(store), takes);
                files.extend(inputs.into_iter().map(|input| File {
                    settings: settings.map(|at| (at, input.path.clone())),
                    input,
                }));
            }
            Err(error) => failures.push(unusable(path, &error)),
        }
    }

    /// The settings for a folder, and the path of `file` below theirs.
    fn settings(&self, folder: &Path, file: &Path) -> Option<(usize, PathBuf)> {
        let mut finder = self.finder.borrow_mut();
        let at = finder.of_folder(folder)?;
        let below = file
            .strip_prefix(&finder.found[at].folder)
            .unwrap_or(file)
            .to_owned();
        Some((at, below))
    }

    /// Whether a file is wanted: at `below_root` for the command line, at `below` for its settings.
    fn takes(&self, below_root: &Path, settings: Option<usize>, below: &Path) -> bool {
        let finder = self.finder.borrow();
        let settings = settings.map(|at| &finder.found[at]);
        let included = match settings.and_then(|settings| settings.include.as_ref()) {
            _ if !self.asks.include.is_empty() => self.given.includes(below_root),
            Some(include) => include.includes(below),
            None => self.usual.includes(below_root),
        };
        included
            && !self.given.excludes(below_root)
            && !settings.is_some_and(|settings| settings.exclude.excludes(below))
    }
}

/// The choice for what stands below one path.
struct Below<'a> {
    choice: &'a Choice<'a>,
    root: PathBuf,
}

impl Choose for Below<'_> {
    fn enters(&self, below_root: &Path) -> bool {
        let folder = self.root.join(below_root);
        let above = folder.parent().unwrap_or(&folder);
        let settings = self.choice.settings(above, &folder);
        let finder = self.choice.finder.borrow();
        !self.choice.given.excludes(below_root)
            && !settings.is_some_and(|(at, below)| finder.found[at].exclude.excludes(&below))
    }

    fn takes(&self, below_root: &Path) -> bool {
        let file = self.root.join(below_root);
        let folder = file.parent().unwrap_or(&self.root);
        match self.choice.settings(folder, &file) {
            Some((at, below)) => self.choice.takes(below_root, Some(at), &below),
            None => self.choice.takes(below_root, None, below_root),
        }
    }
}

/// Globs for *.config and for what packs call configuration.
pub fn usual_files(rules: &Rules) -> Vec<String> {
    let mut globs = vec!["*.config".to_owned()];
    let named = rules
        .files
        .iter()
        .filter(|file| matches!(file.kind, FileKind::Configuration | FileKind::Sidecar));
    for path in named.flat_map(|file| &file.paths) {
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        if !name.to_ascii_lowercase().ends_with(".config") && !globs.contains(&name) {
            globs.push(name);
        }
    }
    globs
}

/// Whether the path ends like a snapshot in one file.
fn has_archive_name(path: &Path) -> bool {
    let name = path.to_string_lossy().to_ascii_lowercase();
    name.ends_with(".zip") || name.ends_with(".zip.age")
}

/// Whether the path is a snapshot: a zip, or a folder with its two files.
pub fn is_snapshot(path: &Path) -> bool {
    has_archive_name(path) && path.is_file()
        || path.join("manifest.json").is_file() && path.join("files").is_dir()
}
