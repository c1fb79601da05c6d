//! The result as a whole: what is wrong with it that was wrong with no input, and what the next attempt
//! has to heed because of it.
//!
//! A merge decides piece by piece; a configuration means something as a whole. So the result is read
//! like any other file, by the rules of [`crate::config::structure`]. What an input had wrong is not
//! the merge's doing.

use std::collections::HashSet;

use crate::config::references::Within;
use crate::config::structure::sections::{declared_path, is_configuration};
use crate::config::structure::{Fault, FaultKind, dangling, faults, faults_near};
use crate::matching::keys::Keys;
use crate::merge::Inputs;
use crate::merge::compare::directives::Directives;
use crate::merge::outcome::{Conflict, ConflictKind};
use crate::xml::{Document, Edits, NodeId};

/// The faults of `result` that no input has.
pub(in crate::merge) fn new_faults(inputs: &Inputs<'_>, result: &Document) -> Vec<Fault> {
    without_known(inputs, faults(result, inputs.rules.meaning()))
}

/// As [`new_faults`], where `result` came of editing an input: what `edits` do not touch is as it was.
pub(in crate::merge) fn new_faults_of_edits(
    inputs: &Inputs<'_>,
    result: &Document,
    edits: &Edits,
) -> Vec<Fault> {
    let places = edits.places();
    let is_touched = |element| result.span(element).touches_any(&places);
    without_known(
        inputs,
        faults_near(result, inputs.rules.meaning(), is_touched),
    )
}

/// Those of `found` that no input has.
fn without_known(inputs: &Inputs<'_>, mut found: Vec<Fault>) -> Vec<Fault> {
    // Most faults of a result are the carrier's.
    for input in [Some(inputs.carrier), Some(inputs.incoming), inputs.base]
        .into_iter()
        .flatten()
    {
        if found.is_empty() {
            break;
        }
        // Pointers that point at nothing are the most frequent, and need no look at the rest.
        let are_dangling = found.iter().all(|fault| fault.kind == FaultKind::Dangling);
        let faults = match are_dangling {
            true => dangling(input, inputs.rules.meaning()),
            false => faults(input, inputs.rules.meaning()),
        };
        let known: HashSet<(FaultKind, &str)> = faults
            .iter()
            .map(|fault| (fault.kind, &*fault.key))
            .collect();
        found.retain(|fault| !known.contains(&(fault.kind, &*fault.key)));
    }
    found
}

/// A fault for which `result` must not be written. What an input that shows nothing of .NET does not
/// declare, nobody asked it for.
pub(super) fn refused(inputs: &Inputs<'_>, result: &Document) -> Option<Fault> {
    let all = [inputs.base, Some(inputs.incoming), Some(inputs.carrier)];
    let shows_nothing =
        |document: &Document| !is_configuration(document, &inputs.rules.section_groups);
    let is_doubtful = all.into_iter().flatten().any(shows_nothing);
    new_faults(inputs, result)
        .into_iter()
        .find(|fault| !(is_doubtful && fault.kind == FaultKind::Undeclared))
}

/// Which half of the conflicts the result has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::merge) enum Half {
    /// The carrier's, which is also all of a clean merge.
    Carrier,
    /// The incoming side's.
    Incoming,
}

/// For whose sake something is kept.
#[derive(Clone, Copy, Debug)]
struct Need {
    /// The half that has the fault.
    half: Half,
    /// Whether what is at fault is in conflict itself.
    is_undecided: bool,
}

/// Adds to `directives` what may take `fault` out of the next result; `tried` is what this result heeded.
pub(in crate::merge) fn heed(
    inputs: &Inputs<'_>,
    result: &Document,
    fault: &Fault,
    half: Half,
    conflicts: &[Conflict],
    tried: &Directives,
    directives: &mut Directives,
) {
    let there = counterpart(inputs, result, fault.element, inputs.carrier)
        .map(|there| inputs.carrier.span(there));
    let around = there.and_then(|span| {
        conflicts
            .iter()
            .find(|conflict| conflict.region.contains(span))
    });
    let is_undecided = around.is_some();
    let need = Need { half, is_undecided };
    let keep = |directives: &mut Directives| match fault.kind {
        FaultKind::Undeclared => keep_declaration(inputs, result, fault.element, need, directives),
        FaultKind::Dangling => keep_targets(inputs, result, fault.element, need, directives),
        _ => {}
    };
    let before = directives.count();
    keep(directives);
    let asks_for_nothing = directives.count() == before && {
        // Another fault may have asked for the same just now.
        let mut alone = tried.clone();
        keep(&mut alone);
        alone == *tried
    };
    // A half with a section that is not declared may come of an input that shows nothing of .NET, and
    // so was not asked for declarations.
    let is_doubtful = half == Half::Incoming && fault.kind == FaultKind::Undeclared;
    if asks_for_nothing && !is_doubtful {
        // What attributes of one element say against one another is about that element alone.
        let first = match fault.kind {
            FaultKind::ConfigSourceNotAlone | FaultKind::BothOverrides | FaultKind::NobodyNamed => {
                Some(fault.element)
            }
            FaultKind::Dangling if names_within(inputs, result, fault.element) => {
                Some(fault.element)
            }
            _ => result.parent(fault.element),
        };
        // A half of an order that cannot be leaves the order to people, and more of the element.
        let kind = match around.map(|conflict| conflict.kind) {
            Some(ConflictKind::Order) => ConflictKind::Order,
            _ => ConflictKind::Refused,
        };
        keep_whole(inputs, result, first, kind, directives);
    }
}

/// Adds to `directives` what may take out of the next result that `element` is there twice.
pub(in crate::merge) fn keep_apart(
    inputs: &Inputs<'_>,
    result: &Document,
    element: NodeId,
    directives: &mut Directives,
) {
    keep_whole(
        inputs,
        result,
        result.parent(element),
        ConflictKind::Refused,
        directives,
    );
}

/// Keeps the declaration of the section or the group at `element`, with the groups around it.
fn keep_declaration(
    inputs: &Inputs<'_>,
    result: &Document,
    element: NodeId,
    need: Need,
    directives: &mut Directives,
) {
    let path = section_path(result, element);
    let declared = |document: &Document| {
        document.nodes().find(|node| {
            document.is_element(*node)
                && matches!(document.local_name(*node), "section" | "sectionGroup")
                && declared_path(document, *node).is_some_and(|declared| declared == path)
        })
    };
    // A group is declared for the sake of what is in it.
    let is_group = |document: &Document, node| document.local_name(node) == "sectionGroup";
    if let Some(declaration) = declared(inputs.incoming) {
        if is_group(inputs.incoming, declaration) && !directives.keeps_incoming(declaration) {
            directives.keep_in_part.insert(declaration);
        }
        keep_incoming(inputs.incoming, declaration, need.half, directives);
    }
    if let Some(declaration) = declared(inputs.carrier) {
        if is_group(inputs.carrier, declaration) && !directives.keeps_carrier(declaration) {
            directives.keep_carrier_in_part.insert(declaration);
        }
        keep_carrier(inputs.carrier, declaration, need, directives);
    }
}

/// The groups around a section and its own name, as `configSections` declares them.
fn section_path(document: &Document, element: NodeId) -> String {
    let mut names: Vec<&str> = std::iter::successors(Some(element), |node| document.parent(*node))
        .take_while(|node| *node != document.root())
        .map(|node| document.local_name(node))
        .filter(|name| *name != "location")
        .collect();
    names.reverse();
    names.join("/")
}

/// Keeps what the names at `element` point at.
fn keep_targets(
    inputs: &Inputs<'_>,
    result: &Document,
    element: NodeId,
    need: Need,
    directives: &mut Directives,
) {
    let references = &inputs.rules.references;
    let attributes = result.attributes(element).iter();
    let by_attribute =
        attributes.flat_map(|attribute| references.by_attribute(result.slice(attribute.name)));
    let within_values = references.within_values(result);
    let within_values = within_values.iter().map(|mentions| mentions.row);
    for row in by_attribute.map(|(_, row)| row).chain(within_values) {
        for name in row.names(result, element) {
            if !row.targets(result, element, &name).is_empty() {
                continue;
            }
            let targets = |document: &Document| {
                let there = counterpart(inputs, result, element, document);
                there.map_or_else(Vec::new, |there| row.targets(document, there, &name))
            };
            for target in targets(inputs.incoming) {
                keep_incoming(inputs.incoming, target, need.half, directives);
            }
            for target in targets(inputs.carrier) {
                keep_carrier(inputs.carrier, target, need, directives);
            }
        }
    }
}

/// Keeps an incoming element, and for its sake what it stands in.
fn keep_incoming(incoming: &Document, element: NodeId, half: Half, directives: &mut Directives) {
    let around = std::iter::successors(incoming.parent(element), |node| incoming.parent(*node))
        .filter(|node| incoming.is_element(*node) && *node != incoming.root());
    let kept = match half {
        Half::Carrier => &mut directives.keep_incoming,
        Half::Incoming => &mut directives.keep_with_conflict,
    };
    kept.insert(element);
    for node in around {
        if kept.insert(node) {
            directives.keep_in_part.insert(node);
        }
    }
}

/// Keeps an element of the carrier, and for its sake what it stands in.
fn keep_carrier(carrier: &Document, element: NodeId, need: Need, directives: &mut Directives) {
    let around = std::iter::successors(carrier.parent(element), |node| carrier.parent(*node))
        .filter(|node| carrier.is_element(*node) && *node != carrier.root());
    let only_here = need.half == Half::Carrier && need.is_undecided;
    let kept = match only_here {
        true => &mut directives.keep_carrier_with_conflict,
        false => &mut directives.keep_carrier,
    };
    kept.insert(element);
    for node in around {
        if kept.insert(node) {
            directives.keep_carrier_in_part.insert(node);
        }
    }
}

/// Takes the nearest element whole that was not taken whole before: `first` or one around it.
fn keep_whole(
    inputs: &Inputs<'_>,
    result: &Document,
    first: Option<NodeId>,
    kind: ConflictKind,
    directives: &mut Directives,
) {
    let around = std::iter::successors(first, |node| result.parent(*node))
        .filter(|node| result.is_element(*node));
    for node in around {
        if let Some(there) = counterpart(inputs, result, node, inputs.carrier)
            && directives.leave_whole(there, kind)
        {
            return;
        }
    }
}

/// Whether a name at the element points at what is in the element.
fn names_within(inputs: &Inputs<'_>, result: &Document, element: NodeId) -> bool {
    let references = &inputs.rules.references;
    (result.attributes(element).iter())
        .flat_map(|attribute| references.by_attribute(result.slice(attribute.name)))
        .any(|(_, row)| row.within == Within::Element && !row.names(result, element).is_empty())
}

/// The element of `document` that `element` of the result is, by the identities on the way to it.
pub(super) fn counterpart(
    inputs: &Inputs<'_>,
    result: &Document,
    element: NodeId,
    document: &Document,
) -> Option<NodeId> {
    let table = &inputs.rules.identities;
    let mut way: Vec<NodeId> = std::iter::successors(Some(element), |node| result.parent(*node))
        .take_while(|node| *node != result.root())
        .collect();
    let mut there = document.root();
    let mut keys = (Keys::new(table, result), Keys::new(table, document));
    while let Some(node) = way.pop() {
        keys.0.next_parent();
        keys.1.next_parent();
        let key = keys.0.key(node).text.to_owned();
        let name = result.local_name(node);
        let exact = document
            .child_elements(there)
            .find(|child| keys.1.key(*child).text == key);
        let mut named = document
            .child_elements(there)
            .filter(|child| document.local_name(*child) == name);
        there = match exact {
            Some(exact) => exact,
            // One alone of this name is the same element.
            None => named.next().filter(|_| named.next().is_none())?,
        };
    }
    Some(there)
}
