//! The packs that there are: the built-in ones, those of the user, and what both together hold.

pub mod catalog;
mod compiled;
mod excerpt;
pub mod load;
pub mod remarks;
pub mod starter;
pub mod texts;
