//! Letters as names are compared by: without accents, of one width, without what nobody sees.

use std::borrow::Cow;

/// `c` in plain letters; `None` if it is one already, an empty text if nobody sees it.
pub(super) fn plain_letter(c: char) -> Option<Cow<'static, str>> {
    if c.is_ascii() {
        return None;
    }
    let letters = match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'ç' | 'ć' | 'č' => "c",
        'Ç' | 'Ć' | 'Č' => "C",
        'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ę' | 'ě' => "e",
        'È'..='Ë' | 'Ē' | 'Ę' | 'Ě' => "E",
        'ì'..='ï' | 'ī' | 'ı' => "i",
        'Ì'..='Ï' | 'Ī' | 'İ' => "I",
        'ł' => "l",
        'Ł' => "L",
        'ñ' | 'ń' | 'ň' => "n",
        'Ñ' | 'Ń' | 'Ň' => "N",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o",
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ő' => "O",
        'ř' => "r",
        'ś' | 'š' | 'ş' => "s",
        'Ś' | 'Š' | 'Ş' => "S",
        'ß' => "ss",
        'ť' => "t",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => "u",
        'Ù'..='Ü' | 'Ū' | 'Ů' | 'Ű' => "U",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'æ' => "ae",
        'œ' => "oe",
        // Accents on their own, and what has no width.
        '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => "",
        '“' | '”' | '„' | '«' | '»' => "\"",
        '‘' | '’' => "'",
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => " ",
        // Letters of full width.
        '\u{ff01}'..='\u{ff5e}' => {
            let letter = char::from_u32(c as u32 - 0xFEE0)?;
            return Some(Cow::Owned(letter.to_string()));
        }
        _ => return None,
    };
    Some(Cow::Borrowed(letters))
}

/// `text` in plain letters.
pub(super) fn plain_letters(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match plain_letter(c) {
            Some(letters) => plain.push_str(&letters),
            None => plain.push(c),
        }
    }
    Cow::Owned(plain)
}

/// `name` in small plain letters without what joins its words, so that `API-Key`, `api_key` and `ApiKey` are one.
pub(super) fn squeezed(name: &str) -> String {
    let mut squeezed = String::with_capacity(name.len());
    for c in plain_letters(name).chars() {
        match c {
            '_' | '-' | '.' | ':' | ' ' | '/' | '\\' => {}
            _ if c.is_ascii() => squeezed.push(c.to_ascii_lowercase()),
            _ => squeezed.extend(c.to_lowercase()),
        }
    }
    squeezed
}
