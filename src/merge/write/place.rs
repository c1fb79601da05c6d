//! Where in the carrier incoming nodes go.
//!
//! An added node goes after the nearest preceding sibling that both files
//! have; a `remove` before what it takes out.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::matching::sides::Sides;
use crate::merge::compare::Comparison;
use crate::merge::stages::order::takes_out;
use crate::merge::stages::plan::{Anchor, Plan};
use crate::xml::layout::{indent_before, line_indent};
use crate::xml::{Edit, NodeId, NodeKind, Span};

impl Comparison<'_> {
    /// The edits that insert `nodes`, children of the incoming parent, into the carrier's.
    pub(in crate::merge) fn insertions(
        &self,
        parent: Sides<NodeId>,
        nodes: &FxHashSet<NodeId>,
        plan: &Plan,
    ) -> Vec<(Anchor, Edit)> {
        let mut batches: Vec<(Anchor, Vec<NodeId>)> = Vec::new();
        for (child, anchor) in self.anchors(parent, plan) {
            if !nodes.contains(&child) {
                continue;
            }
            match batches.last_mut() {
                Some((last, batch)) if *last == anchor => batch.push(child),
                _ => batches.push((anchor, vec![child])),
            }
        }
        batches
            .into_iter()
            .filter_map(|(anchor, batch)| {
                Some((anchor, self.insertion(parent, anchor, &batch, plan)?))
            })
            .collect()
    }

    /// Where each child of the incoming parent would go that has no like in the carrier.
    pub(in crate::merge) fn anchors(
        &self,
        parent: Sides<NodeId>,
        plan: &Plan,
    ) -> Vec<(NodeId, Anchor)> {
        let incoming = self.inputs.incoming;
        let children: Vec<NodeId> = incoming.children(parent.incoming).collect();
        let described = self.described(&children, plan);
        let reorder = plan.reorder.as_ref();
        let stays = |child: &NodeId| plan.stays.get(child).copied();
        let mut elements: Vec<NodeId> = (children.iter())
            .filter(|child| incoming.is_element(**child))
            .filter_map(stays)
            .collect();
        elements.sort_unstable();
        // In a new order only the elements that make it up are where the incoming side has them,
        // and a comment is only where it stands between the same elements on both sides.
        let fixed = |child: &NodeId, above: Option<NodeId>, last: Option<NodeId>| {
            let carrier = stays(child)?;
            let is_fixed = if incoming.is_element(*child) {
                reorder.is_none_or(|reorder| reorder.moves(self.inputs.carrier.span(carrier)))
            } else {
                let before = elements.partition_point(|element| *element < carrier);
                let there = before.checked_sub(1).map(|at| elements[at]);
                reorder.is_none() && there == above && last.is_none_or(|last| last < carrier)
            };
            is_fixed.then_some(carrier)
        };
        let keeps_order =
            plan.reorder.is_none() && !plan.follows_incoming && self.is_ordered(parent);
        // Without a preceding sibling that both files have: before the first following one.
        let first = match elements.first() {
            Some(first) if keeps_order => Some(*first),
            _ => children.iter().find_map(|child| fixed(child, None, None)),
        };
        let mut anchor = first.map_or(Anchor::Inside, Anchor::Before);
        // Of the elements so far, the last one in the carrier.
        let mut latest: Option<NodeId> = None;
        // Of what takes entries out, too.
        let mut directive: Option<NodeId> = None;
        let (mut above, mut last) = (None, None);
        let mut anchors = Vec::new();
        // Whether a comment that both files have stands above, in the same block of comments.
        let mut in_block = false;
        for child in children {
            match incoming.kind(child) {
                NodeKind::Comment => {}
                NodeKind::Text if incoming.is_blank_text(child) => {
                    let text = incoming.slice(incoming.span(child));
                    in_block &= text.matches('\n').count() <= 1;
                }
                _ => in_block = false,
            }
            if let Some(carrier) = fixed(&child, above, last) {
                // Where the order matters, what comes later in the carrier still comes before.
                if !keeps_order || !matches!(anchor, Anchor::After(now) if carrier < now) {
                    anchor = Anchor::After(carrier);
                }
                last = Some(carrier);
                in_block = incoming.kind(child) == NodeKind::Comment;
                if incoming.is_element(child) {
                    above = Some(carrier);
                    latest = latest.max(above);
                    if takes_out(incoming, child) {
                        directive = directive.max(above);
                    }
                }
            } else if plan.stays.contains_key(&child) {
                in_block = false;
            } else if self.comes_first(child) {
                anchors.push((child, self.first_place(parent, plan)));
            } else if let Some(entry) = self.taken_out_by(child, plan) {
                anchors.push((child, Anchor::Before(entry)));
            } else if let Some(latest) = latest.filter(|_| {
                reorder.is_none() && !plan.follows_incoming && takes_out(incoming, child)
            }) {
                anchors.push((child, Anchor::After(latest)));
            } else if let (Some(directive), Anchor::After(before)) = (directive, anchor)
                && before < directive
                && !plan.follows_incoming
                && incoming.is_element(child)
            {
                // It must not be taken out where the incoming side does not take it out.
                anchors.push((child, Anchor::After(directive)));
            } else {
                let block = described.get(&child).filter(|_| !in_block);
                anchors.push((child, block.map_or(anchor, |below| Anchor::Before(*below))));
            }
        }
        self.behind_the_first(parent, plan, &mut anchors);
        anchors
    }

    /// Puts elements behind what the carrier has to have first.
    fn behind_the_first(
        &self,
        parent: Sides<NodeId>,
        plan: &Plan,
        anchors: &mut [(NodeId, Anchor)],
    ) {
        let (incoming, carrier) = (self.inputs.incoming, self.inputs.carrier);
        let head = (carrier.child_elements(parent.carrier))
            .find(|node| !plan.remove.contains(node))
            .filter(|head| match carrier.local_name(*head) {
                "configSections" => parent.carrier == carrier.root(),
                name => name == "clear",
            });
        let Some(head) = head else { return };
        // What moves takes along what is inserted beside it.
        if (plan.reorder.as_ref()).is_some_and(|reorder| reorder.moves(carrier.span(head))) {
            return;
        }
        for (child, anchor) in anchors {
            let is_before = match anchor {
                Anchor::Before(node) => *node <= head,
                Anchor::After(node) => *node < head,
                Anchor::First(_) | Anchor::Inside => false,
            };
            if is_before && incoming.is_element(*child) && !takes_out(incoming, *child) {
                *anchor = Anchor::After(head);
            }
        }
    }

    /// Incoming comments, and the elements of the carrier that they stand directly above.
    fn described(&self, children: &[NodeId], plan: &Plan) -> FxHashMap<NodeId, NodeId> {
        let incoming = self.inputs.incoming;
        let mut described = FxHashMap::default();
        // What stands below, and how many line ends lie between; from the last child up.
        let mut below: Option<NodeId> = None;
        let mut line_ends = 0;
        for child in children.iter().rev() {
            match incoming.kind(*child) {
                NodeKind::Element => below = plan.stays.get(child).copied(),
                NodeKind::Text => {
                    line_ends = incoming.slice(incoming.span(*child)).matches('\n').count();
                    continue;
                }
                NodeKind::Comment if line_ends == 1 && line_indent(incoming, *child).is_some() => {
                    described.extend(below.map(|element| (*child, element)));
                }
                _ => below = None,
            }
            line_ends = 0;
        }
        described
    }

    /// The entry of the carrier that a `remove` makes room for: it has to come before that.
    fn taken_out_by(&self, child: NodeId, plan: &Plan) -> Option<NodeId> {
        let (table, incoming) = (&self.inputs.rules.identities, self.inputs.incoming);
        if !incoming.is_element(child) {
            return None;
        }
        let rule = table.rule_for(incoming, child)?;
        let entries = rule.removes.as_deref()?;
        let is_named = |entry: &NodeId| {
            incoming.is_element(*entry)
                && incoming.local_name(*entry) == entries
                && rule.by.iter().all(|path| {
                    let values = [child, *entry].map(|node| path.value(incoming, node));
                    matches!(&values, [Some(one), Some(other)] if rule.compare.is_same(one, other))
                })
        };
        std::iter::successors(incoming.next_sibling(child), |node| {
            incoming.next_sibling(*node)
        })
        .find(is_named)
        .and_then(|entry| plan.stays.get(&entry).copied())
    }

    /// Whether .NET reads the element only as the first one of the file, or it
    /// clears a collection before anything stands in it.
    fn comes_first(&self, child: NodeId) -> bool {
        let incoming = self.inputs.incoming;
        match incoming.local_name(child) {
            "configSections" => incoming.parent(child) == Some(incoming.root()),
            "clear" => incoming.is_first_element(child),
            _ => false,
        }
    }

    fn first_place(&self, parent: Sides<NodeId>, plan: &Plan) -> Anchor {
        let first = self
            .inputs
            .carrier
            .child_elements(parent.carrier)
            .find(|node| !plan.remove.contains(node));
        first.map_or(Anchor::Inside, Anchor::First)
    }

    /// The edit that inserts `batch`, neighbours in the incoming file.
    pub(in crate::merge) fn insertion(
        &self,
        parent: Sides<NodeId>,
        anchor: Anchor,
        batch: &[NodeId],
        plan: &Plan,
    ) -> Option<Edit> {
        let carrier = self.inputs.carrier;
        let line_end = self.carrier_layout().line_end;
        match anchor {
            Anchor::After(node) => {
                let own_line = line_indent(carrier, self.described_on_line(node));
                let indent = own_line.unwrap_or("").to_owned();
                let first_inline = self.is_inline_comment(*batch.first()?);
                let at = if first_inline {
                    carrier.span(node).end
                } else {
                    self.end_with_trailing_comment(node)
                };
                let lead = if first_inline {
                    " ".to_owned()
                } else if own_line.is_some() {
                    self.gap_before(*batch.first()?, &indent)
                } else {
                    String::new()
                };
                Some(Edit {
                    span: Span::at(at),
                    text: lead
                        + &self.render_batch(batch, &indent, own_line.is_some(), parent.carrier),
                })
            }
            Anchor::Before(node) | Anchor::First(node) => {
                let node = self.first_of_comment_block(node, plan);
                let own_line = line_indent(carrier, node);
                let indent = own_line.unwrap_or("").to_owned();
                let tail = if own_line.is_some() {
                    format!("{line_end}{indent}")
                } else {
                    String::new()
                };
                Some(Edit {
                    span: Span::at(carrier.span(node).start),
                    text: self.render_batch(batch, &indent, own_line.is_some(), parent.carrier)
                        + &tail,
                })
            }
            Anchor::Inside => self.insertion_inside(parent, batch),
        }
    }

    fn insertion_inside(&self, triple: Sides<NodeId>, batch: &[NodeId]) -> Option<Edit> {
        let carrier = self.inputs.carrier;
        let parent = triple.carrier;
        if !carrier.is_element(parent) {
            return None;
        }
        let layout = self.carrier_layout();
        let line_end = layout.line_end;
        let outer = self.indent_of(parent);
        let indent = carrier
            .child_elements(parent)
            .find_map(|child| line_indent(carrier, child))
            .map_or_else(|| outer.clone() + &layout.indent, str::to_owned);
        let rendered = self.render_batch(batch, &indent, true, parent);
        let Some(end_tag) = carrier.end_tag(parent) else {
            let content = format!("{line_end}{indent}{rendered}{line_end}{outer}");
            return self.content_into_empty(triple, content).pop();
        };
        if let Some(lead) = indent_before(carrier.text(), end_tag.start) {
            return Some(Edit {
                span: Span::at(end_tag.start - lead.len() as u32),
                text: format!("{indent}{rendered}{line_end}"),
            });
        }
        let text = if carrier.content(parent).is_empty() {
            format!("{line_end}{indent}{rendered}{line_end}{outer}")
        } else {
            self.render_batch(batch, &indent, false, parent)
        };
        Some(Edit {
            span: Span::at(end_tag.start),
            text,
        })
    }

    /// The indentation of the line that an element of the carrier begins on.
    pub(in crate::merge) fn indent_of(&self, element: NodeId) -> String {
        let text = self.inputs.carrier.text();
        let before = &text[..self.inputs.carrier.span(element).start as usize];
        let line = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |found| found + 1);
        before[line..]
            .chars()
            .take_while(|character| matches!(character, ' ' | '\t'))
            .collect()
    }

    /// The element that a comment of the carrier stands behind on its line; else `node` itself.
    fn described_on_line(&self, node: NodeId) -> NodeId {
        let carrier = self.inputs.carrier;
        let mut at = node;
        loop {
            let is_gap =
                carrier.is_blank_text(at) && !carrier.slice(carrier.span(at)).contains('\n');
            if !is_gap && carrier.kind(at) != NodeKind::Comment {
                break;
            }
            match carrier.previous_sibling(at) {
                Some(previous) => at = previous,
                None => break,
            }
        }
        if carrier.is_element(at) { at } else { node }
    }

    /// Where the line of `node` ends for the purpose of inserting after it.
    pub(in crate::merge) fn end_with_trailing_comment(&self, node: NodeId) -> u32 {
        let carrier = self.inputs.carrier;
        let mut end = carrier.span(node).end;
        let mut next = carrier.next_sibling(node);
        while let Some(at) = next {
            match carrier.kind(at) {
                NodeKind::Text
                    if carrier.is_blank_text(at)
                        && !carrier.slice(carrier.span(at)).contains('\n') => {}
                NodeKind::Comment => end = carrier.span(at).end,
                _ => break,
            }
            next = carrier.next_sibling(at);
        }
        end
    }

    /// The first of the comments that stand directly above `node`.
    pub(in crate::merge) fn first_of_comment_block(&self, node: NodeId, plan: &Plan) -> NodeId {
        let carrier = self.inputs.carrier;
        let mut first = node;
        let mut previous = carrier.previous_sibling(node);
        while let Some(at) = previous {
            match carrier.kind(at) {
                NodeKind::Text
                    if carrier.is_blank_text(at)
                        && carrier.slice(carrier.span(at)).matches('\n').count() <= 1 => {}
                NodeKind::Comment
                    if line_indent(carrier, at).is_some() && !plan.remove.contains(&at) =>
                {
                    first = at;
                }
                _ => break,
            }
            previous = carrier.previous_sibling(at);
        }
        first
    }
}
