//! The texts of packs, for what speaks about packs themselves: `rules check`,
//! `rules explain` and the like. Other commands take [`super::load`] and keep no text.

use super::load::{BUILT_IN, BuiltIn, Extra, LINT, PackFailure, files_of, read, unreadable};
use crate::pack::building::validate::{Builder, Trust};
use crate::pack::format::file::PackFile;
use crate::pack::format::problem::PackProblem;
use crate::pack::rules::Rules;

/// A pack that was read, not yet checked.
#[derive(Clone, Debug)]
pub struct PackText {
    /// The file as the user named it, or the name of a built-in pack.
    pub label: String,
    /// Its id: what it says itself, else the name of the file.
    pub id: String,
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
}

impl PackText {
    fn new(label: String, name: &str, text: String, is_built_in: bool) -> Self {
        let head = PackFile::read(&text, &mut Vec::new()).head;
        let said = |said: Option<crate::pack::format::file::Text>, default: &str| {
            said.map_or_else(|| default.to_owned(), toml::Spanned::into_inner)
        };
        Self {
            label,
            id: said(head.id, name),
            title: said(head.title, ""),
            summary: said(head.summary, ""),
            text,
            is_built_in,
            may_unmask: is_built_in,
        }
    }
}

/// The packs in the program, those of lint rules included.
#[must_use]
pub fn built_in() -> Vec<PackText> {
    let all = BUILT_IN.iter().chain(LINT);
    all.map(|BuiltIn { id, text, .. }| {
        PackText::new(format!("built-in pack {id}"), id, (*text).to_owned(), true)
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
                                ..PackText::new(label, &name, text, false)
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

/// The ids of the lint rules of a pack.
#[must_use]
pub fn lint_ids(text: &str) -> Vec<String> {
    let rows = PackFile::read(text, &mut Vec::new()).lints;
    let ids = rows.into_iter().filter_map(|row| row.about.id);
    ids.map(toml::Spanned::into_inner).collect()
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
            builder
                .add(&pack.text, &pack.id, trust)
                .err()
                .unwrap_or_default()
        })
        .collect();
    (builder.finish(), problems)
}
