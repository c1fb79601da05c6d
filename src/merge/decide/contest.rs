//! A value on three sides, and the verdict about it.

use crate::matching::sides::Sides;
use crate::merge::outcome::{ConflictKind, DecidedBy, Outcome, Places, Principle, Value, Values};
use crate::xml::NodeId;
use crate::xml::address::Leaf;

/// What the base says about a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::merge) enum Base {
    /// It has this, or nothing.
    Is(Option<String>),
    /// There is no base for it.
    Unknown,
}

/// The value that the result gets.
pub(in crate::merge) enum Pick {
    Carrier,
    Incoming,
    Text(String),
}

/// Who wins, or that nobody can say.
pub(in crate::merge) enum Verdict {
    Decided(Ruling),
    Conflict(ConflictKind),
}

pub(in crate::merge) struct Ruling {
    pub(in crate::merge) pick: Pick,
    pub(in crate::merge) by: DecidedBy,
    /// Rests on a known default instead of a base file.
    pub(in crate::merge) assumed: bool,
}

impl Verdict {
    pub(in crate::merge) fn principle(pick: Pick, principle: Principle) -> Self {
        Self::Decided(Ruling {
            pick,
            by: principle.into(),
            assumed: false,
        })
    }

    /// The same, where a known default stands in for the base.
    pub(in crate::merge) fn assumed(self) -> Self {
        match self {
            Self::Decided(ruling) => Self::Decided(Ruling {
                assumed: true,
                ..ruling
            }),
            conflict @ Self::Conflict(_) => conflict,
        }
    }
}

/// A value on three sides; incoming and base as compared, with virtual directories renamed.
pub(in crate::merge) struct Contest {
    pub(in crate::merge) triple: Sides<NodeId>,
    pub(in crate::merge) leaf: Leaf,
    pub(in crate::merge) base: Base,
    /// The base value as it stands in its file.
    pub(in crate::merge) original_base: Base,
    /// The incoming value as it stands in its file.
    pub(in crate::merge) original: Option<String>,
    pub(in crate::merge) incoming: Option<String>,
    pub(in crate::merge) carrier: Option<String>,
    pub(in crate::merge) places: Places,
}

impl Contest {
    pub(in crate::merge) fn map_incoming(&mut self, map: &dyn Fn(&str) -> Option<String>) {
        if let Some(value) = self.incoming.as_deref().and_then(map) {
            self.incoming = Some(value);
        }
        if let Base::Is(Some(value)) = &self.base
            && let Some(value) = map(value)
        {
            self.base = Base::Is(Some(value));
        }
    }

    pub(in crate::merge) fn is_rewritten(&self) -> bool {
        self.incoming != self.original
    }

    pub(in crate::merge) fn outcome(&self, pick: &Pick) -> Outcome {
        match pick {
            Pick::Carrier if self.incoming != self.carrier => Outcome::Dropped,
            Pick::Carrier | Pick::Incoming if self.is_rewritten() => Outcome::Rewritten,
            Pick::Carrier => Outcome::AlreadyEqual,
            Pick::Incoming => Outcome::Carried,
            Pick::Text(text) if self.original.as_ref() == Some(text) => {
                if self.carrier.as_ref() == Some(text) {
                    Outcome::AlreadyEqual
                } else {
                    Outcome::Carried
                }
            }
            Pick::Text(text) if self.original_base == Base::Is(Some(text.clone())) => {
                Outcome::Dropped
            }
            Pick::Text(_) => Outcome::Rewritten,
        }
    }

    pub(in crate::merge) fn values(&self) -> Values {
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
