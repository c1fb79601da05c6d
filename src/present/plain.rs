//! Text of files and names as it may be printed: nothing in it commands a
//! terminal or the log of a build.

use std::borrow::Cow;

/// `text` with each character written out that a terminal or the log of a build would obey.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    let mut copied = 0;
    let mut shown = String::new();
    for (at, c) in text.char_indices() {
        if is_obeyed(text, at, c) {
            shown.push_str(&text[copied..at]);
            shown.push_str(&written_out(c));
            copied = at + c.len_utf8();
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[copied..]);
    Cow::Owned(shown)
}

/// The same in one line.
#[must_use]
pub fn plain_line(text: &str) -> String {
    plain(text).replace('\n', " ")
}

/// How such a character is shown.
pub(super) fn written_out(c: char) -> String {
    format!("\\u{{{:x}}}", u32::from(c))
}

/// Whether the character at `at` would be obeyed: it controls a terminal, turns the direction of
/// writing, or begins a logging command, which agents find anywhere in a line (`##vso[`, `##[`).
pub(super) fn is_obeyed(text: &str, at: usize, c: char) -> bool {
    match c {
        '\t' | '\n' => false,
        '\r' => !matches!(text.as_bytes().get(at + 1), None | Some(b'\n')),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        '#' => {
            let behind = &text.as_bytes()[at + 1..];
            let begins = |word: &[u8]| {
                behind
                    .get(..word.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(word))
            };
            text[..at].ends_with('#') && (begins(b"vso[") || begins(b"["))
        }
        _ => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_obeyed_is_replaced_and_nothing_else() {
        for (text, shown) in [
            ("a\tb\n# ## [x] ##x é", "a\tb\n# ## [x] ##x é"),
            ("\u{1b}[31mred\u{7}\r\n", "\\u{1b}[31mred\\u{7}\r\n"),
            ("a\u{9b}31m\r\u{202e}b", "a\\u{9b}31m\\u{d}\\u{202e}b"),
            ("a ##vso[task.x]b", "a #\\u{23}vso[task.x]b"),
            ("###VSO[x ##[error]", "##\\u{23}VSO[x #\\u{23}[error]"),
        ] {
            assert_eq!(plain(text), shown);
        }
    }
}
