//! Counts the values in a folder of configuration files that are masked and plainly no secret: numbers,
//! truth values, versions, public key tokens. For what the secrets table of the packs can leave out:
//!
//! ```sh
//! cargo run --example masked_values -- FOLDER [--list]
//! ```

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::env;
use std::path::Path;

use conferry::config::secrets::ranges;
use conferry::pack::load_general;
use conferry::xml::Document;

fn main() {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| ".".to_owned());
    let lists = arguments.next().is_some();
    let Ok(rules) = load_general(&[]) else { return };
    let (mut files, mut all) = (0, 0);
    let mut plain: BTreeMap<String, usize> = BTreeMap::new();
    for entry in walkdir::WalkDir::new(&folder).into_iter().flatten() {
        let Some(document) = document(entry.path()) else {
            continue;
        };
        files += 1;
        let text = document.text();
        for span in ranges(&rules.secrets.spans(&rules.identities, &document)) {
            all += 1;
            if is_plain(text[span.clone()].trim()) {
                let line = text[..span.start].rfind('\n').map_or(0, |end| end + 1);
                let before: String = text[line..span.start]
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ");
                let tail: Vec<char> = before.chars().rev().take(80).collect();
                let before: String = tail.into_iter().rev().collect();
                *plain
                    .entry(format!("{before} {}", text[span].trim()))
                    .or_default() += 1;
            }
        }
    }
    let count: usize = plain.values().sum();
    println!("{files} files, {all} values masked, {count} of them plainly no secret");
    if lists {
        let mut rows: Vec<_> = plain.into_iter().collect();
        rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        for (what, count) in rows {
            println!("{count:6} {what}");
        }
    }
}

/// The file, if it is a configuration.
fn document(path: &Path) -> Option<Document> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    matches!(extension.as_str(), "config" | "xml").then_some(())?;
    Document::from_bytes(std::fs::read(path).ok()?).ok()
}

/// A number, a truth value, a version, a public key token.
fn is_plain(value: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let lower = value.to_ascii_lowercase();
    matches!(
        lower.as_str(),
        "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "none" | "auto"
    ) || is_number(value) && value.len() < 7
        || value.split('.').all(is_number)
        || value.split(':').all(is_number) && value.contains(':')
        || value.len() == 16 && value.bytes().all(|b| b.is_ascii_hexdigit())
}
