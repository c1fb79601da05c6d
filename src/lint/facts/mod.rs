//! What several rules ask of one file, found out once.
//!
//! [`sections`] and [`redirects`] say what stands there, [`known`] what needs no declaration; what is
//! wrong with it is for [`super::native`] to say.

pub mod known;
pub mod redirects;
pub mod sections;
