//! The tables in docs/packs.md say what the declarations of the tables say.
//!
//! `CONFERRY_BLESS=1 cargo test --test it pack_tables` writes them anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use conferry::pack::checks::Kind;
use conferry::pack::file::{PackFile, Shape};
use conferry::pack::read_lint::LintRow;
use conferry::pack::rules::keys::{Key, Kind as Takes, Nested};
use conferry::pack::rules::lint_keys::{CONDITION, EXAMPLE, FIX};
use conferry::pack::table::Declaration;

const COMMAND: &str = "CONFERRY_BLESS=1 cargo test --test it pack_tables";

/// Keys that every row may have: the document speaks of them once.
const ABOUT: [&str; 6] = ["summary", "title", "meaning", "why", "source", "mark"];

#[test]
fn the_tables_are_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/packs.md");
    let found = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let begin = format!("<!-- Made from the declarations by `{COMMAND}`; do not edit. -->\n");
    let end = "<!-- The end of what was made. -->\n";
    let blocks = [
        tables(),
        keys_of(LintRow::DECLARATION.keys, &[]),
        keys_of(CONDITION.keys, &[]),
        checks(),
        keys_of(FIX.keys, &[]),
        keys_of(EXAMPLE.keys, &[]),
    ];
    let mut wanted = String::new();
    let mut rest = found.as_str();
    for block in &blocks {
        let (before, made) = rest.split_once(&begin).unwrap();
        let (_, behind) = made.split_once(end).unwrap();
        wanted.push_str(&format!("{before}{begin}{block}\n{end}"));
        rest = behind;
    }
    assert!(!rest.contains(&begin), "a block that nothing makes");
    wanted.push_str(rest);
    if std::env::var_os("CONFERRY_BLESS").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    assert!(found == wanted, "docs/packs.md is stale; run: {COMMAND}");
}

fn tables() -> String {
    let mut out = String::new();
    for (name, shape) in PackFile::TABLES {
        match shape {
            // Lint rules have a section of their own.
            Shape::One(declaration) | Shape::Rows(declaration) if *name != "lint" => {
                table(&mut out, declaration);
            }
            _ => {}
        }
    }
    out
}

fn checks() -> String {
    let mut out = String::new();
    let (general, own): (Vec<_>, Vec<_>) =
        (Kind::described().into_iter()).partition(|check| check.wordings.is_some());
    for check in general {
        let _ = writeln!(out, "\n#### `{}`\n\n{}", check.name, check.meaning.trim());
        if !check.keys.is_empty() {
            out.push_str(&keys_of(check.keys, &[]));
        }
        let _ = writeln!(out, "\nThe rule words:\n");
        for (of, wording) in check.wordings.unwrap() {
            let list = |texts: &[&str], brace: bool| {
                let texts = texts.iter().map(|text| match brace {
                    true => format!("`{{{text}}}`"),
                    false => format!("`{text}`"),
                });
                texts.collect::<Vec<_>>().join(", ")
            };
            let cases = match wording.cases {
                [] => "one message".to_owned(),
                cases => format!("cases {}", list(cases, false)),
            };
            let places = match wording.places {
                [] => String::new(),
                places => format!(", which can name {}", list(places, true)),
            };
            let of = match of.as_str() {
                "" => String::new(),
                of => format!("with {of}: "),
            };
            let _ = writeln!(out, "- {of}{cases}{places}");
        }
    }
    let _ = writeln!(out, "\n#### Checks that word their messages themselves\n");
    let _ = writeln!(out, "| check | finds |\n|---|---|");
    for check in own {
        let _ = writeln!(out, "| `{}` | {} |", check.name, check.meaning.trim());
    }
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
    let left_out: &[&str] = if heading.starts_with("[[") {
        &ABOUT
    } else {
        &[]
    };
    out.push_str(&keys_of(keys, left_out));
}

/// The table of some keys, without those that are left out, and what each of their words and tables is.
fn keys_of(keys: &[Key], left_out: &[&str]) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "\n| key | takes | meaning |\n|---|---|---|");
    let own = keys.iter().filter(|key| !left_out.contains(&key.name));
    let is_id = |key: &&Key| key.name == "id" && !left_out.is_empty() && !key.need.is_required;
    for key in own.clone().filter(|key| !is_id(key)) {
        let takes = match key.kind {
            Takes::Text | Takes::Code => "a text",
            Takes::Texts => "texts",
            Takes::Flag => "`true`",
            Takes::Number => "a number",
            Takes::Word(_) => "a word",
            Takes::Items(_) => "tables",
            Takes::One(nested) if std::ptr::eq(nested, &CONDITION) => "a condition",
            Takes::Many(nested) if std::ptr::eq(nested, &CONDITION) => "conditions",
            Takes::One(_) | Takes::Parameters => "a table",
            Takes::Many(_) => "tables",
            Takes::TextsOrMany(_) => "texts, tables",
            Takes::Named => "texts by name",
            Takes::Message => "a text, or texts by case",
            Takes::Check => "a [check](#checks)",
        };
        let needed = if key.need.is_required { ", needed" } else { "" };
        let meaning = key.meaning.trim();
        let _ = writeln!(out, "| `{}` | {takes}{needed} | {meaning} |", key.name);
    }
    for key in own.clone() {
        let within = match key.kind {
            Takes::Items(keys) => keys,
            Takes::One(nested) | Takes::Many(nested) if !has_a_section(nested) => nested.keys,
            _ => continue,
        };
        let _ = writeln!(out, "\nEach table at `{}` has\n", key.name);
        for key in within {
            let _ = writeln!(out, "- `{}`: {}", key.name, key.meaning.trim());
        }
    }
    for key in own {
        if let Takes::Word(words) = key.kind {
            let _ = writeln!(out, "\n`{}` is one of\n", key.name);
            for (word, meaning) in words() {
                let _ = writeln!(out, "- `{word}`: {meaning}");
            }
        }
    }
    out
}

fn has_a_section(nested: &'static Nested) -> bool {
    let sections = [&CONDITION, &FIX, &EXAMPLE];
    sections
        .iter()
        .any(|section| std::ptr::eq(*section, nested))
}
