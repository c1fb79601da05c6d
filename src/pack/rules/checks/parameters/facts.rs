//! Parameters of checks that look at facts.

use crate::pack::rules::checks::Wording;
use crate::pack::rules::lint::Condition;
use crate::pack::rules::{ComponentId, FactId, ServiceId};

/// `fact`: the value of a fact, in a file that has it.
#[derive(Clone, Debug)]
pub struct OfFact {
    /// The fact.
    pub fact: FactId,
    /// What must hold of its value.
    pub when: Condition,
    /// Another fact, to which the finding refers.
    pub related: Option<FactId>,
}

impl OfFact {
    pub(in crate::pack::rules::checks) fn wording(&self) -> Wording {
        Wording {
            cases: match self.related {
                Some(_) => &["found", "related"],
                None => &[],
            },
            places: &["name", "value"],
        }
    }
}

/// `missing-fact`: a fact that a file must have, since it uses a service.
#[derive(Clone, Debug)]
pub struct MissingFact {
    /// The fact.
    pub fact: FactId,
    /// The service.
    pub service: ServiceId,
    /// Facts each of which does instead.
    pub unless: Vec<FactId>,
}

impl MissingFact {
    pub(in crate::pack::rules::checks) fn wording(&self) -> Wording {
        Wording {
            cases: &["missing", "empty"],
            places: &["name", "use"],
        }
    }
}

/// `differs`: facts that two files of a run should have alike.
#[derive(Clone, Debug)]
pub struct Differs {
    /// The facts.
    pub facts: Vec<FactId>,
    /// Whose files are looked at.
    pub components: Vec<ComponentId>,
    /// The component whose nearest file each is compared with; without it, its own copies.
    pub with: Option<ComponentId>,
    /// Only files that use this service and know its URL.
    pub service: ServiceId,
    /// Facts that differ as well where only one of the files has them.
    pub or_missing: Vec<FactId>,
}

impl Differs {
    pub(in crate::pack::rules::checks) fn wording(&self) -> Wording {
        Wording {
            cases: match self.or_missing.is_empty() {
                true => &["differs", "secret", "url", "related"],
                false => &[
                    "differs",
                    "secret",
                    "url",
                    "only-here",
                    "only-there",
                    "related",
                ],
            },
            places: &["name", "value"],
        }
    }
}
