//! What an element with all it holds is: how it is described, what in it is a
//! secret, what in it is written differently when it is carried.

use std::collections::HashMap;

use crate::merge::account::{Atom, Slot, atoms};
use crate::merge::compare::Comparison;
use crate::merge::outcome::Value;
use crate::pack::rules::Action;
use crate::xml::address::Leaf;
use crate::xml::escape::{escape_attribute, escape_text};
use crate::xml::{Document, NodeId, Span};

impl Comparison<'_> {
    pub(in crate::merge) fn atoms_in(&self, node: NodeId) -> impl Iterator<Item = Atom> {
        let document = self.inputs.incoming;
        document
            .subtree(node)
            .filter(|node| document.is_element(*node))
            .flat_map(|element| atoms(&self.inputs.rules.identities, document, element))
    }

    /// The value that an incoming atom is carried with, if it is not its own:
    /// virtual directories renamed, rewritten or set by a rule.
    pub(in crate::merge) fn rewritten_atom(&self, atom: Atom) -> Option<String> {
        let document = self.inputs.incoming;
        let (leaf, value) = match atom.slot {
            Slot::Attribute(at) => {
                let attribute = &document.attributes(atom.element)[at as usize];
                let name = document.slice(attribute.name).to_owned();
                (Leaf::Attribute(name), document.attribute_value(attribute))
            }
            Slot::Text => (Leaf::Text, document.inner_text(atom.element)),
            Slot::Presence => return None,
        };
        let renamed = self
            .inputs
            .rewrite
            .filter(|_| !self.is_secret(document, atom.element, &leaf))
            .and_then(|rewrite| rewrite(&value));
        let carried = renamed.as_deref().unwrap_or(&value);
        let by_rule = match self
            .policy_for_carried_value(atom.element, &leaf)
            .map(|policy| &policy.action)
        {
            Some(Action::Rewrite {
                pattern,
                replacement,
            }) => Some(pattern.replace_all(carried, replacement).into_owned()),
            Some(Action::Set(text)) => Some(text.clone()),
            _ => None,
        };
        by_rule.or(renamed).filter(|carried| *carried != value)
    }

    /// The texts of an incoming subtree that are written differently when it is carried.
    pub(in crate::merge) fn rewritten_spans(&self, node: NodeId) -> HashMap<Span, String> {
        let document = self.inputs.incoming;
        let mut spans = HashMap::new();
        if !self.upgrade() {
            return spans;
        }
        for element in document
            .subtree(node)
            .filter(|node| document.is_element(*node))
        {
            for (at, attribute) in document.attributes(element).iter().enumerate() {
                let slot = Slot::Attribute(at as u32);
                if let Some(value) = self.rewritten_atom(Atom { element, slot }) {
                    let quote = document.quote(attribute);
                    let raw = escape_attribute(&value, quote);
                    spans.insert(attribute.value, raw);
                }
            }
            let slot = Slot::Text;
            let mut texts = document
                .children(element)
                .filter(|child| !document.is_element(*child))
                .filter(|child| !document.text_of(*child).is_empty());
            if document.has_child_elements(element) {
                continue;
            }
            if let (Some(value), Some(first)) =
                (self.rewritten_atom(Atom { element, slot }), texts.next())
            {
                spans.insert(document.span(first), escape_text(&value));
                for rest in texts {
                    spans.insert(document.span(rest), String::new());
                }
            }
        }
        spans
    }

    pub(in crate::merge) fn describe_result(&self, incoming: NodeId) -> Value {
        let rewritten = |text: String| match self.inputs.rewrite {
            Some(rewrite) => rewrite(&text).unwrap_or(text),
            None => text,
        };
        match self.describe(self.inputs.incoming, incoming) {
            Value::Text(text) if self.holds_secret(self.inputs.incoming, incoming) => {
                Value::Text(text)
            }
            Value::Text(text) => Value::Text(rewritten(text)),
            Value::Tag(name, attributes) => Value::Tag(
                name,
                attributes
                    .into_iter()
                    .map(|(name, value)| (name, rewritten(value)))
                    .collect(),
            ),
            element @ (Value::Element { .. } | Value::Several { .. }) => element,
        }
    }

    /// The value of an entry; of another element what it is, or how much it holds.
    pub(in crate::merge) fn describe(&self, document: &Document, element: NodeId) -> Value {
        if self.is_entry(document, element) {
            for name in ["value", "connectionString"] {
                if let Some(value) = document.value(element, name) {
                    return Value::Text(value.into_owned());
                }
            }
            let value = document
                .child_named(element, "value")
                .filter(|value| !document.has_child_elements(*value));
            if let Some(value) = value {
                return Value::Text(document.inner_text(value).into_owned());
            }
        }
        let name = document.name(element);
        let below = document
            .subtree(element)
            .filter(|node| document.is_element(*node))
            .count()
            - 1;
        if below == 0 && !self.holds_secret(document, element) {
            let attributes = document
                .attributes(element)
                .iter()
                .map(|attribute| {
                    let value = document.attribute_value(attribute).into_owned();
                    (document.slice(attribute.name).to_owned(), value)
                })
                .collect();
            return Value::Tag(name.to_owned(), attributes);
        }
        Value::Element {
            name: name.to_owned(),
            below,
        }
    }

    pub(in crate::merge) fn holds_secret(&self, document: &Document, node: NodeId) -> bool {
        document
            .subtree(node)
            .filter(|node| document.is_element(*node))
            .any(|element| {
                self.is_secret(document, element, &Leaf::Text)
                    || document.attributes(element).iter().any(|attribute| {
                        let name = document.slice(attribute.name).to_owned();
                        self.is_secret(document, element, &Leaf::Attribute(name))
                    })
            })
    }
}
