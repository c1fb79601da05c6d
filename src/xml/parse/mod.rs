//! Builds the document and judges well-formedness, with exact places.
//!
//! quick-xml finds where markup ends; everything XML 1.0 and its namespaces
//! demand beyond that is judged here, since quick-xml does not: one root, names,
//! attributes (`attributes`), references, characters, stray text, comments.

mod attributes;

use std::borrow::Cow;
use std::collections::HashMap;

use crate::xml::chars::{first_forbidden, is_blank, is_qualified_name, is_space};
use crate::xml::document::{Attribute, Document, ElementData, NONE, Node, NodeId, NodeKind};
use crate::xml::encoding::EncodingError;
use crate::xml::source::{MAX_BYTES, Source};
use crate::xml::span::Span;
use crate::xml::syntax::{SyntaxError, SyntaxErrorKind};
use crate::xml::tokens::{Token, TokenKind, Tokens};

/// Deepest nesting of elements.
pub const MAX_DEPTH: usize = 256;
/// Most attributes of one element; configuration has a few dozen at most.
pub const MAX_ATTRIBUTES: usize = 1024;
/// Most nodes and attributes together: a million settings. It bounds the memory of files that hold little but
/// tags, which take many times their size.
pub const MAX_NODES: usize = 4_000_000;

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
    /// What the prefixes in scope stand for, the innermost declaration last.
    prefixes: HashMap<&'a str, Vec<Span>>,
    /// The same in the order in which they were declared, with the depth at which that was.
    declared: Vec<(&'a str, usize)>,
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
            prefixes: HashMap::new(),
            declared: Vec::new(),
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
            local = name.end - crate::xml::chars::local_name(&self.text[name.range()]).len() as u32;
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

#[cfg(test)]
mod tests {
    use super::{Document, MAX_NODES, ParseError, SyntaxErrorKind};

    #[test]
    fn a_file_of_little_but_tags_has_a_budget() {
        let text = format!("<a>{}</a>", "<b/>".repeat(MAX_NODES));
        let refused = Document::from_bytes(text.into_bytes());
        let wanted = SyntaxErrorKind::TooMany { limit: MAX_NODES };
        assert!(matches!(refused, Err(ParseError::Syntax(_, error)) if error.kind == wanted));
        // A million settings fit, but for a few.
        let settings = "<add key='a' value='b'/>\n".repeat(MAX_NODES / 4 - 2);
        let text = format!("<a>{settings}</a>");
        assert!(Document::from_bytes(text.into_bytes()).is_ok());
    }
}
