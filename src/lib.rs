//! conferry carries an administrator's .NET configuration across a product
//! upgrade and proves that nothing was lost on the way.

pub mod cli;
pub mod config;
pub mod diff;
pub mod error;
pub mod installer;
pub mod io;
pub mod lint;
pub mod matching;
pub mod merge;
pub mod pack;
pub mod plan;
pub mod present;
pub mod reports;
pub mod rewrite;
pub mod snapshot;
pub mod upgrade;
pub mod word;
pub mod xml;
