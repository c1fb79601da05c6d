//! What each check of the registry can be told, and what it needs worded.

mod facts;
mod files;
mod services;
mod texts;

use super::Wording;
pub use facts::*;
pub use files::*;
pub use services::*;
pub use texts::*;

/// One message, for which the check fills in `places`.
const fn one(places: &'static [&'static str]) -> Wording {
    Wording { cases: &[], places }
}

/// A check that wants the same worded whatever its parameters say.
macro_rules! always {
    ($check:ident, [$($case:literal),*], [$($place:literal),*]) => {
        impl $crate::pack::rules::checks::Worded for $check {
            fn wordings() -> Vec<(String, $crate::pack::rules::checks::Wording)> {
                vec![(String::new(), Self::WORDING)]
            }

            fn wording(&self) -> $crate::pack::rules::checks::Wording {
                Self::WORDING
            }
        }

        impl $check {
            const WORDING: $crate::pack::rules::checks::Wording = $crate::pack::rules::checks::Wording {
                cases: &[$($case),*],
                places: &[$($place),*],
            };
        }
    };
}

/// A check one of whose parameters says what has to be worded; and what is missing as a whole.
macro_rules! by_word {
    ($check:ident, $field:ident: $word:ident) => {
        by_word!($check, $field: $word, |_check| None);
    };
    ($check:ident, $field:ident: $word:ident, |$this:ident| $lacks:expr) => {
        impl $crate::pack::rules::checks::Worded for $check {
            fn wordings() -> Vec<(String, $crate::pack::rules::checks::Wording)> {
                let all = <$word as $crate::word::Word>::ALL.iter();
                let label = |word: &$word| {
                    let name = $crate::word::Word::word(*word);
                    (format!("`{} = \"{name}\"`", stringify!($field)), word.wording())
                };
                all.map(label).collect()
            }

            fn wording(&self) -> $crate::pack::rules::checks::Wording {
                self.$field.wording()
            }

            fn lacks(&self) -> Option<(&'static str, &'static str)> {
                let $this = self;
                $lacks
            }
        }
    };
}
use {always, by_word};
