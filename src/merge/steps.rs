//! What a stage asks for, and the one place that carries it out.
//!
//! A stage fills [`Steps`] and knows nothing of what others asked for; [`Draft`] applies them to the
//! carrier's edits and to the record of decisions, conflicts and outcomes.

use rustc_hash::FxHashMap;

use super::account::{Account, Atom};
use super::compare::Comparison;
use super::outcome::{Conflict, ConflictKind, Decision, Ending};
use super::result::finish::{Judged, settled_within};
use super::stages::plan::{Contested, Reorder};
use super::{MergeError, Merged, Mode};
use crate::matching::sides::Sides;
use crate::xml::{Edit, Edits, NodeId, Span};

/// What one stage asks for.
#[derive(Default)]
pub(super) struct Steps {
    /// Elements of all sides to look into next.
    pub(super) descend: Vec<Sides<NodeId>>,
    /// Edits of the carrier, each with the element of it that they are about.
    pub(super) edits: Vec<(NodeId, Vec<Edit>)>,
    /// Elements of the carrier that are replaced whole.
    pub(super) replacements: Vec<Edit>,
    /// Siblings that change places.
    pub(super) reorders: Vec<Reorder>,
    /// What was decided.
    pub(super) decisions: Vec<Decision>,
    /// What was not.
    pub(super) conflicts: Vec<Conflict>,
    /// How settings of the incoming file ended.
    pub(super) endings: Vec<(Atom, Ending)>,
    /// Elements inserted less elements removed.
    pub(super) growth: isize,
    /// Whether an element that one side renamed took what the other changed in it.
    pub(super) joined_renamed: bool,
}

impl Steps {
    pub(super) fn edit(&mut self, element: NodeId, edits: Vec<Edit>) {
        if !edits.is_empty() {
            self.edits.push((element, edits));
        }
    }
}

/// The carrier's edits and the record, so far.
pub(super) struct Draft<'c, 'a> {
    comparison: &'c Comparison<'a>,
    edits: Edits,
    replacements: Vec<Edit>,
    reorders: Vec<Reorder>,
    decisions: Vec<Decision>,
    conflicts: Vec<Conflict>,
    endings: FxHashMap<Atom, Ending>,
    growth: isize,
    joined_renamed: bool,
    overlap: Option<MergeError>,
}

impl<'c, 'a> Draft<'c, 'a> {
    pub(super) fn new(comparison: &'c Comparison<'a>) -> Self {
        Self {
            comparison,
            edits: Edits::new(),
            replacements: Vec::new(),
            reorders: Vec::new(),
            decisions: Vec::new(),
            conflicts: Vec::new(),
            endings: FxHashMap::default(),
            growth: 0,
            joined_renamed: false,
            overlap: None,
        }
    }

    /// Carries out `steps`, but for [`Steps::descend`], which is the caller's.
    pub(super) fn apply(&mut self, steps: &mut Steps) {
        for (element, edits) in steps.edits.drain(..) {
            self.edit(edits, element);
        }
        self.replacements.append(&mut steps.replacements);
        self.reorders.append(&mut steps.reorders);
        self.decisions.append(&mut steps.decisions);
        self.conflicts.append(&mut steps.conflicts);
        self.endings.extend(steps.endings.drain(..));
        self.growth += std::mem::take(&mut steps.growth);
        self.joined_renamed |= steps.joined_renamed;
    }

    /// Adds edits of the carrier near `element` of it; an overlap ends the merge with an error.
    fn edit(&mut self, edits: Vec<Edit>, element: NodeId) {
        for edit in edits {
            if let Err(error) = self.edits.replace(edit.span, edit.text)
                && self.overlap.is_none()
            {
                self.overlap = Some(MergeError::Overlap {
                    address: self.comparison.carrier_address(element),
                    error,
                });
            }
        }
    }

    /// Applies the changes of order, innermost first; not where a conflict is left. Where the order
    /// matters, what cannot be applied is a conflict itself.
    fn reorder(&mut self) {
        let comparison = self.comparison;
        let mut reorders = std::mem::take(&mut self.reorders);
        reorders.sort_by_key(|reorder| reorder.container.len());
        let text = comparison.inputs.carrier.text();
        for reorder in reorders {
            if let Some(contest) = &reorder.contest {
                let conflict = self.contested(&reorder, contest);
                self.conflicts.push(conflict);
                let mut steps = Steps::default();
                for node in &contest.incoming {
                    comparison.record_subtree(*node, &Ending::Conflict, &mut steps);
                }
                self.endings.extend(steps.endings);
                continue;
            }
            let conflicting = self
                .conflicts
                .iter()
                .any(|conflict| reorder.container.contains(conflict.region));
            // An edit that reaches beyond a slot cannot move with it.
            let cannot_move = reorder.slots.iter().any(|slot| self.edits.cross(*slot));
            if conflicting || cannot_move {
                if !comparison.upgrade() && comparison.is_ordered(reorder.triple) {
                    self.conflicts.push(
                        comparison.whole_element_conflict(ConflictKind::Order, reorder.triple),
                    );
                }
                self.edit(reorder.first, reorder.triple.carrier);
                continue;
            }
            let inner: Vec<Edits> = reorder
                .slots
                .iter()
                .map(|slot| self.edits.take_within(*slot))
                .collect();
            let moved: Vec<String> = reorder
                .slots
                .iter()
                .zip(&inner)
                .map(|(slot, edits)| edits.apply_within(text, *slot))
                .collect();
            for (place, from) in reorder.order.iter().enumerate() {
                let edit = Edit {
                    span: reorder.slots[place],
                    text: moved[*from].clone(),
                };
                self.edit(vec![edit], comparison.inputs.carrier.root());
            }
            self.edit(reorder.first, reorder.triple.carrier);
        }
    }

    /// The conflict about an order: the carrier's first, and everything else decided in either.
    fn contested(&self, reorder: &Reorder, contest: &Contested) -> Conflict {
        let comparison = self.comparison;
        let text = comparison.inputs.carrier.text();
        let whole = comparison.whole_element_conflict(ConflictKind::Order, reorder.triple);
        let (Some(first), Some(last)) = (reorder.slots.first(), reorder.slots.last()) else {
            return whole;
        };
        // What is inserted before the first one or behind the last one is of it, so the region reaches
        // beyond them.
        let before = text[..first.start as usize].chars().next_back();
        let behind = text[last.end as usize..].chars().next();
        let region = Span {
            start: first.start - before.map_or(0, char::len_utf8) as u32,
            end: last.end + behind.map_or(0, char::len_utf8) as u32,
        };
        let region = self.whole_edits(region);
        let mut overlaps = false;
        let mut put = |edits: &mut Edits, edit: &Edit| {
            overlaps |= edits.replace(edit.span, edit.text.clone()).is_err();
        };
        let Ok(mut edits) = settled_within(&self.edits, &self.conflicts, region) else {
            return whole;
        };
        for replacement in (self.replacements.iter()).filter(|edit| region.contains(edit.span)) {
            edits.take_overlapping(replacement.span);
            put(&mut edits, replacement);
        }
        let is_inside = |edit: &Edit| region.start < edit.span.start && edit.span.end < region.end;
        let [here, there] = [&contest.insertions, &contest.otherwise];
        let differ_inside = [(here, there), (there, here)]
            .into_iter()
            .all(|(some, others)| {
                some.iter()
                    .all(|edit| is_inside(edit) || others.contains(edit))
            });
        if differ_inside {
            for edit in here.iter().filter(|edit| is_inside(edit)) {
                let at_place = edits.take_within(edit.span);
                for other in at_place.iter().filter(|other| *other != edit) {
                    put(&mut edits, other);
                }
            }
            (there.iter().filter(|edit| is_inside(edit))).for_each(|edit| put(&mut edits, edit));
        }
        // What is inserted at the edges of the region is in both halves.
        edits.take_within(Span::at(region.start));
        edits.take_within(Span::at(region.end));
        if overlaps || reorder.slots.iter().any(|slot| edits.cross(*slot)) {
            return whole;
        }
        let mut part = |span: Span| edits.take_within(span).apply_within(text, span);
        let siblings: Vec<String> = reorder.slots.iter().map(|slot| part(*slot)).collect();
        let mut taken = String::new();
        let mut at = region.start;
        for (place, (slot, from)) in reorder.slots.iter().zip(&reorder.order).enumerate() {
            taken += &part(Span {
                start: at,
                end: slot.start,
            });
            if place == 0 {
                taken.extend(reorder.first.iter().map(|edit| edit.text.as_str()));
            }
            taken += &siblings[*from];
            at = slot.end;
        }
        taken += &part(Span {
            start: at,
            end: region.end,
        });
        Conflict {
            region,
            base_region: contest.base,
            take_incoming: vec![Edit {
                span: region,
                text: taken,
            }],
            ..whole
        }
    }

    /// `span`, grown to all edits and conflicts that reach into it.
    fn whole_edits(&self, mut span: Span) -> Span {
        loop {
            let crosses = |other: &Span| {
                other.start < span.end && span.start < other.end && !span.contains(*other)
            };
            let of_conflict = |conflict: &Conflict| {
                let edits = conflict.take_incoming.iter().map(|edit| edit.span);
                std::iter::once(conflict.region).chain(edits).find(crosses)
            };
            let found = self.edits.crossing(span).map(|edit| edit.span);
            let found = found.or_else(|| self.conflicts.iter().find_map(of_conflict));
            match found {
                Some(found) => span = span.cover(found),
                None => return span,
            }
        }
    }

    /// The result: everything in the order of the files, and the account.
    pub(super) fn finish(mut self) -> Result<Merged, MergeError> {
        let inputs = self.comparison.inputs;
        self.reorder();
        for edit in std::mem::take(&mut self.replacements) {
            self.edits.take_overlapping(edit.span);
            self.edit(vec![edit], inputs.carrier.root());
        }
        if let Some(overlap) = self.overlap {
            return Err(overlap);
        }
        let start = |span: Option<Span>| span.map_or(u32::MAX, |span| span.start);
        self.decisions.sort_by_key(|decision| {
            let places = decision.places;
            (start(places.incoming), start(places.carrier))
        });
        self.conflicts
            .sort_by_key(|conflict| (conflict.region.start, start(conflict.places.incoming)));
        let account = match inputs.mode {
            Mode::Branches => None,
            Mode::Upgrade => Some(Account::of(
                inputs.incoming,
                &inputs.rules.identities,
                &self.endings,
                |node, leaf| self.comparison.address(inputs.incoming, node, leaf),
            )?),
        };
        Ok(Merged {
            edits: self.edits,
            decisions: self.decisions,
            conflicts: self.conflicts,
            account,
            element_delta: self.growth,
            carried_by_incoming: false,
            joined_renamed: self.joined_renamed,
            judged: Judged::default(),
        })
    }
}
