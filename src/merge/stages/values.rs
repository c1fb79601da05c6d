//! One value at a time: attributes and text.

use std::borrow::Cow;

use crate::matching::digest::significant_text;
use crate::matching::sides::Sides;
use crate::merge::account::{Atom, Slot};
use crate::merge::compare::Comparison;
use crate::merge::compare::prefixes::counterpart;
use crate::merge::decide::contest::{Base, Contest, Pick, Verdict};
use crate::merge::outcome::{Conflict, ConflictKind, DecidedBy, Decision, Ending, Places, Value};
use crate::merge::steps::Steps;
use crate::pack::rules::Action;
use crate::pack::rules::PolicyId;
use crate::xml::address::Leaf;
use crate::xml::{Attribute, Document, NodeId};

/// Elements with attributes of which .NET takes one.
const CHOICES: [(&str, &[&str]); 1] = [("location", &["allowOverride", "overrideMode"])];

fn is_of(choice: &[&str], contest: &Contest) -> bool {
    matches!(&contest.leaf, Leaf::Attribute(name) if choice.contains(&name.as_str()))
}

impl Comparison<'_> {
    /// Merges the attributes of one element.
    pub(in crate::merge) fn attributes(&self, triple: Sides<NodeId>, steps: &mut Steps) {
        let (incoming, carrier) = (self.inputs.incoming, self.inputs.carrier);
        let base = self.inputs.base.zip(triple.base);
        let ours = incoming.attributes(triple.incoming);
        let only_carrier = carrier
            .attributes(triple.carrier)
            .iter()
            .map(|attribute| carrier.slice(attribute.name))
            .filter(|name| {
                let ours = (carrier, triple.carrier);
                counterpart(ours, name, (incoming, triple.incoming)).is_none()
            });
        let names: Vec<(&str, Option<u32>)> = ours
            .iter()
            .enumerate()
            .map(|(at, attribute)| (incoming.slice(attribute.name), Some(at as u32)))
            .chain(only_carrier.map(|name| (name, None)))
            .collect();
        let mut contests = Vec::with_capacity(names.len());
        for (name, at) in names {
            if self.upgrade() && name == "xmlns" {
                continue;
            }
            let origin = match at {
                Some(_) => (incoming, triple.incoming),
                None => (carrier, triple.carrier),
            };
            let place = |document: &Document, element: NodeId| {
                counterpart(origin, name, (document, element)).map(Attribute::span)
            };
            let value = |document: &Document, element: NodeId| {
                counterpart(origin, name, (document, element))
                    .map(|found| document.attribute_value(found).into_owned())
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
            contests.push((contest, at.map(Slot::Attribute)));
        }
        let undecided = self.undecided_choice(triple, &contests);
        for (contest, slot) in contests {
            match undecided {
                Some((kind, choice)) if is_of(choice, &contest) => {
                    if contest.incoming != contest.carrier {
                        self.leave(&contest, slot, kind, None, steps);
                    }
                }
                _ => self.settle(contest, slot, steps),
            }
        }
    }

    /// Attributes of which an element takes one, where both sides chose, and not the same: together
    /// they are one value, of which no half of a conflict has a part from the other side.
    fn undecided_choice(
        &self,
        triple: Sides<NodeId>,
        contests: &[(Contest, Option<Slot>)],
    ) -> Option<(ConflictKind, &'static [&'static str])> {
        let name = self.inputs.carrier.local_name(triple.carrier);
        let (_, choice) = CHOICES.iter().find(|(element, _)| *element == name)?;
        let of_choice = || {
            let contests = contests.iter().map(|(contest, _)| contest);
            contests.filter(|contest| is_of(choice, contest))
        };
        let is_by_rule = |contest: &Contest| self.policy(contest.triple, &contest.leaf).is_some();
        let keeps = |contest: &Contest, side: &Option<String>| match &contest.base {
            Base::Is(base) => base == side,
            Base::Unknown => false,
        };
        let is_plain = of_choice().count() < 2
            || of_choice().any(is_by_rule)
            || of_choice().all(|contest| contest.incoming == contest.carrier)
            || of_choice().all(|contest| keeps(contest, &contest.incoming))
            || of_choice().all(|contest| keeps(contest, &contest.carrier));
        if is_plain {
            return None;
        }
        let is_new = |contest: &Contest| matches!(contest.base, Base::Is(None));
        let kind = if of_choice().all(is_new) {
            ConflictKind::BothAdded
        } else if of_choice().any(|contest| contest.base == Base::Unknown) {
            match self.upgrade() {
                true => ConflictKind::UnknownOrigin,
                false => ConflictKind::BothAdded,
            }
        } else {
            ConflictKind::BothChanged
        };
        Some((kind, choice))
    }

    /// Merges the text of an element without child elements.
    pub(in crate::merge) fn leaf_text(&self, triple: Sides<NodeId>, steps: &mut Steps) {
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
        let slot = match contest.incoming {
            Some(_) => Slot::Text,
            // An emptied value is one, too.
            None => Slot::Presence,
        };
        self.settle(contest, Some(slot), steps);
    }

    fn contest(
        &self,
        triple: Sides<NodeId>,
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
    fn settle(&self, mut contest: Contest, slot: Option<Slot>, steps: &mut Steps) {
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
        let element = contest.triple.incoming;
        let ruling = match self.judge(&contest, policy) {
            Verdict::Decided(ruling) => ruling,
            Verdict::Conflict(kind) => {
                let by = policy.map(|policy| policy.provenance.id.clone());
                return self.leave(&contest, slot, kind, by, steps);
            }
        };
        let by = match (rewritten_by, &ruling.pick) {
            (Some(id), Pick::Incoming) => DecidedBy::Rule(id.clone()),
            _ => ruling.by,
        };
        let outcome = contest.outcome(&ruling.pick);
        if let Some(slot) = slot {
            let ending = Ending::Decided(outcome, by.clone());
            self.record(Atom { element, slot }, ending, steps);
        }
        let result = match &ruling.pick {
            Pick::Carrier => contest.carrier.clone(),
            Pick::Incoming => contest.incoming.clone(),
            Pick::Text(text) => Some(text.clone()),
        };
        if result != contest.carrier {
            let raw = matches!(ruling.pick, Pick::Incoming) && !contest.is_rewritten();
            let edits = self.value_edits(&contest, result.as_deref(), raw);
            steps.edit(contest.triple.carrier, edits);
        }
        let concerns_incoming = slot.is_some() && contest.original != contest.carrier;
        let is_new = self.upgrade()
            && contest.incoming.is_none()
            && contest.base != Base::Is(contest.carrier.clone());
        if self.inputs.reports && (concerns_incoming || is_new || result != contest.carrier) {
            let address = self.contest_address(&contest);
            steps.decisions.push(Decision {
                address,
                values: contest.values(),
                result: result.map(Value::Text),
                secret: self.holds_secret_value(&contest),
                places: contest.places,
                outcome: slot.map(|_| outcome),
                by,
                assumed: ruling.assumed,
            });
        }
    }

    /// Leaves the value to people.
    fn leave(
        &self,
        contest: &Contest,
        slot: Option<Slot>,
        kind: ConflictKind,
        by: Option<PolicyId>,
        steps: &mut Steps,
    ) {
        if let Some(slot) = slot {
            let element = contest.triple.incoming;
            self.record(Atom { element, slot }, Ending::Conflict, steps);
        }
        steps.conflicts.push(self.value_conflict(contest, kind, by));
    }

    fn contest_address(&self, contest: &Contest) -> crate::xml::address::Address {
        if contest.original.is_some() || contest.carrier.is_none() {
            self.incoming_address(contest.triple.incoming)
        } else {
            self.carrier_address(contest.triple.carrier)
        }
        .with_leaf(contest.leaf.clone())
    }

    fn value_conflict(
        &self,
        contest: &Contest,
        kind: ConflictKind,
        by: Option<PolicyId>,
    ) -> Conflict {
        let raw = !contest.is_rewritten();
        let take_incoming = self.value_edits(contest, contest.incoming.as_deref(), raw);
        let sides = self.documents().zip(contest.triple);
        let (incoming, carrier) = (sides.incoming, sides.carrier);
        // One side's start tag does not stand for another side's whole element.
        let start_tags_alone =
            incoming.0.has_child_elements(incoming.1) && carrier.0.has_child_elements(carrier.1);
        let region = |(document, element): (&Document, NodeId)| {
            if start_tags_alone {
                document.start_tag(element)
            } else {
                document.span(element)
            }
        };
        Conflict {
            kind,
            address: self.contest_address(contest),
            values: contest.values(),
            secret: self.holds_secret_value(contest),
            places: contest.places,
            region: region(carrier),
            base_region: sides.base.map(region),
            take_incoming,
            by,
        }
    }
}
