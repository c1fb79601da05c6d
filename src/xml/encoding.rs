//! Which encoding a file is in, decoding, and encoding back to the same bytes.
//!
//! Promises that `encode(decode(bytes)) == bytes` for every input that
//! `decode` accepts. Does not guess: without a byte-order mark or a
//! declaration the text is UTF-8, as XML 1.0 (appendix F) says.

use std::borrow::Cow;

use encoding_rs::{DecoderResult, EncoderResult};
use thiserror::Error;

/// How a text stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8.
    Utf8,
    /// UTF-16, little-endian.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// US-ASCII.
    Ascii,
    /// ISO 8859-1: byte values are code points (not windows-1252, which the web calls by this name).
    Latin1,
    /// A single-byte encoding that the declaration names, such as windows-1252.
    SingleByte(&'static encoding_rs::Encoding),
}

/// Why bytes are not text.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EncodingError {
    /// The declaration names an encoding that is not supported.
    #[error("the declaration names the encoding `{name}`, which conferry does not read")]
    Unsupported {
        /// The name as declared.
        name: String,
        /// Byte of the name in the file.
        byte: usize,
    },
    /// The declaration and the bytes contradict each other.
    #[error("the declaration says `{declared}`, but the file is {actual}")]
    Contradiction {
        /// The name as declared.
        declared: String,
        /// What the bytes are, in words.
        actual: &'static str,
        /// Byte of the name in the file.
        byte: usize,
    },
    /// A byte sequence that the encoding does not have.
    #[error("byte {byte} is not valid {encoding}")]
    Undecodable {
        /// Name of the encoding.
        encoding: &'static str,
        /// First byte that does not decode.
        byte: usize,
    },
}

impl EncodingError {
    /// The byte of the file that the error is about.
    #[must_use]
    pub fn byte(&self) -> usize {
        match self {
            Self::Unsupported { byte, .. }
            | Self::Contradiction { byte, .. }
            | Self::Undecodable { byte, .. } => *byte,
        }
    }

    /// Whether the file may be right: the encoding exists, and only conferry does not read it.
    #[must_use]
    pub fn may_be_right(&self) -> bool {
        matches!(self, Self::Unsupported { name, .. }
            if encoding_rs::Encoding::for_label(name.as_bytes()).is_some())
    }
}

impl TextEncoding {
    /// The name that messages use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16 (little-endian)",
            Self::Utf16Be => "UTF-16 (big-endian)",
            Self::Ascii => "US-ASCII",
            Self::Latin1 => "ISO-8859-1",
            Self::SingleByte(encoding) => encoding.name(),
        }
    }

    /// The encoding that `name` means in an XML declaration, if it is one of the single-byte ones or UTF-8.
    #[must_use]
    pub fn for_declared_name(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "utf-8" | "utf8" => return Some(Self::Utf8),
            "us-ascii" | "ascii" => return Some(Self::Ascii),
            "iso-8859-1" | "iso8859-1" | "iso_8859-1" | "latin1" | "l1" => {
                return Some(Self::Latin1);
            }
            _ => {}
        }
        let encoding = encoding_rs::Encoding::for_label(name.as_bytes())?;
        encoding
            .is_single_byte()
            .then_some(Self::SingleByte(encoding))
    }

    /// Decodes `bytes` for people to look at: what does not decode is replaced.
    #[must_use]
    pub fn decode_lossy(self, bytes: &[u8]) -> String {
        let with = |encoding: &'static encoding_rs::Encoding| {
            let (text, _) = encoding.decode_without_bom_handling(bytes);
            text.into_owned()
        };
        match self {
            Self::Utf8 => with(encoding_rs::UTF_8),
            Self::Utf16Le => with(encoding_rs::UTF_16LE),
            Self::Utf16Be => with(encoding_rs::UTF_16BE),
            Self::Ascii | Self::Latin1 => encoding_rs::mem::decode_latin1(bytes).into_owned(),
            Self::SingleByte(encoding) => with(encoding),
        }
    }

    /// Decodes `bytes` (without a byte-order mark). `offset` is where they start in the file.
    ///
    /// # Errors
    /// [`EncodingError::Undecodable`] with the first byte that is not text.
    pub fn decode(self, bytes: &[u8], offset: usize) -> Result<String, EncodingError> {
        let undecodable = |at: usize| EncodingError::Undecodable {
            encoding: self.name(),
            byte: offset + at,
        };
        match self {
            Self::Utf8 => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(text.to_owned()),
                Err(error) => Err(undecodable(error.valid_up_to())),
            },
            Self::Ascii => {
                let valid = encoding_rs::Encoding::ascii_valid_up_to(bytes);
                if valid < bytes.len() {
                    return Err(undecodable(valid));
                }
                Ok(encoding_rs::mem::decode_latin1(bytes).into_owned())
            }
            Self::Latin1 => Ok(encoding_rs::mem::decode_latin1(bytes).into_owned()),
            Self::Utf16Le => decode_utf16(bytes, u16::from_le_bytes).map_err(undecodable),
            Self::Utf16Be => decode_utf16(bytes, u16::from_be_bytes).map_err(undecodable),
            Self::SingleByte(encoding) => {
                let mut decoder = encoding.new_decoder_without_bom_handling();
                let capacity = decoder
                    .max_utf8_buffer_length_without_replacement(bytes.len())
                    .unwrap_or(bytes.len() * 3);
                let mut text = String::with_capacity(capacity);
                let (result, read) =
                    decoder.decode_to_string_without_replacement(bytes, &mut text, true);
                match result {
                    DecoderResult::InputEmpty => Ok(text),
                    _ => Err(undecodable(read.saturating_sub(1))),
                }
            }
        }
    }

    /// Appends `text` to `out`. A character that the encoding lacks becomes a
    /// character reference (`&#8364;`), which is right in values and text;
    /// names and comments cannot hold one. A CDATA section cannot either, and is
    /// interrupted for it.
    pub fn encode_into(self, text: &str, out: &mut Vec<u8>) {
        match self {
            Self::Utf8 => out.extend_from_slice(text.as_bytes()),
            Self::Utf16Le => out.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
            Self::Utf16Be => out.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
            Self::Ascii => {
                let text = interrupted(text, |character| !character.is_ascii());
                encode_narrow(&text, 0x7F, out);
            }
            Self::Latin1 => {
                let text = interrupted(text, |character| u32::from(character) > 0xFF);
                encode_narrow(&text, 0xFF, out);
            }
            Self::SingleByte(encoding) => {
                let text = interrupted(text, |character| {
                    !character.is_ascii() && encoding.encode(character.encode_utf8(&mut [0; 4])).2
                });
                encode_single_byte(encoding, &text, out);
            }
        }
    }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, usize> {
    let mut text = String::with_capacity(bytes.len() / 2);
    let pairs = bytes.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err(bytes.len() - 1);
    }
    let mut at = 0;
    for decoded in char::decode_utf16(pairs.map(|pair| unit([pair[0], pair[1]]))) {
        match decoded {
            Ok(character) => {
                text.push(character);
                at += character.len_utf16() * 2;
            }
            Err(_) => return Err(at),
        }
    }
    Ok(text)
}

/// `text` with its CDATA sections ended before each character that the encoding lacks, and begun
/// anew behind it.
fn interrupted(text: &str, lacks: impl Fn(char) -> bool) -> Cow<'_, str> {
    const CDATA: (&str, &str) = ("<![CDATA[", "]]>");
    if !text.contains(CDATA.0) {
        return Cow::Borrowed(text);
    }
    let mut rest = text;
    let mut result = String::with_capacity(text.len());
    while let Some(at) = rest.find('<') {
        let (before, found) = rest.split_at(at);
        // What looks like a section in a comment or an instruction is none.
        let end = match found {
            _ if found.starts_with(CDATA.0) => CDATA.1,
            _ if found.starts_with("<!--") => "-->",
            _ if found.starts_with("<?") => "?>",
            _ => "<",
        };
        let length = found.find(end).map_or(found.len(), |at| at + end.len());
        let (section, behind) = found.split_at(length);
        result.push_str(before);
        for character in section.chars() {
            if end == CDATA.1 && lacks(character) {
                result.push_str(CDATA.1);
                result.push(character);
                result.push_str(CDATA.0);
            } else {
                result.push(character);
            }
        }
        rest = behind;
    }
    result.push_str(rest);
    Cow::Owned(result)
}

fn encode_narrow(text: &str, highest: u32, out: &mut Vec<u8>) {
    for character in text.chars() {
        let code = u32::from(character);
        if code <= highest {
            out.push(code as u8);
        } else {
            push_reference(character, out);
        }
    }
}

fn encode_single_byte(encoding: &'static encoding_rs::Encoding, text: &str, out: &mut Vec<u8>) {
    let mut encoder = encoding.new_encoder();
    let mut rest = text;
    let mut buffer = [0_u8; 4096];
    loop {
        let (result, read, written) =
            encoder.encode_from_utf8_without_replacement(rest, &mut buffer, true);
        out.extend_from_slice(&buffer[..written]);
        rest = &rest[read..];
        match result {
            EncoderResult::InputEmpty => return,
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(character) => push_reference(character, out),
        }
    }
}

fn push_reference(character: char, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("&#{};", u32::from(character)).as_bytes());
}
