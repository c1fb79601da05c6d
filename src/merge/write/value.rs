//! How a value is written into the carrier: in its quotes, its line ends, its place.

use crate::matching::sides::Sides;
use crate::merge::compare::Comparison;
use crate::merge::compare::prefixes::counterpart;
use crate::merge::decide::contest::Contest;
use crate::xml::address::Leaf;
use crate::xml::escape::{escape_attribute, escape_text, requote};
use crate::xml::layout::{attribute_removal_span, empty_tag_end, with_line_ends};
use crate::xml::{Document, Edit, NodeId, NodeKind, Span};

impl Comparison<'_> {
    /// The edits of the carrier that give the contested place the value `value`.
    /// `raw`: written as the incoming file writes it.
    pub(in crate::merge) fn value_edits(
        &self,
        contest: &Contest,
        value: Option<&str>,
        raw: bool,
    ) -> Vec<Edit> {
        match &contest.leaf {
            Leaf::Attribute(name) => self.attribute_edits(contest.triple, name, value, raw),
            _ => self.text_edits(contest.triple, value, raw),
        }
    }

    fn attribute_edits(
        &self,
        triple: Sides<NodeId>,
        name: &str,
        value: Option<&str>,
        raw: bool,
    ) -> Vec<Edit> {
        let (incoming, carrier) = (self.inputs.incoming, self.inputs.carrier);
        let theirs = incoming.attribute(triple.incoming, name);
        let existing = match theirs {
            Some(_) => counterpart((incoming, triple.incoming), name, (carrier, triple.carrier)),
            None => carrier.attribute(triple.carrier, name),
        };
        let Some(value) = value else {
            return existing
                .map(|attribute| Edit {
                    span: attribute_removal_span(carrier.text(), attribute.span()),
                    text: String::new(),
                })
                .into_iter()
                .collect();
        };
        let last = carrier.attributes(triple.carrier).last();
        let quote = existing.or(last).map_or('"', |found| carrier.quote(found));
        let written = match theirs.filter(|_| raw) {
            Some(attribute) => {
                let raw = incoming.slice(attribute.value);
                let raw = with_line_ends(raw, self.carrier_layout().line_end);
                requote(&raw, quote).into_owned()
            }
            None => escape_attribute(value, quote),
        };
        if let Some(attribute) = existing {
            return vec![Edit {
                span: attribute.value,
                text: written,
            }];
        }
        let name = self.name_in_carrier(triple, name);
        let (at, gap) = match last {
            Some(last) => {
                let start = attribute_removal_span(carrier.text(), last.span()).start;
                let gap = Span {
                    start,
                    end: last.name.start,
                };
                (last.span().end, carrier.slice(gap))
            }
            None => (carrier.name_span(triple.carrier).end, " "),
        };
        let gap = if gap.contains('\n') { gap } else { " " };
        vec![Edit {
            span: Span::at(at),
            text: format!("{gap}{name}={quote}{written}{quote}"),
        }]
    }

    fn text_edits(&self, triple: Sides<NodeId>, value: Option<&str>, raw: bool) -> Vec<Edit> {
        let (incoming, carrier) = (self.inputs.incoming, self.inputs.carrier);
        let text_nodes = |document: &Document, element: NodeId| -> Vec<NodeId> {
            document
                .children(element)
                .filter(|child| matches!(document.kind(*child), NodeKind::Text | NodeKind::CData))
                .collect()
        };
        let written: String = if raw {
            text_nodes(incoming, triple.incoming)
                .into_iter()
                .map(|node| incoming.slice(incoming.span(node)))
                .collect()
        } else {
            escape_text(value.unwrap_or(""))
        };
        let written = with_line_ends(&written, self.carrier_layout().line_end).into_owned();
        let mut nodes = text_nodes(carrier, triple.carrier).into_iter();
        let Some(first) = nodes.next() else {
            return self.content_into_empty(triple, written);
        };
        let mut edits = vec![Edit {
            span: carrier.span(first),
            text: written,
        }];
        edits.extend(nodes.map(|node| Edit {
            span: carrier.span(node),
            text: String::new(),
        }));
        edits
    }

    /// Puts `content` into an element of the carrier that holds nothing but comments.
    pub(in crate::merge) fn content_into_empty(
        &self,
        triple: Sides<NodeId>,
        content: String,
    ) -> Vec<Edit> {
        let (carrier, element) = (self.inputs.carrier, triple.carrier);
        let edit = if carrier.end_tag(element).is_some() {
            Edit {
                span: Span::at(carrier.start_tag(element).end),
                text: content,
            }
        } else {
            let name = self.name_in_result(triple);
            Edit {
                span: empty_tag_end(carrier, element),
                text: format!(">{content}</{name}>"),
            }
        };
        vec![edit]
    }
}
