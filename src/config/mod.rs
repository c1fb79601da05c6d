//! What .NET configuration means: which attributes identify an element, what
//! is a secret, what counts as a setting. The knowledge itself is data; it
//! comes from rule packs.

pub mod identity;
pub mod protected;
pub mod secrets;
pub mod sidecars;
