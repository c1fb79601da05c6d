//! Reports for people and machines. Everything here makes strings; `cli` prints them.

mod annotation;
mod count;
pub mod diff;
pub mod differences;
pub mod excerpt;
pub mod failure;
pub mod in_markdown;
pub mod installer;
pub mod json;
pub mod lint;
pub mod merge;
pub mod page;
pub mod plain;
pub mod plan;
pub mod redact;
pub mod rewrite;
pub mod rules;
pub mod run;
mod sarif;
mod section;
pub mod snapshot;
pub mod together;
pub mod upgrade;
