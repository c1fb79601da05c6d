//! What several rules ask of one file, found out once; what is wrong with it is
//! for [`super::native`] to say.

pub mod redirects;
