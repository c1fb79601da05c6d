//! Base64: what it encodes may speak of secrets.

use std::ops::Range;

/// Nothing shorter is decoded.
const SHORTEST: usize = 20;
/// How much of what is encoded is looked at.
const LOOK_INTO: usize = 1 << 16;

/// The runs of base64 in `text` of which `speaks` says that what they encode is secret.
pub(super) fn encoded(text: &str, speaks: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let is_digit =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !is_digit(bytes[at]) {
            at += 1;
            continue;
        }
        let start = at;
        // A line may be broken as long as it is full.
        let mut line = 0;
        let mut end = at;
        while at < bytes.len() {
            match bytes[at] {
                byte if is_digit(byte) => {
                    line += 1;
                    at += 1;
                    end = at;
                }
                b'\r' | b'\n' if line >= 60 => {
                    let rest = &text[at..];
                    at += rest.len() - rest.trim_start_matches(['\r', '\n', ' ', '\t']).len();
                    line = 0;
                }
                _ => break,
            }
        }
        at = at.max(end);
        if end - start >= SHORTEST && decoded(&text[start..end]).is_some_and(|text| speaks(&text)) {
            found.push(start..end);
        }
    }
    found
}

/// The text that `digits` encode, in UTF-8 or UTF-16; `None` if it is no text.
fn decoded(digits: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(digits.len().min(LOOK_INTO) * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in digits
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .take(LOOK_INTO)
    {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            _ => 63,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    let is_text = |text: &str| {
        let odd = |c: char| c.is_control() && !c.is_ascii_whitespace() || c == '\u{fffd}';
        text.chars().filter(|c| odd(*c)).count() * 16 <= text.chars().count()
    };
    let half = bytes
        .iter()
        .skip(1)
        .step_by(2)
        .filter(|byte| **byte == 0)
        .count();
    let text = match half * 4 >= bytes.len() {
        true => {
            let units = bytes
                .chunks_exact(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            char::decode_utf16(units)
                .map(|c| c.unwrap_or('\u{fffd}'))
                .collect()
        }
        false => String::from_utf8_lossy(&bytes).into_owned(),
    };
    is_text(&text).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_read() {
        // password=hunter2, and the same in UTF-16
        let utf8 = "x cGFzc3dvcmQ9aHVudGVyMg== y";
        let utf16 = "cABhAHMAcwB3AG8AcgBkAD0AaAB1AG4AdABlAHIAMgA=";
        let speaks = |text: &str| text.contains("password");
        assert_eq!(encoded(utf8, speaks), vec![2..24]);
        assert_eq!(encoded(utf16, speaks), vec![0..43]);
        assert!(encoded("/configuration/appSettings/add/of/any/length", speaks).is_empty());
    }
}
