//! Words of lint rules and what they mean.

use super::lint::{Applicability, Severity, UrlPart, ValueType};
use crate::xml::encoding::TextEncoding;

/// Words for [`Severity`].
pub const SEVERITIES: [(&str, Severity); 3] = [
    ("error", Severity::Error),
    ("warning", Severity::Warning),
    ("note", Severity::Note),
];

/// Words for [`Applicability`].
pub const APPLICABILITIES: [(&str, Applicability); 3] = [
    ("safe", Applicability::Safe),
    ("unsafe", Applicability::Unsafe),
    ("display-only", Applicability::DisplayOnly),
];

/// Words for [`ValueType`].
pub const TYPES: [(&str, ValueType); 9] = [
    ("url", ValueType::Url),
    ("bool", ValueType::Bool),
    ("integer", ValueType::Integer),
    ("host", ValueType::Host),
    ("ip", ValueType::Ip),
    ("qualified-user", ValueType::QualifiedUser),
    ("version", ValueType::Version),
    ("ascii", ValueType::Ascii),
    ("placeholder", ValueType::Placeholder),
];

/// Words for [`UrlPart`].
pub const URL_PARTS: [(&str, UrlPart); 6] = [
    ("scheme", UrlPart::Scheme),
    ("host", UrlPart::Host),
    ("port", UrlPart::Port),
    ("path", UrlPart::Path),
    ("query", UrlPart::Query),
    ("user", UrlPart::User),
];

/// Words for encodings of examples: the encoding and whether a byte-order mark stands first.
pub const ENCODINGS: [(&str, (TextEncoding, bool)); 6] = [
    ("utf-8", (TextEncoding::Utf8, false)),
    ("utf-8-bom", (TextEncoding::Utf8, true)),
    ("utf-16le", (TextEncoding::Utf16Le, false)),
    ("utf-16le-bom", (TextEncoding::Utf16Le, true)),
    ("utf-16be-bom", (TextEncoding::Utf16Be, true)),
    ("latin-1", (TextEncoding::Latin1, false)),
];
