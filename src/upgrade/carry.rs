//! One component: its configuration is merged, and what the administrator put beside it goes with it.

use super::installation::{Found, Installation, OneFile, document_of};
use super::others::rewritten;
use super::own_files::{Fate, Own, OwnFiles};
use super::pairing::{Candidate, Paired, pair, shipped};
use super::record::{Account, Blocking, Component, File, Left};
use super::target;
use super::{Asked, source};
use crate::config::protected::protected_sections;
use crate::config::sidecars::sidecars;
use crate::error::{Failure, Failures};
use crate::io::stream::sha256;
use crate::io::windows_path::{WindowsPath, check_relative};
use crate::merge::doubts::doubts;
use crate::merge::finish::Settle;
use crate::merge::judged::lint_both;
use crate::merge::work::{Configuration, Named, Work};
use crate::pack::rules::terms::WithoutNew;
use crate::pack::rules::{Component as KnownComponent, Version};
use crate::rewrite::Outcome;
use crate::xml::Document;

/// What became of a component.
pub(super) struct Carried<R> {
    pub(super) component: Component,
    pub(super) files: Vec<(File, Vec<u8>)>,
    pub(super) settle: Option<(String, String)>,
    pub(super) blocks: Vec<Blocking>,
    pub(super) failures: Failures,
    pub(super) report: Option<R>,
}

impl<R> Carried<R> {
    /// Nothing of the component is deployed, and people are told why.
    pub(super) fn block(&mut self, kind: &str, what: impl Into<String>, help: impl Into<String>) {
        self.blocks.push(Blocking {
            kind: kind.to_owned(),
            what: what.into(),
            help: help.into(),
            ..Blocking::default()
        });
        "blocked".clone_into(&mut self.component.state);
        self.files.clear();
    }

    fn fail(&mut self, failures: impl IntoIterator<Item = Failure>) {
        for failure in failures {
            let help = failure.help.clone().unwrap_or_default();
            self.block("failed", failure.to_string(), help);
            self.failures.push(failure);
        }
        "failed".clone_into(&mut self.component.state);
    }

    fn leave(&mut self, file: impl Into<String>, why: impl Into<String>) {
        self.component.left.push(Left {
            file: file.into(),
            why: why.into(),
        });
    }
}

/// Carries a component of the server `old`.
pub(super) fn carry<R>(asked: &Asked<'_, R>, old: &Installation, at: usize) -> Carried<R> {
    let found = &old.components[at];
    let mut carried = Carried {
        component: Component {
            id: found.id.to_string(),
            title: found.title.clone(),
            from: match &found.place {
                Some(place) => place.to_string(),
                None => found.folder.display().to_string(),
            },
            site: found.site.clone(),
            virtual_directory: found.virtual_directory.clone(),
            ..Component::default()
        },
        files: Vec::new(),
        settle: None,
        blocks: Vec::new(),
        failures: Failures::new(),
        report: None,
    };
    let Some(own) = &found.configuration else {
        stays_without_configuration(found, &mut carried);
        return carried;
    };
    let label = old.label(own);
    let read = old
        .bytes(own)
        .and_then(|bytes| Ok((document_of(&label, &bytes)?, bytes)));
    let (document, bytes) = match read {
        Ok(read) => read,
        Err(failure) => {
            carried.fail([failure]);
            return carried;
        }
    };
    let mut work = OneComponent {
        asked,
        old,
        found,
        own,
        carried,
    };
    work.look_at_old(&document);
    work.carry(document, &bytes);
    work.carried
}

/// Data is upgraded in place by the product's own setup.
fn stays_without_configuration<R>(found: &Found, carried: &mut Carried<R>) {
    "stays".clone_into(&mut carried.component.state);
    carried.component.to = found.place.as_ref().map(ToString::to_string);
    carried.component.notes.push(
        "it keeps its settings in no configuration file: setup upgrades its data where it is, and the snapshot is the copy to go back to".to_owned(),
    );
}

struct OneComponent<'a, 'i, R> {
    asked: &'a Asked<'a, R>,
    old: &'i Installation,
    found: &'i Found,
    own: &'i OneFile,
    carried: Carried<R>,
}

impl<'i, R> OneComponent<'i, 'i, R> {
    /// What forbids to carry it, whatever the new files are.
    fn look_at_old(&mut self, document: &Document) {
        for section in protected_sections(document) {
            let what = format!(
                "the section `{}` of {} is encrypted",
                section.path, self.own.below
            );
            self.carried
                .block("encrypted", what, section.decrypt_help());
        }
        if self.asked.rules.version_of(document) == Some(Version::New) {
            self.carried.block(
                "already-new",
                format!("{} is a file of the new version already", self.own.below),
                "If this server was upgraded before, take the in-place procedure of its version: virtual directories keep their names, and `conferry merge` carries single files. If it is the new installation, give it as --new and the backup as --old.",
            );
        }
    }

    fn known(&self) -> Option<&'i KnownComponent> {
        let mut known = self.asked.rules.components.iter();
        known.find(|known| known.provenance.id == self.found.id)
    }

    fn carry(&mut self, document: Document, bytes: &[u8]) {
        let asked = self.asked;
        let (rules, directories) = (asked.rules, asked.directories);
        let pair = |among: &'i [Installation], version| {
            pair(
                self.found,
                &self.old.name,
                among,
                version,
                rules,
                directories,
            )
        };
        let new = match pair(asked.new, Version::New) {
            Paired::One(new) => new,
            Paired::Nothing => return self.without_new(bytes),
            Paired::Several(all) => return self.several("new", &all),
        };
        let base = match pair(asked.base, Version::Old) {
            Paired::One(base) => Some(base),
            Paired::Nothing => {
                let base = shipped(self.found, self.old, rules);
                self.carried.component.notes.extend(base.map(|(_, base)| {
                    format!(
                        "the base was taken out of the installer {}, which was kept on the server",
                        base.title
                    )
                }));
                base
            }
            Paired::Several(all) => return self.several("base", &all),
        };
        let is_own = new.0.is_named || asked.old.len() == 1;
        let folder = target::folder(self.found, Some(new), is_own, rules, directories);
        self.carried.component.to = folder.as_ref().map(ToString::to_string);
        if !self.carried.blocks.is_empty() {
            return;
        }
        let place = target::file(folder.as_ref(), &self.own.below);
        let output = self.output_path(place.as_ref(), &self.own.below);
        let named = |(installation, found): Candidate<'_>, option| {
            let Some(file) = &found.configuration else {
                return Err(Failure::new("it has no configuration"));
            };
            let name = installation.label(file);
            let document = document_of(&name, &installation.bytes(file)?)?;
            Ok(Named {
                name,
                option,
                document,
            })
        };
        let sides = (
            named(new, "--new"),
            base.map(|base| named(base, "--base")).transpose(),
        );
        let (new_side, base_side) = match sides {
            (Ok(new), Ok(base)) => (new, base),
            (new, base) => return self.carried.fail(new.err().into_iter().chain(base.err())),
        };
        let is_same = new_side.document.source() == document.source();
        if is_same && rules.version_of(&new_side.document) == Some(Version::Old) {
            self.carried.block(
                "not-new",
                format!(
                    "{} was given as new, and is the very file of the old version that was given as old",
                    new_side.name
                ),
                "Give the newly installed files as --new, or take them from the installer of the new version with --new-from. If the new version ships this very file, nothing has to be carried for this component.",
            );
        }
        let configuration = Configuration {
            base: base_side,
            old: Named {
                name: self.old.label(self.own),
                option: "--old",
                document,
            },
            new: new_side,
            output: output.clone(),
        };
        match doubts(&configuration, rules, Some("")) {
            Ok(warnings) => self.carried.component.warnings = warnings,
            Err(failures) => {
                for failure in failures {
                    let help = failure.help.clone().unwrap_or_default();
                    self.carried
                        .block("doubtful", failure.message.clone(), help);
                }
                return;
            }
        }
        let merged = configuration.merged(asked.rewriter(), Settle::Carrier, |work| {
            self.merged(work, place.as_ref(), &output);
            if self.carried.blocks.is_empty() {
                self.sidecars(work, folder.as_ref(), new);
            }
        });
        if let Err(failure) = merged {
            return self.carried.fail([failure]);
        }
        if self.carried.blocks.is_empty() {
            let own = OwnFiles {
                rewriter: asked.rewriter(),
                old: self.old,
                new,
                base,
            };
            for file in own.of(self.found, &self.carried.files) {
                self.own_file(file, folder.as_ref());
            }
        }
    }

    fn output_path(&self, place: Option<&WindowsPath>, below: &str) -> String {
        let inner = match self.found.place {
            Some(_) => below.to_owned(),
            None => {
                let name = self.found.folder_name().unwrap_or_default();
                format!("{name}/{below}")
            }
        };
        target::output_path(&self.old.name, place, &inner)
    }

    /// Takes what came of the merge.
    fn merged(&mut self, work: &Work<'_>, place: Option<&WindowsPath>, output: &str) {
        let asked = self.asked;
        let conflicts = work.conflicts();
        let given = work.configuration;
        let (old_bytes, result) = (given.old.bytes(), &work.finished.bytes);
        let written = (conflicts == 0).then_some(result.as_slice());
        let linted = lint_both(
            asked.rules,
            &self.old.tree,
            &self.own.path,
            (given.old.name.clone(), &old_bytes),
            (output.to_owned(), result),
        );
        let warnings = &self.carried.component.warnings;
        let told = (asked.teller)(work, warnings, written, linted.as_ref());
        let component = &mut self.carried.component;
        if let Some(account) = &work.merged.account {
            let counts = account.counts;
            component.account = Account {
                settings: counts.settings,
                carried: counts.carried,
                already_equal: counts.already_equal,
                rewritten: counts.rewritten,
                dropped: counts.dropped,
                conflict: counts.conflict,
            };
        }
        component.conflicts = told.conflicts;
        component.assumed = told.assumed;
        component.lint = told.lint;
        component.notes.extend(told.notes);
        component.not_looked_at.extend(told.not_looked_at);
        self.carried.report = Some(told.report);
        if conflicts > 0 {
            let name = format!("settle/{}-{}.toml", self.old.name, self.settle_name());
            let help = match &told.offered {
                Some(_) => format!("The rules that settle them are in {name} of the output: look at each, change its action where another one is right, and run again with --rules and that file."),
                None => "The report says what each conflict is; write a rule for it, or correct the old file.".to_owned(),
            };
            self.carried.settle = told.offered.map(|rules| (name, rules));
            let what = match conflicts {
                1 => "1 conflict is left to people".to_owned(),
                count => format!("{count} conflicts are left to people"),
            };
            return self.carried.block("conflict", what, help);
        }
        "merged".clone_into(&mut self.carried.component.state);
        let mut from = vec![source("old", &given.old.name, &old_bytes)];
        from.extend(
            given
                .base
                .as_ref()
                .map(|base| source("base", &base.name, &base.bytes())),
        );
        from.push(source("new", &given.new.name, &given.new.bytes()));
        let document = &work.finished.document;
        let file = File {
            path: output.to_owned(),
            target: place.map(ToString::to_string),
            kind: "merged".to_owned(),
            role: "configuration".to_owned(),
            size: result.len() as u64,
            sha256: sha256(result),
            from,
            sidecars: sidecars(document)
                .into_iter()
                .map(|sidecar| sidecar.path)
                .collect(),
            encrypted: protected_sections(document)
                .into_iter()
                .map(|s| s.path)
                .collect(),
            ..File::default()
        };
        self.carried.files.push((file, result.clone()));
    }

    /// Names of files with rules: a component can be on a server twice.
    fn settle_name(&self) -> String {
        let same = self
            .old
            .components
            .iter()
            .filter(|found| found.id == self.found.id);
        match (same.count(), self.found.folder_name()) {
            (2.., Some(folder)) => format!("{}-{folder}", self.found.id),
            _ => self.found.id.to_string(),
        }
    }

    /// Files that the result points at go with it.
    fn sidecars(&mut self, work: &Work<'_>, folder: Option<&WindowsPath>, new: Candidate<'_>) {
        for sidecar in sidecars(&work.finished.document) {
            let name = &sidecar.path;
            let Some(inner) = sidecar.inner_path() else {
                self.carried.component.not_looked_at.push(format!(
                    "the result reads `{name}`, which lies outside its folder: copy it yourself"
                ));
                continue;
            };
            let below: Vec<String> = inner
                .components()
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect();
            let below = below.join("/");
            let find = |(installation, found): Candidate<'_>| {
                installation.tree.find(&found.folder, &below)
            };
            let one = find((self.old, self.found)).map(|path| OneFile {
                path,
                below: below.clone(),
                place: None,
                kind: None,
            });
            let in_new = find(new);
            match one {
                Some(one) => self.sidecar(&one, folder, in_new.map(|path| (new.0, path))),
                None if in_new.is_some() => self.carried.component.notes.push(format!(
                    "the result reads `{name}`, which the new installation has"
                )),
                None if sidecar.is_required() => self.carried.block(
                    "missing-file",
                    format!("the result reads `{name}`, which was not found beside the old file; .NET fails without it"),
                    "Put the file beside the old configuration, or take a snapshot that has it, and run again.",
                ),
                None => self.carried.component.not_looked_at.push(format!(
                    "the result reads `{name}`, which was not found beside the old file; .NET ignores it when it is missing, with the settings in it"
                )),
            }
        }
    }

    fn sidecar(
        &mut self,
        one: &OneFile,
        folder: Option<&WindowsPath>,
        in_new: Option<(&Installation, std::path::PathBuf)>,
    ) {
        let bytes = match self.old.bytes(one) {
            Ok(bytes) => bytes,
            Err(failure) => return self.carried.fail([failure]),
        };
        let document = Document::from_bytes(&bytes).ok();
        if let Some(section) = document.iter().flat_map(protected_sections).next() {
            let what = format!(
                "the section `{}` of {} is encrypted",
                section.path, one.below
            );
            return self
                .carried
                .block("encrypted", what, section.decrypt_help());
        }
        let (after, references) = match self.asked.rewriter().plan_bytes(&one.path, &bytes) {
            Ok(Outcome::Changed(change)) => (change.bytes_after(), change.references.len()),
            Ok(_) => (bytes.clone(), 0),
            Err(error) => {
                return self.carried.component.not_looked_at.push(format!(
                    "the result reads `{}`, which could not be understood ({error}): copy it yourself",
                    one.below
                ));
            }
        };
        let there = in_new.and_then(|(new, path)| new.tree.read(&path).ok());
        if there.as_ref().is_some_and(|there| *there != after) {
            self.carried.component.not_looked_at.push(format!(
                "the result reads `{}`; the new installation has it with other content, which was left alone: compare it with the old one",
                one.below
            ));
            return;
        }
        let is_there = self.carried.files.iter().any(|(file, _)| {
            file.role == "sidecar"
                && file
                    .path
                    .to_lowercase()
                    .ends_with(&one.below.to_lowercase())
        });
        if there.is_some() || is_there {
            return;
        }
        self.own_file(
            Own {
                file: one.clone(),
                role: "sidecar",
                before: bytes,
                after,
                references,
                fate: Fate::Carried,
            },
            folder,
        );
    }

    /// A file of the administrator's that goes into the new folder.
    fn own_file(&mut self, own: Own, folder: Option<&WindowsPath>) {
        let below = &own.file.below;
        if let Fate::Left(why) = own.fate {
            return self.carried.leave(below, why);
        }
        let place = target::file(folder, below);
        if place.is_none() && check_relative(below).is_err() {
            return self.carried.leave(below, "Windows cannot have its name");
        }
        let file = File {
            path: self.output_path(place.as_ref(), below),
            target: place.as_ref().map(ToString::to_string),
            kind: "carried".to_owned(),
            role: own.role.to_owned(),
            size: own.after.len() as u64,
            sha256: sha256(&own.after),
            references: own.references,
            from: vec![source("old", &self.old.label(&own.file), &own.before)],
            ..File::default()
        };
        self.carried.files.push((file, own.after));
    }

    /// There is no new file to merge into.
    fn without_new(&mut self, bytes: &[u8]) {
        let asked = self.asked;
        let title = self.found.title.clone();
        let known = self.known();
        if known.is_some_and(|known| known.without_new == WithoutNew::Stays) {
            return self.stays(bytes);
        }
        let versions = known.map(|known| &known.versions);
        if let Some(versions) = versions.filter(|versions| !versions.are_all()) {
            if let Some(version) = asked.to_version.filter(|version| !versions.have(version)) {
                "removed".clone_into(&mut self.carried.component.state);
                // What is encrypted in it, or of which version it is, no longer matters.
                self.carried.blocks.clear();
                self.carried.component.notes.push(format!(
                    "version {version} has no {title} (those {versions} do): nothing of it is carried, and its settings end here"
                ));
                return;
            }
            return self.carried.block(
                "no-counterpart",
                format!("no new {title} is among the files of --new"),
                format!("Only versions {versions} have it: if another one is installed, say which with --to-version VERSION. Else install it and give its folder as --new."),
            );
        }
        self.carried.block(
            "no-counterpart",
            format!("no new {title} is among the files of --new"),
            "Install it, or take its files from the installer, and give the folder that holds its web.config as --new. Components are recognised by what is in the file.",
        );
    }

    /// The old file stays in use, with virtual directories renamed.
    fn stays(&mut self, bytes: &[u8]) {
        "stays".clone_into(&mut self.carried.component.state);
        if !self.carried.blocks.is_empty() {
            "blocked".clone_into(&mut self.carried.component.state);
            return;
        }
        let asked = self.asked;
        let place = target::folder(self.found, None, false, asked.rules, asked.directories);
        self.carried.component.to = place.as_ref().map(ToString::to_string);
        match asked.rewriter().plan_bytes(&self.own.path, bytes) {
            Ok(Outcome::Changed(change)) => {
                let one = OneFile {
                    place: target::file(place.as_ref(), &self.own.below),
                    ..self.own.clone()
                };
                let (after, count) = (change.bytes_after(), change.references.len());
                let file = rewritten(self.old, &one, "configuration", bytes, &after, count);
                self.carried.files.extend(file);
                self.carried.component.notes.push(
                    "there is no new file of it among those of --new: the old one stays, with virtual directories renamed".to_owned(),
                );
            }
            Ok(_) => self.carried.component.notes.push(
                "there is no new file of it among those of --new, and nothing in the old one is renamed: it stays as it is".to_owned(),
            ),
            Err(error) => {
                let label = self.old.label(self.own);
                self.carried.fail([Failure::new(error.to_string()).in_file(label)]);
            }
        }
    }

    fn several(&mut self, role: &str, all: &[Candidate<'_>]) {
        let names: Vec<String> = (all.iter())
            .map(|(_, found)| match &found.place {
                Some(place) => place.to_string(),
                None => found.folder.display().to_string(),
            })
            .collect();
        self.carried.block(
            "several",
            format!(
                "several files of --{role} could belong to it: {}",
                names.join(", ")
            ),
            format!(
                "Give only the right one: --{role} {}=DIR names the files of this server.",
                self.old.name
            ),
        );
    }
}
