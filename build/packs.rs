//! The built-in packs are the folders of `rules`: in each, `pack.toml` is for all commands and
//! `lint.toml` for `lint` alone, `plan.toml` for `plan` and `upgrade`. Nothing else lists them.
//!
//! What is true of configuration in general comes before products, which are the packs with
//! `[[component]]` rows; both in the order of the names of their folders.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use toml::de::DeTable;

use crate::general;
use crate::pack::format::packed;

/// A folder of `rules`.
struct Folder {
    is_product: bool,
    name: String,
    path: PathBuf,
}

/// Writes `packs.rs`, and `general.rs` with what the general ones say.
pub(crate) fn write() -> Result<(), String> {
    let root = env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo names no folder")?;
    let rules = Path::new(&root).join("rules");
    println!("cargo:rerun-if-changed={}", rules.display());
    let mut folders = Vec::new();
    for entry in fs::read_dir(&rules).map_err(|error| format!("{}: {error}", rules.display()))? {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.is_dir() {
            let text = fs::read_to_string(path.join("pack.toml")).unwrap_or_default();
            folders.push(Folder {
                is_product: text.contains("[[component]]"),
                name: path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                path,
            });
        }
    }
    folders.sort_by(|one, other| (one.is_product, &one.name).cmp(&(other.is_product, &other.name)));
    let is_general =
        |folder: &&Folder| !folder.is_product && folder.path.join("pack.toml").is_file();
    let general = folders.iter().filter(is_general).count();
    let target = env::var_os("OUT_DIR").ok_or("cargo names no folder for what is made")?;
    let target = PathBuf::from(target);
    let mut out = String::new();
    for (name, file, what) in [
        (
            "BUILT_IN",
            "pack.toml",
            "The packs in the binary. Those of no product come first",
        ),
        (
            "LINT",
            "lint.toml",
            "The packs of lint rules in the binary, which no merge need read",
        ),
        (
            "PLAN",
            "plan.toml",
            "The packs of procedures in the binary, which only a plan needs",
        ),
    ] {
        let _ = writeln!(out, "/// {what}.\npub const {name}: &[BuiltIn] = &[");
        for folder in &folders {
            let path = folder.path.join(file);
            if let Ok(text) = fs::read_to_string(&path) {
                let id = id(&text).ok_or_else(|| format!("{} has no pack.id", path.display()))?;
                let packed = target.join(format!("{id}.packed"));
                fs::write(&packed, pack(&text, &path)?).map_err(|error| error.to_string())?;
                let (path, packed) = (path.display().to_string(), packed.display().to_string());
                let _ = writeln!(
                    out,
                    "    BuiltIn {{ id: {id:?}, text: include_str!({path:?}), packed: include_bytes!({packed:?}) }},"
                );
            }
        }
        out.push_str("];\n");
    }
    let _ = writeln!(
        out,
        "\n/// So many of the first [`BUILT_IN`] packs are of no product.\nconst GENERAL: usize = {general};"
    );
    let write = |name: &str, text: String| {
        fs::write(target.join(name), text).map_err(|error| error.to_string())
    };
    write("packs.rs", out)?;
    let packs: Vec<PathBuf> = (folders.iter().filter(is_general))
        .map(|folder| folder.path.join("pack.toml"))
        .collect();
    let mut texts = Vec::new();
    for path in &packs {
        texts.push((
            path.as_path(),
            fs::read_to_string(path).map_err(|error| error.to_string())?,
        ));
    }
    write("general.rs", general::source(&texts)?)
}

/// The tables of a pack without the examples, which no run of `lint` needs.
fn pack(text: &str, path: &Path) -> Result<Vec<u8>, String> {
    let told = |error: String| format!("{}: {error}", path.display());
    let document = DeTable::parse(text).map_err(|error| told(error.to_string()))?;
    let is_example = |table: &str, key: &str| table == "lint" && matches!(key, "valid" | "invalid");
    packed::pack(document.get_ref(), is_example).map_err(told)
}

/// What a pack calls itself.
fn id(text: &str) -> Option<String> {
    let (document, _) = DeTable::parse_recoverable(text);
    let head = document.get_ref().get("pack")?.get_ref();
    Some(head.get("id")?.get_ref().as_str()?.to_owned())
}
