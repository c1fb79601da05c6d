//! Finding the files that a command works on.
//!
//! Promises a deterministic order (as the paths were given, names sorted
//! below a folder), each file once, and that no link leads out of the tree, be
//! it put there later: links are followed only where the user named them. A path that cannot be
//! walked is an error for that path; the others go on. What a run of conferry left
//! unfinished is not there for a walk.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use thiserror::Error;
use walkdir::{DirEntry, WalkDir};

use super::folder::{Folder, is_temporary};
use super::place::Place;
use super::read::{ReadError, ReadErrorKind};
use super::relative::native;
use crate::error::Failure;

/// Folders that hold no configuration in use.
const SKIPPED_FOLDERS: [&str; 6] = [".git", ".hg", ".svn", ".jj", ".bzr", ".vs"];

/// A glob of the user is not valid.
#[derive(Debug, Error)]
#[error("the pattern `{pattern}` is not valid: {reason}")]
pub struct GlobError {
    /// The pattern as given.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

impl From<GlobError> for Failure {
    fn from(error: GlobError) -> Self {
        Failure::new(error.to_string()).help(
            "`*` stands for a part of a name, `**` for any folders, `{a,b}` for either. Example: --include '*.config'",
        )
    }
}

/// Which files below a folder are wanted.
///
/// A pattern without `/` is compared with the name, one with `/` with the path
/// below the folder; both without regard to case.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    include: Option<GlobSet>,
    exclude: Option<GlobSet>,
}

impl Selection {
    /// Compiles the patterns. Without `include` every file is wanted.
    ///
    /// # Errors
    /// The first pattern that is not valid.
    pub fn new(include: &[String], exclude: &[String]) -> Result<Self, GlobError> {
        Ok(Self {
            include: compile(include)?,
            exclude: compile(exclude)?,
        })
    }

    /// Whether the file at this path below its root is wanted.
    #[must_use]
    pub fn takes(&self, below_root: &Path) -> bool {
        self.includes(below_root) && !self.excludes(below_root)
    }

    /// Whether `include` names this path, or names nothing at all.
    #[must_use]
    pub fn includes(&self, below_root: &Path) -> bool {
        self.include
            .as_ref()
            .is_none_or(|globs| globs.is_match(below_root))
    }

    /// Whether `exclude` names this path.
    #[must_use]
    pub fn excludes(&self, below_root: &Path) -> bool {
        self.exclude
            .as_ref()
            .is_some_and(|globs| globs.is_match(below_root))
    }
}

/// Decides which files a walk takes.
pub trait Choose {
    /// Whether the walk enters the folder at this path below its root.
    fn enters(&self, below_root: &Path) -> bool;

    /// Whether the walk takes the file at this path below its root.
    fn takes(&self, below_root: &Path) -> bool;
}

impl Choose for Selection {
    fn enters(&self, below_root: &Path) -> bool {
        !self.excludes(below_root)
    }

    fn takes(&self, below_root: &Path) -> bool {
        self.takes(below_root)
    }
}

fn compile(patterns: &[String]) -> Result<Option<GlobSet>, GlobError> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let failed = |error: globset::Error| GlobError {
            pattern: pattern.clone(),
            reason: error.kind().to_string(),
        };
        let plain = pattern.strip_prefix("./").unwrap_or(pattern);
        let plain = plain.strip_suffix('/').unwrap_or(plain);
        let anywhere = if plain.contains('/') {
            plain.to_owned()
        } else {
            format!("**/{plain}")
        };
        let glob = GlobBuilder::new(&anywhere)
            .case_insensitive(true)
            .literal_separator(true)
            .build()
            .map_err(failed)?;
        set.add(glob);
    }
    let set = set.build().map_err(|error| GlobError {
        pattern: patterns.join(" "),
        reason: error.kind().to_string(),
    })?;
    Ok(Some(set))
}

/// A file to work on.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its path, beginning as the user gave it.
    pub path: PathBuf,
    /// Whether the user named the file itself.
    pub explicit: bool,
    /// Where it was found: later looks lead there or fail.
    pub place: Place,
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Walked {
    /// The files, in a deterministic order.
    pub files: Vec<Found>,
    /// Paths that could not be walked.
    pub errors: Vec<ReadError>,
}

/// The files at and below `paths`. Files that are named are always taken.
#[must_use]
pub fn files(paths: &[PathBuf], selection: &impl Choose) -> Walked {
    let mut walked = Walked::default();
    // Below one folder nothing is found twice: links are not followed.
    let mut seen = (paths.len() > 1).then(HashSet::new);
    for path in paths {
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => match Folder::open(path) {
                Ok(root) => folder(&Arc::new(root), path, selection, &mut seen, &mut walked),
                Err(error) => walked.errors.push(ReadError::of(path, error)),
            },
            Ok(metadata) if !metadata.is_file() => walked.errors.push(ReadError {
                path: path.clone(),
                kind: ReadErrorKind::Special,
            }),
            Ok(_) => match Place::named(path) {
                Ok(place) => take(path.clone(), true, place, &mut seen, &mut walked),
                Err(error) => walked.errors.push(ReadError::of(path, error)),
            },
            Err(error) => walked.errors.push(ReadError::of(path, error)),
        }
    }
    walked
}

fn folder(
    opened: &Arc<Folder>,
    root: &Path,
    selection: &impl Choose,
    seen: &mut Option<HashSet<PathBuf>>,
    walked: &mut Walked,
) {
    let below = |entry: &DirEntry| {
        let path = entry.path();
        path.strip_prefix(root).unwrap_or(path).to_owned()
    };
    let wanted = |entry: &DirEntry| {
        entry.depth() == 0
            || !(is_temporary(entry.file_name())
                || entry.file_type().is_dir()
                    && (is_skipped_folder(entry) || !selection.enters(&below(entry))))
    };
    let entries = WalkDir::new(root)
        .sort_by_file_name()
        .follow_links(false)
        .into_iter()
        .filter_entry(wanted);
    for entry in entries {
        match entry {
            Ok(entry)
                if entry.file_type().is_file()
                    && !is_backup(&entry)
                    && selection.takes(&below(&entry)) =>
            {
                let below = below(&entry);
                let place = Place::below(opened, &below);
                let path = match root == Path::new(".") {
                    true => below,
                    false => native(entry.path()),
                };
                take(path, false, place, seen, walked);
            }
            Ok(_) => {}
            Err(error) => walked.errors.push(unwalkable(root, error)),
        }
    }
}

/// Takes a file unless it is among those `seen`.
fn take(
    path: PathBuf,
    explicit: bool,
    place: Place,
    seen: &mut Option<HashSet<PathBuf>>,
    walked: &mut Walked,
) {
    let is_new = seen.as_mut().is_none_or(|seen| {
        let identity = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        seen.insert(identity)
    });
    if is_new {
        walked.files.push(Found {
            path,
            explicit,
            place,
        });
    }
}

fn unwalkable(root: &Path, error: walkdir::Error) -> ReadError {
    let path = error.path().unwrap_or(root).to_owned();
    match error.into_io_error() {
        Some(error) => ReadError::of(&path, error),
        None => ReadError {
            path,
            kind: ReadErrorKind::Special,
        },
    }
}

fn is_skipped_folder(entry: &DirEntry) -> bool {
    SKIPPED_FOLDERS
        .iter()
        .any(|name| entry.file_name().eq_ignore_ascii_case(name))
}

/// Whether this is a copy that the writer keeps (`web.config.bak`, `web.config.bak.1`):
/// a copy of the original is worth nothing when it is changed as well.
fn is_backup(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
    let numbered = name.trim_end_matches(|digit: char| digit.is_ascii_digit());
    name.ends_with(".bak") || (numbered.len() < name.len() && numbered.ends_with(".bak."))
}
