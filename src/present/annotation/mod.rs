//! Lines that the log of a build shows beside the lines of a file, whatever command they are of.

mod azure;
mod github;

pub(super) use azure::azure;
pub(super) use github::github;

use crate::pack::lint::Severity;
use crate::xml::LineColumn;

/// One of them. Everything is text of files or of rules, and is escaped when it is written.
pub(super) struct Annotation<'a> {
    /// How serious it is.
    pub(super) severity: Severity,
    /// The file, with `/`, and where in it.
    pub(super) at: Option<At<'a>>,
    /// A short name, such as the id of a rule.
    pub(super) code: &'a str,
    /// One line for people.
    pub(super) title: String,
    /// What is to be said.
    pub(super) message: &'a str,
}

/// A place in a file.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) file: &'a str,
    pub(super) start: LineColumn,
    /// Where it ends, if that is known.
    pub(super) end: Option<LineColumn>,
}
