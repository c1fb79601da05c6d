//! What users write: the tables of a pack with the place of each value, read from TOML.

pub mod check;
pub mod checks;
mod conditions;
mod facts;
pub mod file;
mod meaning;
pub mod packed;
pub mod plan;
pub mod problem;
mod product;
pub mod read_lint;
pub mod row;
pub mod schema;
pub mod table;
