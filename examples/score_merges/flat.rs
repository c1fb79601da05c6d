//! A configuration as a set of facts: this place has this value.
//!
//! Read with xmltree, so that nothing here shares a line with the merge that
//! is judged. Forgotten on purpose: the order of attributes, the order of
//! siblings that differ in name or key, white space around text, comments,
//! the prolog, the encoding.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use xmltree::{Element, ParserConfig, XMLNode};

/// Attributes that tell an element from its siblings, the most telling first.
const TELLING: [&str; 26] = [
    "key",
    "name",
    "path",
    "id",
    "alias",
    "extension",
    "assembly",
    "tagPrefix",
    "prefix",
    "namespace",
    "type",
    "invariant",
    "verb",
    "fileExtension",
    "matchTypeOrType",
    "statusCode",
    "users",
    "roles",
    "connectionStringName",
    "value",
    "mimeType",
    "systemName",
    "setName",
    "urlName",
    "url",
    "include",
];

/// Ends each step of a place. No name or value in XML can contain it.
const STEP: char = '\u{1}';

/// What a fact is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Slot {
    /// That the element is there at all.
    Element,
    /// One of its attributes.
    Attribute(String),
    /// Its text.
    Text,
}

/// Where a fact stands: the steps from the root down, and what of the element.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) element: String,
    pub(crate) slot: Slot,
}

impl Place {
    /// Whether `element` holds this place, and is not itself the element of it.
    pub(crate) fn lies_below(&self, element: &str) -> bool {
        self.element.len() > element.len() && self.element.starts_with(element)
    }
}

/// All facts of one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flat {
    pub(crate) facts: BTreeMap<Place, String>,
    /// How often a key occurs under one parent, where it does more than once.
    pub(crate) repeated: BTreeMap<String, usize>,
}

impl Flat {
    /// Reads `bytes`; `None` if xmltree refuses them. Nothing at all is no facts.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let mut flat = Self::default();
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Some(flat);
        }
        let root = read(bytes)?;
        let mut open = vec![(format!("{}{STEP}", root.name), &root)];
        while let Some((at, element)) = open.pop() {
            flat.element(at, element, &mut open);
        }
        Some(flat)
    }

    fn element<'e>(
        &mut self,
        at: String,
        element: &'e Element,
        open: &mut Vec<(String, &'e Element)>,
    ) {
        for (name, value) in &element.attributes {
            // A line end in an attribute is a space to every reader but xml-rs.
            let value = value.replace("\r\n", " ").replace(['\n', '\r', '\t'], " ");
            self.put(&at, Slot::Attribute(name.clone()), value);
        }
        let mut text = String::new();
        let mut seen: HashMap<String, usize> = HashMap::new();
        for child in &element.children {
            match child {
                XMLNode::Element(child) => {
                    let (key, is_keyed) = key(child);
                    let nth = seen.entry(key.clone()).or_default();
                    if is_keyed && *nth > 0 {
                        self.repeated.insert(format!("{at}{key}"), *nth + 1);
                    }
                    open.push((format!("{at}{key}#{nth}{STEP}"), child));
                    *nth += 1;
                }
                XMLNode::Text(piece) | XMLNode::CData(piece) => {
                    text.push_str(&piece.replace("\r\n", "\n"));
                }
                XMLNode::Comment(_) | XMLNode::ProcessingInstruction(..) => {}
            }
        }
        let text = text.trim();
        if !text.is_empty() {
            self.put(&at, Slot::Text, text.to_owned());
        }
        self.put(&at, Slot::Element, String::new());
    }

    fn put(&mut self, element: &str, slot: Slot, value: String) {
        let element = element.to_owned();
        self.facts.insert(Place { element, slot }, value);
    }
}

/// What tells `element` from its siblings, and whether that is more than its name.
fn key(element: &Element) -> (String, bool) {
    let name = &element.name;
    if name == "dependentAssembly"
        && let Some(assembly) = element.get_child("assemblyIdentity")
    {
        let assembly = assembly.attributes.get("name").map_or("", String::as_str);
        return (format!("{name} {}", assembly.to_lowercase()), true);
    }
    if name == "bindingRedirect" || name == "codeBase" {
        return (name.clone(), false);
    }
    let told = TELLING.iter().find_map(|name| {
        let mut attributes = element.attributes.iter();
        // Names count without case: `Name`, `ID`.
        let (_, value) = attributes.find(|(found, _)| found.eq_ignore_ascii_case(name))?;
        Some((*name, value))
    });
    let Some((by, value)) = told else {
        return (name.clone(), false);
    };
    let verb = match element.attributes.get("verb") {
        Some(verb) if by == "path" => verb.to_lowercase(),
        _ => String::new(),
    };
    (format!("{name} {by}={} {verb}", value.to_lowercase()), true)
}

/// The elements of a file, white space left out; `None` if xmltree refuses it.
pub(crate) fn read(bytes: &[u8]) -> Option<Element> {
    let mut config = ParserConfig::new()
        .whitespace_to_characters(true)
        .ignore_comments(false);
    config.max_attribute_length = bytes.len().max(1);
    config.max_data_length = bytes.len().max(1);
    Element::parse_with_config(&*without_doctype(as_utf8(bytes)), config).ok()
}

/// A document type says nothing about the values, and xml-rs reads few of them.
fn without_doctype(bytes: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let starts = |at: usize| bytes[at..].starts_with(b"<!DOCTYPE");
    let Some(start) = (0..bytes.len()).find(|at| starts(*at)) else {
        return bytes;
    };
    let mut inside = false;
    let end = bytes[start..].iter().position(|byte| {
        match byte {
            b'[' => inside = true,
            b']' => inside = false,
            _ => {}
        }
        *byte == b'>' && !inside
    });
    match end {
        Some(end) => Cow::Owned([&bytes[..start], &bytes[start + end + 1..]].concat()),
        None => bytes,
    }
}

/// `bytes` as xml-rs can read them, which knows few encodings: the declaration is taken off with the encoding it names.
fn as_utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let Some(rest) = bytes.strip_prefix(b"<?xml") else {
        return Cow::Borrowed(bytes);
    };
    let Some(end) = rest.windows(2).position(|pair| pair == b"?>") else {
        return Cow::Borrowed(bytes);
    };
    let declaration = String::from_utf8_lossy(&rest[..end]);
    let label = declaration
        .split_once("encoding")
        .and_then(|(_, value)| value.split(['"', '\'']).nth(1));
    match label.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes())) {
        Some(encoding) if encoding.is_single_byte() => {
            let text = encoding.decode_without_bom_handling(&rest[end + 2..]).0;
            Cow::Owned(text.into_owned().into_bytes())
        }
        _ => Cow::Borrowed(bytes),
    }
}
