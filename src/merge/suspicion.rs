//! Before a merge: whether the three files can be what they were given as.
//!
//! A merge of the wrong files ends in ordinary decisions and loses what it should carry, so this is
//! asked first. Promises to name only what the files themselves show; what rules do not recognise
//! is never suspected.

use crate::pack::Rules;
use crate::pack::rules::ComponentId;
use crate::pack::rules::Version;
use crate::xml::conflict_markers::conflict_markers;
use crate::xml::{Document, NodeKind, Span};

/// What a file was given as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// As the old version shipped it.
    Base,
    /// The administrator's.
    Old,
    /// Newly installed.
    New,
}

/// Why the files may not be what they were given as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suspicion {
    /// Two of them hold the same bytes.
    SameBytes(Role, Role),
    /// All three do.
    AllTheSame,
    /// They are of different components; titles of those that were recognised.
    Components(Vec<(Role, String)>),
    /// The first is a file of the new version, the second one of the old.
    Swapped(Role, Role),
    /// A file is of this version and should not be.
    OfVersion(Role, Version),
}

/// The three files.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// As the old version shipped it, if there is such a file.
    pub base: Option<&'a Document>,
    /// The administrator's.
    pub old: &'a Document,
    /// The newly installed one.
    pub new: &'a Document,
}

impl<'a> Given<'a> {
    fn all(&self) -> impl Iterator<Item = (Role, &'a Document)> {
        let base = self.base.map(|base| (Role::Base, base));
        let others = [(Role::Old, self.old), (Role::New, self.new)];
        base.into_iter().chain(others)
    }
}

/// Everything that is suspicious about the files.
#[must_use]
pub fn look(given: Given<'_>, rules: &Rules) -> Vec<Suspicion> {
    let mut found: Vec<Suspicion> = components(given, rules).into_iter().collect();
    found.extend(version(given, rules));
    found.extend(same_bytes(given));
    found
}

/// The first conflict marker that a merge left in the text of a well-formed document, where half of
/// them was removed. A comment or CDATA may hold one.
#[must_use]
pub fn left_marker(document: &Document) -> Option<Span> {
    let markers = conflict_markers(document.text());
    if markers.is_empty() {
        return None;
    }
    let texts: Vec<Span> = document
        .nodes()
        .filter(|node| document.kind(*node) == NodeKind::Text)
        .map(|node| document.span(node))
        .collect();
    let in_text = |marker: &Span| texts.iter().any(|text| text.contains(*marker));
    markers.into_iter().find(in_text)
}

fn components(given: Given<'_>, rules: &Rules) -> Option<Suspicion> {
    let recognised: Vec<_> = given
        .all()
        .filter_map(|(role, document)| Some((role, rules.component_of(document)?)))
        .collect();
    let (_, first) = recognised.first()?;
    let is_other = |id: &ComponentId| *id != first.provenance.id;
    recognised
        .iter()
        .any(|(_, component)| is_other(&component.provenance.id))
        .then(|| {
            let titles = recognised.iter();
            let titles =
                titles.map(|(role, component)| (*role, component.provenance.summary.clone()));
            Suspicion::Components(titles.collect())
        })
}

fn version(given: Given<'_>, rules: &Rules) -> Option<Suspicion> {
    let version = |document: &Document| rules.version_of(document);
    let (base, old, new) = (
        given.base.and_then(version),
        version(given.old),
        version(given.new),
    );
    if new == Some(Version::Old) {
        return Some(if old == Some(Version::New) {
            Suspicion::Swapped(Role::Old, Role::New)
        } else if base == Some(Version::New) {
            Suspicion::Swapped(Role::Base, Role::New)
        } else {
            Suspicion::OfVersion(Role::New, Version::Old)
        });
    }
    let is_newer = base == Some(Version::New) && old == Some(Version::Old);
    is_newer.then_some(Suspicion::OfVersion(Role::Base, Version::New))
}

fn same_bytes(given: Given<'_>) -> Option<Suspicion> {
    let same = |one: &Document, other: &Document| one.source() == other.source();
    let is_base = |other: &Document| given.base.is_some_and(|base| same(base, other));
    match (
        is_base(given.old),
        is_base(given.new),
        same(given.old, given.new),
    ) {
        (true, true, _) => Some(Suspicion::AllTheSame),
        (true, ..) => Some(Suspicion::SameBytes(Role::Base, Role::Old)),
        (_, true, _) => Some(Suspicion::SameBytes(Role::Base, Role::New)),
        (_, _, true) => Some(Suspicion::SameBytes(Role::Old, Role::New)),
        _ => None,
    }
}
