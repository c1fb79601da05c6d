//! Names that point at nothing.

use std::cell::OnceCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::collections::{not_in_effect, with_late_removals};
use crate::config::identity::IdentityTable;
use crate::config::references::{ELSEWHERE, Reference, References, Within, is_elsewhere};
use crate::xml::{Document, NodeId};

/// What the rows can point at, each worked out when the first name asks for it.
pub(super) struct Pointers<'d> {
    document: &'d Document,
    references: &'d References,
    telling: Option<Telling>,
    targets: FxHashMap<usize, Targets>,
    /// Entries that a `remove` or `clear` behind them takes out, worked out when they are asked for.
    gone: OnceCell<FxHashSet<NodeId>>,
    /// The collections that have one behind an entry, likewise.
    with_late_removals: OnceCell<Vec<NodeId>>,
    identities: &'d IdentityTable,
}

/// Elements that say something about what other elements hold, found in one walk.
struct Telling {
    /// Sections that are encrypted or in another file.
    elsewhere: Vec<NodeId>,
    /// Every `clear` and `remove`.
    removals: Vec<NodeId>,
}

impl Telling {
    fn of(document: &Document) -> Self {
        let text = document.text().as_bytes();
        let is_there = |name: &str| memchr::memmem::find(text, name.as_bytes()).is_some();
        let all = ELSEWHERE
            .into_iter()
            .any(is_there)
            .then(|| document.nodes());
        let elements = all.into_iter().flatten();
        Self {
            elsewhere: elements
                .filter(|node| is_elsewhere(document, *node))
                .collect(),
            removals: (document.elements_named("clear"))
                .chain(document.elements_named("remove"))
                .collect(),
        }
    }
}

/// What one row can point at.
struct Targets {
    /// Elements of the right name, by what they are called.
    named: FxHashMap<String, Vec<NodeId>>,
    /// Whether some of them stand in another file, or cannot be read.
    elsewhere: bool,
    /// Whether a `clear` takes out what is inherited.
    cleared: bool,
    /// What a `remove` takes out.
    removed: Vec<String>,
}

impl<'d> Pointers<'d> {
    pub(super) fn new(
        document: &'d Document,
        references: &'d References,
        identities: &'d IdentityTable,
    ) -> Self {
        Self {
            document,
            references,
            telling: None,
            targets: FxHashMap::default(),
            gone: OnceCell::new(),
            with_late_removals: OnceCell::new(),
            identities,
        }
    }

    /// Whether what row `at` of the table calls `name` at `element` is not there.
    pub(super) fn dangles(&mut self, at: usize, element: NodeId, name: &str) -> bool {
        let (document, row) = (self.document, &self.references.rows()[at]);
        let telling = (self.telling).get_or_insert_with(|| Telling::of(document));
        let targets =
            (self.targets.entry(at)).or_insert_with(|| Targets::of(document, row, telling));
        if targets.elsewhere || row.is_inherited(name) && !targets.clears(name, row) {
            return false;
        }
        let late = (self.with_late_removals).get_or_init(|| with_late_removals(document));
        let may_be_gone = |entry: NodeId| {
            (document.parent(entry)).is_some_and(|parent| late.binary_search(&parent).is_ok())
        };
        let named = targets.named.get(&*row.compare.folded(name));
        !named.is_some_and(|entries| {
            entries.iter().any(|entry| {
                *entry != element
                    && (row.within == Within::Document || document.is_within(*entry, element))
                    && row.target.matches(document, element, *entry)
                    && !(may_be_gone(*entry)
                        && self
                            .gone
                            .get_or_init(|| not_in_effect(document, self.identities))
                            .contains(entry))
            })
        })
    }
}

impl Targets {
    /// Whether what is inherited by this name is taken out of the collection.
    fn clears(&self, name: &str, row: &Reference) -> bool {
        self.cleared
            || self
                .removed
                .iter()
                .any(|removed| row.compare.is_same(removed, name))
    }

    fn look_for_removals(&mut self, document: &Document, row: &Reference, removals: &[NodeId]) {
        let of_row = |node: &&NodeId| row.target.would_hold(document, **node);
        for node in removals.iter().filter(of_row) {
            if document.local_name(*node) == "clear" {
                self.cleared = true;
            } else {
                let name = document.value(*node, row.target.attribute());
                self.removed.extend(name.map(|name| name.into_owned()));
            }
        }
    }

    fn of(document: &Document, row: &Reference, telling: &Telling) -> Self {
        let mut found = Self {
            named: FxHashMap::default(),
            elsewhere: row.would_pass(document, &telling.elsewhere),
            cleared: false,
            removed: Vec::new(),
        };
        if !row.inherited.is_empty() {
            found.look_for_removals(document, row, &telling.removals);
        }
        let name = row.target.entry();
        let entries = document.elements_named(name);
        for entry in entries.filter(|_| !found.elsewhere) {
            if let Some(name) = document.value(entry, row.target.attribute()) {
                let name = row.compare.folded(&name).into_owned();
                found.named.entry(name).or_default().push(entry);
            }
        }
        found
    }
}
