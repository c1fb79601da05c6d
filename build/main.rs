//! What is made before the crate is compiled: the list of built-in packs, the general ones as Rust,
//! and how the binary is linked.

#![allow(clippy::print_stdout)] // so cargo is told

mod general;
mod link;
mod packs;

/// The parts of the crate that read packs, under the names by which they know each other.
#[path = "../src/word.rs"]
#[allow(dead_code)]
mod word;

#[path = "../src/xml"]
#[allow(dead_code, unused_imports)]
mod xml {
    mod span;
    pub use span::{LineColumn, Span};
}

#[path = "../src/config"]
#[allow(dead_code)]
mod config {
    pub mod section_groups;
    pub mod terms;
}

#[path = "../src/pack"]
#[allow(dead_code, unused_imports, unused_macros)]
mod pack {
    pub mod format {
        pub mod meaning;
        pub mod packed;
        pub mod problem;
        pub mod row;
        pub mod table;
    }

    pub mod rules {
        pub mod keys;
        pub mod terms;
    }
}

fn main() -> Result<(), String> {
    println!("cargo:rerun-if-changed=build");
    link::link();
    packs::write()
}
