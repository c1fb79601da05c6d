//! What the administrator put into the folder of a component: themes, pages, anything else.
//!
//! A file that the base has with the same bytes was shipped, and is not carried. What the base cannot tell
//! is judged by its kind: a theme of one's own and a text that the new version does not have are carried;
//! programs, pages and the theme of setup are not, and are named, since nobody can know who made them.

use super::installation::{Found, Installation, OneFile};
use super::pairing::Candidate;
use super::record::File;
use crate::pack::places::FileKind;
use crate::rewrite::{Outcome, Rewriter};

/// Extensions of what is run or compiled: never carried unless the base shows that it was edited.
const PROGRAMS: [&str; 18] = [
    "dll",
    "exe",
    "pdb",
    "aspx",
    "ascx",
    "asax",
    "asmx",
    "ashx",
    "svc",
    "master",
    "cshtml",
    "vbhtml",
    "compiled",
    "cs",
    "vb",
    "resources",
    "msi",
    "config",
];

/// A file and what becomes of it.
pub(super) struct Own {
    pub(super) file: OneFile,
    pub(super) role: &'static str,
    pub(super) before: Vec<u8>,
    pub(super) after: Vec<u8>,
    pub(super) references: usize,
    pub(super) fate: Fate,
}

pub(super) enum Fate {
    Carried,
    /// Not carried, for this reason.
    Left(String),
}

/// The folders that are compared.
pub(super) struct OwnFiles<'a> {
    pub(super) rewriter: Rewriter<'a>,
    pub(super) old: &'a Installation,
    pub(super) new: Candidate<'a>,
    pub(super) base: Option<Candidate<'a>>,
}

impl OwnFiles<'_> {
    /// Judges all files but the configuration and those that are deployed already.
    pub(super) fn of(&self, found: &Found, deployed: &[(File, Vec<u8>)]) -> Vec<Own> {
        let is_deployed = |one: &OneFile| {
            let end = format!("/{}", one.below.to_lowercase());
            deployed
                .iter()
                .any(|(file, _)| file.path.to_lowercase().ends_with(&end))
        };
        (found.files.iter())
            .filter(|one| !is_deployed(one) && one.kind != Some(FileKind::Data))
            .filter_map(|one| self.judge(one))
            .collect()
    }

    fn other(&self, (installation, found): Candidate<'_>, below: &str) -> Option<Vec<u8>> {
        let path = installation.tree.find(&found.folder, below)?;
        installation.tree.read(&path).ok()
    }

    /// `None`: it was shipped as it is, or the new installation has the same.
    fn judge(&self, one: &OneFile) -> Option<Own> {
        let role = match one.kind {
            Some(FileKind::Theme | FileKind::DefaultTheme) => "theme",
            Some(FileKind::Page) => "page",
            Some(FileKind::Sidecar) => "sidecar",
            _ => "other",
        };
        let left = |why: &str| Own {
            file: one.clone(),
            role,
            before: Vec::new(),
            after: Vec::new(),
            references: 0,
            fate: Fate::Left(why.to_owned()),
        };
        let before = match self.old.bytes(one) {
            Ok(bytes) => bytes,
            Err(failure) => return Some(left(&format!("it cannot be read: {}", failure.message))),
        };
        let (base, new) = (
            self.base.and_then(|base| self.other(base, &one.below)),
            self.other(self.new, &one.below),
        );
        if new.as_ref() == Some(&before) || base.as_ref() == Some(&before) {
            return None;
        }
        let why = match (&base, &new) {
            // The administrator edited it, and the new version did not.
            (Some(base), Some(new)) if base == new => None,
            (Some(_), Some(_)) => Some(
                "the administrator and the new version both changed it: compare the two by hand",
            ),
            // Edited, and the new version has none.
            (Some(_), None) => None,
            (None, Some(_)) if one.kind == Some(FileKind::Theme) => None,
            (None, Some(_)) => Some(
                "the new version has its own, and without the file as the old version shipped it nobody can tell what the administrator changed: compare the two by hand",
            ),
            (None, None) => match one.kind {
                Some(FileKind::DefaultTheme) => Some(
                    "setup installs this theme; without the file as the old version shipped it nobody can tell whether it was edited. Carry it by hand if it was, best as a theme of its own",
                ),
                Some(FileKind::Page) => Some(
                    "setup installs pages; without the file as the old version shipped it nobody can tell whether it was edited. A base folder with the pages tells",
                ),
                Some(_) => None,
                None if is_program(&one.below) => Some(
                    "it may be part of the program or its settings: carry it by hand if it is your own",
                ),
                None => None,
            },
        };
        if let Some(why) = why {
            return Some(left(why));
        }
        let (after, references) = match self.rewriter.plan_bytes(&one.path, &before) {
            Ok(Outcome::Changed(change)) => (change.bytes_after(), change.references.len()),
            Ok(_) => (before.clone(), 0),
            Err(error) => {
                return Some(left(&format!(
                    "its references could not be renamed: {error}"
                )));
            }
        };
        Some(Own {
            file: one.clone(),
            role,
            before,
            after,
            references,
            fate: Fate::Carried,
        })
    }
}

fn is_program(below: &str) -> bool {
    let extension = below
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension);
    PROGRAMS
        .iter()
        .any(|known| extension.eq_ignore_ascii_case(known))
}
