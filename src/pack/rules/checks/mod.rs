//! Checks that lint rules name, and their parameters.

mod parameters;
mod registry;

use std::collections::BTreeMap;

use super::template::{Fact, Template};
pub use parameters::*;
pub(crate) use registry::registry;

/// What a check looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One file, be it a document or not.
    File,
    /// All files of the run at once.
    Estate,
    /// Nothing: the run itself reports it.
    Run,
}

macro_rules! kinds {
    (
        plain { $($(#[$plain_doc:meta])* $plain:ident = $plain_name:literal, $plain_scope:ident, $($plain_run:ident)::+;)* }
        run { $($(#[$run_doc:meta])* $run:ident = $run_name:literal;)* }
        general { $($(#[$doc:meta])* $general:ident = $name:literal, $scope:ident, $($function:ident)::+;)* }
    ) => {
        /// A check with its parameters.
        #[derive(Clone, Debug)]
        pub enum Kind {
            $($(#[$plain_doc])* $plain,)*
            $($(#[$run_doc])* $run,)*
            $($(#[$doc])* $general(Box<$general>),)*
        }

        impl Kind {
            /// The names of all checks.
            pub const NAMES: &[&str] = &[$($plain_name,)* $($run_name,)* $($name,)*];

            /// The name that packs use.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$plain => $plain_name,)*
                    $(Self::$run => $run_name,)*
                    $(Self::$general(_) => $name,)*
                }
            }

            /// What it looks at.
            #[must_use]
            pub fn scope(&self) -> Scope {
                match self {
                    $(Self::$plain => Scope::$plain_scope,)*
                    $(Self::$run => Scope::Run,)*
                    $(Self::$general(_) => Scope::$scope,)*
                }
            }

            /// What the rule has to word; `None` if the check does that itself.
            #[must_use]
            pub fn wording(&self) -> Option<Wording> {
                match self {
                    $(Self::$plain => None,)*
                    $(Self::$run => None,)*
                    $(Self::$general(parameters) => Some(parameters.wording()),)*
                }
            }
        }
    };
}

registry!(kinds);

/// What a check needs worded.
#[derive(Clone, Copy, Debug)]
pub struct Wording {
    /// The cases that have a message each; none if there is one only.
    pub cases: &'static [&'static str],
    /// What the check fills in: `value` stands for `{value}`.
    pub places: &'static [&'static str],
}

/// A check as a rule names it: with its parameters and its messages.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The check.
    pub kind: Kind,
    /// Its messages.
    pub messages: Messages,
}

/// The messages of a rule by case.
#[derive(Clone, Debug, Default)]
pub struct Messages {
    /// For the cases that have none of their own.
    pub otherwise: Option<Template>,
    /// By case.
    pub by_case: BTreeMap<&'static str, Template>,
}

impl Messages {
    /// The message of `case` with `facts` in its places.
    #[must_use]
    pub fn say(&self, case: &str, facts: &[(&str, &str)]) -> String {
        let message = self.by_case.get(case).or(self.otherwise.as_ref());
        let fill = |fact: &Fact| match fact {
            Fact::Place(place) => (facts.iter())
                .find(|(name, _)| name == place)
                .map_or_else(String::new, |(_, text)| (*text).to_owned()),
            _ => String::new(),
        };
        message.map_or_else(String::new, |message| message.fill(fill))
    }
}
