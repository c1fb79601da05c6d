//! What is only written differently.

use super::configuration::At;
use super::surplus::surplus;
use crate::xml::layout::Layout;
use crate::xml::{Document, NodeId, NodeKind};

/// How a file as a whole is written differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// It has another encoding: before, after.
    Encoding(String, String),
    /// It begins with a byte order mark now, or no longer.
    ByteOrderMark(bool),
    /// It has other line ends: `CRLF` or `LF`, before and after.
    LineEnds(&'static str, &'static str),
    /// It has another XML declaration, or none.
    Declaration,
}

/// What differs in the form of two files.
pub(super) fn of(before: &Document, after: &Document) -> Vec<Form> {
    let mut form = Vec::new();
    let sources = [before, after].map(Document::source);
    let encodings = sources.map(|source| source.encoding().name().to_owned());
    let [one, other] = encodings;
    if one != other {
        form.push(Form::Encoding(one, other));
    }
    let marks = sources.map(|source| source.has_bom());
    if marks[0] != marks[1] {
        form.push(Form::ByteOrderMark(marks[1]));
    }
    let ends = [before, after].map(line_end);
    if ends[0] != ends[1] {
        form.push(Form::LineEnds(ends[0], ends[1]));
    }
    if declaration(before) != declaration(after) {
        form.push(Form::Declaration);
    }
    form
}

fn line_end(document: &Document) -> &'static str {
    match Layout::of(document).line_end {
        "\r\n" => "CRLF",
        _ => "LF",
    }
}

fn declaration(document: &Document) -> Option<&str> {
    let mut top = document.children(NodeId::DOCUMENT);
    let found = top.find(|node| document.kind(*node) == NodeKind::Declaration)?;
    Some(document.slice(document.span(found)))
}

/// Whether two start tags are written alike.
pub(super) fn same_tag(one: At<'_>, other: At<'_>) -> bool {
    normal(one.side.document, one.node) == normal(other.side.document, other.node)
}

/// The start tag without the end that a childless element has or does not have.
fn normal(document: &Document, element: NodeId) -> &str {
    document
        .slice(document.start_tag(element))
        .trim_end_matches(['/', '>', ' '])
}

/// In how many places two elements that mean the same are written differently.
pub(super) fn differences(one: At<'_>, other: At<'_>) -> usize {
    let (left, right) = (one.side.document, other.side.document);
    if left.slice(left.span(one.node)) == right.slice(right.span(other.node)) {
        return 0;
    }
    let pieces = |document: &Document, within: NodeId| -> Vec<String> {
        let mut pieces = Vec::new();
        for node in document.subtree(within) {
            let raw = match document.kind(node) {
                NodeKind::Element => document.start_tag(node),
                _ => document.span(node),
            };
            // What a line ends with is the form of the file.
            pieces.push(document.slice(raw).replace("\r\n", "\n"));
        }
        pieces
    };
    let [lefts, rights] = [pieces(left, one.node), pieces(right, other.node)];
    if lefts.len() == rights.len() {
        let both = lefts.iter().zip(&rights);
        return both.filter(|(left, right)| left != right).count();
    }
    // White space came or went between elements: what the other one does not have counts.
    let beyond =
        |of: &[String], others: &[String]| surplus(of, others, |piece| piece.as_str()).len();
    beyond(&lefts, &rights).max(beyond(&rights, &lefts))
}
