//! Siblings of which nobody knows how they go together: one conflict for those alone.
//!
//! Nothing tells them apart and both sides changed them, or both sides put something in one place
//! although the order matters.

use crate::matching::align::Gap;
use crate::matching::sides::{Presence, Sides};
use crate::merge::compare::Comparison;
use crate::merge::outcome::{
    Conflict, ConflictKind, DecidedBy, Decision, Ending, Outcome, Places, Value, Values,
};
use crate::merge::stages::plan::{Anchor, Plan};
use crate::merge::steps::Steps;
use crate::pack::rules::Action;
use crate::xml::address::Leaf;
use crate::xml::layout::{line_indent, removal_span};
use crate::xml::{Document, Edit, NodeId, Span};

impl Comparison<'_> {
    /// Settles a gap by a rule, or leaves it to people. `anchor` is where the incoming elements
    /// would go in a carrier that has none there.
    pub(in crate::merge) fn gap(
        &self,
        kind: ConflictKind,
        gap: &Gap,
        parent: Sides<NodeId>,
        anchor: Option<Anchor>,
        plan: &Plan,
        steps: &mut Steps,
    ) {
        let Some((document, element)) = self.spokesman(gap) else {
            return;
        };
        let policy = self
            .policy_for_element(document, element)
            .or_else(|| self.policy_for_element(self.inputs.carrier, parent.carrier));
        let take_both = policy.and_then(|policy| match policy.action {
            Action::TakeBoth { new_first } if kind == ConflictKind::BothInserted => Some(new_first),
            _ => None,
        });
        let take_incoming = match take_both {
            // Between branches the carrier is ours, and that is the old one.
            Some(new_first) => self.take_both(gap, parent, new_first == self.upgrade()),
            None => self.take_incoming_of(gap, parent, anchor, plan),
        };
        let decided = policy.and_then(|policy| {
            let by = DecidedBy::Rule(policy.provenance.id.clone());
            match policy.action {
                Action::TakeOld => Some((Outcome::Carried, by)),
                Action::TakeNew | Action::Drop => Some((Outcome::Dropped, by)),
                Action::TakeBoth { .. } if kind == ConflictKind::BothInserted => {
                    Some((Outcome::Carried, by))
                }
                _ => None,
            }
        });
        let ending = match &decided {
            Some((outcome, by)) => Ending::Decided(*outcome, by.clone()),
            None => Ending::Conflict,
        };
        for node in &gap.incoming {
            self.record_subtree(*node, &ending, steps);
        }
        let values = self.gap_values(gap);
        let places = self.gap_places(gap);
        let secret = self
            .gap_sides(gap)
            .iter()
            .any(|(document, nodes)| nodes.iter().any(|node| self.holds_secret(document, *node)));
        let address = match kind {
            // About what is in the container, rather than about one of them.
            ConflictKind::BothInserted => self.incoming_address(parent.incoming),
            _ => self.address(document, element, Leaf::Element),
        };
        let Some((outcome, by)) = decided else {
            let at = take_incoming.first().map_or_else(
                || self.inputs.carrier.span(parent.carrier).start,
                |edit| edit.span.start,
            );
            steps.conflicts.push(Conflict {
                kind,
                address,
                values,
                secret,
                places,
                region: places.carrier.unwrap_or(Span::at(at)),
                base_region: places.base,
                take_incoming,
                by: policy.map(|policy| policy.provenance.id.clone()),
            });
            return;
        };
        if outcome == Outcome::Carried {
            let elements = |document: &Document, nodes: &[NodeId]| -> isize {
                nodes
                    .iter()
                    .map(|node| document.elements_in(*node) as isize)
                    .sum()
            };
            steps.growth += elements(self.inputs.incoming, &gap.incoming);
            if take_both.is_none() {
                steps.growth -= elements(self.inputs.carrier, &gap.carrier);
            }
            steps.edit(parent.carrier, take_incoming);
        }
        if self.inputs.reports {
            steps.decisions.push(Decision {
                address,
                result: match outcome {
                    Outcome::Carried if take_both.is_some() => Some(Value::Several {
                        name: document.name(element).to_owned(),
                        count: gap.incoming.len() + gap.carrier.len(),
                    }),
                    Outcome::Carried => values.incoming.clone(),
                    _ => values.carrier.clone(),
                },
                values,
                secret,
                places,
                outcome: Some(outcome),
                by,
                assumed: false,
            });
        }
    }

    /// The element by whose address the gap is known.
    fn spokesman(&self, gap: &Gap) -> Option<(&Document, NodeId)> {
        let incoming = gap
            .incoming
            .first()
            .map(|node| (self.inputs.incoming, *node));
        incoming.or_else(|| gap.carrier.first().map(|node| (self.inputs.carrier, *node)))
    }

    /// The edits that put what the incoming side has into the carrier's place.
    fn take_incoming_of(
        &self,
        gap: &Gap,
        parent: Sides<NodeId>,
        anchor: Option<Anchor>,
        plan: &Plan,
    ) -> Vec<Edit> {
        let carrier = self.inputs.carrier;
        let (first, others) = match gap.carrier.split_first() {
            Some((first, others)) if !gap.incoming.is_empty() => (*first, others),
            Some(_) => return gap.carrier.iter().map(|node| self.removal(*node)).collect(),
            None => {
                let insertion =
                    anchor.and_then(|at| self.insertion(parent, at, &gap.incoming, plan));
                return insertion.into_iter().collect();
            }
        };
        let indent = self.indent_of(first);
        let mut edits = vec![Edit {
            span: carrier.span(first),
            text: self.render_batch(&gap.incoming, &indent, true, parent.carrier),
        }];
        edits.extend(others.iter().map(|node| self.removal(*node)));
        edits
    }

    /// The edit that puts what the incoming side has before or behind what the carrier has.
    fn take_both(&self, gap: &Gap, parent: Sides<NodeId>, carrier_first: bool) -> Vec<Edit> {
        let carrier = self.inputs.carrier;
        let (Some(first), Some(last)) = (gap.carrier.first(), gap.carrier.last()) else {
            return Vec::new();
        };
        let indent = line_indent(carrier, *first);
        let batch = self.render_batch(
            &gap.incoming,
            indent.unwrap_or(""),
            indent.is_some(),
            parent.carrier,
        );
        let gap = match indent {
            Some(indent) => format!("{}{indent}", self.carrier_layout().line_end),
            None => String::new(),
        };
        vec![if carrier_first {
            Edit {
                span: Span::at(self.end_with_trailing_comment(*last)),
                text: gap + &batch,
            }
        } else {
            Edit {
                span: Span::at(carrier.span(*first).start),
                text: batch + &gap,
            }
        }]
    }

    fn removal(&self, node: NodeId) -> Edit {
        let carrier = self.inputs.carrier;
        Edit {
            span: removal_span(carrier.text(), carrier.span(node)),
            text: String::new(),
        }
    }

    fn gap_sides<'g>(&self, gap: &'g Gap) -> Vec<(&Document, &'g [NodeId])> {
        let nodes = [&gap.base, &gap.incoming, &gap.carrier].map(Vec::as_slice);
        let documents = [
            self.inputs.base,
            Some(self.inputs.incoming),
            Some(self.inputs.carrier),
        ];
        documents
            .into_iter()
            .zip(nodes)
            .filter_map(|(document, nodes)| Some((document?, nodes)))
            .collect()
    }

    fn gap_presence<'g>(&self, gap: &'g Gap) -> Presence<(&Document, &'g [NodeId])> {
        let some = |nodes: &'g Vec<NodeId>| (!nodes.is_empty()).then_some(nodes.as_slice());
        let documents: Presence<&Document> = self.documents().into();
        documents.zip(Presence {
            base: some(&gap.base),
            incoming: some(&gap.incoming),
            carrier: some(&gap.carrier),
        })
    }

    fn gap_values(&self, gap: &Gap) -> Values {
        self.gap_presence(gap).map(|(document, nodes)| match nodes {
            [node] => self.describe(document, *node),
            _ => Value::Several {
                name: document.name(nodes[0]).to_owned(),
                count: nodes.len(),
            },
        })
    }

    fn gap_places(&self, gap: &Gap) -> Places {
        self.gap_presence(gap).map(|(document, nodes)| {
            let spans = nodes.iter().map(|node| document.span(*node));
            spans.reduce(Span::cover).unwrap_or_default()
        })
    }
}
