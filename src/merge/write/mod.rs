//! How what was decided is written into the carrier: in its layout, its quotes, its place.

mod part;
mod place;
mod prefixes;
mod render;
mod value;
