//! Elements that one side renamed and the other side edited.
//!
//! A name is an identity, so a renamed section looks removed and added. It is
//! taken for renamed only where nothing else is possible: it holds elements, it
//! is the same but for its name, and no other element of its parent went or
//! came that is. A side that changed more than the name leaves the conflict.

use super::digest::significant_text;
use super::engine::Engine;
use super::matching::{Group, Match, Side};
use super::outcome::Triple;
use crate::xml::{Document, Edit, NodeId, Span};

impl Engine<'_> {
    /// Joins what one side renamed with what it was, where the other side changed it.
    pub(super) fn join_renamed(&self, groups: &mut [Group]) {
        let Some(base) = self.base_side() else {
            return;
        };
        let (incoming, carrier) = (self.incoming_side(), self.carrier_side());
        join(
            groups,
            base,
            incoming,
            carrier,
            |found| &mut found.carrier,
            |found| (found.incoming, found.carrier),
        );
        join(
            groups,
            base,
            carrier,
            incoming,
            |found| &mut found.incoming,
            |found| (found.carrier, found.incoming),
        );
    }

    /// Gives an element of the carrier the name that the incoming side gave it.
    pub(super) fn rename(&mut self, triple: Triple) {
        let (incoming, carrier) = (self.inputs.incoming, self.inputs.carrier);
        let Some((base, element)) = self.inputs.base.zip(triple.base) else {
            return;
        };
        let name = incoming.name(triple.incoming);
        let before = base.name(element);
        if name == before || carrier.name(triple.carrier) != before {
            return;
        }
        let in_end_tag = carrier.end_tag(triple.carrier).map(|tag| {
            let start = tag.start as usize + "</".len();
            Span::new(start, start + before.len())
        });
        let edits = [Some(carrier.name_span(triple.carrier)), in_end_tag];
        let edits = edits.into_iter().flatten().map(|span| Edit {
            span,
            text: name.to_owned(),
        });
        self.edit(edits.collect(), triple.carrier);
    }
}

/// Finds elements of `base` that `edited` changed and `renamed` lacks, and puts what became of
/// them on that side into `slot`. `sides` gives a match's (edited, renamed).
fn join(
    groups: &mut [Group],
    base: Side<'_>,
    edited: Side<'_>,
    renamed: Side<'_>,
    slot: fn(&mut Match) -> &mut Option<NodeId>,
    sides: fn(&Match) -> (Option<NodeId>, Option<NodeId>),
) {
    let places = |wanted: &dyn Fn(&Match) -> bool| -> Vec<(usize, usize)> {
        let groups = groups.iter().enumerate();
        groups
            .flat_map(|(at, group)| {
                let matches = group.matches.iter().enumerate();
                matches.map(move |(inside, found)| (at, inside, found))
            })
            .filter(|(.., found)| wanted(found))
            .map(|(at, inside, _)| (at, inside))
            .collect()
    };
    let gone = places(&|found| match (found.base, sides(found)) {
        (Some(before), (Some(now), None)) => {
            base.document.has_child_elements(before)
                && base.digests.meaning(before) != edited.digests.meaning(now)
        }
        _ => false,
    });
    if gone.is_empty() {
        return;
    }
    let added = places(&|found| {
        matches!((found.base, sides(found)), (None, (None, Some(node)))
            if renamed.document.has_child_elements(node))
    });
    let mut joined: Vec<((usize, usize), (usize, usize))> = Vec::new();
    for from in &gone {
        for to in &added {
            let before = groups[from.0].matches[from.1].base;
            let after = sides(&groups[to.0].matches[to.1]).1;
            if before
                .zip(after)
                .is_some_and(|(before, after)| same_but_for_the_name(base, before, renamed, after))
            {
                joined.push((*from, *to));
            }
        }
    }
    let is_only = |pair: &((usize, usize), (usize, usize))| {
        let rivals = joined
            .iter()
            .filter(|other| other.0 == pair.0 || other.1 == pair.1);
        rivals.count() == 1
    };
    let sure: Vec<_> = joined
        .iter()
        .filter(|pair| is_only(pair))
        .copied()
        .collect();
    for (from, to) in sure {
        let found = std::mem::take(&mut groups[to.0].matches[to.1]);
        *slot(&mut groups[from.0].matches[from.1]) = sides(&found).1;
    }
}

/// Whether the attributes and the content of both elements mean the same.
fn same_but_for_the_name(left: Side<'_>, one: NodeId, right: Side<'_>, other: NodeId) -> bool {
    let attributes = |document: &Document, element: NodeId| {
        let mut all: Vec<(String, String)> = document
            .attributes(element)
            .iter()
            .map(|attribute| {
                let value = document.attribute_value(attribute).into_owned();
                (document.slice(attribute.name).to_owned(), value)
            })
            .collect();
        all.sort_unstable();
        all
    };
    let text = |document: &Document, element: NodeId| {
        significant_text(&document.inner_text(element), true).to_owned()
    };
    let elements = |side: Side<'_>, element: NodeId| -> Vec<u64> {
        let children = side.document.child_elements(element);
        children.map(|child| side.digests.meaning(child)).collect()
    };
    elements(left, one) == elements(right, other)
        && attributes(left.document, one) == attributes(right.document, other)
        && text(left.document, one) == text(right.document, other)
}
