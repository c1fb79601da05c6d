//! The formats of `conferry lint`: what each promises, over the examples of all
//! rules and over files made to be difficult.

use std::collections::BTreeMap;
use std::path::Path;

use conferry::lint::{Estate, Report, examples};
use conferry::pack::Rules;
use conferry::present::lint::{View, annotations, json, markdown};
use serde_json::Value;

use crate::command::{Run, folder, run};
use crate::pack_schema::misfit;

const FORMATS: [&str; 6] = ["text", "json", "sarif", "github", "azure", "markdown"];

pub fn rules() -> Rules {
    crate::compiled_pack::with_examples()
}

/// Every example of every rule that finds something, with what it finds.
pub fn each_example(rules: &Rules, mut look: impl FnMut(&Estate, &Report)) {
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

/// The items of a list; none if it is absent.
pub fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn json_of_every_example_fits_its_schema() {
    let rules = rules();
    let schema: Value = serde_json::from_str(&json::json_schema()).unwrap();
    each_example(&rules, |estate, report| {
        let view = View::new(&rules, estate, report, false);
        for statistics in [false, true] {
            let printed = serde_json::from_str(&json::json(
                &view,
                &[],
                statistics,
                &conferry::present::run::Run::default(),
            ))
            .unwrap();
            assert_eq!(misfit(&schema, &schema, &printed, ""), None);
        }
    });
    let folder = folder(&[("a.config", TWICE.as_bytes())]);
    let printed = run(folder.path(), &["lint", "--schema", "--color", "never"]);
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
        let read = annotations(&annotations::github(&view, &[]));
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
                    .starts_with(view.rule(finding).provenance.id.as_str())
            );
        }
    });
}

#[test]
fn azure_reads_errors_and_warnings_as_issues_and_notes_as_text() {
    let rules = rules();
    each_example(&rules, |estate, report| {
        let view = View::new(&rules, estate, report, false);
        let printed = annotations::azure(&view, &[]);
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

/// A file with one finding.
pub const TWICE: &str = "<configuration>\n  <appSettings>\n    <add key=\"a\" value=\"1\"/>\n    \
                     <add key=\"a\" value=\"2\"/>\n  </appSettings>\n</configuration>\n";

pub fn sarif_of(done: &Run) -> Value {
    serde_json::from_str(&done.stdout).unwrap()
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
fn what_conferry_toml_suppresses_is_in_sarif_with_its_reason() {
    let settings = "[lint.severity]\nSEC102 = \"error\"\n\n[[lint.override]]\npaths = [\"legacy\"]\n\
        ignore = [\"SEC102\", \"SEC1\"]\nreason = \"switched off in May\"\n\n[[lint.override]]\n\
        paths = [\"legacy/b.config\"]\nignore = [\"SEC102\"]\nreason = \"the password is hunter2\"\n";
    let text =
        "<configuration><system.web><compilation debug=\"true\"/></system.web></configuration>\n";
    let both = text.replace(
        "<compilation",
        "<!-- conferry:ignore SEC102 a test server --><compilation",
    );
    let folder = folder(&[
        ("conferry.toml", settings.as_bytes()),
        ("legacy/a.config", text.as_bytes()),
        ("legacy/b.config", text.as_bytes()),
        ("legacy/c.config", both.as_bytes()),
        ("web.config", text.as_bytes()),
    ]);
    let args = |more| ["lint", ".", "--select", "SEC102", "--format", "sarif", more];
    let by_path = |more| {
        let log = sarif_of(&run(folder.path(), &args(more)));
        let run = &log["runs"][0];
        let rule = &run["tool"]["driver"]["rules"][0];
        assert_eq!(rule["defaultConfiguration"]["level"], "warning");
        let results = list(run, "results").iter().map(|result| {
            let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            assert_eq!(result["level"], "error");
            let suppressions: Vec<(String, String)> = list(result, "suppressions")
                .iter()
                .map(|one| {
                    let word = |key: &str| one[key].as_str().unwrap_or("-").to_owned();
                    (word("kind"), word("justification"))
                })
                .collect();
            (place.as_str().unwrap().to_owned(), suppressions)
        });
        results.collect::<BTreeMap<_, _>>()
    };
    let pair = |kind: &str, why: &str| (kind.to_owned(), why.to_owned());
    let may = || pair("external", "switched off in May");
    let seen = by_path("--color=never");
    assert_eq!(seen["web.config"], []);
    assert_eq!(seen["legacy/a.config"], [may()]);
    // A reason that speaks of a secret is not shown.
    assert_eq!(seen["legacy/b.config"], [may(), pair("external", "-")]);
    assert_eq!(
        seen["legacy/c.config"],
        [pair("inSource", "a test server"), may()]
    );
    let shown = by_path("--show-secrets");
    assert_eq!(
        shown["legacy/b.config"][1],
        pair("external", "the password is hunter2")
    );
}

#[test]
fn no_file_commands_a_terminal_or_the_log_of_a_build() {
    let text = "<configuration>\n<appSettings>\n<add key=\"a\" value=\"##vso[task.x]y ##[error]z \u{9b}31m\u{202e}\"/>\
        <add key=\"a\" value=\"2\"/>\n<add key=\"b&#x9b;&#10;::error::x ##vso[y]\" value=\"1\"/>\
        <add key=\"b&#x9b;&#10;::error::x ##vso[y]\" value=\"2\"/>\n</appSettings>\n</configuration>\n";
    let broken = "<configuration a=\"\u{1b}]0;title\u{7}\"/>";
    let folder = folder(&[
        ("a.config", text.as_bytes()),
        ("b.config", broken.as_bytes()),
        ("c.config", TWICE.as_bytes()),
    ]);
    for args in [
        &["lint", "."][..],
        &["lint", ".", "--fix", "--diff", "--unsafe-fixes"],
        &["lint", ".", "--format", "markdown"],
        &[
            "merge", "--base", "b.config", "--old", "b.config", "--new", "b.config",
        ],
    ] {
        let done = run(folder.path(), args);
        for printed in [&done.stdout, &done.stderr] {
            let is_command =
                |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}');
            assert!(!printed.contains(is_command), "{args:?} {printed:?}");
            let from_log = args.contains(&"markdown");
            assert!(
                from_log || !printed.contains("##vso["),
                "{args:?} {printed}"
            );
            assert!(from_log || !printed.contains("##["), "{args:?} {printed}");
            let mut lines = printed.lines();
            assert!(!lines.any(|line| line.starts_with("::")), "{printed}");
        }
    }
    let shown = run(folder.path(), &["lint", "a.config", "b.config"]).stdout;
    assert!(
        shown.contains("\"#\\u{23}vso[task.x]y #\\u{23}[error]z"),
        "{shown}"
    );
    assert!(shown.contains("a=\"\\u{1b}]0;title\\u{7}\""), "{shown}");
    assert!(
        shown.contains("\n   :                   ^^^^^^\n"),
        "{shown}"
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
fn what_makes_a_run_impossible_is_in_every_format_too() {
    let folder = folder(&[
        ("web.config", TWICE.as_bytes()),
        (
            "conferry.toml",
            b"[lint]\nrules = [\"a.toml\"]\nselct = [\"PF\"]\n",
        ),
    ]);
    for format in FORMATS {
        let lint = |args: &[&str]| {
            let done = run(
                folder.path(),
                &[&["lint", "--format", format], args].concat(),
            );
            assert_eq!(done.code, 2, "{format}");
            done
        };
        let done = lint(&["web.config"]);
        for said in [&done.stdout, &done.stderr] {
            if format == "text" && said.is_empty() {
                continue;
            }
            assert!(
                said.contains("there is no such rule pack"),
                "{format}: {said}"
            );
            assert!(said.contains("selct"), "{format}: {said}");
            assert!(said.contains("conferry.toml"), "{format}: {said}");
        }
        let placed = match format {
            "github" => "::error file=conferry.toml,line=2,title=conferry lint::there is",
            "azure" => "##vso[task.logissue type=error;sourcepath=conferry.toml;linenumber=3]",
            _ => "",
        };
        assert!(done.stdout.contains(placed), "{format}: {}", done.stdout);
        if format == "sarif" {
            let invocation = &sarif_of(&done)["runs"][0]["invocations"][0];
            assert_eq!(invocation["executionSuccessful"], false);
        }
        for args in [
            &["web.config", "--no-config", "--baseline", "gone"][..],
            &["web.config", "--no-config", "--select", "PF999"],
        ] {
            assert_eq!(lint(args).stdout.is_empty(), format == "text", "{format}");
        }
        assert!(lint(&["-"]).stderr.contains("standard input"));
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

/// A minified file is one line; a finding must not cost more because others stand in that line.
#[test]
fn findings_in_one_line_cost_the_same_each() {
    let time = |count: usize| {
        let entries: String = (0..count)
            .map(|at| format!(r#"<add key="twice" value="{at}"/>"#))
            .collect();
        let text = format!("<configuration><appSettings>{entries}</appSettings></configuration>");
        let place = folder(&[("web.config", text.as_bytes())]);
        let runs = (0..2).map(|_| {
            let begun = std::time::Instant::now();
            let done = run(place.path(), &["lint", "web.config"]);
            assert_eq!(done.stdout.matches("[NET101]").count(), count - 1);
            begun.elapsed()
        });
        runs.min().unwrap()
    };
    let (few, many) = (time(500), time(4000));
    // Eight times the findings; it was more than fifty times the time.
    assert!(many < few * 24, "{few:?} for 500, {many:?} for 4,000");
}
