//! Splits a text into markup. The only place that knows quick-xml, which decides wherever the end of a
//! piece of markup is not plain to see.
//!
//! Promises that the tokens tile the text: each begins where the one before
//! ended, the last ends with the text. It does not judge well-formedness
//! beyond what is needed to find the ends of markup; see [`super::parse`].

use quick_xml::Reader;
use quick_xml::errors::{Error, SyntaxError as Unclosed};
use quick_xml::events::Event;

use super::span::Span;
use super::syntax::{SyntaxError, SyntaxErrorKind};

/// The kind of a [`Token`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// `<name …>`
    Start,
    /// `<name …/>`
    Empty,
    /// `</name>`
    End,
    /// Characters and references between markup.
    Text,
    /// `<![CDATA[…]]>`
    CData,
    /// `<!-- … -->`
    Comment,
    /// `<?name …?>`
    Pi,
    /// `<?xml …?>`
    Declaration,
    /// `<!DOCTYPE …>`
    Doctype,
}

/// One piece of markup or text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands, delimiters included.
    pub span: Span,
}

/// The tokens of a text.
pub struct Tokens<'a> {
    text: &'a str,
    /// Where the next token begins.
    at: usize,
    failed: bool,
}

impl<'a> Tokens<'a> {
    /// Tokens of `text`. U+FEFF at its beginning is text; the byte-order mark of a
    /// file is no part of it.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            failed: false,
        }
    }

    /// The next token, if it is one whose end needs no judgement: text, tags and comments without
    /// anything odd. Nearly all are, and this is several times as fast as quick-xml.
    fn plain(&self) -> Option<Token> {
        let rest = &self.text.as_bytes()[self.at..];
        let is_letter = |byte: &u8| byte.is_ascii_alphabetic();
        let (kind, length) = match rest {
            [b'<', b'!', b'-', b'-', inside @ ..] => {
                let end = memchr::memmem::find(inside, b"-->")?;
                // quick-xml says what `<!-->` is.
                let is_plain = !matches!(inside, [b'>' | b'-', ..]);
                (TokenKind::Comment, is_plain.then_some(4 + end + 3)?)
            }
            [b'<', b'/', first, ..] if is_letter(first) => {
                let end = memchr::memchr3(b'>', b'"', b'\'', rest)?;
                (TokenKind::End, (rest[end] == b'>').then_some(end + 1)?)
            }
            [b'<', first, ..] if is_letter(first) => {
                let mut end = 0;
                loop {
                    end += memchr::memchr3(b'>', b'"', b'\'', &rest[end..])?;
                    match rest[end] {
                        b'>' => break,
                        quote => end += 1 + memchr::memchr(quote, &rest[end + 1..])? + 1,
                    }
                }
                let kind = match rest[end - 1] {
                    b'/' => TokenKind::Empty,
                    _ => TokenKind::Start,
                };
                (kind, end + 1)
            }
            [b'<', ..] => return None,
            text => (
                TokenKind::Text,
                memchr::memchr(b'<', text).unwrap_or(text.len()),
            ),
        };
        Some(Token {
            kind,
            span: Span::new(self.at, self.at + length),
        })
    }

    /// The next token, as quick-xml sees it.
    fn read(&mut self) -> Result<Option<Token>, SyntaxError> {
        // quick-xml would drop U+FEFF without a word, and count positions without it.
        let rest = &self.text[self.at..];
        let marks = rest.len() - rest.trim_start_matches('\u{feff}').len();
        if marks > 0 {
            return Ok(Some(Token {
                kind: TokenKind::Text,
                span: Span::new(self.at, self.at + marks),
            }));
        }
        let mut reader = Reader::from_reader(rest.as_bytes());
        let config = reader.config_mut();
        // The judge reports these with exact places.
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        config.check_comments = false;
        let kind = match reader.read_event() {
            Ok(Event::Start(_)) => TokenKind::Start,
            Ok(Event::Empty(_)) => TokenKind::Empty,
            Ok(Event::End(_)) => TokenKind::End,
            Ok(Event::Text(_) | Event::GeneralRef(_)) => TokenKind::Text,
            Ok(Event::CData(_)) => TokenKind::CData,
            Ok(Event::Comment(_)) => TokenKind::Comment,
            Ok(Event::PI(_)) => TokenKind::Pi,
            Ok(Event::Decl(_)) => TokenKind::Declaration,
            Ok(Event::DocType(_)) => TokenKind::Doctype,
            Ok(Event::Eof) => return Ok(None),
            Err(error) => {
                let place = self.at + reader.error_position() as usize;
                return Err(self.unclosed(&error, place));
            }
        };
        let end = self.at + reader.buffer_position() as usize;
        Ok(Some(Token {
            kind,
            span: Span::new(self.at, end),
        }))
    }

    fn unclosed(&mut self, error: &Error, place: usize) -> SyntaxError {
        self.failed = true;
        let kind = match error {
            Error::Syntax(Unclosed::UnclosedPI) => SyntaxErrorKind::Unclosed {
                what: "a processing instruction without `?>`",
            },
            Error::Syntax(Unclosed::UnclosedXmlDecl) => SyntaxErrorKind::BadDeclaration,
            Error::Syntax(Unclosed::UnclosedComment) => SyntaxErrorKind::Unclosed {
                what: "a comment without `-->`",
            },
            Error::Syntax(Unclosed::UnclosedDoctype) => SyntaxErrorKind::Doctype,
            Error::Syntax(Unclosed::UnclosedCData) => SyntaxErrorKind::Unclosed {
                what: "a CDATA section without `]]>`",
            },
            Error::Syntax(
                Unclosed::UnclosedSingleQuotedAttributeValue
                | Unclosed::UnclosedDoubleQuotedAttributeValue,
            ) => SyntaxErrorKind::Unclosed {
                what: "an attribute value without its closing quote",
            },
            Error::Syntax(Unclosed::UnclosedTag) => SyntaxErrorKind::Unclosed {
                what: "a tag without `>`",
            },
            _ => SyntaxErrorKind::BadName,
        };
        let length = self.text.len();
        let at = place.clamp(self.at, length);
        SyntaxError {
            kind,
            span: Span::new(at, (at + 1).min(length).max(at)),
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Result<Token, SyntaxError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.at == self.text.len() {
            return None;
        }
        let token = match self.plain() {
            Some(token) => token,
            None => match self.read() {
                Ok(token) => token?,
                Err(error) => return Some(Err(error)),
            },
        };
        self.at = token.span.end as usize;
        Some(Ok(token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the iterator, of quick-xml alone; it splits text at every reference.
    fn by_quick_xml(text: &str) -> Vec<Result<Token, SyntaxError>> {
        let mut tokens = Tokens::new(text);
        let mut found: Vec<Result<Token, SyntaxError>> = Vec::new();
        while tokens.at < text.len() {
            let token = match tokens.read() {
                Ok(Some(token)) => token,
                Ok(None) => break,
                Err(error) => {
                    found.push(Err(error));
                    break;
                }
            };
            tokens.at = token.span.end as usize;
            match found.last_mut() {
                Some(Ok(last)) if last.kind == TokenKind::Text && token.kind == TokenKind::Text => {
                    last.span.end = token.span.end;
                }
                _ => found.push(Ok(token)),
            }
        }
        found
    }

    #[test]
    fn plain_tokens_are_those_of_quick_xml() {
        let pieces = [
            "<a>",
            "</a>",
            "<a b='1' c=\"2\"/>",
            "<a b='>'>",
            "<a b=\"'>\">",
            "</a '>'>",
            "</ a>",
            "<!-- x -->",
            "<!-->",
            "<!--->",
            "<!---->",
            "<!-- - -- -->",
            "<!--",
            "-->",
            "<![CDATA[<]]>",
            "<?p x?>",
            "<?xml version='1.0'?>",
            "<!DOCTYPE a [<!ENTITY b '>'>]>",
            "x",
            " \r\n",
            "&amp;",
            "&",
            ";",
            "<",
            ">",
            "/",
            "'",
            "\"",
            "=",
            "<a",
            "<é>",
            "</é>",
            "<>",
            "</>",
            "<_a>",
            "\u{feff}",
            "]]>",
        ];
        let mut state = 1_u64;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..state % 7 + 1 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
            }
            let found: Vec<_> = Tokens::new(&text).collect();
            assert_eq!(found, by_quick_xml(&text), "{text:?}");
        }
    }
}
