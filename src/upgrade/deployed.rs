//! What is live, held to what an upgrade planned.
//!
//! Digests first. Where a configuration differs, what .NET reads of both is compared, so that a file which
//! only a tool wrote anew has not drifted. A section that somebody encrypted after it was deployed is named
//! and not compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::installation::document_of;
use super::reading::{Loaded, compare};
use super::record::{File, Record, Setting};
use crate::diff::Difference;
use crate::diff::risk::{Linted, risks};
use crate::io::read;
use crate::io::stream::sha256;
use crate::io::windows_path::{Drives, PathProblem, WindowsPath};
use crate::lint::selection::Selection;
use crate::lint::tree::{Disk, Tree};
use crate::lint::{Estate, Linter, Subject};
use crate::pack::Rules;
use crate::pack::lint::Severity;

/// Where the drives of a server are.
pub struct Root {
    /// The folder, as it was given; `None`: this machine itself.
    pub folder: Option<PathBuf>,
}

impl Root {
    /// What is at `path` on the server.
    fn find(&self, path: &WindowsPath) -> Result<Option<PathBuf>, PathProblem> {
        let letter = path.letter();
        let Some(folder) = &self.folder else {
            return Drives::of_this_machine('C').find(path);
        };
        for name in [letter.to_ascii_lowercase(), letter] {
            let drive = folder.join(name.to_string());
            if drive.is_dir() {
                return Drives::below(&drive, letter).find(path);
            }
        }
        // Without a folder for each drive it stands for the system drive.
        Drives::below(folder, 'C').find(path)
    }
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has the bytes that were planned.
    Same,
    /// Its bytes differ, and .NET reads the same of it.
    SameInEffect,
    /// It is something else.
    Drifted,
    /// It is not there.
    Missing,
    /// It cannot be read, or not understood.
    Unreadable,
    /// Nobody knows where it goes.
    NoPlace,
}

impl State {
    /// In a word or two.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::SameInEffect => "same-in-effect",
            Self::Drifted => "drifted",
            Self::Missing => "missing",
            Self::Unreadable => "unreadable",
            Self::NoPlace => "no-place",
        }
    }
}

/// A file that was checked.
pub struct Checked<R> {
    /// What was planned.
    pub file: File,
    /// What became of it.
    pub state: State,
    /// SHA-256 of what is live.
    pub sha256: Option<String>,
    /// What differs in a configuration.
    pub differences: Option<R>,
    /// Settings that differ from those of the record, where the planned file is no longer there.
    pub settings: Vec<String>,
    /// What could not be compared, and other things to know.
    pub notes: Vec<String>,
}

/// A finding about a live file that the planned one does not have.
pub struct Found {
    /// Where the file is, as Windows shows it.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// Id of the rule.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong; secrets masked.
    pub message: String,
}

/// A server that was checked.
pub struct Server<R> {
    /// Its name.
    pub name: String,
    /// Its files.
    pub files: Vec<Checked<R>>,
    /// What lint finds that it did not find in what was planned.
    pub findings: Vec<Found>,
    /// What could not be looked at.
    pub not_looked_at: Vec<String>,
}

/// What a check is made with.
pub struct Asked<'a, R> {
    /// What was planned.
    pub record: &'a Record,
    /// The folder of the upgrade.
    pub folder: &'a Path,
    /// The servers to check, each with where it is.
    pub roots: &'a BTreeMap<String, Root>,
    /// All rules, those of lint included.
    pub rules: &'a Rules,
    /// Tells what differs.
    pub explain: &'a (dyn Fn(&Difference<'_>) -> R + Sync),
    /// What .NET reads of a configuration, secrets left out.
    pub settings: &'a (dyn Fn(&Loaded) -> Vec<Setting> + Sync),
    /// How many changes there are.
    pub counts: &'a (dyn Fn(&R) -> usize + Sync),
}

/// A file on both sides.
struct Sides {
    planned: Option<Vec<u8>>,
    live: PathBuf,
    bytes: Vec<u8>,
}

impl<R: Send> Asked<'_, R> {
    /// Checks all servers that were asked for.
    #[must_use]
    pub fn check(&self) -> Vec<Server<R>> {
        let roots: Vec<(&String, &Root)> = self.roots.iter().collect();
        roots
            .into_par_iter()
            .map(|(name, root)| self.server(name, root))
            .collect()
    }

    fn server(&self, name: &str, root: &Root) -> Server<R> {
        let files: Vec<&File> = (self.record.files())
            .filter(|(server, _)| *server == name)
            .map(|(_, file)| file)
            .collect();
        let (mut checked, mut sides) = (Vec::new(), Vec::new());
        for file in &files {
            let (one, both) = self.read(file, root);
            checked.push(one);
            sides.push(both);
        }
        let drifted: Vec<String> = (checked.iter())
            .filter(|one| one.file.role == "sidecar" && one.state != State::Same)
            .map(|one| one.file.path.to_lowercase())
            .collect();
        for (one, both) in checked.iter_mut().zip(&sides) {
            if one.file.role != "configuration" {
                continue;
            }
            let reads = |path: &String| {
                let folder = one
                    .file
                    .path
                    .rsplit_once('/')
                    .map_or("", |(folder, _)| folder);
                let mut names = one.file.sidecars.iter();
                names.any(|name| {
                    let name = name.replace('\\', "/");
                    *path == format!("{folder}/{name}").to_lowercase()
                })
            };
            if let Some(both) = both
                .as_ref()
                .filter(|_| one.state == State::Drifted || drifted.iter().any(reads))
            {
                self.configuration(one, both);
            }
        }
        let mut not_looked_at = Vec::new();
        let findings = self.lint(&checked, &sides, &mut not_looked_at);
        Server {
            name: name.to_owned(),
            files: checked,
            findings,
            not_looked_at,
        }
    }

    /// Compares the digests.
    fn read(&self, file: &File, root: &Root) -> (Checked<R>, Option<Sides>) {
        let mut one = Checked {
            file: file.clone(),
            state: State::Missing,
            sha256: None,
            differences: None,
            settings: Vec::new(),
            notes: Vec::new(),
        };
        let target = file
            .target
            .as_deref()
            .and_then(|path| WindowsPath::parse(path).ok());
        let Some(target) = target else {
            one.state = State::NoPlace;
            return (one, None);
        };
        let live = match root.find(&target) {
            Ok(Some(path)) => path,
            Ok(None) => return (one, None),
            Err(problem) => {
                one.state = State::Unreadable;
                one.notes.push(problem.to_string());
                return (one, None);
            }
        };
        let bytes = match read::read_file(&live) {
            Ok(bytes) => bytes,
            Err(error) => {
                one.state = State::Unreadable;
                one.notes.push(error.kind.to_string());
                return (one, None);
            }
        };
        let hash = sha256(&bytes);
        one.state = match hash == file.sha256 {
            true => State::Same,
            false => State::Drifted,
        };
        one.sha256 = Some(hash);
        let planned = std::fs::read(self.folder.join(&file.path)).ok();
        let planned = planned.filter(|planned| sha256(planned) == file.sha256);
        (
            one,
            Some(Sides {
                planned,
                live,
                bytes,
            }),
        )
    }

    /// Compares what .NET reads.
    fn configuration(&self, one: &mut Checked<R>, both: &Sides) {
        let target = one.file.target.clone().unwrap_or_default();
        let live = match document_of(&target, &both.bytes) {
            Ok(document) => {
                let folder = both.live.parent().unwrap_or(Path::new("")).to_owned();
                let disk = Disk::default();
                Loaded::of(document, &|sidecar| {
                    disk.read(&disk.find(&folder, &sidecar.path)?).ok()
                })
            }
            Err(failure) => {
                one.state = State::Unreadable;
                one.notes.push(failure.message);
                return;
            }
        };
        one.notes.extend(live.missing.iter().cloned());
        let encrypted = live.encrypted();
        for section in one
            .file
            .encrypted
            .iter()
            .filter(|path| !encrypted.contains(path))
        {
            one.notes.push(format!(
                "the section `{section}` was encrypted, and is not any more"
            ));
            one.state = State::Drifted;
        }
        let since: Vec<String> = encrypted
            .into_iter()
            .filter(|section| !one.file.encrypted.contains(section))
            .collect();
        one.notes.extend(since.iter().map(|section| {
            format!("the section `{section}` was encrypted since: its values are not compared")
        }));
        let was_open = one
            .file
            .encrypted
            .iter()
            .all(|path| live.encrypted().contains(path));
        let planned = both
            .planned
            .as_ref()
            .and_then(|bytes| document_of(&target, bytes).ok());
        let Some(planned) = planned else {
            let differs = self.recorded(one, &live, &since);
            one.notes.push("the planned file is not in the folder of the upgrade any more: settings were compared with those of the record, secrets only by the digest of the whole file".to_owned());
            one.state = match differs {
                // A secret may be what differs.
                false if one.state == State::Same => State::SameInEffect,
                _ => State::Drifted,
            };
            return;
        };
        let folder = self.folder.join(&one.file.path);
        let folder = folder.parent().unwrap_or(Path::new("")).to_owned();
        let disk = Disk::default();
        let planned = Loaded::of(planned, &|sidecar| {
            disk.read(&disk.find(&folder, &sidecar.path)?).ok()
        });
        let found = compare([&planned, &live], self.rules, &since, self.explain);
        one.state = match &found {
            None => State::Drifted,
            Some(found) if (self.counts)(found) > 0 || !was_open => State::Drifted,
            Some(_) => State::SameInEffect,
        };
        one.differences = found;
    }

    /// Compares with the settings of the record; whether any differs.
    fn recorded(&self, one: &mut Checked<R>, live: &Loaded, apart: &[String]) -> bool {
        let now: BTreeMap<String, Option<String>> = ((self.settings)(live).into_iter())
            .map(|setting| (setting.address, setting.value))
            .collect();
        let is_apart = |address: &str| {
            apart
                .iter()
                .any(|section| address.starts_with(&format!("/configuration/{section}")))
        };
        let shown = |value: &Option<String>| match value {
            Some(value) => format!("\"{value}\""),
            None => "a secret".to_owned(),
        };
        let mut said = Vec::new();
        for setting in one
            .file
            .settings
            .iter()
            .filter(|one| !is_apart(&one.address))
        {
            match now.get(&setting.address) {
                Some(value) if *value == setting.value => {}
                Some(value) => said.push(format!(
                    "{}: planned {}, live {}",
                    setting.address,
                    shown(&setting.value),
                    shown(value)
                )),
                None => said.push(format!(
                    "{}: planned {}, not live",
                    setting.address,
                    shown(&setting.value)
                )),
            }
        }
        let known = |address: &String| {
            one.file
                .settings
                .iter()
                .any(|known| known.address == *address)
        };
        for (address, value) in now
            .iter()
            .filter(|(address, _)| !known(address) && !is_apart(address))
        {
            said.push(format!("{address}: not planned, live {}", shown(value)));
        }
        one.settings = said;
        !one.settings.is_empty()
    }

    /// What lint finds in live configurations and not in the planned ones.
    fn lint(
        &self,
        checked: &[Checked<R>],
        sides: &[Option<Sides>],
        not_looked_at: &mut Vec<String>,
    ) -> Vec<Found> {
        let rules = self.rules;
        let disk: Arc<dyn Tree> = Arc::new(Disk::default());
        let (mut planned, mut live) = (Vec::new(), Vec::new());
        for (one, both) in checked.iter().zip(sides) {
            let (Some(both), "configuration") = (both, one.file.role.as_str()) else {
                continue;
            };
            let label = one.file.target.clone().unwrap_or_default();
            let Some(bytes) = &both.planned else {
                not_looked_at.push(format!(
                    "what lint says of {label}: the planned file is not in the folder of the upgrade any more"
                ));
                continue;
            };
            let subject = |path: PathBuf, bytes: &[u8]| {
                Subject::new(label.clone(), path, disk.clone(), bytes, rules)
            };
            planned.push(subject(self.folder.join(&one.file.path), bytes));
            live.push(subject(both.live.clone(), &both.bytes));
        }
        let Ok(selection) = Selection::new(rules, &[], &[]) else {
            return Vec::new();
        };
        let linter = Linter {
            rules,
            selection: &selection,
        };
        let (planned, live) = (Estate { subjects: planned }, Estate { subjects: live });
        let (of_planned, of_live) = rayon::join(|| linter.run(&planned), || linter.run(&live));
        let mut found = Vec::new();
        for (subject, file) in live.subjects.iter().enumerate() {
            let linted = |estate, report| Linted {
                estate,
                report,
                subject,
            };
            let new = risks(&[], linted(&planned, &of_planned), linted(&live, &of_live)).new;
            found.extend(new.into_iter().map(|risk| Found {
                file: file.label.clone(),
                line: risk.line,
                rule: rules.lints[risk.finding.rule].provenance.id.to_string(),
                severity: risk.finding.severity,
                message: risk.finding.message,
            }));
        }
        found
    }
}
