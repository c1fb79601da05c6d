//! A value on three sides, and the verdict about it.

use super::outcome::{ConflictKind, DecidedBy, Outcome, Places, Principle, Triple, Value, Values};
use crate::xml::address::Leaf;

/// What the base says about a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// It has this, or nothing.
    Is(Option<String>),
    /// There is no base for it.
    Unknown,
}

/// The value that the result gets.
pub(super) enum Pick {
    Carrier,
    Incoming,
    Text(String),
    Conflict(ConflictKind),
}

pub(super) struct Verdict {
    pub(super) pick: Pick,
    pub(super) by: DecidedBy,
    /// Rests on a known default instead of a base file.
    pub(super) assumed: bool,
}

impl Verdict {
    pub(super) fn principle(pick: Pick, principle: Principle) -> Self {
        Self {
            pick,
            by: principle.into(),
            assumed: false,
        }
    }

    pub(super) fn conflict(kind: ConflictKind) -> Self {
        Self::principle(Pick::Conflict(kind), Principle::ChangedByOneSide)
    }
}

/// A value on three sides; incoming and base as compared, with virtual directories renamed.
pub(super) struct Contest {
    pub(super) triple: Triple,
    pub(super) leaf: Leaf,
    pub(super) base: Base,
    /// The base value as it stands in its file.
    pub(super) original_base: Base,
    /// The incoming value as it stands in its file.
    pub(super) original: Option<String>,
    pub(super) incoming: Option<String>,
    pub(super) carrier: Option<String>,
    pub(super) places: Places,
}

impl Contest {
    pub(super) fn map_incoming(&mut self, map: &dyn Fn(&str) -> Option<String>) {
        if let Some(value) = self.incoming.as_deref().and_then(map) {
            self.incoming = Some(value);
        }
        if let Base::Is(Some(value)) = &self.base
            && let Some(value) = map(value)
        {
            self.base = Base::Is(Some(value));
        }
    }

    pub(super) fn is_rewritten(&self) -> bool {
        self.incoming != self.original
    }

    pub(super) fn outcome(&self, verdict: &Verdict) -> Outcome {
        match verdict.pick {
            Pick::Conflict(_) => Outcome::Conflict,
            Pick::Carrier if self.incoming != self.carrier => Outcome::Dropped,
            Pick::Carrier | Pick::Incoming if self.is_rewritten() => Outcome::Rewritten,
            Pick::Carrier => Outcome::AlreadyEqual,
            Pick::Incoming => Outcome::Carried,
            Pick::Text(ref text) if self.original.as_ref() == Some(text) => {
                if self.carrier.as_ref() == Some(text) {
                    Outcome::AlreadyEqual
                } else {
                    Outcome::Carried
                }
            }
            Pick::Text(ref text) if self.original_base == Base::Is(Some(text.clone())) => {
                Outcome::Dropped
            }
            Pick::Text(_) => Outcome::Rewritten,
        }
    }

    pub(super) fn values(&self) -> Values {
        let base = match &self.original_base {
            Base::Is(value) => value.clone(),
            Base::Unknown => None,
        };
        Values {
            base: base.map(Value::Text),
            incoming: self.original.clone().map(Value::Text),
            carrier: self.carrier.clone().map(Value::Text),
        }
    }
}
