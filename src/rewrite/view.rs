//! A text as a URL parser would see it, with the way back to the text as written.
//!
//! Percent-encoding, XML and HTML references and JSON escapes are resolved, up
//! to three layers of them. Only what matters for finding path segments is: an
//! escaped character that could stand inside a name (a space, a letter with an
//! accent) never becomes a separator.

use std::borrow::Cow;

use crate::xml::Span;

/// How many layers of escapes are looked through.
const MAX_LAYERS: usize = 3;
/// Stands for a resolved character that is neither a separator nor part of any known name.
const OTHER: u8 = 0xFF;

/// The resolved bytes of a text.
pub(super) struct View<'t> {
    pub(super) bytes: Cow<'t, [u8]>,
    /// Where in the text each resolved byte begins, and the end of the text; `None`: as written.
    starts: Option<Vec<u32>>,
}

impl<'t> View<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let raw = text.as_bytes();
        let mut view = Self {
            bytes: Cow::Borrowed(raw),
            starts: None,
        };
        if memchr::memchr3(b'%', b'&', b'\\', raw).is_none() {
            return view;
        }
        for _ in 0..MAX_LAYERS {
            let Some((bytes, starts)) = resolved(&view.bytes, view.starts.as_deref()) else {
                break;
            };
            view = Self {
                bytes: Cow::Owned(bytes),
                starts: Some(starts),
            };
        }
        view
    }

    /// Where the resolved bytes from `start` to `end` stand in the text.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        match &self.starts {
            Some(starts) => Span::new(starts[start] as usize, starts[end] as usize),
            None => Span::new(start, end),
        }
    }
}

/// One layer of escapes resolved; `None` if there is none.
fn resolved(bytes: &[u8], starts: Option<&[u32]>) -> Option<(Vec<u8>, Vec<u32>)> {
    let first = next_escape(bytes, 0)?;
    let origin = |at: usize| starts.map_or(at as u32, |starts| starts[at]);
    let mut resolved = Vec::with_capacity(bytes.len());
    let mut places = Vec::with_capacity(bytes.len() + 1);
    let mut copied = 0;
    let mut found = Some(first);
    while let Some((at, byte, length)) = found {
        resolved.extend_from_slice(&bytes[copied..at]);
        places.extend((copied..at).map(origin));
        resolved.push(byte);
        places.push(origin(at));
        copied = at + length;
        found = next_escape(bytes, copied);
    }
    resolved.extend_from_slice(&bytes[copied..]);
    places.extend((copied..=bytes.len()).map(origin));
    Some((resolved, places))
}

/// The next escape from `from` on: its place, what it means, its length.
fn next_escape(bytes: &[u8], from: usize) -> Option<(usize, u8, usize)> {
    memchr::memchr3_iter(b'%', b'&', b'\\', &bytes[from..]).find_map(|found| {
        let at = from + found;
        let rest = &bytes[at..];
        let (byte, length) = match rest[0] {
            b'%' => percent(rest),
            b'&' => reference(rest),
            _ => backslash(rest),
        }?;
        Some((at, byte, length))
    })
}

fn percent(rest: &[u8]) -> Option<(u8, usize)> {
    let byte = hex(rest.get(1..3)?)?;
    let plain = byte.is_ascii_alphanumeric() || b"-._~:/?#&=%\"'".contains(&byte);
    plain.then_some((byte, 3))
}

fn reference(rest: &[u8]) -> Option<(u8, usize)> {
    let end = rest.iter().take(12).position(|byte| *byte == b';')?;
    let byte = match &rest[1..end] {
        b"amp" => b'&',
        b"lt" => b'<',
        b"gt" => b'>',
        b"quot" => b'"',
        b"apos" => b'\'',
        b"sol" => b'/',
        b"colon" => b':',
        b"nbsp" => b' ',
        name => {
            let number = std::str::from_utf8(name.strip_prefix(b"#")?).ok()?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            match u8::try_from(code.ok()?) {
                Ok(byte) if byte.is_ascii_graphic() || byte.is_ascii_whitespace() => byte,
                _ => OTHER,
            }
        }
    };
    Some((byte, end + 1))
}

/// The escapes of JSON and JavaScript that hide separators and letters.
fn backslash(rest: &[u8]) -> Option<(u8, usize)> {
    match rest.get(1)? {
        b'/' => Some((b'/', 2)),
        b'u' => {
            let digits = rest.get(2..6)?.strip_prefix(b"00")?;
            hex(digits)
                .filter(u8::is_ascii_graphic)
                .map(|byte| (byte, 6))
        }
        _ => None,
    }
}

fn hex(digits: &[u8]) -> Option<u8> {
    let value = |digit: u8| (digit as char).to_digit(16);
    match digits {
        [high, low] => u8::try_from(value(*high)? * 16 + value(*low)?).ok(),
        _ => None,
    }
}
