//! Secrets within a value that are given by their name: `Password=…`, `"apiKey": "…"`, `-Token …`.

use std::ops::Range;

use super::names::{Names, Of};

/// The word that needs another before it.
const OF_KEYS: &str = "key";

/// The values in `text` that stand behind the name of a secret, in order of their names.
pub(super) fn assigned(names: &Names, text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut last = 0..0;
    for token in tokens(text) {
        let before = std::mem::replace(&mut last, token.clone());
        if found.last().is_some_and(|value| value.end > token.start) {
            continue;
        }
        let Some((is_flag, at)) = sign_behind(text, &token) else {
            continue;
        };
        let name = &text[token.clone()];
        let is_secret = names.is_secret(name, Of::Entry)
            || name.eq_ignore_ascii_case(OF_KEYS)
                && text.get(before.end..token.start) == Some(" ")
                && names.is_secret_key(&text[before.start..token.end]);
        if is_secret {
            let value = value_at(text, at, is_flag, is_in_query(text, token.start));
            if !value.is_empty() {
                found.push(value);
            }
        }
    }
    found
}

/// The names and words of a text.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.') || is_mark(c);
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text[at..].find(is_part)?;
            let end = text[start..]
                .find(|c: char| !is_part(c))
                .map_or(text.len(), |length| start + length);
            at = end;
            let word = &text[start..end];
            let start = start + (word.len() - word.trim_start_matches(['-', '.']).len());
            let end = end - (word.len() - word.trim_end_matches(['-', '.']).len());
            if start < end {
                return Some(start..end);
            }
        }
    })
}

/// An accent on its own.
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// Whether the value of the name at `token` follows as that of an option, and where it may begin.
fn sign_behind(text: &str, token: &Range<usize>) -> Option<(bool, usize)> {
    let rest = &text[token.end..];
    let spaces = |text: &str| text.len() - text.trim_start_matches([' ', '\t']).len();
    let mut at = ["&quot;", "&apos;", "&#34;", "&#39;", "\\\"", "\"", "'"]
        .iter()
        .find(|quote| rest.starts_with(**quote))
        .map_or(0, |quote| quote.len());
    at += usize::from(rest[at..].starts_with([']', ')']));
    at += spaces(&rest[at..]);
    let signs = [
        "=>", ":=", "==", "+=", "=", ":", "&#61;", "&#x3d;", "&#x3D;", "&#58;", "&#x3a;", "&#x3A;",
        "%3D", "%3A",
    ];
    if let Some(sign) = signs.iter().find(|sign| rest[at..].starts_with(**sign)) {
        return Some((false, token.end + at + sign.len()));
    }
    let before = text[..token.start].trim_end_matches('-');
    let dashes = text[..token.start].len() - before.len();
    let is_option = dashes > 0 && before.chars().next_back().is_none_or(is_open)
        || dashes == 0
            && before
                .strip_suffix('/')
                .is_some_and(|before| before.chars().next_back().is_none_or(char::is_whitespace));
    let has_value = rest.starts_with([' ', '\t']);
    (is_option && has_value).then_some((true, token.end))
}

fn is_open(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | '"' | '\'' | '`' | ';' | '|' | ',' | '&')
}

fn is_in_query(text: &str, at: usize) -> bool {
    let before = &text[..at];
    before.ends_with(['?', '&']) || before.ends_with("&amp;")
}

/// The value that begins at or behind `at`, without its quotes.
fn value_at(text: &str, at: usize, is_flag: bool, is_in_query: bool) -> Range<usize> {
    let blank: &[char] = match is_flag {
        true => &[' ', '\t'],
        false => &[' ', '\t', '\r', '\n'],
    };
    let start = text.len() - text[at..].trim_start_matches(blank).len();
    let value = &text[start..];
    for quote in [
        "&quot;", "&apos;", "&#34;", "&#39;", "\\\"", "\"", "'", "`", "“", "”", "„",
    ] {
        if let Some(inner) = value.strip_prefix(quote) {
            let start = start + quote.len();
            return start..start + quoted_length(inner, quote);
        }
    }
    if value.starts_with(['[', '{']) {
        return start..start + bracketed_length(value);
    }
    let is_end = |at: usize, c: char| match c {
        '\r' | '\n' => true,
        '"' => true,
        ';' => !ends_reference(&value[..at]),
        '&' => is_in_query && !value[at..].starts_with("&#"),
        ' ' | '\t' => is_flag || is_in_query,
        _ => false,
    };
    let length = value
        .char_indices()
        .find(|(at, c)| is_end(*at, *c))
        .map_or(value.len(), |(at, _)| at);
    let end = start + value[..length].trim_end().len();
    start..end
}

/// Whether the `;` behind `before` ends a reference such as `&amp;`.
fn ends_reference(before: &str) -> bool {
    let name = before.len().checked_sub(
        before
            .bytes()
            .rev()
            .take(12)
            .take_while(|b| b.is_ascii_alphanumeric() || *b == b'#')
            .count(),
    );
    name.is_some_and(|at| before[..at].ends_with('&') && at < before.len())
}

fn quoted_length(inner: &str, quote: &str) -> usize {
    let close = match quote {
        "“" | "„" => "”",
        _ => quote,
    };
    let mut at = 0;
    while let Some(found) = inner[at..].find(close) {
        let end = at + found;
        let is_doubled = inner[end + close.len()..].starts_with(close)
            && !inner[end + 2 * close.len()..].starts_with([',', '}', ';', ']'])
            && inner.len() > end + 2 * close.len();
        let is_escaped =
            close == "\"" && inner[..end].ends_with('\\') && !inner[..end].ends_with("\\\\");
        if !is_doubled && !is_escaped {
            return end;
        }
        at = end + close.len() * if is_doubled { 2 } else { 1 };
    }
    inner.len()
}

/// A list or an object as a whole; all of the rest if it is not closed.
fn bracketed_length(value: &str) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in value.bytes().enumerate() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    value.len()
}
