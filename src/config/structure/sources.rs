//! `configSource` and what stands beside it.

use crate::xml::{Attribute, Document, NodeId};

/// What a section has besides `configSource`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beside {
    /// Another attribute.
    pub attribute: Option<Attribute>,
    /// An element in it.
    pub content: Option<NodeId>,
}

/// What `section` has besides `configSource`, which .NET refuses; the first of each.
#[must_use]
pub fn beside(document: &Document, section: NodeId) -> Option<Beside> {
    let attributes = document.attributes(section).iter();
    let found = Beside {
        attribute: attributes.copied().find(|attribute| {
            let name = document.slice(attribute.name);
            name != "configSource" && !is_markup(name)
        }),
        content: document.child_elements(section).next(),
    };
    (found.attribute.is_some() || found.content.is_some()).then_some(found)
}

/// Whether an attribute belongs to XML or to a namespace of its own.
#[must_use]
pub fn is_markup(name: &str) -> bool {
    name == "xmlns" || name.contains(':')
}
