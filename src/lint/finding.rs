//! Findings: values that reports show and fixes are made of.

use crate::pack::lint::{Applicability, Severity};
use crate::xml::Span;
use crate::xml::edit::Edit;

/// Something that a rule found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Index of the rule in `Rules::lints`.
    pub rule: usize,
    /// How bad it is here.
    pub severity: Severity,
    /// What is wrong, one sentence or two without a full stop at the end; secrets masked.
    pub message: String,
    /// Where.
    pub place: Place,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// The change that cures it, to the file of `place`.
    pub fix: Option<Fix>,
}

/// A place in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Index of the file in the run.
    pub subject: usize,
    /// Bytes of its text.
    pub span: Span,
    /// XPath of the node, secrets masked; empty where there is none.
    pub address: String,
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What is there, a few words; secrets masked.
    pub note: String,
}

/// A change that cures a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does.
    pub title: String,
    /// How far it can be trusted.
    pub applicability: Applicability,
    /// The change; all of it or nothing.
    pub edits: Vec<Edit>,
}
