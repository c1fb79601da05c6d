//! All files of one run: what rules that look across files see.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::settings::{self, Policies};
use super::subject::Subject;
use super::tree::{Disk, Snapshot, Tree};
use crate::io::place::Place;
use crate::io::read::{self, ReadError};
use crate::io::relative::native;
use crate::pack::Rules;
use crate::pack::rules::ComponentId;

/// A file to read.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its path as reports name it.
    pub label: String,
    /// Its path in its tree.
    pub path: PathBuf,
    /// Its tree.
    pub tree: Arc<dyn Tree>,
    /// Where it was found on the disk: it is read and changed there or not at all.
    pub place: Option<Place>,
}

/// The files of a run, in the order they were given.
#[derive(Clone, Debug, Default)]
pub struct Estate {
    /// The files.
    pub subjects: Vec<Subject>,
}

impl Estate {
    /// Reads `inputs` on all cores; what cannot be read is returned beside.
    #[must_use]
    pub fn read(inputs: Vec<Input>, rules: &Rules) -> (Self, Vec<ReadError>) {
        let read: Vec<Result<Subject, ReadError>> = inputs
            .into_par_iter()
            .map(|input| {
                let read = match &input.place {
                    Some(place) => read::read_place(place, &input.path),
                    None => input.tree.read(&input.path),
                };
                let bytes = read.map_err(|error| ReadError {
                    path: PathBuf::from(&input.label),
                    ..error
                })?;
                let mut subject = Subject::new(input.label, input.path, input.tree, &bytes, rules);
                subject.place = input.place;
                Ok(subject)
            })
            .collect();
        let mut errors = Vec::new();
        let mut subjects = Vec::with_capacity(read.len());
        for subject in read {
            match subject {
                Ok(subject) => subjects.push(subject),
                Err(error) => errors.push(error),
            }
        }
        (Self { subjects }, errors)
    }

    /// Adds the conferry.toml files of `policies`, so that findings can be in them.
    pub fn add_settings(&mut self, policies: &Policies, rules: &Rules) {
        for policy in &policies.all {
            let bytes = policy.text.as_bytes();
            let path = policy.folder.join(settings::FILE_NAME);
            let tree = Arc::new(Disk::default());
            let mut subject = Subject::new(policy.label.clone(), path, tree, bytes, rules);
            subject.is_settings = true;
            self.subjects.push(subject);
        }
    }

    /// How many files rules look at.
    #[must_use]
    pub fn looked_at(&self) -> usize {
        let files = self.subjects.iter();
        files.filter(|subject| !subject.is_settings).count()
    }

    /// The files that are configuration of this component, with their positions.
    pub fn of_component<'e>(
        &'e self,
        component: &'e ComponentId,
    ) -> impl Iterator<Item = (usize, &'e Subject)> {
        self.subjects
            .iter()
            .enumerate()
            .filter(move |(_, subject)| subject.component.as_ref() == Some(component))
    }
}

/// The configuration files in a snapshot at `path`: those with a name that `takes` accepts.
#[must_use]
pub fn inputs_of_snapshot(
    path: &Path,
    snapshot: Snapshot,
    takes: impl Fn(&Path) -> bool,
) -> Vec<Input> {
    let tree = Arc::new(snapshot);
    let files: HashSet<String> = tree
        .files()
        .filter(|file| takes(Path::new(file)))
        .map(str::to_owned)
        .collect();
    let mut files: Vec<String> = files.into_iter().collect();
    files.sort();
    files
        .into_iter()
        .map(|file| Input {
            label: native(&path.join(&file)).display().to_string(),
            path: PathBuf::from(file),
            tree: tree.clone(),
            place: None,
        })
        .collect()
}
