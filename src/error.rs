//! The one shape in which a failure reaches the user: what, where, why, what next.
//!
//! Rooms have their own typed errors; `cli` turns them into a [`Failure`], and
//! `present` draws it. A failure never carries the text of a file unless its
//! secrets were taken out (see [`Excerpt`]).

use std::fmt;

use crate::xml::Span;

/// A job, or the part of it that is about one file, could not be done.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What went wrong, one sentence without a full stop.
    pub message: String,
    /// The file it is about, as the user named it.
    pub file: Option<String>,
    /// The place in the file, where there is one.
    pub excerpt: Option<Box<Excerpt>>,
    /// What to do next.
    pub help: Option<String>,
}

/// A few lines of a file with the place marked; secrets are already masked.
#[derive(Clone, Debug)]
pub struct Excerpt {
    /// The lines to show, whole.
    pub text: String,
    /// Number of the first of them, from 1.
    pub first_line: usize,
    /// What to mark, in bytes of `text`.
    pub label: Span,
    /// A few words at the mark.
    pub note: String,
}

impl Failure {
    /// A failure that is about no place in a file.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            file: None,
            excerpt: None,
            help: None,
        }
    }

    /// Adds the file.
    #[must_use]
    pub fn in_file(mut self, file: impl fmt::Display) -> Self {
        self.file = Some(file.to_string());
        self
    }

    /// Adds the next step.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the place.
    #[must_use]
    pub fn at(mut self, excerpt: Excerpt) -> Self {
        self.excerpt = Some(Box::new(excerpt));
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
