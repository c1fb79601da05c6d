//! Merging two branches of one file, from bytes to bytes: what the git merge driver does.
//!
//! Promises that a file which cannot be merged by meaning is never half
//! merged: the answer then says why, and the caller merges it as text.

use thiserror::Error;

use super::finish::{FinishError, Settle, finish};
use super::markers::{Markers, conflicted_text};
use super::outcome::Conflict;
use super::{Inputs, MergeError, Mode, merge};
use crate::pack::Rules;
use crate::xml::{Document, LineColumn, ParseError};

/// The three versions of a file.
#[derive(Clone, Copy, Debug)]
pub struct Versions<'a> {
    /// The common ancestor; empty when both branches added the file.
    pub base: &'a [u8],
    /// The version that is merged into.
    pub ours: &'a [u8],
    /// The version that is merged.
    pub theirs: &'a [u8],
}

/// A merge by meaning.
#[derive(Debug)]
pub struct Branched {
    /// The bytes of the file; with markers where conflicts are left.
    pub bytes: Vec<u8>,
    /// What is left to people.
    pub conflicts: Vec<Conflict>,
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
    let clean = |bytes: &[u8]| {
        Ok(Branched {
            bytes: bytes.to_owned(),
            conflicts: Vec::new(),
        })
    };
    if versions.ours == versions.theirs || versions.base == versions.theirs {
        return clean(versions.ours);
    }
    if versions.base == versions.ours {
        return clean(versions.theirs);
    }
    let base = if versions.base.iter().all(u8::is_ascii_whitespace) {
        None
    } else {
        Some(read(versions.base, "the common ancestor")?)
    };
    let ours = read(versions.ours, "our version")?;
    let theirs = read(versions.theirs, "their version")?;
    let inputs = Inputs {
        base: base.as_ref(),
        incoming: &theirs,
        carrier: &ours,
        mode: Mode::Branches,
        rules,
        rewrite: None,
    };
    let merged = merge(inputs)?;
    // Also proves the clean part of a merge with conflicts.
    let finished = finish(&inputs, &merged, Settle::Carrier)?;
    let bytes = if merged.conflicts.is_empty() {
        finished.bytes
    } else {
        let text = conflicted_text(&inputs, &merged, &markers());
        merged.carrier(&inputs).source().bytes_with(&text)
    };
    Ok(Branched {
        bytes,
        conflicts: merged.conflicts,
    })
}

fn read(bytes: &[u8], side: &'static str) -> Result<Document, NotByMeaning> {
    Document::from_bytes(bytes).map_err(|error| NotByMeaning::NotXml {
        side,
        place: match error {
            ParseError::Syntax(source, error) => {
                let at = LineColumn::of(source.text(), error.span.start);
                format!(", line {} column {}: {}", at.line, at.column, error.kind)
            }
            ParseError::Encoding(error) => format!(": {error}"),
            ParseError::TooLarge(_) => ": it is too large".to_owned(),
        },
    })
}
