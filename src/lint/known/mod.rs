//! What files say about things that packs name: facts and services.

pub mod facts;
pub mod services;
