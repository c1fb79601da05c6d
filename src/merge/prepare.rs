//! Before a merge: what must be refused.

use crate::config::protected::{ProtectedSection, protected_sections};
use crate::xml::{Document, LineColumn};

/// An encrypted section, which cannot be merged without its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encrypted {
    /// The section.
    pub section: ProtectedSection,
    /// Where it stands.
    pub place: LineColumn,
}

/// The encrypted sections of `document`.
#[must_use]
pub fn encrypted(document: &Document) -> Vec<Encrypted> {
    protected_sections(document)
        .into_iter()
        .map(|section| Encrypted {
            place: LineColumn::of(document.text(), document.span(section.element).start),
            section,
        })
        .collect()
}
