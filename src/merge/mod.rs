//! Three-way merge of configurations, by meaning.
//!
//! Promises: the result is edits on one input, the carrier (`new`, `ours`);
//! what one side alone changed is never lost; nothing appears that neither side
//! had; what cannot be decided is a [`Conflict`], never a guess. It works on
//! whole documents, and returns values: nothing here reads files or prints.
//!
//! The rooms, in the order of the work: [`suspicion`] (are these the right files?), [`renaming`] (keys that the
//! new version calls otherwise), `compare` (what is the same, read only), `stages` (what to do about it: functions from the
//! comparison to `steps`), `decide` (who wins where both differ), `write` (how it reads in the
//! carrier), `steps` (the one place that carries everything out), [`account`] (nothing is dropped
//! in silence), `result` (the bytes, proven; conflicts written into the file), [`offers`] (which
//! rules settle a conflict), [`moved`] (what belongs into another
//! file), [`idle`] (rules that decide nothing), [`work`] (all
//! of it for one configuration of an upgrade, with [`doubts`] before it and lint of it in [`judged`]), [`branches`] (all of it for git).

pub mod account;
pub mod branches;
pub mod comment_account;
mod compare;
mod decide;
pub mod doubts;
pub mod idle;
pub mod judged;
pub mod moved;
pub mod offers;
pub mod outcome;
pub mod renaming;
mod result;
mod stages;
mod steps;
pub mod suspicion;
pub mod work;
mod write;

use thiserror::Error;

use compare::Comparison;
use compare::directives::Directives;
use result::finish::{FinishError, Judged, Settle};
use result::form;
use result::layout;
use result::soundness::{self, Half};
use result::taken_out;

use crate::matching;
use crate::matching::digest::Digests;
use crate::matching::sides::Sides;
use crate::pack::Rules;
use crate::xml::address::Address;
use crate::xml::layout::Layout;
use crate::xml::{Document, EditError, Edits, NodeId};

pub use account::Account;
pub use outcome::{
    Conflict, ConflictKind, DecidedBy, Decision, Ending, Missing, Outcome, Principle,
};
pub use result::{finish, lines, markers};

/// What kind of merge it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// An administrator's old file into a newly installed one: the new file's
    /// layout and comments stay, every old setting is accounted for.
    Upgrade,
    /// Two branches of one file: both sides count the same.
    Branches,
}

/// Gives the value with its virtual directories renamed, or `None` if nothing changes.
pub type RewriteValue<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The three documents and how to merge them.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The common ancestor: the old version as shipped, or git's merge base.
    pub base: Option<&'a Document>,
    /// The side whose changes are carried over: `old`, `theirs`.
    pub incoming: &'a Document,
    /// The side that is edited: `new`, `ours`.
    pub carrier: &'a Document,
    /// The kind of merge.
    pub mode: Mode,
    /// Identity, secrets, policies, known defaults.
    pub rules: &'a Rules,
    /// Renames virtual directories in incoming values.
    pub rewrite: Option<RewriteValue<'a>>,
    /// Whether an element that one branch only renamed takes what the other one changed in it.
    pub joins_renamed: bool,
    /// Whether decisions are wanted; conflicts always are. Without them it is not worked out which
    /// values are secret: all count as such, unless a `rewrite` has to know.
    pub reports: bool,
}

/// What came of a merge.
#[derive(Debug)]
pub struct Merged {
    /// The edits of the carrier that carry everything decided.
    pub edits: Edits,
    /// Values that differ somewhere, in the order of the files; empty unless [`Inputs::reports`].
    pub decisions: Vec<Decision>,
    /// What is left to people.
    pub conflicts: Vec<Conflict>,
    /// How every setting of the incoming file ended; only in [`Mode::Upgrade`].
    pub account: Option<Account>,
    /// How many more elements the result has than the carrier, with conflicts left as they are there.
    pub element_delta: isize,
    /// Whether the incoming file became the carrier, since the other had changed nothing.
    pub carried_by_incoming: bool,
    /// Whether an element that one branch renamed took what the other one changed in it.
    pub joined_renamed: bool,
    /// The result with the carrier's half of every conflict, where it is at hand.
    judged: Judged,
}

/// Why documents cannot be merged at all.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum MergeError {
    /// They are about different things.
    #[error("the root elements differ: `{incoming}` and `{other}`")]
    DifferentRoots {
        /// Root element of the incoming side.
        incoming: String,
        /// Root element of the carrier or of the base.
        other: String,
    },
    /// A defect of the engine: two decisions edit the same bytes.
    #[error("internal error at {address}: {error}")]
    Overlap {
        /// Where.
        address: Address,
        /// What overlaps.
        error: EditError,
    },
    /// A defect of the engine: a setting of the incoming file has no outcome.
    #[error("internal error: {address} was not accounted for")]
    Unaccounted {
        /// The setting.
        address: Address,
    },
}

/// Merges.
///
/// When the carrier is the base byte for byte and no rule interferes, the
/// incoming file is the result byte for byte (but for virtual directories that
/// are renamed in it). Between
/// branches, a side that only reformatted the whole file decides its form.
///
/// # Errors
/// When the documents cannot be merged at all; see [`MergeError`].
pub fn merge(inputs: Inputs<'_>) -> Result<Merged, MergeError> {
    let (incoming, carrier) = (inputs.incoming, inputs.carrier);
    let roots = (incoming.root(), carrier.root());
    let name_of_base = inputs.base.map(|base| base.local_name(base.root()));
    let other = name_of_base
        .into_iter()
        .chain([carrier.local_name(roots.1)])
        .find(|name| *name != incoming.local_name(roots.0));
    if let Some(other) = other {
        return Err(MergeError::DifferentRoots {
            incoming: incoming.local_name(roots.0).to_owned(),
            other: other.to_owned(),
        });
    }
    let documents = Sides {
        base: inputs.base,
        incoming,
        carrier,
    };
    let digests = documents.map(Digests::of);
    let digests = Sides {
        base: digests.base.as_ref(),
        incoming: &digests.incoming,
        carrier: &digests.carrier,
    };
    let carrier_is_base = inputs
        .base
        .is_some_and(|base| base.source() == inputs.carrier.source());
    if carrier_is_base {
        // Also asked for here: whether a rule decided anything.
        let inputs = Inputs {
            reports: true,
            ..inputs
        };
        let nothing_heeded = Directives::default();
        let mut merged = stages::walk(&Comparison::new(inputs, digests, &nothing_heeded))?;
        let by_rule = |decision: &Decision| matches!(decision.by, DecidedBy::Rule(_));
        if merged.decisions.iter().any(by_rule)
            || merged
                .conflicts
                .iter()
                .any(|conflict| conflict.by.is_some())
        {
            return sound(inputs, digests);
        }
        // What is wrong with the incoming file is its own, and nobody contradicts it.
        let on_incoming = Inputs {
            carrier: inputs.incoming,
            ..inputs
        };
        let its_digests = Sides {
            carrier: digests.incoming,
            ..digests
        };
        let on_incoming = sound(on_incoming, its_digests)?;
        if merged.conflicts.is_empty() {
            merged.edits = on_incoming.edits;
            merged.element_delta = on_incoming.element_delta;
            merged.judged = on_incoming.judged;
        } else {
            merged = on_incoming;
        }
        merged.carried_by_incoming = true;
        return Ok(merged);
    }
    if inputs.mode == Mode::Branches && only_reformatted(&inputs, digests) {
        // No conflict can come of it, so the sides may change places.
        let swapped = Inputs {
            carrier: inputs.incoming,
            incoming: inputs.carrier,
            ..inputs
        };
        let mut merged = sound(swapped, digests.swapped())?;
        merged.carried_by_incoming = true;
        return Ok(merged);
    }
    sound(inputs, digests)
}

/// No result needs more attempts than it has things to keep together; this many are enough for any
/// that was ever seen, and the last one leaves the whole file to people.
const MOST_ATTEMPTS: usize = 12;

/// Merges until the result has no fault as a whole that no input had. A result that has one even so
/// is not kept, and [`finish::finish`] refuses it.
fn sound(inputs: Inputs<'_>, digests: Sides<&Digests>) -> Result<Merged, MergeError> {
    let mut directives = Directives::default();
    for _ in 0..MOST_ATTEMPTS {
        let mut merged = stages::walk(&Comparison::new(inputs, digests, &directives))?;
        form::carry_declaration(&inputs, &mut merged);
        let mut heeded = directives.clone();
        // What is not well-formed, or cannot be written, is refused when it is finished.
        let judge = |half, settle, heeded: &mut Directives| {
            let edits = finish::settled(&merged, settle).ok()?;
            let result = finish::applied(&inputs, inputs.carrier, &edits)?;
            let faults = soundness::new_faults_of_edits(&inputs, &result.document, &edits);
            let conflicts = &merged.conflicts;
            for fault in &faults {
                let document = &result.document;
                soundness::heed(
                    &inputs,
                    document,
                    fault,
                    half,
                    conflicts,
                    &directives,
                    heeded,
                );
            }
            taken_out::heed(
                &inputs,
                digests,
                &result.document,
                &edits,
                conflicts,
                heeded,
            );
            let mut is_sound = faults.is_empty();
            if is_sound && half == Half::Carrier {
                let twice = finish::no_duplicates_by_edits(&inputs, &result.document, &edits);
                if let Err(FinishError::Duplicate { element, .. }) = twice {
                    soundness::keep_apart(&inputs, &result.document, element, heeded);
                    is_sound = false;
                }
            }
            Some((result, is_sound))
        };
        let result = judge(Half::Carrier, Settle::Carrier, &mut heeded);
        if !merged.conflicts.is_empty() {
            judge(Half::Incoming, Settle::Incoming, &mut heeded);
        }
        if heeded == directives {
            if let Some((result, true)) = result
                && !layout::make_readable(&inputs, &mut merged, &result.document)
            {
                merged.judged.keep(result);
            }
            return Ok(merged);
        }
        directives = heeded;
    }
    directives.leave_whole(inputs.carrier.root(), ConflictKind::Refused);
    let mut merged = stages::walk(&Comparison::new(inputs, digests, &directives))?;
    form::carry_declaration(&inputs, &mut merged);
    Ok(merged)
}

/// Whether the incoming side changed the form of the whole file and nothing
/// else, while the carrier kept the form.
fn only_reformatted(inputs: &Inputs<'_>, digests: Sides<&Digests>) -> bool {
    let (Some(base), Some(before)) = (inputs.base, digests.base) else {
        return false;
    };
    let sides = [(base, before), (inputs.incoming, digests.incoming)];
    let [before, after] = sides.map(|(document, digests)| matching::Side { document, digests });
    if !before.same_but_for_layout(NodeId::DOCUMENT, after, NodeId::DOCUMENT) {
        return false;
    }
    let form = |document: &Document| {
        let source = document.source();
        (Layout::of(document), source.encoding(), source.has_bom())
    };
    let before = form(base);
    form(inputs.carrier) == before && form(inputs.incoming) != before
}

impl Merged {
    /// The document that the edits belong to.
    #[must_use]
    pub fn carrier<'a>(&self, inputs: &Inputs<'a>) -> &'a Document {
        if self.carried_by_incoming {
            inputs.incoming
        } else {
            inputs.carrier
        }
    }
}
