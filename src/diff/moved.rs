//! Elements that are the same below another parent: removed here and added there.

use std::collections::HashMap;

use super::change::{Change, Kind};
use crate::config::identity::identity;
use crate::matching::Side;
use crate::matching::digest::Digests;
use crate::pack::Rules;
use crate::xml::address::Leaf;

/// Joins a removal with the one addition that means the same.
pub(super) fn join(changes: &mut Vec<Change<'_>>, rules: &Rules) {
    let is_whole = |change: &Change<'_>| change.place().leaf == Leaf::Element;
    let removed: Vec<usize> = (0..changes.len())
        .filter(|at| matches!(changes[*at].kind, Kind::Removed) && is_whole(&changes[*at]))
        .filter(|at| tells(&changes[*at], rules))
        .collect();
    let added: Vec<usize> = (0..changes.len())
        .filter(|at| matches!(changes[*at].kind, Kind::Added) && is_whole(&changes[*at]))
        .collect();
    if removed.is_empty() || added.is_empty() {
        return;
    }
    let mut digests: HashMap<*const crate::xml::Document, Digests> = HashMap::new();
    for at in removed.iter().chain(&added) {
        let document = changes[*at].place().document;
        digests
            .entry(std::ptr::from_ref(document))
            .or_insert_with(|| Digests::of(document));
    }
    let side = |at: usize| {
        let place = changes[at].place();
        let digests = &digests[&std::ptr::from_ref(place.document)];
        let document = place.document;
        (Side { document, digests }, place.element)
    };
    let mut by_meaning: HashMap<u64, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for at in &removed {
        let (side, node) = side(*at);
        by_meaning
            .entry(side.digests.meaning(node))
            .or_default()
            .0
            .push(*at);
    }
    for at in &added {
        let (side, node) = side(*at);
        by_meaning
            .entry(side.digests.meaning(node))
            .or_default()
            .1
            .push(*at);
    }
    let pairs: Vec<(usize, usize)> = by_meaning
        .into_values()
        .filter_map(|(removed, added)| match (&removed[..], &added[..]) {
            ([gone], [come]) => Some((*gone, *come)),
            _ => None,
        })
        .filter(|(gone, come)| {
            let ((one, node), (other, its)) = (side(*gone), side(*come));
            one.means_the_same(node, other, its)
        })
        .collect();
    let mut taken = Vec::new();
    for (gone, come) in pairs {
        changes[gone].after = changes[come].after.take();
        changes[gone].kind = Kind::Moved;
        taken.push(come);
    }
    taken.sort_unstable();
    let mut at = 0;
    changes.retain(|_| {
        at += 1;
        taken.binary_search(&(at - 1)).is_err()
    });
}

/// Whether an element is more than its name: two empty ones of one name need not be the same.
fn tells(change: &Change<'_>, rules: &Rules) -> bool {
    let place = change.place();
    place.document.has_child_elements(place.element)
        || !identity(&rules.identities, place.document, place.element).is_empty()
}
