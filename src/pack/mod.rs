//! Rule packs: knowledge as data. What users write is read and validated here
//! and becomes [`Rules`], which is what runs.

pub mod rules;

pub use rules::Rules;
