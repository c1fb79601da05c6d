//! From decisions to bytes, and what they are held to.

pub mod finish;
pub(super) mod form;
pub(super) mod layout;
pub mod lines;
pub mod markers;
pub(super) mod soundness;
pub(super) mod taken_out;
pub(super) mod witness;
