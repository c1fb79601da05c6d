//! Elements that are the same below another parent: removed here and added there.

use std::collections::HashMap;

use super::change::{Change, Kind};
use super::configuration::Configuration;
use crate::config::identity::identity;
use crate::matching::Side;
use crate::pack::Rules;
use crate::xml::NodeId;
use crate::xml::address::Leaf;

/// Joins a removal with the one addition that means the same.
pub(super) fn join(
    changes: &mut Vec<Change<'_>>,
    [before, after]: [&Configuration<'_>; 2],
    rules: &Rules,
) {
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
    let mut by_meaning: HashMap<u64, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for at in &removed {
        if let Some((side, node)) = side(before, &changes[*at]) {
            let alike = by_meaning.entry(side.digests.meaning(node)).or_default();
            alike.0.push(*at);
        }
    }
    for at in &added {
        if let Some((side, node)) = side(after, &changes[*at]) {
            let alike = by_meaning.entry(side.digests.meaning(node)).or_default();
            alike.1.push(*at);
        }
    }
    let pairs: Vec<(usize, usize)> = by_meaning
        .into_values()
        .filter_map(|(removed, added)| match (&removed[..], &added[..]) {
            ([gone], [come]) => Some((*gone, *come)),
            _ => None,
        })
        .filter(|(gone, come)| {
            match (side(before, &changes[*gone]), side(after, &changes[*come])) {
                (Some((one, node)), Some((other, its))) => one.means_the_same(node, other, its),
                _ => false,
            }
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

/// Where a change is, with the fingerprints of the file.
fn side<'c>(
    configuration: &'c Configuration<'_>,
    change: &Change<'_>,
) -> Option<(Side<'c>, NodeId)> {
    let place = change.place();
    Some((configuration.side_of(place.document)?, place.element))
}

/// Whether an element is more than its name: two empty ones of one name need not be the same.
fn tells(change: &Change<'_>, rules: &Rules) -> bool {
    let place = change.place();
    place.document.has_child_elements(place.element)
        || !identity(&rules.identities, place.document, place.element).is_empty()
}
