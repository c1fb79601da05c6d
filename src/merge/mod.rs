//! Three-way merge of configurations, by meaning.
//!
//! Promises: the result is edits on one input, the carrier (`new`, `ours`);
//! what one side alone changed is never lost; nothing appears that neither side
//! had; what cannot be decided is a [`Conflict`], never a guess. It works on
//! whole documents, and returns values: nothing here reads files or prints.
//!
//! The stages, one file each: [`suspicion`] (are these the right files?), [`prepare`] (what must be refused), [`digest`]
//! (did this side change it?), [`matching`] (which elements are the same?),
//! `engine` (the walk), `values` (attributes and text), `contest` and `judge` (who wins, by
//! `policy` or principle; `prefixes`), `children` (what stands in an element), `one_sided`
//! (added and removed elements), `renamed` (and what `lines` say of it), `comments`, `order`, `opaque` (content that
//! moves as a whole), `place`, `written` and `subtree` (how it reads in the
//! carrier), [`account`] (nothing is dropped in silence), [`finish`] (the
//! result, proven), [`offers`] (which rules settle a conflict), [`idle`] (rules that decide
//! nothing), [`markers`] (conflicts written into the file),
//! [`branches`] (all of it for git).

pub mod account;
pub mod branches;
mod children;
mod comments;
mod contest;
pub mod digest;
mod engine;
pub mod finish;
pub mod idle;
mod judge;
pub mod lines;
pub mod markers;
pub mod matching;
pub mod offers;
mod one_sided;
mod opaque;
mod order;
pub mod outcome;
mod place;
mod plan;
mod policy;
mod prefixes;
pub mod prepare;
mod renamed;
mod subtree;
pub mod suspicion;
mod values;
mod written;

use thiserror::Error;

use digest::Digests;
use engine::Fingerprints;

use crate::pack::Rules;
use crate::xml::address::Address;
use crate::xml::layout::Layout;
use crate::xml::{Document, EditError, Edits, NodeId};

pub use account::Account;
pub use outcome::{Conflict, ConflictKind, DecidedBy, Decision, Outcome, Principle};

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
    /// Whether decisions are wanted; conflicts always are.
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
    let base_digests = inputs.base.map(Digests::of);
    let incoming_digests = Digests::of(incoming);
    let carrier_digests = Digests::of(carrier);
    let digests = Fingerprints {
        base: base_digests.as_ref(),
        incoming: &incoming_digests,
        carrier: &carrier_digests,
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
        let mut merged = engine::run(inputs, digests)?;
        let by_rule = |decision: &Decision| matches!(decision.by, DecidedBy::Rule(_));
        if merged.conflicts.is_empty() && !merged.decisions.iter().any(by_rule) {
            let swapped = Inputs {
                carrier: inputs.incoming,
                ..inputs
            };
            let swapped_digests = Fingerprints {
                carrier: digests.incoming,
                ..digests
            };
            let on_incoming = engine::run(swapped, swapped_digests)?;
            merged.edits = on_incoming.edits;
            merged.element_delta = on_incoming.element_delta;
            merged.carried_by_incoming = true;
        }
        return Ok(merged);
    }
    if inputs.mode == Mode::Branches && only_reformatted(&inputs, digests) {
        // No conflict can come of it, so the sides may change places.
        let swapped = Inputs {
            carrier: inputs.incoming,
            incoming: inputs.carrier,
            ..inputs
        };
        let swapped_digests = Fingerprints {
            carrier: digests.incoming,
            incoming: digests.carrier,
            ..digests
        };
        let mut merged = engine::run(swapped, swapped_digests)?;
        merged.carried_by_incoming = true;
        return Ok(merged);
    }
    engine::run(inputs, digests)
}

/// Whether the incoming side changed the form of the whole file and nothing
/// else, while the carrier kept the form.
fn only_reformatted(inputs: &Inputs<'_>, digests: Fingerprints<'_>) -> bool {
    let (Some(base), Some(before)) = (inputs.base, digests.base) else {
        return false;
    };
    if before.all(NodeId::DOCUMENT) != digests.incoming.all(NodeId::DOCUMENT) {
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
