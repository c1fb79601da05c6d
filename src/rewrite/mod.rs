//! Renames virtual directories inside URLs, wherever they are referenced.
//!
//! [`mapping`] says which names, [`references`] finds them in a text,
//! [`plan`] turns one file into its new bytes and proves them sound, [`sidecars`] does so for the files that a
//! configuration points at, which go with it.

pub mod mapping;
pub mod plan;
pub mod references;
mod scan;
pub mod sidecars;
mod view;

pub use mapping::{MappingError, Rename, VirtualDirectories};
pub use plan::{FilePlan, Outcome, PlanError, Rewriter};
pub use references::{Reference, find, rewrite_value};
