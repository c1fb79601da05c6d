//! Splits a text into markup. The only place that knows quick-xml.
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
    reader: Reader<&'a [u8]>,
    /// Where in the text the reader begins.
    begin: usize,
    length: usize,
    /// A token read while looking for the end of a text run.
    pending: Option<Token>,
    failed: bool,
}

impl<'a> Tokens<'a> {
    /// Tokens of `text`. U+FEFF at its beginning is text; the byte-order mark of a
    /// file is no part of it.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        // quick-xml would drop it without a word, and count positions without it.
        let begin = text.len() - text.trim_start_matches('\u{feff}').len();
        let mut reader = Reader::from_reader(&text.as_bytes()[begin..]);
        let config = reader.config_mut();
        // The judge reports these with exact places.
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        config.check_comments = false;
        Self {
            reader,
            begin,
            length: text.len(),
            pending: (begin > 0).then_some(Token {
                kind: TokenKind::Text,
                span: Span::new(0, begin),
            }),
            failed: false,
        }
    }

    fn read(&mut self) -> Result<Option<Token>, SyntaxError> {
        let start = self.begin + self.reader.buffer_position() as usize;
        let kind = match self.reader.read_event() {
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
            Err(error) => return Err(self.unclosed(&error, start)),
        };
        let end = self.begin + self.reader.buffer_position() as usize;
        Ok(Some(Token {
            kind,
            span: Span::new(start, end),
        }))
    }

    fn unclosed(&mut self, error: &Error, start: usize) -> SyntaxError {
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
        let at = (self.begin + self.reader.error_position() as usize).clamp(start, self.length);
        SyntaxError {
            kind,
            span: Span::new(at, (at + 1).min(self.length).max(at)),
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Result<Token, SyntaxError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let mut token = match self.pending.take() {
            Some(token) => token,
            None => match self.read() {
                Ok(token) => token?,
                Err(error) => return Some(Err(error)),
            },
        };
        // quick-xml splits text at every reference; one run is one token here.
        while token.kind == TokenKind::Text {
            match self.read() {
                Ok(Some(next)) if next.kind == TokenKind::Text => token.span.end = next.span.end,
                Ok(next) => {
                    self.pending = next;
                    break;
                }
                Err(error) => return Some(Err(error)),
            }
        }
        Some(Ok(token))
    }
}
