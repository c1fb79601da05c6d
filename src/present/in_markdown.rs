//! Text of files and names within Markdown.

use std::fmt::Write as _;

use super::page::shown;

/// A text that means nothing else in Markdown or HTML.
#[must_use]
pub fn text(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for char in words.chars() {
        match char {
            // GitHub looks for @names and #numbers in the text that is shown.
            '@' | '#' => {
                let _ = write!(out, "{char}<!-- -->");
            }
            control if control.is_control() => out.push(' '),
            plain if plain.is_alphanumeric() || " .,;()/='\"+?%…“”-".contains(plain) => {
                out.push(plain);
            }
            other => {
                let _ = write!(out, "&#{};", other as u32);
            }
        }
    }
    out
}

/// A sentence that people may also read as it is written: what it has between backticks is code, and of all else
/// nothing is markup. It can be in a table.
#[must_use]
pub fn sentence(words: &str) -> String {
    let mut out = String::with_capacity(words.len() + 8);
    for part in shown::words(words) {
        let quoted = match part.is_code {
            true => "`",
            false => "",
        };
        out.push_str(quoted);
        for char in part.text.chars() {
            match char {
                control if control.is_control() => out.push(' '),
                '|' => out.push_str("\\|"),
                _ if part.is_code => out.push(char),
                '@' | '#' => {
                    let _ = write!(out, "{char}<!-- -->");
                }
                '&' => out.push_str("&amp;"),
                '\\' | '*' | '_' | '[' | ']' | '<' | '~' | '`' | '$' => {
                    out.push('\\');
                    out.push(char);
                }
                _ => out.push(char),
            }
        }
        out.push_str(quoted);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{sentence, text};

    #[test]
    fn a_sentence_has_code_and_no_other_markup() {
        assert_eq!(
            sentence("Copy `C:\\a_b|c` to *x* <b> a@b"),
            "Copy `C:\\a_b\\|c` to \\*x\\* \\<b> a@<!-- -->b"
        );
        assert_eq!(sentence("a ` b"), "a \\` b");
    }

    #[test]
    fn what_a_file_says_is_no_markup() {
        let hostile = "a|b <img src=x> [l](http://x) *b* _i_ ~s~ \\ &amp; $x$ {y} !z\r\n| c";
        let shown = text(hostile);
        for char in [
            '|', '<', '>', '[', ']', '*', '_', '~', '\\', '\n', ':', '$', '{', '!',
        ] {
            assert!(!shown.contains(char), "{char} in {shown}");
        }
        assert_eq!(text("@team #1"), "@<!-- -->team #<!-- -->1");
    }
}
