//! Elements that one side renamed and the other side edited.
//!
//! A name is an identity, so a renamed section looks removed and added. It is
//! taken for renamed only where nothing else is possible: it holds elements, it
//! is the same but for its name, no other element of its parent went or came
//! that is, and what it holds is identified as before. A side that changed more
//! than the name leaves the conflict. Even so it is a guess, which
//! [`super::branches`] asks the lines to bear out.

use std::collections::HashMap;

use crate::config::identity::IdentityTable;
use crate::matching::digest::significant_text;
use crate::matching::sides::Sides;
use crate::matching::{Group, Match, Side};
use crate::merge::compare::Comparison;
use crate::merge::steps::Steps;
use crate::xml::{Edit, NodeId, Span};

impl Comparison<'_> {
    /// Joins what one side renamed with what it was, where the other side changed it.
    /// Whether there was any.
    pub(in crate::merge) fn join_renamed(&self, groups: &mut [Group]) -> bool {
        let Some(base) = self.base_side() else {
            return false;
        };
        let (incoming, carrier) = (self.incoming_side(), self.carrier_side());
        let table = &self.inputs.rules.identities;
        let one = join(
            table,
            groups,
            base,
            incoming,
            carrier,
            |found| &mut found.carrier,
            |found| (found.incoming, found.carrier),
        );
        let other = join(
            table,
            groups,
            base,
            carrier,
            incoming,
            |found| &mut found.incoming,
            |found| (found.carrier, found.incoming),
        );
        one || other
    }

    /// Whether both branches gave the element names of their own: with another prefix it can
    /// be another element.
    pub(in crate::merge) fn is_named_otherwise_by_both(&self, triple: Sides<NodeId>) -> bool {
        let incoming = self.inputs.incoming.name(triple.incoming);
        let carrier = self.inputs.carrier.name(triple.carrier);
        let base = self.inputs.base.zip(triple.base);
        let before = base.map(|(document, element)| document.name(element));
        !self.upgrade()
            && incoming != carrier
            && before.is_none_or(|before| incoming != before && carrier != before)
    }

    /// The name that the incoming side alone gave to an element.
    fn new_name(&self, triple: Sides<NodeId>) -> Option<&str> {
        let names = self
            .documents()
            .zip(triple)
            .map(|(document, element)| document.name(element));
        let before = names.base?;
        (names.incoming != before && names.carrier == before).then_some(names.incoming)
    }

    /// The name of an element in the result.
    pub(in crate::merge) fn name_in_result(&self, triple: Sides<NodeId>) -> &str {
        let name = self.new_name(triple);
        name.unwrap_or_else(|| self.inputs.carrier.name(triple.carrier))
    }

    /// Gives an element of the carrier the name that the incoming side gave it.
    pub(in crate::merge) fn rename(&self, triple: Sides<NodeId>, steps: &mut Steps) {
        let carrier = self.inputs.carrier;
        let Some(name) = self.new_name(triple) else {
            return;
        };
        let in_end_tag = carrier.end_tag(triple.carrier).map(|tag| {
            let start = tag.start as usize + "</".len();
            Span::new(start, start + carrier.name(triple.carrier).len())
        });
        let edits = [Some(carrier.name_span(triple.carrier)), in_end_tag];
        let edits = edits.into_iter().flatten().map(|span| Edit {
            span,
            text: name.to_owned(),
        });
        steps.edit(triple.carrier, edits.collect());
    }
}

/// Finds elements of `base` that `edited` changed and `renamed` lacks, and puts what became of
/// them on that side into `slot`. `sides` gives a match's (edited, renamed). Whether there were any.
fn join(
    table: &IdentityTable,
    groups: &mut [Group],
    base: Side<'_>,
    edited: Side<'_>,
    renamed: Side<'_>,
    slot: fn(&mut Match) -> &mut Option<NodeId>,
    sides: fn(&Match) -> (Option<NodeId>, Option<NodeId>),
) -> bool {
    // Comments count: they would go with what seems removed.
    let is_edited = |found: &Match| {
        let both = found.base.zip(sides(found).0);
        both.is_some_and(|(before, now)| !base.same_but_for_layout(before, edited, now))
    };
    let is_lost = |found: &Match| found.base.is_some() && sides(found).1.is_none();
    let mut matches = groups.iter().flat_map(|group| &group.matches);
    if !matches.any(|found| is_lost(found) && is_edited(found)) {
        return false;
    }
    let mut any = false;
    let mut alike: HashMap<Content, Alike> = HashMap::new();
    for (at, group) in groups.iter().enumerate() {
        for (inside, found) in group.matches.iter().enumerate() {
            let (side, element, is_added) = match (found.base, sides(found).1) {
                (Some(before), None) => (base, before, false),
                (None, Some(after)) => (renamed, after, true),
                _ => continue,
            };
            if side.document.has_child_elements(element) {
                let alike = alike.entry(Content::of(side, element)).or_default();
                let places = if is_added {
                    &mut alike.added
                } else {
                    &mut alike.lost
                };
                places.push((at, inside));
            }
        }
    }
    for alike in alike.into_values() {
        let ([from], [to]) = (&alike.lost[..], &alike.added[..]) else {
            continue;
        };
        let (lost, added) = (groups[from.0].matches[from.1], groups[to.0].matches[to.1]);
        let (Some(before), (None, Some(after))) = (lost.base, sides(&added)) else {
            continue;
        };
        if is_edited(&lost) && same_identities(table, (base, before), (renamed, after)) {
            *slot(&mut groups[from.0].matches[from.1]) = Some(after);
            groups[to.0].matches[to.1] = Match::NONE;
            any = true;
        }
    }
    any
}

/// Places of matches, by group and within it, that are the same but for their names.
#[derive(Default)]
struct Alike {
    lost: Vec<(usize, usize)>,
    added: Vec<(usize, usize)>,
}

/// What an element is but for its name.
#[derive(PartialEq, Eq, Hash)]
struct Content {
    attributes: Vec<(String, String)>,
    elements: Vec<u64>,
    text: String,
}

impl Content {
    fn of(side: Side<'_>, element: NodeId) -> Self {
        let document = side.document;
        let mut attributes: Vec<(String, String)> = document
            .attributes(element)
            .iter()
            .map(|attribute| {
                let value = document.attribute_value(attribute).into_owned();
                (document.slice(attribute.name).to_owned(), value)
            })
            .collect();
        attributes.sort_unstable();
        Self {
            attributes,
            elements: document
                .child_elements(element)
                .map(|child| side.digests.meaning(child))
                .collect(),
            text: significant_text(&document.inner_text(element), true).to_owned(),
        }
    }
}

/// Whether the same rules of identity and order hold in both elements, which hold the same. With
/// others, what one side removed would look like something that the other side added.
fn same_identities(
    table: &IdentityTable,
    left: (Side<'_>, NodeId),
    right: (Side<'_>, NodeId),
) -> bool {
    let rules = |(side, element): (Side<'_>, NodeId)| -> Vec<_> {
        let document = side.document;
        let elements = document
            .subtree(element)
            .filter(|node| document.is_element(*node));
        let rule = |node| {
            let rule = table.rule_for(document, node).filter(|_| node != element);
            (
                rule.map(std::ptr::from_ref),
                table.is_ordered(document, node),
            )
        };
        elements.map(rule).collect()
    };
    rules(left) == rules(right)
}
