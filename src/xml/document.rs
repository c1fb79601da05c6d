//! The lossless document: an arena of nodes, each knowing its place in the text.
//!
//! Nodes stand in document order, so a subtree is one range of the arena and
//! walking it needs no recursion. A document is never changed; see
//! [`super::edit`] for how a new text comes from it.

use std::borrow::Cow;
use std::ops::Range;

use super::chars::is_blank;
use super::escape;
use super::source::Source;
use super::span::Span;

/// Index of a node in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    /// The document node, parent of the root element and of what stands beside it.
    pub const DOCUMENT: NodeId = NodeId(0);

    /// Position in document order, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

pub(super) const NONE: u32 = u32::MAX;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// The document itself.
    Document,
    /// An element, with or without an end tag.
    Element,
    /// Characters and references.
    Text,
    /// A CDATA section.
    CData,
    /// A comment.
    Comment,
    /// A processing instruction.
    Pi,
    /// The XML declaration.
    Declaration,
}

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    pub(super) span: Span,
    pub(super) parent: u32,
    pub(super) first_child: u32,
    pub(super) last_child: u32,
    pub(super) next: u32,
    pub(super) previous: u32,
    /// One past the last node of the subtree.
    pub(super) subtree_end: u32,
    /// Index into `Document::elements`, for elements.
    pub(super) element: u32,
}

#[derive(Clone, Debug)]
pub(super) struct ElementData {
    pub(super) name: Span,
    /// Where the local part of the name begins.
    pub(super) local: u32,
    pub(super) start_tag: Span,
    pub(super) end_tag: Option<Span>,
    pub(super) attributes: Range<u32>,
}

/// An attribute and its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Name, prefix included.
    pub name: Span,
    /// Value as written, without its quotes.
    pub value: Span,
}

impl Attribute {
    /// From the first byte of the name to the closing quote.
    #[must_use]
    pub fn span(&self) -> Span {
        Span {
            start: self.name.start,
            end: self.value.end + 1,
        }
    }
}

/// A well-formed document.
#[derive(Clone, Debug)]
pub struct Document {
    pub(super) source: Source,
    pub(super) nodes: Vec<Node>,
    pub(super) elements: Vec<ElementData>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) root: NodeId,
}

impl Document {
    /// The text and its encoding.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.source.text()
    }

    /// The text under `span`.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.source.slice(span)
    }

    /// The root element.
    #[must_use]
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// How many nodes there are, the document node included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// How many elements there are.
    #[must_use]
    pub fn element_count(&self) -> usize {
        self.elements.len()
    }

    /// How many elements there are in the subtree of `node`, itself included.
    #[must_use]
    pub fn elements_in(&self, node: NodeId) -> usize {
        self.subtree(node)
            .filter(|node| self.is_element(*node))
            .count()
    }

    /// Always false: a document has a root element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// All nodes in document order.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// The nodes of which the markup or text touches `around`, in document order.
    pub fn nodes_touching(&self, around: Span) -> impl Iterator<Item = NodeId> + use<> {
        // Start tags and text do not overlap, so that only the last one before can reach into it.
        let begin = |wanted: u32| self.nodes.partition_point(|node| node.span.start < wanted);
        let first = begin(around.start).saturating_sub(1);
        let last = begin(around.end.max(around.start + 1));
        (first as u32..last as u32).map(NodeId)
    }

    /// The last node that begins at or before this byte: the one whose markup or text the byte is in.
    #[must_use]
    pub fn node_at(&self, byte: usize) -> NodeId {
        let behind = (self.nodes).partition_point(|node| node.span.start as usize <= byte);
        NodeId(behind.saturating_sub(1) as u32)
    }

    /// The node and everything below it, in document order.
    pub fn subtree(&self, node: NodeId) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (node.0..self.nodes[node.index()].subtree_end).map(NodeId)
    }

    /// Whether `node` is `ancestor` or stands below it.
    #[must_use]
    pub fn is_within(&self, node: NodeId, ancestor: NodeId) -> bool {
        node.0 >= ancestor.0 && node.0 < self.nodes[ancestor.index()].subtree_end
    }

    /// What `node` is.
    #[must_use]
    pub fn kind(&self, node: NodeId) -> NodeKind {
        self.nodes[node.index()].kind
    }

    /// Whether `node` is an element.
    #[must_use]
    pub fn is_element(&self, node: NodeId) -> bool {
        self.kind(node) == NodeKind::Element
    }

    /// The whole node: tags and content of an element, delimiters of a comment.
    #[must_use]
    pub fn span(&self, node: NodeId) -> Span {
        self.nodes[node.index()].span
    }

    /// The parent; the document node has none.
    #[must_use]
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        link(self.nodes[node.index()].parent)
    }

    /// The next node with the same parent.
    #[must_use]
    pub fn next_sibling(&self, node: NodeId) -> Option<NodeId> {
        link(self.nodes[node.index()].next)
    }

    /// The node before with the same parent.
    #[must_use]
    pub fn previous_sibling(&self, node: NodeId) -> Option<NodeId> {
        link(self.nodes[node.index()].previous)
    }

    /// The children of `node`, text and comments included.
    pub fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(link(self.nodes[node.index()].first_child), |child| {
            self.next_sibling(*child)
        })
    }

    /// The child elements of `node`.
    pub fn child_elements(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.children(node).filter(|child| self.is_element(*child))
    }

    /// Whether no element of the same parent stands before `node`.
    #[must_use]
    pub fn is_first_element(&self, node: NodeId) -> bool {
        self.parent(node)
            .and_then(|parent| self.child_elements(parent).next())
            == Some(node)
    }

    /// The last child of `node`.
    #[must_use]
    pub fn last_child(&self, node: NodeId) -> Option<NodeId> {
        link(self.nodes[node.index()].last_child)
    }

    /// The first child element with this local name.
    #[must_use]
    pub fn child_named(&self, node: NodeId, local: &str) -> Option<NodeId> {
        self.child_elements(node)
            .find(|child| self.local_name(*child) == local)
    }

    /// All elements with this local name, in document order.
    pub fn elements_named<'d>(&'d self, local: &'d str) -> impl Iterator<Item = NodeId> + 'd {
        let text = self.text().as_bytes();
        // Most names that are asked for are nowhere, and a search of the text tells that soonest.
        memchr::memmem::find_iter(text, local)
            .filter(|at| *at > 0 && matches!(text[*at - 1], b'<' | b':'))
            .filter_map(move |at| {
                let node = self.node_at(at);
                let is_it = self.is_element(node) && {
                    let data = self.data(node);
                    data.local as usize == at && data.name.end as usize == at + local.len()
                };
                is_it.then_some(node)
            })
    }

    fn data(&self, node: NodeId) -> &ElementData {
        &self.elements[self.nodes[node.index()].element as usize]
    }

    /// The name of an element as written; empty for other nodes.
    #[must_use]
    pub fn name(&self, node: NodeId) -> &str {
        if self.is_element(node) {
            self.slice(self.data(node).name)
        } else {
            ""
        }
    }

    /// The name of an element without its prefix; empty for other nodes.
    #[must_use]
    pub fn local_name(&self, node: NodeId) -> &str {
        if !self.is_element(node) {
            return "";
        }
        let data = self.data(node);
        self.slice(Span {
            start: data.local,
            end: data.name.end,
        })
    }

    /// The span of an element's name in its start tag.
    #[must_use]
    pub fn name_span(&self, element: NodeId) -> Span {
        self.data(element).name
    }

    /// `<name …>` or `<name …/>`.
    #[must_use]
    pub fn start_tag(&self, element: NodeId) -> Span {
        self.data(element).start_tag
    }

    /// `</name>`; an empty-element tag has none.
    #[must_use]
    pub fn end_tag(&self, element: NodeId) -> Option<Span> {
        self.data(element).end_tag
    }

    /// What stands between start and end tag; empty at the end of an empty-element tag.
    #[must_use]
    pub fn content(&self, element: NodeId) -> Span {
        let data = self.data(element);
        match data.end_tag {
            Some(end_tag) => Span {
                start: data.start_tag.end,
                end: end_tag.start,
            },
            None => Span::at(data.start_tag.end),
        }
    }

    /// The attributes of an element in their order; none for other nodes.
    #[must_use]
    pub fn attributes(&self, node: NodeId) -> &[Attribute] {
        if !self.is_element(node) {
            return &[];
        }
        let range = &self.data(node).attributes;
        &self.attributes[range.start as usize..range.end as usize]
    }

    /// The attribute of this name, prefix included.
    #[must_use]
    pub fn attribute(&self, node: NodeId, name: &str) -> Option<&Attribute> {
        self.attributes(node)
            .iter()
            .find(|attribute| self.slice(attribute.name) == name)
    }

    /// The meaning of the attribute of this name.
    #[must_use]
    pub fn value(&self, node: NodeId, name: &str) -> Option<Cow<'_, str>> {
        self.attribute(node, name)
            .map(|attribute| self.attribute_value(attribute))
    }

    /// The meaning of `attribute`.
    #[must_use]
    pub fn attribute_value(&self, attribute: &Attribute) -> Cow<'_, str> {
        escape::attribute_value(self.slice(attribute.value))
    }

    /// The namespace that `prefix` (`""`: no prefix) stands for at `element`, and the element that declares it.
    #[must_use]
    pub fn namespace(&self, element: NodeId, prefix: &str) -> Option<(NodeId, Cow<'_, str>)> {
        let name = match prefix {
            "" => "xmlns".to_owned(),
            _ => format!("xmlns:{prefix}"),
        };
        std::iter::successors(Some(element), |node| self.parent(*node))
            .find_map(|node| Some((node, self.value(node, &name)?)))
    }

    /// The quote character around `attribute`.
    #[must_use]
    pub fn quote(&self, attribute: &Attribute) -> char {
        self.text().as_bytes()[attribute.value.end as usize] as char
    }

    /// The meaning of a text or CDATA node; of a comment its inside. Empty for other nodes.
    #[must_use]
    pub fn text_of(&self, node: NodeId) -> Cow<'_, str> {
        let raw = self.slice(self.span(node));
        match self.kind(node) {
            NodeKind::Text => escape::text_value(raw),
            NodeKind::CData => escape::line_ends_folded(&raw["<![CDATA[".len()..raw.len() - 3]),
            NodeKind::Comment => escape::line_ends_folded(&raw["<!--".len()..raw.len() - 3]),
            _ => Cow::Borrowed(""),
        }
    }

    /// Whether `node` is text of white space only.
    #[must_use]
    pub fn is_blank_text(&self, node: NodeId) -> bool {
        self.kind(node) == NodeKind::Text && is_blank(self.slice(self.span(node)))
    }

    /// Whether an element has child elements.
    #[must_use]
    pub fn has_child_elements(&self, element: NodeId) -> bool {
        self.child_elements(element).next().is_some()
    }

    /// Text and CDATA directly inside an element, joined; comments between vanish.
    #[must_use]
    pub fn inner_text(&self, element: NodeId) -> Cow<'_, str> {
        let mut joined = Cow::Borrowed("");
        for child in self.children(element) {
            if matches!(self.kind(child), NodeKind::Text | NodeKind::CData) {
                let text = self.text_of(child);
                if joined.is_empty() {
                    joined = text;
                } else {
                    joined.to_mut().push_str(&text);
                }
            }
        }
        joined
    }
}

fn link(raw: u32) -> Option<NodeId> {
    (raw != NONE).then_some(NodeId(raw))
}
