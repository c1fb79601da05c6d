//! Character classes of XML 1.0 (fifth edition) and names.

/// White space of XML: space, tab, carriage return, line feed.
#[must_use]
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Whether `text` is white space only.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.bytes().all(is_space)
}

/// `text` without surrounding XML white space.
#[must_use]
pub fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

/// How many bytes at the beginning are not special, in steps of 16: those the compiler looks at all
/// at once, provided that `is_special` takes no short cuts. What comes then is to be looked at byte by byte.
#[must_use]
pub fn plain_length(bytes: &[u8], is_special: impl Fn(u8) -> bool) -> usize {
    let mut plain = 0;
    for chunk in bytes.as_chunks::<16>().0 {
        let fold = |specials, byte: &u8| specials | u8::from(is_special(*byte));
        if chunk.iter().fold(0, fold) != 0 {
            break;
        }
        plain += chunk.len();
    }
    plain
}

/// Whether a document may hold `character` at all (production 2, `Char`).
#[must_use]
pub fn is_xml_char(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Byte offset of the first character that XML does not allow.
#[must_use]
pub fn first_forbidden(text: &str) -> Option<usize> {
    let suspicious =
        |byte: u8| (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0xEF;
    // Without an early end in a block, the compiler looks at many bytes at once.
    let is_suspicious = |block: &[u8]| {
        block
            .iter()
            .fold(false, |any, byte| any | suspicious(*byte))
    };
    if !text.as_bytes().chunks(1024).any(is_suspicious) {
        return None;
    }
    text.char_indices()
        .find(|(_, character)| !is_xml_char(*character))
        .map(|(at, _)| at)
}

fn is_name_start(character: char) -> bool {
    matches!(character,
        ':' | 'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}'
        | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}'
        | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

fn is_name_char(character: char) -> bool {
    is_name_start(character)
        || matches!(character, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

const START: u8 = 1;
const INSIDE: u8 = 2;

/// What an ASCII character may be in a name without a prefix.
const IN_NAMES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = match byte as u8 {
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => START | INSIDE,
            b'0'..=b'9' | b'-' | b'.' => INSIDE,
            _ => 0,
        };
        byte += 1;
    }
    table
};

/// The length of the ASCII name without a prefix at the beginning of `bytes`; 0 if there is none.
#[must_use]
pub fn plain_name_length(bytes: &[u8]) -> usize {
    let starts = bytes
        .first()
        .is_some_and(|first| IN_NAMES[*first as usize] & START != 0);
    if !starts {
        return 0;
    }
    bytes
        .iter()
        .position(|byte| IN_NAMES[*byte as usize] == 0)
        .unwrap_or(bytes.len())
}

/// Whether `name` is a qualified name: a name with at most one colon, inside.
#[must_use]
pub fn is_qualified_name(name: &str) -> bool {
    if !name.is_empty() && plain_name_length(name.as_bytes()) == name.len() {
        return true;
    }
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
    {
        return true;
    }
    let mut parts = name.split(':');
    let valid = |part: &str| {
        let mut characters = part.chars();
        characters.next().is_some_and(is_name_start) && characters.all(is_name_char)
    };
    parts.next().is_some_and(valid) && parts.next().is_none_or(valid) && parts.next().is_none()
}

/// The part of a qualified name after its prefix.
#[must_use]
pub fn local_name(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// The prefix of a qualified name, if it has one.
#[must_use]
pub fn prefix(name: &str) -> Option<&str> {
    name.split_once(':').map(|(prefix, _)| prefix)
}
