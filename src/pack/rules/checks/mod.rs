//! Checks that lint rules name, and their parameters.

mod declared;
mod parameters;
mod registry;

use std::collections::BTreeMap;

use super::keys::Key;
use super::template::{Fact, Template};
pub use declared::{Parameter, Parameters, Reader, Table, Values, Worded};
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

/// What there is to say about a check of the registry.
#[derive(Clone, Debug)]
pub struct Described {
    /// The name that packs use.
    pub name: &'static str,
    /// What it finds.
    pub meaning: &'static str,
    /// Its parameters.
    pub keys: &'static [Key],
    /// What a rule has to word, by what the parameters say; `None` if the check words its message itself.
    pub wordings: Option<Vec<(String, Wording)>>,
}

macro_rules! kinds {
    (
        plain { $($(#[doc = $plain_doc:literal])* $plain:ident = $plain_name:literal, $plain_scope:ident, $($plain_run:ident)::+;)* }
        run { $($(#[doc = $run_doc:literal])* $run:ident = $run_name:literal;)* }
        general { $($general:ident = $name:literal, $scope:ident, $($function:ident)::+;)* }
    ) => {
        /// A check with its parameters.
        #[derive(Clone, Debug)]
        pub enum Kind {
            $($(#[doc = $plain_doc])* $plain,)*
            $($(#[doc = $run_doc])* $run,)*
            $(#[doc = concat!("`", $name, "`.")] $general(Box<$general>),)*
        }

        impl Kind {
            /// The names of all checks.
            pub const NAMES: &[&str] = &[$($plain_name,)* $($run_name,)* $($name,)*];

            /// All checks.
            #[must_use]
            pub fn described() -> Vec<Described> {
                let plain = |name, meaning| Described { name, meaning, keys: &[], wordings: None };
                vec![
                    $(plain($plain_name, concat!($($plain_doc),*)),)*
                    $(plain($run_name, concat!($($run_doc),*)),)*
                    $(Described {
                        name: $name,
                        meaning: <$general as Parameters>::MEANING,
                        keys: <$general as Parameters>::KEYS,
                        wordings: Some(<$general as Worded>::wordings()),
                    },)*
                ]
            }

            /// The parameters of the check with this name.
            #[must_use]
            pub fn keys_of(name: &str) -> Option<&'static [Key]> {
                match name {
                    $($plain_name)|* | $($run_name)|* => Some(&[]),
                    $($name => Some(<$general as Parameters>::KEYS),)*
                    _ => None,
                }
            }

            /// The check called `name` with what `reader` reads; `None` within if that has a problem.
            pub(in crate::pack) fn read<R: Reader>(name: &str, reader: &mut R) -> Option<Option<Self>> {
                Some(match name {
                    $($plain_name => Some(Self::$plain),)*
                    $($run_name => Some(Self::$run),)*
                    $($name => <$general as Parameters>::read(reader).map(|read| Self::$general(Box::new(read))),)*
                    _ => return None,
                })
            }

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

            /// What its parameters lack as a whole, and what to do about it.
            #[must_use]
            pub fn lacks(&self) -> Option<(&'static str, &'static str)> {
                match self {
                    $(Self::$general(parameters) => parameters.lacks(),)*
                    _ => None,
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
