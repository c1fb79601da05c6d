//! The pack that `conferry rules new` begins with.

const STARTER: &str = include_str!("starter.toml");

/// Whether `name` can be the name of a pack and a part of ids: a-z, 0-9 and -,
/// beginning with a letter, with two letters or more.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && !name.ends_with('-')
        && name.bytes().all(plain)
        && letters(name).len() >= 2
}

/// A pack with this name; it has no problem, and its examples pass.
#[must_use]
pub fn starter(name: &str) -> String {
    STARTER
        .replace("@NAME@", name)
        .replace("@CODE@", &letters(name))
}

/// What ids of lint rules begin with.
fn letters(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphabetic);
    letters.take(8).collect::<String>().to_ascii_uppercase()
}
