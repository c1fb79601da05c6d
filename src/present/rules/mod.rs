//! Rule packs for people and programs: what `conferry rules` prints, and docs/rules.

pub mod check;
pub mod docs;
pub mod explained;
pub mod list;
pub mod principles;
pub mod test;

use crate::present::count::number;
use crate::present::json::json;

/// Version of the JSON of `conferry rules`. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 1;
