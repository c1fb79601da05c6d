//! Rule packs for people and programs: what `conferry rules` prints, and docs/rules.

pub mod check;
pub mod docs;
pub mod explained;
pub mod list;
pub mod principles;
pub mod test;

use serde::Serialize;

/// Version of the JSON of `conferry rules`. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 1;

/// `value` as one JSON document.
fn json(value: &impl Serialize) -> String {
    let mut json = serde_json::to_string_pretty(value).unwrap_or_default();
    json.push('\n');
    json
}

/// `1 rule`, `2 rules`.
fn number(count: usize, one: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    }
}
