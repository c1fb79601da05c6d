//! What the documents say is true: names are explained, paths exist, the
//! commands of the README do what it says.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use conferry::lint::selection::Selection;
use conferry::lint::settings::policy::Asked;
use conferry::lint::settings::{Policy, Settings};
use conferry::merge::Principle;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

#[path = "it/named_tests.rs"]
mod named_tests; // whether a test that a document names is there
use named_tests::is_test;

const DOCUMENTS: [&str; 20] = [
    "docs/ci.md",
    "docs/procedure.md",
    "docs/upgrade.md",
    "docs/verify-deployed.md",
    "docs/promises.md",
    "docs/formats.md",
    "docs/lint.md",
    "docs/snapshot.md",
    "README.md",
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/git.md",
    "docs/installers.md",
    "docs/merge.md",
    "docs/packs.md",
    "docs/plan.md",
    "docs/rewrite.md",
    "docs/second-product.md",
    "docs/your-own-product.md",
    "docs/windows.md",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    let text = fs::read_to_string(root().join(path)).unwrap();
    text.replace("\r\n", "\n")
}

/// The names that `fn name` of an enum in the source of outcomes gives.
fn names_in_source(of: &str) -> Vec<String> {
    let source = read("src/merge/outcome.rs");
    let (_, body) = source.split_once(&format!("impl {of} {{")).unwrap();
    let (body, _) = body.split_once("\n}\n").unwrap();
    body.lines()
        .filter_map(|line| line.trim().strip_prefix("Self::")?.split_once("=> \""))
        .map(|(_, name)| name.trim_end_matches("\",").to_owned())
        .collect()
}

#[test]
fn every_principle_and_every_kind_of_conflict_is_explained() {
    let document = read("docs/merge.md");
    let principles = names_in_source("Principle");
    let kinds = names_in_source("ConflictKind");
    assert!(principles.len() > 8 && kinds.len() > 6, "none were found");
    assert!(
        [Principle::KnownDefault, Principle::ChangedByOneSide]
            .iter()
            .all(|known| principles.iter().any(|found| found == known.name())),
        "the source was misread"
    );
    let missing: Vec<&String> = principles
        .iter()
        .chain(&kinds)
        .filter(|name| !document.contains(&format!("\n| `{name}` | ")))
        .collect();
    assert!(missing.is_empty(), "docs/merge.md lacks {missing:?}");
}

#[test]
fn policies_in_the_documents_are_valid_packs() {
    for path in ["docs/merge.md", "docs/packs.md"] {
        let document = read(path);
        let packs: Vec<&str> = document
            .split("\n```toml\n")
            .skip(1)
            .map(|rest| rest.split("\n```").next().unwrap())
            .collect();
        assert!(!packs.is_empty());
        for pack in packs {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("pack.toml");
            fs::write(&file, pack).unwrap();
            let loaded = conferry::pack::load(&[file]);
            assert!(loaded.is_ok(), "{path}: a pack is not valid:\n{pack}");
        }
    }
}

/// Runs the merge of the README with its result in `folder`; standard output, and the report as JSON.
fn run_of_readme(folder: &Path) -> (String, serde_json::Value, PathBuf) {
    let readme = read("README.md");
    let line = readme
        .lines()
        .find(|line| line.starts_with("cargo run --release -- merge "))
        .unwrap();
    let result = folder.join("portal.config");
    let args: Vec<String> = line
        .strip_prefix("cargo run --release -- ")
        .unwrap()
        .split_whitespace()
        .map(|word| match word {
            "target/portal.config" => result.display().to_string(),
            _ => word.to_owned(),
        })
        .collect();
    let conferry = |more: &[&str]| {
        let output = Command::cargo_bin("conferry")
            .unwrap()
            .env_clear()
            .env("CONFERRY_HOST", "SRV01")
            .env("CONFERRY_RUN_ID", "run-1")
            .current_dir(root())
            .args(&args)
            .args(more)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let planned = conferry(&["--dry-run"]);
    assert!(!result.exists(), "a dry run writes");
    let printed = conferry(&[]);
    assert_eq!(
        planned.trim_end().rsplit_once('\n').unwrap().0,
        printed.trim_end().rsplit_once('\n').unwrap().0,
        "a dry run shows something else than is written"
    );
    let json = serde_json::from_str(&conferry(&["--format", "json"])).unwrap();
    (printed, json, result)
}

#[test]
fn the_merge_of_the_readme_does_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let (printed, report, result) = run_of_readme(folder.path());
    let expected = root().join("fixtures/contoso/expected/MultiFactorAuth/web.config");
    assert_eq!(fs::read(&result).unwrap(), fs::read(expected).unwrap());

    let readme = read("README.md");
    let (_, part) = readme.split_once("\n### One file\n").unwrap();
    let (_, excerpt) = part.split_once("\n```text\n").unwrap();
    let (excerpt, _) = excerpt.split_once("\n```").unwrap();
    for line in excerpt.lines().filter(|line| !line.starts_with("Wrote ")) {
        assert!(
            printed.lines().any(|real| real == line),
            "the README shows a line that is not printed: {line}"
        );
    }
    assert!(!printed.contains("p&amp;ss"), "a secret is shown");

    let account = &report["account"];
    let sum: u64 = [
        "carried",
        "already_equal",
        "rewritten",
        "dropped",
        "conflict",
    ]
    .iter()
    .map(|part| account[part].as_u64().unwrap())
    .sum();
    assert_eq!(account["settings"], sum);
    assert_eq!(account["conflict"], 0);
}

#[test]
fn the_merge_of_the_readme_is_the_same_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let (printed, report, result) = run_of_readme(folder.path());
    let bytes = fs::read(&result).unwrap();
    fs::remove_file(&result).unwrap();
    assert_eq!(
        run_of_readme(folder.path()),
        (printed, report, result.clone())
    );
    assert_eq!(fs::read(result).unwrap(), bytes);
}

/// Runs the commands in a section of the README, with their results in `folder`, and checks that
/// the lines it shows are printed; the commands' words behind `conferry`.
fn run_section(title: &str, code: i32, folder: &Path) -> Vec<String> {
    let readme = read("README.md");
    let (_, tour) = readme.split_once(&format!("\n### {title}\n")).unwrap();
    let tour = tour.split("\n### ").next().unwrap();
    let tour = tour.split("\n## ").next().unwrap();
    let target = format!("{}/", folder.display());
    let commands = tour
        .lines()
        .filter_map(|line| line.strip_prefix("cargo run --release -- "));
    let (mut printed, mut ran) = (String::new(), Vec::new());
    for command in commands {
        let words = command
            .split(' ')
            .map(|word| match word.strip_prefix("target/") {
                Some(name) => format!("{target}{name}"),
                None => word.to_owned(),
            });
        let output = Command::cargo_bin("conferry")
            .unwrap()
            .env_clear()
            .env("CONFERRY_HOST", "SRV01")
            .env("CONFERRY_RUN_ID", "run-1")
            .current_dir(root())
            .args(words)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code), "{command}");
        for text in [output.stdout, output.stderr] {
            printed += &String::from_utf8(text).unwrap().replace(&target, "target/");
        }
        ran.push(command.to_owned());
    }
    let (_, excerpt) = tour.split_once("\n```text\n").unwrap();
    let (excerpt, _) = excerpt.split_once("\n```").unwrap();
    for line in excerpt.lines() {
        assert!(
            printed.lines().any(|real| real == line),
            "the README shows a line that is not printed: {line}"
        );
    }
    ran
}

#[test]
fn the_audit_of_the_readme_does_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run_section("Before the upgrade: an audit", 1, folder.path());
    assert_eq!(ran.len(), 1);
}

#[test]
fn the_snapshots_of_the_readme_do_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run_section("Before the upgrade: a snapshot", 0, folder.path());
    let ran: Vec<&str> = ran
        .iter()
        .map(|command| command.split(' ').nth(1).unwrap())
        .collect();
    assert_eq!(
        ran,
        ["create", "create", "verify", "show", "diff", "restore"]
    );
    let drive = root().join("fixtures/contoso/server/mfa1/c/inetpub/pa/web.config");
    let restored = folder.path().join("old-server/inetpub/pa/web.config");
    assert_eq!(fs::read(restored).unwrap(), fs::read(drive).unwrap());
}

/// The blocks of a document in this language.
fn blocks<'d>(document: &'d str, language: &str) -> Vec<&'d str> {
    let start = format!("\n```{language}\n");
    let rest = document.split(start.as_str()).skip(1);
    rest.map(|rest| rest.split("\n```").next().unwrap())
        .collect()
}

#[test]
fn the_finding_in_the_document_of_lint_is_what_is_printed() {
    let document = read("docs/lint.md");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("web.config");
    fs::write(&file, blocks(&document, "xml")[0]).unwrap();
    let lint = |more: &[&str]| {
        let output = Command::cargo_bin("conferry")
            .unwrap()
            .env_clear()
            .env("CONFERRY_HOST", "SRV01")
            .env("CONFERRY_RUN_ID", "run-1")
            .current_dir(folder.path())
            .args(["lint", "web.config", "--no-config"])
            .args(more)
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        (printed, output.status.code().unwrap())
    };
    let (printed, code) = lint(&[]);
    assert_eq!(code, 1);
    for line in blocks(&document, "text")[0].lines() {
        assert!(
            printed.lines().any(|real| real == line),
            "docs/lint.md shows a line that is not printed: {line}"
        );
    }
    // The comment of the document suppresses what it says.
    let text = fs::read_to_string(&file).unwrap();
    let comment = blocks(&document, "xml")[1].lines().next().unwrap();
    let (before, behind) = text.split_once("<compilation").unwrap();
    let suppressed = format!("{before}{comment}<compilation{behind}");
    fs::write(&file, suppressed).unwrap();
    let (printed, code) = lint(&["--select", "SEC102"]);
    assert_eq!((printed.as_str(), code), ("", 0));
}

#[test]
fn the_settings_in_the_document_of_lint_are_valid() {
    let document = read("docs/lint.md");
    let rules = conferry::pack::load_for_lint(&[]).unwrap();
    let selection = Selection::new(&rules, &[], &[]).unwrap();
    let all = blocks(&document, "toml");
    assert!(!all.is_empty());
    for text in all {
        let settings = Settings::read("conferry.toml".to_owned(), Path::new(""), text.to_owned());
        let asked = Asked {
            selection: &selection,
            selects: false,
            ignored: &[],
        };
        assert!(Policy::new(&settings, &rules, asked).is_ok(), "{text}");
    }
}

#[test]
fn the_document_of_lint_knows_every_key_of_settings() {
    let document = read("docs/lint.md");
    let schema = conferry::lint::settings::schema::json_schema();
    for table in ["Lint", "Override"] {
        let keys = schema["$defs"][table]["properties"].as_object().unwrap();
        for key in keys.keys().filter(|key| *key != "override") {
            assert!(document.contains(&format!("`{key}`")), "{key}");
        }
    }
}

#[test]
fn paths_in_the_documents_exist() {
    let roots = ["src/", "tests/", "docs/", "rules/", "fixtures/"];
    let mut missing = Vec::new();
    for document in DOCUMENTS {
        let text = read(document);
        let quoted = text.split('`').skip(1).step_by(2);
        let linked = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        for path in quoted.filter(|path| roots.iter().any(|root| path.starts_with(root))) {
            let plain = path.split(['*', '<']).next().unwrap();
            if !path.contains(char::is_whitespace) && !root().join(plain).exists() {
                missing.push(format!("{document}: {path}"));
            }
        }
        for link in linked.filter(|link| !link.starts_with("http")) {
            let file = link.split('#').next().unwrap();
            if !root().join(document).parent().unwrap().join(file).exists() {
                missing.push(format!("{document}: {link}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_command_has_its_row_in_the_readme() {
    let readme = read("README.md");
    let mut missing = Vec::new();
    for file in fs::read_dir(root().join("src/cli")).unwrap() {
        let path = file.unwrap().path();
        let module = if path.is_dir() {
            path.join("mod.rs")
        } else {
            path.clone()
        };
        if !fs::read_to_string(&module)
            .unwrap()
            .starts_with("//! `conferry ")
        {
            continue;
        }
        let command = path
            .file_stem()
            .unwrap()
            .to_str()
            .unwrap()
            .replace('_', "-");
        if !readme.contains(&format!("| `conferry {command}` |")) {
            missing.push(command);
        }
    }
    assert!(missing.is_empty(), "README.md lacks {missing:?}");
}

#[test]
fn the_upgrade_of_the_readme_does_what_it_says() {
    let readme = read("README.md");
    let line = (readme.lines())
        .find_map(|line| line.strip_prefix("cargo run --release -- upgrade "))
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("contoso");
    let words = line.split_whitespace().map(|word| match word {
        "target/contoso" => out.display().to_string(),
        _ => word.to_owned(),
    });
    let done = Command::cargo_bin("conferry")
        .unwrap()
        .current_dir(root())
        .arg("upgrade")
        .args(words)
        .output()
        .unwrap();
    let printed = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(0), "{printed}");
    let (_, part) = readme.split_once("The first ends with 0").unwrap();
    let (_, part) = part.split_once("```text\n").unwrap();
    let (lines, _) = part.split_once("```").unwrap();
    assert!(lines.lines().count() > 3);
    for line in lines.lines() {
        assert!(printed.contains(line), "README: {line}");
    }
    for name in ["report.html", "report.md", "runbook.md", "upgrade.json"] {
        assert!(out.join(name).is_file(), "{name}");
    }
    let expected = root().join("fixtures/contoso/expected");
    let deployed = out.join("deploy/mfa1/C/inetpub");
    for (name, place) in [
        (
            "MultiFactorAuth/web.config",
            "wwwroot/MultiFactorAuth/web.config",
        ),
        (
            "MultiFactorAuthWebServiceSdk/web.config",
            "wwwroot/MultiFactorAuthWebServiceSdk/web.config",
        ),
        (
            "MultiFactorAuthMobileAppWebService/web.config",
            "pa/web.config",
        ),
        (
            "MultiFactorAuthMobileAppWebService/private.config",
            "pa/private.config",
        ),
    ] {
        let merged = fs::read(deployed.join(place)).unwrap();
        assert!(merged == fs::read(expected.join(name)).unwrap(), "{name}");
    }
}

/// The cells of the rows of the first table below `title`.
fn table(document: &str, title: &str) -> Vec<Vec<String>> {
    let document = read(document);
    let (_, part) = document.split_once(title).unwrap();
    let rows = part.lines().skip_while(|line| !line.starts_with("|---"));
    rows.skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect()
}

#[test]
fn every_promise_of_the_readme_names_tests_that_are_there() {
    let promised = table("README.md", "## Promises");
    let held = table("docs/promises.md", "# Promises");
    assert!(promised.len() > 10, "the table was not found");
    let in_short = |rows: &[Vec<String>]| -> Vec<Vec<String>> {
        rows.iter().map(|row| row[..2].to_vec()).collect()
    };
    assert_eq!(in_short(&promised), in_short(&held));
    let mutations = read("tests/mutations.tsv");
    let mutations: Vec<Vec<&str>> = (mutations.lines())
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
        .collect();
    for row in &held {
        let tests: Vec<&str> = row[2].split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "{} names no test", row[0]);
        for test in &tests {
            assert!(is_test(test), "{}: there is no test {test}", row[0]);
        }
        let of_row = mutations.iter().filter(|mutation| mutation[0] == row[0]);
        let of_row: Vec<_> = of_row.collect();
        // Most machines lack .NET's reader; its law has a test of its own.
        assert!(
            !of_row.is_empty() || row[0] == ".NET reads it",
            "nothing breaks {} on purpose",
            row[0]
        );
        for mutation in of_row {
            assert!(
                tests.contains(&mutation[1]),
                "{} of {}",
                mutation[1],
                row[0]
            );
        }
    }
    for mutation in &mutations {
        let ([promise, _, file, text, instead] | [promise, _, file, text, instead, "rebuilt"]) =
            mutation[..]
        else {
            panic!("{mutation:?}");
        };
        assert!(held.iter().any(|row| row[0] == promise), "{promise}");
        assert_ne!(text, instead);
        let text = text.replace("\\n", "\n");
        assert_eq!(read(file).matches(&text).count(), 1, "{text} in {file}");
    }
}
