//! docs/rules says what the built-in packs say, and docs/packs.md knows all words of lint rules.
//!
//! `CONFERRY_BLESS=1 cargo test --test it rule_pages` writes docs/rules anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use conferry::pack::catalog::Library;
use conferry::pack::checks::Kind;
use conferry::pack::lint::Check;
use conferry::pack::lint::{Applicability, ExampleEncoding, Severity, ValueType};
use conferry::pack::schema::json_schema;
use conferry::pack::texts;
use conferry::present::rules::docs::pages;
use conferry::word::Word;

const COMMAND: &str = "CONFERRY_BLESS=1 cargo test --test it rule_pages";

fn library() -> Library {
    Library::new(texts::built_in()).unwrap()
}

#[test]
fn the_pages_are_fresh() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let note = format!("Made from rules/ by `{COMMAND}`; do not edit.");
    let pages = pages(&library(), &note);
    let names: BTreeSet<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), pages.len(), "two packs have one page");
    if std::env::var_os("CONFERRY_BLESS").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in &pages {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    let mut stale: Vec<String> = Vec::new();
    for (name, text) in &pages {
        let found = fs::read_to_string(folder.join(name)).unwrap_or_default();
        if found.replace("\r\n", "\n") != *text {
            stale.push(name.clone());
        }
    }
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !names.contains(name.as_str()) {
            stale.push(format!("{name} (of no pack: remove it)"));
        }
    }
    assert!(
        stale.is_empty(),
        "stale in docs/rules: {stale:?}; run: {COMMAND}"
    );
}

#[test]
fn every_link_of_the_table_has_its_place() {
    let pages = pages(&library(), "");
    let (_, index) = &pages[0];
    let mut links = 0;
    for link in index.split("](").skip(1) {
        let link = link.split(')').next().unwrap();
        let (name, anchor) = link.split_once('#').unwrap_or((link, ""));
        let (_, page) = pages.iter().find(|(known, _)| known == name).unwrap();
        let heading = |line: &str| line.strip_prefix("## ").map(str::to_lowercase);
        assert!(
            anchor.is_empty()
                || page
                    .lines()
                    .any(|line| heading(line).as_deref() == Some(anchor)),
            "{link}"
        );
        links += 1;
    }
    assert!(links > library().rules.lints.len());
}

#[test]
fn the_pages_are_the_same_every_time() {
    assert_eq!(pages(&library(), "n"), pages(&library(), "n"));
}

#[test]
fn docs_packs_knows_every_word_of_lint_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/packs.md");
    let document = fs::read_to_string(path).unwrap();
    let schema = json_schema();
    let mut words: Vec<String> = Vec::new();
    for table in ["Lint", "Condition", "UrlParts", "Count", "Fix", "Example"] {
        let properties = schema["$defs"][table]["properties"].as_object();
        words.extend(properties.unwrap().keys().cloned());
    }
    for of_enum in [
        ValueType::words(),
        ExampleEncoding::words(),
        Severity::words(),
        Applicability::words(),
    ] {
        words.extend(of_enum.into_iter().map(str::to_owned));
    }
    words.retain(|word| !document.contains(&format!("`{word}`")));
    assert!(words.is_empty(), "docs/packs.md lacks {words:?}");
}

#[test]
fn every_check_is_explained_by_a_rule() {
    let pages: String = pages(&library(), "n")
        .into_iter()
        .map(|(_, page)| page)
        .collect();
    let missing: Vec<&&str> = Kind::NAMES
        .iter()
        .filter(|name| !pages.contains(&format!("check = \"{name}\"")))
        .collect();
    assert!(missing.is_empty(), "no rule explains {missing:?}");
}

#[test]
fn docs_packs_knows_every_check_that_takes_parameters() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/packs.md");
    let document = fs::read_to_string(path).unwrap();
    let checks = document.split("### Checks").nth(1).unwrap();
    let general = library()
        .rules
        .lints
        .into_iter()
        .filter_map(|rule| match rule.check {
            Check::Registered(check) if check.kind.wording().is_some() => Some(check),
            _ => None,
        });
    for check in general {
        let name = check.kind.name();
        let section = checks.split("#### ");
        let mut section = section.filter(|section| section.starts_with(&format!("`{name}`")));
        let row = section.next();
        let row = row.unwrap_or_else(|| panic!("docs/packs.md lacks `{name}`"));
        let wording = check.kind.wording().unwrap();
        for place in wording.places {
            assert!(row.contains(&format!("`{{{place}}}`")), "{name}: {place}");
        }
        for case in wording.cases {
            assert!(row.contains(&format!("`{case}`")), "{name}: {case}");
        }
    }
}
