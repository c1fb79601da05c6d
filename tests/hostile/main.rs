//! conferry under attack, under failure and interrupted. These tests only run the binary; the layer that lets calls of
//! the system fail (`src/io/folder/fault.rs`) is in builds for tests alone.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod archives; // archives.tsv: zips that want to do harm
#[allow(dead_code)]
#[path = "../it/command.rs"]
mod command; // how tests run the binary
#[cfg(unix)]
mod faults; // every call that makes, fills, names or removes a file fails once
#[cfg(target_os = "linux")]
mod full_disk; // a disk that is really full
mod leftovers; // what killed runs leave behind
mod table; // tables of inputs and answers
mod xml; // xml.tsv: files that want to do harm
