//! Themes of the User Portal: folders below `App_Themes` beside its file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::lint::check::Check;
use crate::lint::subject::Subject;
use crate::xml::address::Leaf;
use crate::xml::{Document, NodeId};

use super::PORTAL;

const FOLDER: &str = "App_Themes";
/// The theme that setup installs and overwrites.
const SHIPPED: &str = "Default";
/// More folders deep than themes are.
const MAX_DEPTH: usize = 8;

/// The names of the themes beside the file; `None` if that cannot be known.
fn themes(subject: &Subject) -> Option<Vec<String>> {
    let folder = subject.tree.find(subject.folder(), FOLDER)?;
    let names = subject.tree.names(&folder)?;
    let folders = names
        .iter()
        .filter(|name| subject.tree.is_folder(&folder.join(name)));
    Some(folders.map(str::to_owned).collect())
}

/// Places that name a theme: `pages/@theme` and `@styleSheetTheme`.
fn chosen<'d>(
    subject: &Subject,
    document: &'d Document,
) -> Vec<(NodeId, Leaf, std::borrow::Cow<'d, str>)> {
    let mut found = Vec::new();
    for pages in subject.elements("pages") {
        for name in ["theme", "styleSheetTheme"] {
            if let Some(theme) = document
                .value(*pages, name)
                .filter(|theme| !theme.trim().is_empty())
            {
                found.push((*pages, Leaf::Attribute(name.to_owned()), theme));
            }
        }
    }
    found
}

/// A theme is named that is not there.
pub(in crate::lint::checks) fn missing(check: &mut Check<'_>) {
    let subject = check.subject();
    let (Some(document), Some(themes)) = (subject.document(), themes(subject)) else {
        return;
    };
    for (pages, leaf, theme) in chosen(subject, document) {
        let is_there = themes
            .iter()
            .any(|name| name.eq_ignore_ascii_case(theme.trim()));
        if !is_there {
            let shown = check.shown(document, pages, &leaf);
            let message = format!("there is no theme `{shown}` in `{FOLDER}` beside this file");
            check.report_at(pages, &leaf, message);
        }
    }
}

/// There are themes of the customer's own.
pub(in crate::lint::checks) fn custom(check: &mut Check<'_>) {
    let subject = check.subject();
    let (Some(document), Some(themes)) = (subject.document(), themes(subject)) else {
        return;
    };
    let own: Vec<String> = themes
        .iter()
        .filter(|name| !name.eq_ignore_ascii_case(SHIPPED))
        .map(|name| format!("`{FOLDER}\\{}`", check.shown_text(name)))
        .collect();
    if own.is_empty() {
        return;
    }
    let list = own.join(", ");
    let message = match own.len() {
        1 => format!("{list} is a theme of your own, which no setup brings back"),
        _ => format!("{list} are themes of your own, which no setup brings back"),
    };
    let chosen = chosen(subject, document).into_iter().next();
    let (element, leaf) = chosen.map_or((document.root(), Leaf::Element), |(pages, leaf, _)| {
        (pages, leaf)
    });
    check.report_at(element, &leaf, message);
}

/// Two portals of the run have different files in the theme that setup installs,
/// so that at least one was edited. From one portal alone that cannot be known.
pub(in crate::lint::checks) fn shipped_edited(check: &mut Check<'_>) {
    let estate = check.estate;
    let mut first: Option<(usize, BTreeMap<String, Vec<u8>>)> = None;
    for (at, subject) in estate.of_component(PORTAL) {
        let relative = format!("{FOLDER}/{SHIPPED}");
        let folder = subject.tree.find(subject.folder(), &relative);
        let Some(folder) = folder.filter(|_| !subject.is_transform) else {
            continue;
        };
        let mut files = BTreeMap::new();
        collect(subject, &folder, &PathBuf::new(), 0, &mut files);
        let Some((first_at, known)) = &first else {
            first = Some((at, files));
            continue;
        };
        let mut names = known.keys().chain(files.keys());
        let Some(name) = names.find(|name| known.get(*name) != files.get(*name)) else {
            continue;
        };
        let [here, there] = [at, *first_at].map(|at| place(check, at));
        let message = format!(
            "`{FOLDER}\\{SHIPPED}\\{}` is not the same here and beside another portal of this run",
            check.shown_text(name)
        );
        check
            .report_in(here.subject, here.span, here.address, message)
            .related(there, "the other portal");
    }
}

fn place(check: &Check<'_>, at: usize) -> crate::lint::finding::Place {
    let subject = &check.estate.subjects[at];
    let chosen = subject.document().map(|document| {
        let root = (document.root(), Leaf::Element);
        let pages = chosen(subject, document).into_iter().next();
        pages.map_or(root, |(pages, leaf, _)| (pages, leaf))
    });
    match chosen {
        Some((element, leaf)) => check.place(at, element, &leaf),
        None => crate::lint::finding::Place {
            subject: at,
            ..Default::default()
        },
    }
}

/// The files below `folder` by their paths in lower case; what cannot be read is left out.
fn collect(
    subject: &Subject,
    folder: &Path,
    below: &Path,
    depth: usize,
    files: &mut BTreeMap<String, Vec<u8>>,
) {
    let names = subject.tree.names(folder);
    for name in names.iter().flat_map(|names| names.iter()) {
        let (path, below) = (folder.join(name), below.join(name));
        if subject.tree.is_folder(&path) {
            if depth < MAX_DEPTH {
                collect(subject, &path, &below, depth + 1, files);
            }
        } else if let Ok(bytes) = subject.tree.read(&path) {
            let key = below.to_string_lossy().replace('/', "\\").to_lowercase();
            files.insert(key, bytes);
        }
    }
}
