//! Child elements: which are the same, which one side added or removed.

use std::collections::{HashMap, HashSet};

use super::account::{Atom, Slot, atoms};
use super::digest::significant_text;
use super::engine::Engine;
use super::matching::{self, Group, Match, match_children};
use super::outcome::{
    Conflict, ConflictKind, DecidedBy, Decision, Outcome, Places, Principle, Region, Triple, Value,
    Values,
};
use super::place::Anchor;
use crate::config::identity::IdentityTable;
use crate::pack::rules::Action;
use crate::xml::address::Leaf;
use crate::xml::layout::removal_span;
use crate::xml::{Document, Edit, NodeId, Span};

/// What stands where among the children of one pair of parents.
#[derive(Default)]
pub(super) struct Plan {
    /// Incoming nodes to insert.
    pub(super) insert: HashSet<NodeId>,
    /// Carrier nodes to remove.
    pub(super) remove: HashSet<NodeId>,
    /// Incoming nodes and the carrier nodes that are the same and stay.
    pub(super) stays: HashMap<NodeId, NodeId>,
    /// The matched elements.
    pub(super) matches: Vec<Match>,
}

impl Engine<'_> {
    /// Merges what stands between the tags of one element.
    pub(super) fn content(&mut self, triple: Triple) {
        let sides = [
            self.inputs.base.zip(triple.base),
            Some((self.inputs.incoming, triple.incoming)),
            Some((self.inputs.carrier, triple.carrier)),
        ];
        let sides = sides.into_iter().flatten();
        let has_elements = sides
            .clone()
            .any(|(document, element)| document.has_child_elements(element));
        let has_text = sides.clone().any(|(document, element)| {
            let mixed = document.has_child_elements(element);
            !significant_text(&document.inner_text(element), mixed).is_empty()
        });
        let is_encrypted = sides
            .clone()
            .any(|(document, element)| document.child_named(element, "EncryptedData").is_some());
        if (has_elements && has_text) || is_encrypted {
            self.opaque_content(triple);
        } else if has_text {
            self.leaf_text(triple);
        } else {
            self.children(triple);
        }
        let presence = Atom {
            element: triple.incoming,
            slot: Slot::Presence,
        };
        self.outcomes.insert(
            presence,
            (Outcome::AlreadyEqual, Principle::SameOnBothSides.into()),
        );
    }

    fn children(&mut self, triple: Triple) {
        let base = self.base_side().zip(triple.base);
        let groups = match_children(
            &self.inputs.rules.identities,
            base,
            (self.incoming_side(), triple.incoming),
            (self.carrier_side(), triple.carrier),
        );
        let mut plan = Plan::default();
        let mut one_sided = Vec::new();
        for group in groups {
            if group.guessed && !self.upgrade() && self.both_changed(&group) {
                self.ambiguous(triple, &group);
                plan.stays.extend(
                    group
                        .matches
                        .iter()
                        .filter_map(|found| found.incoming.zip(found.carrier)),
                );
                continue;
            }
            for found in group.matches {
                match (found.incoming, found.carrier) {
                    (Some(incoming), Some(carrier)) => {
                        plan.stays.insert(incoming, carrier);
                        self.queue.push(Triple {
                            base: found.base,
                            incoming,
                            carrier,
                        });
                    }
                    _ => one_sided.push(found),
                }
                plan.matches.push(found);
            }
        }
        let mut conflicts = Vec::new();
        for found in one_sided {
            match (found.incoming, found.carrier) {
                (Some(incoming), None) => {
                    self.only_incoming(found.base, incoming, &mut plan, &mut conflicts);
                }
                (None, Some(carrier)) => self.only_carrier(found.base, carrier, &mut plan),
                _ => {}
            }
        }
        self.comments(triple, &mut plan);
        self.order(triple, &plan);
        if !conflicts.is_empty() {
            let anchors: HashMap<NodeId, Anchor> =
                self.anchors(triple, &plan).into_iter().collect();
            for (kind, base, incoming, by) in conflicts {
                let take_incoming = anchors
                    .get(&incoming)
                    .and_then(|anchor| self.insertion(triple, *anchor, &[incoming], &plan));
                self.missing_in_carrier(kind, base, incoming, triple, take_incoming, by);
            }
        }
        self.carry_out(triple, &plan);
    }

    /// Whether both sides changed this group, differently.
    fn both_changed(&self, group: &Group) -> bool {
        let digests = |pick: fn(&Match) -> Option<NodeId>, side: matching::Side<'_>| {
            let mut digests: Vec<u64> = group
                .matches
                .iter()
                .filter_map(pick)
                .map(|node| side.digests.meaning(node))
                .collect();
            digests.sort_unstable();
            digests
        };
        let incoming = digests(|found| found.incoming, self.incoming_side());
        let carrier = digests(|found| found.carrier, self.carrier_side());
        let base = self
            .base_side()
            .map(|side| digests(|found| found.base, side))
            .unwrap_or_default();
        incoming != carrier && incoming != base && carrier != base
    }

    fn ambiguous(&mut self, triple: Triple, group: &Group) {
        let first = |pick: fn(&Match) -> Option<NodeId>| group.matches.iter().find_map(pick);
        let incoming = first(|found| found.incoming);
        for node in group.matches.iter().filter_map(|found| found.incoming) {
            let by = Principle::ChangedByOneSide.into();
            self.record_subtree(node, Outcome::Conflict, &by);
        }
        let address = match incoming {
            Some(node) => self.incoming_address(node),
            None => self.incoming_address(triple.incoming),
        };
        self.whole_element_conflict(ConflictKind::Ambiguous, triple, address);
    }

    /// A conflict about an element with all it holds.
    pub(super) fn whole_element_conflict(
        &mut self,
        kind: ConflictKind,
        triple: Triple,
        address: crate::xml::address::Address,
    ) {
        let policy = self.policy_for_element(self.inputs.incoming, triple.incoming);
        match policy.map(|policy| &policy.action) {
            Some(Action::TakeNew) => return,
            Some(Action::TakeOld) => {
                let text = self.render_incoming(triple.incoming, self.indent_of(triple.carrier));
                let span = self.inputs.carrier.span(triple.carrier);
                self.replacements.push(Edit { span, text });
                return;
            }
            _ => {}
        }
        let base = self.inputs.base.zip(triple.base);
        let places = Places {
            base: base.map(|(document, element)| document.span(element)),
            incoming: Some(self.inputs.incoming.span(triple.incoming)),
            carrier: Some(self.inputs.carrier.span(triple.carrier)),
        };
        let carrier_span = self.inputs.carrier.span(triple.carrier);
        let rendered = self.render_incoming(triple.incoming, self.indent_of(triple.carrier));
        self.conflicts.push(Conflict {
            kind,
            address,
            values: Values {
                base: base.map(|(document, element)| self.describe(document, element)),
                incoming: Some(self.describe(self.inputs.incoming, triple.incoming)),
                carrier: Some(self.describe(self.inputs.carrier, triple.carrier)),
            },
            secret: self.holds_secret(self.inputs.incoming, triple.incoming),
            places,
            region: Region {
                carrier: carrier_span,
                incoming: places.incoming,
                base: places.base,
            },
            take_incoming: vec![Edit {
                span: carrier_span,
                text: rendered,
            }],
            by: None,
        });
    }

    /// The incoming side has it, the carrier does not.
    fn only_incoming(
        &mut self,
        base: Option<NodeId>,
        incoming: NodeId,
        plan: &mut Plan,
        conflicts: &mut Vec<(ConflictKind, Option<NodeId>, NodeId, Option<String>)>,
    ) {
        let document = self.inputs.incoming;
        if self.is_shadowed(incoming) {
            return self.drop_incoming(base, incoming, Principle::ShadowedDuplicate.into());
        }
        let policy = self.policy_for_element(document, incoming);
        if let Some(policy) = policy {
            let by = DecidedBy::Rule(policy.provenance.id.clone());
            match policy.action {
                Action::Drop | Action::TakeNew => {
                    return self.drop_incoming(base, incoming, by);
                }
                Action::Conflict => {
                    let id = Some(policy.provenance.id.clone());
                    conflicts.push((ConflictKind::ByRule, base, incoming, id));
                    return;
                }
                Action::TakeOld => return self.add_incoming(base, incoming, by, plan),
                _ => {}
            }
        }
        let Some(base_node) = base else {
            let guess = self.upgrade() && self.inputs.base.is_none();
            if guess && !self.within_entry(document, incoming) {
                conflicts.push((ConflictKind::UnknownOrigin, None, incoming, None));
                return;
            }
            return self.add_incoming(base, incoming, Principle::AddedByOneSide.into(), plan);
        };
        let unchanged = self.base_side().is_some_and(|side| {
            side.digests.meaning(base_node) == self.incoming_side().digests.meaning(incoming)
        });
        if unchanged {
            self.drop_incoming(base, incoming, Principle::GoneInNewVersion.into());
        } else if self.upgrade() && self.within_entry(document, incoming) {
            self.add_incoming(base, incoming, Principle::KeptThoughGone.into(), plan);
        } else {
            conflicts.push((ConflictKind::ChangedRemoved, base, incoming, None));
        }
    }

    /// The carrier has it, the incoming side does not.
    fn only_carrier(&mut self, base: Option<NodeId>, carrier: NodeId, plan: &mut Plan) {
        let document = self.inputs.carrier;
        let policy = self.policy_for_element(document, carrier);
        let by_rule = |action: fn(&Action) -> bool| {
            policy
                .filter(|policy| base.is_some() && action(&policy.action))
                .map(|policy| DecidedBy::Rule(policy.provenance.id.clone()))
        };
        let kept = by_rule(|action| matches!(action, Action::TakeNew | Action::TakeBase));
        let removed = by_rule(|action| matches!(action, Action::TakeOld));
        let unchanged = self.base_side().zip(base).is_some_and(|(side, node)| {
            side.digests.meaning(node) == self.carrier_side().digests.meaning(carrier)
        });
        let values = Values {
            base: self
                .inputs
                .base
                .zip(base)
                .map(|(document, node)| self.describe(document, node)),
            incoming: None,
            carrier: Some(self.describe(document, carrier)),
        };
        let places = Places {
            base: self
                .inputs
                .base
                .zip(base)
                .map(|(document, node)| document.span(node)),
            incoming: None,
            carrier: Some(document.span(carrier)),
        };
        let (by, result) = match (base, kept, removed) {
            (Some(_), Some(by), _) => (by, values.carrier.clone()),
            (Some(_), None, Some(by)) => {
                plan.remove.insert(carrier);
                (by, None)
            }
            (Some(_), None, None) if unchanged => {
                plan.remove.insert(carrier);
                (Principle::RemovedByOneSide.into(), None)
            }
            (Some(_), None, None) => {
                let removal = Edit {
                    span: removal_span(document.text(), document.span(carrier)),
                    text: String::new(),
                };
                self.conflicts.push(Conflict {
                    kind: ConflictKind::RemovedChanged,
                    address: self.carrier_address(carrier),
                    values,
                    secret: self.holds_secret(document, carrier),
                    places,
                    region: Region {
                        carrier: document.span(carrier),
                        incoming: None,
                        base: places.base,
                    },
                    take_incoming: vec![removal],
                    by: None,
                });
                return;
            }
            (None, ..) if self.upgrade() => {
                (Principle::BelongsToNewFile.into(), values.carrier.clone())
            }
            (None, ..) => return,
        };
        self.decisions.push(Decision {
            address: self.carrier_address(carrier),
            values,
            result,
            secret: self.holds_secret(document, carrier),
            places,
            outcome: None,
            by,
            assumed: false,
        });
    }

    fn add_incoming(
        &mut self,
        base: Option<NodeId>,
        incoming: NodeId,
        by: DecidedBy,
        plan: &mut Plan,
    ) {
        plan.insert.insert(incoming);
        let rewritten = self.record_subtree(incoming, Outcome::Carried, &by);
        let outcome = if rewritten {
            Outcome::Rewritten
        } else {
            Outcome::Carried
        };
        let result = Some(self.describe_result(incoming));
        self.incoming_decision(base, incoming, by, outcome, result);
    }

    fn drop_incoming(&mut self, base: Option<NodeId>, incoming: NodeId, by: DecidedBy) {
        self.record_subtree(incoming, Outcome::Dropped, &by);
        self.incoming_decision(base, incoming, by, Outcome::Dropped, None);
    }

    fn incoming_decision(
        &mut self,
        base: Option<NodeId>,
        incoming: NodeId,
        by: DecidedBy,
        outcome: Outcome,
        result: Option<Value>,
    ) {
        let document = self.inputs.incoming;
        let base = self.inputs.base.zip(base);
        self.decisions.push(Decision {
            address: self.incoming_address(incoming),
            values: Values {
                base: base.map(|(document, node)| self.describe(document, node)),
                incoming: Some(self.describe(document, incoming)),
                carrier: None,
            },
            result,
            secret: self.holds_secret(document, incoming),
            places: Places {
                base: base.map(|(document, node)| document.span(node)),
                incoming: Some(document.span(incoming)),
                carrier: None,
            },
            outcome: Some(outcome),
            by,
            assumed: false,
        });
    }

    /// A conflict about an element that the carrier lacks.
    fn missing_in_carrier(
        &mut self,
        kind: ConflictKind,
        base: Option<NodeId>,
        incoming: NodeId,
        parent: Triple,
        take_incoming: Option<Edit>,
        by: Option<String>,
    ) {
        let document = self.inputs.incoming;
        self.record_subtree(
            incoming,
            Outcome::Conflict,
            &Principle::ChangedByOneSide.into(),
        );
        let at = take_incoming.as_ref().map_or_else(
            || Span::at(self.inputs.carrier.span(parent.carrier).start),
            |edit| Span::at(edit.span.start),
        );
        let base = self.inputs.base.zip(base);
        let places = Places {
            base: base.map(|(document, node)| document.span(node)),
            incoming: Some(document.span(incoming)),
            carrier: None,
        };
        self.conflicts.push(Conflict {
            kind,
            address: self.incoming_address(incoming),
            values: Values {
                base: base.map(|(document, node)| self.describe(document, node)),
                incoming: Some(self.describe(document, incoming)),
                carrier: None,
            },
            secret: self.holds_secret(document, incoming),
            places,
            region: Region {
                carrier: at,
                incoming: places.incoming,
                base: places.base,
            },
            take_incoming: take_incoming.into_iter().collect(),
            by,
        });
    }

    /// Writes an outcome down for everything in an incoming subtree. Returns
    /// whether a carried value in it is rewritten.
    fn record_subtree(&mut self, node: NodeId, outcome: Outcome, by: &DecidedBy) -> bool {
        if !self.upgrade() {
            return false;
        }
        let document = self.inputs.incoming;
        let mut any_rewritten = false;
        for element in document
            .subtree(node)
            .filter(|node| document.is_element(*node))
        {
            for atom in atoms(&self.inputs.rules.identities, document, element) {
                let rewritten = outcome == Outcome::Carried && self.rewritten_atom(atom).is_some();
                any_rewritten |= rewritten;
                let outcome = if rewritten {
                    Outcome::Rewritten
                } else {
                    outcome
                };
                self.outcomes.insert(atom, (outcome, by.clone()));
            }
        }
        any_rewritten
    }

    /// The value of an incoming atom with its virtual directories renamed, if that changes it.
    fn rewritten_atom(&self, atom: Atom) -> Option<String> {
        let rewrite = self.inputs.rewrite?;
        let document = self.inputs.incoming;
        let (leaf, value) = match atom.slot {
            Slot::Attribute(at) => {
                let attribute = &document.attributes(atom.element)[at as usize];
                let name = document.slice(attribute.name).to_owned();
                (Leaf::Attribute(name), document.attribute_value(attribute))
            }
            Slot::Text => (Leaf::Text, document.inner_text(atom.element)),
            Slot::Presence => return None,
        };
        if self.is_secret(document, atom.element, &leaf) {
            return None;
        }
        rewrite(&value)
    }

    /// The texts of an incoming subtree that are written differently when it is carried.
    pub(super) fn rewritten_spans(&self, node: NodeId) -> HashMap<Span, String> {
        let document = self.inputs.incoming;
        let mut spans = HashMap::new();
        if self.inputs.rewrite.is_none() {
            return spans;
        }
        for element in document
            .subtree(node)
            .filter(|node| document.is_element(*node))
        {
            for (at, attribute) in document.attributes(element).iter().enumerate() {
                let slot = Slot::Attribute(at as u32);
                if let Some(value) = self.rewritten_atom(Atom { element, slot }) {
                    let quote = document.quote(attribute);
                    let raw = crate::xml::escape::escape_attribute(&value, quote);
                    spans.insert(attribute.value, raw);
                }
            }
            let slot = Slot::Text;
            let mut texts = document
                .children(element)
                .filter(|child| !document.is_element(*child))
                .filter(|child| !document.text_of(*child).is_empty());
            if document.has_child_elements(element) {
                continue;
            }
            if let (Some(value), Some(first)) =
                (self.rewritten_atom(Atom { element, slot }), texts.next())
            {
                spans.insert(
                    document.span(first),
                    crate::xml::escape::escape_text(&value),
                );
                for rest in texts {
                    spans.insert(document.span(rest), String::new());
                }
            }
        }
        spans
    }

    fn describe_result(&self, incoming: NodeId) -> Value {
        let rewritten = |text: String| match self.inputs.rewrite {
            Some(rewrite) => rewrite(&text).unwrap_or(text),
            None => text,
        };
        match self.describe(self.inputs.incoming, incoming) {
            Value::Text(text) if self.holds_secret(self.inputs.incoming, incoming) => {
                Value::Text(text)
            }
            Value::Text(text) => Value::Text(rewritten(text)),
            Value::Element(text) => Value::Element(rewritten(text)),
        }
    }

    /// The value of an entry; of another element what it is, or how much it holds.
    fn describe(&self, document: &Document, element: NodeId) -> Value {
        if self.is_entry(document, element) {
            for name in ["value", "connectionString"] {
                if let Some(value) = document.value(element, name) {
                    return Value::Text(value.into_owned());
                }
            }
            let value = document
                .child_named(element, "value")
                .filter(|value| !document.has_child_elements(*value));
            if let Some(value) = value {
                return Value::Text(document.inner_text(value).into_owned());
            }
        }
        let name = document.name(element);
        let below = document
            .subtree(element)
            .filter(|node| document.is_element(*node))
            .count()
            - 1;
        Value::Element(match below {
            0 if self.holds_secret(document, element) => format!("<{name} …>"),
            0 => {
                let attributes: String = document
                    .attributes(element)
                    .iter()
                    .map(|attribute| format!(" {}", document.slice(attribute.span())))
                    .collect();
                format!("<{name}{attributes}>")
            }
            1 => format!("<{name}> with 1 element"),
            _ => format!("<{name}> with {below} elements"),
        })
    }

    fn holds_secret(&self, document: &Document, node: NodeId) -> bool {
        document
            .subtree(node)
            .filter(|node| document.is_element(*node))
            .any(|element| {
                self.is_secret(document, element, &Leaf::Text)
                    || document.attributes(element).iter().any(|attribute| {
                        let name = document.slice(attribute.name).to_owned();
                        self.is_secret(document, element, &Leaf::Attribute(name))
                    })
            })
    }

    /// Whether a later sibling of the same identity is what .NET reads instead.
    fn is_shadowed(&self, incoming: NodeId) -> bool {
        if !self.upgrade() {
            return false;
        }
        let document = self.inputs.incoming;
        let table = &self.inputs.rules.identities;
        let Some(parent) = document.parent(incoming) else {
            return false;
        };
        self.shadowed
            .borrow_mut()
            .entry(parent)
            .or_insert_with(|| shadowed_children(table, document, parent))
            .contains(&incoming)
    }

    /// Removes and inserts what the plan says.
    pub(super) fn carry_out(&mut self, triple: Triple, plan: &Plan) {
        let carrier = self.inputs.carrier;
        let mut removals: Vec<NodeId> = plan.remove.iter().copied().collect();
        removals.sort_unstable();
        for node in removals {
            let edit = Edit {
                span: removal_span(carrier.text(), carrier.span(node)),
                text: String::new(),
            };
            self.edit(vec![edit], triple.carrier);
        }
        if !plan.insert.is_empty() {
            let edits = self.insertions(triple, &plan.insert, plan);
            self.edit(edits, triple.carrier);
        }
    }

    /// Content that is compared and moved as a whole: mixed text and elements, encrypted data.
    fn opaque_content(&mut self, triple: Triple) {
        let raw = |document: &Document, element: NodeId| {
            crate::xml::escape::line_ends_folded(document.slice(document.content(element)))
                .into_owned()
        };
        let incoming = raw(self.inputs.incoming, triple.incoming);
        let carrier = raw(self.inputs.carrier, triple.carrier);
        let base = self
            .inputs
            .base
            .zip(triple.base)
            .map(|(document, element)| raw(document, element));
        let (outcome, principle) = if incoming == carrier {
            (Outcome::AlreadyEqual, Principle::SameOnBothSides)
        } else if base.as_ref() == Some(&incoming) {
            (Outcome::Dropped, Principle::Unchanged)
        } else if base.as_ref() == Some(&carrier) {
            (Outcome::Carried, Principle::ChangedByOneSide)
        } else {
            (Outcome::Conflict, Principle::ChangedByOneSide)
        };
        self.record_content(triple.incoming, outcome, &principle.into());
        match outcome {
            Outcome::Carried => {
                let document = self.inputs.incoming;
                let raw = document.slice(document.content(triple.incoming));
                let line_end = self.carrier_layout().line_end;
                let content = crate::xml::layout::with_line_ends(raw, line_end).into_owned();
                let edits = if self.inputs.carrier.end_tag(triple.carrier).is_some() {
                    vec![Edit {
                        span: self.inputs.carrier.content(triple.carrier),
                        text: content,
                    }]
                } else {
                    self.content_into_empty(triple.carrier, content)
                };
                self.edit(edits, triple.carrier);
            }
            Outcome::Conflict => {
                let kind = if base.is_some() {
                    ConflictKind::BothChanged
                } else {
                    ConflictKind::BothAdded
                };
                let address = self.incoming_address(triple.incoming);
                self.whole_element_conflict(kind, triple, address);
            }
            _ => {}
        }
    }

    fn record_content(&mut self, element: NodeId, outcome: Outcome, by: &DecidedBy) {
        let document = self.inputs.incoming;
        let text = Atom {
            element,
            slot: Slot::Text,
        };
        self.outcomes.insert(text, (outcome, by.clone()));
        let children: Vec<NodeId> = document.child_elements(element).collect();
        for child in children {
            self.record_subtree(child, outcome, by);
        }
    }
}

/// The children that mean nothing, since a later one of the same identity counts instead.
fn shadowed_children(
    table: &IdentityTable,
    document: &Document,
    parent: NodeId,
) -> HashSet<NodeId> {
    let mut last: HashMap<String, NodeId> = HashMap::new();
    document
        .child_elements(parent)
        .filter_map(|child| match matching::key(table, document, child) {
            (key, true) => last.insert(key, child),
            (_, false) => None,
        })
        .collect()
}
