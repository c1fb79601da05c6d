//! One side of the comparison: its files, and those they point at.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::cli::input::parse_failure;
use crate::cli::snapshot::open;
use crate::config::protected::protected_sections;
use crate::diff::configuration::Sidecar;
use crate::diff::effective::Layer;
use crate::error::{Failure, Failures};
use crate::installer::shipped::Shipped;
use crate::io::read;
use crate::io::sealed::Keys;
use crate::io::walk::{self, Selection as FileSelection};
use crate::lint::estate::{Input, inputs_of_snapshot};
use crate::lint::selection::Selection;
use crate::lint::tree::{Disk, Memory, Snapshot};
use crate::lint::{Estate, Linter, Report, Subject, is_snapshot, usual_files};
use crate::pack::Rules;
use crate::xml::{Document, NodeId};

/// All files of one side.
pub(super) struct Side {
    /// As it was given.
    pub(super) given: String,
    pub(super) estate: Estate,
    /// Of each file its path below what was given; `None` for a file that was given itself.
    pub(super) below: Vec<Option<String>>,
    report: OnceLock<Report>,
}

impl Side {
    /// Reads a file, or the configuration files of a folder or a snapshot.
    ///
    /// # Errors
    /// Whatever could not be read: a comparison with a part of it would say that the rest is gone.
    pub(super) fn read(path: &Path, keys: &Keys, rules: &Rules) -> Result<Self, Failures> {
        if read::is_stdin(path) {
            let bytes = read::read(path)?;
            let label = read::display_name(path);
            let tree = Arc::new(Disk::default());
            let subject = Subject::new(label, PathBuf::new(), tree, &bytes, rules);
            return Ok(Self {
                given: read::display_name(path),
                estate: Estate {
                    subjects: vec![subject],
                },
                below: vec![None],
                report: OnceLock::new(),
            });
        }
        let usual = FileSelection::new(&usual_files(rules), &[])?;
        let inputs = match is_snapshot(path) {
            true => {
                let store = open(path, keys)?;
                inputs_of_snapshot(path, Snapshot::new(store), |file| usual.includes(file))
            }
            false => on_disk(path, &usual)?,
        };
        let is_file = !is_snapshot(path) && !path.is_dir();
        let below = inputs.iter().map(|input| {
            let below = input.path.strip_prefix(path).unwrap_or(&input.path);
            let below = below.display().to_string().replace('\\', "/");
            (!is_file).then(|| on_drive(&below).to_owned())
        });
        let below = below.collect();
        let (estate, unread) = Estate::read(inputs, rules);
        if !unread.is_empty() {
            return Err(unread.into_iter().map(Failure::from).collect());
        }
        Ok(Self {
            given: path.display().to_string(),
            estate,
            below,
            report: OnceLock::new(),
        })
    }

    /// A file out of an installer. What it points at is not looked for in there.
    pub(super) fn of_shipped(shipped: &Shipped, rules: &Rules) -> Self {
        let tree = Arc::new(Memory::default());
        let label = shipped.label.clone();
        Self {
            given: label.clone(),
            estate: Estate {
                subjects: vec![Subject::new(
                    label,
                    PathBuf::new(),
                    tree,
                    &shipped.bytes,
                    rules,
                )],
            },
            below: vec![None],
            report: OnceLock::new(),
        }
    }

    /// Its file, where it is one file.
    pub(super) fn one(&self) -> Option<&Document> {
        match (&self.estate.subjects[..], &self.below[..]) {
            ([subject], [None]) => subject.content.as_ref().ok(),
            _ => None,
        }
    }

    /// What the rule packs say about these files.
    pub(super) fn report(&self, rules: &Rules) -> &Report {
        self.report.get_or_init(|| {
            let selection = Selection::new(rules, &[], &[]);
            let selection = selection.unwrap_or_else(|_| Selection::none(rules));
            let linter = Linter {
                rules,
                selection: &selection,
            };
            linter.run(&self.estate)
        })
    }
}

/// The path on its drive of a file in a snapshot (`files/COMPONENT/C/…`); any other path as it is.
fn on_drive(path: &str) -> &str {
    let below = path
        .strip_prefix("files/")
        .and_then(|rest| rest.split_once('/'));
    match below.and_then(|(_, rest)| rest.split_once('/')) {
        Some((drive, rest)) if drive.len() == 1 => rest,
        _ => path,
    }
}

fn on_disk(path: &Path, usual: &FileSelection) -> Result<Vec<Input>, Failures> {
    let walked = walk::files(&[path.to_owned()], usual);
    if !walked.errors.is_empty() {
        return Err(walked.errors.into_iter().map(Failure::from).collect());
    }
    let disk = Arc::new(Disk::default());
    let input = |found: walk::Found| Input {
        label: found.path.display().to_string(),
        path: found.path,
        tree: disk.clone(),
        place: Some(found.place),
    };
    Ok(walked.files.into_iter().map(input).collect())
}

/// A file of one side, and the files that it points at.
pub(super) struct Loaded<'s> {
    pub(super) label: String,
    pub(super) document: &'s Document,
    sidecars: Vec<(NodeId, String, Document)>,
    /// What is not compared, in words.
    pub(super) missing: Vec<String>,
    /// The paths of files that are there and cannot be understood.
    unreadable: Vec<String>,
}

impl Loaded<'_> {
    pub(super) fn attached(&self) -> impl Iterator<Item = Sidecar<'_>> {
        self.sidecars
            .iter()
            .map(|(section, path, document)| Sidecar {
                section: *section,
                path,
                document,
            })
    }

    /// It, as a file of those from which a configuration inherits; `file` is what it is called.
    pub(super) fn layer<'l>(&'l self, file: Option<&'l str>) -> Layer<'l> {
        Layer {
            document: self.document,
            file,
            sidecars: self.attached().collect(),
            unreadable: self.unreadable.iter().map(String::as_str).collect(),
        }
    }
}

/// The document of a file with those of the files that it points at.
pub(super) fn sidecars<'s>(subject: &'s Subject, rules: &Rules) -> Result<Loaded<'s>, Failure> {
    let document = match &subject.content {
        Ok(document) => document,
        Err(error) => return Err(parse_failure(&subject.label, error, &rules.secrets)),
    };
    let mut loaded = Loaded {
        label: subject.label.clone(),
        document,
        sidecars: Vec::new(),
        missing: Vec::new(),
        unreadable: Vec::new(),
    };
    let folder = subject.path.parent().unwrap_or(Path::new(""));
    for sidecar in crate::config::sidecars::sidecars(document) {
        let found = subject.tree.find(folder, &sidecar.path);
        let read = found.and_then(|found| subject.tree.read(&found).ok());
        match read.map(|bytes| Document::from_bytes(&bytes)) {
            Some(Ok(content)) => loaded
                .sidecars
                .push((sidecar.section, sidecar.path, content)),
            Some(Err(_)) => {
                let what = format!("the file {} cannot be understood", sidecar.path);
                loaded.missing.push(what);
                loaded.unreadable.push(sidecar.path);
            }
            None => loaded
                .missing
                .push(format!("the file {} was not found", sidecar.path)),
        }
    }
    for section in protected_sections(document) {
        let name = document.local_name(section.element);
        loaded.missing.push(format!(
            "what the encrypted section {name} holds; only whether its bytes are the same"
        ));
    }
    Ok(loaded)
}
