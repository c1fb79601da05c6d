//! What `lint` found, one file per format over the same [`View`].

pub mod json;
pub mod text;
pub mod view;

pub use view::View;
