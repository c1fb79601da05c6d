//! What `conferry rules new` begins with: a pack of one's own rules, or the folder of a product.

const TEAM: &str = include_str!("starter-team.toml");
const PRODUCT: [(&str, &str); 2] = [
    ("pack.toml", include_str!("starter-pack.toml")),
    ("lint.toml", include_str!("starter-lint.toml")),
];

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
    named(TEAM, name)
}

/// The files of a product with this name, by the names of the files; the same holds of them.
#[must_use]
pub fn product(name: &str) -> [(&'static str, String); 2] {
    PRODUCT.map(|(file, text)| (file, named(text, name)))
}

fn named(text: &str, name: &str) -> String {
    text.replace("@NAME@", name)
        .replace("@CODE@", &letters(name))
}

/// What ids of lint rules begin with.
fn letters(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphabetic);
    letters.take(8).collect::<String>().to_ascii_uppercase()
}
