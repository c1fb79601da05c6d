//! Checks that selectors and conditions cannot say. Each has its id, severity
//! and texts in a rule pack; what is here finds the places and words the facts.

mod across;
mod settings;
mod text;

use super::check::Check;
use crate::pack::native::Native;

/// What a check looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One file, be it a document or not.
    File,
    /// All files of the run at once.
    Estate,
    /// Nothing: the run itself reports it.
    Run,
}

/// What `native` looks at.
#[must_use]
pub fn scope(native: Native) -> Scope {
    match native {
        Native::CredentialsDiffer => Scope::Estate,
        Native::UnusedSuppression | Native::UnknownSuppression => Scope::Run,
        _ => Scope::File,
    }
}

/// Runs `native`.
pub fn run(native: Native, check: &mut Check<'_>) {
    match native {
        Native::NotWellFormed => text::not_well_formed(check),
        Native::Doctype => text::doctype(check),
        Native::BadEncoding => text::bad_encoding(check),
        Native::ForbiddenCharacter => text::forbidden_character(check),
        Native::MixedLineEnds => text::mixed_line_ends(check),
        Native::DuplicateKey => settings::duplicate_key(check),
        Native::CredentialsDiffer => across::credentials_differ(check),
        Native::UnusedSuppression | Native::UnknownSuppression => {}
    }
}
