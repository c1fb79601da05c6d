//! Builds the document and judges well-formedness, with exact places.
//!
//! quick-xml finds where markup ends; everything XML 1.0 and its namespaces
//! demand beyond that is judged here, since quick-xml does not: one root, names,
//! attributes, references, characters, stray text, comments.

use std::borrow::Cow;

use super::chars::{
    first_forbidden, is_blank, is_qualified_name, is_space, plain_length, plain_name_length, prefix,
};
use super::document::{Attribute, Document, ElementData, NONE, Node, NodeId, NodeKind};
use super::encoding::EncodingError;
use super::escape::{self, ReferenceError};
use super::source::{MAX_BYTES, Source};
use super::span::Span;
use super::syntax::{SyntaxError, SyntaxErrorKind};
use super::tokens::{Token, TokenKind, Tokens};

/// Deepest nesting of elements.
pub const MAX_DEPTH: usize = 256;
/// Most attributes of one element; configuration has a few dozen at most.
pub const MAX_ATTRIBUTES: usize = 1024;
/// Most nodes and attributes together.
pub const MAX_NODES: usize = 16_000_000;

/// For how many tags room is made at once; a text of `<` alone must not take all memory.
const EXPECTED_TAGS: usize = 1 << 16;

/// Why bytes are no document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// More than [`MAX_BYTES`]; holds the size in bytes.
    TooLarge(usize),
    /// The bytes are not text in their encoding.
    Encoding(EncodingError),
    /// The text is not well-formed; the source is kept for the excerpt.
    Syntax(Box<Source>, SyntaxError),
}

impl Document {
    /// Reads a document from the bytes of a file; those that are given away are not copied.
    ///
    /// # Errors
    /// See [`ParseError`]. A DOCTYPE is always an error.
    pub fn from_bytes<'b>(bytes: impl Into<Cow<'b, [u8]>>) -> Result<Self, ParseError> {
        let bytes = bytes.into();
        if bytes.len() > MAX_BYTES {
            return Err(ParseError::TooLarge(bytes.len()));
        }
        let source = Source::decode_xml(bytes).map_err(ParseError::Encoding)?;
        Self::from_source(source)
            .map_err(|(source, error)| ParseError::Syntax(Box::new(source), error))
    }

    /// Reads a document from text.
    ///
    /// # Errors
    /// The first thing that is not well-formed.
    pub fn from_text(text: &str) -> Result<Self, SyntaxError> {
        Self::from_source(Source::from_text(text.to_owned())).map_err(|(_, error)| error)
    }

    fn from_source(source: Source) -> Result<Self, (Source, SyntaxError)> {
        match Builder::new(source.text()).build() {
            Ok((nodes, elements, attributes, root)) => Ok(Self {
                source,
                nodes,
                elements,
                attributes,
                root,
            }),
            Err(error) => Err((source, error)),
        }
    }
}

type Parts = (Vec<Node>, Vec<ElementData>, Vec<Attribute>, NodeId);

struct Builder<'a> {
    text: &'a str,
    nodes: Vec<Node>,
    elements: Vec<ElementData>,
    attributes: Vec<Attribute>,
    open: Vec<u32>,
    root: Option<NodeId>,
    /// Whether the tag that is read has a name with a prefix.
    has_prefixes: bool,
    /// Prefixes in scope, with the depth at which each was declared.
    prefixes: Vec<(&'a str, usize)>,
}

fn error<T>(kind: SyntaxErrorKind, start: usize, end: usize) -> Result<T, SyntaxError> {
    Err(SyntaxError {
        kind,
        span: Span::new(start, end),
    })
}

impl<'a> Builder<'a> {
    fn new(text: &'a str) -> Self {
        // As many as there can be, so that nothing is copied while they grow; what is never
        // touched costs nothing.
        let count = |byte| memchr::memchr_iter(byte, text.as_bytes()).count();
        let tags = count(b'<').min(EXPECTED_TAGS);
        let values = count(b'=').min(EXPECTED_TAGS);
        Self {
            text,
            nodes: Vec::with_capacity(2 * tags + 2),
            elements: Vec::with_capacity(tags),
            attributes: Vec::with_capacity(values),
            open: vec![0],
            root: None,
            has_prefixes: false,
            prefixes: Vec::new(),
        }
    }

    fn build(mut self) -> Result<Parts, SyntaxError> {
        if is_blank(self.text) {
            return error(SyntaxErrorKind::Empty, 0, 0);
        }
        if let Some(at) = first_forbidden(self.text) {
            let character = self.text[at..].chars().next().unwrap_or('\0');
            let code = u32::from(character);
            return error(
                SyntaxErrorKind::ForbiddenCharacter { code },
                at,
                at + character.len_utf8(),
            );
        }
        self.nodes.push(Node {
            kind: NodeKind::Document,
            span: Span::new(0, self.text.len()),
            parent: NONE,
            first_child: NONE,
            last_child: NONE,
            next: NONE,
            previous: NONE,
            subtree_end: 0,
            element: NONE,
        });
        for token in Tokens::new(self.text) {
            self.token(token?)?;
            if self.nodes.len() + self.attributes.len() > MAX_NODES {
                let kind = SyntaxErrorKind::TooMany { limit: MAX_NODES };
                return error(kind, 0, 0);
            }
        }
        if self.open.len() > 1 {
            let element = NodeId(self.open[self.open.len() - 1]);
            let data = &self.elements[self.nodes[element.index()].element as usize];
            let name = self.text[data.name.range()].to_owned();
            return Err(SyntaxError {
                kind: SyntaxErrorKind::UnclosedElement { name },
                span: data.start_tag,
            });
        }
        let Some(root) = self.root else {
            return error(SyntaxErrorKind::NoRoot, 0, 0);
        };
        self.nodes[0].subtree_end = self.nodes.len() as u32;
        Ok((self.nodes, self.elements, self.attributes, root))
    }

    fn token(&mut self, token: Token) -> Result<(), SyntaxError> {
        let span = token.span;
        let raw = &self.text[span.range()];
        let start = span.start as usize;
        match token.kind {
            TokenKind::Start => self.start(span, false),
            TokenKind::Empty => self.start(span, true),
            TokenKind::End => self.end(span),
            TokenKind::Text => self.text_run(span, raw),
            TokenKind::CData if self.open.len() == 1 => {
                error(SyntaxErrorKind::StrayText, start, span.end as usize)
            }
            TokenKind::CData => {
                self.push(NodeKind::CData, span);
                Ok(())
            }
            TokenKind::Comment => self.comment(span, raw),
            TokenKind::Pi => self.pi(span, raw),
            TokenKind::Declaration => self.declaration(span, raw),
            TokenKind::Doctype => error(SyntaxErrorKind::Doctype, start, span.end as usize),
        }
    }

    fn push(&mut self, kind: NodeKind, span: Span) -> u32 {
        let id = self.nodes.len() as u32;
        let parent = self.open[self.open.len() - 1];
        let previous = self.nodes[parent as usize].last_child;
        self.nodes.push(Node {
            kind,
            span,
            parent,
            first_child: NONE,
            last_child: NONE,
            next: NONE,
            previous,
            subtree_end: id + 1,
            element: NONE,
        });
        let parent = &mut self.nodes[parent as usize];
        parent.last_child = id;
        if parent.first_child == NONE {
            parent.first_child = id;
        }
        if previous != NONE {
            self.nodes[previous as usize].next = id;
        }
        id
    }

    fn start(&mut self, span: Span, empty: bool) -> Result<(), SyntaxError> {
        if self.open.len() == 1 && self.root.is_some() {
            return error(
                SyntaxErrorKind::SecondRoot,
                span.start as usize,
                span.end as usize,
            );
        }
        if self.open.len() > MAX_DEPTH {
            let kind = SyntaxErrorKind::TooDeep { limit: MAX_DEPTH };
            return error(kind, span.start as usize, span.end as usize);
        }
        let inside_end = span.end as usize - if empty { 2 } else { 1 };
        self.has_prefixes = false;
        let name = self.scan_name(span.start as usize + 1, inside_end)?;
        let first = self.attributes.len() as u32;
        self.scan_attributes(name.end as usize, inside_end)?;
        self.check_duplicates(first)?;
        let mut local = name.start;
        if self.has_prefixes {
            self.check_namespaces(name, first)?;
            local = name.end - super::chars::local_name(&self.text[name.range()]).len() as u32;
        }

        let id = self.push(NodeKind::Element, span);
        self.nodes[id as usize].element = self.elements.len() as u32;
        self.elements.push(ElementData {
            name,
            local,
            start_tag: span,
            end_tag: None,
            attributes: first..self.attributes.len() as u32,
        });
        if self.open.len() == 1 {
            self.root = Some(NodeId(id));
        }
        if empty {
            self.leave_scope();
        } else {
            self.open.push(id);
        }
        Ok(())
    }

    fn scan_name(&mut self, start: usize, limit: usize) -> Result<Span, SyntaxError> {
        let ends = |byte: u8| is_space(byte) || matches!(byte, b'=' | b'"' | b'\'' | b'<' | b'/');
        let rest = &self.text.as_bytes()[start..limit];
        let plain = plain_name_length(rest);
        if plain > 0 && rest.get(plain).is_none_or(|byte| ends(*byte)) {
            return Ok(Span::new(start, start + plain));
        }
        let length = rest.iter().position(|byte| ends(*byte));
        let name = &self.text[start..start + length.unwrap_or(rest.len())];
        if !is_qualified_name(name) {
            return error(SyntaxErrorKind::BadName, start, start + name.len());
        }
        self.has_prefixes |= name.contains(':');
        Ok(Span::new(start, start + name.len()))
    }

    fn scan_attributes(&mut self, from: usize, limit: usize) -> Result<(), SyntaxError> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        let mut count = 0;
        loop {
            let before = at;
            while at < limit && is_space(bytes[at]) {
                at += 1;
            }
            if at == limit {
                return Ok(());
            }
            if at == before {
                return error(SyntaxErrorKind::MissingSpace, at, self.next_char(at));
            }
            let name = self.scan_name(at, limit)?;
            at = name.end as usize;
            while at < limit && is_space(bytes[at]) {
                at += 1;
            }
            if at == limit || bytes[at] != b'=' {
                let kind = SyntaxErrorKind::AttributeWithoutValue;
                return error(kind, name.start as usize, name.end as usize);
            }
            at += 1;
            while at < limit && is_space(bytes[at]) {
                at += 1;
            }
            if at == limit || !matches!(bytes[at], b'"' | b'\'') {
                return error(SyntaxErrorKind::UnquotedValue, at, self.next_char(at));
            }
            let quote = bytes[at];
            let value_start = at + 1;
            // Values are short: one pass over the bytes is quicker than a search for each.
            let mut has_references = false;
            let mut less_than = None;
            let mut end = value_start
                + plain_length(&bytes[value_start..limit], |byte| {
                    (byte == quote) | (byte == b'<') | (byte == b'&')
                });
            loop {
                match bytes[..limit].get(end) {
                    Some(byte) if *byte == quote => break,
                    Some(b'<') if less_than.is_none() => less_than = Some(end),
                    Some(b'&') => has_references = true,
                    Some(_) => {}
                    None => {
                        let what = "an attribute value without its closing quote";
                        return error(SyntaxErrorKind::Unclosed { what }, at, at + 1);
                    }
                }
                end += 1;
            }
            if let Some(place) = less_than {
                return error(SyntaxErrorKind::LessThanInValue, place, place + 1);
            }
            let value = Span::new(value_start, end);
            if has_references {
                self.check_references(value)?;
            }
            at = value.end as usize + 1;
            if count == MAX_ATTRIBUTES {
                let limit = MAX_ATTRIBUTES;
                let kind = SyntaxErrorKind::TooManyAttributes { limit };
                return error(kind, name.start as usize, name.end as usize);
            }
            count += 1;
            self.attributes.push(Attribute { name, value });
        }
    }

    fn next_char(&self, at: usize) -> usize {
        at + self.text[at..].chars().next().map_or(0, char::len_utf8)
    }

    fn check_references(&self, span: Span) -> Result<(), SyntaxError> {
        let raw = &self.text[span.range()];
        for at in memchr::memchr_iter(b'&', raw.as_bytes()) {
            let place = span.start as usize + at;
            let kind = match escape::reference(&raw[at..]) {
                Ok(_) => continue,
                Err(ReferenceError::BareAmpersand) => SyntaxErrorKind::BareAmpersand,
                Err(ReferenceError::UnknownEntity) => SyntaxErrorKind::UnknownEntity,
                Err(ReferenceError::BadCharacter) => SyntaxErrorKind::BadCharacterReference,
            };
            return error(kind, place, place + 1);
        }
        Ok(())
    }

    fn check_duplicates(&self, first: u32) -> Result<(), SyntaxError> {
        let attributes = &self.attributes[first as usize..];
        let name = |attribute: &Attribute| &self.text[attribute.name.range()];
        let duplicate = if attributes.len() <= 12 {
            attributes.iter().enumerate().find(|(at, attribute)| {
                attributes[..*at]
                    .iter()
                    .any(|earlier| name(earlier) == name(attribute))
            })
        } else {
            let mut seen = std::collections::HashSet::with_capacity(attributes.len());
            attributes
                .iter()
                .enumerate()
                .find(|(_, attribute)| !seen.insert(name(attribute)))
        };
        match duplicate {
            Some((_, attribute)) => Err(SyntaxError {
                kind: SyntaxErrorKind::DuplicateAttribute {
                    name: name(attribute).to_owned(),
                },
                span: attribute.name,
            }),
            None => Ok(()),
        }
    }

    fn check_namespaces(&mut self, element: Span, first: u32) -> Result<(), SyntaxError> {
        let depth = self.open.len();
        for index in first as usize..self.attributes.len() {
            let attribute = self.attributes[index];
            let name = &self.text[attribute.name.range()];
            if let Some(declared) = name.strip_prefix("xmlns:") {
                let uri = &self.text[attribute.value.range()];
                if uri.is_empty() || declared == "xmlns" || declared == "xml" {
                    return Err(SyntaxError {
                        kind: SyntaxErrorKind::BadNamespace,
                        span: attribute.name,
                    });
                }
                self.prefixes.push((declared, depth));
            }
        }
        let names = std::iter::once(element).chain(
            self.attributes[first as usize..]
                .iter()
                .map(|attribute| attribute.name),
        );
        for span in names {
            let Some(used) = prefix(&self.text[span.range()]) else {
                continue;
            };
            let known = matches!(used, "xml" | "xmlns")
                || self.prefixes.iter().any(|(declared, _)| *declared == used);
            if !known {
                return Err(SyntaxError {
                    kind: SyntaxErrorKind::UndeclaredPrefix {
                        prefix: used.to_owned(),
                    },
                    span,
                });
            }
        }
        Ok(())
    }

    fn leave_scope(&mut self) {
        let depth = self.open.len();
        while self
            .prefixes
            .last()
            .is_some_and(|(_, declared)| *declared >= depth)
        {
            self.prefixes.pop();
        }
    }

    fn end(&mut self, span: Span) -> Result<(), SyntaxError> {
        let raw = &self.text[span.range()];
        let mut found = &raw[2..raw.len() - 1];
        if self.open.len() == 1 {
            return error(
                SyntaxErrorKind::UnmatchedEnd,
                span.start as usize,
                span.end as usize,
            );
        }
        let id = self.open[self.open.len() - 1];
        let index = self.nodes[id as usize].element as usize;
        let expected = &self.text[self.elements[index].name.range()];
        if found != expected {
            found = found.trim_end_matches([' ', '\t', '\r', '\n']);
        }
        if found != expected {
            if !is_qualified_name(found) {
                return error(
                    SyntaxErrorKind::BadName,
                    span.start as usize + 2,
                    span.start as usize + 2 + found.len(),
                );
            }
            return Err(SyntaxError {
                kind: SyntaxErrorKind::MismatchedEnd {
                    expected: expected.to_owned(),
                    found: found.to_owned(),
                },
                span,
            });
        }
        self.elements[index].end_tag = Some(span);
        self.open.pop();
        self.leave_scope();
        let end = self.nodes.len() as u32;
        let node = &mut self.nodes[id as usize];
        node.span.end = span.end;
        node.subtree_end = end;
        Ok(())
    }

    fn text_run(&mut self, span: Span, raw: &str) -> Result<(), SyntaxError> {
        if self.open.len() == 1 {
            if let Some(at) = raw.bytes().position(|byte| !is_space(byte)) {
                let place = span.start as usize + at;
                return error(SyntaxErrorKind::StrayText, place, span.end as usize);
            }
        } else if !is_blank(raw) {
            self.check_references(span)?;
            if memchr::memchr(b']', raw.as_bytes()).is_some()
                && let Some(at) = memchr::memmem::find(raw.as_bytes(), b"]]>")
            {
                let place = span.start as usize + at;
                return error(SyntaxErrorKind::CdataEndInText, place, place + 3);
            }
        }
        self.push(NodeKind::Text, span);
        Ok(())
    }

    fn comment(&mut self, span: Span, raw: &str) -> Result<(), SyntaxError> {
        // `<!-->` and `<!--->` have no room for their own end.
        let inside = raw.get(4..raw.len().saturating_sub(3)).unwrap_or("--");
        let hyphens = memchr::memmem::find(inside.as_bytes(), b"--")
            .or_else(|| inside.ends_with('-').then(|| inside.len() - 1));
        if let Some(at) = hyphens {
            let place = (span.start as usize + 4 + at).min(span.end as usize);
            let end = (place + 2).min(span.end as usize);
            return error(SyntaxErrorKind::DoubleHyphenInComment, place, end);
        }
        self.push(NodeKind::Comment, span);
        Ok(())
    }

    fn pi(&mut self, span: Span, raw: &str) -> Result<(), SyntaxError> {
        let inside = &raw[2..raw.len() - 2];
        let target = inside
            .split([' ', '\t', '\r', '\n'])
            .next()
            .unwrap_or_default();
        if target.eq_ignore_ascii_case("xml") {
            return error(
                SyntaxErrorKind::MisplacedDeclaration,
                span.start as usize,
                span.end as usize,
            );
        }
        if !is_qualified_name(target) || target.contains(':') {
            let start = span.start as usize + 2;
            return error(SyntaxErrorKind::BadName, start, start + target.len());
        }
        self.push(NodeKind::Pi, span);
        Ok(())
    }

    fn declaration(&mut self, span: Span, raw: &str) -> Result<(), SyntaxError> {
        if span.start != 0 {
            return error(
                SyntaxErrorKind::MisplacedDeclaration,
                span.start as usize,
                span.end as usize,
            );
        }
        let first = self.attributes.len();
        let scanned = self.scan_attributes("<?xml".len(), raw.len() - 2);
        let found: Vec<(&str, &str)> = self.attributes[first..]
            .iter()
            .map(|a| (&self.text[a.name.range()], &self.text[a.value.range()]))
            .collect();
        let order = ["version", "encoding", "standalone"];
        let mut expected = order.iter();
        let valid = scanned.is_ok()
            && found
                .first()
                .is_some_and(|(name, value)| *name == "version" && matches!(*value, "1.0" | "1.1"))
            && found
                .iter()
                .all(|(name, _)| expected.any(|allowed| allowed == name))
            && found
                .iter()
                .all(|(name, value)| *name != "standalone" || matches!(*value, "yes" | "no"));
        self.attributes.truncate(first);
        if !valid {
            return error(
                SyntaxErrorKind::BadDeclaration,
                span.start as usize,
                span.end as usize,
            );
        }
        self.push(NodeKind::Declaration, span);
        Ok(())
    }
}
