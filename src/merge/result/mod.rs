//! From decisions to bytes, and what they are held to.

pub mod finish;
pub mod lines;
pub mod markers;
pub(super) mod soundness;
