//! The engine knows no product: what is particular to one stands in rules/, and src/ names none.

use std::fs;
use std::path::{Path, PathBuf};

/// Words of the products whose packs come along, in lower case.
const WORDS: [&str; 13] = [
    "phonefactor",
    "umbraco",
    "multifactorauth",
    "multi-factor",
    "pfsvc",
    "pfwssdk",
    "pfup",
    "pfpaws",
    "web_service_sdk",
    "webservicesdk",
    "user portal",
    "mobile app web service",
    "locmfa",
];

/// Where such a word may stand, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("src/cli/", "examples in helps"),
    (
        "src/rewrite/mapping.rs",
        "an example in the help of an error",
    ),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, found),
            false if path.extension().is_some_and(|end| end == "rs") => found.push(path),
            false => {}
        }
    }
}

#[test]
fn no_product_is_named_in_src() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    files.sort();
    let mut named = Vec::new();
    let mut used = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap().to_lowercase();
        let name = file
            .strip_prefix(root)
            .unwrap()
            .to_str()
            .unwrap()
            .replace('\\', "/");
        let Some(word) = WORDS.iter().find(|word| text.contains(*word)) else {
            continue;
        };
        match EXCEPTIONS.iter().find(|(start, _)| name.starts_with(start)) {
            Some((start, _)) => used.push(*start),
            None => named.push(format!("{name}: {word}")),
        }
    }
    assert!(named.is_empty(), "{named:#?}");
    let unused: Vec<&str> = (EXCEPTIONS.iter())
        .map(|(start, _)| *start)
        .filter(|start| !used.contains(start))
        .collect();
    assert!(unused.is_empty(), "no longer needed: {unused:?}");
}
