//! Incoming nodes as they read in the carrier: its indentation, line ends, ` />` habit and prefixes.

use crate::matching::sides::Sides;
use crate::merge::compare::Comparison;
use crate::xml::layout::{Transplant, line_indent};
use crate::xml::tokens::{TokenKind, Tokens};
use crate::xml::{NodeId, NodeKind};

impl Comparison<'_> {
    /// Whether an incoming node is a comment behind something on its line.
    pub(super) fn is_inline_comment(&self, node: NodeId) -> bool {
        let incoming = self.inputs.incoming;
        incoming.kind(node) == NodeKind::Comment
            && line_indent(incoming, node).is_none()
            && incoming.previous_sibling(node).is_some()
    }

    /// Line ends and indentation before an incoming node; an empty line stays one.
    pub(super) fn gap_before(&self, node: NodeId, indent: &str) -> String {
        let incoming = self.inputs.incoming;
        let line_ends = incoming
            .previous_sibling(node)
            .filter(|previous| incoming.is_blank_text(*previous))
            .map_or(1, |previous| {
                incoming
                    .slice(incoming.span(previous))
                    .matches('\n')
                    .count()
            });
        self.carrier_layout().line_end.repeat(line_ends.clamp(1, 2)) + indent
    }

    pub(in crate::merge) fn render_batch(
        &self,
        batch: &[NodeId],
        indent: &str,
        own_lines: bool,
        parent: NodeId,
    ) -> String {
        let mut text = String::new();
        for (at, node) in batch.iter().enumerate() {
            if at > 0 {
                if self.is_inline_comment(*node) {
                    text.push(' ');
                } else if own_lines {
                    text.push_str(&self.gap_before(*node, indent));
                }
            }
            text.push_str(&self.render_below(*node, indent, parent));
        }
        text
    }

    /// An incoming node as it reads in the carrier, below `parent` of it.
    pub(in crate::merge) fn render_below(
        &self,
        node: NodeId,
        indent: &str,
        parent: NodeId,
    ) -> String {
        if self.is_in_part(node) {
            return self.render_part(node, indent);
        }
        let replaced = self.rewritten_spans(node);
        let transplant = Transplant {
            document: self.inputs.incoming,
            from: self.incoming_layout(),
            to: self.carrier_layout(),
        };
        let rendered = transplant.render(node, indent, &|span| replaced.get(&span).cloned());
        let rendered = apart_from_its_value(rendered, indent, self.carrier_layout().line_end);
        self.with_carriers_prefixes(node, rendered, parent)
    }

    /// An incoming element as it reads in the place of one of the carrier.
    pub(in crate::merge) fn render_instead(&self, triple: Sides<NodeId>) -> String {
        let carrier = self.inputs.carrier;
        let parent = carrier.parent(triple.carrier).unwrap_or(NodeId::DOCUMENT);
        self.render_below(triple.incoming, &self.indent_of(triple.carrier), parent)
    }
}

/// A `setting` on one line with a line end before its end tag: .NET's reader takes the tag for part of
/// the value where nothing is between the two and another setting follows.
fn apart_from_its_value(rendered: String, indent: &str, line_end: &str) -> String {
    if !rendered.contains("</setting") {
        return rendered;
    }
    let mut text = String::new();
    let mut copied = 0;
    let mut is_behind_value = false;
    for token in Tokens::new(&rendered).map_while(Result::ok) {
        let start = token.span.start as usize;
        let tag = &rendered[start..token.span.end as usize];
        let is_of = |name: &str| {
            let tag = tag.trim_start_matches(['<', '/']);
            let rest = tag.strip_prefix(name);
            rest.is_some_and(|rest| rest.starts_with([' ', '\t', '\r', '\n', '/', '>']))
        };
        if is_behind_value && token.kind == TokenKind::End && is_of("setting") {
            text.push_str(&rendered[copied..start]);
            text.push_str(line_end);
            text.push_str(indent);
            copied = start;
        }
        is_behind_value = matches!(token.kind, TokenKind::End | TokenKind::Empty) && is_of("value");
    }
    text.push_str(&rendered[copied..]);
    text
}
