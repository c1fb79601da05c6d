//! What is made before the crate is compiled: the list of built-in packs, and how the binary is linked.

mod link;
mod packs;

fn main() -> Result<(), String> {
    println!("cargo:rerun-if-changed=build");
    link::link();
    packs::write()
}
