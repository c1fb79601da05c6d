//! Collections whose entries are told apart by a key: what stands in them twice,
//! and what `remove` and `clear` take out of them again.

use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::config::identity::{Duplicates, IdentityRule, IdentityTable};
use crate::xml::{Document, NodeId};

/// An entry of a key that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// The entry.
    pub element: NodeId,
    /// The first one of its key.
    pub first: NodeId,
    /// The one before it.
    pub before: NodeId,
    /// What that means.
    pub duplicates: Duplicates,
}

/// A `remove` or `clear` with an entry of the same file before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenOut {
    /// The `remove` or `clear`.
    pub element: NodeId,
    /// The entry; of several the first.
    pub entry: NodeId,
}

/// What was found in collections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// Entries of a key that is there already.
    pub repeated: Vec<Repeated>,
    /// Entries that do not stay.
    pub taken_out: Vec<TakenOut>,
}

/// All collections of `document`; `wants` says which duplicates matter.
#[must_use]
pub fn entries(
    document: &Document,
    table: &IdentityTable,
    wants: impl Fn(Duplicates) -> bool,
) -> Entries {
    super::siblings::look(document, table, |_| true, wants).entries
}

/// The entries of `document` that a `remove` or a `clear` behind them takes out.
#[must_use]
pub fn not_in_effect(document: &Document, table: &IdentityTable) -> FxHashSet<NodeId> {
    let mut out = FxHashSet::default();
    for collection in with_late_removals(document) {
        taken_out_of(document, table, collection, &mut out);
    }
    out
}

/// The elements in which a `remove` or a `clear` is behind something else, in order: most are in front.
#[must_use]
pub fn with_late_removals(document: &Document) -> Vec<NodeId> {
    let removals = (document.elements_named("remove")).chain(document.elements_named("clear"));
    let mut parents: Vec<NodeId> = removals.filter_map(|node| document.parent(node)).collect();
    parents.sort_unstable();
    parents.dedup();
    parents.retain(|parent| {
        let children = document.child_elements(*parent);
        let mut behind = children.skip_while(|child| is_removal(document, *child));
        behind.any(|child| is_removal(document, child))
    });
    parents
}

fn is_removal(document: &Document, element: NodeId) -> bool {
    matches!(document.local_name(element), "remove" | "clear")
}

/// Adds the entries of one collection that do not stay.
fn taken_out_of(
    document: &Document,
    table: &IdentityTable,
    parent: NodeId,
    out: &mut FxHashSet<NodeId>,
) {
    let children = document.child_elements(parent);
    let children: Vec<NodeId> = children
        .skip_while(|child| is_removal(document, *child))
        .collect();
    let mut entries: Vec<(NodeId, Option<String>)> = Vec::new();
    let mut known: Option<(&str, Option<&IdentityRule>)> = None;
    let last = (children.iter()).rposition(|child| is_removal(document, *child));
    for child in children.into_iter().take(last.map_or(0, |last| last + 1)) {
        let name = document.local_name(child);
        let rule = match known {
            Some((known, rule)) if known == name => rule,
            _ => table.rule_for(document, child),
        };
        known = Some((name, rule));
        match rule {
            Some(rule) if rule.removes.is_some() => {
                let name = rule.removes.as_deref().unwrap_or_default();
                let taken = key(document, name, rule, child);
                entries.retain(|(entry, key)| {
                    let is_taken = taken.is_some() && *key == taken;
                    if is_taken {
                        out.insert(*entry);
                    }
                    !is_taken
                });
            }
            Some(rule) if !rule.by.is_empty() => {
                entries.push((child, key(document, name, rule, child)));
            }
            None if name == "clear" => out.extend(entries.drain(..).map(|(entry, _)| entry)),
            _ => {}
        }
    }
}

/// The same attributes with the same values, in any order, and nothing inside.
#[must_use]
pub fn are_equal(document: &Document, one: NodeId, other: NodeId) -> bool {
    let attributes = |element| {
        let all = document.attributes(element).iter();
        let mut all: Vec<_> = all
            .map(|attribute| {
                let name = document.slice(attribute.name);
                (name, document.attribute_value(attribute))
            })
            .collect();
        all.sort();
        all
    };
    !document.has_child_elements(one)
        && !document.has_child_elements(other)
        && attributes(one) == attributes(other)
}

/// The entries of one collection so far. Keys are worked out only where something asks for them.
#[derive(Default)]
pub(super) struct Collection<'t> {
    /// Entries whose keys nothing asked for.
    waiting: Vec<(NodeId, &'t IdentityRule)>,
    /// First and last entry of each key.
    seen: FxHashMap<String, (NodeId, NodeId)>,
    /// Any entry: the first one since the last `clear`.
    first: Option<NodeId>,
    asks: bool,
}

impl<'t> Collection<'t> {
    pub(super) fn start(&mut self) {
        self.waiting.clear();
        if !self.seen.is_empty() {
            self.seen.clear();
        }
        self.first = None;
        self.asks = false;
    }

    pub(super) fn add(
        &mut self,
        document: &Document,
        rule: &'t IdentityRule,
        element: NodeId,
        wanted: bool,
        found: &mut Entries,
    ) {
        self.first.get_or_insert(element);
        if wanted && !self.asks {
            self.ask(document);
        }
        if !self.asks {
            self.waiting.push((element, rule));
        } else if let Some(known) = self.put(document, rule, element)
            && wanted
        {
            found.repeated.push(Repeated {
                element,
                first: known.0,
                before: known.1,
                duplicates: rule.duplicates,
            });
        }
    }

    pub(super) fn remove(
        &mut self,
        document: &Document,
        rule: &IdentityRule,
        element: NodeId,
        found: &mut Entries,
    ) {
        if !self.asks {
            self.ask(document);
        }
        let name = rule.removes.as_deref().unwrap_or_default();
        if let Some(key) = key(document, name, rule, element)
            && let Some((entry, _)) = self.seen.remove(&key)
        {
            found.taken_out.push(TakenOut { element, entry });
        }
    }

    pub(super) fn clear(&mut self, element: NodeId, found: &mut Entries) {
        if let Some(entry) = self.first.take() {
            found.taken_out.push(TakenOut { element, entry });
        }
        self.waiting.clear();
        self.seen.clear();
    }

    /// Works out the keys of what waits.
    fn ask(&mut self, document: &Document) {
        self.asks = true;
        for (element, rule) in std::mem::take(&mut self.waiting) {
            self.put(document, rule, element);
        }
    }

    /// The first and the last entry of its key before it.
    fn put(
        &mut self,
        document: &Document,
        rule: &IdentityRule,
        element: NodeId,
    ) -> Option<(NodeId, NodeId)> {
        let key = key(document, document.local_name(element), rule, element)?;
        match self.seen.entry(key) {
            Entry::Occupied(mut known) => {
                let before = *known.get();
                known.get_mut().1 = element;
                Some(before)
            }
            Entry::Vacant(place) => {
                place.insert((element, element));
                None
            }
        }
    }
}

/// The key of an entry called `name`; `None` if it has nothing of it.
pub(in crate::config) fn key(
    document: &Document,
    name: &str,
    rule: &IdentityRule,
    element: NodeId,
) -> Option<String> {
    let mut key = String::with_capacity(64);
    key.push_str(name);
    let mut is_there = false;
    for path in rule.by.iter().chain(rule.then_by.iter()) {
        key.push('\0');
        if let Some(value) = path.meaning(document, element) {
            is_there |= path.default().is_none();
            rule.compare.push(&mut key, &value);
        }
    }
    is_there.then_some(key)
}
