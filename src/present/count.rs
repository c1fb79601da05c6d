//! Numbers of things, in words.

/// `1 file`, `2 files`.
pub(super) fn number(count: usize, one: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    }
}
