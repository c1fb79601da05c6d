//! The whole upgrade: old installations and new files in, files to deploy and an account of everything out.
//!
//! The rooms, in the order of the work: [`installation`] (what is there), `pairing` (which belong together),
//! `target` (where files go), `carry` (one component: merged, its own files carried), `others` (files that
//! only call the product), [`record`] (what `upgrade.json` says), [`output`] (all of it as one folder).
//!
//! Promises: what is merged is merged as `conferry merge` does it; a part that fails or blocks hides no
//! other; every file of an old component is deployed, or named with the reason; nothing is written here
//! but by [`output`], which writes the whole folder or nothing.

mod carry;
pub mod deployed;
pub mod installation;
mod others;
pub mod output;
mod own_files;
mod pairing;
pub mod reading;
pub mod record;
mod target;

use rayon::prelude::*;

use crate::error::{Failure, Failures};
use crate::io::stream::sha256;
use crate::merge::judged::Both;
use crate::merge::work::Work;
use crate::pack::Rules;
use crate::rewrite::{Rewriter, VirtualDirectories};
use crate::snapshot::manifest::PackEntry;
use installation::Installation;
use record::{Account, Blocking, Failed, Lint, Record, Renamed, Server, Source};

/// What a merge tells, secrets masked, and what the caller makes of it.
pub struct Told<R> {
    /// The addresses of the conflicts.
    pub conflicts: Vec<String>,
    /// How many decisions rest on a documented default.
    pub assumed: usize,
    /// The rules that settle the conflicts, as a pack.
    pub offered: Option<String>,
    /// What lint says.
    pub lint: Option<Lint>,
    /// Things to know.
    pub notes: Vec<String>,
    /// What nobody looked into.
    pub not_looked_at: Vec<String>,
    /// The report.
    pub report: R,
}

/// Looks at a merge while it is there: with its warnings, the bytes that are to be deployed, and both lints.
pub type Teller<'t, R> =
    dyn Fn(&Work<'_>, &[String], Option<&[u8]>, Option<&Both>) -> Told<R> + Sync + 't;

/// What was asked for, read.
pub struct Asked<'a, R> {
    /// All rules, those of lint included.
    pub rules: &'a Rules,
    /// Which virtual directories are renamed.
    pub directories: &'a VirtualDirectories,
    /// The version that is installed.
    pub to_version: Option<&'a str>,
    /// The servers as they were.
    pub old: &'a [Installation],
    /// As the old version shipped it.
    pub base: &'a [Installation],
    /// As newly installed.
    pub new: &'a [Installation],
    /// Makes reports of merges.
    pub teller: &'a Teller<'a, R>,
}

impl<R> Asked<'_, R> {
    fn rewriter(&self) -> Rewriter<'_> {
        Rewriter {
            directories: self.directories,
            rules: self.rules,
        }
    }
}

/// The report of one merge.
pub struct Merge<R> {
    /// The server.
    pub server: String,
    /// The component, for people.
    pub component: String,
    /// The report.
    pub report: R,
}

/// Everything that came of it.
pub struct Upgrade<R> {
    /// What `upgrade.json` says; the files and reports in it are those of `files`.
    pub record: Record,
    /// The files to deploy, by their paths in the folder of the upgrade.
    pub files: Vec<(String, Vec<u8>)>,
    /// The rules that settle conflicts, by their paths there.
    pub settle: Vec<(String, String)>,
    /// The reports of the merges.
    pub merges: Vec<Merge<R>>,
    /// What could not be done.
    pub failures: Failures,
}

/// Does all of it; nothing is written. `failures`: what could not be read.
#[must_use]
pub fn upgrade<R: Send>(asked: &Asked<'_, R>, mut failures: Failures) -> Upgrade<R> {
    let jobs: Vec<(usize, usize)> = (asked.old.iter().enumerate())
        .flat_map(|(at, old)| (0..old.components.len()).map(move |component| (at, component)))
        .collect();
    let (carried, others) = rayon::join(
        || -> Vec<carry::Carried<R>> {
            let jobs = jobs.par_iter();
            jobs.map(|(server, component)| carry::carry(asked, &asked.old[*server], *component))
                .collect()
        },
        || -> Vec<others::Rewritten> {
            let servers = asked.old.par_iter();
            servers.map(|old| others::rewrite(asked, old)).collect()
        },
    );
    let mut record = head(asked);
    let mut taken = std::collections::HashSet::new();
    let (mut files, mut settle, mut merges) = (Vec::new(), Vec::new(), Vec::new());
    for (old, rewritten) in asked.old.iter().zip(others) {
        failures.extend(rewritten.failures);
        let mut server = Server {
            name: old.name.clone(),
            left: rewritten.left,
            ..Server::default()
        };
        for (file, bytes) in rewritten.files {
            taken.insert(file.path.to_lowercase());
            files.push((file.path.clone(), bytes));
            server.others.push(file);
        }
        record.servers.push(server);
    }
    for ((server, _), mut carried) in jobs.into_iter().zip(carried) {
        let name = asked.old[server].name.clone();
        let clash = (carried.files.iter())
            .find(|(file, _)| taken.contains(&file.path.to_lowercase()))
            .map(|(file, _)| file.path.clone());
        if let Some(clash) = clash {
            carried.block(
                "several",
                format!("another component of this server has the same file to deploy: {clash}"),
                "Two components would go to one folder. Give --vdir OLD=NEW for one of them, or give each its own new files with --new NAME=DIR.",
            );
        }
        let component = carried.component.title.clone();
        record
            .blocking
            .extend(carried.blocks.into_iter().map(|block| Blocking {
                server: name.clone(),
                component: component.clone(),
                ..block
            }));
        for (file, bytes) in carried.files {
            taken.insert(file.path.to_lowercase());
            files.push((file.path.clone(), bytes));
            carried.component.files.push(file);
        }
        settle.extend(carried.settle);
        failures.extend(carried.failures);
        record.account.add(&carried.component.account);
        record.verdict.conflicts += carried.component.conflicts.len();
        record.verdict.assumed += carried.component.assumed;
        let lint = carried.component.lint.as_ref();
        record.verdict.new_findings += lint.map_or(0, |lint| lint.new.len());
        record.servers[server].components.push(carried.component);
        merges.extend(carried.report.map(|report| Merge {
            server: name,
            component,
            report,
        }));
    }
    record.failures = failures.iter().map(failed).collect();
    record.verdict.blocking = record.blocking.len();
    record.verdict.files = files.len();
    let state = match (failures.is_empty(), record.blocking.is_empty()) {
        (false, _) => "failed",
        (true, false) => "blocked",
        (true, true) => "ready",
    };
    state.clone_into(&mut record.verdict.state);
    Upgrade {
        record,
        files,
        settle,
        merges,
        failures,
    }
}

fn failed(failure: &Failure) -> Failed {
    Failed {
        file: failure.file.clone(),
        message: failure.message.clone(),
    }
}

/// What is known before anything is done.
fn head<R>(asked: &Asked<'_, R>) -> Record {
    let input = |role: &'static str| {
        move |read: &Installation| record::Input {
            role: role.to_owned(),
            name: read.name.clone(),
            path: read.path.display().to_string(),
            form: read.form.word().to_owned(),
            sha256: read.sha256.clone(),
            notes: read.notes.clone(),
        }
    };
    let inputs = asked.old.iter().map(input("old"));
    let inputs = inputs.chain(asked.base.iter().map(input("base")));
    let inputs = inputs.chain(asked.new.iter().map(input("new")));
    Record {
        schema: record::SCHEMA,
        command: "upgrade".to_owned(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        packs: (asked.rules.packs.iter())
            .map(|pack| PackEntry {
                id: pack.id.clone(),
                version: pack.version.clone(),
            })
            .collect(),
        to_version: asked.to_version.map(str::to_owned),
        virtual_directories: (asked.directories.mappings().iter())
            .map(|mapping| Renamed {
                old: mapping.old.clone(),
                new: mapping.new.clone(),
            })
            .collect(),
        account: Account::default(),
        inputs: inputs.collect(),
        ..Record::default()
    }
}

/// A file that was read, as records name it.
fn source(role: &str, file: &str, bytes: &[u8]) -> Source {
    Source {
        role: role.to_owned(),
        file: file.to_owned(),
        sha256: sha256(bytes),
    }
}
