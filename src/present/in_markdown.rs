//! Text of files and names within Markdown.

use std::fmt::Write as _;

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

#[cfg(test)]
mod tests {
    use super::text;

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
