//! From what users write to what runs: rows are checked, each on its own, and made into rules.

mod action;
mod policy_check;
mod rows;
mod rows_facts;
mod rows_generation;
mod rows_lint;
mod rows_places;
mod rows_plan;
mod rows_relations;
pub mod validate;
