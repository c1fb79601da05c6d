//! Links the released binary for Linux statically, where that is possible.
//!
//! git starts the merge driver once per file, and what the loader does with a dynamic executable
//! (three libraries to map, 70 pages of tables to adjust to where it stands) takes as long as a
//! usual merge. A static one is also what it is promised to be: one self-contained file.
//!
//! `-C target-feature=+crt-static` would be the usual way, but without `--target` cargo gives it to
//! procedural macros too, which cannot be static. So the binary alone gets `-static`, and for the
//! libraries that rustc names the linker finds scripts which name the archives. Whether that works
//! is tried out on a small program first; where it does not, and with `CONFERRY_LINK=dynamic`, the
//! binary is linked as usual.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Uses the mathematics and the unwinding that pull in the libraries.
const TRIAL: &str = "fn main() {
    let count = std::env::args().count() as f64;
    let caught = std::panic::catch_unwind(|| 4_f64.powf(count));
    std::process::exit((caught.unwrap() - 4.0) as i32);
}";

/// Each library that rustc names, with the archives that take its place.
const LIBRARIES: [(&str, &[&str]); 3] = [
    ("libgcc_s.so", &["libgcc_eh.a", "libgcc.a"]),
    ("libc.so", &["libc.a"]),
    ("libm.so", &["libm.a"]),
];

/// What the linker is told. The scripts are for the binary alone: a test or an example that finds
/// them is neither static nor dynamic, and crashes. So they are no search path of rustc's.
fn arguments(out: &Path) -> [String; 3] {
    let scripts = format!("-L{}", out.display());
    ["-static".to_owned(), "-no-pie".to_owned(), scripts]
}

pub(crate) fn link() {
    for variable in ["CONFERRY_LINK", "RUSTFLAGS"] {
        println!("cargo:rerun-if-env-changed={variable}");
    }
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let is_native = env::var("HOST") == env::var("TARGET");
    let is_wanted = is("PROFILE", "release") && !is("CONFERRY_LINK", "dynamic");
    if is_wanted
        && is_native
        && is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        && let Some(out) = env::var_os("OUT_DIR").map(PathBuf::from)
        && scripts(&out).is_some()
        && try_out(&out).is_some()
    {
        for argument in arguments(&out) {
            println!("cargo:rustc-link-arg-bins={argument}");
        }
    }
}

/// Writes a linker script for each library.
fn scripts(out: &Path) -> Option<()> {
    for (library, archives) in LIBRARIES {
        let found: Option<Vec<String>> = archives.iter().map(|name| archive(name)).collect();
        fs::write(out.join(library), format!("INPUT({})\n", found?.join(" "))).ok()?;
    }
    Some(())
}

/// Where the C compiler has the archive.
fn archive(name: &str) -> Option<String> {
    let told = Command::new("cc")
        .arg(format!("-print-file-name={name}"))
        .output()
        .ok()?;
    let path = String::from_utf8(told.stdout).ok()?.trim().to_owned();
    // What it does not have it names as it was asked.
    (Path::new(&path).is_absolute() && Path::new(&path).is_file()).then_some(path)
}

/// Links and runs the small program.
fn try_out(out: &Path) -> Option<()> {
    let (source, program) = (out.join("trial.rs"), out.join("trial"));
    fs::write(&source, TRIAL).ok()?;
    let mut rustc = Command::new(env::var_os("RUSTC")?);
    rustc.arg(&source).arg("-o").arg(&program);
    // With the linker and the flags that the binary gets: what cc can link, another may not.
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        let mut option = OsString::from("linker=");
        option.push(linker);
        rustc.arg("-C").arg(option);
    }
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    rustc.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    for argument in arguments(out) {
        rustc.arg("-C").arg(format!("link-arg={argument}"));
    }
    let is_linked = rustc.output().ok()?.status.success();
    (is_linked && Command::new(&program).status().ok()?.success()).then_some(())
}
