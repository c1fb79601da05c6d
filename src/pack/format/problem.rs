//! What is wrong with a pack, and where: every problem of a pack is a
//! [`PackProblem`] of its own, so that one run shows them all.

use crate::xml::{LineColumn, Span};

/// One thing that is wrong with a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackProblem {
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// Where, in bytes of the TOML text.
    pub span: Span,
    /// What to write instead, where that can be said.
    pub help: Option<String>,
}

impl PackProblem {
    /// A problem at `span`.
    #[must_use]
    pub fn new(message: impl Into<String>, span: Span) -> Self {
        Self {
            message: message.into(),
            span,
            help: None,
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Where the problem starts in `text`.
    #[must_use]
    pub fn place(&self, text: &str) -> LineColumn {
        LineColumn::of(text, self.span.start)
    }
}

/// The word of `known` that `written` was probably meant to be.
#[must_use]
pub fn nearest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let plain = |word: &str| word.to_lowercase().replace('_', "-");
    let written = plain(written);
    known
        .into_iter()
        .map(|word| (strsim::jaro_winkler(&written, &plain(word)), word))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, word)| word)
}

/// Help for a word that is none of `known`.
#[must_use]
pub fn did_you_mean(written: &str, known: &[&str]) -> String {
    match nearest(written, known.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("known here: {}", known.join(", ")),
    }
}
