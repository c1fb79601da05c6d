//! The tables in docs/packs.md say what the declarations of the tables say.
//!
//! `CONFERRY_BLESS=1 cargo test --test it pack_tables` writes them anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use conferry::pack::file::{PackFile, Shape};
use conferry::pack::table::{Declaration, Kind};

const COMMAND: &str = "CONFERRY_BLESS=1 cargo test --test it pack_tables";

/// Keys that every row may have: the document speaks of them once.
const ABOUT: [&str; 6] = ["summary", "title", "meaning", "why", "source", "mark"];

#[test]
fn the_tables_are_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/packs.md");
    let found = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let begin = format!("<!-- Made from the declarations by `{COMMAND}`; do not edit. -->\n");
    let end = "<!-- The end of what was made. -->\n";
    let (before, rest) = found.split_once(&begin).unwrap();
    let (_, behind) = rest.split_once(end).unwrap();
    let wanted = format!("{before}{begin}{}{end}{behind}", tables());
    if std::env::var_os("CONFERRY_BLESS").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    assert!(found == wanted, "docs/packs.md is stale; run: {COMMAND}");
}

fn tables() -> String {
    let mut out = String::new();
    for (_, shape) in PackFile::TABLES {
        match shape {
            Shape::One(declaration) | Shape::Rows(declaration) => table(&mut out, declaration),
            // These have a section of their own.
            Shape::Sources | Shape::Spellings | Shape::Lint => {}
        }
    }
    out.push('\n');
    out
}

fn table(out: &mut String, declaration: &Declaration) {
    let Declaration {
        heading,
        meaning,
        keys,
        ..
    } = declaration;
    let _ = writeln!(out, "\n### `{heading}`\n\n{}", meaning.trim());
    let _ = writeln!(out, "\n| key | takes | meaning |\n|---|---|---|");
    let is_row = heading.starts_with("[[");
    let shown = |name: &str| !is_row || !ABOUT.contains(&name);
    let own = keys.iter().filter(|key| shown(key.name));
    for key in own
        .clone()
        .filter(|key| !is_row || key.name != "id" || key.is_required)
    {
        let takes = match key.kind {
            Kind::Text => "a text",
            Kind::Texts => "texts",
            Kind::Flag => "`true`",
            Kind::Word(_) => "a word",
            Kind::Items(_) => "tables",
        };
        let needed = if key.is_required { ", needed" } else { "" };
        let _ = writeln!(
            out,
            "| `{}` | {takes}{needed} | {} |",
            key.name,
            key.meaning.trim()
        );
    }
    for key in own.clone() {
        if let Kind::Items(keys) = key.kind {
            let _ = writeln!(out, "\nEach table at `{}` has\n", key.name);
            for key in keys {
                let _ = writeln!(out, "- `{}`: {}", key.name, key.meaning.trim());
            }
        }
    }
    for key in own {
        if let Kind::Word(words) = key.kind {
            let _ = writeln!(out, "\n`{}` is one of\n", key.name);
            for (word, meaning) in words() {
                let _ = writeln!(out, "- `{word}`: {meaning}");
            }
        }
    }
}
