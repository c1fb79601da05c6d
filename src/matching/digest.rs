//! Fingerprints of subtrees, so that "did this side change it?" costs little.
//!
//! Different fingerprints mean different subtrees. Equal ones may collide, so they decide nothing:
//! `equal` compares what they stand for.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use crate::xml::{Document, NodeId, NodeKind, chars};

/// Fingerprints of every element of one document.
#[derive(Debug)]
pub struct Digests {
    meaning: Vec<u64>,
    all: Vec<u64>,
}

impl Digests {
    /// Computes them bottom-up in one pass, without recursion.
    #[must_use]
    pub fn of(document: &Document) -> Self {
        let mut digests = Self {
            meaning: vec![0; document.len()],
            all: vec![0; document.len()],
        };
        for node in document.nodes().rev() {
            digests.compute(document, node);
        }
        digests
    }

    /// Names, attributes in any order, text and child elements in order. Not
    /// comments, not white space between elements, not how values are written.
    #[must_use]
    pub fn meaning(&self, node: NodeId) -> u64 {
        self.meaning[node.index()]
    }

    /// The meaning, and the comments.
    #[must_use]
    pub fn all(&self, node: NodeId) -> u64 {
        self.all[node.index()]
    }

    fn compute(&mut self, document: &Document, node: NodeId) {
        let mut meaning = FxHasher::default();
        match document.kind(node) {
            NodeKind::Element => {
                document.name(node).hash(&mut meaning);
                self.attributes(document, node).hash(&mut meaning);
            }
            NodeKind::Document => {}
            NodeKind::Comment => {
                let text = document.text_of(node);
                chars::trim(&text).hash(&mut meaning);
            }
            NodeKind::Pi => document.slice(document.span(node)).hash(&mut meaning),
            // Counts as a part of what it stands in.
            NodeKind::Text | NodeKind::CData | NodeKind::Declaration => return,
        }
        let before = meaning.clone();
        let is_annotated = self.content(document, node, &self.meaning, &mut meaning);
        self.meaning[node.index()] = meaning.finish();
        self.all[node.index()] = if is_annotated {
            let mut all = before;
            self.content(document, node, &self.all, &mut all);
            all.finish()
        } else {
            meaning.finish()
        };
    }

    /// Adds what `node` holds to `hasher`; comments only when `digests` are those
    /// with comments. Whether there are comments in it, at whatever depth.
    fn content(
        &self,
        document: &Document,
        node: NodeId,
        digests: &[u64],
        hasher: &mut FxHasher,
    ) -> bool {
        let with_comments = std::ptr::eq(digests, self.all.as_slice());
        let has_elements = document.has_child_elements(node);
        let mut is_annotated = false;
        // Nearly all text is in one piece.
        let mut text = Cow::Borrowed("");
        for child in document.children(node) {
            let at = child.index();
            match document.kind(child) {
                NodeKind::Element => {
                    flush(&mut text, has_elements, hasher);
                    digests[at].hash(hasher);
                    is_annotated |= self.all[at] != self.meaning[at];
                }
                NodeKind::Comment | NodeKind::Pi => {
                    is_annotated = true;
                    if with_comments {
                        self.all[at].hash(hasher);
                    }
                }
                // Layout: white space that would be trimmed away.
                NodeKind::Text
                    if has_elements && document.is_blank_text(child) && text.is_empty() => {}
                NodeKind::Text | NodeKind::CData => match text.is_empty() {
                    true => text = document.text_of(child),
                    false => text.to_mut().push_str(&document.text_of(child)),
                },
                NodeKind::Declaration | NodeKind::Document => {}
            }
        }
        flush(&mut text, has_elements, hasher);
        is_annotated
    }

    /// A sum of hashes does not depend on the order, nor, unless they are mixed, on which
    /// attribute has which value: rustc's hash of both is little more than a sum of theirs.
    fn attributes(&self, document: &Document, node: NodeId) -> u64 {
        document
            .attributes(node)
            .iter()
            .map(|attribute| {
                let mut hasher = FxHasher::default();
                document.slice(attribute.name).hash(&mut hasher);
                document.attribute_value(attribute).hash(&mut hasher);
                mixed(hasher.finish())
            })
            .fold(0, u64::wrapping_add)
    }
}

/// The finalizer of `MurmurHash3`: every bit of `hash` changes every bit of the result.
fn mixed(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

fn flush(text: &mut Cow<'_, str>, has_elements: bool, hasher: &mut FxHasher) {
    let significant = significant_text(text, has_elements);
    if !significant.is_empty() {
        significant.hash(hasher);
    }
    *text = Cow::Borrowed("");
}

/// Whether `element` holds text that is content; see [`significant_text`].
#[must_use]
pub fn has_significant_text(document: &Document, element: NodeId) -> bool {
    if !document.has_child_elements(element) {
        return !significant_text(&document.inner_text(element), false).is_empty();
    }
    document.children(element).any(|child| {
        matches!(document.kind(child), NodeKind::Text | NodeKind::CData)
            && !document.is_blank_text(child)
            && !chars::is_blank(&document.text_of(child))
    })
}

/// The part of `text` that is content: all of it in a leaf, unless it is white
/// space with a line end, which is layout; trimmed text beside elements.
#[must_use]
pub fn significant_text(text: &str, has_elements: bool) -> &str {
    if has_elements {
        chars::trim(text)
    } else if chars::is_blank(text) && text.contains('\n') {
        ""
    } else {
        text
    }
}
