//! Reads servers: from their snapshots, which are verified and with which putting back is rehearsed, or where they are.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::estate::{Estate, EstateError, Server, Source};
use crate::io::stream;
use crate::io::windows_path::Drives;
use crate::lint::estate::{Estate as Files, Input, inputs_of_snapshot};
use crate::lint::tree::{Disk, Snapshot, Tree};
use crate::lint::usual_files;
use crate::pack::Rules;
use crate::snapshot::find::{self, Installers, Planned};
use crate::snapshot::manifest::{self, FileEntry, Manifest, PackEntry};
use crate::snapshot::progress::Progress;
use crate::snapshot::restore::{self, Action};
use crate::snapshot::store::Store;
use crate::snapshot::verify::verify;

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
        let names = |input: &Input| input.path.to_string_lossy().into_owned();
        let inputs: Vec<(String, Input)> = (inputs.into_iter())
            .map(|input| (names(&input), input))
            .collect();
        let first = inputs.first().map(|(_, input)| input.tree.clone());
        let shown = path.display().to_string();
        let server = Server {
            name: name.unwrap_or(&manifest.host).to_owned(),
            snapshot: shown.clone(),
            path: shown,
            is_kept: true,
            sha256: stream::sha256(&manifest.to_bytes()),
            damage: verified.findings,
            obstacles,
            restorable,
            ..Server::of(manifest, first.map_or(Source::Nothing, Source::Snapshot))
        };
        self.take(server, inputs, rules);
        Ok(())
    }

    /// Adds the server whose drive is below `path`, of which there is no snapshot yet.
    pub fn add_drive(&mut self, name: &str, path: &Path, drives: &Drives, rules: &Rules) {
        let found = find::find(&find::Request {
            drives,
            rules,
            components: &[],
            iis: None,
            registry: None,
            include: None,
            with_pages: false,
            installers: Installers::Nothing,
            exclude: &crate::io::walk::Selection::default(),
        });
        let disk: Arc<dyn Tree> = Arc::new(Disk::default());
        let usual = crate::io::walk::Selection::new(&usual_files(rules), &[]).ok();
        let takes = |file: &Path| usual.as_ref().is_none_or(|usual| usual.includes(file));
        let input = |planned: &Planned| {
            let input = Input {
                label: planned.from.display().to_string(),
                path: planned.from.clone(),
                tree: disk.clone(),
                place: Some(planned.place.clone()),
            };
            (planned.path.clone(), input)
        };
        let inputs = found.files.iter().filter(|planned| takes(&planned.from));
        let inputs: Vec<(String, Input)> = inputs.map(input).collect();
        let source = (found.files.iter())
            .map(|planned| {
                (
                    planned.path.clone(),
                    (planned.place.clone(), planned.from.clone()),
                )
            })
            .collect();
        let manifest = manifest_of(name, drives, found, rules);
        let server = Server {
            name: name.to_owned(),
            path: path.display().to_string(),
            snapshot: format!("{name}.zip"),
            sha256: stream::sha256(&manifest.to_bytes()),
            ..Server::of(manifest, Source::Drive(source))
        };
        self.take(server, inputs, rules);
    }

    /// Reads the files of a server, by their paths in its manifest, and adds it.
    fn take(&mut self, mut server: Server, inputs: Vec<(String, Input)>, rules: &Rules) {
        let start = self.files.subjects.len();
        let (names, inputs): (Vec<String>, Vec<Input>) = inputs.into_iter().unzip();
        let labels: Vec<String> = inputs.iter().map(|input| input.label.clone()).collect();
        let (mut files, unread) = Files::read(inputs, rules);
        self.unread.extend(unread.iter().map(ToString::to_string));
        let by_label: HashMap<&str, &String> =
            labels.iter().map(String::as_str).zip(&names).collect();
        for (at, subject) in files.subjects.iter().enumerate() {
            if let Some(name) = by_label.get(subject.label.as_str()) {
                server.positions.insert((*name).clone(), start + at);
            }
        }
        server.files = start..start + files.subjects.len();
        self.files.subjects.append(&mut files.subjects);
        server.places = (server.manifest.components.iter())
            .map(|entry| server.place(entry))
            .collect();
        server.iis = server.read_iis(&self.files);
        self.servers.push(server);
    }
}

/// The manifest that a snapshot of what was found would have, without hashes.
fn manifest_of(name: &str, drives: &Drives, found: find::Plan, rules: &Rules) -> Manifest {
    let files = found.files.into_iter().map(|planned| FileEntry {
        path: planned.path,
        source: planned.source,
        component: planned.component,
        kind: planned.kind,
        taken_by: planned.taken_by,
        size: planned.size,
        sha256: String::new(),
        modified: None,
        mode: None,
        attributes: None,
        inconsistent: false,
    });
    Manifest {
        schema: manifest::SCHEMA,
        conferry: env!("CARGO_PKG_VERSION").to_owned(),
        created: String::new(),
        host: name.to_owned(),
        system_drive: drives.system(),
        packs: (rules.packs.iter())
            .map(|pack| PackEntry {
                id: pack.id.clone(),
                version: pack.version.clone(),
            })
            .collect(),
        components: found.components,
        files: files.collect(),
        installers: found.installers,
        missing: found.missing,
        problems: found.problems.iter().map(Into::into).collect(),
        warnings: found.warnings,
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
