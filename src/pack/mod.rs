//! Rule packs: knowledge as data. What users write ([`format`](mod@format)) is checked and made into rules
//! ([`building`]), which is what runs ([`rules`]). The [`shelf`] has the built-in packs and puts
//! those of the user on top.
//!
//! The rooms only look down: shelf > building > format > rules.
//!
//! Promises: a pack with a problem is never used in part; every problem of
//! every pack is reported in one run, at its place in the TOML.

pub mod building;
pub mod format;
pub mod rules;
pub mod shelf;

pub use building::validate;
pub use format::problem::{self, PackProblem};
pub use format::{check, file, read_lint, row, schema, table};
pub use rules::{Rules, checks, facts, lint, places, plan, template};
pub use shelf::load::{
    self, Extra, PackFailure, files_of, load, load_for_lint, load_general, load_with,
    load_with_lint, load_with_plan,
};
pub use shelf::{catalog, remarks, starter, texts};
