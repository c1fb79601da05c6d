//! Addresses: the XPath of one node, as outputs print it and rule packs write it.

use std::fmt;

/// One step of an [`Address`].
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    /// Local name of the element.
    pub name: String,
    /// What tells it from its siblings: relative XPath of an attribute (`@key`) and its value.
    pub predicates: Vec<(String, String)>,
    /// Position among siblings that match so far, from 1; given only where the predicates do not suffice.
    pub position: Option<usize>,
}

/// What of the element an address means.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leaf {
    /// The element itself.
    #[default]
    Element,
    /// The attribute of this name.
    Attribute(String),
    /// Its text.
    Text,
}

/// The XPath of one node: `/configuration/appSettings/add[@key='LogFolder']/@value`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// From the root element down.
    pub steps: Vec<Step>,
    /// What of the last element is meant.
    pub leaf: Leaf,
}

impl Address {
    /// The same element, another leaf.
    #[must_use]
    pub fn with_leaf(&self, leaf: Leaf) -> Self {
        Self {
            steps: self.steps.clone(),
            leaf,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            write!(f, "/{step}")?;
        }
        match &self.leaf {
            Leaf::Element => Ok(()),
            Leaf::Attribute(name) => write!(f, "/@{name}"),
            Leaf::Text => f.write_str("/text()"),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        for (path, value) in &self.predicates {
            write!(f, "[{path}={}]", literal(value))?;
        }
        match self.position {
            Some(position) => write!(f, "[{position}]"),
            None => Ok(()),
        }
    }
}

/// `value` as an XPath string literal. XPath 1.0 has no escapes, so a value
/// with both kinds of quotes becomes a `concat(…)`.
#[must_use]
pub fn literal(value: &str) -> String {
    if !value.contains('\'') {
        return format!("'{value}'");
    }
    if !value.contains('"') {
        return format!("\"{value}\"");
    }
    let parts: Vec<String> = value.split('\'').map(|part| format!("'{part}'")).collect();
    format!("concat({})", parts.join(", \"'\", "))
}
