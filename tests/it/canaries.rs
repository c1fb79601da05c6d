//! `tests/canaries/secrets.tsv`: a secret of every kind, in every command, format, encoding and failure.
//! None is shown, unless it is asked for.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use conferry::config::secrets::{MASK, masked, ranges};
use conferry::pack::load_general;
use conferry::xml::Document;

use crate::command::{MERGE_THREE, copy_tree, folder, run};

/// What every secret contains.
const CANARY: &str = "kN4r";

/// A row of the table.
struct Row {
    line: usize,
    kind: String,
    form: String,
    text: String,
}

impl Row {
    /// The secret of this row in one version of a file.
    fn secret(&self, version: char) -> String {
        format!("{CANARY}{:04}{version}9z", self.line)
    }

    /// The text with its secret, and everything that must not be shown of it.
    fn filled(&self, version: char) -> (String, Vec<String>) {
        let secret = self.secret(version);
        let given = format!("password={secret}");
        let narrow = base64(given.as_bytes());
        let wide: Vec<u8> = given.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let wide = base64(&wide);
        let text = self.text.replace("{}", &secret).replace("{b64}", &narrow);
        let text = text.replace("{b64-utf16}", &wide);
        let (head, tail) = ("Server=db;User Id=sa;Password=", ";Encrypt=True");
        let utf16 = |text: &str| {
            hex(&text
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<u8>>())
        };
        let (bytes, words) = (hex(secret.as_bytes()), utf16(&secret));
        let text = text.replace(
            "{hex}",
            &format!("{},{bytes},{}", hex(head.as_bytes()), hex(tail.as_bytes())),
        );
        let text = text.replace(
            "{hex-utf16}",
            &format!("{},{words},{}", utf16(head), utf16(tail)),
        );
        let wrapped = format!("{},\\\n  {words},\\\n  {}", utf16(head), utf16(tail));
        let text = text.replace("{hex-wrapped}", &wrapped);
        (text, vec![secret, narrow, wide, bytes, words])
    }
}

fn table() -> Vec<Row> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/canaries/secrets.tsv");
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().enumerate();
    let rows = lines.filter(|(_, line)| !line.starts_with(['#']) && !line.starts_with("kind\t"));
    rows.map(|(at, line)| {
        let fields: Vec<&str> = line.split('\t').collect();
        assert!(
            fields.len() == 3 && fields[2].contains('{'),
            "line {}",
            at + 1
        );
        Row {
            line: at + 1,
            kind: fields[0].to_owned(),
            form: fields[1].to_owned(),
            text: unescaped(fields[2]),
        }
    })
    .collect()
}

fn unescaped(field: &str) -> String {
    let parts: Vec<String> = field
        .split("\\\\")
        .map(|part| part.replace("\\n", "\n"))
        .collect();
    parts.join("\\")
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().enumerate().fold(0_u32, |bits, (at, byte)| {
            bits | u32::from(*byte) << (16 - 8 * at)
        });
        for at in 0..4 {
            match at <= chunk.len() {
                true => text.push(DIGITS[(bits >> (18 - 6 * at)) as usize & 63] as char),
                false => text.push('='),
            }
        }
    }
    text
}

/// As .reg files write bytes.
fn hex(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(",")
}

fn escaped(value: &str) -> String {
    let value = value.replace('&', "&amp;").replace('<', "&lt;");
    value.replace('"', "&quot;").replace('\n', "&#10;")
}

/// Markup of the rows that a document can have, each in an element of its own.
fn elements(rows: &[Row], version: char) -> String {
    let mut out = String::new();
    for row in rows {
        let (text, _) = row.filled(version);
        let line = row.line;
        match row.form.as_str() {
            "xml" => {
                let _ = writeln!(out, "  <row{line}>\n    {text}\n  </row{line}>");
            }
            "value" => {
                let value = escaped(&text);
                // A comment has no two hyphens.
                let comment = if text.contains("--") {
                    ""
                } else {
                    text.as_str()
                };
                let _ = writeln!(
                    out,
                    "  <row{line}>\n    <add key=\"Plain\" value=\"{value}\"/>\n    <plain>{}</plain>\n    \
                     <other><![CDATA[{text}]]></other>\n    <!-- {comment} -->\n  </row{line}>",
                    value.replace("&#10;", "\n").replace("&quot;", "\""),
                );
            }
            _ => {}
        }
    }
    out
}

fn document(rows: &[Row], version: char, encoding: &str) -> String {
    document_of(&elements(rows, version), version, encoding)
}

fn document_of(elements: &str, version: char, encoding: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"{encoding}\"?>\n<configuration>\n  <appSettings>\n    \
         <add key=\"Url\" value=\"https://host/PhoneFactor/{version}\"/>\n    <add key=\"Url\" value=\"x\"/>\n  \
         </appSettings>\n{elements}</configuration>\n",
    )
}

/// The text of all rows, with something to rewrite behind each, so that a diff has everything.
fn lines(rows: &[Row], version: char) -> String {
    let mut out = String::new();
    for row in rows {
        let (text, _) = row.filled(version);
        let _ = write!(
            out,
            "{text}\n\nopen https://host/PhoneFactor/{}\n\n",
            row.line
        );
    }
    out
}

/// `text` in an encoding, with the mark that says so.
fn bytes(text: &str, encoding: &str) -> Vec<u8> {
    let units = |big: bool| -> Vec<u8> {
        let order = move |unit: u16| {
            if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        };
        "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(order)
            .collect()
    };
    match encoding {
        "utf-16le" => units(false),
        "utf-16be" => units(true),
        "windows-1252" => text
            .chars()
            .filter_map(|c| u8::try_from(u32::from(c)).ok())
            .collect(),
        _ => text.as_bytes().to_vec(),
    }
}

/// The rows whose secrets `shown` has.
fn shown_in<'r>(rows: &'r [Row], shown: &str) -> Vec<&'r Row> {
    let numbers = shown.match_indices(CANARY);
    let numbers =
        numbers.filter_map(|(at, found)| shown.get(at + found.len()..at + found.len() + 4));
    let lines: HashSet<usize> = numbers.filter_map(|number| number.parse().ok()).collect();
    let shows_encoded = |row: &Row| {
        (row.text.contains("{b64") || row.text.contains("{hex"))
            && ['a', 'b', 'c'].iter().any(|version| {
                let secrets = row.filled(*version).1;
                secrets.iter().any(|secret| shown.contains(secret.as_str()))
            })
    };
    rows.iter()
        .filter(|row| lines.contains(&row.line) || shows_encoded(row))
        .collect()
}

fn told(rows: &[&Row]) -> String {
    rows.iter().fold(String::new(), |mut out, row| {
        let _ = writeln!(
            out,
            "  line {}: {}, {}: {}",
            row.line, row.kind, row.form, row.text
        );
        out
    })
}

#[test]
fn the_table_is_large_enough() {
    let rows = table();
    assert!(rows.len() >= 300, "{}", rows.len());
    assert_eq!(base64(b"password=hunter2"), "cGFzc3dvcmQ9aHVudGVyMg==");
}

#[test]
fn no_text_shows_a_secret() {
    let rules = load_general(&[]).unwrap();
    let rows = table();
    let leaks = |form: fn(&str) -> String| {
        let leak = |row: &&Row| {
            let (text, secrets) = row.filled('a');
            let text = form(&text);
            let found = rules.secrets.secrets_in_text(&text);
            let shown = masked(&text, found, |_| MASK.to_owned());
            secrets.iter().any(|secret| shown.contains(secret))
        };
        told(&rows.iter().filter(leak).collect::<Vec<_>>())
    };
    let all = [
        leaks(|text| text.to_owned()),
        leaks(|text| text.replace('\n', "\r\n")),
        leaks(|text| format!("<a>\n  <b x='y & z'>\n{text}\n</c>")),
        leaks(|text| format!("first\n\n\t{}\n\nlast", text.replace('\n', "\n\t"))),
        leaks(escaped),
        leaks(|text| escaped(&escaped(text))),
    ];
    assert!(all.concat().is_empty(), "{}", all.join("--\n"));
}

#[test]
fn no_document_shows_a_secret() {
    let rules = load_general(&[]).unwrap();
    let rows = table();
    let leak = |row: &&Row| {
        let one = [Row {
            text: row.text.clone(),
            kind: String::new(),
            form: row.form.clone(),
            ..**row
        }];
        let text = document(&one, 'a', "utf-8");
        let document =
            Document::from_text(&text).unwrap_or_else(|error| panic!("line {}: {error}", row.line));
        let spans = rules.secrets.spans(&rules.identities, &document);
        let shown = masked(&text, ranges(&spans), |_| MASK.to_owned());
        // What a document masks, a text masks as well.
        let in_text = rules.secrets.secrets_in_text(&text);
        let covered = |span: std::ops::Range<usize>| {
            in_text
                .iter()
                .any(|wide| wide.start <= span.start && span.end <= wide.end)
        };
        let blank = |range: &std::ops::Range<usize>| text[range.clone()].trim().is_empty();
        row.filled('a')
            .1
            .iter()
            .any(|secret| shown.contains(secret.as_str()))
            || ranges(&spans).any(|span| {
                !blank(&span)
                    && !text[span].split(['\n', '\r']).all(|line| {
                        line.trim().is_empty() || {
                            let at = line.as_ptr() as usize - text.as_ptr() as usize;
                            covered(at..at + line.len())
                        }
                    })
            })
    };
    let rows: Vec<&Row> = rows
        .iter()
        .filter(|row| row.form != "text")
        .filter(leak)
        .collect();
    assert!(rows.is_empty(), "{}", told(&rows));
}

const ENCODINGS: &[&str] = &["utf-8", "utf-16le", "utf-16be", "windows-1252"];

/// A rule that quotes every value there is, in messages and addresses.
const QUOTES: &str = r#"
[sources]
test = "A test"

[[lint]]
id = "TST101"
name = "quotes-values"
severity = "warning"
summary = "A test"
advice = "None."
select = "//*/@value"
message = "found {value} in {element}, {url.host}"
why = "A test."
source = "test"
valid = ["<configuration/>"]
invalid = ["<configuration><add value=\"x\"/></configuration>"]

[[lint]]
id = "TST102"
name = "quotes-texts"
severity = "warning"
summary = "A test"
advice = "None."
select = "//*/text()"
message = "found {value}"
fix = { title = "shout", applicability = "unsafe", replace = "9z", with = "9Z" }
why = "A test."
source = "test"
valid = ["<configuration/>"]
invalid = ["<configuration><add>9z</add></configuration>"]
"#;

/// What is run in a folder, and whether it is told by exit 2.
/// Reports of one merge, each in a format of its own.
const REPORTS: [&str; 3] = ["r.html", "r.md", "r.sarif"];

fn look(folder: &Path, rows: &[Row], commands: &[&[&str]]) {
    for args in commands {
        let done = run(folder, args);
        let mut all = done.stdout + &done.stderr;
        // What it wrote for people is looked at as what it printed is.
        for name in REPORTS {
            all.push_str(&fs::read_to_string(folder.join(name)).unwrap_or_default());
        }
        let shown = shown_in(rows, &all);
        assert!(shown.is_empty(), "{args:?} shows\n{}", told(&shown));
        assert!(!all.contains(CANARY), "{args:?}");
        assert!(!all.is_empty(), "{args:?} says nothing");
    }
}

#[test]
fn no_command_shows_a_secret() {
    for encoding in ENCODINGS {
        let mut rows = table();
        if *encoding == "windows-1252" {
            rows.retain(|row| row.text.chars().all(|c| u32::from(c) < 0x100));
        }
        let declared = match *encoding {
            "utf-16le" | "utf-16be" => "utf-16",
            other => other,
        };
        let file = |version| bytes(&document(&rows, version, declared), encoding);
        let (base, old) = (file('a'), file('b'));
        // Every offer for a conflict is tried, so only some rows are in conflict.
        let new: String = (rows.iter().enumerate())
            .map(|(at, row)| {
                elements(
                    std::slice::from_ref(row),
                    if at % 250 == 7 { 'c' } else { 'a' },
                )
            })
            .collect();
        let new = bytes(&document_of(&new, 'c', declared), encoding);
        // Not well-formed at its end, and in the middle of a secret.
        let cut = document(&rows, 'a', declared).replace(
            "</configuration>",
            "<add key=\"Password\" value=\"kN4r & x\"/></c>",
        );
        let left = format!(
            "<<<<<<< old\n{0}=======\n{0}>>>>>>> new\n",
            elements(&rows, 'a')
        );
        let marked = document(&rows, 'a', declared)
            .replace("</configuration>", &format!("{left}</configuration>"));
        let text = bytes(&lines(&rows, 'a'), encoding);
        let (cut, marked) = (bytes(&cut, encoding), bytes(&marked, encoding));
        let folder = folder(&[
            ("base.config", &base),
            ("old.config", &old),
            ("ours.config", &old),
            ("new.config", &new),
            ("broken.config", &cut),
            ("marked.config", &marked),
            ("lint/web.config", &base),
            ("lint/broken/web.config", &cut),
            ("lint/marked/web.config", &marked),
            ("text/a.ps1", &text),
            ("text/a.json", &text),
            ("text/a.html", &text),
            ("text/web.config", &base),
            ("text/broken.html", &cut),
            ("quotes.toml", QUOTES.as_bytes()),
            ("broken.toml", format!("{QUOTES}\n[[merge]]\nid = 1\nset = \"{CANARY}\"\npath = \"//add[@password='{CANARY}']\"\n").as_bytes()),
        ]);
        let three = MERGE_THREE;
        let with = |more: &[&'static str]| [&three[..], more].concat();
        let merges = [
            with(&[]),
            with(&["--format", "json"]),
            with(&["--format", "github"]),
            with(&[
                "--report", "r.html", "--report", "r.md", "--report", "r.sarif",
            ]),
            with(&["--conflicts", "old", "--write-rules", "offers.toml"]),
            with(&["--conflicts", "markers", "--format", "json"]),
            vec![
                "merge",
                "--base",
                "base.config",
                "--old",
                "base.config",
                "--new",
                "new.config",
                "-o",
                "out2.config",
            ],
            vec![
                "merge",
                "--base",
                "base.config",
                "--old",
                "old.config",
                "--new",
                "base.config",
                "-o",
                "out3.config",
                "--format",
                "json",
            ],
            vec![
                "merge",
                "--old",
                "old.config",
                "--new",
                "new.config",
                "-o",
                "out4.config",
            ],
            vec![
                "merge",
                "--base",
                "base.config",
                "--old",
                "broken.config",
                "--new",
                "new.config",
                "-o",
                "out5.config",
            ],
            vec![
                "merge",
                "--base",
                "base.config",
                "--old",
                "marked.config",
                "--new",
                "new.config",
                "-o",
                "out5.config",
            ],
            vec![
                "merge",
                "--base",
                "base.config",
                "--old",
                "text/a.ps1",
                "--new",
                "new.config",
                "-o",
                "out5.config",
            ],
            vec![
                "merge",
                "--base",
                "base.config",
                "--old",
                "old.config",
                "--new",
                "new.config",
                "-o",
                "out5.config",
                "--rules",
                "broken.toml",
            ],
            vec!["rewrite", "text"],
            vec!["rewrite", "text", "--format", "json", "--check"],
            vec!["rewrite", "broken.config"],
            vec!["rules", "check", "broken.toml"],
            vec!["rules", "check", "broken.toml", "--format", "json"],
            vec!["rules", "test", "quotes.toml"],
        ];
        let merges: Vec<&[&str]> = merges.iter().map(Vec::as_slice).collect();
        look(folder.path(), &rows, &merges);
        if *encoding == "utf-8" {
            let driver = run(
                folder.path(),
                &[
                    "git-merge-driver",
                    "base.config",
                    "ours.config",
                    "new.config",
                ],
            );
            assert_eq!(
                (
                    driver.code,
                    shown_in(&rows, &(driver.stdout + &driver.stderr)).len()
                ),
                (1, 0)
            );
        }
        for format in [
            "text", "json", "sarif", "github", "azure", "markdown", "html",
        ] {
            let lint = ["lint", "lint", "--rules", "quotes.toml", "--format", format];
            look(folder.path(), &rows, &[&lint]);
        }
        for format in ["text", "json", "jsonl", "markdown", "html", "unified"] {
            let sides = ["old.config", "new.config", "base.config"];
            for (sides, more) in [
                (&sides[..2], "--all"),
                (&sides[..], "--all"),
                (&sides[..2], "--effective"),
            ] {
                let is_new = sides.len() > 2 || more == "--effective";
                if is_new && !["text", "json"].contains(&format) {
                    continue;
                }
                let diff = [&["diff"], sides, &[more, "--learn", "--format", format]].concat();
                look(folder.path(), &rows, &[&diff]);
            }
        }
        look(
            folder.path(),
            &rows,
            &[&["diff", "base.config", "broken.config"]],
        );
        let more: &[&[&str]] = &[
            &[
                "lint",
                "lint",
                "--rules",
                "quotes.toml",
                "--unsafe-fixes",
                "--diff",
            ],
            &[
                "lint",
                "lint",
                "--rules",
                "quotes.toml",
                "--write-baseline",
                "known.json",
            ],
            &["lint", "lint", "--rules", "quotes.toml", "--statistics"],
        ];
        look(folder.path(), &rows, more);
        let repeats = [
            "diff",
            "old.config",
            "new.config",
            "--write-rules",
            "repeat.toml",
        ];
        let done = run(folder.path(), &repeats);
        assert_eq!(done.code, 1, "{}", done.stderr);
        for name in ["known.json", "offers.toml", "repeat.toml"] {
            let written = fs::read_to_string(folder.path().join(name)).unwrap();
            let shown = shown_in(&rows, &written);
            assert!(shown.is_empty(), "{name} shows\n{}", told(&shown));
            assert!(!written.contains(CANARY), "{name}");
        }
        // The test would see them: they are shown to whoever asks.
        let asked = run(folder.path(), &["rewrite", "text", "--show-secrets"]);
        assert!(shown_in(&rows, &asked.stdout).len() > rows.len() / 2);
        let diff = [
            "diff",
            "old.config",
            "new.config",
            "--show-secrets",
            "--all",
        ];
        let asked = run(folder.path(), &diff);
        assert!(shown_in(&rows, &asked.stdout).len() > rows.len() / 3);
        let asked = run(folder.path(), &[&three[..], &["--show-secrets"]].concat());
        let all = asked.stdout + &asked.stderr;
        let shown = shown_in(&rows, &all).len();
        let beginning: String = all.chars().take(2000).collect();
        assert!(
            shown > rows.len() / 3,
            "{encoding}: {shown} rows\n{beginning}"
        );
    }
}

#[test]
fn no_snapshot_shows_a_secret() {
    let rows = table();
    let estate = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contoso/server/mfa1/c");
    let folder = folder(&[]);
    let live = folder.path().join("c");
    copy_tree(&estate, &live);
    let config = live.join("inetpub/wwwroot/PhoneFactor/web.config");
    let shipped = fs::read_to_string(&config).unwrap();
    let set = |version| {
        let more = format!("{}</configuration>", elements(&rows, version));
        let text = shipped.replace("</configuration>", &more);
        assert!(text.len() > shipped.len() + 10_000);
        fs::write(&config, text).unwrap();
    };
    set('a');
    look(
        folder.path(),
        &rows,
        &[
            &[
                "snapshot",
                "create",
                "--root",
                "c",
                "-o",
                "one",
                "--dry-run",
            ],
            &["snapshot", "create", "--root", "c", "-o", "one"],
            &["snapshot", "show", "one"],
            &["snapshot", "show", "one", "--format", "json"],
            &["snapshot", "verify", "one"],
        ],
    );
    set('b');
    look(
        folder.path(),
        &rows,
        &[
            &["snapshot", "diff", "one", "--live", "--root", "c"],
            &[
                "snapshot", "diff", "one", "--live", "--root", "c", "--format", "json",
            ],
            &["snapshot", "create", "--root", "c", "-o", "two"],
            &["snapshot", "diff", "one", "two"],
            &["lint", "one", "two", "--format", "json"],
        ],
    );
    let asked = run(
        folder.path(),
        &["snapshot", "diff", "one", "two", "--show-secrets"],
    );
    assert!(shown_in(&rows, &asked.stdout).len() > rows.len() / 3);
}

/// A pack that a conferry.toml names cannot take masking away, nor can one of `--rules` without the flag.
#[test]
fn only_the_command_line_takes_masking_away() {
    let pack = "[[secret]]\nid = \"secret-names\"\nnames = [\"nothing\"]\n[[secret]]\nid = \"secret-entries\"\nkeys = [\"nothing\"]\n\
                [[secret]]\nid = \"secret-words\"\nwords = [\"nothing\"]\n";
    let except = "[[secret]]\nid = \"more\"\nexcept = [\"PORTAL_PASSWORD\"]\n";
    let config = "<configuration>\n  <appSettings>\n    <add key=\"PORTAL_PASSWORD\" value=\"kN4r\"/>\n    \
                  <add key=\"PORTAL_PASSWORD\" value=\"kN4r\"/>\n    <add key=\"a\" value=\"1\"/>\n  </appSettings>\n  <a nothing=\"kN5r\" b=\"&#1;\"/>\n</configuration>\n";
    let config = config.replace(" b=\"&#1;\"", "");
    let folder = folder(&[
        ("a/web.config", config.as_bytes()),
        ("a/pack.toml", pack.as_bytes()),
        ("except.toml", except.as_bytes()),
        ("a/conferry.toml", b"[lint]\nrules = [\"pack.toml\"]\n"),
        ("b/web.config", config.as_bytes()),
    ]);
    let shows = |args: &[&str]| {
        let done = run(folder.path(), &[&["lint"], args].concat());
        let all = done.stdout + &done.stderr;
        (
            all.contains("kN4r"),
            all.contains("NET101") || all.contains("NET102"),
            all,
        )
    };
    let shown = shows(&["a"]);
    assert!(!shown.0 && shown.1, "{}", shown.2);
    let shown = shows(&["a", "--allow-unmasking"]);
    assert!(!shown.0 && shown.1, "{}", shown.2);
    let shown = shows(&["b", "--rules", "a/pack.toml"]);
    assert!(!shown.0 && shown.1, "{}", shown.2);
    let shown = shows(&["b", "--rules", "a/pack.toml", "--allow-unmasking"]);
    assert!(shown.0 && shown.1, "{}", shown.2);
    let refused = shows(&["b", "--rules", "except.toml"]);
    assert!(
        !refused.0 && refused.2.contains("--allow-unmasking"),
        "{}",
        refused.2
    );
    let allowed = shows(&["b", "--rules", "except.toml", "--allow-unmasking"]);
    assert!(allowed.0, "{}", allowed.2);
}
