//! What users write: the tables of a pack with the place of each value, read from TOML.

pub mod check;
pub mod checks;
pub mod file;
pub mod problem;
pub mod read;
pub mod read_facts;
pub mod read_lint;
pub mod row;
pub mod schema;
