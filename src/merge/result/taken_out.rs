//! What `remove` and `clear` take out of the result, against what each side wanted there.
//!
//! An entry with a `remove` or a `clear` behind it is in the file and not in the configuration. So
//! that counts as a removal: merged with what the other side did to the entry, it has to come to
//! the same as a merge of files in which the entry is gone.

use rustc_hash::{FxHashMap, FxHashSet};

use super::soundness::counterpart;
use crate::config::identity::IdentityTable;
use crate::config::structure::collections::{not_in_effect, with_late_removals};
use crate::matching::Side;
use crate::matching::digest::Digests;
use crate::matching::keys::Keys;
use crate::matching::sides::Sides;
use crate::merge::Inputs;
use crate::merge::compare::directives::Directives;
use crate::merge::outcome::{Conflict, ConflictKind};
use crate::merge::stages::order::takes_out;
use crate::xml::{Document, Edits, NodeId, Span};

/// Leaves the collections whole in which something came out wrong.
pub(in crate::merge) fn heed(
    inputs: &Inputs<'_>,
    digests: Sides<&Digests>,
    result: &Document,
    edits: &Edits,
    conflicts: &[Conflict],
    directives: &mut Directives,
) {
    if are_as_they_were(inputs, digests, result, edits) {
        return;
    }
    for collection in wrongly_in_effect(inputs, digests, result, conflicts) {
        if let Some(there) = counterpart(inputs, result, collection, inputs.carrier) {
            directives.leave_whole(there, ConflictKind::TakenOut);
        }
    }
}

/// Whether every collection with a `remove` or `clear` behind an entry is the same on all sides, and as
/// it was in the result.
fn are_as_they_were(
    inputs: &Inputs<'_>,
    digests: Sides<&Digests>,
    result: &Document,
    edits: &Edits,
) -> bool {
    let of_carrier = with_late_removals(inputs.carrier);
    let carrier = Side {
        document: inputs.carrier,
        digests: digests.carrier,
    };
    let is_the_same = |document, digests| {
        let side = Side { document, digests };
        let found = with_late_removals(document);
        let mut pairs = of_carrier.iter().zip(&found);
        found.len() == of_carrier.len()
            && pairs.all(|(ours, its)| carrier.same_but_for_layout(*ours, side, *its))
    };
    let places = edits.places();
    let in_result = with_late_removals(result);
    in_result.len() == of_carrier.len()
        && !(in_result.iter()).any(|node| result.span(*node).touches_any(&places))
        && is_the_same(inputs.incoming, digests.incoming)
        && (inputs.base.zip(digests.base)).is_none_or(|(base, digests)| is_the_same(base, digests))
}

/// The collections of `result` in which an entry is in effect although it should not be, or the other
/// way round, or of which nobody knows. What is in conflict already is left alone.
fn wrongly_in_effect(
    inputs: &Inputs<'_>,
    digests: Sides<&Digests>,
    result: &Document,
    conflicts: &[Conflict],
) -> Vec<NodeId> {
    let table = &inputs.rules.identities;
    let documents = Sides {
        base: inputs.base,
        incoming: inputs.incoming,
        carrier: inputs.carrier,
    };
    let out = documents.map(|document| not_in_effect(document, table));
    let out_here = not_in_effect(result, table);
    if out_here.is_empty() && out.iter().all(FxHashSet::is_empty) {
        return Vec::new();
    }
    // Collections of the result in which something is out of effect on any side.
    let collections = |document: &Document, entries: &FxHashSet<NodeId>| -> FxHashSet<NodeId> {
        let parents = entries.iter().filter_map(|entry| document.parent(*entry));
        parents.collect()
    };
    let mut all = collections(result, &out_here);
    let sets = Sides {
        base: out.base.as_ref(),
        incoming: &out.incoming,
        carrier: &out.carrier,
    };
    for (document, entries) in documents.zip(sets).iter() {
        let of_side = collections(document, entries);
        let there = |parent: &NodeId| counterpart(inputs, document, *parent, result);
        all.extend(of_side.iter().filter_map(there));
    }
    let mut found: Vec<NodeId> = (all.into_iter())
        .filter(|parent| {
            let there = |document| counterpart(inputs, result, *parent, document);
            let collection = Collection {
                table,
                result,
                parent: *parent,
                out: &out_here,
                sides: documents
                    .zip(digests)
                    .zip(sets)
                    .map(|((document, digests), out)| OfSide {
                        side: Side { document, digests },
                        parent: there(document),
                        out,
                    }),
            };
            collection.is_wrong(conflicts)
        })
        .collect();
    found.sort_unstable();
    found
}

/// A collection of the result, and what each side has of it.
struct Collection<'a> {
    table: &'a IdentityTable,
    result: &'a Document,
    parent: NodeId,
    out: &'a FxHashSet<NodeId>,
    sides: Sides<OfSide<'a>>,
}

/// The collection on one side, with the entries of the whole document that are out of effect.
#[derive(Clone, Copy)]
struct OfSide<'a> {
    side: Side<'a>,
    parent: Option<NodeId>,
    out: &'a FxHashSet<NodeId>,
}

impl Collection<'_> {
    fn is_wrong(&self, conflicts: &[Conflict]) -> bool {
        let carrier = self.sides.carrier.side.document;
        let whole = self.sides.carrier.parent.map(|node| carrier.span(node));
        let regions: Vec<Span> = (conflicts.iter())
            .filter(|conflict| whole.is_some_and(|whole| whole.contains(conflict.region)))
            .map(|conflict| conflict.region)
            .collect();
        let is_undecided = conflicts.iter().any(|conflict| {
            whole.is_none_or(|whole| {
                !conflict.region.is_empty() && conflict.region.contains(whole)
                    || conflict.kind == ConflictKind::Order && whole.contains(conflict.region)
            })
        });
        if is_undecided {
            return false;
        }
        let mut keys = Keys::new(self.table, self.result);
        let entries = self.result.child_elements(self.parent);
        let entries: Vec<(NodeId, String)> = entries
            .filter(|node| !takes_out(self.result, *node))
            .map(|node| (node, keys.key(node).text.to_owned()))
            .collect();
        let known = self.sides.map(|side| side.entries(self.table));
        entries.iter().any(|(entry, key)| {
            let [base, incoming, carrier] = [
                known.base.as_ref(),
                Some(&known.incoming),
                Some(&known.carrier),
            ]
            .map(|known| known.and_then(|known| known.get(key)).copied());
            if carrier.is_some_and(|node| {
                let span = self.sides.carrier.side.document.span(node);
                regions
                    .iter()
                    .any(|region| region.contains(span) || span.contains(*region))
            }) {
                return false;
            }
            let base = self.sides.base.and_then(|side| side.in_effect(base));
            let incoming = self.sides.incoming.in_effect(incoming);
            let carrier = self.sides.carrier.in_effect(carrier);
            let wanted = if incoming.is_some() == carrier.is_some() || is_same(base, incoming) {
                carrier.is_some()
            } else if is_same(base, carrier) {
                incoming.is_some()
            } else {
                return true;
            };
            wanted == self.out.contains(entry)
        })
    }
}

impl<'a> OfSide<'a> {
    fn in_effect(self, entry: Option<NodeId>) -> Entry<'a> {
        let node = entry.filter(|node| !self.out.contains(node))?;
        Some((self.side, node))
    }

    /// The entries by what identifies them; of several the last.
    fn entries(&self, table: &IdentityTable) -> FxHashMap<String, NodeId> {
        let document = self.side.document;
        let mut keys = Keys::new(table, document);
        let children = self
            .parent
            .into_iter()
            .flat_map(|parent| document.child_elements(parent));
        children
            .map(|node| (keys.key(node).text.to_owned(), node))
            .collect()
    }
}

type Entry<'a> = Option<(Side<'a>, NodeId)>;

fn is_same(one: Entry<'_>, other: Entry<'_>) -> bool {
    match (one, other) {
        (Some((one, left)), Some((other, right))) => one.means_the_same(left, other, right),
        (one, other) => one.is_none() && other.is_none(),
    }
}
