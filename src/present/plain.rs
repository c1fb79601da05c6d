//! Text of files and names as it may be printed: nothing in it commands a
//! terminal or the log of a build.
//!
//! What is obeyed, and by whom: control characters and escape sequences by terminals;
//! marks that turn the direction of writing by everything that shows text; `##vso[` and
//! `##[` by Azure Pipelines, and `##teamcity[` by TeamCity, anywhere in a line; `::` by GitHub Actions
//! where a line begins with it, white space aside.

use std::borrow::Cow;

/// Who may be commanded, in a text that is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Printed {
    /// Words for people: nobody.
    Text {
        /// Whether it has colours of our own, which are left as they are.
        color: bool,
    },
    /// Lines that are commands to the log of a build, made of parts that went through [`plain`].
    Commands,
}

/// `text` with each character written out that a terminal or the log of a build would obey.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    written(text, |at, c| is_obeyed(text, at, c).then_some(0))
}

/// The same in one line.
#[must_use]
pub fn plain_line(text: &str) -> String {
    plain(text).replace('\n', " ")
}

/// A whole text as it is printed: the last guard, behind all that makes texts.
#[must_use]
pub fn printed(text: &str, printed: Printed) -> Cow<'_, str> {
    written(text, |at, c| {
        let obeyed = match (printed, c) {
            // Within a text a carriage return may be the end of a piece; here nothing follows it.
            (_, '\r') => !text[at + 1..].starts_with('\n'),
            (Printed::Text { color: true }, '\u{1b}') => return color_at(&text[at..]),
            (Printed::Commands, '#' | ':') => false,
            _ => is_obeyed(text, at, c),
        };
        obeyed.then_some(0)
    })
}

/// JSON with each character written as `\u…` that would be obeyed. Outside of its strings JSON has none.
#[must_use]
pub fn plain_json(json: &str) -> Cow<'_, str> {
    let obeyed = |at, c| c != '\n' && c != ':' && is_obeyed(json, at, c);
    let mut copied = 0;
    let mut shown = String::new();
    for (at, c) in json.char_indices() {
        if obeyed(at, c) {
            shown.push_str(&json[copied..at]);
            for unit in c.encode_utf16(&mut [0; 2]) {
                shown.push_str(&format!("\\u{unit:04x}"));
            }
            copied = at + c.len_utf8();
        }
    }
    match copied {
        0 => Cow::Borrowed(json),
        _ => Cow::Owned(shown + &json[copied..]),
    }
}

/// `text` with those characters written out for which `obeyed` gives a number; a number above 0 is
/// the length of what is left as it is.
fn written(text: &str, obeyed: impl Fn(usize, char) -> Option<usize>) -> Cow<'_, str> {
    let mut copied = 0;
    let mut shown = String::new();
    let mut skip = 0;
    for (at, c) in text.char_indices() {
        if at < skip {
            continue;
        }
        match obeyed(at, c) {
            None => {}
            Some(0) => {
                shown.push_str(&text[copied..at]);
                shown.push_str(&written_out(c));
                copied = at + c.len_utf8();
            }
            Some(length) => skip = at + length,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[copied..]);
    Cow::Owned(shown)
}

/// The length of the colour that `text` begins with; 0 if it is another sequence.
fn color_at(text: &str) -> Option<usize> {
    let Some(codes) = text.strip_prefix("\u{1b}[") else {
        return Some(0);
    };
    let length = codes.len()
        - codes
            .trim_start_matches(|c: char| c.is_ascii_digit() || c == ';')
            .len();
    match codes[length..].starts_with('m') {
        true => Some(length + 3),
        false => Some(0),
    }
}

/// How such a character is shown.
pub(super) fn written_out(c: char) -> String {
    format!("\\u{{{:x}}}", u32::from(c))
}

/// Whether the character at `at` would be obeyed.
pub(super) fn is_obeyed(text: &str, at: usize, c: char) -> bool {
    match c {
        '\t' | '\n' => false,
        '\r' => !matches!(text.as_bytes().get(at + 1), None | Some(b'\n')),
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            true
        }
        '#' => {
            let behind = &text.as_bytes()[at + 1..];
            let begins = |word: &[u8]| {
                behind
                    .get(..word.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(word))
            };
            text[..at].ends_with('#') && (begins(b"vso[") || begins(b"[") || begins(b"teamcity["))
        }
        ':' => text[at + 1..].starts_with(':') && begins_line(&text[..at]),
        _ => c.is_control(),
    }
}

/// Whether nothing stands in the last line of `before`. GitHub's runner skips what Unicode calls white
/// space; a byte-order mark is skipped here as well.
fn begins_line(before: &str) -> bool {
    let mut chars = before.chars().rev();
    chars
        .find(|c| *c == '\n' || !c.is_whitespace() && *c != '\u{feff}')
        .is_none_or(|c| c == '\n')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
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
            ("##teamcity[x", "#\\u{23}teamcity[x"),
            ("a::b\n \t::error::c::d", "a::b\n \t\\u{3a}:error::c::d"),
            ("::set-env", "\\u{3a}:set-env"),
            ("\u{a0}::x\u{2028}", "\u{a0}\\u{3a}:x\\u{2028}"),
        ] {
            assert_eq!(plain(text), shown);
        }
    }

    #[test]
    fn only_colours_of_our_own_are_printed() {
        let text = "\u{1b}[1;31mred\u{1b}[0m\u{1b}[2J\u{1b}]0;title\u{7}\r";
        let red = "\u{1b}[1;31mred\u{1b}[0m\\u{1b}[2J\\u{1b}]0;title\\u{7}\\u{d}";
        assert_eq!(printed(text, Printed::Text { color: true }), red);
        let grey = printed(text, Printed::Text { color: false });
        assert!(!grey.contains('\u{1b}'), "{grey}");
        let command = "::error file=a::##vso[b]\u{1b}\n";
        assert_eq!(
            printed(command, Printed::Commands),
            "::error file=a::##vso[b]\\u{1b}\n"
        );
    }

    #[test]
    fn json_stays_what_it_is() {
        let value = serde_json::json!({
            "a##vso[x": "\u{1b}[2J\u{9b}\u{7f}\u{202e}\u{2028} ##[error] ##teamcity[ ::x\r\n# ## \\",
        });
        let json = serde_json::to_string_pretty(&value).unwrap();
        let shown = plain_json(&json);
        assert!(
            !shown.contains("##vso[") && !shown.contains("##[") && !shown.contains("##teamcity[")
        );
        assert!(
            shown
                .chars()
                .all(|c| c == '\n' || !c.is_control() && c != '\u{202e}' && c != '\u{2028}')
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            value
        );
    }
}
