//! Names of incoming elements as they are written in the carrier: a namespace keeps its meaning, be it
//! that the carrier has another prefix for it or means something else by the same prefix.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::matching::sides::Sides;
use crate::merge::compare::Comparison;
use crate::merge::compare::prefixes::prefix_for;
use crate::xml::escape::escape_attribute;
use crate::xml::{Document, Edits, NodeId, Span, chars};

/// What becomes of a prefix.
enum Change {
    /// The carrier has this one for the same namespace.
    Rename(String),
    /// The carrier means something else by it: it is declared where it is used.
    Declare,
}

impl Comparison<'_> {
    /// The name of an incoming attribute with the carrier's prefix.
    pub(super) fn name_in_carrier<'n>(&self, triple: Sides<NodeId>, name: &'n str) -> Cow<'n, str> {
        let incoming = self.inputs.incoming;
        let prefix = chars::prefix(name).filter(|prefix| !matches!(*prefix, "xmlns" | "xml"));
        let namespace = prefix.and_then(|prefix| incoming.namespace(triple.incoming, prefix));
        match namespace
            .and_then(|(_, namespace)| prefix_for(self.inputs.carrier, triple.carrier, &namespace))
        {
            Some(prefix) => Cow::Owned(format!("{prefix}:{}", chars::local_name(name))),
            None => Cow::Borrowed(name),
        }
    }

    /// `rendered`, the markup of the incoming `node`, as it is to be below `parent` of the carrier.
    pub(super) fn with_carriers_prefixes(
        &self,
        node: NodeId,
        rendered: String,
        parent: NodeId,
    ) -> String {
        let used = self.outer_prefixes(node);
        let changes: BTreeMap<&str, Change> = used
            .iter()
            .filter_map(|(prefix, namespace)| {
                Some((*prefix, self.change(prefix, namespace, parent)?))
            })
            .collect();
        if changes.is_empty() {
            return rendered;
        }
        let declarations: String = used
            .iter()
            .map(|(prefix, namespace)| {
                format!(" xmlns:{prefix}=\"{}\"", escape_attribute(namespace, '"'))
            })
            .collect();
        let head = format!("<f{declarations}>");
        let Ok(fragment) = Document::from_text(&format!("{head}{rendered}</f>")) else {
            return rendered;
        };
        let mut edits = Edits::new();
        let mut rename = |name: Span| {
            let prefix = chars::prefix(fragment.slice(name));
            if let Some(prefix) = prefix
                && let Some(Change::Rename(to)) = changes.get(prefix)
            {
                let span = Span::new(name.start as usize, name.start as usize + prefix.len());
                // A name is there once, so nothing overlaps.
                let _ = edits.replace(span, to.as_str());
            }
        };
        let root = fragment.root();
        for element in fragment
            .subtree(root)
            .filter(|node| fragment.is_element(*node) && *node != root)
        {
            let name = fragment.name_span(element);
            rename(name);
            if let Some(tag) = fragment.end_tag(element) {
                let start = tag.start as usize + "</".len();
                rename(Span::new(start, start + name.len()));
            }
            for attribute in fragment.attributes(element) {
                rename(attribute.name);
            }
        }
        if let Some(first) = fragment.child_elements(root).next() {
            let at = fragment.name_span(first).end;
            for (prefix, namespace) in &used {
                if matches!(changes.get(prefix), Some(Change::Declare)) {
                    let value = escape_attribute(namespace, '"');
                    let _ = edits.insert(at, format!(" xmlns:{prefix}=\"{value}\""));
                }
            }
        }
        let text = edits.apply(fragment.text());
        text[head.len()..text.len() - "</f>".len()].to_owned()
    }

    fn change(&self, prefix: &str, namespace: &str, parent: NodeId) -> Option<Change> {
        let carrier = self.inputs.carrier;
        let there = carrier.namespace(parent, prefix);
        if there.as_ref().is_some_and(|(_, there)| there == namespace) {
            return None;
        }
        if let Some(other) = prefix_for(carrier, parent, namespace) {
            return Some(Change::Rename(other.to_owned()));
        }
        let is_dropped = || {
            let base = self.inputs.base;
            base.is_some_and(|base| {
                let before = base.namespace(base.root(), prefix);
                before.is_some_and(|(_, before)| before == namespace)
            })
        };
        // A prefix that the base lacks, too, comes with the declaration above.
        (there.is_some() || is_dropped()).then_some(Change::Declare)
    }

    /// Prefixes that are used in the subtree of an incoming element and declared above it.
    fn outer_prefixes(&self, node: NodeId) -> BTreeMap<&str, Cow<'_, str>> {
        let document = self.inputs.incoming;
        let mut found = BTreeMap::new();
        for element in document
            .subtree(node)
            .filter(|node| document.is_element(*node))
        {
            let attributes = document.attributes(element).iter();
            let names = attributes.map(|attribute| document.slice(attribute.name));
            for prefix in std::iter::once(document.name(element))
                .chain(names)
                .filter_map(chars::prefix)
                .filter(|prefix| !matches!(*prefix, "xmlns" | "xml"))
            {
                if let Some((declared, namespace)) = document.namespace(element, prefix)
                    && !document.is_within(declared, node)
                {
                    found.insert(prefix, namespace);
                }
            }
        }
        found
    }
}
