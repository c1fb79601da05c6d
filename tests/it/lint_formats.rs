//! The formats of `conferry lint`: what each promises, over the examples of all
//! rules and over files made to be difficult.

use std::collections::HashSet;
use std::path::Path;

use conferry::lint::{Estate, Report, examples};
use conferry::pack::lint::Applicability;
use conferry::pack::{Rules, load_for_lint};
use conferry::present::lint::{View, azure, github, json, markdown, sarif};
use conferry::xml::{Edits, Span};
use serde_json::Value;

use crate::command::{Run, folder, run};
use crate::pack_schema::misfit;

const FORMATS: [&str; 6] = ["text", "json", "sarif", "github", "azure", "markdown"];

fn rules() -> Rules {
    load_for_lint(&[]).unwrap_or_else(|_| panic!("the built-in packs have problems"))
}

/// Every example of every rule that finds something, with what it finds.
fn each_example(rules: &Rules, mut look: impl FnMut(&Estate, &Report)) {
    let mut seen = 0;
    for (at, rule) in rules.lints.iter().enumerate() {
        for example in rule.invalid.iter().chain(&rule.valid) {
            let (estate, report) = examples::run(rules, at, example);
            seen += report.findings.len();
            look(&estate, &report);
        }
    }
    assert!(seen > 100, "{seen} findings");
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// Byte of a text at a line and a column in UTF-16 units, counted anew.
fn offset(text: &str, line: u64, column: u64) -> usize {
    let (mut at_line, mut at_column) = (1, 1);
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        if (at_line, at_column) == (line, column) {
            let is_inside = char == '\n' && text[..at].ends_with('\r');
            assert!(!is_inside, "viewers know no place between CR and LF");
            return at;
        }
        let is_crlf = char == '\r' && chars.peek().is_some_and(|(_, next)| *next == '\n');
        match char {
            '\n' | '\r' if !is_crlf => (at_line, at_column) = (at_line + 1, 1),
            _ => at_column += char.len_utf16() as u64,
        }
    }
    assert_eq!(
        (at_line, at_column),
        (line, column),
        "a place outside the text"
    );
    text.len()
}

/// The bytes under a region, which must be a good one.
fn bytes_of(text: &str, region: &Value) -> Span {
    let number = |key: &str| {
        let number = region[key].as_u64().unwrap();
        assert!(number >= 1, "{key} counts from 1: {region}");
        number
    };
    let start = offset(text, number("startLine"), number("startColumn"));
    let end = offset(text, number("endLine"), number("endColumn"));
    assert!(start <= end, "{region}");
    Span::new(start, end)
}

fn check_sarif(view: &View<'_>, log: &Value) {
    assert_eq!(log["version"], "2.1.0");
    let [one] = list(log, "runs") else {
        panic!("not one run");
    };
    assert_eq!(one["columnKind"], "utf16CodeUnits");
    let rules = list(&one["tool"]["driver"], "rules");
    let ids: HashSet<&str> = rules
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), rules.len(), "a rule stands there twice");
    let report = view.report;
    let results = list(one, "results");
    let findings: Vec<_> = report.findings.iter().chain(&report.suppressed).collect();
    assert_eq!(results.len(), findings.len(), "a finding was dropped");
    let mut fingerprints = HashSet::new();
    for (number, (result, finding)) in results.iter().zip(findings).enumerate() {
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_eq!(result["ruleId"], view.rule(finding).provenance.id.as_str());
        assert_eq!(result["level"], finding.severity.name());
        assert_eq!(result["message"]["text"], finding.message.as_str());
        for key in ["shortDescription", "fullDescription", "help"] {
            assert!(!rule[key]["text"].as_str().unwrap().is_empty(), "{rule}");
        }
        let fingerprint = result["partialFingerprints"]["conferry/v1"]
            .as_str()
            .unwrap();
        assert_eq!(fingerprint.len(), 32);
        assert!(
            fingerprints.insert(fingerprint),
            "two findings have one fingerprint"
        );
        let is_suppressed = number >= report.findings.len();
        assert_eq!(
            list(result, "suppressions").len(),
            usize::from(is_suppressed)
        );

        let places = std::iter::once(&finding.place);
        let places = places.chain(finding.related.iter().map(|related| &related.place));
        let locations = list(result, "locations").iter();
        let locations: Vec<_> = locations.chain(list(result, "relatedLocations")).collect();
        assert_eq!(locations.len(), 1 + finding.related.len());
        for (place, location) in places.zip(locations) {
            let source = view.estate.subjects[place.subject].source();
            let text = source.map_or("", |source| source.text());
            let region = &location["physicalLocation"]["region"];
            let (told, meant) = (bytes_of(text, region), place.span);
            // A line end is told as a whole.
            let is_half = text[told.range()].replace("\r\n", "\r") == text[meant.range()];
            assert!(told == meant || is_half, "{}", finding.message);
            let logical = &location["logicalLocations"][0]["fullyQualifiedName"];
            assert_eq!(logical.as_str().unwrap_or_default(), place.address);
        }
        check_fix(view, finding, result);
    }
}

/// What a fix says in regions is what it does in bytes.
fn check_fix(view: &View<'_>, finding: &conferry::lint::Finding, result: &Value) {
    let fixes = list(result, "fixes");
    let Some(fix) = &finding.fix else {
        assert!(fixes.is_empty());
        return;
    };
    if fix.applicability == Applicability::DisplayOnly {
        assert!(fixes.is_empty(), "a viewer would apply it");
        return;
    }
    // It may be left out, since it would show a secret.
    let Some(shown) = fixes.first() else { return };
    let document = view.estate.subjects[finding.place.subject]
        .document()
        .unwrap();
    let (mut wanted, mut told) = (Edits::new(), Edits::new());
    for edit in &fix.edits {
        wanted.replace(edit.span, edit.text.clone()).unwrap();
    }
    for replacement in list(&shown["artifactChanges"][0], "replacements") {
        let span = bytes_of(document.text(), &replacement["deletedRegion"]);
        let text = replacement["insertedContent"]["text"].as_str();
        told.replace(span, text.unwrap_or_default()).unwrap();
    }
    assert_eq!(told.apply(document.text()), wanted.apply(document.text()));
}

#[test]
fn sarif_of_every_example_says_what_was_found() {
    let rules = rules();
    let mut fixes = 0;
    each_example(&rules, |estate, report| {
        let view = View::new(&rules, estate, report, false);
        let log: Value = serde_json::from_str(&sarif::sarif(&view, &[])).unwrap();
        check_sarif(&view, &log);
        fixes += list(&log["runs"][0], "results")
            .iter()
            .filter(|result| result.get("fixes").is_some())
            .count();
    });
    assert!(fixes > 20, "{fixes} fixes");
}

#[test]
fn json_of_every_example_fits_its_schema() {
    let rules = rules();
    let schema: Value = serde_json::from_str(&json::json_schema()).unwrap();
    each_example(&rules, |estate, report| {
        let view = View::new(&rules, estate, report, false);
        for statistics in [false, true] {
            let printed = serde_json::from_str(&json::json(&view, &[], statistics)).unwrap();
            assert_eq!(misfit(&schema, &schema, &printed, ""), None);
        }
    });
    let folder = folder(&[("a.config", TWICE.as_bytes())]);
    let printed = run(folder.path(), &["lint", "--schema"]);
    assert_eq!(printed.code, 0);
    assert_eq!(
        serde_json::from_str::<Value>(&printed.stdout).unwrap(),
        schema
    );
    for args in [
        &["lint", "a.config", "nothing", "--format", "json"][..],
        &[
            "lint",
            "a.config",
            "--format",
            "json",
            "--write-baseline",
            "b",
        ],
    ] {
        let printed: Value = serde_json::from_str(&run(folder.path(), args).stdout).unwrap();
        assert_eq!(misfit(&schema, &schema, &printed, ""), None);
    }
}

#[test]
fn every_field_of_the_json_is_in_the_document() {
    let document = include_str!("../../docs/formats.md");
    let schema: Value = serde_json::from_str(&json::json_schema()).unwrap();
    let definitions = schema["$defs"].as_object().unwrap().values();
    let mut count = 0;
    for table in definitions.chain([&schema]) {
        let properties = table.get("properties").and_then(Value::as_object);
        for name in properties.into_iter().flat_map(|all| all.keys()) {
            count += 1;
            assert!(document.contains(&format!("`{name}`")), "{name}");
        }
    }
    assert!(count > 20, "{count}");
}

/// A command of a log: its name, its properties and its message.
type Annotation = (String, Vec<(String, String)>, String);

/// The annotations in what a run printed, as the runner of GitHub Actions reads them.
fn annotations(printed: &str) -> Vec<Annotation> {
    let undo = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n");
        text.replace("%3A", ":")
            .replace("%2C", ",")
            .replace("%25", "%")
    };
    let line = |line: &str| {
        let (info, data) = line.strip_prefix("::")?.split_once("::")?;
        let (name, properties) = info.split_once(' ')?;
        let properties = properties.split(',').map(|pair| {
            let (key, value) = pair.split_once('=').unwrap();
            (key.to_owned(), undo(value))
        });
        Some((name.to_owned(), properties.collect(), undo(data)))
    };
    printed
        .lines()
        .map(|text| line(text).unwrap_or_else(|| panic!("no command: {text}")))
        .collect()
}

#[test]
fn github_reads_every_finding_as_one_annotation() {
    let rules = rules();
    each_example(&rules, |estate, report| {
        let view = View::new(&rules, estate, report, false);
        let read = annotations(&github::github(&view, &[]));
        assert_eq!(read.len(), report.findings.len());
        for ((name, properties, data), finding) in read.iter().zip(&report.findings) {
            let get = |wanted: &str| {
                let mut all = properties.iter();
                all.find(|(key, _)| key == wanted)
                    .map(|(_, value)| value.as_str())
            };
            let number = |key: &str| get(key).map(|text| text.parse::<usize>().unwrap());
            let expected = match finding.severity.name() {
                "note" => "notice",
                other => other,
            };
            assert_eq!(name, expected);
            assert_eq!(data, &finding.message);
            assert_eq!(get("file"), Some(view.path(finding.place.subject)));
            let (start, end) = view.region(&finding.place);
            assert_eq!(number("line"), Some(start.line));
            assert_eq!(number("endLine"), Some(end.line));
            // The runner drops columns where the lines differ.
            assert_eq!(number("col").is_some(), start.line == end.line);
            assert!(number("col") <= number("endColumn"));
            assert!(
                get("title")
                    .unwrap()
                    .starts_with(&view.rule(finding).provenance.id)
            );
        }
    });
}

#[test]
fn azure_reads_errors_and_warnings_as_issues_and_notes_as_text() {
    let rules = rules();
    each_example(&rules, |estate, report| {
        let view = View::new(&rules, estate, report, false);
        let printed = azure::azure(&view, &[]);
        assert_eq!(printed.lines().count(), report.findings.len());
        for (line, finding) in printed.lines().zip(&report.findings) {
            let severity = finding.severity.name();
            if severity == "note" {
                assert!(!line.contains("##"), "{line}");
                continue;
            }
            let (info, data) = line.split_once(']').unwrap();
            let info = info.strip_prefix("##vso[task.logissue ").unwrap();
            let properties: Vec<(&str, &str)> = info
                .split(';')
                .map(|pair| pair.split_once('=').unwrap())
                .collect();
            let keys: Vec<&str> = properties.iter().map(|(key, _)| *key).collect();
            assert_eq!(
                keys,
                ["type", "sourcepath", "linenumber", "columnnumber", "code"]
            );
            assert_eq!(properties[0].1, severity);
            let (start, _) = view.region(&finding.place);
            assert_eq!(properties[2].1, start.line.to_string());
            assert!(data.replace("%AZP25", "%").ends_with(&finding.message));
        }
    });
}

const TWICE: &str = "<configuration>\n  <appSettings>\n    <add key=\"a\" value=\"1\"/>\n    \
                     <add key=\"a\" value=\"2\"/>\n  </appSettings>\n</configuration>\n";

fn sarif_of(done: &Run) -> Value {
    serde_json::from_str(&done.stdout).unwrap()
}

#[test]
fn columns_count_utf_16_and_paths_are_uris() {
    // A byte order mark, and characters of one, two and four bytes before the place.
    let text = "\u{feff}<configuration><system.web><!-- é\u{1f600} --><compilation debug=\"true\"/></system.web></configuration>";
    let name = "My Site/50%,#ü.config";
    let folder = folder(&[(name, text.as_bytes())]);
    let args = ["lint", ".", "--select", "SEC102", "--format"];
    let done = run(folder.path(), &[&args[..], &["sarif"]].concat());
    let location = &sarif_of(&done)["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    let prefix = "<configuration><system.web><!-- é\u{1f600} --><compilation debug=\"";
    let column = prefix.chars().map(char::len_utf16).sum::<usize>() + 1;
    assert_eq!(location["region"]["startLine"], 1);
    assert_eq!(location["region"]["startColumn"], column);
    assert_eq!(location["region"]["endColumn"], column + 4);
    let artifact = &location["artifactLocation"];
    assert_eq!(artifact["uri"], "My%20Site/50%25%2C%23%C3%BC.config");
    assert_eq!(artifact["uriBaseId"], "SRCROOT");
    let bases = &sarif_of(&done)["runs"][0]["originalUriBaseIds"];
    assert!(bases.get("SRCROOT").is_some());

    let done = run(folder.path(), &[&args[..], &["github"]].concat());
    assert!(
        done.stdout
            .contains(" file=My Site/50%25%2C#ü.config,line=1,")
    );
    assert!(
        done.stdout.contains(&format!(",col={},", column - 1)),
        "in characters"
    );
    let done = run(folder.path(), &[&args[..], &["azure"]].concat());
    assert!(
        done.stdout
            .contains(";sourcepath=My Site/50%AZP25,#ü.config;")
    );
}

#[test]
fn a_file_has_one_name_however_it_is_given() {
    let folder = folder(&[("a/web.config", TWICE.as_bytes())]);
    let whole = folder.path().canonicalize().unwrap().join("a/web.config");
    let of = |path: &str| {
        let done = run(
            &folder.path().canonicalize().unwrap(),
            &["lint", path, "--format", "sarif"],
        );
        let log = sarif_of(&done);
        (
            log["runs"][0]["results"][0]["partialFingerprints"].clone(),
            log["runs"][0]["results"][0]["locations"].clone(),
        )
    };
    let first = of("a/web.config");
    assert!(first.0.is_object());
    for path in ["./a", ".", "a/../a/web.config", whole.to_str().unwrap()] {
        assert_eq!(of(path), first, "{path}");
    }
}

#[test]
fn suppressed_findings_are_in_sarif_with_the_reason_and_nowhere_else() {
    let text = "<configuration>\n<system.web>\n<!-- conferry:ignore SEC102 a test server -->\n<compilation debug=\"true\"/>\n</system.web>\n</configuration>\n";
    let folder = folder(&[("web.config", text.as_bytes())]);
    let args = |format| {
        [
            "lint",
            "web.config",
            "--select",
            "SEC102,CFY",
            "--format",
            format,
        ]
    };
    let done = run(folder.path(), &args("sarif"));
    let result = &sarif_of(&done)["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "SEC102");
    assert_eq!(result["suppressions"][0]["kind"], "inSource");
    assert_eq!(result["suppressions"][0]["justification"], "a test server");
    for format in ["text", "github", "azure"] {
        assert_eq!(run(folder.path(), &args(format)).stdout, "", "{format}");
    }
    let markdown = run(folder.path(), &args("markdown")).stdout;
    assert_eq!(
        markdown,
        "**conferry lint**: no findings in 1 file; 1 suppressed\n"
    );
}

#[test]
fn what_could_not_be_read_is_in_every_format() {
    let folder = folder(&[("web.config", TWICE.as_bytes())]);
    for format in FORMATS {
        let done = run(
            folder.path(),
            &["lint", "web.config", "gone,1.config", "--format", format],
        );
        assert_eq!(done.code, 2, "{format}");
        assert!(done.stderr.contains("gone,1.config"), "{format}");
        let named = match format {
            "text" => continue,
            "sarif" => "gone%2C1.config",
            "markdown" => "gone,1.config",
            _ => "gone,1.config",
        };
        assert!(done.stdout.contains(named), "{format}: {}", done.stdout);
        if format == "sarif" {
            let invocation = &sarif_of(&done)["runs"][0]["invocations"][0];
            assert_eq!(invocation["executionSuccessful"], false);
            assert_eq!(list(invocation, "toolExecutionNotifications").len(), 1);
        }
    }
}

#[test]
fn no_format_decides_the_exit_code_or_has_colours() {
    let folder = folder(&[
        ("bad.config", TWICE.as_bytes()),
        ("good.config", b"<configuration/>"),
    ]);
    for format in FORMATS {
        for (args, code) in [
            (&["bad.config"][..], 1),
            (&["bad.config", "--ignore", "all"], 0),
            (&["good.config"], 0),
            (
                &["bad.config", "--fail-on", "error"],
                i32::from(TWICE.is_empty()),
            ),
        ] {
            let args = [&["lint", "--color", "always", "--format", format], args].concat();
            let done = run(folder.path(), &args);
            assert_eq!(done.code, code, "{args:?}");
            let is_plain = format == "text" || !done.stdout.contains('\u{1b}');
            assert!(is_plain, "{args:?}");
        }
    }
}

#[test]
fn statistics_and_diffs_are_refused_where_there_is_no_place_for_them() {
    let folder = folder(&[("web.config", TWICE.as_bytes())]);
    for format in FORMATS {
        let done = run(
            folder.path(),
            &["lint", "web.config", "--statistics", "--format", format],
        );
        match format {
            "text" | "json" | "markdown" => {
                assert_eq!(done.code, 1, "{format}");
                assert!(done.stdout.contains("NET10"), "{format}: {}", done.stdout);
            }
            _ => {
                assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{format}");
                assert!(
                    done.stderr.contains("--format text, json or markdown"),
                    "{format}"
                );
            }
        }
        let done = run(
            folder.path(),
            &["lint", "web.config", "--diff", "--format", format],
        );
        assert_eq!(done.code == 2, format != "text", "{format}");
    }
}

#[test]
fn a_comment_fits_and_counts_what_does_not() {
    let mut text = String::from("<configuration>\n<system.web>\n");
    for number in 0..600 {
        text += &format!("<compilation debug=\"true\" a{number}=\"1\"/>\n");
    }
    text += "</system.web>\n</configuration>\n";
    let folder = folder(&[
        ("a.config", text.as_bytes()),
        ("b.config", TWICE.as_bytes()),
    ]);
    let done = run(
        folder.path(),
        &[
            "lint",
            ".",
            "--select",
            "SEC102,NET10",
            "--format",
            "markdown",
        ],
    );
    assert!(done.stdout.chars().count() < 65_536);
    let rows = done
        .stdout
        .lines()
        .filter(|line| line.contains("| warning |"))
        .count();
    let last = done.stdout.lines().find(|line| line.starts_with("… and "));
    let last = last.unwrap();
    let more: usize = last.split(' ').nth(2).unwrap().parse().unwrap();
    assert!(last.starts_with("… and ") && rows > 50, "{last}");
    let head = done.stdout.lines().next().unwrap();
    let total = rows + more;
    assert!(
        head.contains(&format!("{total} warnings")),
        "{head}: {rows} + {more}"
    );
    assert_eq!(
        done.stdout.matches("<details").count(),
        done.stdout.matches("</details>").count()
    );
}

#[test]
fn what_a_file_says_is_no_markup_in_a_comment() {
    let rules = rules();
    each_example(&rules, |estate, report| {
        let view = View::new(&rules, estate, report, false);
        let printed = markdown::markdown(&view, &[], false);
        let rows = printed.lines().filter(|line| line.starts_with("| "));
        for row in rows {
            assert_eq!(row.matches('|').count(), 5, "{row}");
        }
        let tags = printed
            .replace("<details>", "")
            .replace("<details open>", "");
        let tags = [
            "</details>",
            "<summary>",
            "</summary>",
            "<code>",
            "</code>",
            "<!-- -->",
            ": <https",
        ]
        .iter()
        .fold(tags, |text, tag| text.replace(tag, ""));
        assert!(!tags.contains('<'), "{tags}");
    });
}

const SECRET: &str = "Hush7";

/// A rule whose fix writes a secret anew.
const PACK: &str = r#"
[sources]
test = "A test"

[[lint]]
id = "TST101"
name = "rewrites-a-password"
severity = "warning"
summary = "A test"
advice = "None."
select = "/configuration/appSettings/add[@key='PORTAL_PASSWORD']/@value"
message = "found {value}"
fix = { title = "trim it", applicability = "safe", replace = " ", with = "" }
why = "A test."
source = "test"
valid = ["<configuration/>"]
invalid = ["<configuration><appSettings><add key=\"PORTAL_PASSWORD\" value=\" x\"/></appSettings></configuration>"]
"#;

#[test]
fn no_format_shows_a_secret() {
    let text = format!(
        "<configuration>\n  <appSettings>\n    <add key=\"PORTAL_PASSWORD\" value=\" {SECRET}\"/>\n    \
         <add key=\"PORTAL_PASSWORD\" value=\"{SECRET}\"/>\n    <!-- conferry:ignore NET101 password={SECRET} -->\n    \
         <add key=\"db\" value=\"Server=a;Password={SECRET};X\"/>\n    <add key=\"db\" value=\"Server=a;Password={SECRET};X\"/>\n  \
         </appSettings>\n  <identity password=\"{SECRET}\"/>\n</configuration>\n"
    );
    let broken = format!("<a>\n<add key=\"PASSWORD\" value=\"{SECRET} & x\"/>\n</a>\n");
    let folder = folder(&[
        ("web.config", text.as_bytes()),
        ("broken.config", broken.as_bytes()),
        ("pack.toml", PACK.as_bytes()),
    ]);
    for format in FORMATS {
        for more in [
            &[][..],
            &["--statistics"],
            &["--unsafe-fixes", "--diff"],
            &["--write-baseline", "known.json"],
        ] {
            let args = [
                &["lint", ".", "--rules", "pack.toml", "--format", format],
                more,
            ]
            .concat();
            let done = run(folder.path(), &args);
            let all = done.stdout + &done.stderr;
            assert!(!all.contains(SECRET), "{args:?}\n{all}");
        }
    }
    let baseline = std::fs::read_to_string(folder.path().join("known.json")).unwrap();
    assert!(baseline.contains("TST101") && !baseline.contains(SECRET));

    let args = [
        "lint",
        "web.config",
        "--rules",
        "pack.toml",
        "--select",
        "TST",
        "--format",
        "sarif",
    ];
    let fixes = |more: &[&str]| {
        let done = run(folder.path(), &[&args[..], more].concat());
        let results = list(&sarif_of(&done)["runs"][0], "results").to_vec();
        assert_eq!(results.len(), 2);
        (
            results
                .iter()
                .filter(|result| result.get("fixes").is_some())
                .count(),
            done.stdout,
        )
    };
    assert_eq!(fixes(&[]).0, 0);
    let (count, shown) = fixes(&["--show-secrets"]);
    assert!(
        count > 0 && shown.contains(SECRET),
        "the test has no fix that could leak"
    );
}

#[test]
fn formats_of_the_estate() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let old = "fixtures/contoso/old/PhoneFactor";
    for format in ["github", "azure", "markdown"] {
        let done = run(root, &["lint", old, "--format", format]);
        insta::assert_snapshot!(format!("lint_{format}"), done.stdout);
    }
}
