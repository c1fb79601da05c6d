//! What `lint` found, one file per format over the same [`View`].

pub mod annotations;
mod cure;
pub mod json;
pub mod markdown;
pub mod page;
pub mod sarif;
pub mod text;
pub mod view;

pub use view::View;
