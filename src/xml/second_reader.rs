//! The second, independent XML reader. The only place that knows xml-rs.
//!
//! Promises that a document passes only if xml-rs (a parser of its own, not
//! quick-xml) sees the same elements, attributes, text and comments as
//! [`Document`] does, in the same order. What it cannot see is not compared:
//! the declaration and the quotes; nor are nodes beside the root element. It
//! reads piece by piece, so that a large file is never in memory as a second
//! tree.

use std::borrow::Cow;

use thiserror::Error;
use xml::attribute::OwnedAttribute;
use xml::common::Position;
use xml::name::OwnedName;
use xml::reader::{EventReader, ParserConfig, XmlEvent};

use super::document::{Document, NodeId, NodeKind};
use super::encoding::TextEncoding;
use super::source::declared_encoding;

/// The two readers do not agree.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Disagreement {
    /// The second reader refuses the document.
    #[error("the second XML reader refuses it: {0}")]
    Refused(String),
    /// They see different things.
    #[error("the two XML readers see different {what} in the element `{element}`")]
    Different {
        /// What differs.
        what: &'static str,
        /// Name of the element where it does.
        element: String,
    },
}

/// Reads `bytes` with xml-rs and compares with `document`, our reading of the same bytes.
///
/// # Errors
/// The first [`Disagreement`].
pub fn agree(document: &Document, bytes: &[u8]) -> Result<(), Disagreement> {
    let mut reader = EventReader::new_with_config(input(document, bytes), config(document));
    let mut walk = Walk::new(document);
    loop {
        // Its messages can quote content, so only the place is passed on.
        let event = reader.next().map_err(|error| {
            let place = error.position();
            Disagreement::Refused(format!("not well-formed at {place} (line:column)"))
        })?;
        match event {
            XmlEvent::EndDocument => return walk.end_of_document(),
            event => walk.take(event)?,
        }
    }
}

fn config(document: &Document) -> ParserConfig {
    let mut config = ParserConfig::new()
        .ignore_comments(false)
        .whitespace_to_characters(true)
        .cdata_to_characters(true)
        .allow_multiple_root_elements(false);
    let size = document.text().len().max(1);
    config.max_attribute_length = size;
    config.max_data_length = size;
    config.max_name_length = size;
    config.max_attributes = size;
    config
}

/// What the second reader is given.
fn input<'t>(document: &'t Document, bytes: &'t [u8]) -> &'t [u8] {
    let source = document.source();
    let own_decoding = matches!(
        source.encoding(),
        TextEncoding::Utf8 | TextEncoding::Latin1 | TextEncoding::Ascii
    ) || (source.has_bom()
        && !matches!(source.encoding(), TextEncoding::SingleByte(_))
        // .NET's name for UTF-16, which xml-rs does not know.
        && !declared_encoding(document.text())
            .is_some_and(|(name, _)| name.eq_ignore_ascii_case("unicode")));
    if own_decoding {
        bytes
    } else {
        // xml-rs does not know this encoding: it reads our text, without the declaration.
        without_declaration(document).as_bytes()
    }
}

fn without_declaration(document: &Document) -> &str {
    document
        .children(NodeId::DOCUMENT)
        .find(|node| document.kind(*node) == NodeKind::Declaration)
        .map_or(document.text(), |declaration| {
            &document.text()[document.span(declaration).end as usize..]
        })
}

/// Our reading, walked along with what the second reader reports.
struct Walk<'d> {
    document: &'d Document,
    /// Elements that were begun and not ended.
    open: Vec<NodeId>,
    /// What has to come next in the innermost of them.
    next: Option<NodeId>,
    /// Text that the second reader reported since anything else; it may come in parts.
    text: String,
    is_root_done: bool,
}

impl<'d> Walk<'d> {
    fn new(document: &'d Document) -> Self {
        Self {
            document,
            open: Vec::new(),
            next: Some(document.root()),
            text: String::new(),
            is_root_done: false,
        }
    }

    fn take(&mut self, event: XmlEvent) -> Result<(), Disagreement> {
        if let XmlEvent::Characters(text) | XmlEvent::CData(text) | XmlEvent::Whitespace(text) =
            event
        {
            if !self.open.is_empty() {
                self.text.push_str(&text);
            }
            return Ok(());
        }
        if let XmlEvent::StartElement {
            name, attributes, ..
        } = event
        {
            self.same_text()?;
            return self.start(&name, &attributes);
        }
        // Only elements are compared outside the root.
        if self.open.is_empty() {
            return Ok(());
        }
        self.same_text()?;
        match event {
            XmlEvent::EndElement { .. } => self.end(),
            XmlEvent::Comment(text) => self.comment(&text),
            XmlEvent::ProcessingInstruction { .. } => self.expect(NodeKind::Pi).map(|_| ()),
            _ => Ok(()),
        }
    }

    fn start(
        &mut self,
        name: &OwnedName,
        attributes: &[OwnedAttribute],
    ) -> Result<(), Disagreement> {
        if self.is_root_done {
            return Err(self.differ("content"));
        }
        let ours = self.expect(NodeKind::Element)?;
        self.open.push(ours);
        let document = self.document;
        self.next = document.children(ours).next();
        let prefix = super::chars::prefix(document.name(ours));
        if document.local_name(ours) != name.local_name || prefix != name.prefix.as_deref() {
            return Err(self.differ("names"));
        }
        match same_attributes(document, ours, attributes) {
            true => Ok(()),
            false => Err(self.differ("attributes")),
        }
    }

    fn end(&mut self) -> Result<(), Disagreement> {
        if self.next.is_some() {
            return Err(self.differ("content"));
        }
        let ended = self.open.pop();
        self.is_root_done = self.open.is_empty();
        self.next = ended
            .filter(|_| !self.is_root_done)
            .and_then(|ended| self.document.next_sibling(ended));
        Ok(())
    }

    fn comment(&mut self, text: &str) -> Result<(), Disagreement> {
        let ours = self.expect(NodeKind::Comment)?;
        let folded = |text: &str| text.replace("\r\n", "\n");
        match folded(&self.document.text_of(ours)) == folded(text) {
            true => Ok(()),
            false => Err(self.differ("content")),
        }
    }

    /// The next node, which has to be of this kind.
    fn expect(&mut self, kind: NodeKind) -> Result<NodeId, Disagreement> {
        let Some(ours) = (self.next).filter(|node| self.document.kind(*node) == kind) else {
            return Err(self.differ("content"));
        };
        self.next = self.document.next_sibling(ours);
        Ok(ours)
    }

    /// Whether the text up to here is the same, however it is divided.
    fn same_text(&mut self) -> Result<(), Disagreement> {
        let mut rest = self.text.as_str();
        while let Some(ours) = self.next.filter(|node| {
            let kind = self.document.kind(*node);
            matches!(kind, NodeKind::Text | NodeKind::CData)
        }) {
            match rest.strip_prefix(&*self.document.text_of(ours)) {
                Some(behind) => rest = behind,
                None => return Err(self.differ("content")),
            }
            self.next = self.document.next_sibling(ours);
        }
        if !rest.is_empty() {
            return Err(self.differ("content"));
        }
        self.text.clear();
        Ok(())
    }

    fn end_of_document(self) -> Result<(), Disagreement> {
        match self.is_root_done {
            true => Ok(()),
            false => Err(self.differ("content")),
        }
    }

    fn differ(&self, what: &'static str) -> Disagreement {
        let element = self.open.last().copied();
        Disagreement::Different {
            what,
            element: (self.document)
                .name(element.unwrap_or(self.document.root()))
                .to_owned(),
        }
    }
}

/// Whether both see the same attributes in the same order. Declarations of namespaces are none for xml-rs.
fn same_attributes(document: &Document, ours: NodeId, theirs: &[OwnedAttribute]) -> bool {
    let mut theirs = theirs.iter();
    let same = (document.attributes(ours).iter())
        .map(|attribute| (document.slice(attribute.name), attribute))
        .filter(|(name, _)| *name != "xmlns" && !name.starts_with("xmlns:"))
        .all(|(name, attribute)| {
            theirs.next().is_some_and(|theirs| {
                theirs.name.local_name == super::chars::local_name(name)
                    && theirs.name.prefix.as_deref() == super::chars::prefix(name)
                    && folded(&theirs.value) == folded(&document.attribute_value(attribute))
            })
        });
    same && theirs.next().is_none()
}

/// xml-rs leaves line ends and tabs in attribute values as they are; XML makes them spaces.
fn folded(value: &str) -> Cow<'_, str> {
    match value.contains(['\n', '\t', '\r']) {
        true => Cow::Owned(value.replace("\r\n", " ").replace(['\n', '\t', '\r'], " ")),
        false => Cow::Borrowed(value),
    }
}
