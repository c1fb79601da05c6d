//! Rule packs: knowledge as data. What users write ([`mod@file`]) is validated
//! ([`validate`]) and becomes [`Rules`], which is what runs. [`mod@load`] puts the
//! built-in packs and those of the user together.
//!
//! Promises: a pack with a problem is never used in part; every problem of
//! every pack is reported in one run, at its place in the TOML.

mod action;
#[rustfmt::skip]
mod built_in;
pub mod catalog;
pub mod check;
mod compiled;
pub mod file;
pub mod lint;
pub mod load;
pub mod native;
pub mod places;
mod policy_check;
pub mod problem;
pub mod read;
pub mod read_lint;
pub mod remarks;
pub mod row;
mod rows;
mod rows_generation;
mod rows_lint;
mod rows_places;
mod rows_relations;
pub mod rules;
pub mod schema;
pub mod starter;
pub mod template;
pub mod texts;
pub mod validate;
pub mod words;

pub use load::{Extra, PackFailure, files_of, load, load_for_lint, load_general, load_with};
pub use problem::PackProblem;
pub use rules::Rules;
