//! A text of a file as the page shows it: nothing in it turns the page around, and the rest of a long one
//! is folded.

use crate::present::plain::plain;

/// Characters of a value that are shown at once.
const SHORT: usize = 240;

/// A text in two parts.
pub(super) struct Shown {
    /// What is shown at once.
    pub(super) start: String,
    /// The whole text, where that is more.
    pub(super) whole: Option<String>,
    /// How many characters it has.
    pub(super) length: usize,
}

impl Shown {
    pub(super) fn of(text: &str) -> Self {
        let text = plain(text);
        match text.char_indices().nth(SHORT) {
            None => Self {
                length: 0,
                start: text.into_owned(),
                whole: None,
            },
            Some((end, _)) => Self {
                start: format!("{}…", &text[..end]),
                length: text.chars().count(),
                whole: Some(text.into_owned()),
            },
        }
    }
}

/// A part of a sentence.
pub(in crate::present) struct Part {
    pub(in crate::present) text: String,
    /// Whether it stands between backticks.
    pub(in crate::present) is_code: bool,
}

/// A sentence in parts: what it has between backticks is code.
pub(in crate::present) fn words(sentence: &str) -> Vec<Part> {
    let sentence = plain(sentence);
    let ticks = sentence.matches('`').count();
    let parts = sentence.split('`').enumerate();
    parts
        .map(|(at, text)| Part {
            // A last backtick without its other half is a character like any other.
            text: match at == ticks && ticks % 2 == 1 {
                true => format!("`{text}"),
                false => text.to_owned(),
            },
            is_code: at % 2 == 1 && !(at == ticks && ticks % 2 == 1),
        })
        .filter(|part| !part.text.is_empty())
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{SHORT, Shown, words};

    #[test]
    fn long_texts_are_folded_and_odd_characters_are_written_out() {
        let short = Shown::of("a\u{202e}b");
        assert_eq!((short.start.as_str(), short.whole), ("a\\u{202e}b", None));
        let long = "é".repeat(SHORT + 1);
        let shown = Shown::of(&long);
        assert_eq!(shown.start.chars().count(), SHORT + 1);
        assert_eq!(shown.whole.unwrap(), long);
        assert_eq!(shown.length, SHORT + 1);
    }

    #[test]
    fn what_is_between_backticks_is_code() {
        let shown = |text: &str| {
            let parts = words(text).into_iter();
            let parts = parts.map(|part| match part.is_code {
                true => format!("<{}>", part.text),
                false => part.text,
            });
            parts.collect::<String>()
        };
        assert_eq!(shown("rule `a` of `b`."), "rule <a> of <b>.");
        assert_eq!(shown("no code"), "no code");
        assert_eq!(shown("`a` and ` alone"), "<a> and ` alone");
        assert_eq!(shown(""), "");
    }
}
