//! One value at a time: attributes and text.

use std::borrow::Cow;

use super::account::{Atom, Slot};
use super::contest::{Base, Contest, Pick};
use super::digest::significant_text;
use super::engine::Engine;
use super::outcome::{Conflict, ConflictKind, DecidedBy, Decision, Places, Region, Triple, Value};
use crate::pack::rules::Action;
use crate::xml::address::Leaf;
use crate::xml::{Attribute, Document, NodeId};

impl Engine<'_> {
    /// Merges the attributes of one element.
    pub(super) fn attributes(&mut self, triple: Triple) {
        let (incoming, carrier) = (self.inputs.incoming, self.inputs.carrier);
        let base = self.inputs.base.zip(triple.base);
        let ours = incoming.attributes(triple.incoming);
        let only_carrier = carrier
            .attributes(triple.carrier)
            .iter()
            .map(|attribute| carrier.slice(attribute.name))
            .filter(|name| incoming.attribute(triple.incoming, name).is_none());
        let names: Vec<(&str, Option<u32>)> = ours
            .iter()
            .enumerate()
            .map(|(at, attribute)| (incoming.slice(attribute.name), Some(at as u32)))
            .chain(only_carrier.map(|name| (name, None)))
            .collect();
        for (name, at) in names {
            if self.upgrade() && name == "xmlns" {
                continue;
            }
            let place = |document: &Document, element: NodeId| {
                document.attribute(element, name).map(Attribute::span)
            };
            let value = |document: &Document, element: NodeId| {
                document.value(element, name).map(Cow::into_owned)
            };
            let contest = self.contest(
                triple,
                Leaf::Attribute(name.to_owned()),
                match base {
                    Some((document, element)) => Base::Is(value(document, element)),
                    None => Base::Unknown,
                },
                value(incoming, triple.incoming),
                value(carrier, triple.carrier),
                Places {
                    base: base.and_then(|(document, element)| place(document, element)),
                    incoming: place(incoming, triple.incoming),
                    carrier: place(carrier, triple.carrier),
                },
            );
            self.settle(contest, at.map(Slot::Attribute));
        }
    }

    /// Merges the text of an element without child elements.
    pub(super) fn leaf_text(&mut self, triple: Triple) {
        let text = |document: &Document, element: NodeId| {
            let text = document.inner_text(element).into_owned();
            let significant = significant_text(&text, false).to_owned();
            (!significant.is_empty()).then_some(significant)
        };
        let base = self.inputs.base.zip(triple.base);
        let (incoming, carrier) = (self.inputs.incoming, self.inputs.carrier);
        let contest = self.contest(
            triple,
            Leaf::Text,
            match base {
                Some((document, element)) => Base::Is(text(document, element)),
                None => Base::Unknown,
            },
            text(incoming, triple.incoming),
            text(carrier, triple.carrier),
            Places {
                base: base.map(|(document, element)| document.content(element)),
                incoming: Some(incoming.content(triple.incoming)),
                carrier: Some(carrier.content(triple.carrier)),
            },
        );
        let slot = contest.incoming.is_some().then_some(Slot::Text);
        self.settle(contest, slot);
    }

    fn contest(
        &self,
        triple: Triple,
        leaf: Leaf,
        base: Base,
        incoming: Option<String>,
        carrier: Option<String>,
        places: Places,
    ) -> Contest {
        let mut contest = Contest {
            triple,
            leaf,
            original: incoming.clone(),
            original_base: base.clone(),
            base,
            incoming,
            carrier,
            places,
        };
        if let Some(rewrite) = self.inputs.rewrite
            && !self.holds_secret_value(&contest)
        {
            contest.map_incoming(rewrite);
        }
        contest
    }

    fn holds_secret_value(&self, contest: &Contest) -> bool {
        let (triple, leaf) = (contest.triple, &contest.leaf);
        self.is_secret(self.inputs.incoming, triple.incoming, leaf)
            || self.is_secret(self.inputs.carrier, triple.carrier, leaf)
    }

    /// Decides, edits the carrier, and writes down what was decided.
    fn settle(&mut self, mut contest: Contest, slot: Option<Slot>) {
        let policy = (contest.incoming != contest.carrier || self.upgrade())
            .then(|| self.policy(contest.triple, &contest.leaf))
            .flatten();
        let mut rewritten_by = None;
        if let Some(policy) = policy
            && let Action::Rewrite {
                pattern,
                replacement,
            } = &policy.action
        {
            let before = contest.incoming.clone();
            contest.map_incoming(&|value| match pattern.replace_all(value, replacement) {
                Cow::Borrowed(_) => None,
                Cow::Owned(value) => Some(value),
            });
            rewritten_by = (contest.incoming != before).then_some(&policy.provenance.id);
        }
        let mut verdict = self.judge(&contest, policy);
        if let (Some(id), Pick::Incoming) = (rewritten_by, &verdict.pick) {
            verdict.by = DecidedBy::Rule(id.clone());
        }
        let outcome = contest.outcome(&verdict);
        if let Some(slot) = slot {
            let element = contest.triple.incoming;
            self.record(Atom { element, slot }, outcome, &verdict.by);
        }
        let result = match &verdict.pick {
            Pick::Carrier => contest.carrier.clone(),
            Pick::Incoming => contest.incoming.clone(),
            Pick::Text(text) => Some(text.clone()),
            Pick::Conflict(kind) => {
                let by = policy.map(|policy| policy.provenance.id.clone());
                self.value_conflict(&contest, *kind, by);
                return;
            }
        };
        if result != contest.carrier {
            let raw = matches!(verdict.pick, Pick::Incoming) && !contest.is_rewritten();
            let edits = self.value_edits(&contest, result.as_deref(), raw);
            self.edit(edits, contest.triple.carrier);
        }
        let concerns_incoming = slot.is_some() && contest.original != contest.carrier;
        let is_new = self.upgrade()
            && contest.incoming.is_none()
            && contest.base != Base::Is(contest.carrier.clone());
        if self.inputs.reports && (concerns_incoming || is_new || result != contest.carrier) {
            let address = self.contest_address(&contest);
            self.decisions.push(Decision {
                address,
                values: contest.values(),
                result: result.map(Value::Text),
                secret: self.holds_secret_value(&contest),
                places: contest.places,
                outcome: slot.map(|_| outcome),
                by: verdict.by,
                assumed: verdict.assumed,
            });
        }
    }

    fn contest_address(&self, contest: &Contest) -> crate::xml::address::Address {
        if contest.original.is_some() || contest.carrier.is_none() {
            self.incoming_address(contest.triple.incoming)
        } else {
            self.carrier_address(contest.triple.carrier)
        }
        .with_leaf(contest.leaf.clone())
    }

    fn value_conflict(&mut self, contest: &Contest, kind: ConflictKind, by: Option<String>) {
        let raw = !contest.is_rewritten();
        let take_incoming = self.value_edits(contest, contest.incoming.as_deref(), raw);
        let triple = contest.triple;
        let base = self.inputs.base.zip(triple.base);
        let (incoming, carrier) = (self.inputs.incoming, self.inputs.carrier);
        // One side's start tag does not stand for another side's whole element.
        let start_tags_alone = incoming.has_child_elements(triple.incoming)
            && carrier.has_child_elements(triple.carrier);
        let region = |document: &Document, element: NodeId| {
            if start_tags_alone {
                document.start_tag(element)
            } else {
                document.span(element)
            }
        };
        self.conflicts.push(Conflict {
            kind,
            address: self.contest_address(contest),
            values: contest.values(),
            secret: self.holds_secret_value(contest),
            places: contest.places,
            region: Region {
                carrier: region(self.inputs.carrier, triple.carrier),
                incoming: Some(region(self.inputs.incoming, triple.incoming)),
                base: base.map(|(document, element)| region(document, element)),
            },
            take_incoming,
            by,
        });
    }
}
