//! Principles of the merge engine and kinds of conflicts, explained by the
//! tables of docs/merge.md, which is part of the program for that.

use serde::Serialize;

const MERGE: &str = include_str!("../../../docs/merge.md");

/// A row of docs/merge.md whose first cell is a name in code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Principle<'d> {
    /// The name that reports print.
    pub name: &'d str,
    /// When it decides.
    pub when: &'d str,
    /// What happens then, or what settles the conflict.
    pub then: &'d str,
}

impl Principle<'_> {
    /// For people at a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { name, when, then } = self;
        format!(
            "{name} (of the merge engine)\n  When: {when}\n  Then: {then}\n\nMore: docs/merge.md\n"
        )
    }

    /// A section of a document.
    #[must_use]
    pub fn markdown(&self) -> String {
        let Self { name, when, then } = self;
        format!("## {name}\n\nWhen: {when}.\n\nThen: {then}.\n")
    }
}

/// All of them.
#[must_use]
pub fn all() -> Vec<Principle<'static>> {
    // Tables of three columns are about principles and conflicts, others are not.
    let rows = MERGE.lines().filter_map(|line| {
        let cells: Vec<&str> = line
            .strip_prefix("| ")?
            .strip_suffix(" |")?
            .split(" | ")
            .collect();
        match cells.as_slice() {
            [name, when, then] => Some(Principle {
                name: name.strip_prefix('`')?.strip_suffix('`')?,
                when,
                then,
            }),
            _ => None,
        }
    });
    rows.collect()
}
