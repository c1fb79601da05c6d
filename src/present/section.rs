//! Where a change is, in the words of people: a section, and what it is called there.

use crate::config::identity::IdentityTable;
use crate::diff::Place;
use crate::xml::address::{Address, Leaf, Step};
use crate::xml::{Document, NodeId, NodeKind};

/// Attributes that are the value of an entry.
const VALUES: [&str; 2] = ["value", "connectionString"];

/// The section of a place and its name there; `address` is the one that may be shown.
///
/// What is one of several (an entry, or an element that something tells from its siblings) is named in the
/// section that holds it.
pub fn section(table: &IdentityTable, place: &Place<'_>, address: &Address) -> (String, String) {
    let document = place.document;
    if document.kind(place.element) != NodeKind::Element {
        return (String::new(), "a comment".to_owned());
    }
    let steps = &address.steps;
    // Of a whole configuration the name of the root says nothing.
    let is_nothing = document.local_name(document.root()) == "configuration";

    let start = usize::from(is_nothing).min(steps.len());
    let named_at = named_at(table, place, steps);
    let section: Vec<String> = steps[start.min(named_at)..named_at]
        .iter()
        .map(named)
        .collect();
    let mut section = section.join("/");
    if let Some(file) = place.file {
        if section.is_empty() {
            section.push_str("configuration");
        }
        section.push_str(&format!(" ({file})"));
    }
    let leaf = match &place.leaf {
        Leaf::Element => None,
        Leaf::Attribute(name) => Some(format!("@{name}")),
        Leaf::Text => Some("text".to_owned()),
    };
    let below = &steps[named_at..];
    let label = match (below, leaf) {
        ([], None) => "the root element".to_owned(),
        ([], Some(leaf)) => leaf,
        ([step], None) => own_name(table, place, step),
        ([step], Some(_)) if is_value(&place.leaf) && !step.predicates.is_empty() => values(step),
        // <setting name="…"><value>…</value></setting>
        ([step, value], Some(_)) if value.name == "value" && place.leaf == Leaf::Text => {
            values(step)
        }
        (below, leaf) => {
            let names: Vec<String> = below.iter().map(named).collect();
            let names = names.join("/");
            leaf.map_or(names.clone(), |leaf| format!("{names} {leaf}"))
        }
    };
    (section, label)
}

/// Where the value of an entry is: its attribute, or the text of its `value`.
pub fn value_of_entry(document: &Document, entry: NodeId) -> Option<(NodeId, Leaf)> {
    let attribute = VALUES
        .into_iter()
        .find(|name| document.attribute(entry, name).is_some());
    match attribute {
        Some(name) => Some((entry, Leaf::Attribute(name.to_owned()))),
        None => Some((document.child_named(entry, "value")?, Leaf::Text)),
    }
}

/// From which step on the name of a place begins.
fn named_at(table: &IdentityTable, place: &Place<'_>, steps: &[Step]) -> usize {
    let document = place.document;
    let is_entry = |node: NodeId| {
        table
            .rule_for(document, node)
            .is_some_and(|rule| rule.entry)
    };
    let mut at = Some(place.element);
    let mut depth = steps.len();
    while let Some(node) = at.filter(|node| document.is_element(*node) && depth > 1) {
        depth -= 1;
        if is_entry(node) {
            return depth;
        }
        at = document.parent(node);
    }
    let is_one_of_several = steps.last().is_some_and(|step| !step.predicates.is_empty());
    match steps.len() > 1 && (is_one_of_several || place.leaf == Leaf::Element) {
        true => steps.len() - 1,
        false => steps.len(),
    }
}

fn is_value(leaf: &Leaf) -> bool {
    match leaf {
        Leaf::Attribute(name) => VALUES.contains(&name.as_str()),
        Leaf::Text => true,
        Leaf::Element => false,
    }
}

/// An element as a whole: an entry by its key, another one by its name.
fn own_name(table: &IdentityTable, place: &Place<'_>, step: &Step) -> String {
    let is_entry = table
        .rule_for(place.document, place.element)
        .is_some_and(|rule| rule.entry);
    match is_entry && !step.predicates.is_empty() {
        true => values(step),
        false => format!("<{}>", named(step)),
    }
}

/// `add[X]`; of several alike, their position as well.
fn named(step: &Step) -> String {
    let mut name = step.name.clone();
    if !step.predicates.is_empty() {
        name.push_str(&format!("[{}]", values(step)));
    }
    if let Some(position) = step.position {
        name.push_str(&format!("[{position}]"));
    }
    name
}

fn values(step: &Step) -> String {
    let values: Vec<&str> = step
        .predicates
        .iter()
        .map(|(_, value)| value.as_str())
        .collect();
    values.join(", ")
}
