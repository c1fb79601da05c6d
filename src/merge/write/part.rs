//! Incoming elements that are carried in part: a group of declarations for the sake of one of them.

use crate::merge::compare::Comparison;
use crate::xml::NodeId;

impl Comparison<'_> {
    /// Whether only some of what the incoming element holds is carried.
    pub(in crate::merge) fn is_in_part(&self, node: NodeId) -> bool {
        self.directives.keep_in_part.contains(&node)
    }

    pub(in crate::merge) fn kept_children(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let children = self.inputs.incoming.child_elements(node);
        children.filter(|child| {
            let Self { directives, .. } = self;
            directives.keep_incoming.contains(child)
                || directives.keep_with_conflict.contains(child)
        })
    }

    /// The markup of an element with those children only that are needed.
    pub(super) fn render_part(&self, node: NodeId, indent: &str) -> String {
        let incoming = self.inputs.incoming;
        let layout = self.carrier_layout();
        let inner = format!("{indent}{}", layout.indent);
        let mut text = incoming.slice(incoming.start_tag(node)).to_owned();
        for child in self.kept_children(node) {
            text.push_str(layout.line_end);
            text.push_str(&inner);
            text.push_str(&self.render_below(child, &inner, self.inputs.carrier.root()));
        }
        text.push_str(layout.line_end);
        text.push_str(indent);
        text + "</" + incoming.name(node) + ">"
    }

    /// How many elements come with an incoming one.
    pub(in crate::merge) fn elements_carried(&self, node: NodeId) -> usize {
        if self.is_in_part(node) {
            let children = self.kept_children(node);
            return 1 + children
                .map(|child| self.elements_carried(child))
                .sum::<usize>();
        }
        self.inputs.incoming.elements_in(node)
    }
}
