//! From the bytes of one file to its new bytes.
//!
//! Promises that bytes outside the references are copied, encoding, byte-order
//! mark and line ends included; that no secret value and no XML namespace is
//! touched; and that XML is read back by both readers before anyone may write
//! it. A plan is what is shown and what is written.

use std::path::Path;

use rayon::prelude::*;
use thiserror::Error;

use super::mapping::VirtualDirectories;
use super::references::{self, Reference};
use crate::io::read::{self, ReadError, ReadErrorKind};
use crate::io::walk::Found;
use crate::pack::Rules;
use crate::xml::encoding::EncodingError;
use crate::xml::fast_reader;
use crate::xml::second_reader::Disagreement;
use crate::xml::{Document, EditError, Edits, NodeId, ParseError, Source, Span};

/// XML by its extension: not well-formed means an error. What is XML only at
/// times (`.map`, `.manifest`, `.svc`, `.asmx`) is judged by its content instead.
const XML_EXTENSIONS: &[&str] = &[
    "config", "xml", "wsdl", "disco", "settings", "csproj", "vbproj", "xsd", "xsl", "xslt", "xdt",
    "props", "targets", "resx", "sitemap", "webinfo",
];

/// Text by its extension, whatever it looks like.
const TEXT_EXTENSIONS: &[&str] = &[
    "ps1", "psm1", "psd1", "cmd", "bat", "vbs", "html", "htm", "xhtml", "aspx", "ascx", "asax",
    "ashx", "master", "cshtml", "skin", "js", "ts", "css", "cs", "vb", "json", "md", "txt", "reg",
    "rdp", "url", "ini", "inf", "yml", "yaml", "toml", "csv", "log", "conf", "sh", "py", "sql",
    "svg", "rtf", "php",
];

/// What a file is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// XML, judged by its extension.
    Xml,
    /// Any other text.
    Text,
    /// XML by how it begins; if it is not well-formed it is text after all.
    MaybeXml,
    /// Not text.
    Binary,
}

impl FileKind {
    /// Judges by the extension, else by the content.
    #[must_use]
    pub fn of(path: &Path, bytes: &[u8]) -> Self {
        if has_extension(path, XML_EXTENSIONS) {
            Self::Xml
        } else if is_binary(bytes) {
            Self::Binary
        } else if !has_extension(path, TEXT_EXTENSIONS) && begins_as_xml(bytes) {
            Self::MaybeXml
        } else {
            Self::Text
        }
    }
}

fn has_extension(path: &Path, list: &[&str]) -> bool {
    path.extension().is_some_and(|extension| {
        list.iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// Whether the name alone says that this is text.
#[must_use]
pub fn is_known_text(path: &Path) -> bool {
    has_extension(path, XML_EXTENSIONS) || has_extension(path, TEXT_EXTENSIONS)
}

fn is_utf16(bytes: &[u8]) -> bool {
    [&b"\xFF\xFE"[..], b"\xFE\xFF", b"<\0", b"\0<"]
        .iter()
        .any(|start| bytes.starts_with(start))
}

fn is_binary(bytes: &[u8]) -> bool {
    !is_utf16(bytes) && memchr::memchr(0, bytes).is_some()
}

fn begins_as_xml(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    [
        &b"<?xml"[..],
        b"\xFF\xFE<\0?\0x\0",
        b"\xFE\xFF\0<\0?\0x",
        b"<\0?\0x\0",
        b"\0<\0?\0x",
    ]
    .iter()
    .any(|start| bytes.starts_with(start))
}

/// A file cannot be rewritten. It stays as it is.
#[derive(Debug, Error)]
pub enum PlanError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is no XML document although its name says so.
    #[error("it is not an XML document that can be read")]
    Parse(ParseError),
    /// Its bytes are not text.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    /// Two references overlap.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The result would not be well-formed.
    #[error("the result would not be well-formed XML")]
    Broken,
    /// The result does not read back as intended.
    #[error("the result does not read back: {0}")]
    ReadBack(#[from] Disagreement),
}

/// Why a file is not looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skip {
    /// It is not text.
    Binary,
    /// It defines virtual directories rather than refers to them.
    DefinesDirectories,
}

/// A changed file.
#[derive(Clone, Debug)]
pub struct Change {
    /// The file as it is.
    pub before: Source,
    /// Its new text.
    pub after: String,
    /// What is replaced, in spans of the old text.
    pub references: Vec<Reference>,
    /// What must not be shown of the old text; `None`: no XML, judge by the words.
    pub secrets_before: Option<Vec<Span>>,
    /// What must not be shown of the new text.
    pub secrets_after: Option<Vec<Span>>,
}

impl Change {
    /// The bytes that were read.
    #[must_use]
    pub fn bytes_before(&self) -> Vec<u8> {
        self.before.bytes_with(self.before.text())
    }

    /// The bytes to write.
    #[must_use]
    pub fn bytes_after(&self) -> Vec<u8> {
        self.before.bytes_with(&self.after)
    }
}

/// What becomes of a file.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It was not looked into.
    Skipped(Skip),
    /// Nothing in it is to be renamed.
    Unchanged,
    /// It changes.
    Changed(Box<Change>),
}

/// What becomes of one file, or why that cannot be said.
#[derive(Debug)]
pub struct FilePlan {
    /// The file.
    pub file: Found,
    /// What becomes of it.
    pub outcome: Result<Outcome, PlanError>,
}

/// The renames and what they must leave alone.
#[derive(Clone, Copy)]
pub struct Rewriter<'r> {
    /// The renames.
    pub directories: &'r VirtualDirectories,
    /// Guards, secrets, identities.
    pub rules: &'r Rules,
}

impl Rewriter<'_> {
    /// Plans all `files`, in parallel; the results are in the order of `files`.
    #[must_use]
    pub fn plan_all(&self, files: Vec<Found>) -> Vec<FilePlan> {
        files
            .into_par_iter()
            .map(|file| {
                let outcome = self.plan_file(&file);
                FilePlan { file, outcome }
            })
            .collect()
    }

    fn plan_file(&self, file: &Found) -> Result<Outcome, PlanError> {
        let path = &file.path;
        if self.defines_directories(path) {
            return Ok(Outcome::Skipped(Skip::DefinesDirectories));
        }
        match read::read_place(&file.place, path) {
            Ok(bytes) => self.plan_bytes(path, &bytes),
            Err(ReadError {
                kind: ReadErrorKind::TooLarge,
                path,
            }) if !is_known_text(&path) => Ok(Outcome::Skipped(Skip::Binary)),
            Err(error) => Err(error.into()),
        }
    }

    /// Plans a file from its bytes.
    ///
    /// # Errors
    /// See [`PlanError`].
    pub fn plan_bytes(&self, path: &Path, bytes: &[u8]) -> Result<Outcome, PlanError> {
        if self.defines_directories(path) {
            return Ok(Outcome::Skipped(Skip::DefinesDirectories));
        }
        match FileKind::of(path, bytes) {
            FileKind::Binary => Ok(Outcome::Skipped(Skip::Binary)),
            FileKind::Text => self.plan_text(path, bytes),
            FileKind::Xml => match Document::from_bytes(bytes) {
                Ok(document) => self.plan_document(&document),
                Err(error) => Err(PlanError::Parse(error)),
            },
            FileKind::MaybeXml => match Document::from_bytes(bytes) {
                Ok(document) => self.plan_document(&document),
                Err(_) => self.plan_text(path, bytes),
            },
        }
    }

    fn defines_directories(&self, path: &Path) -> bool {
        path.file_name().is_some_and(|name| {
            let guards = &self.rules.guards.never_files;
            guards.iter().any(|file| name.eq_ignore_ascii_case(file))
        })
    }

    fn plan_text(&self, path: &Path, bytes: &[u8]) -> Result<Outcome, PlanError> {
        let source = match Source::decode_plain(bytes) {
            Ok(source) => source,
            // It only looked like UTF-16.
            Err(_) if !is_known_text(path) => return Ok(Outcome::Skipped(Skip::Binary)),
            Err(error) => return Err(error.into()),
        };
        let text = source.text();
        let mut references = references::find(text, self.directories, &self.rules.guards);
        if references.is_empty() {
            return Ok(Outcome::Unchanged);
        }
        let secrets = self.rules.secrets.secret_parts(text);
        references.retain(|reference| {
            let range = reference.span.range();
            !secrets
                .iter()
                .any(|secret| secret.start < range.end && range.start < secret.end)
        });
        let Some(after) = applied(text, &references)? else {
            return Ok(Outcome::Unchanged);
        };
        Ok(Outcome::Changed(Box::new(Change {
            after,
            references,
            secrets_before: None,
            secrets_after: None,
            before: source,
        })))
    }

    fn plan_document(&self, document: &Document) -> Result<Outcome, PlanError> {
        let guards = &self.rules.guards;
        let mut references = references::find(document.text(), self.directories, guards);
        references.extend(self.locations(document));
        if references.is_empty() {
            return Ok(Outcome::Unchanged);
        }
        references.sort_by_key(|reference| reference.span);
        references.dedup();
        let tables = &self.rules;
        let places = references.iter().map(|reference| reference.span);
        let secrets = (tables.secrets).known_spans(&tables.identities, document, places);
        let names = namespace_spans(document);
        references.retain(|reference| {
            !touches(&secrets, reference.span) && !touches(&names, reference.span)
        });
        let Some(after) = applied(document.text(), &references)? else {
            return Ok(Outcome::Unchanged);
        };
        let bytes = document.source().bytes_with(&after);
        let result = Document::from_bytes(&bytes).map_err(|_| PlanError::Broken)?;
        fast_reader::agree_or_read_piecewise(&result, &bytes)?;
        let before = tables.secrets.spans(&tables.identities, document);
        let places: Vec<(Span, usize)> = (references.iter())
            .map(|reference| (reference.span, reference.new.len()))
            .collect();
        let secrets_after =
            (tables.secrets).spans_after(&tables.identities, &before, &places, &result);
        Ok(Outcome::Changed(Box::new(Change {
            after,
            references,
            secrets_after: Some(secrets_after),
            secrets_before: Some(before),
            before: document.source().clone(),
        })))
    }

    /// References in the paths of `<location>`, which have no leading slash.
    fn locations(&self, document: &Document) -> Vec<Reference> {
        let is_location =
            |node: &NodeId| document.is_element(*node) && document.local_name(*node) == "location";
        let mut found = Vec::new();
        for node in document.nodes().filter(is_location) {
            let Some(path) = document.attribute(node, "path") else {
                continue;
            };
            let raw = document.slice(path.value);
            let inside = references::find_in_location(raw, self.directories, &self.rules.guards);
            found.extend(inside.into_iter().map(|reference| Reference {
                span: Span {
                    start: path.value.start + reference.span.start,
                    end: path.value.start + reference.span.end,
                },
                ..reference
            }));
        }
        found
    }
}

/// The text with the references replaced; `None` if that changes nothing.
fn applied(text: &str, references: &[Reference]) -> Result<Option<String>, EditError> {
    if references.is_empty() {
        return Ok(None);
    }
    let mut edits = Edits::new();
    for reference in references {
        edits.replace(reference.span, reference.new.as_str())?;
    }
    Ok(Some(edits.apply(text)))
}

fn touches(sorted: &[Span], span: Span) -> bool {
    sorted
        .iter()
        .any(|other| other.start < span.end && span.start < other.end)
}

/// The values that are names rather than addresses although they look like URLs.
fn namespace_spans(document: &Document) -> Vec<Span> {
    let is_name = |name: &str| {
        name == "xmlns"
            || name.starts_with("xmlns:")
            || matches!(name, "targetNamespace" | "namespace" | "soapAction")
    };
    document
        .nodes()
        .flat_map(|node| document.attributes(node))
        .filter(|attribute| is_name(document.slice(attribute.name)))
        .map(|attribute| attribute.value)
        .collect()
}
