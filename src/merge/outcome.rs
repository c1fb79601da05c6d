//! What a merge decided, as values: decisions, conflicts, and who decided.

use crate::matching::sides::Presence;
use crate::pack::rules::PolicyId;
use crate::xml::address::Address;
use crate::xml::{Edit, Span};

/// Who decided: a rule of a pack, or a principle of the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecidedBy {
    /// The merge policy with this id.
    Rule(PolicyId),
    /// A principle; see [`Principle`].
    Principle(Principle),
}

/// The principles of the engine, each with the name that reports print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principle {
    /// Only the incoming side changed it.
    ChangedByOneSide,
    /// Only the incoming side added it.
    AddedByOneSide,
    /// Only the incoming side removed it.
    RemovedByOneSide,
    /// Both sides have it.
    SameOnBothSides,
    /// The incoming side never changed it, so the carrier's value stands.
    Unchanged,
    /// The incoming side never changed it and the new version no longer has it.
    GoneInNewVersion,
    /// Changed by the administrator and no longer in the new file: carried, and named.
    KeptThoughGone,
    /// The value equals a known default of the old version, so nobody changed it.
    KnownDefault,
    /// An earlier duplicate, which .NET does not read.
    ShadowedDuplicate,
    /// Only white space differs on one side, so the other side's value stands.
    WhiteSpaceOnly,
    /// Namespace declarations and layout belong to the new file.
    BelongsToNewFile,
    /// One side dropped it, but what stays needs it: a declaration, or what a name points at.
    StillNeeded,
}

impl Principle {
    /// The name that reports print; documented in `docs/merge.md`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ChangedByOneSide => "changed-by-one-side",
            Self::AddedByOneSide => "added-by-one-side",
            Self::RemovedByOneSide => "removed-by-one-side",
            Self::SameOnBothSides => "same-on-both-sides",
            Self::Unchanged => "unchanged",
            Self::GoneInNewVersion => "gone-in-new-version",
            Self::KeptThoughGone => "kept-though-gone",
            Self::KnownDefault => "known-default",
            Self::ShadowedDuplicate => "shadowed-duplicate",
            Self::WhiteSpaceOnly => "white-space-only",
            Self::BelongsToNewFile => "belongs-to-new-file",
            Self::StillNeeded => "still-needed",
        }
    }
}

impl DecidedBy {
    /// The id of the rule or the name of the principle.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Rule(id) => id.as_str(),
            Self::Principle(principle) => principle.name(),
        }
    }
}

impl From<Principle> for DecidedBy {
    fn from(principle: Principle) -> Self {
        Self::Principle(principle)
    }
}

/// What was decided about a value of the incoming file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The carrier has the same.
    AlreadyEqual,
    /// Not carried, by a named rule or principle.
    Dropped,
    /// Carried as it was.
    Carried,
    /// Carried with a change that a rule or the virtual directories asked for.
    Rewritten,
}

/// How a value of the incoming file ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By whom it was decided, and what.
    Decided(Outcome, DecidedBy),
    /// It is left to people.
    Conflict,
}

impl Ending {
    /// The outcome, if there is one.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Decided(outcome, _) => Some(*outcome),
            Self::Conflict => None,
        }
    }

    /// How much it asks of people; a conflict asks most.
    #[must_use]
    pub fn gravity(&self) -> (bool, Option<Outcome>) {
        (*self == Self::Conflict, self.outcome())
    }
}

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// The meaning of an attribute or a text; a secret if the decision says so.
    Text(String),
    /// An element without content: its name and its attributes with their meanings.
    Tag(String, Vec<(String, String)>),
    /// An element with all it holds, of which only its name and size are told.
    Element {
        /// Its name.
        name: String,
        /// How many elements it holds, at whatever depth.
        below: usize,
    },
    /// Several elements side by side.
    Several {
        /// Their name.
        name: String,
        /// How many.
        count: usize,
    },
}

/// The three values at one place; `None` where a side has nothing there.
pub type Values = Presence<Value>;

/// Where the three sides have it, in their own texts.
pub type Places = Presence<Span>;

/// One value that differs somewhere, and what became of it.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The XPath of the value.
    pub address: Address,
    /// The three values.
    pub values: Values,
    /// What the result has.
    pub result: Option<Value>,
    /// Whether the values must not be shown.
    pub secret: bool,
    /// Where.
    pub places: Places,
    /// How the incoming value ended; `None` when the incoming side has nothing there.
    pub outcome: Option<Outcome>,
    /// Who decided.
    pub by: DecidedBy,
    /// Whether it rests on a known default standing in for the base file.
    pub assumed: bool,
}

/// Why a conflict is one. Documented in `docs/merge.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConflictKind {
    /// Both sides changed the value, differently.
    BothChanged,
    /// The incoming side changed it, the carrier's side removed it.
    ChangedRemoved,
    /// The incoming side removed it, the carrier's side changed it.
    RemovedChanged,
    /// Both sides added it, differently.
    BothAdded,
    /// The order matters, and both sides changed it.
    Order,
    /// The order matters, and both sides put something in the same place.
    BothInserted,
    /// A section moved to another file on one side, and the other side changed what it holds.
    MovedToFile,
    /// An encrypted section that both sides changed.
    Encrypted,
    /// It is needed if another conflict is settled for the incoming side.
    NeededByConflict,
    /// Merged piece by piece it would be something that .NET or IIS refuse.
    Refused,
    /// One side takes it out with `remove` or `clear`, the other side changed it.
    TakenOut,
    /// One identity stands several times and both sides changed that group.
    Ambiguous,
    /// There is no base file, so nobody knows who changed it.
    UnknownOrigin,
    /// A rule demands that people decide.
    ByRule,
    /// A rule asks for the higher version, and one of them cannot be read.
    UnreadableVersion,
    /// A rule asks for the higher version, and they are versions of different things.
    IncomparableVersions,
}

impl ConflictKind {
    /// The name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BothChanged => "both-changed",
            Self::ChangedRemoved => "changed-removed",
            Self::RemovedChanged => "removed-changed",
            Self::BothAdded => "both-added",
            Self::Order => "order",
            Self::BothInserted => "both-inserted",
            Self::MovedToFile => "moved-to-file",
            Self::Encrypted => "encrypted",
            Self::NeededByConflict => "needed-by-conflict",
            Self::Refused => "refused",
            Self::TakenOut => "taken-out",
            Self::Ambiguous => "ambiguous",
            Self::UnknownOrigin => "unknown-origin",
            Self::ByRule => "by-rule",
            Self::UnreadableVersion => "unreadable-version",
            Self::IncomparableVersions => "incomparable-versions",
        }
    }
}

/// A difference that the engine does not decide.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// Why.
    pub kind: ConflictKind,
    /// The XPath of the value or element.
    pub address: Address,
    /// The three values; elements as a short description.
    pub values: Values,
    /// Whether the values must not be shown.
    pub secret: bool,
    /// Where.
    pub places: Places,
    /// The part of the carrier that it is about; empty where the carrier has nothing.
    pub region: Span,
    /// The part of the base file, if it has one.
    pub base_region: Option<Span>,
    /// The edits of the carrier that settle it in favour of the incoming side.
    pub take_incoming: Vec<Edit>,
    /// The rule that demanded or caused it.
    pub by: Option<PolicyId>,
}

/// A value that a rule requires and the result lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Id of the rule.
    pub rule: PolicyId,
    /// What the rule selects.
    pub path: String,
    /// What the rule says about itself; its path if it says nothing.
    pub summary: String,
}
