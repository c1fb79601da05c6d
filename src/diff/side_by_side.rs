//! Several configurations side by side: each setting that is not the same everywhere, and who has what.
//!
//! Each is compared with the first one; what no comparison tells is the same as in the first. Nothing is
//! taken for right since most have it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::change::{Change, Kind, Place, text_of};
use crate::config::addresses::Addresses;
use crate::pack::Rules;
use crate::xml::address::Leaf;
use crate::xml::{Document, NodeId, NodeKind};

/// What about a setting is not the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aspect {
    /// Its value, or whether it is there.
    Value,
    /// What it is called.
    Name,
    /// The order of its children, which counts.
    Order,
    /// The element or the file that it is in.
    Place,
}

/// A setting that is not the same everywhere.
#[derive(Clone, Debug)]
pub struct Row<'c> {
    /// What of it.
    pub aspect: Aspect,
    /// Where the first input that has it has it.
    pub place: Place<'c>,
    /// All inputs, those together that are the same.
    pub groups: Vec<Group<'c>>,
    /// Whether the groups tell only who has it, since rows of their own tell what is not the same in it.
    pub is_presence: bool,
    /// The changes that tell of it: the input, and the index of the change.
    pub changes: Vec<(usize, usize)>,
}

/// Inputs in which a setting is the same.
#[derive(Clone, Debug)]
pub struct Group<'c> {
    /// Their numbers, from 0.
    pub inputs: Vec<usize>,
    /// Where the first of them has it; `None` if they do not have it.
    pub place: Option<Place<'c>>,
}

/// What the comparisons of the first input with each of `others` tell, setting by setting.
#[must_use]
pub fn rows<'c>(others: &[(usize, &[Change<'c>])], rules: &Rules) -> Vec<Row<'c>> {
    let addresses = Addresses::default();
    let key = |place: &Place<'c>| Key::of(place, rules, &addresses);
    let mut index: HashMap<(Aspect, Key), usize> = HashMap::new();
    let mut found: Vec<Unfinished<'c>> = Vec::new();
    let mut removed: BTreeMap<usize, Vec<Key>> = BTreeMap::new();
    for (input, changes) in others {
        for (at, change) in changes.iter().enumerate() {
            let place = match change.kind {
                Kind::Uncommented => change.after.as_ref(),
                _ => change.before.as_ref().or(change.after.as_ref()),
            };
            let Some(place) = place else { continue };
            let aspect = aspect(&change.kind);
            let key = key(place);
            let has_it = |side: &Option<Place<'c>>| {
                side.clone()
                    .filter(|place| place.document.is_element(place.element))
            };
            let (first, after) = (has_it(&change.before), has_it(&change.after));
            if aspect == Aspect::Value && after.is_none() && place.leaf == Leaf::Element {
                removed.entry(*input).or_default().push(key.clone());
            }
            let row = *index.entry((aspect, key.clone())).or_insert_with(|| {
                found.push(Unfinished {
                    aspect,
                    key,
                    first: None,
                    said: BTreeMap::new(),
                });
                found.len() - 1
            });
            let row = &mut found[row];
            row.first = row.first.take().or(first);
            row.said.insert(*input, (at, after));
        }
    }
    let inputs: Vec<usize> = others.iter().map(|(input, _)| *input).collect();
    // Of elements that some lack, those in which others differ.
    let mut above: HashSet<Key> = HashSet::new();
    for row in &found {
        let address = &row.key.address;
        let steps = address.match_indices('/').map(|(at, _)| at);
        above.extend(steps.filter(|at| *at > 0).map(|at| Key {
            file: row.key.file.clone(),
            address: address[..at].to_owned(),
        }));
    }
    let rows = found.into_iter().filter_map(|row| {
        let is_presence = row.aspect == Aspect::Value && above.contains(&row.key);
        row.finish(&inputs, &removed, is_presence)
    });
    rows.collect()
}

fn aspect(kind: &Kind<'_>) -> Aspect {
    match kind {
        Kind::Added | Kind::Removed | Kind::Changed | Kind::CommentedOut | Kind::Uncommented => {
            Aspect::Value
        }
        Kind::Renamed(_) => Aspect::Name,
        Kind::Reordered(_) => Aspect::Order,
        Kind::Moved | Kind::MovedOut(_) | Kind::MovedIn(_) => Aspect::Place,
    }
}

/// What is the same place in several inputs: the file, and the address in it.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    file: Option<String>,
    address: String,
}

impl Key {
    fn of(place: &Place<'_>, rules: &Rules, addresses: &Addresses) -> Self {
        let leaf = place.leaf.clone();
        let address = addresses.address(&rules.identities, place.document, place.element, leaf);
        Self {
            file: place.file.map(str::to_owned),
            address: address.to_string(),
        }
    }

    fn is_within(&self, other: &Self) -> bool {
        let rest = self.address.strip_prefix(&other.address);
        self.file == other.file && rest.is_some_and(|rest| rest.starts_with('/'))
    }
}

/// A row to which an input may still be added.
struct Unfinished<'c> {
    aspect: Aspect,
    key: Key,
    /// Where the first input has it.
    first: Option<Place<'c>>,
    /// Of each input that has it differently the change, and where it has it.
    said: BTreeMap<usize, (usize, Option<Place<'c>>)>,
}

impl<'c> Unfinished<'c> {
    fn finish(
        self,
        inputs: &[usize],
        removed: &BTreeMap<usize, Vec<Key>>,
        is_presence: bool,
    ) -> Option<Row<'c>> {
        let mut groups: Vec<(Option<String>, Group<'c>)> = Vec::new();
        let mut put = |input: usize, place: Option<Place<'c>>| {
            let says = place.as_ref().map(|place| match is_presence {
                true => String::new(),
                false => says(self.aspect, place),
            });
            match groups.iter_mut().find(|(known, _)| *known == says) {
                Some((_, group)) => group.inputs.push(input),
                None => groups.push((
                    says,
                    Group {
                        inputs: vec![input],
                        place,
                    },
                )),
            }
        };
        put(0, self.first.clone());
        for input in inputs {
            let is_gone = || {
                let gone = removed.get(input).into_iter().flatten();
                gone.into_iter().any(|gone| self.key.is_within(gone))
            };
            match self.said.get(input) {
                Some((_, place)) => put(*input, place.clone()),
                None if is_gone() => put(*input, None),
                None => put(*input, self.first.clone()),
            }
        }
        let groups: Vec<Group<'c>> = groups.into_iter().map(|(_, group)| group).collect();
        let place = groups.iter().find_map(|group| group.place.clone())?;
        let changes = self.said.iter().map(|(input, (at, _))| (*input, *at));
        // Two that were compared with the first alone may turn out to be the same.
        (groups.len() > 1).then(|| Row {
            aspect: self.aspect,
            changes: changes.collect(),
            place,
            groups,
            is_presence,
        })
    }
}

/// What two places have in common if they are the same.
fn says(aspect: Aspect, place: &Place<'_>) -> String {
    let (document, element) = (place.document, place.element);
    match aspect {
        Aspect::Value => place.value().unwrap_or_else(|| meaning(document, element)),
        Aspect::Name => tag(document, element),
        Aspect::Order => document
            .child_elements(element)
            .map(|child| tag(document, child))
            .collect(),
        Aspect::Place => {
            let above =
                std::iter::successors(document.parent(element), |node| document.parent(*node));
            let names = above.filter(|node| document.is_element(*node));
            let names = names.map(|node| tag(document, node)).collect::<String>();
            format!("{:?} {names} {}", place.file, tag(document, element))
        }
    }
}

/// Name and attributes.
fn tag(document: &Document, element: NodeId) -> String {
    let mut attributes: Vec<String> = document
        .attributes(element)
        .iter()
        .map(|attribute| {
            let name = document.slice(attribute.name);
            format!("\0{name}={}", document.attribute_value(attribute))
        })
        .collect();
    attributes.sort_unstable();
    format!("<{}{}", document.name(element), attributes.concat())
}

/// The same for elements that mean the same, however they are written.
fn meaning(document: &Document, element: NodeId) -> String {
    let elements = document.subtree(element);
    let elements = elements.filter(|node| document.kind(*node) == NodeKind::Element);
    elements
        .map(|node| {
            let below = document.child_elements(node).count();
            let text = text_of(document, node);
            format!("{}\0{text}\0{below}", tag(document, node))
        })
        .collect()
}
