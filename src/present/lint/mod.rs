//! What `lint` found, one file per format over the same [`View`].

pub mod azure;
mod cure;
pub mod github;
pub mod json;
pub mod markdown;
pub mod sarif;
pub mod text;
pub mod view;

pub use view::View;
