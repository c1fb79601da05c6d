//! Rule packs for people and programs: what `conferry rules` prints, and docs/rules.

pub mod check;
pub mod docs;
pub mod explained;
pub mod list;
pub mod principles;
pub mod test;

use crate::present::json::json;

/// Version of the JSON of `conferry rules`. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 1;

/// `1 rule`, `2 rules`.
fn number(count: usize, one: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    }
}
