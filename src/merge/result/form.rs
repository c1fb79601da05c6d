//! The form of the result: its encoding, its byte order mark and its declaration. Between branches,
//! what one of them alone changed of it is carried like any other change.

use crate::merge::{Inputs, Merged, Mode};
use crate::xml::encoding::TextEncoding;
use crate::xml::layout::Layout;
use crate::xml::source::Source;
use crate::xml::{Document, NodeId, NodeKind, Span};

/// Whose encoding and byte order mark the result has, where it is made of edits of `carrier`.
pub(in crate::merge) fn source_of<'a>(inputs: &Inputs<'a>, carrier: &'a Document) -> &'a Source {
    match takes_incoming_form(inputs) {
        true => inputs.incoming.source(),
        false => carrier.source(),
    }
}

/// Carries what the incoming branch alone changed of the declaration.
pub(in crate::merge) fn carry_declaration(inputs: &Inputs<'_>, merged: &mut Merged) {
    let (incoming, carrier) = (inputs.incoming, inputs.carrier);
    let Some(base) = inputs.base.filter(|_| inputs.mode == Mode::Branches) else {
        return;
    };
    let (theirs, ours) = (declaration(incoming), declaration(carrier));
    if text(carrier, ours) != text(base, declaration(base))
        || text(incoming, theirs) == text(carrier, ours)
    {
        return;
    }
    // It must not name another encoding than the result has.
    let is_true = incoming.source().encoding() == carrier.source().encoding();
    if !is_true && !takes_incoming_form(inputs) {
        return;
    }
    let edits = &mut merged.edits;
    // Where something else is written at the same place, the declaration stays as it is.
    let _ = match (ours, theirs) {
        (Some(ours), Some(theirs)) => edits.replace(ours, incoming.slice(theirs)),
        (Some(ours), None) => {
            let behind = &carrier.text()[ours.range().end..];
            let line_end = ["\r\n", "\n"]
                .into_iter()
                .find(|end| behind.starts_with(end));
            let end = ours.end + line_end.map_or(0, str::len) as u32;
            edits.remove(Span { end, ..ours })
        }
        (None, Some(theirs)) => {
            let behind = &incoming.text()[theirs.range().end..];
            let line_end = match behind.starts_with(['\r', '\n']) {
                true => Layout::of(carrier).line_end,
                false => "",
            };
            edits.insert(0, format!("{}{line_end}", incoming.slice(theirs)))
        }
        (None, None) => Ok(()),
    };
}

/// Whether the incoming branch alone changed the encoding or the byte order mark.
fn takes_incoming_form(inputs: &Inputs<'_>) -> bool {
    let Some(base) = inputs.base.filter(|_| inputs.mode == Mode::Branches) else {
        return false;
    };
    let (incoming, carrier) = (inputs.incoming, inputs.carrier);
    let before = form(base);
    form(carrier) == before
        && form(incoming) != before
        // Another encoding comes with the declaration that names it.
        && (incoming.source().encoding() == carrier.source().encoding()
            || text(carrier, declaration(carrier)) == text(base, declaration(base)))
}

fn form(document: &Document) -> (TextEncoding, bool) {
    (document.source().encoding(), document.source().has_bom())
}

fn declaration(document: &Document) -> Option<Span> {
    (document.children(NodeId::DOCUMENT))
        .find(|node| document.kind(*node) == NodeKind::Declaration)
        .map(|node| document.span(node))
}

fn text(document: &Document, declaration: Option<Span>) -> &str {
    declaration.map_or("", |span| document.slice(span))
}
