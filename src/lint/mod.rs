//! Lint: what is wrong, or will go wrong in the upgrade, with its place, its
//! reason and, where it can be said, its cure.
//!
//! [`gather`] puts together files and rules. [`tree`] is where files come from (disk, snapshot, example), [`subject`] one
//! file read, [`estate`] all files of a run. Rules are data of packs
//! ([`crate::pack::lint`]): [`declared`] runs selectors and conditions,
//! [`checks`] what is written in Rust. [`run`] puts findings together in a
//! stable order and takes out what comments ([`suppress`]) and conferry.toml files
//! ([`settings`]) suppress; [`fix`] applies cures; [`fingerprint`] tells the same finding
//! in another run, and [`baseline`] takes out what is known.
//!
//! Promises: a file that cannot be understood is a finding and stops no other;
//! the same files give the same findings in the same order on any number of
//! threads; no message, address or note holds a secret; nothing is written here.

pub mod baseline;
pub mod check;
pub mod checks;
mod choice;
pub mod condition;
pub mod declared;
pub mod estate;
pub mod examples;
pub mod finding;
pub mod fingerprint;
pub mod fix;
pub mod gather;
pub mod known;
pub mod run;
pub mod selection;
pub mod settings;
mod silence;
pub mod subject;
pub mod suppress;
pub mod tree;

pub use choice::{is_snapshot, usual_files};
pub use estate::Estate;
pub use finding::{Finding, Fix, Place, Related};
pub use run::{Linter, Report};
pub use subject::Subject;
