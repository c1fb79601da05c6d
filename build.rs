//! How the binary is linked on Linux: it runs once per file as a git merge driver, and to start
//! takes about as long as to merge.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |key: &str, value: &str| env::var(key).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        // At a fixed address nothing has to be relocated, …
        println!("cargo::rustc-link-arg-bins=-no-pie");
        // … and the loader has one library less to find and to map.
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
}
