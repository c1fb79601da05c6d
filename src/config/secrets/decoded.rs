//! A text as it is meant: references of XML, escapes of JSON and of URLs, accents and invisible
//! characters taken away, with the way back to where everything is written.

use std::ops::Range;

use super::fold::plain_letter;

/// As many layers of escapes are taken off: XML in XML, JSON in XML.
const LAYERS: usize = 3;

/// A text without its escapes.
pub(super) struct Decoded {
    pub(super) text: String,
    layers: Vec<Layer>,
}

/// Places in the decoded text where the distance to the written one changes: decoded, written.
type Layer = Vec<(usize, usize)>;

impl Decoded {
    pub(super) fn of(raw: &str) -> Self {
        let mut decoded = Self {
            text: String::new(),
            layers: Vec::new(),
        };
        let mut written = raw;
        for _ in 0..LAYERS {
            let Some((text, layer)) = decode(written) else {
                break;
            };
            decoded.text = text;
            decoded.layers.push(layer);
            written = &decoded.text;
        }
        if decoded.layers.is_empty() {
            decoded.text = raw.to_owned();
        }
        decoded
    }

    /// Where a part of the decoded text is written.
    pub(super) fn written(&self, range: Range<usize>) -> Range<usize> {
        let (mut start, mut end) = (range.start, range.end);
        for layer in self.layers.iter().rev() {
            start = place(layer, start, false);
            end = place(layer, end, true);
        }
        start..end.max(start)
    }
}

fn place(layer: &Layer, at: usize, is_end: bool) -> usize {
    let known = layer.partition_point(|(decoded, _)| *decoded <= at);
    let Some((decoded, written)) = known.checked_sub(1).map(|known| layer[known]) else {
        return at;
    };
    let there = written + (at - decoded);
    match layer.get(known) {
        // Within what one escape stands for.
        Some((next, end)) if at > decoded && *end - written != *next - decoded => match is_end {
            true => *end,
            false => written,
        },
        _ => there,
    }
}

/// One layer taken off; `None` if there is none.
fn decode(written: &str) -> Option<(String, Layer)> {
    let mut text = String::new();
    let mut layer = Layer::new();
    let mut copied = 0;
    let mut at = 0;
    let bytes = written.as_bytes();
    while at < bytes.len() {
        let special = bytes[at..]
            .iter()
            .position(|byte| matches!(byte, b'&' | b'\\' | b'%') || !byte.is_ascii());
        let Some(found) = special else { break };
        at += found;
        let (length, meant) = match escape(written, at) {
            Some(escape) => escape,
            None => {
                at += written[at..].chars().next().map_or(1, char::len_utf8);
                continue;
            }
        };
        text.push_str(&written[copied..at]);
        layer.push((text.len(), at));
        text.push_str(&meant);
        at += length;
        copied = at;
        layer.push((text.len(), at));
    }
    if layer.is_empty() {
        return None;
    }
    text.push_str(&written[copied..]);
    Some((text, layer))
}

/// The length of the escape at `at` and what it means.
fn escape(written: &str, at: usize) -> Option<(usize, String)> {
    let rest = &written[at..];
    let c = rest.chars().next()?;
    let hex = |from: usize, count: usize| {
        let digits = rest.get(from..from + count)?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        char::from_u32(u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)?)
    };
    match c {
        '&' => {
            let end = rest.bytes().take(12).position(|byte| byte == b';')?;
            let c = match &rest[1..end] {
                "quot" => '"',
                "apos" => '\'',
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "nbsp" => ' ',
                "equals" => '=',
                "colon" => ':',
                number => {
                    let number = number.strip_prefix('#')?;
                    let code = match number.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                        None => number.parse().ok()?,
                    };
                    char::from_u32(code)?
                }
            };
            Some((end + 1, c.to_string()))
        }
        '\\' => match rest.as_bytes().get(1)? {
            b'u' => Some((6, hex(2, 4)?.to_string())),
            b'x' => Some((4, hex(2, 2)?.to_string())),
            // In JSON within a text, a quote; a line end has to look like one, too.
            b'"' => Some((2, "\"".to_owned())),
            _ => None,
        },
        '%' => hex(1, 2)
            .filter(char::is_ascii_graphic)
            .map(|c| (3, c.to_string())),
        _ => plain_letter(c).map(|letters| (c.len_utf8(), letters.into_owned())),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_leads_back_to_what_is_written() {
        for (written, meant, part, at) in [
            ("a Pass&#119;ord=x", "a Password=x", "x", "x"),
            ("&amp;#61;y", "=y", "=", "&amp;#61;"),
            ("p\\u0061ss Schlüssel", "pass Schlussel", "lussel", "lüssel"),
            ("a%3Db & 5% \\d", "a=b & 5% \\d", "=b", "%3Db"),
            ("plain", "plain", "ain", "ain"),
        ] {
            let decoded = Decoded::of(written);
            assert_eq!(decoded.text, meant);
            let start = meant.find(part).unwrap();
            assert_eq!(&written[decoded.written(start..start + part.len())], at);
        }
    }
}
