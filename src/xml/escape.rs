//! Entities: what a raw value means, and how to write a meaning.

use std::borrow::Cow;

use super::chars::{is_xml_char, plain_length};

/// A reference in raw text that is not an entity of XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceError {
    /// `&` without a name and `;`.
    BareAmpersand,
    /// A named entity that XML does not predefine.
    UnknownEntity,
    /// A number that is no XML character.
    BadCharacter,
}

/// The character that the reference at the start of `raw` stands for, and its length in bytes.
///
/// # Errors
/// When `raw` does not begin with a predefined entity or a character reference.
pub fn reference(raw: &str) -> Result<(char, usize), ReferenceError> {
    let end = raw
        .as_bytes()
        .iter()
        .take(32)
        .position(|byte| *byte == b';')
        .ok_or(ReferenceError::BareAmpersand)?;
    let name = &raw[1..end];
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => match name.strip_prefix('#') {
            Some(number) => {
                let code = match number.strip_prefix('x') {
                    Some(hex) => parse_digits(hex, 16),
                    None => parse_digits(number, 10),
                };
                code.and_then(char::from_u32)
                    .filter(|character| is_xml_char(*character))
                    .ok_or(ReferenceError::BadCharacter)?
            }
            None if super::chars::is_qualified_name(name) => {
                return Err(ReferenceError::UnknownEntity);
            }
            None => return Err(ReferenceError::BareAmpersand),
        },
    };
    Ok((character, end + 1))
}

fn parse_digits(digits: &str, radix: u32) -> Option<u32> {
    // `from_str_radix` would also take a sign.
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    u32::from_str_radix(digits, radix).ok()
}

/// The meaning of a raw attribute value: references resolved, literal white
/// space turned into spaces (XML 1.0, 3.3.3).
#[must_use]
pub fn attribute_value(raw: &str) -> Cow<'_, str> {
    let is_special =
        |byte: u8| (byte == b'&') | (byte == b'\t') | (byte == b'\r') | (byte == b'\n');
    let bytes = raw.as_bytes();
    let plain = plain_length(bytes, is_special);
    if !bytes[plain..].iter().copied().any(is_special) {
        return Cow::Borrowed(raw);
    }
    resolve(raw, true)
}

/// The meaning of raw text: references resolved, line ends as LF (XML 1.0, 2.11).
#[must_use]
pub fn text_value(raw: &str) -> Cow<'_, str> {
    let is_special = |byte: u8| (byte == b'&') | (byte == b'\r');
    let bytes = raw.as_bytes();
    let plain = plain_length(bytes, is_special);
    if !bytes[plain..].iter().copied().any(is_special) {
        return Cow::Borrowed(raw);
    }
    resolve(raw, false)
}

/// `text` with CRLF and lone CR as LF: what a CDATA section or a comment means.
#[must_use]
pub fn line_ends_folded(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\r', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

fn resolve(raw: &str, attribute: bool) -> Cow<'_, str> {
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['&', '\t', '\r', '\n']) {
        value.push_str(&rest[..at]);
        rest = &rest[at..];
        match rest.as_bytes()[0] {
            b'&' => match reference(rest) {
                Ok((character, length)) => {
                    value.push(character);
                    rest = &rest[length..];
                }
                Err(_) => {
                    value.push('&');
                    rest = &rest[1..];
                }
            },
            byte => {
                let length = if rest.starts_with("\r\n") { 2 } else { 1 };
                value.push(match byte {
                    _ if attribute => ' ',
                    b'\r' => '\n',
                    other => other as char,
                });
                rest = &rest[length..];
            }
        }
    }
    value.push_str(rest);
    Cow::Owned(value)
}

/// `value` written as an attribute value between `quote` characters.
#[must_use]
pub fn escape_attribute(value: &str, quote: char) -> String {
    let mut raw = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '&' => raw.push_str("&amp;"),
            '<' => raw.push_str("&lt;"),
            '"' if quote == '"' => raw.push_str("&quot;"),
            '\'' if quote == '\'' => raw.push_str("&apos;"),
            '\t' => raw.push_str("&#9;"),
            '\n' => raw.push_str("&#10;"),
            '\r' => raw.push_str("&#13;"),
            other => raw.push(other),
        }
    }
    raw
}

/// `value` written as text.
#[must_use]
pub fn escape_text(value: &str) -> String {
    let mut raw = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '&' => raw.push_str("&amp;"),
            '<' => raw.push_str("&lt;"),
            '>' => raw.push_str("&gt;"),
            '\r' => raw.push_str("&#13;"),
            other => raw.push(other),
        }
    }
    raw
}

/// The raw value `raw`, which stood in other quotes, made fit to stand between `quote`.
#[must_use]
pub fn requote(raw: &str, quote: char) -> Cow<'_, str> {
    if !raw.contains(quote) {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(raw.replace(quote, if quote == '"' { "&quot;" } else { "&apos;" }))
}
