//! Comparison without regard to case, the same everywhere.
//!
//! .NET's ordinal comparison folds each character on its own by the simple upper
//! case of Unicode, and leaves out those that would become ASCII (`ı`, `ſ`).

use std::borrow::Cow;

/// `text` in a form that is equal for texts that differ in case only. ASCII comes out in lower case.
#[must_use]
pub fn folded(text: &str) -> Cow<'_, str> {
    if text
        .bytes()
        .any(|b| b.is_ascii_uppercase() || !b.is_ascii())
    {
        let mut out = String::with_capacity(text.len());
        push_folded(&mut out, text);
        Cow::Owned(out)
    } else {
        Cow::Borrowed(text)
    }
}

/// Adds `text`, folded, to `out`.
pub fn push_folded(out: &mut String, text: &str) {
    if text.is_ascii() {
        let start = out.len();
        out.push_str(text);
        out[start..].make_ascii_lowercase();
    } else {
        out.extend(text.chars().map(fold));
    }
}

/// Whether two texts are equal but for case.
#[must_use]
pub fn equal_but_for_case(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        return one.eq_ignore_ascii_case(other);
    }
    one.chars().map(fold).eq(other.chars().map(fold))
}

fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) if !single.is_ascii() => single,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_all_alphabets_lose_their_case() {
        for (one, other) in [
            ("Web.CONFIG", "web.config"),
            ("ÄRGER", "ärger"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("ЖУРНАЛ", "журнал"),
        ] {
            assert!(equal_but_for_case(one, other), "{one}");
            assert_eq!(folded(one), folded(other));
        }
    }

    #[test]
    fn as_dotnet_has_it_other_letters_stay_apart() {
        // Dotless i, long s, sharp s, the sign of Kelvin, dotted capital I.
        for (one, other) in [
            ("ı", "I"),
            ("ſ", "S"),
            ("ß", "SS"),
            ("\u{212a}", "k"),
            ("İ", "i"),
            ("a", "b"),
            ("a", "aa"),
        ] {
            assert!(!equal_but_for_case(one, other), "{one} {other}");
            assert_ne!(folded(one), folded(other));
        }
    }

    #[test]
    fn what_is_folded_already_is_borrowed() {
        assert!(matches!(folded("web.config"), Cow::Borrowed(_)));
        assert_eq!(folded("Ab"), "ab");
    }
}
