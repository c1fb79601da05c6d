//! The texts of packs, for what speaks about packs themselves: `rules check`,
//! `rules explain` and the like. Other commands take [`super::load`] and keep no text.

use super::catalog::{Entry, rows};
use super::load::{self, BuiltIn, Extra, PackFailure, files_of, read, unreadable};
use super::remarks::{Remark, own_remarks};
use crate::pack::building::validate::{Builder, Trust};
use crate::pack::format::file::{PackFile, Text};
use crate::pack::format::problem::PackProblem;
use crate::pack::format::table::readable;
use crate::pack::rules::PackId;
use crate::pack::rules::Rules;

/// A pack that was read, not yet checked.
#[derive(Clone, Debug)]
pub struct PackText {
    /// The file as the user named it, or the name of a built-in pack.
    pub label: String,
    /// Its id: what it says itself, else the name of the file.
    pub id: PackId,
    /// One line for people; empty if it says none.
    pub title: String,
    /// What it is for; empty if it does not say so.
    pub summary: String,
    /// The TOML.
    pub text: String,
    /// Whether it is part of the program.
    pub is_built_in: bool,
    /// Whether it may take masking away.
    pub may_unmask: bool,
    /// What it holds.
    file: PackFile,
    /// What is wrong with its shape.
    problems: Vec<PackProblem>,
    /// Its rows as they are written.
    pub(super) rows: Vec<Entry>,
    /// What looks like a mistake in it.
    pub(super) remarks: Vec<Remark>,
}

impl PackText {
    /// Reads `text`, the only time in a run.
    fn new(label: String, name: &str, text: String, trust: Trust) -> Self {
        let mut problems = Vec::new();
        let (document, is_whole) = readable(&text, &mut problems);
        let document = document.get_ref();
        let file = match is_whole {
            true => PackFile::read_document(trust, document, &text, &mut problems),
            false => PackFile::default(),
        };
        let said = |said: &Option<Text>, default: &str| {
            (said.as_ref()).map_or_else(|| default.to_owned(), |said| said.get_ref().clone())
        };
        let is_built_in = trust == Trust::BuiltIn;
        Self {
            label,
            id: PackId::new(&said(&file.head.id, name)),
            title: said(&file.head.title, ""),
            summary: said(&file.head.summary, ""),
            rows: rows(document, &text),
            remarks: own_remarks(document, &file, &text),
            is_built_in,
            may_unmask: is_built_in,
            file,
            problems,
            text,
        }
    }
}

/// The packs in the program, those of lint rules included.
#[must_use]
pub fn built_in() -> Vec<PackText> {
    let all = load::built_in();
    all.map(|BuiltIn { id, text, .. }| {
        let label = format!("built-in pack {id}");
        PackText::new(label, id, (*text).to_owned(), Trust::BuiltIn)
    })
    .collect()
}

/// Reads the packs `extra`: files, and folders whose `*.toml` are taken in
/// the order of their names, `pack.toml` first. What cannot be read is added to `failures`.
#[must_use]
pub fn read_all<'a>(extra: impl Into<Extra<'a>>, failures: &mut Vec<PackFailure>) -> Vec<PackText> {
    let extra = extra.into();
    let mut packs = Vec::new();
    for path in extra.packs {
        match files_of(path) {
            Ok(files) => {
                for file in files {
                    let name = file.file_stem().unwrap_or_default().to_string_lossy();
                    match read(&file) {
                        Ok(text) => {
                            let label = file.display().to_string();
                            packs.push(PackText {
                                may_unmask: extra.may_unmask.contains(path),
                                ..PackText::new(label, &name, text, Trust::Checked)
                            });
                        }
                        Err(error) => failures.push(unreadable(&file, error)),
                    }
                }
            }
            Err(failure) => failures.push(failure),
        }
    }
    packs
}

/// The rules of `packs`, each on top of those before it, and what is wrong with
/// each pack, in the same order.
#[must_use]
pub fn build(packs: &[PackText]) -> (Rules, Vec<Vec<PackProblem>>) {
    let mut builder = Builder::default();
    let problems = packs
        .iter()
        .map(|pack| {
            let trust = match pack.is_built_in {
                true => Trust::BuiltIn,
                false => Trust::Checked,
            };
            builder.may_unmask = pack.may_unmask;
            let problems = pack.problems.clone();
            let added = builder.add_read(&pack.file, pack.id.as_str(), trust, &pack.text, problems);
            added.err().unwrap_or_default()
        })
        .collect();
    (builder.finish(), problems)
}
