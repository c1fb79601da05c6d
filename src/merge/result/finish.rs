//! From decisions to bytes: applies the edits, and proves the result.
//!
//! Promises that the bytes parse, that the second reader sees what we see, that
//! as many elements came and went as were decided, and that no identity stands
//! in them more often than in any input. A result
//! that fails is an error and never written.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;
use thiserror::Error;

use super::form;
use super::soundness::refused;
use crate::config::addresses::Addresses;
use crate::config::identity::IdentityTable;
use crate::matching::keys::{self, Keys};
use crate::merge::outcome::{Conflict, Missing};
use crate::merge::{Inputs, Merged, Mode};
use crate::pack::rules::{Action, Component};
use crate::xml::address::{Address, Leaf};
use crate::xml::fast_reader;
use crate::xml::second_reader::{self, Disagreement};
use crate::xml::{Document, EditError, Edits, NodeId, Span};

/// Which side settles what is left in conflict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Settle {
    /// The carrier's (`new`, `ours`).
    #[default]
    Carrier,
    /// The incoming side's (`old`, `theirs`).
    Incoming,
}

/// Why a result must not be written.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FinishError {
    /// It is not well-formed.
    #[error("the result would not be well-formed XML")]
    NotWellFormed,
    /// The readers do not agree about it.
    #[error("the result does not pass the second reader: {0}")]
    ReadBack(#[from] Disagreement),
    /// Something that was decided did not reach the text, or more than that did.
    #[error("the result would have {found} elements instead of {expected}")]
    Lost {
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// It has a duplicate that no input had.
    #[error("the result would hold `{name}` twice where no input did")]
    Duplicate {
        /// Name of the element.
        name: String,
        /// The second one.
        element: NodeId,
    },
    /// It has a fault as a whole that no input had.
    #[error("the result would have {what} at {address}, which no input has")]
    Refused {
        /// The fault.
        what: &'static str,
        /// Where.
        address: Address,
    },
    /// What settles a conflict edits the same bytes as something else.
    #[error("internal error: what settles a conflict cannot be written: {0}")]
    Overlap(#[from] EditError),
}

/// A result that was proven.
#[derive(Debug)]
pub struct Finished {
    /// The bytes to write.
    pub bytes: Vec<u8>,
    /// What they say.
    pub document: Document,
}

/// Applies all decisions, and settles conflicts in favour of one side.
///
/// # Errors
/// When the result does not stand up to the checks of this module.
pub fn finish(
    inputs: &Inputs<'_>,
    merged: &Merged,
    settle: Settle,
) -> Result<Finished, FinishError> {
    let carrier = merged.carrier(inputs);
    let edits = settled(merged, settle)?;
    // What was judged already need not be made and judged again.
    let judged = merged.judged.take(settle);
    let is_judged = judged.is_some();
    let Finished { bytes, document } = match judged {
        Some(judged) => judged,
        None => applied(inputs, carrier, &edits).ok_or(FinishError::NotWellFormed)?,
    };
    match inputs.mode {
        Mode::Upgrade => second_reader::agree(&document, &bytes)?,
        Mode::Branches => fast_reader::agree(&document, &bytes)?,
    }
    if settle == Settle::Carrier {
        nothing_lost(carrier, merged, &document)?;
    }
    if !is_judged {
        if let Some(fault) = refused(inputs, &document) {
            let table = &inputs.rules.identities;
            let mut address =
                Addresses::default().address(table, &document, fault.element, Leaf::Element);
            // A value could be a secret.
            for step in &mut address.steps {
                step.predicates.clear();
            }
            let what = fault.kind.words();
            return Err(FinishError::Refused { what, address });
        }
        no_duplicates_by_edits(inputs, &document, &edits)?;
    }
    Ok(Finished { bytes, document })
}

/// As [`no_new_duplicates`] near the edits; elsewhere the result is the carrier, byte for byte.
pub(in crate::merge) fn no_duplicates_by_edits(
    inputs: &Inputs<'_>,
    result: &Document,
    edits: &Edits,
) -> Result<(), FinishError> {
    let places = edits.places();
    no_new_duplicates(inputs, result, |element| {
        result.span(element).touches_any(&places)
    })
}

/// The result of `edits`; nothing if it is not well-formed.
pub(in crate::merge) fn applied<'a>(
    inputs: &Inputs<'a>,
    carrier: &'a Document,
    edits: &Edits,
) -> Option<Finished> {
    let bytes = form::source_of(inputs, carrier).bytes_with(edits.apply(carrier.text()));
    let document = Document::from_bytes(&bytes).ok()?;
    Some(Finished { bytes, document })
}

/// A result that was made to be judged, kept for [`finish`].
#[derive(Default)]
pub(in crate::merge) struct Judged(Cell<Option<Finished>>);

impl Judged {
    pub(in crate::merge) fn keep(&self, result: Finished) {
        self.0.set(Some(result));
    }

    fn take(&self, settle: Settle) -> Option<Finished> {
        match settle {
            Settle::Carrier => self.0.take(),
            Settle::Incoming => None,
        }
    }
}

impl std::fmt::Debug for Judged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Judged")
    }
}

/// The edits of the carrier with what is left in conflict settled for one side.
pub(in crate::merge) fn settled(merged: &Merged, settle: Settle) -> Result<Edits, EditError> {
    match settle {
        Settle::Carrier => Ok(merged.edits.clone()),
        Settle::Incoming => {
            let all = Span {
                start: 0,
                end: u32::MAX,
            };
            settled_within(&merged.edits, &merged.conflicts, all)
        }
    }
}

/// `edits` with those of `conflicts` that lie within `span` settled for the incoming side.
pub(in crate::merge) fn settled_within(
    edits: &Edits,
    conflicts: &[Conflict],
    span: Span,
) -> Result<Edits, EditError> {
    let mut edits = edits.clone();
    for edit in outermost(conflicts)
        .into_iter()
        .filter(|conflict| span.contains(conflict.region))
        .flat_map(|conflict| &conflict.take_incoming)
    {
        edits.take_overlapping(edit.span);
        edits.replace(edit.span, edit.text.clone())?;
    }
    Ok(edits)
}

/// Whether as many elements came and went as were decided.
fn nothing_lost(carrier: &Document, merged: &Merged, result: &Document) -> Result<(), FinishError> {
    let expected = carrier
        .element_count()
        .saturating_add_signed(merged.element_delta);
    let found = result.element_count();
    if expected != found {
        return Err(FinishError::Lost { expected, found });
    }
    Ok(())
}

/// The conflicts that do not lie inside the region of another, in the order of the carrier.
pub(super) fn outermost(conflicts: &[Conflict]) -> Vec<&Conflict> {
    let mut sorted: Vec<&Conflict> = conflicts.iter().collect();
    sorted.sort_by_key(|conflict| {
        let span = conflict.region;
        (span.start, std::cmp::Reverse(span.end))
    });
    let mut kept: Vec<&Conflict> = Vec::new();
    for conflict in sorted {
        let region = conflict.region;
        let inside = kept.last().is_some_and(|outer| {
            let outer = outer.region;
            let at_edge =
                region.is_empty() && (region.start == outer.start || region.start == outer.end);
            outer != region && outer.contains(region) && !outer.is_empty() && !at_edge
        });
        if !inside {
            kept.push(conflict);
        }
    }
    kept
}

/// Whether an identity is there more often than in any input, among the elements that are wanted.
pub(super) fn no_new_duplicates(
    inputs: &Inputs<'_>,
    result: &Document,
    is_wanted: impl Fn(NodeId) -> bool,
) -> Result<(), FinishError> {
    let table = &inputs.rules.identities;
    let found = duplicates(table, result, is_wanted);
    if found.is_empty() {
        return Ok(());
    }
    let known: Vec<_> = [inputs.base, Some(inputs.incoming), Some(inputs.carrier)]
        .into_iter()
        .flatten()
        .map(|document| duplicates(table, document, |_| true))
        .collect();
    for (path, (count, element)) in &found {
        let allowed = known
            .iter()
            .filter_map(|side| side.get(path))
            .map(|(count, _)| *count)
            .max()
            .unwrap_or(1);
        if *count > allowed {
            return Err(FinishError::Duplicate {
                name: result.local_name(*element).to_owned(),
                element: *element,
            });
        }
    }
    Ok(())
}

/// Identities that stand more than once under one parent, by a fingerprint of
/// their path. Elements without any identity are lists, not duplicates. Only
/// parents that are wanted are looked into, if what holds them is wanted too.
fn duplicates(
    table: &IdentityTable,
    document: &Document,
    is_wanted: impl Fn(NodeId) -> bool,
) -> HashMap<u64, (usize, NodeId)> {
    let mut parents = vec![(NodeId::DOCUMENT, 0_u64)];
    let mut identified: Vec<(u64, NodeId)> = Vec::new();
    let mut identities = Keys::new(table, document);
    while let Some((parent, path)) = parents.pop() {
        identities.next_parent();
        for node in document.child_elements(parent) {
            let key = identities.key(node).text;
            let mut hasher = FxHasher::default();
            path.hash(&mut hasher);
            key.hash(&mut hasher);
            let path = hasher.finish();
            if key.contains(keys::VALUE_SEPARATOR) {
                identified.push((path, node));
            }
            if document.has_child_elements(node) && is_wanted(node) {
                parents.push((node, path));
            }
        }
    }
    identified.sort_unstable();
    identified
        .chunk_by(|one, other| one.0 == other.0)
        .filter(|alike| alike.len() > 1)
        .map(|alike| (alike[0].0, (alike.len(), alike[alike.len() - 1].1)))
        .collect()
}

/// Values that a rule requires and the result lacks.
#[must_use]
pub fn missing_required(inputs: &Inputs<'_>, result: &Document) -> Vec<Missing> {
    let rules = inputs.rules;
    let component: Option<&Component> = rules.component_of(result);
    let ignores_case = rules.ignores_case();
    rules
        .policies
        .iter()
        .filter(|policy| matches!(policy.action, Action::Require))
        .filter(|policy| {
            let pack = &policy.provenance.pack;
            rules.applies(pack, policy.component.as_ref(), component)
        })
        .filter(|policy| {
            !policy
                .selector
                .select(result, &ignores_case)
                .any(|element| has_value(result, element, policy.selector.leaf()))
        })
        .map(|policy| Missing {
            rule: policy.provenance.id.clone(),
            path: policy.selector.as_str().to_owned(),
            summary: policy.provenance.summary.clone(),
        })
        .collect()
}

fn has_value(document: &Document, element: NodeId, leaf: &Leaf) -> bool {
    match leaf {
        Leaf::Attribute(name) => document
            .value(element, name)
            .is_some_and(|value| !value.is_empty()),
        Leaf::Text => !document.inner_text(element).is_empty(),
        Leaf::Element => true,
    }
}
