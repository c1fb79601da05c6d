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
