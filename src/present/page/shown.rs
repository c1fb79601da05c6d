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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{SHORT, Shown};

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
}
