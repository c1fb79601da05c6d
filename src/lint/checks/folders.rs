//! Folders beside a file, such as themes: those that it names, and those that setup brings.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::lint::check::Check;
use crate::lint::finding::Place;
use crate::lint::subject::Subject;
use crate::pack::Rules;
use crate::pack::checks::{FolderBeside, FolderFault, FoldersDiffer};
use crate::xml::address::Leaf;
use crate::xml::selector::{Selector, leaf_value};
use crate::xml::{Document, NodeId};

/// More folders deep than such folders are.
const MAX_DEPTH: usize = 8;

/// The names of the folders in `folder` beside the file; `None` if that cannot be known.
fn folders(subject: &Subject, folder: &str) -> Option<Vec<String>> {
    let folder = subject.tree.find(subject.folder(), folder)?;
    let names = subject.tree.names(&folder)?;
    let folders = names
        .iter()
        .filter(|name| subject.tree.is_folder(&folder.join(name)));
    Some(folders.map(str::to_owned).collect())
}

/// Places that name a folder, by element.
fn named<'d, 's>(
    rules: &Rules,
    subject: &Subject,
    document: &'d Document,
    selectors: &'s [Selector],
) -> Vec<(NodeId, &'s Leaf, Cow<'d, str>)> {
    let mut found = Vec::new();
    for selector in selectors {
        for element in subject.select(selector, rules) {
            let name = leaf_value(document, element, selector.leaf());
            if let Some(name) = name.filter(|name| !name.trim().is_empty()) {
                found.push((element, selector.leaf(), name));
            }
        }
    }
    // The selectors are in the order of the pack; of one element the first one comes first.
    found.sort_by_key(|(element, ..)| *element);
    found
}

/// Looks at the folders beside the file.
pub(super) fn folder_beside(parameters: &FolderBeside, check: &mut Check<'_>) {
    let subject = check.subject();
    let (Some(document), Some(folders)) =
        (subject.document(), folders(subject, &parameters.folder))
    else {
        return;
    };
    let named = named(check.rules, subject, document, &parameters.named_by.0);
    match parameters.fault {
        FolderFault::Missing => {
            for (element, leaf, name) in named {
                let mut known = folders.iter();
                if known.any(|known| known.eq_ignore_ascii_case(name.trim())) {
                    continue;
                }
                let shown = check.shown(document, element, leaf);
                let facts = [("name", shown.as_str()), ("folder", &parameters.folder)];
                let message = check.say("", &facts);
                check.report_at(element, leaf, message);
            }
        }
        FolderFault::Own => {
            let is_shipped = |name: &&String| {
                let mut shipped = parameters.shipped.iter();
                shipped.any(|known| known.eq_ignore_ascii_case(name))
            };
            let own: Vec<String> = (folders.iter())
                .filter(|name| !is_shipped(name))
                .map(|name| format!("`{}\\{}`", parameters.folder, check.shown_text(name)))
                .collect();
            if own.is_empty() {
                return;
            }
            let case = if own.len() == 1 { "one" } else { "several" };
            let message = check.say(case, &[("folders", &own.join(", "))]);
            let (element, leaf) = (named.first())
                .map_or((document.root(), &Leaf::Element), |(element, leaf, _)| {
                    (*element, *leaf)
                });
            check.report_at(element, leaf, message);
        }
    }
}

/// A folder has different files beside two files of a component, so that at least one was edited.
/// From one alone that cannot be known.
pub(super) fn folders_differ(parameters: &FoldersDiffer, check: &mut Check<'_>) {
    let estate = check.estate;
    let mut first: Option<(usize, BTreeMap<String, Vec<u8>>)> = None;
    for (at, subject) in estate.of_component(&parameters.component) {
        let folder = subject.tree.find(subject.folder(), &parameters.folder);
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
        let [here, there] = [at, *first_at].map(|at| place(parameters, check, at));
        let folder = parameters.folder.replace('/', "\\");
        let path = format!("{folder}\\{}", check.shown_text(name));
        let facts = [("path", path.as_str())];
        let (message, note) = (check.say("found", &facts), check.say("related", &facts));
        check.report_there(here, message).related(there, note);
    }
}

fn place(parameters: &FoldersDiffer, check: &Check<'_>, at: usize) -> Place {
    let subject = &check.estate.subjects[at];
    let Some(document) = subject.document() else {
        return Place {
            subject: at,
            ..Place::default()
        };
    };
    let named = named(check.rules, subject, document, &parameters.named_by.0);
    match named.first() {
        Some((element, leaf, _)) => check.place(at, *element, leaf),
        None => check.place(at, document.root(), &Leaf::Element),
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
