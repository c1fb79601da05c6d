//! conferry carries an administrator's .NET configuration across a product
//! upgrade and proves that nothing was lost on the way.

pub mod config;
pub mod error;
pub mod merge;
pub mod pack;
pub mod xml;
