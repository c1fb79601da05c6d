//! Parameters of checks that look at facts.

use super::{always, one};
use crate::pack::rules::checks::declared::parameters;
use crate::pack::rules::checks::{Worded, Wording};
use crate::pack::rules::lint::Condition;
use crate::pack::rules::{ComponentId, FactId, ServiceId};

parameters! {
    /// The value of a fact, in a file that has it.
    OfFact {
        /// The fact.
        required fact: FactId,
        /// What must hold of its value.
        required when: Condition,
        /// Another fact, to which the finding refers.
        optional related: Option<FactId>,
    }
}

impl OfFact {
    const PLACES: &[&str] = &["name", "value"];
    const RELATED: Wording = Wording {
        cases: &["found", "related"],
        places: Self::PLACES,
    };
}

impl Worded for OfFact {
    fn wordings() -> Vec<(String, Wording)> {
        vec![
            (String::new(), one(Self::PLACES)),
            ("`related`".to_owned(), Self::RELATED),
        ]
    }

    fn wording(&self) -> Wording {
        match self.related {
            Some(_) => Self::RELATED,
            None => one(Self::PLACES),
        }
    }
}

parameters! {
    /// A file that uses a service and lacks a fact that it needs for it, or has it empty.
    MissingFact {
        /// The fact.
        required fact: FactId,
        /// The service.
        required service: ServiceId,
        /// Facts each of which does instead.
        optional unless: Vec<FactId>,
    }
}

always!(MissingFact, ["missing", "empty"], ["name", "use"]);

parameters! {
    /// Facts that two files of a run should have alike.
    Differs {
        /// The facts.
        required facts: Vec<FactId>,
        /// Whose files are looked at.
        required components: Vec<ComponentId>,
        /// The component whose nearest file each is compared with; without it, its own copies.
        optional from: Option<ComponentId>,
        /// Only files that use this service and know its URL.
        required service: ServiceId,
        /// Facts that differ as well where only one of the files has them.
        optional or_missing: Vec<FactId>,
    }
}

impl Differs {
    const PLACES: &[&str] = &["name", "value"];
    const BOTH_HAVE_IT: Wording = Wording {
        cases: &["differs", "secret", "url", "related"],
        places: Self::PLACES,
    };
    const MAY_BE_MISSING: Wording = Wording {
        cases: &[
            "differs",
            "secret",
            "url",
            "only-here",
            "only-there",
            "related",
        ],
        places: Self::PLACES,
    };
}

impl Worded for Differs {
    fn wordings() -> Vec<(String, Wording)> {
        vec![
            (String::new(), Self::BOTH_HAVE_IT),
            ("`or-missing`".to_owned(), Self::MAY_BE_MISSING),
        ]
    }

    fn wording(&self) -> Wording {
        match self.or_missing.is_empty() {
            true => Self::BOTH_HAVE_IT,
            false => Self::MAY_BE_MISSING,
        }
    }
}
