//! The way from the old installation to the new one, step by step, for the servers that were really found.
//!
//! What there is to do is data: `[[procedure]]`, `[[question]]` and `[[step]]` of the packs. This room reads
//! snapshots, finds the procedure that fits, fills in what was found, and says what stops the upgrade. It
//! promises that nothing secret is in a plan, that the same snapshots give the same plan, and that a step
//! that destroys something stays closed until what it destroys is kept. It does not touch a server.

pub mod answers;
mod blockers;
pub mod estate;
pub mod fill;
mod make;
pub mod model;
mod read;
pub mod scope;
pub mod state;
mod steps;

pub use make::{Asked, Evidence, NoPlan, make};
pub use model::Plan;
