//! The second, independent XML reader. The only place that knows xmltree.
//!
//! Promises that a document passes only if xmltree (on its own parser, not
//! quick-xml) sees the same elements, attributes, text and comments as
//! [`Document`] does. What xmltree cannot see is not compared: the declaration,
//! the quotes, the order of attributes, prefixes of attributes, and nodes
//! beside the root element.

use std::borrow::Cow;
use std::collections::BTreeMap;

use thiserror::Error;
use xmltree::{Element, ParserConfig, XMLNode};

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

/// Reads `bytes` with xmltree and compares with `document`, our reading of the same bytes.
///
/// # Errors
/// The first [`Disagreement`].
pub fn agree(document: &Document, bytes: &[u8]) -> Result<(), Disagreement> {
    let root = read(document, bytes)?;
    let mut pairs = vec![(document.root(), &root)];
    while let Some((ours, theirs)) = pairs.pop() {
        compare(document, ours, theirs, &mut pairs)?;
    }
    Ok(())
}

fn read(document: &Document, bytes: &[u8]) -> Result<Element, Disagreement> {
    let mut config = ParserConfig::new()
        .ignore_comments(false)
        .whitespace_to_characters(true)
        .cdata_to_characters(true);
    let size = document.text().len().max(1);
    config.max_attribute_length = size;
    config.max_data_length = size;
    config.max_name_length = size;
    config.max_attributes = size;
    let source = document.source();
    let own_decoding = matches!(
        source.encoding(),
        TextEncoding::Utf8 | TextEncoding::Latin1 | TextEncoding::Ascii
    ) || (source.has_bom()
        && !matches!(source.encoding(), TextEncoding::SingleByte(_))
        // .NET's name for UTF-16, which xml-rs does not know.
        && !declared_encoding(document.text())
            .is_some_and(|(name, _)| name.eq_ignore_ascii_case("unicode")));
    let input: Cow<'_, [u8]> = if own_decoding {
        Cow::Borrowed(bytes)
    } else {
        // xml-rs does not know this encoding: it reads our text, without the declaration.
        Cow::Owned(without_declaration(document).into_bytes())
    };
    // Its messages can quote content, so only the place is passed on.
    Element::parse_with_config(&input[..], config).map_err(|error| match error {
        xmltree::ParseError::MalformedXml(error) => {
            let message = error.to_string();
            let place = message.split(' ').next().unwrap_or_default();
            Disagreement::Refused(format!("not well-formed at {place} (line:column)"))
        }
        xmltree::ParseError::CannotParse => Disagreement::Refused("it cannot be parsed".into()),
    })
}

fn without_declaration(document: &Document) -> String {
    document
        .children(NodeId::DOCUMENT)
        .find(|node| document.kind(*node) == NodeKind::Declaration)
        .map_or(document.text(), |declaration| {
            &document.text()[document.span(declaration).end as usize..]
        })
        .to_owned()
}

fn compare<'t>(
    document: &Document,
    ours: NodeId,
    theirs: &'t Element,
    pairs: &mut Vec<(NodeId, &'t Element)>,
) -> Result<(), Disagreement> {
    let differ = |what| {
        Err(Disagreement::Different {
            what,
            element: document.name(ours).to_owned(),
        })
    };
    let prefix = super::chars::prefix(document.name(ours));
    if document.local_name(ours) != theirs.name || prefix != theirs.prefix.as_deref() {
        return differ("names");
    }
    if !same_attributes(document, ours, theirs) {
        return differ("attributes");
    }
    let mut expected = Run::default();
    let mut elements = Vec::new();
    for child in document.children(ours) {
        match document.kind(child) {
            NodeKind::Element => {
                expected.element();
                elements.push(child);
            }
            NodeKind::Comment => expected.comment(&document.text_of(child)),
            NodeKind::Pi => expected.other(),
            _ => expected.text(&document.text_of(child)),
        }
    }
    let mut found = Run::default();
    let mut index = 0;
    for child in &theirs.children {
        match child {
            XMLNode::Element(element) => {
                found.element();
                if let Some(ours) = elements.get(index) {
                    pairs.push((*ours, element));
                }
                index += 1;
            }
            XMLNode::Comment(text) => found.comment(text),
            XMLNode::ProcessingInstruction(..) => found.other(),
            XMLNode::Text(text) | XMLNode::CData(text) => found.text(text),
        }
    }
    if expected != found {
        return differ("content");
    }
    Ok(())
}

fn same_attributes(document: &Document, ours: NodeId, theirs: &Element) -> bool {
    // xmltree keeps one of several attributes with the same local name, so compare those it kept.
    let mut expected: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for attribute in document.attributes(ours) {
        let name = document.slice(attribute.name);
        if name == "xmlns" || name.starts_with("xmlns:") {
            continue;
        }
        expected
            .entry(super::chars::local_name(name))
            .or_default()
            .push(folded(&document.attribute_value(attribute)));
    }
    expected.len() == theirs.attributes.len()
        && expected.iter().all(|(name, values)| {
            theirs
                .attributes
                .get(*name)
                .is_some_and(|value| values.contains(&folded(value)))
        })
}

/// xml-rs leaves line ends and tabs in attribute values as they are; XML makes them spaces.
fn folded(value: &str) -> String {
    value.replace("\r\n", " ").replace(['\n', '\t', '\r'], " ")
}

/// What stands in an element, in order, with neighbouring text joined.
#[derive(Debug, Default, PartialEq, Eq)]
struct Run {
    items: Vec<Item>,
}

#[derive(Debug, PartialEq, Eq)]
enum Item {
    Element,
    Comment(String),
    Text(String),
    Other,
}

impl Run {
    fn element(&mut self) {
        self.items.push(Item::Element);
    }

    fn other(&mut self) {
        self.items.push(Item::Other);
    }

    fn comment(&mut self, text: &str) {
        self.items.push(Item::Comment(text.replace("\r\n", "\n")));
    }

    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(Item::Text(run)) = self.items.last_mut() {
            run.push_str(text);
        } else {
            self.items.push(Item::Text(text.to_owned()));
        }
    }
}
