//! What can be wrong with a document, each with its place and its cure.
//!
//! Messages never quote values or text, since those may be secrets; they name
//! elements and attributes only where a well-formed tag has given the name.

use thiserror::Error;

use super::span::Span;

/// A document is not well-formed, or is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{kind}")]
pub struct SyntaxError {
    /// What is wrong.
    pub kind: SyntaxErrorKind,
    /// Where.
    pub span: Span,
}

/// The kinds of [`SyntaxError`].
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[allow(missing_docs)] // the message of each variant is its documentation
pub enum SyntaxErrorKind {
    #[error("the file is empty")]
    Empty,
    #[error("there is no root element")]
    NoRoot,
    #[error("a second root element begins here")]
    SecondRoot,
    #[error("text stands outside the root element")]
    StrayText,
    #[error("a DOCTYPE is not accepted")]
    Doctype,
    #[error("the XML declaration must be the very first thing in the file")]
    MisplacedDeclaration,
    #[error("the XML declaration is not valid")]
    BadDeclaration,
    #[error("this markup is not closed before the file ends: {what}")]
    Unclosed { what: &'static str },
    #[error("the element `{name}` is never closed")]
    UnclosedElement { name: String },
    #[error("`</{found}>` does not close `<{expected}>`")]
    MismatchedEnd { expected: String, found: String },
    #[error("an end tag has no start tag")]
    UnmatchedEnd,
    #[error("this is not a valid name")]
    BadName,
    #[error("white space is missing before this attribute")]
    MissingSpace,
    #[error("an attribute needs `=` and a quoted value")]
    AttributeWithoutValue,
    #[error("an attribute value must stand in quotes")]
    UnquotedValue,
    #[error("the attribute `{name}` stands twice in one tag")]
    DuplicateAttribute { name: String },
    #[error(
        "`{earlier}` and `{name}` are one attribute, for both prefixes stand for one namespace"
    )]
    SameAttribute { name: String, earlier: String },
    #[error("`<` must be written `&lt;` in an attribute value")]
    LessThanInValue,
    #[error("`&` must be written `&amp;` unless it begins an entity")]
    BareAmpersand,
    #[error("only the entities amp, lt, gt, quot, apos and character references are known here")]
    UnknownEntity,
    #[error("this character reference names no XML character")]
    BadCharacterReference,
    #[error("the control or non-character U+{code:04X} is not allowed in XML")]
    ForbiddenCharacter { code: u32 },
    #[error("`--` is not allowed inside a comment")]
    DoubleHyphenInComment,
    #[error("`]]>` must be written `]]&gt;` in text")]
    CdataEndInText,
    #[error("the prefix `{prefix}` is not declared")]
    UndeclaredPrefix { prefix: String },
    #[error("this namespace declaration is not allowed")]
    BadNamespace,
    #[error("elements are nested more than {limit} deep")]
    TooDeep { limit: usize },
    #[error("an element has more than {limit} attributes")]
    TooManyAttributes { limit: usize },
    #[error("the document has more than {limit} nodes and attributes")]
    TooMany { limit: usize },
}

impl SyntaxErrorKind {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Empty | Self::NoRoot => {
                "Give the configuration file itself; an empty one may be a failed copy."
            }
            Self::SecondRoot | Self::StrayText => {
                "A document has one root element, and only comments beside it. Look for a tag closed too early."
            }
            Self::Doctype => {
                "Remove the DOCTYPE: .NET configuration needs none, and entities can hide or multiply content."
            }
            Self::MisplacedDeclaration => {
                "Remove whatever stands before `<?xml`, or the second declaration."
            }
            Self::BadDeclaration => "Write it as `<?xml version=\"1.0\" encoding=\"utf-8\"?>`.",
            Self::Unclosed { .. } => "Close it; a quote or a `>` is often what is missing.",
            Self::UnclosedElement { .. } | Self::MismatchedEnd { .. } | Self::UnmatchedEnd => {
                "Names must match exactly, case included. Look at the element that was opened last."
            }
            Self::BadName => {
                "A name begins with a letter or `_`. In a value or a password `<` is written `&lt;`, a quote `&quot;`."
            }
            Self::MissingSpace | Self::AttributeWithoutValue | Self::UnquotedValue => {
                "Write attributes as name=\"value\". Curly quotes are not quotes, and a quote inside a value is written `&quot;`."
            }
            Self::DuplicateAttribute { .. } | Self::SameAttribute { .. } => "Keep one of the two.",
            Self::LessThanInValue => "Write `&lt;`, or close the quote that was opened before.",
            Self::BareAmpersand | Self::UnknownEntity => {
                "In a value or a password write `&amp;` for `&`."
            }
            Self::BadCharacterReference | Self::ForbiddenCharacter { .. } => {
                "Remove the character; most come from a damaged copy."
            }
            Self::DoubleHyphenInComment => "Comments do not nest: put a space between the hyphens.",
            Self::CdataEndInText => "Write `]]&gt;`.",
            Self::UndeclaredPrefix { .. } | Self::BadNamespace => {
                "Declare the prefix with xmlns:prefix=\"…\" on this element or above it."
            }
            Self::TooDeep { .. } | Self::TooManyAttributes { .. } | Self::TooMany { .. } => {
                "This is no configuration file that .NET would read."
            }
        }
    }
}
