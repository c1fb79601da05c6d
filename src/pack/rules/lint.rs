//! Lint rules, validated: what `lint` runs and what `rules explain` prints.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks::Registered;
use super::pattern::Pattern;
use super::template::Template;
use super::{ComponentId, FactId, Provenance, ServiceId};
use crate::word::{Word, words};
use crate::xml::encoding::TextEncoding;
use crate::xml::selector::{Reach, Selector};

/// How bad a finding is. The greater one is worse.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing; nothing need be done.
    Note,
    /// Likely to be wrong, or to become so.
    #[default]
    Warning,
    /// Breaks the product, the upgrade or its protection.
    Error,
}

impl Severity {
    /// The word that packs and outputs use.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.word()
    }
}

words! {
    Severity {
        /// breaks the product, the upgrade or its protection
        Error = "error",
        /// is likely to be wrong, or to become so
        Warning = "warning",
        /// is worth knowing; nothing need be done
        Note = "note",
    }
}

/// How far a fix can be trusted. The greater one is safer.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Applicability {
    /// Shown only: a person has to fill something in.
    DisplayOnly,
    /// Applied with `--unsafe-fixes`: it may change what the program does.
    Unsafe,
    /// Applied with `--fix`: what the program does stays, but for the finding.
    Safe,
}

impl Applicability {
    /// The word that packs and outputs use.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.word()
    }
}

words! {
    Applicability {
        /// applied by `--fix`
        Safe = "safe",
        /// applied by `--unsafe-fixes`: it may change what the program does
        Unsafe = "unsafe",
        /// applied by nobody: a person has to fill something in
        DisplayOnly = "display-only",
    }
}

/// A lint rule.
#[derive(Clone, Debug)]
pub struct LintRule {
    /// Id (`PF101`), pack, summary, why, source.
    pub provenance: Provenance<LintRule>,
    /// Its name in words: `sdk-url-placeholder`.
    pub name: String,
    /// How bad a finding is.
    pub severity: Severity,
    /// Components whose files it looks at; all files if empty.
    pub components: Vec<ComponentId>,
    /// Whether it looks at XDT transforms (`web.Release.config`) as well.
    pub transforms: bool,
    /// What to do about a finding, one sentence or a few.
    pub advice: String,
    /// What it looks for.
    pub check: Check,
    /// The change that cures a finding.
    pub fix: Option<FixRule>,
    /// Files without a finding of this rule.
    pub valid: Vec<Example>,
    /// Files with at least one.
    pub invalid: Vec<Example>,
}

/// What a rule looks for.
#[derive(Clone, Debug)]
pub enum Check {
    /// Nodes that selectors find and for which a condition holds.
    Declared(Box<Declared>),
    /// A check of the registry.
    Registered(Box<Registered>),
}

/// A check that is data.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The elements or values to look at, each once.
    pub select: Vec<Selector>,
    /// What must hold for a finding; always if none.
    pub when: Option<Condition>,
    /// What a finding says.
    pub message: Template,
}

/// What must hold at an element that was selected. All parts must.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    /// The value that the tests are about, if not the one selected.
    pub of: Option<Reach>,
    /// A fact whose value the tests are about.
    pub of_fact: Option<FactId>,
    /// Services, and whether the file certainly uses them or certainly does not.
    pub uses: Vec<(ServiceId, bool)>,
    /// Tests of that value; no value passes no test.
    pub tests: Vec<ValueTest>,
    /// Paths that must lead somewhere.
    pub exists: Vec<Reach>,
    /// Paths that must lead nowhere.
    pub missing: Vec<Reach>,
    /// How many elements a path must lead to.
    pub counts: Vec<Count>,
    /// One of these must hold.
    pub any: Vec<Condition>,
    /// All of these must hold.
    pub all: Vec<Condition>,
    /// This must not hold.
    pub not: Option<Box<Condition>>,
}

/// A number of elements.
#[derive(Clone, Debug)]
pub struct Count {
    /// Which.
    pub of: Reach,
    /// How many at least.
    pub at_least: usize,
    /// How many at most.
    pub at_most: usize,
}

/// A test of one value.
#[derive(Clone, Debug)]
pub enum ValueTest {
    /// It is one of these; `ignore_case` compares without case.
    OneOf {
        /// The values.
        values: Vec<String>,
        /// Whether case is ignored (ASCII).
        ignore_case: bool,
    },
    /// The pattern is found in it.
    Matches(Pattern),
    /// It is of this type.
    Is(ValueType),
    /// It is empty but for white space, or is not.
    Empty(bool),
    /// It is the same as the value that the path leads to.
    SameAs(Reach),
    /// It is another one than the value that the path leads to, which is there.
    DiffersFrom(Reach),
    /// It is the same as the value of the fact.
    SameAsFact(FactId),
    /// It is another one than the value of the fact, which is there.
    DiffersFromFact(FactId),
    /// It is a URL, and this part of it meets the condition. A part that is not there is no value.
    Url(UrlPart, Box<Condition>),
}

/// What a value can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// An absolute http or https URL without characters that a URL cannot hold.
    Url,
    /// `true` or `false` in any case.
    Bool,
    /// A whole number.
    Integer,
    /// A host name or an IP address.
    Host,
    /// An IP address.
    Ip,
    /// `domain\user`.
    QualifiedUser,
    /// Three or four numbers with dots.
    Version,
    /// Printable ASCII only.
    Ascii,
    /// What a deployment or a person fills in: `#{x}#`, `$(x)`, `{0}`, `%x%`, `__x__`, `[x]`, `<x>`, `***`.
    Placeholder,
}

words! {
    ValueType {
        /// an absolute http or https URL
        Url = "url",
        /// `true` or `false` in any case
        Bool = "bool",
        /// a whole number
        Integer = "integer",
        /// a host name or an IP address
        Host = "host",
        /// an IP address
        Ip = "ip",
        /// `domain\user`
        QualifiedUser = "qualified-user",
        /// three or four numbers with dots
        Version = "version",
        /// printable ASCII only
        Ascii = "ascii",
        /// what a deployment or a person fills in: `#{x}#`, `$(x)`, `{0}`, `%x%`, `__x__`, `[x]`, `<x>`, `***`
        Placeholder = "placeholder",
    }
}

/// A part of a URL, without its delimiters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlPart {
    /// `https`, in lower case.
    Scheme,
    /// `mfa.example.com`, in lower case.
    Host,
    /// `9999`.
    Port,
    /// `/shop/x.asmx`.
    Path,
    /// What follows `?`.
    Query,
    /// What stands before `@`.
    User,
}

words! {
    UrlPart {
        /// `https`, in lower case
        Scheme = "scheme",
        /// `mfa.example.com`, in lower case
        Host = "host",
        /// `8443`
        Port = "port",
        /// `/Folder/page.asmx`
        Path = "path",
        /// what follows `?`
        Query = "query",
        /// what stands before `@`
        User = "user",
    }
}

/// The change that cures a finding.
#[derive(Clone, Debug)]
pub struct FixRule {
    /// What it does, as an order: "set `debug` to false".
    pub title: String,
    /// How far it can be trusted.
    pub applicability: Applicability,
    /// The change; native checks make it themselves.
    pub action: Option<FixAction>,
}

/// A change that is data.
#[derive(Clone, Debug)]
pub enum FixAction {
    /// Gives the selected value this text.
    Set(String),
    /// Replaces every match in the selected value.
    Replace(Pattern, String),
    /// Gives an attribute of the selected element this value, and adds it if need be.
    SetAttribute(String, String),
    /// Takes the selected attribute or element away.
    Remove,
}

/// Files of an example.
#[derive(Clone, Debug)]
pub struct Example {
    /// Path and content of each file; the first is the one that people are shown.
    pub files: Vec<(String, String)>,
    /// How the files are encoded, if not as UTF-8 without a byte-order mark.
    pub encoding: Option<(TextEncoding, bool)>,
    /// The first file after all safe and unsafe fixes of this rule.
    pub fixed: Option<String>,
}

/// How the files of an example are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExampleEncoding {
    /// UTF-8.
    Utf8,
    /// UTF-8 with a byte-order mark.
    Utf8Bom,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// The same with a byte-order mark.
    Utf16LeBom,
    /// UTF-16, the high byte first, with a byte-order mark.
    Utf16BeBom,
    /// ISO 8859-1.
    Latin1,
}

words! {
    ExampleEncoding {
        /// UTF-8 (the default)
        Utf8 = "utf-8",
        /// UTF-8 with a byte-order mark
        Utf8Bom = "utf-8-bom",
        /// UTF-16, the low byte first
        Utf16Le = "utf-16le",
        /// the same with a byte-order mark
        Utf16LeBom = "utf-16le-bom",
        /// UTF-16, the high byte first, with a byte-order mark
        Utf16BeBom = "utf-16be-bom",
        /// ISO 8859-1
        Latin1 = "latin-1",
    }
}

impl ExampleEncoding {
    /// The encoding, and whether a byte-order mark stands first.
    #[must_use]
    pub fn parts(self) -> (TextEncoding, bool) {
        match self {
            Self::Utf8 => (TextEncoding::Utf8, false),
            Self::Utf8Bom => (TextEncoding::Utf8, true),
            Self::Utf16Le => (TextEncoding::Utf16Le, false),
            Self::Utf16LeBom => (TextEncoding::Utf16Le, true),
            Self::Utf16BeBom => (TextEncoding::Utf16Be, true),
            Self::Latin1 => (TextEncoding::Latin1, false),
        }
    }
}

impl Example {
    /// The bytes of a file with this text.
    #[must_use]
    pub fn bytes(&self, text: &str) -> Vec<u8> {
        let Some((encoding, bom)) = self.encoding else {
            return text.as_bytes().to_vec();
        };
        let marked: Cow<'_, str> = match bom {
            true => Cow::Owned(format!("\u{feff}{text}")),
            false => Cow::Borrowed(text),
        };
        let mut bytes = Vec::with_capacity(2 * text.len());
        encoding.encode_into(&marked, &mut bytes);
        bytes
    }
}
