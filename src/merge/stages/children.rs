//! Child elements: which are the same, which one side added or removed.

use rustc_hash::FxHashMap;

use crate::matching::digest::has_significant_text;
use crate::matching::keys::Keys;
use crate::matching::match_children;
use crate::matching::sides::Sides;
use crate::merge::account::{Atom, Slot};
use crate::merge::compare::Comparison;
use crate::merge::outcome::{
    Conflict, ConflictKind, DecidedBy, Decision, Ending, Outcome, Places, Principle, Values,
};
use crate::merge::stages::one_sided::Added;
use crate::merge::stages::order::Undecided;
use crate::merge::stages::plan::{Anchor, Plan};
use crate::merge::steps::Steps;
use crate::pack::rules::{Action, Policy};
use crate::xml::layout::removal_span;
use crate::xml::{Document, Edit, NodeId, NodeKind, chars};

/// How much of an element is decided as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::merge) enum Whole {
    /// Its attributes, too.
    Element,
    /// What it holds; its attributes were decided before.
    Content,
}

impl Comparison<'_> {
    /// Merges what stands between the tags of one element.
    pub(in crate::merge) fn content(&self, triple: Sides<NodeId>, steps: &mut Steps) {
        let sides = [
            self.inputs.base.zip(triple.base),
            Some((self.inputs.incoming, triple.incoming)),
            Some((self.inputs.carrier, triple.carrier)),
        ];
        let sides = sides.into_iter().flatten();
        let has_elements = sides
            .clone()
            .any(|(document, element)| document.has_child_elements(element));
        let has_text = sides
            .clone()
            .any(|(document, element)| has_significant_text(document, element));
        // Where a comment stands in a text is decided only together with the text.
        let is_mixed = has_text
            && (has_elements || self.remarks_differ(triple))
            && !self.same_stray_text(triple);
        // What is decided about it below counts instead.
        let presence = Atom {
            element: triple.incoming,
            slot: Slot::Presence,
        };
        let by = Principle::SameOnBothSides.into();
        self.record(presence, Ending::Decided(Outcome::AlreadyEqual, by), steps);
        if is_mixed {
            self.opaque_content(triple, steps);
        } else if has_text && !has_elements {
            self.leaf_text(triple, steps);
        } else {
            if has_text {
                // Stray text that is the same everywhere.
                let text = Atom {
                    element: triple.incoming,
                    slot: Slot::Text,
                };
                let by = Principle::SameOnBothSides.into();
                self.record(text, Ending::Decided(Outcome::AlreadyEqual, by), steps);
            }
            self.children(triple, steps);
        }
    }

    /// Whether all sides have the same text between elements, each behind an element that is the same:
    /// then it stays where it is, and only the elements are merged.
    fn same_stray_text(&self, triple: Sides<NodeId>) -> bool {
        let sides = self.documents().zip(triple);
        let stray = |(document, element): (&Document, NodeId)| {
            let mut keys = Keys::new(&self.inputs.rules.identities, document);
            let mut behind = None;
            let mut found: Vec<(Option<String>, String)> = Vec::new();
            for child in document.children(element) {
                match document.kind(child) {
                    NodeKind::Element => behind = Some(keys.key(child).text.to_owned()),
                    NodeKind::Text | NodeKind::CData => {
                        let text = document.text_of(child);
                        if !chars::is_blank(&text) {
                            found.push((behind.clone(), chars::trim(&text).to_owned()));
                        }
                    }
                    _ => {}
                }
            }
            found
        };
        let has_elements = sides
            .iter()
            .all(|(document, element)| document.has_child_elements(*element));
        if !has_elements || sides.base.is_none() {
            return false;
        }
        let texts = sides.map(stray);
        texts.incoming == texts.carrier && texts.base.as_ref() == Some(&texts.carrier)
    }

    pub(in crate::merge) fn children(&self, triple: Sides<NodeId>, steps: &mut Steps) {
        let mut groups = match_children(
            &self.inputs.rules.identities,
            self.sides().zip(triple),
            self.upgrade(),
        );
        if self.inputs.joins_renamed {
            steps.joined_renamed |= self.join_renamed(&mut groups);
        }
        let mut plan = Plan::default();
        let mut gaps = Vec::new();
        for group in groups {
            gaps.extend(group.gaps);
            plan.shadowed.extend(group.shadowed);
            plan.stays.extend(
                group
                    .matches
                    .iter()
                    .filter_map(|found| found.incoming.zip(found.carrier)),
            );
            plan.matches.extend(group.matches);
        }
        self.join_replaced(&mut plan);
        let undecided = self.order_conflict(triple, &plan);
        let by_rule = || {
            let policy = self.policy_for_element(self.inputs.incoming, triple.incoming);
            policy.is_some_and(|policy| {
                let action = &policy.action;
                matches!(action, Action::TakeNew | Action::Drop | Action::TakeOld)
            })
        };
        if undecided == Some(Undecided::All) || undecided.is_some() && by_rule() {
            return self.whole_element(ConflictKind::Order, triple, Whole::Content, steps);
        }
        // Where the whole order is in doubt, what was added goes with what it was put behind.
        let meetings = match undecided {
            Some(_) => Vec::new(),
            None => self.meeting_additions(triple, &mut plan),
        };
        let mut conflicts = Vec::new();
        for found in plan.matches.clone() {
            match (found.incoming, found.carrier) {
                (Some(incoming), Some(carrier)) => steps.descend.push(Sides {
                    base: found.base,
                    incoming,
                    carrier,
                }),
                (Some(incoming), None) => {
                    let found = Added {
                        base: found.base,
                        incoming,
                        parent: triple,
                    };
                    conflicts.extend(self.only_incoming(found, &mut plan, steps));
                }
                (None, Some(carrier)) => {
                    self.only_carrier(found.base, carrier, &mut plan, steps);
                }
                (None, None) => {}
            }
        }
        self.comments(triple, &mut plan);
        match undecided {
            Some(_) => plan.contested = self.contested_order(triple, &plan),
            None => plan.reorder = self.take_order(triple, &plan),
        }
        if !conflicts.is_empty() || !gaps.is_empty() || !meetings.is_empty() {
            let anchors: FxHashMap<NodeId, Anchor> =
                self.anchors(triple, &plan).into_iter().collect();
            for undecided in conflicts {
                let incoming = undecided.element.incoming;
                let take_incoming = anchors
                    .get(&incoming)
                    .and_then(|anchor| self.insertion(triple, *anchor, &[incoming], &plan));
                self.missing_in_carrier(undecided, take_incoming, steps);
            }
            let gaps = gaps.iter().map(|gap| (ConflictKind::Ambiguous, gap));
            let meetings = meetings.iter().map(|gap| (ConflictKind::BothInserted, gap));
            for (kind, gap) in gaps.chain(meetings) {
                let anchor = gap.incoming.first().and_then(|node| anchors.get(node));
                self.gap(kind, gap, triple, anchor.copied(), &plan, steps);
            }
        }
        self.carry_out(triple, plan, steps);
    }

    /// An element whose content cannot be merged piece by piece: a rule takes
    /// one side's as a whole, or it is a conflict with all it holds.
    pub(in crate::merge) fn whole_element(
        &self,
        kind: ConflictKind,
        triple: Sides<NodeId>,
        whole: Whole,
        steps: &mut Steps,
    ) {
        let policy = self.policy_for_element(self.inputs.incoming, triple.incoming);
        let by_rule = |policy: &Policy| DecidedBy::Rule(policy.provenance.id.clone());
        match policy {
            Some(policy) if matches!(policy.action, Action::TakeNew | Action::Drop) => {
                let by = by_rule(policy);
                let ending = Ending::Decided(Outcome::Dropped, by.clone());
                self.record_whole(triple, whole, &ending, steps);
                self.whole_decision(triple, Outcome::Dropped, by, steps);
            }
            Some(policy) if matches!(policy.action, Action::TakeOld) => {
                let by = by_rule(policy);
                let ending = Ending::Decided(Outcome::Carried, by.clone());
                self.record_whole(triple, whole, &ending, steps);
                let text = self.render_instead(triple);
                let span = self.inputs.carrier.span(triple.carrier);
                steps.replacements.push(Edit { span, text });
                steps.growth += self.inputs.incoming.elements_in(triple.incoming) as isize
                    - self.inputs.carrier.elements_in(triple.carrier) as isize;
                self.whole_decision(triple, Outcome::Carried, by, steps);
            }
            _ => {
                self.record_whole(triple, whole, &Ending::Conflict, steps);
                steps
                    .conflicts
                    .push(self.whole_element_conflict(kind, triple));
            }
        }
    }

    fn record_whole(
        &self,
        triple: Sides<NodeId>,
        whole: Whole,
        ending: &Ending,
        steps: &mut Steps,
    ) {
        match whole {
            Whole::Element => self.record_subtree(triple.incoming, ending, steps),
            Whole::Content => self.record_content(triple.incoming, ending, steps),
        }
    }

    pub(in crate::merge) fn whole_decision(
        &self,
        triple: Sides<NodeId>,
        outcome: Outcome,
        by: DecidedBy,
        steps: &mut Steps,
    ) {
        if !self.inputs.reports {
            return;
        }
        let values = self.whole_values(triple);
        steps.decisions.push(Decision {
            address: self.incoming_address(triple.incoming),
            result: match outcome {
                Outcome::Carried => values.incoming.clone(),
                _ => values.carrier.clone(),
            },
            values,
            secret: self.holds_secret(self.inputs.incoming, triple.incoming),
            places: self.whole_places(triple),
            outcome: Some(outcome),
            by,
            assumed: false,
        });
    }

    fn whole_places(&self, triple: Sides<NodeId>) -> Places {
        let whole = |(document, element): (&Document, NodeId)| document.span(element);
        self.documents().zip(triple).map(whole).into()
    }

    fn whole_values(&self, triple: Sides<NodeId>) -> Values {
        let describe = |(document, element)| self.describe(document, element);
        self.documents().zip(triple).map(describe).into()
    }

    /// A conflict about an element with all it holds.
    pub(in crate::merge) fn whole_element_conflict(
        &self,
        kind: ConflictKind,
        triple: Sides<NodeId>,
    ) -> Conflict {
        let places = self.whole_places(triple);
        let region = self.inputs.carrier.span(triple.carrier);
        let rendered = self.render_instead(triple);
        Conflict {
            kind,
            address: self.incoming_address(triple.incoming),
            values: self.whole_values(triple),
            secret: self.holds_secret(self.inputs.incoming, triple.incoming),
            places,
            region,
            base_region: places.base,
            take_incoming: vec![Edit {
                span: region,
                text: rendered,
            }],
            by: None,
        }
    }

    /// Removes and inserts what the plan says, and changes the order.
    pub(in crate::merge) fn carry_out(
        &self,
        triple: Sides<NodeId>,
        mut plan: Plan,
        steps: &mut Steps,
    ) {
        let carrier = self.inputs.carrier;
        let mut removals: Vec<NodeId> = plan.remove.iter().copied().collect();
        removals.sort_unstable();
        for node in removals {
            steps.growth -= carrier.elements_in(node) as isize;
            let edit = Edit {
                span: removal_span(carrier.text(), carrier.span(node)),
                text: String::new(),
            };
            steps.edit(triple.carrier, vec![edit]);
        }
        for node in &plan.insert {
            steps.growth += self.elements_carried(*node) as isize;
        }
        if !plan.insert.is_empty() {
            let insertions = self.insertions(triple, &plan.insert, &plan);
            if let Some(mut contested) = plan.contested.take() {
                plan.follows_incoming = true;
                let otherwise = self.insertions(triple, &plan.insert, &plan);
                contested.leave_insertions(&insertions, otherwise);
                plan.contested = Some(contested);
            }
            for (anchor, edit) in insertions {
                let before_all = (plan.reorder.as_mut())
                    .and_then(|reorder| Some((reorder.before_all(anchor, edit.span)?, reorder)));
                match before_all {
                    Some((span, reorder)) => reorder.first.push(Edit { span, ..edit }),
                    None => steps.edit(triple.carrier, vec![edit]),
                }
            }
        }
        steps.reorders.extend(plan.reorder);
        steps.reorders.extend(plan.contested);
    }
}
