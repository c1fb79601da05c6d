//! Reports of merges: every format says the same, and none grows beyond what shows it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use conferry::present::page::{Assets, Page, SCRIPT, STYLE, html};
use conferry::present::plain::{Printed, printed};
use serde_json::Value;

use crate::command::{MERGE_THREE, folder, run};

/// What GitHub takes as a comment.
const COMMENT: usize = 65_536;

fn case(name: &str) -> tempfile::TempDir {
    let case = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases/merge")
        .join(name);
    let read = |name: &str| fs::read(case.join(name)).unwrap();
    let files = ["base.config", "old.config", "new.config"].map(|name| (name, read(name)));
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (*name, bytes.as_slice()))
        .collect();
    folder(&files)
}

/// A merge with its report in every format, as files.
fn reports(folder: &Path) -> impl Fn(&str) -> String {
    let names = ["r.html", "r.md", "r.json", "r.sarif", "r.txt"];
    let reports = names.iter().flat_map(|name| ["--report", name]);
    let args: Vec<&str> = MERGE_THREE.iter().copied().chain(reports).collect();
    let done = run(folder, &args);
    assert!(done.code < 2 && done.stdout.is_empty(), "{}", done.stderr);
    let folder = folder.to_owned();
    move |name| fs::read_to_string(folder.join(name)).unwrap()
}

/// How often a row of this status is in a page.
fn rows(page: &str, status: &str) -> usize {
    page.matches(&format!("data-status=\"{status}\"")).count()
}

#[test]
fn every_format_counts_alike() {
    let cases = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/merge"));
    let mut looked_at = 0;
    let mut with_conflicts = 0;
    for entry in cases.unwrap() {
        let entry = entry.unwrap();
        let is_usual = ["base.config", "old.config", "new.config"]
            .iter()
            .all(|name| entry.path().join(name).is_file());
        let cmd = fs::read_to_string(entry.path().join("cmd.toml")).unwrap();
        let is_plain =
            !cmd.contains("command =") && !cmd.contains("exit = 2") && !cmd.contains("args");
        if !is_usual || !is_plain {
            continue;
        }
        let name = entry.file_name().into_string().unwrap();
        let folder = case(&name);
        let of = reports(folder.path());
        let json: Value = serde_json::from_str(&of("r.json")).unwrap();
        let sarif: Value = serde_json::from_str(&of("r.sarif")).unwrap();
        let (page, text, markdown) = (of("r.html"), of("r.txt"), of("r.md"));

        let account = &json["account"];
        let number = |field: &str| account[field].as_u64().unwrap();
        let sums = format!(
            "Account of the old file: {} setting{} = {} carried + {} already equal + {} rewritten + {} dropped by rule + {} in conflict",
            number("settings"),
            if number("settings") == 1 { "" } else { "s" },
            number("carried"),
            number("already_equal"),
            number("rewritten"),
            number("dropped"),
            number("conflict"),
        );
        for (format, report) in [("html", &page), ("text", &text)] {
            assert!(report.contains(&sums), "{name}, {format}: no `{sums}`");
        }
        let parts = number("carried")
            + number("already_equal")
            + number("rewritten")
            + number("dropped")
            + number("conflict");
        assert_eq!(parts, number("settings"), "{name}");

        let conflicts = json["conflicts"].as_array().unwrap().len();
        with_conflicts += usize::from(conflicts > 0);
        assert_eq!(rows(&page, "to decide"), conflicts, "{name}: html");
        assert_eq!(
            text.matches("\nConflict ").count(),
            conflicts,
            "{name}: text"
        );
        let checked = json["checks"][0]["name"] == "What was checked";
        assert_eq!(
            checked,
            conflicts > 0 && json["conflicts"][0]["kind"] != "required",
            "{name}"
        );
        let equal = json["equal"].as_array().unwrap().len();
        assert_eq!(rows(&page, "already equal"), equal, "{name}");
        assert_eq!(equal as u64, number("already_equal"), "{name}");
        for (kind, status) in [
            ("carried", "carried"),
            ("rewritten", "rewritten"),
            ("dropped", "dropped"),
            ("removed", "removed"),
            ("only-in-new", "only in new"),
        ] {
            let decisions = json["decisions"].as_array().unwrap().iter();
            let count = decisions.filter(|line| line["kind"] == kind).count();
            assert_eq!(rows(&page, status), count, "{name}: {kind} in html");
            let title = text.lines().find(|line| {
                line.ends_with(&format!("({count})")) && title_of(kind) == title_without(line)
            });
            assert_eq!(title.is_some(), count > 0, "{name}: {kind} in text");
            let in_markdown = format!("{}{}{}", "(", count, ")");
            assert!(
                count == 0 || markdown.contains(&in_markdown),
                "{name}: {kind} in markdown"
            );
        }
        let results = sarif["runs"][0]["results"].as_array().unwrap().iter();
        let errors = results.filter(|result| {
            result["partialFingerprints"]["conferry/merge/v1"].is_string()
                && result["level"] == "error"
                && !result["ruleId"]
                    .as_str()
                    .unwrap()
                    .starts_with(char::is_uppercase)
        });
        assert_eq!(errors.count(), conflicts, "{name}: sarif");
        let verdict = json["verdict"]["to_decide"].as_u64().unwrap();
        assert_eq!(verdict as usize, conflicts, "{name}");
        let first = text.lines().next().unwrap();
        let expected = match (conflicts, json["verdict"]["assumed"].as_u64().unwrap()) {
            (0, 0) => "Clean. ".to_owned(),
            (0, 1) => "Clean with 1 assumption. ".to_owned(),
            (0, many) => format!("Clean with {many} assumptions. "),
            (count, _) => format!("{count} to decide. "),
        };
        assert!(first.starts_with(&expected), "{name}: {first}");
        looked_at += 1;
    }
    assert!(
        looked_at > 60 && with_conflicts > 20,
        "{looked_at}, {with_conflicts}"
    );
}

fn title_of(kind: &str) -> &'static str {
    match kind {
        "carried" => "Carried from the old file",
        "rewritten" => "Carried with a new virtual directory or by a rewriting rule",
        "dropped" => "Not carried",
        "removed" => "Removed by the administrator, and so here",
        _ => "Only in the new file, kept",
    }
}

fn title_without(line: &str) -> &str {
    line.rsplit_once(" (").map_or(line, |(title, _)| title)
}

#[test]
fn the_policy_of_a_page_allows_its_own_style_and_script_and_nothing_else() {
    let page = html(&Page::default(), Assets::Inside).unwrap();
    let policy = page
        .split_once("http-equiv=\"Content-Security-Policy\" content=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(policy, _)| policy.replace("&#39;", "'"))
        .unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.matches("<style>").count(), 1);
    assert_eq!(page.matches("<script>").count(), 1);
    assert!(!page.contains(" style="), "a style attribute");
    for part in ["src=", "href=\"http", "@import", "url("] {
        assert!(!page.contains(part), "{part}");
    }
    // The guard in front of everything that is printed leaves them as they are, or their hashes were wrong.
    for part in [STYLE, SCRIPT] {
        assert!(page.contains(part));
        assert_eq!(printed(part, Printed::Text { color: false }), part);
    }
    let linked = html(&Page::default(), Assets::Linked("assets")).unwrap();
    assert!(linked.contains("href=\"assets/conferry.css\"") && !linked.contains("<style"));
}

#[test]
fn assets_are_written_once_and_linked_from_every_page() {
    let folder = case("both-changed");
    let mut args = MERGE_THREE.to_vec();
    args.extend([
        "--report",
        "out/a.html",
        "--report",
        "b.html",
        "--html-assets",
        "out/assets",
    ]);
    fs::create_dir_all(folder.path().join("out/assets")).unwrap();
    let done = run(folder.path(), &args);
    assert_eq!(done.code, 1, "{}", done.stderr);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("out/assets/conferry.css"), STYLE);
    assert_eq!(read("out/assets/conferry.js"), SCRIPT);
    assert!(read("out/a.html").contains("href=\"assets/conferry.css\""));
    assert!(read("b.html").contains("href=\"out/assets/conferry.css\""));
}

#[test]
fn what_a_file_says_is_no_markup_of_a_page() {
    let hostile = "&quot;>&lt;/td>&lt;script>alert(1)&lt;/script>&lt;img src=x onerror=alert(1)>'&#x202e;`${x}`";
    let side = |value: &str| {
        format!(
            "<configuration><appSettings><add key=\"{hostile}\" value=\"{value}{hostile}\"/>\n<!-- {} --></appSettings></configuration>",
            "</script><script>alert(2)</script>"
        )
    };
    let files = [
        ("base.config", side("1")),
        ("old.config", side("2")),
        ("new.config", side("3")),
    ];
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (*name, text.as_bytes()))
        .collect();
    let folder = folder(&files);
    let page = reports(folder.path())("r.html");
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("</script").count(), 1);
    for part in ["<img", "\u{202e}", "alert(1)</script"] {
        assert!(!page.contains(part), "{part}");
    }
    assert!(page.contains("onerror"), "the value is not shown at all");
}

#[test]
fn a_comment_fits_whatever_there_is_to_tell() {
    for settings in [40, 400, 6_000] {
        let side = |value: &str| {
            let mut text = String::from("<configuration><appSettings>\n");
            for at in 0..settings {
                let _ = writeln!(
                    text,
                    "<add key=\"Setting{at}\" value=\"{value} {at} {}\"/>",
                    "x".repeat(60)
                );
            }
            text + "</appSettings></configuration>\n"
        };
        let files = [
            ("base.config", side("a")),
            ("old.config", side("b")),
            ("new.config", side("c")),
        ];
        let files: Vec<(&str, &[u8])> = files
            .iter()
            .map(|(name, text)| (*name, text.as_bytes()))
            .collect();
        let folder = folder(&files);
        let mut args = MERGE_THREE.to_vec();
        args.extend(["--format", "markdown", "--dry-run"]);
        let done = run(folder.path(), &args);
        assert_eq!(done.code, 1, "{}", done.stderr);
        let length = done.stdout.chars().count();
        assert!(length < COMMENT, "{settings}: {length}");
        assert!(
            done.stdout.contains(&format!("### {settings} to decide")),
            "{settings}"
        );
        assert!(
            done.stdout.contains(&format!("({settings})")),
            "{settings}: no count"
        );
        // Values go first, then names, and the numbers stay.
        assert_eq!(done.stdout.contains("xxxx"), settings == 40, "{settings}");
        assert_eq!(
            done.stdout.contains("Setting39"),
            settings < 6_000,
            "{settings}"
        );
    }
}

#[test]
fn a_report_says_first_that_it_shows_secrets() {
    let side = |value: &str| {
        format!(
            "<configuration><appSettings><add key=\"Password\" value=\"{value}\"/></appSettings></configuration>"
        )
    };
    let files = [
        ("base.config", side("one")),
        ("old.config", side("two")),
        ("new.config", side("three")),
    ];
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (*name, text.as_bytes()))
        .collect();
    let folder = folder(&files);
    for format in ["text", "html", "markdown"] {
        let told = |more: &[&str]| {
            let args = [&MERGE_THREE[..], &["--dry-run", "--format", format], more].concat();
            run(folder.path(), &args).stdout
        };
        let (open, masked) = (told(&["--show-secrets"]), told(&[]));
        assert!(open.contains("This report shows secrets"), "{format}");
        assert!(
            open.contains("three") && !masked.contains("three"),
            "{format}"
        );
        assert!(!masked.contains("shows secrets"), "{format}");
        // Equal and different ones are still told apart.
        assert!(
            masked.contains("secret 1") && masked.contains("secret 3"),
            "{format}"
        );
    }
}
