//! Bytes in hexadecimal, as .reg files write them: `hex:70,00,77,00,…`, `hex(2):…`, over several lines.

use std::ops::Range;

/// Fewer bytes than this hold no secret that a name beside them would not tell.
const FEWEST: usize = 6;

/// The values in `text` whose bytes, read as text, `is_secret`.
pub(super) fn hidden(text: &str, is_secret: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut end = 0;
    for colon in memchr::memchr_iter(b':', text.as_bytes()) {
        let Some(start) = begin(text, colon).filter(|_| colon >= end) else {
            continue;
        };
        let (bytes, stop) = read(text.as_bytes(), colon + 1);
        end = stop;
        if bytes.len() >= FEWEST && texts(&bytes).iter().any(|text| is_secret(text)) {
            found.push(start..stop);
        }
    }
    found
}

/// Where the `hex` or `hex(7)` before a colon begins.
fn begin(text: &str, colon: usize) -> Option<usize> {
    let before = &text[..colon];
    let kind = match before.strip_suffix(')') {
        Some(inner) => {
            let open = inner.rfind('(').filter(|open| inner.len() - open <= 9)?;
            let digits = inner[open + 1..].bytes();
            (digits.len() > 0 && digits.into_iter().all(|b| b.is_ascii_hexdigit()))
                .then_some(open)?
        }
        None => colon,
    };
    let start = kind.checked_sub(3)?;
    let word = before.as_bytes().get(start..kind)?;
    word.eq_ignore_ascii_case(b"hex").then_some(start)
}

/// The bytes from `at` on, and where they end. A backslash goes on in the next line.
fn read(text: &[u8], mut at: usize) -> (Vec<u8>, usize) {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    let (mut bytes, mut end) = (Vec::new(), at);
    loop {
        while (text.get(at))
            .is_some_and(|b| matches!(b, b',' | b' ' | b'\t' | b'\\' | b'\r' | b'\n'))
        {
            // A line that does not end in a backslash is the last one.
            if matches!(text[at], b'\r' | b'\n') && !matches!(text[at - 1], b'\\' | b'\r') {
                return (bytes, end);
            }
            at += 1;
        }
        let (Some(high), Some(low)) = (digit(at), digit(at + 1)) else {
            return (bytes, end);
        };
        bytes.push((high * 16 + low) as u8);
        at += 2;
        end = at;
    }
}

/// The bytes as text of both kinds: of two bytes for each character, and of one. A zero ends a text.
fn texts(bytes: &[u8]) -> [String; 2] {
    let line = |c: char| if c == '\0' { '\n' } else { c };
    let wide = bytes.chunks_exact(2);
    let wide = wide.map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let wide = char::decode_utf16(wide).map(|c| line(c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    let narrow = match std::str::from_utf8(bytes) {
        Ok(text) => text.chars().map(line).collect(),
        Err(_) => bytes.iter().map(|byte| line(char::from(*byte))).collect(),
    };
    [wide.collect(), narrow]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_over_lines_and_in_both_widths() {
        let is_secret = |text: &str| text.contains("pw=abc");
        for (text, wanted) in [
            ("\"a\"=hex:70,77,3d,61,62,63", Some(4..25)),
            (
                "\"a\"=hex(2):70,00,77,00,3d,00,61,00,\\\r\n  62,00,63,00,00,00\r\n\"b\"=\"x\"",
                Some(4..57),
            ),
            ("\"a\"=HEX(7):70,77,3D,61,62,63", Some(4..28)),
            ("\"a\"=hex:70,77,3d,61,62\n63", None),
            ("\"a\"=hex:70,77,3d,61,62,64", None),
            ("\"a\"=dword:70773d61", None),
            ("\u{fc}ex:70,77,3d,61,62,63", None),
            ("hex(:70,77,3d,61,62,63", None),
        ] {
            assert_eq!(hidden(text, is_secret).first().cloned(), wanted, "{text}");
        }
    }
}
