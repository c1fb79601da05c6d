//! Whether two subtrees are the same: told apart by their fingerprints, held to be equal only when
//! they were compared.

use super::Side;
use super::digest::significant_text;
use crate::xml::{Document, NodeId, NodeKind, chars};

impl Side<'_> {
    /// Names, attributes in any order, text and child elements in order. Not comments, not white
    /// space between elements, not how values are written.
    #[must_use]
    pub fn means_the_same(self, node: NodeId, other: Side<'_>, its: NodeId) -> bool {
        self.digests.meaning(node) == other.digests.meaning(its)
            && is_equal(
                (self.document, node),
                (other.document, its),
                Remarks::Ignored,
            )
    }

    /// The meaning, and the comments.
    #[must_use]
    pub fn same_but_for_layout(self, node: NodeId, other: Side<'_>, its: NodeId) -> bool {
        self.digests.all(node) == other.digests.all(its)
            && is_equal(
                (self.document, node),
                (other.document, its),
                Remarks::Compared,
            )
    }

    /// The name and the attributes.
    #[must_use]
    pub fn has_same_tag(self, node: NodeId, other: Side<'_>, its: NodeId) -> bool {
        same_tag((self.document, node), (other.document, its))
    }
}

/// What is done about comments and instructions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remarks {
    Ignored,
    Compared,
}

/// A part of what an element holds.
#[derive(PartialEq, Eq)]
enum Part {
    Element(NodeId),
    Text(String),
    Comment(String),
    Instruction(String),
}

pub(crate) fn is_equal(
    one: (&Document, NodeId),
    other: (&Document, NodeId),
    remarks: Remarks,
) -> bool {
    let mut pairs = vec![(one.1, other.1)];
    let (one, other) = (one.0, other.0);
    while let Some((left, right)) = pairs.pop() {
        // Most subtrees that mean the same are written the same.
        if one.slice(one.span(left)) == other.slice(other.span(right)) {
            continue;
        }
        if !same_tag((one, left), (other, right)) {
            return false;
        }
        let lefts = parts(one, left, remarks);
        let rights = parts(other, right, remarks);
        if lefts.len() != rights.len() {
            return false;
        }
        for both in lefts.into_iter().zip(rights) {
            match both {
                (Part::Element(left), Part::Element(right)) => pairs.push((left, right)),
                (left, right) if left == right => {}
                _ => return false,
            }
        }
    }
    true
}

pub(crate) fn same_tag(
    (one, left): (&Document, NodeId),
    (other, right): (&Document, NodeId),
) -> bool {
    if one.kind(left) != NodeKind::Element || other.kind(right) != NodeKind::Element {
        return one.kind(left) == other.kind(right)
            && (one.kind(left) == NodeKind::Document || one.text_of(left) == other.text_of(right));
    }
    let attributes = one.attributes(left);
    one.name(left) == other.name(right)
        && attributes.len() == other.attributes(right).len()
        && attributes.iter().all(|attribute| {
            other
                .attribute(right, one.slice(attribute.name))
                .is_some_and(|its| one.attribute_value(attribute) == other.attribute_value(its))
        })
}

/// What `node` holds, as the fingerprints see it.
fn parts(document: &Document, node: NodeId, remarks: Remarks) -> Vec<Part> {
    let has_elements = document.has_child_elements(node);
    let mut parts = Vec::new();
    let mut text = String::new();
    let flush = |text: &mut String, parts: &mut Vec<Part>| {
        let significant = significant_text(text, has_elements);
        if !significant.is_empty() {
            parts.push(Part::Text(significant.to_owned()));
        }
        text.clear();
    };
    for child in document.children(node) {
        match document.kind(child) {
            NodeKind::Element => {
                flush(&mut text, &mut parts);
                parts.push(Part::Element(child));
            }
            NodeKind::Comment if remarks == Remarks::Compared => {
                let comment = document.text_of(child);
                parts.push(Part::Comment(chars::trim(&comment).to_owned()));
            }
            NodeKind::Pi if remarks == Remarks::Compared => {
                let instruction = document.slice(document.span(child)).to_owned();
                parts.push(Part::Instruction(instruction));
            }
            NodeKind::Text if has_elements && document.is_blank_text(child) && text.is_empty() => {}
            NodeKind::Text | NodeKind::CData => text.push_str(&document.text_of(child)),
            NodeKind::Comment | NodeKind::Pi | NodeKind::Declaration | NodeKind::Document => {}
        }
    }
    flush(&mut text, &mut parts);
    parts
}
