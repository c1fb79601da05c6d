//! Merging two branches of one file, from bytes to bytes: what the git merge driver does.
//!
//! Promises that a file which cannot be merged by meaning is never half
//! merged: the answer then says why, and the caller merges it as text.

use std::borrow::Cow;

use thiserror::Error;

use crate::merge::outcome::Conflict;
use crate::merge::result::finish::{FinishError, Settle, finish};
use crate::merge::result::form::source_of;
use crate::merge::result::markers::{Markers, conflicted_text};
use crate::merge::result::witness::Witness;
use crate::merge::{Inputs, MergeError, Mode, merge};
use crate::pack::Rules;
use crate::xml::conflict_markers::conflict_markers;
use crate::xml::{Document, LineColumn, ParseError};

/// The three versions of a file.
#[derive(Clone, Debug)]
pub struct Versions<'a> {
    /// The common ancestor; empty when both branches added the file.
    pub base: Cow<'a, [u8]>,
    /// The version that is merged into.
    pub ours: Cow<'a, [u8]>,
    /// The version that is merged.
    pub theirs: Cow<'a, [u8]>,
}

impl<'a> Versions<'a> {
    /// Versions that the caller keeps.
    #[must_use]
    pub fn borrowed(base: &'a [u8], ours: &'a [u8], theirs: &'a [u8]) -> Self {
        Self {
            base: base.into(),
            ours: ours.into(),
            theirs: theirs.into(),
        }
    }
}

/// A merge by meaning.
#[derive(Debug)]
pub struct Branched {
    /// The bytes of the file; with markers where conflicts are left.
    pub bytes: Vec<u8>,
    /// Whether they are the bytes of our version.
    pub is_ours: bool,
    /// What is left to people.
    pub conflicts: Vec<Conflict>,
    /// Values that are secrets, which no address of a conflict may show.
    pub secrets: Vec<String>,
}

/// Why a file is merged as text.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotByMeaning {
    /// A version is no XML that conferry reads.
    #[error("{side} is not XML that conferry reads{place}")]
    NotXml {
        /// Which version.
        side: &'static str,
        /// `, line 3 column 7: …` where known.
        place: String,
    },
    /// The versions are about different things.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// The result did not stand up to its checks.
    #[error(transparent)]
    Finish(#[from] FinishError),
}

/// Merges by meaning. `style` is asked for only when there are conflicts.
///
/// # Errors
/// When the file must be merged as text; nothing is lost by that.
pub fn merge_versions(
    versions: Versions<'_>,
    rules: &Rules,
    markers: impl FnOnce() -> Markers,
) -> Result<Branched, NotByMeaning> {
    let Versions { base, ours, theirs } = versions;
    let taken = |bytes: Cow<'_, [u8]>, is_ours| {
        Ok(Branched {
            bytes: bytes.into_owned(),
            is_ours,
            conflicts: Vec::new(),
            secrets: Vec::new(),
        })
    };
    if ours == theirs || base == theirs {
        return taken(ours, true);
    }
    if base == ours {
        return taken(theirs, false);
    }
    let base = if base.iter().all(u8::is_ascii_whitespace) {
        None
    } else {
        Some(read(base, "the common ancestor")?)
    };
    let ours = read(ours, "our version")?;
    let theirs = read(theirs, "their version")?;
    let mut inputs = Inputs {
        base: base.as_ref(),
        incoming: &theirs,
        carrier: &ours,
        mode: Mode::Branches,
        rules,
        rewrite: None,
        joins_renamed: true,
        reports: false,
    };
    let mut merged = merge(inputs)?;
    // Also proves the clean part of a merge with conflicts.
    let mut finished = finish(&inputs, &merged, Settle::Carrier)?;
    let witness = Witness::new(inputs);
    // That an element was renamed is a guess, and one witness is not enough for it.
    if merged.joined_renamed && !witness.agrees(&finished.document) {
        inputs.joins_renamed = false;
        merged = merge(inputs)?;
        finished = finish(&inputs, &merged, Settle::Carrier)?;
    }
    if merged.conflicts.is_empty() {
        if let Some(lines) = witness.instead_of(&finished) {
            finished = lines;
        }
    } else if let Some(lines) = witness.settles(&merged) {
        finished = lines;
        merged.conflicts.clear();
    }
    let is_clean = merged.conflicts.is_empty();
    let bytes = if is_clean {
        finished.bytes
    } else {
        let text = conflicted_text(&inputs, &merged, &markers())?;
        source_of(&inputs, merged.carrier(&inputs)).bytes_with(text)
    };
    Ok(Branched {
        bytes,
        is_ours: is_clean && finished.document.source() == ours.source(),
        // What is secret is worked out when it is first asked for.
        secrets: match is_clean {
            true => Vec::new(),
            false => [&ours, &theirs]
                .into_iter()
                .flat_map(|version| rules.secrets.secret_values(&rules.identities, version))
                .collect(),
        },
        conflicts: merged.conflicts,
    })
}

fn read(bytes: Cow<'_, [u8]>, side: &'static str) -> Result<Document, NotByMeaning> {
    Document::from_bytes(bytes).map_err(|error| NotByMeaning::NotXml {
        side,
        place: match error {
            ParseError::Syntax(source, error) => {
                let text = source.text();
                match conflict_markers(text).first() {
                    Some(marker) => {
                        let line = LineColumn::of(text, marker.start).line;
                        format!(
                            ", line {line}: conflict markers of an earlier merge are left in it"
                        )
                    }
                    None => {
                        let at = LineColumn::of(text, error.span.start);
                        format!(", line {} column {}: {}", at.line, at.column, error.kind)
                    }
                }
            }
            ParseError::Encoding(error) => format!(": {error}"),
            ParseError::TooLarge(_) => ": it is too large".to_owned(),
        },
    })
}
