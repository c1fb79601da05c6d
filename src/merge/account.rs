//! The account: how every setting of the incoming file ended.
//!
//! A *setting* is an entry of the identity table (`appSettings/add`,
//! `setting`, `connectionStrings/add` with all they hold), and outside of
//! entries every attribute or text with a value, and every element that is
//! there for its presence alone. Attributes that identify an element and
//! namespace declarations are not settings.
//!
//! Promises that the counts add up: [`Account::of`] walks the file on its own
//! and fails when the engine decided nothing about a setting.

use rustc_hash::FxHashMap;

use super::MergeError;
use crate::config::identity::IdentityTable;
use crate::matching::keys::is_identity_attribute;
use crate::merge::outcome::{Ending, Outcome, Principle};
use crate::xml::address::{Address, Leaf};
use crate::xml::{Document, NodeId, NodeKind};

/// The smallest thing that has an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Atom {
    /// The element.
    pub element: NodeId,
    /// What of it.
    pub slot: Slot,
}

/// What of an element an [`Atom`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// The attribute at this position.
    Attribute(u32),
    /// Its text.
    Text,
    /// That it is there.
    Presence,
}

/// One setting and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The element.
    pub element: NodeId,
    /// What of it; [`Leaf::Element`] for entries and elements that are there for their presence.
    pub leaf: Leaf,
    /// How it ended; the gravest ending of all it holds.
    pub ending: Ending,
}

/// How many settings ended how. The first five add up to `settings`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Carried as they were.
    pub carried: usize,
    /// The carrier had the same.
    pub already_equal: usize,
    /// Carried with a change.
    pub rewritten: usize,
    /// Not carried, by a named rule or principle.
    pub dropped: usize,
    /// Not decided.
    pub conflict: usize,
    /// Settings of the incoming file.
    pub settings: usize,
}

/// The account of the incoming file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Every setting, in the order of the file.
    pub settings: Vec<Setting>,
    /// The sums.
    pub counts: Counts,
}

/// Whether an attribute declares a namespace.
#[must_use]
pub fn is_namespace_declaration(name: &str) -> bool {
    name == "xmlns" || name.starts_with("xmlns:")
}

/// The atoms of one element, without those of its children.
#[must_use]
pub fn atoms(table: &IdentityTable, document: &Document, element: NodeId) -> Vec<Atom> {
    let mut slots: Vec<Slot> = document
        .attributes(element)
        .iter()
        .enumerate()
        .filter(|(_, attribute)| {
            let name = document.slice(attribute.name);
            !is_namespace_declaration(name)
                && !is_identity_attribute(table, document, element, name)
        })
        .map(|(at, _)| Slot::Attribute(at as u32))
        .collect();
    let has_elements = document.has_child_elements(element);
    let text = document.inner_text(element);
    if !crate::matching::digest::significant_text(&text, has_elements).is_empty() {
        slots.push(Slot::Text);
    }
    if slots.is_empty() && !has_elements {
        slots.push(Slot::Presence);
    }
    slots
        .into_iter()
        .map(|slot| Atom { element, slot })
        .collect()
}

/// The attributes that identify one element.
fn identifying(table: &IdentityTable, document: &Document, element: NodeId) -> Vec<Atom> {
    let attributes = document.attributes(element).iter().enumerate();
    attributes
        .filter(|(_, attribute)| {
            let name = document.slice(attribute.name);
            is_identity_attribute(table, document, element, name)
        })
        .map(|(at, _)| Atom {
            element,
            slot: Slot::Attribute(at as u32),
        })
        .collect()
}

impl Account {
    /// Adds up the outcomes of every setting of `document`.
    ///
    /// # Errors
    /// [`MergeError::Unaccounted`] when a setting has no outcome.
    pub fn of(
        document: &Document,
        table: &IdentityTable,
        endings: &FxHashMap<Atom, Ending>,
        address: impl Fn(NodeId, Leaf) -> Address,
    ) -> Result<Self, MergeError> {
        let mut account = Self::default();
        let mut skip_until = 0;
        for node in document.nodes() {
            if document.kind(node) != NodeKind::Element || node.index() < skip_until {
                continue;
            }
            let is_entry = table
                .rule_for(document, node)
                .is_some_and(|rule| rule.entry);
            let mut entry: Option<&Ending> = None;
            let members: Vec<NodeId> = if is_entry {
                document
                    .subtree(node)
                    .filter(|inner| document.is_element(*inner))
                    .collect()
            } else {
                vec![node]
            };
            for atom in members
                .iter()
                .flat_map(|member| atoms(table, document, *member))
            {
                let leaf = leaf_of(document, atom);
                let Some(ending) = endings.get(&atom) else {
                    return Err(MergeError::Unaccounted {
                        address: address(atom.element, leaf),
                    });
                };
                if !is_entry {
                    account.push(node, leaf, ending.clone());
                } else if entry.is_none_or(|worst| ending.gravity() > worst.gravity()) {
                    entry = Some(ending);
                }
            }
            // What identifies an element is a setting, too, where the sides differ in it.
            let differing = members
                .iter()
                .flat_map(|member| identifying(table, document, *member))
                .filter_map(|atom| Some((atom, endings.get(&atom)?)))
                .filter(|(_, ending)| ending.outcome() != Some(Outcome::AlreadyEqual));
            for (atom, ending) in differing {
                if !is_entry {
                    account.push(node, leaf_of(document, atom), ending.clone());
                } else if entry.is_none_or(|worst| ending.gravity() > worst.gravity()) {
                    entry = Some(ending);
                }
            }
            if is_entry {
                let equal = Principle::SameOnBothSides.into();
                let ending = entry
                    .cloned()
                    .unwrap_or(Ending::Decided(Outcome::AlreadyEqual, equal));
                account.push(node, Leaf::Element, ending);
                skip_until = document
                    .subtree(node)
                    .next_back()
                    .map_or(0, |last| last.index() + 1);
            }
        }
        Ok(account)
    }

    fn push(&mut self, element: NodeId, leaf: Leaf, ending: Ending) {
        self.counts.settings += 1;
        *match ending.outcome() {
            Some(Outcome::Carried) => &mut self.counts.carried,
            Some(Outcome::AlreadyEqual) => &mut self.counts.already_equal,
            Some(Outcome::Rewritten) => &mut self.counts.rewritten,
            Some(Outcome::Dropped) => &mut self.counts.dropped,
            None => &mut self.counts.conflict,
        } += 1;
        self.settings.push(Setting {
            element,
            leaf,
            ending,
        });
    }

    /// How many settings were dropped by each rule or principle, in the order they first appear.
    #[must_use]
    pub fn dropped_by(&self) -> Vec<(&str, usize)> {
        let mut counted: Vec<(&str, usize)> = Vec::new();
        for setting in &self.settings {
            let Ending::Decided(Outcome::Dropped, by) = &setting.ending else {
                continue;
            };
            let name = by.name();
            match counted.iter().position(|(known, _)| *known == name) {
                Some(at) => counted[at].1 += 1,
                None => counted.push((name, 1)),
            }
        }
        counted
    }
}

fn leaf_of(document: &Document, atom: Atom) -> Leaf {
    match atom.slot {
        Slot::Attribute(at) => Leaf::Attribute(
            document
                .slice(document.attributes(atom.element)[at as usize].name)
                .to_owned(),
        ),
        Slot::Text => Leaf::Text,
        Slot::Presence => Leaf::Element,
    }
}
