//! What differs between two configurations, setting by setting.
//!
//! Promises: elements are paired by identity as a merge pairs them, so that a moved line is no difference
//! and a changed value is one; files that mean the same have no changes; what is only written
//! differently is counted, and so are comments and an order that nobody reads; to swap the files swaps the
//! answer. Nothing here reads files or prints.
//!
//! The rooms, in the order of the work: [`configuration`] (a file and those it points at), `walk` (pairs,
//! and what is different in each), `renamed` and `moved` (what was removed here and added there),
//! [`effective`] (what .NET reads in the end), `sidecars` and `remarks` (what went into another file, or into a comment), `form` (what is only written
//! differently), [`parts`] (what of a value changed), [`risk`] (what it means), [`environments`] and [`accepted`]
//! (what needs no reviewer).

pub mod accepted;
pub mod change;
pub mod configuration;
pub mod effective;
pub mod environments;
mod form;
mod moved;
pub mod parts;
mod remarks;
mod renamed;
pub mod risk;
pub mod side_by_side;
mod sidecars;
mod surplus;
mod walk;

pub use change::{Change, Confirmation, Kind, Place, Reordered};
pub use configuration::Configuration;
pub use form::Form;

use crate::pack::Rules;

/// All that differs between two configurations.
#[derive(Debug, Default)]
pub struct Difference<'c> {
    /// What differs in meaning, in the order of the first file; what only the second has follows what
    /// was before it.
    pub changes: Vec<Change<'c>>,
    /// What differs without a meaning.
    pub counted: Counted,
}

/// What differs without a meaning for .NET.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Places that are written differently: start tags, texts, white space between elements.
    pub formatting: usize,
    /// Comments that only the first file has.
    pub comments_removed: usize,
    /// Comments that only the second file has.
    pub comments_added: usize,
    /// Elements that have another order of children, which nobody reads.
    pub order: usize,
    /// How the files as a whole are written.
    pub form: Vec<Form>,
}

impl Counted {
    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What differs between `before` and `after`, or why they cannot be compared: their root elements.
///
/// # Errors
/// The names of the root elements, if these are different.
pub fn diff<'c>(
    before: &'c Configuration<'c>,
    after: &'c Configuration<'c>,
    rules: &Rules,
) -> Result<Difference<'c>, [String; 2]> {
    let roots = [before, after].map(|side| side.document.local_name(side.document.root()));
    if roots[0] != roots[1] {
        return Err(roots.map(str::to_owned));
    }
    let mut difference = walk::walk(before, after, rules);
    moved::join(&mut difference.changes, [before, after], rules);
    remarks::compare(&mut difference, before, after, rules);
    difference.counted.form = form::of(before.document, after.document);
    Ok(difference)
}
