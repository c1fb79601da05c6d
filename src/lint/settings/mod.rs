//! `conferry.toml`: which rules hold for which files, written down beside them.
//!
//! [`mod@file`] reads one and says everything that is wrong with it, [`find`] looks
//! for the one that counts for a folder, [`policy`] is what it means once the
//! rules are known. docs/lint.md describes the format.
//!
//! Promises: a file has at most one conferry.toml, the nearest above it; one
//! with a problem is not used in part; each folder is looked into once.

pub mod file;
pub mod find;
pub mod policy;
pub mod schema;

pub use file::Settings;
pub use find::Finder;
pub use policy::{Policies, Policy};

/// The name that is looked for.
pub const FILE_NAME: &str = "conferry.toml";
