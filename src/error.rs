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

/// All that went wrong in one run; the order is that of the input.
#[derive(Clone, Debug, Default)]
pub struct Failures(Vec<Failure>);

impl Failures {
    /// Nothing went wrong so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, failure: Failure) {
        self.0.push(failure);
    }

    /// What came out, unless something went wrong; that is added.
    pub fn keep<T>(&mut self, result: Result<T, impl Into<Self>>) -> Option<T> {
        match result {
            Ok(done) => Some(done),
            Err(failures) => {
                self.0.append(&mut failures.into().0);
                None
            }
        }
    }

    /// `done`, or all that went wrong.
    ///
    /// # Errors
    /// When something did.
    pub fn or<T>(self, done: T) -> Result<T, Self> {
        match self.is_empty() {
            true => Ok(done),
            false => Err(self),
        }
    }
}

impl std::ops::Deref for Failures {
    type Target = [Failure];

    fn deref(&self) -> &[Failure] {
        &self.0
    }
}

impl<E: Into<Failure>> From<E> for Failures {
    fn from(failure: E) -> Self {
        Self(vec![failure.into()])
    }
}

impl<E: Into<Failure>> FromIterator<E> for Failures {
    fn from_iter<I: IntoIterator<Item = E>>(failures: I) -> Self {
        Self(failures.into_iter().map(Into::into).collect())
    }
}

impl<E: Into<Failure>> Extend<E> for Failures {
    fn extend<I: IntoIterator<Item = E>>(&mut self, failures: I) {
        self.0.extend(failures.into_iter().map(Into::into));
    }
}

impl IntoIterator for Failures {
    type Item = Failure;
    type IntoIter = std::vec::IntoIter<Failure>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'f> IntoIterator for &'f Failures {
    type Item = &'f Failure;
    type IntoIter = std::slice::Iter<'f, Failure>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
