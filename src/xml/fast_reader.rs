//! A second reader for what git waits for: roxmltree, about eight times as fast
//! as xml-rs. The only place that knows it.
//!
//! Promises that a document passes only if roxmltree (on a parser of its own)
//! finds the same elements, comments and processing instructions at the same
//! bytes as [`Document`] does, with the same names, attributes in the same
//! order, and the same text. What it cannot see is not compared: the
//! declaration, the quotes. It reads UTF-8; other encodings are left to
//! [`super::second_reader`].

use roxmltree::{Document as Tree, Node, NodeType};

use super::chars::{local_name, prefix};
use super::document::{Attribute, Document, NodeId, NodeKind};
use super::encoding::TextEncoding;
use super::escape::line_ends_folded;
use super::second_reader::{self, Disagreement};

/// Reads `bytes` with roxmltree and compares with `document`, our reading of the same bytes.
///
/// # Errors
/// The first [`Disagreement`].
pub fn agree(document: &Document, bytes: &[u8]) -> Result<(), Disagreement> {
    if document.source().encoding() != TextEncoding::Utf8 {
        return second_reader::agree(document, bytes);
    }
    let refused = |why: &str| Disagreement::Refused(why.to_owned());
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| refused("it is not UTF-8"))?;
    // Its messages can quote content, so only the place is passed on.
    let tree = Tree::parse(text).map_err(|error| {
        let at = error.pos();
        refused(&format!(
            "not well-formed at {}:{} (line:column)",
            at.row, at.col
        ))
    })?;
    compare(document, &tree)
}

/// Larger files are read piece by piece: roxmltree's tree would take several times their size.
const LARGE: usize = 4 << 20;

/// As [`agree`]; a large file, and one that roxmltree refuses for limits of its own, is left to
/// [`second_reader`].
///
/// # Errors
/// The first [`Disagreement`] of the reader that decides.
pub fn agree_or_read_piecewise(document: &Document, bytes: &[u8]) -> Result<(), Disagreement> {
    if bytes.len() > LARGE {
        return second_reader::agree(document, bytes);
    }
    match agree(document, bytes) {
        Err(Disagreement::Refused(_)) => second_reader::agree(document, bytes),
        decided => decided,
    }
}

/// Both readers list what they found in the order of the text. Ranges of bytes
/// say what stands in what.
fn compare(document: &Document, tree: &Tree<'_>) -> Result<(), Disagreement> {
    // An empty CDATA section says nothing.
    let mut theirs = (tree.root().descendants().skip(1)).filter(|node| text_of(*node) != Some(""));
    let mut run = String::new();
    for ours in document.nodes().skip(1) {
        let differ = |what| Disagreement::Different {
            what,
            element: document.name(enclosing(document, ours)).to_owned(),
        };
        match document.kind(ours) {
            NodeKind::Text | NodeKind::CData => {
                if document.parent(ours) == Some(NodeId::DOCUMENT) {
                    continue;
                }
                // roxmltree joins what stands side by side.
                let text = document.text_of(ours);
                let continues = document.next_sibling(ours).is_some_and(|next| {
                    matches!(document.kind(next), NodeKind::Text | NodeKind::CData)
                });
                if run.is_empty() && !continues {
                    if !text.is_empty() && theirs.next().and_then(text_of) != Some(&text) {
                        return Err(differ("text"));
                    }
                    continue;
                }
                run.push_str(&text);
                if !continues && !run.is_empty() {
                    if theirs.next().and_then(text_of) != Some(&run) {
                        return Err(differ("text"));
                    }
                    run.clear();
                }
            }
            NodeKind::Declaration | NodeKind::Document => {}
            kind => {
                let node = theirs.next().ok_or_else(|| differ("content"))?;
                if node.range() != document.span(ours).range() {
                    return Err(differ("content"));
                }
                let same = match kind {
                    NodeKind::Element => same_element(document, ours, node).map_err(differ)?,
                    NodeKind::Comment => {
                        node.is_comment()
                            && node.text().map(line_ends_folded) == Some(document.text_of(ours))
                    }
                    _ => node.is_pi(),
                };
                if !same {
                    return Err(differ("content"));
                }
            }
        }
    }
    match theirs.next() {
        None => Ok(()),
        Some(_) => Err(Disagreement::Different {
            what: "content",
            element: document.name(document.root()).to_owned(),
        }),
    }
}

/// Whether both see an element of this name with these attributes; `Err` says what differs in it.
fn same_element(
    document: &Document,
    ours: NodeId,
    theirs: Node<'_, '_>,
) -> Result<bool, &'static str> {
    if !theirs.is_element() {
        return Ok(false);
    }
    if theirs.tag_name().name() != document.local_name(ours) {
        return Err("names");
    }
    let is_declaration = |attribute: &&Attribute| {
        let name = document.slice(attribute.name);
        name == "xmlns" || name.starts_with("xmlns:")
    };
    let mut found = theirs.attributes();
    let mut expected = document
        .attributes(ours)
        .iter()
        .filter(|attribute| !is_declaration(attribute));
    let same = expected.all(|attribute| {
        let name = document.slice(attribute.name);
        found.next().is_some_and(|found| {
            found.name() == local_name(name)
                && found.namespace().is_some() == prefix(name).is_some()
                && found.value() == document.attribute_value(attribute)
        })
    });
    if !same || found.next().is_some() {
        return Err("attributes");
    }
    Ok(true)
}

fn text_of<'t>(node: Node<'t, '_>) -> Option<&'t str> {
    node.text()
        .filter(|_| matches!(node.node_type(), NodeType::Text))
}

/// The element, or the one around a node that is none.
fn enclosing(document: &Document, node: NodeId) -> NodeId {
    if document.is_element(node) {
        node
    } else {
        document.parent(node).unwrap_or(NodeId::DOCUMENT)
    }
}
