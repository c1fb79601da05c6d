//! What identifies an element among its siblings, as one text.

use std::borrow::Cow;

use crate::config::identity::{Compare, IdentityRule, IdentityTable, discovered};
use crate::config::transforms::{instruction, is_transform};
use crate::xml::{Document, NodeId, chars};

/// Whether the attribute of this name is part of the element's identity.
#[must_use]
pub fn is_identity_attribute(
    table: &IdentityTable,
    document: &Document,
    element: NodeId,
    name: &str,
) -> bool {
    match table.rule_for(document, element) {
        // The version in the name of an assembly is a value, not who it is.
        Some(rule) => rule.compare != Compare::AssemblyName && rule.identifies_by(name),
        None => discovered(table, document, element).is_some_and(|(found, _)| found == name),
    }
}

/// Stands in a key before each part of the identity that has a value.
pub(crate) const VALUE_SEPARATOR: char = '=';

/// Makes the keys of the child elements of one parent.
pub(crate) struct Keys<'a> {
    table: &'a IdentityTable,
    document: &'a Document,
    /// The rule for the sibling before, which is that for all of its name.
    last: Option<(&'a str, Option<&'a IdentityRule>)>,
    key: String,
    /// Whether what is done to an element is part of what it is.
    is_transform: bool,
}

/// What identifies an element.
pub(crate) struct Key<'k> {
    /// Compares equal for the same element.
    pub(crate) text: &'k str,
    /// Its name and namespace, the first part of `text`.
    pub(crate) tag: &'k str,
    /// The row of the table that speaks of it.
    pub(crate) rule: Option<&'k IdentityRule>,
}

impl<'a> Keys<'a> {
    pub(crate) fn new(table: &'a IdentityTable, document: &'a Document) -> Self {
        Self {
            table,
            document,
            last: None,
            key: String::new(),
            is_transform: is_transform(document),
        }
    }

    /// Goes on to the children of another parent.
    pub(crate) fn next_parent(&mut self) {
        self.last = None;
    }

    /// The identity of `element`.
    pub(crate) fn key(&mut self, element: NodeId) -> Key<'_> {
        let name = self.document.local_name(element);
        let rule = match self.last {
            Some((known, rule)) if known == name => rule,
            _ => self.table.rule_for(self.document, element),
        };
        self.last = Some((name, rule));
        let key = &mut self.key;
        key.clear();
        push_tag(key, self.document, element);
        let tag = key.len();
        match rule {
            Some(rule) => {
                for path in rule.by.iter() {
                    key.push(PART_MARK);
                    let value = path.value(self.document, element);
                    let missing = || rule.compare.missing().map(Cow::Borrowed);
                    if let Some(value) = value.or_else(missing) {
                        key.push(VALUE_SEPARATOR);
                        rule.compare.push(key, &value);
                    }
                }
            }
            None => {
                if let Some((name, value)) = discovered(self.table, self.document, element) {
                    key.push(PART_MARK);
                    Compare::IgnoreCase.push(key, name);
                    key.push(VALUE_SEPARATOR);
                    Compare::IgnoreCase.push(key, &value);
                }
            }
        }
        if self.is_transform {
            // Two entries of one key are two instructions.
            let parts = instruction(self.document, element);
            if parts.iter().any(Option::is_some) {
                key.push(INSTRUCTION_MARK);
                let parts = parts.map(Option::unwrap_or_default).join("\0");
                key.push_str(&parts.replace(VALUE_SEPARATOR, "\0"));
            }
        }
        Key {
            text: key,
            tag: &key[..tag],
            rule,
        }
    }
}

const NAMESPACE_MARK: char = '\u{2}';
const PART_MARK: char = '\u{1}';
const INSTRUCTION_MARK: char = '\u{3}';

/// Whether the key says a namespace.
pub(crate) fn names_namespace(key: &str) -> bool {
    key.contains(NAMESPACE_MARK)
}

/// The key of the same element in no particular namespace.
pub(crate) fn without_namespace(key: &str) -> String {
    match key.split_once(NAMESPACE_MARK) {
        Some((name, rest)) => {
            let parts = rest.find(PART_MARK).map_or("", |at| &rest[at..]);
            format!("{name}{parts}")
        }
        None => key.to_owned(),
    }
}

/// Whether the key says what an XDT transform does to the element.
pub(crate) fn names_instruction(key: &str) -> bool {
    key.contains(INSTRUCTION_MARK)
}

/// The key of the same element of a configuration.
pub(crate) fn without_instruction(key: &str) -> String {
    let end = key.find(INSTRUCTION_MARK);
    key[..end.unwrap_or(key.len())].to_owned()
}

/// The local name, and the namespace where it is not simply that of the parent.
fn push_tag(key: &mut String, document: &Document, element: NodeId) {
    let name = document.name(element);
    key.push_str(document.local_name(element));
    let prefix = chars::prefix(name).unwrap_or("");
    let own = document.value(element, "xmlns");
    if prefix.is_empty() && own.is_none() {
        return;
    }
    let namespace = |element| {
        let found = document.namespace(element, prefix);
        found.map(|(_, namespace)| namespace).unwrap_or_default()
    };
    let namespace_of_parent = match document.parent(element) {
        Some(parent) if prefix.is_empty() && document.is_element(parent) => namespace(parent),
        _ => "".into(),
    };
    let namespace = namespace(element);
    if namespace != namespace_of_parent {
        key.push(NAMESPACE_MARK);
        key.push_str(&namespace);
    }
}
