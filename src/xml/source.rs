//! The bytes of one file as text, and back.
//!
//! Promises that [`Source::bytes_with`] of the unchanged text gives the bytes
//! that were read: byte-order mark and encoding included.

use std::borrow::Cow;
use std::fmt;

use super::encoding::{EncodingError, TextEncoding};
use super::span::Span;

/// Largest input in bytes. .NET itself refuses a `web.config` above 250 KB
/// unless `MaxWebConfigFileSizeInKB` is raised; spans are 32-bit.
pub const MAX_BYTES: usize = 256 * 1024 * 1024;

const BOM_UTF8: &[u8] = &[0xEF, 0xBB, 0xBF];
const BOM_UTF16_LE: &[u8] = &[0xFF, 0xFE];
const BOM_UTF16_BE: &[u8] = &[0xFE, 0xFF];

/// A decoded text with what is needed to write it back.
///
/// Its `Debug` form leaves the text out, so that no panic message can hold a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    text: String,
    encoding: TextEncoding,
    bom: bool,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("bytes", &self.text.len())
            .field("encoding", &self.encoding)
            .field("bom", &self.bom)
            .finish_non_exhaustive()
    }
}

impl Source {
    /// Decodes XML by its byte-order mark and declaration. Bytes that are given away
    /// become the text without a copy where they are UTF-8.
    ///
    /// # Errors
    /// When the declaration contradicts the bytes, names an encoding that is
    /// not supported, or a byte does not decode. The error names the byte.
    pub fn decode_xml(bytes: Cow<'_, [u8]>) -> Result<Self, EncodingError> {
        let (encoding, bom_length) = sniff(&bytes);
        match encoding {
            Some(encoding) => {
                let text = decode(encoding, bytes, bom_length)?;
                check_declaration(&text, encoding, bom_length)?;
                Ok(Self {
                    text,
                    encoding,
                    bom: bom_length > 0,
                })
            }
            None => {
                let encoding = declared_without_bom(&bytes)?;
                Ok(Self {
                    text: decode(encoding, bytes, 0)?,
                    encoding,
                    bom: false,
                })
            }
        }
    }

    /// Decodes text that is not XML: by its byte-order mark, else as UTF-8,
    /// else byte for byte as ISO-8859-1, which loses nothing and is right for
    /// every ASCII name in it.
    ///
    /// # Errors
    /// When a byte-order mark is followed by bytes that do not decode.
    pub fn decode_plain(bytes: &[u8]) -> Result<Self, EncodingError> {
        let (encoding, bom_length) = sniff(bytes);
        if let Some(encoding) = encoding {
            return Ok(Self {
                text: encoding.decode(&bytes[bom_length..], bom_length)?,
                encoding,
                bom: bom_length > 0,
            });
        }
        let encoding = match std::str::from_utf8(bytes) {
            Ok(_) => TextEncoding::Utf8,
            Err(_) => TextEncoding::Latin1,
        };
        Ok(Self {
            text: encoding.decode(bytes, 0)?,
            encoding,
            bom: false,
        })
    }

    /// What can be read of bytes that [`Self::decode_xml`] refuses, to show where it
    /// stopped: at byte `byte` of the file, which is returned as a place in the
    /// text. Such a text must never be written back.
    #[must_use]
    pub fn decode_lossy(bytes: &[u8], byte: usize) -> (Self, u32) {
        let (sniffed, bom_length) = sniff(bytes);
        let encoding = sniffed.unwrap_or_else(|| match std::str::from_utf8(bytes) {
            Ok(_) => TextEncoding::Utf8,
            // A declaration may name a single-byte encoding.
            Err(_) => declared_without_bom(bytes).unwrap_or(TextEncoding::Latin1),
        });
        let bytes = &bytes[bom_length..];
        let before = &bytes[..byte.saturating_sub(bom_length).min(bytes.len())];
        let at = encoding.decode_lossy(before).len() as u32;
        let source = Self {
            text: encoding.decode_lossy(bytes),
            encoding,
            bom: bom_length > 0,
        };
        (source, at)
    }

    /// A text without a file, as UTF-8 without a byte-order mark.
    #[must_use]
    pub fn from_text(text: String) -> Self {
        Self {
            text,
            encoding: TextEncoding::Utf8,
            bom: false,
        }
    }

    /// The text, without its byte-order mark.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text under `span`.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        &self.text[span.range()]
    }

    /// The encoding of the file.
    #[must_use]
    pub fn encoding(&self) -> TextEncoding {
        self.encoding
    }

    /// Whether the file begins with a byte-order mark.
    #[must_use]
    pub fn has_bom(&self) -> bool {
        self.bom
    }

    /// `text` as bytes in this file's encoding, with its byte-order mark. A text that is given away
    /// becomes the bytes without a copy where it can.
    #[must_use]
    pub fn bytes_with<'t>(&self, text: impl Into<Cow<'t, str>>) -> Vec<u8> {
        let text = text.into();
        if self.encoding == TextEncoding::Utf8 && !self.bom {
            return text.into_owned().into_bytes();
        }
        let mut bytes = Vec::with_capacity(text.len() + BOM_UTF8.len());
        if self.bom {
            bytes.extend_from_slice(match self.encoding {
                TextEncoding::Utf16Le => BOM_UTF16_LE,
                TextEncoding::Utf16Be => BOM_UTF16_BE,
                _ => BOM_UTF8,
            });
        }
        self.encoding.encode_into(&text, &mut bytes);
        bytes
    }
}

fn decode(
    encoding: TextEncoding,
    bytes: Cow<'_, [u8]>,
    bom_length: usize,
) -> Result<String, EncodingError> {
    match bytes {
        Cow::Owned(mut bytes) if encoding == TextEncoding::Utf8 => {
            bytes.drain(..bom_length);
            // If they are not, the decoder says where.
            String::from_utf8(bytes).or_else(|error| encoding.decode(error.as_bytes(), bom_length))
        }
        bytes => encoding.decode(&bytes[bom_length..], bom_length),
    }
}

/// The encoding that the first bytes prove, and the length of the byte-order mark.
fn sniff(bytes: &[u8]) -> (Option<TextEncoding>, usize) {
    if bytes.starts_with(BOM_UTF8) {
        (Some(TextEncoding::Utf8), BOM_UTF8.len())
    } else if bytes.starts_with(BOM_UTF16_LE) {
        (Some(TextEncoding::Utf16Le), BOM_UTF16_LE.len())
    } else if bytes.starts_with(BOM_UTF16_BE) {
        (Some(TextEncoding::Utf16Be), BOM_UTF16_BE.len())
    } else if bytes.starts_with(b"<\0") {
        (Some(TextEncoding::Utf16Le), 0)
    } else if bytes.starts_with(b"\0<") {
        (Some(TextEncoding::Utf16Be), 0)
    } else {
        (None, 0)
    }
}

/// The value of `encoding` in an XML declaration at the very start, and its offset.
pub(super) fn declared_encoding(text: &str) -> Option<(&str, usize)> {
    // `<?xmlfoo encoding="…"?>` is an instruction to somebody else.
    let is_declaration = |rest: &str| rest.starts_with([' ', '\t', '\r', '\n']);
    if !text.strip_prefix("<?xml").is_some_and(is_declaration) {
        return None;
    }
    let declaration = &text[..text.find("?>")?];
    let after_name = declaration.find("encoding")? + "encoding".len();
    let rest = &declaration[after_name..];
    let quote_at = rest.find(['"', '\''])?;
    if !rest[..quote_at]
        .chars()
        .all(|c| c == '=' || c.is_ascii_whitespace())
    {
        return None;
    }
    let quote = rest.as_bytes()[quote_at] as char;
    let value = &rest[quote_at + 1..];
    let end = value.find(quote)?;
    Some((&value[..end], after_name + quote_at + 1))
}

fn check_declaration(
    text: &str,
    encoding: TextEncoding,
    bom_length: usize,
) -> Result<(), EncodingError> {
    let Some((declared, at)) = declared_encoding(text) else {
        return Ok(());
    };
    let lower = declared.to_ascii_lowercase();
    let (agrees, actual, unit) = match encoding {
        TextEncoding::Utf16Le => (
            matches!(lower.as_str(), "utf-16" | "utf-16le" | "unicode"),
            "UTF-16 (little-endian)",
            2,
        ),
        TextEncoding::Utf16Be => (
            matches!(lower.as_str(), "utf-16" | "utf-16be"),
            "UTF-16 (big-endian)",
            2,
        ),
        _ => (
            matches!(lower.as_str(), "utf-8" | "utf8"),
            "UTF-8 by its byte-order mark",
            1,
        ),
    };
    if agrees {
        return Ok(());
    }
    Err(EncodingError::Contradiction {
        declared: declared.to_owned(),
        actual,
        byte: bom_length + at * unit,
    })
}

fn declared_without_bom(bytes: &[u8]) -> Result<TextEncoding, EncodingError> {
    let head = &bytes[..bytes.len().min(1024)];
    let head = match std::str::from_utf8(head) {
        Ok(head) => Cow::Borrowed(head),
        Err(_) => encoding_rs::mem::decode_latin1(head),
    };
    let Some((declared, byte)) = declared_encoding(&head) else {
        return Ok(TextEncoding::Utf8);
    };
    if let Some(encoding) = TextEncoding::for_declared_name(declared) {
        return Ok(encoding);
    }
    let lower = declared.to_ascii_lowercase();
    if lower.starts_with("utf-16") || lower == "unicode" || lower.contains("ucs-2") {
        return Err(EncodingError::Contradiction {
            declared: declared.to_owned(),
            actual: "not UTF-16: it has no byte-order mark and one byte per character",
            byte,
        });
    }
    Err(EncodingError::Unsupported {
        name: declared.to_owned(),
        byte,
    })
}
