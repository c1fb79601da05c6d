//! The identity table: what tells an element from its siblings.
//!
//! The table is filled from rule packs (`[[identity]]`, `[[order]]` and
//! `[discovery]`). Where it has no row for an element, callers fall back on
//! [`IdentityTable::discovery`].

use std::borrow::Cow;
use std::collections::HashMap;

use crate::xml::{Document, NodeId};

/// Where a part of an identity stands: `@key`, or `assemblyIdentity/@name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPath {
    /// Local name of the child element that carries the attribute, if it is not the element itself.
    pub child: Option<String>,
    /// Name of the attribute.
    pub attribute: String,
}

impl KeyPath {
    /// Reads `@key` or `child/@key`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (child, attribute) = match text.split_once('/') {
            Some((child, rest)) => (Some(child.to_owned()), rest),
            None => (None, text),
        };
        let attribute = attribute.strip_prefix('@')?;
        let valid = crate::xml::chars::is_qualified_name(attribute)
            && child
                .as_deref()
                .is_none_or(crate::xml::chars::is_qualified_name);
        valid.then(|| Self {
            child,
            attribute: attribute.to_owned(),
        })
    }

    /// The value in `element`, if there is one.
    #[must_use]
    pub fn value<'d>(&self, document: &'d Document, element: NodeId) -> Option<Cow<'d, str>> {
        let owner = match &self.child {
            Some(child) => document.child_named(element, child)?,
            None => element,
        };
        document.value(owner, &self.attribute)
    }
}

impl std::fmt::Display for KeyPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(child) = &self.child {
            write!(f, "{child}/")?;
        }
        write!(f, "@{}", self.attribute)
    }
}

/// A path of local names that an element and its nearest ancestors must have: `appSettings/add`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ElementPath(Vec<String>);

impl ElementPath {
    /// Reads `add` or `appSettings/add`; `*` stands for any one element.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let names: Vec<String> = text.split('/').map(str::to_owned).collect();
        let valid = names
            .iter()
            .all(|name| name == "*" || crate::xml::chars::is_qualified_name(name))
            && names
                .last()
                .is_some_and(|last| last != "*" || names.len() > 1);
        valid.then_some(Self(names))
    }

    /// The local name of the element itself, or `*`.
    #[must_use]
    pub fn last(&self) -> &str {
        &self.0[self.0.len() - 1]
    }

    /// How many names there are: the more, the more specific.
    #[must_use]
    pub fn specificity(&self) -> usize {
        self.0.iter().filter(|name| *name != "*").count() * 2 + self.0.len()
    }

    /// Whether `element` stands at this path.
    #[must_use]
    pub fn matches(&self, document: &Document, element: NodeId) -> bool {
        let mut at = Some(element);
        for name in self.0.iter().rev() {
            let Some(node) = at.filter(|node| document.is_element(*node)) else {
                return false;
            };
            if name != "*" && document.local_name(node) != name {
                return false;
            }
            at = document.parent(node);
        }
        true
    }
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityRule {
    /// Which elements it is for.
    pub element: ElementPath,
    /// What identifies them. Empty: the name alone does, there is one per parent.
    pub by: Vec<KeyPath>,
    /// What tells those apart that agree in `by`.
    pub then_by: Vec<KeyPath>,
    /// Whether values compare without regard to case.
    pub ignore_case: bool,
    /// Whether of several elements with one identity the last one counts.
    pub last_wins: bool,
    /// Whether the element with all it holds is one setting in the account.
    pub entry: bool,
}

impl IdentityRule {
    /// Whether `attribute` of the element itself is part of its identity.
    #[must_use]
    pub fn identifies_by(&self, attribute: &str) -> bool {
        self.by
            .iter()
            .any(|key| key.child.is_none() && key.attribute == attribute)
    }
}

/// All rows, and the fallbacks.
#[derive(Clone, Debug, Default)]
pub struct IdentityTable {
    rules: HashMap<String, Vec<IdentityRule>>,
    ordered: Vec<ElementPath>,
    discovery: Vec<String>,
}

impl IdentityTable {
    /// Adds a row. A row added later takes precedence over an earlier one that is as specific.
    pub fn add(&mut self, rule: IdentityRule) {
        self.rules
            .entry(rule.element.last().to_owned())
            .or_default()
            .push(rule);
    }

    /// Declares that the order of the children of elements at `container` matters.
    pub fn add_ordered(&mut self, container: ElementPath) {
        self.ordered.push(container);
    }

    /// Sets the attribute names that may identify elements without a row, best first.
    pub fn set_discovery(&mut self, attributes: Vec<String>) {
        self.discovery = attributes;
    }

    /// The attribute names that may identify elements without a row, best first.
    #[must_use]
    pub fn discovery(&self) -> &[String] {
        &self.discovery
    }

    /// The row for `element`, if there is one.
    #[must_use]
    pub fn rule_for(&self, document: &Document, element: NodeId) -> Option<&IdentityRule> {
        let named = self.rules.get(document.local_name(element));
        let any = self.rules.get("*");
        named
            .into_iter()
            .chain(any)
            .flatten()
            .filter(|rule| rule.element.matches(document, element))
            .max_by_key(|rule| rule.element.specificity())
    }

    /// Whether the order of the children of `container` matters.
    #[must_use]
    pub fn is_ordered(&self, document: &Document, container: NodeId) -> bool {
        self.ordered
            .iter()
            .any(|path| path.matches(document, container))
    }

    /// Whether the value of `attribute` on `element` compares without regard to case.
    #[must_use]
    pub fn ignores_case(&self, document: &Document, element: NodeId, attribute: &str) -> bool {
        self.rule_for(document, element)
            .is_some_and(|rule| rule.ignore_case && rule.identifies_by(attribute))
    }
}

/// The attributes that identify `element`, as (relative XPath, value).
#[must_use]
pub fn identity<'d>(
    table: &IdentityTable,
    document: &'d Document,
    element: NodeId,
) -> Vec<(String, Cow<'d, str>)> {
    if let Some(rule) = table.rule_for(document, element) {
        return rule
            .by
            .iter()
            .filter_map(|key| Some((key.to_string(), key.value(document, element)?)))
            .collect();
    }
    discovered(table, document, element)
        .map(|(name, value)| vec![(format!("@{name}"), value)])
        .unwrap_or_default()
}

/// The first telling attribute of an element that the table does not know.
#[must_use]
pub fn discovered<'t, 'd>(
    table: &'t IdentityTable,
    document: &'d Document,
    element: NodeId,
) -> Option<(&'t str, Cow<'d, str>)> {
    if document.attributes(element).is_empty() {
        return None;
    }
    table
        .discovery()
        .iter()
        .find_map(|name| Some((name.as_str(), document.value(element, name)?)))
}
