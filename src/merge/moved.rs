//! What a `moved-to-file` conflict asks of people: which entries belong into the other file.

use rustc_hash::{FxHashMap, FxHashSet};

use super::stages::whole_sections::SOURCES;
use super::{Conflict, ConflictKind, Inputs};
use crate::matching::Side;
use crate::matching::digest::Digests;
use crate::matching::keys::Keys;
use crate::xml::{Document, NodeId, Span};

/// A section that one side keeps in a file of its own, while the other side changed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Whether the new version keeps it there; else the administrator does.
    pub by_new: bool,
    /// The file, as the section names it.
    pub file: String,
    /// How many entries of the other side are not as in the base, and belong into that file.
    pub belong: usize,
    /// How many entries of the base the other side removed.
    pub removed: usize,
}

/// Counts for a conflict of [`ConflictKind::MovedToFile`]; `None` for others.
#[must_use]
pub fn moved(inputs: &Inputs<'_>, conflict: &Conflict) -> Option<Moved> {
    if conflict.kind != ConflictKind::MovedToFile {
        return None;
    }
    let (old, new) = (inputs.incoming, inputs.carrier);
    let base = inputs.base.zip(conflict.places.base);
    let base = base.and_then(|(document, place)| Some((document, element_at(document, place)?)));
    let in_old = (old, element_at(old, conflict.places.incoming?)?);
    let in_new = (new, element_at(new, conflict.places.carrier?)?);
    let file_of = |(document, section): (&Document, NodeId), name: &str| {
        document.value(section, name).map(|file| file.into_owned())
    };
    SOURCES.iter().find_map(|name| {
        if base.is_some_and(|base| file_of(base, name).is_some()) {
            return None;
        }
        let (by_new, file, stayed) = match (file_of(in_old, name), file_of(in_new, name)) {
            (None, Some(file)) => (true, file, in_old),
            (Some(file), None) => (false, file, in_new),
            _ => return None,
        };
        let (belong, removed) = changes(inputs, base, stayed);
        Some(Moved {
            by_new,
            file,
            belong,
            removed,
        })
    })
}

fn element_at(document: &Document, place: Span) -> Option<NodeId> {
    let mut nodes = document.nodes();
    nodes.find(|node| document.is_element(*node) && document.span(*node) == place)
}

/// How many entries of a section are not as in the base, and how many of the base it lacks.
fn changes(
    inputs: &Inputs<'_>,
    base: Option<(&Document, NodeId)>,
    (document, section): (&Document, NodeId),
) -> (usize, usize) {
    let Some((base, before)) = base else {
        return (document.child_elements(section).count(), 0);
    };
    let digests = (Digests::of(base), Digests::of(document));
    let [old, side] = [(base, &digests.0), (document, &digests.1)]
        .map(|(document, digests)| Side { document, digests });
    let mut known: FxHashMap<u64, Vec<NodeId>> = FxHashMap::default();
    for entry in base.child_elements(before) {
        let alike = known.entry(digests.0.meaning(entry)).or_default();
        alike.push(entry);
    }
    let is_known = |entry: &NodeId| {
        let alike = known.get(&digests.1.meaning(*entry));
        let mut alike = alike.into_iter().flatten();
        alike.any(|known| old.means_the_same(*known, side, *entry))
    };
    let belong = document.child_elements(section);
    let belong = belong.filter(|entry| !is_known(entry)).count();
    let names = |document, section| {
        let mut keys = Keys::new(&inputs.rules.identities, document);
        keys.next_parent();
        let entries = document.child_elements(section);
        entries
            .map(|entry| keys.key(entry).text.to_owned())
            .collect::<FxHashSet<String>>()
    };
    let left = names(document, section);
    let removed = names(base, before).difference(&left).count();
    (belong, removed)
}
