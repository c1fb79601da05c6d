//! How what was decided is written into the carrier: in its layout, its quotes, its place.

mod place;
mod value;
