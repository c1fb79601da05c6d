//! `conferry rules`: list, explain, check, test, schema, new.

use serde_json::Value;

use crate::command::{folder, run, tree};

const GOOD: &str = r#"
[[merge]]
id = "portal-password"
path = "/configuration/appSettings/add[@key='PORTAL_PASSWORD']/@value"
action = "set"
value = "Hush1"

[sources]
S = { cite = "somebody", url = "https://www.example.com/a" }

[[lint]]
id = "TEAM101"
name = "no-old-host"
severity = "error"
summary = "The old host is named"
why = "It is gone."
advice = "Name the new one."
source = "S"
select = "//add/@value"
message = "`{value}` is gone"
[lint.when]
equals = "old"
[lint.fix]
title = "name the new host"
applicability = "safe"
set = "new"
[[lint.valid]]
text = '<a><add value="older"/></a>'
[[lint.invalid]]
text = '<a><add value="old"/></a>'
fixed = '<a><add value="new"/></a>'
"#;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn help_is_as_reviewed() {
    let folder = folder(&[]);
    for (name, args) in [
        ("help_rules", &["rules", "--help"][..]),
        ("help_rules_list", &["rules", "list", "--help"]),
        ("help_rules_explain", &["rules", "explain", "--help"]),
        ("help_rules_check", &["rules", "check", "--help"]),
        ("help_rules_test", &["rules", "test", "--help"]),
        ("help_rules_schema", &["rules", "schema", "--help"]),
        ("help_rules_new", &["rules", "new", "--help"]),
    ] {
        let done = run(folder.path(), args);
        assert_eq!((done.code, done.stderr.as_str()), (0, ""));
        insta::assert_snapshot!(name, done.stdout);
    }
}

#[test]
fn a_new_pack_has_no_problem_and_its_examples_pass() {
    let folder = folder(&[]);
    for name in ["team", "a1-b", "a-very-long-name-of-a-team"] {
        let file = format!("{name}.toml");
        let made = run(folder.path(), &["rules", "new", name, "-o", &file]);
        assert_eq!(
            (made.code, made.stdout.as_str()),
            (0, ""),
            "{}",
            made.stderr
        );
        let checked = run(folder.path(), &["rules", "check", &file]);
        assert_eq!(checked.code, 0, "{}", checked.stdout);
        assert_eq!(checked.stderr, "no problems in 1 pack\n");
        let tested = run(folder.path(), &["rules", "test", &file]);
        assert_eq!((tested.code, tested.stdout.as_str()), (0, ""));
        assert_eq!(tested.stderr, "1 rule, 3 examples, 1 fix: all pass\n");
        let printed = run(folder.path(), &["rules", "new", name]);
        assert_eq!(tree(folder.path())[&file], printed.stdout.as_bytes());
    }
    for name in ["widgets", "a1-b"] {
        let made = run(folder.path(), &["rules", "new", name, "-o", name]);
        assert_eq!(
            (made.code, made.stdout.as_str()),
            (0, ""),
            "{}",
            made.stderr
        );
        let checked = run(folder.path(), &["rules", "check", name]);
        assert_eq!(checked.code, 0, "{}", checked.stdout);
        assert_eq!(checked.stderr, "no problems in 2 packs\n");
        let tested = run(folder.path(), &["rules", "test", name]);
        assert_eq!((tested.code, tested.stdout.as_str()), (0, ""));
        assert_eq!(tested.stderr, "1 rule, 3 examples, 1 fix: all pass\n");
        // As any folder that somebody makes here.
        let usual = folder.path().join(format!("usual-{name}"));
        std::fs::create_dir(&usual).unwrap();
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions();
        assert_eq!(mode(&folder.path().join(name)), mode(&usual));
        let again = run(folder.path(), &["rules", "new", "other", "-o", name]);
        assert_eq!(again.code, 2, "{}", again.stderr);
    }
    let before = tree(folder.path());
    let again = run(folder.path(), &["rules", "new", "other", "-o", "team.toml"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("help:"), "{}", again.stderr);
    assert_eq!(tree(folder.path()), before);
    for name in ["Team", "a", "1team", "te am", "../team", "team-", ""] {
        let refused = run(folder.path(), &["rules", "new", name, "-o", "x.toml"]);
        assert_eq!(refused.code, 2, "{name}");
    }
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn list_shows_what_was_asked_for() {
    let folder = folder(&[("team.toml", GOOD.as_bytes())]);
    let all = run(folder.path(), &["rules", "list", "--rules", "team.toml"]);
    assert_eq!((all.code, all.stderr.as_str()), (0, ""));
    let lines: Vec<&str> = all.stdout.lines().collect();
    assert!(lines[0].starts_with("id ") && lines[0].ends_with("summary"));
    assert!(lines.iter().any(|line| line.starts_with("TEAM101")
        && line.contains(" error ")
        && line.contains(" safe ")
        && line.contains(" no-old-host ")
        && line.ends_with("  The old host is named")));
    let ids = |args: &[&str]| -> Vec<String> {
        let mut all = vec!["rules", "list", "--format", "json", "--rules", "team.toml"];
        all.extend(args);
        let done = run(folder.path(), &all);
        assert_eq!(done.code, 0, "{}", done.stderr);
        let rows = json(&done.stdout)["rows"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| row["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids(&["--select", "TEAM"]), ["TEAM101"]);
    assert_eq!(
        ids(&["--select", "no-old-host,SEC102"]),
        ["SEC102", "TEAM101"]
    );
    assert!(
        ids(&["--severity", "note"])
            .iter()
            .all(|id| id != "TEAM101")
    );
    assert_eq!(
        ids(&["--kind", "merge", "--select", "portal-p"]),
        ["portal-password"]
    );
    let everything = ids(&["--kind", "all"]);
    assert!(everything.contains(&"vdir-user-portal".to_owned()));
    assert!(everything.contains(&"identity appSettings/add".to_owned()));
    let distinct: std::collections::BTreeSet<&String> = everything.iter().collect();
    assert!(distinct.len() > 100);
    let none = run(folder.path(), &["rules", "list", "--select", "ZZ"]);
    assert_eq!(none.code, 2);
}

#[test]
fn explain_says_all_there_is() {
    let folder = folder(&[("team.toml", GOOD.as_bytes())]);
    let explain = |args: &[&str]| {
        let mut all = vec!["rules", "explain", "--rules", "team.toml"];
        all.extend(args);
        run(folder.path(), &all)
    };
    let text = explain(&["TEAM101"]);
    assert_eq!((text.code, text.stderr.as_str()), (0, ""));
    insta::assert_snapshot!("rules_explain", text.stdout);
    assert_eq!(explain(&["no-old-host"]).stdout, text.stdout);
    assert_eq!(explain(&["team101"]).stdout, text.stdout);
    insta::assert_snapshot!(
        "rules_explain_markdown",
        explain(&["TEAM101", "--format", "markdown"]).stdout
    );
    let shown = json(&explain(&["TEAM101", "--format", "json"]).stdout);
    let rule = &shown["rules"][0];
    assert_eq!(
        rule["invalid"][0]["findings"][0],
        "web.config:1:16: `old` is gone"
    );
    assert_eq!(rule["sources"][0]["url"], "https://www.example.com/a");
    assert_eq!(rule["fix"]["applicability"], "safe");
    assert!(
        rule["fix"]["diff"]
            .as_str()
            .unwrap()
            .contains("+<a><add value=\"new\"/></a>")
    );

    // What reports of `merge` print in brackets.
    let merge = explain(&["ssl-required-carried", "known-default", "both-changed"]);
    assert_eq!(merge.code, 0);
    for part in [
        "SSL_REQUIRED is carried",
        "action = \"take-old\"",
        "When: a value equals",
        "both-changed",
    ] {
        assert!(merge.stdout.contains(part), "{part}\n{}", merge.stdout);
    }
    let secret = explain(&["portal-password"]);
    assert!(secret.stdout.contains("value = [secret]") && !secret.stdout.contains("Hush"));

    let unknown = explain(&["TEAM10", "debug-compilaton", "TEAM101"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (2, ""));
    assert!(
        unknown.stderr.contains("did you mean `TEAM101`?"),
        "{}",
        unknown.stderr
    );
    assert!(unknown.stderr.contains("did you mean `debug-compilation`?"));
    let several = explain(&["sec2"]);
    assert_eq!(several.code, 2);
    assert!(
        several
            .stderr
            .contains("`conferry rules list --select sec2`"),
        "{}",
        several.stderr
    );
}

#[test]
fn every_built_in_row_can_be_explained() {
    use conferry::present::rules::explained::Explained;
    let library = conferry::pack::catalog::Library::new(conferry::pack::texts::built_in()).unwrap();
    assert!(library.entries.len() > 150);
    for entry in &library.entries {
        let explained = Explained::of(&library, entry);
        assert!(explained.text().contains(entry.id.as_str()));
        assert!(!entry.written.is_empty(), "{}", entry.id);
        for (key, text) in &entry.written {
            let is_whole =
                text.starts_with(key.as_str()) && toml::from_str::<toml::Table>(text).is_ok();
            assert!(is_whole, "{}: {text}", entry.id);
        }
    }
    for (at, rule) in library.rules.lints.iter().enumerate() {
        let shown = conferry::lint::examples::demonstrate(&library.rules, at, &rule.invalid[0]);
        assert!(!shown.findings.is_empty(), "{}", rule.name);
    }
}

#[test]
fn check_shows_every_problem_and_what_looks_like_one() {
    let odd = r#"
sources.A = "cited"
sources.B = "not cited"

[[merge]]
id = "one"
path = "/configuration[2]/a"
action = "drop"
source = "A"

[[merge]]
id = "two"
path = "/a[@b='x'][@b='y']"
action = "drop"

[[merge]]
id = "three"
path = "/a[@b='x'][@b='y']"
action = "take-old"

[[merge]]
id = "ssl-required-carried"
path = "/configuration/a"
action = "drop"

[[lint]]
id = "TEAM101"
name = "odd"
severity = "note"
summary = "s"
why = "w"
advice = "a"
source = "A"
select = "//setting[ends-with(lower-case(@name), '_PfWsSdk')]/value/text()"
when = { not = { url = { host = { one-of = ["ok", "Contoso.com"] } } }, exists = "b[lower-case(.)='X']" }
message = "m"
invalid = ['<a/>']
"#;
    let folder = folder(&[
        ("odd.toml", odd.as_bytes()),
        (
            "bad.toml",
            b"[[merg]]\n[[merge]]\nid = \"a\"\npath = \"/a\"\naction = \"dorp\"\n",
        ),
        ("good.toml", GOOD.as_bytes()),
        ("binary.toml", b"\xff\xfe\x00\xd8"),
    ]);
    let odd = run(folder.path(), &["rules", "check", "odd.toml"]);
    assert_eq!(odd.code, 0, "{}", odd.stderr);
    insta::assert_snapshot!(
        "rules_check_remarks",
        format!("{}{}", odd.stdout, odd.stderr)
    );
    let bad = run(folder.path(), &["rules", "check", "bad.toml", "good.toml"]);
    assert_eq!(bad.code, 1);
    insta::assert_snapshot!(
        "rules_check_problems",
        format!("{}{}", bad.stdout, bad.stderr)
    );
    let bad = run(
        folder.path(),
        &["rules", "check", "bad.toml", "--format", "json"],
    );
    let problems = json(&bad.stdout)["packs"][0]["problems"].clone();
    assert_eq!(problems.as_array().unwrap().len(), 2);
    assert_eq!(
        (&problems[1]["line"], &problems[1]["column"]),
        (&5.into(), &10.into())
    );
    assert_eq!(problems[1]["help"], "did you mean `drop`?");
    for file in ["missing.toml", "binary.toml"] {
        let done = run(folder.path(), &["rules", "check", file, "bad.toml"]);
        assert_eq!(done.code, 2, "{file}");
        assert!(
            done.stdout.contains("dorp"),
            "the other pack is checked all the same"
        );
        assert!(done.stderr.contains("help:"));
    }
}

#[test]
fn test_runs_every_example() {
    let rule = |id: &str, name: &str, more: &str| {
        format!(
            "[[lint]]\nid = \"{id}\"\nname = \"{name}\"\nseverity = \"note\"\nsummary = \"s\"\nwhy = \"w\"\n\
             advice = \"a\"\nsource = \"S\"\nselect = \"//b/@c\"\nmessage = \"`{{value}}`\"\n{more}\n"
        )
    };
    let valid = "valid = ['<a/>']";
    let fix =
        "fix = { title = \"t\", applicability = \"safe\", set = \"2\" }\nwhen = { equals = \"1\" }";
    let restless = "fix = { title = \"t\", applicability = \"safe\", set = \"2\" }";
    let text = [
        "sources.S = \"s\"\n".to_owned(),
        rule("TEAM101", "good", &format!("{valid}\ninvalid = ['<a><b c=\"1\"/></a>']")),
        rule("TEAM102", "no-invalid", valid),
        rule("TEAM103", "no-valid", "invalid = ['<a><b c=\"1\"/></a>']"),
        rule("TEAM104", "finds", "valid = ['<a/>', '''<a>\n<b c=\"7\"/></a>''']\ninvalid = ['<a><b c=\"1\"/></a>']"),
        rule("TEAM105", "finds-not", &format!("{valid}\ninvalid = ['<a><b c=\"1\"/></a>', '<a/>']")),
        rule("TEAM106", "broken", &format!("{valid}\ninvalid = ['<a>']")),
        rule("TEAM107", "fixes-else", &format!("{fix}\n{valid}\ninvalid = {{ text = '<a><b c=\"1\"/></a>', fixed = '<a><b c=\"3\"/></a>' }}")),
        rule("TEAM108", "not-fixed", &format!("{restless}\n{valid}\ninvalid = {{ text = '<a><b c=\"1\"/></a>', fixed = '<a><b c=\"2\"/></a>' }}")),
        rule("TEAM109", "elsewhere", &format!("component = \"user-portal\"\n{valid}\ninvalid = ['<a><b c=\"1\"/></a>']")),
        rule("TEAM110", "good-fix", &format!("{fix}\n{valid}\ninvalid = {{ text = '<a><b c=\"1\"/></a>', fixed = '<a><b c=\"2\"/></a>' }}")),
    ]
    .concat();
    let folder = folder(&[("team.toml", text.as_bytes())]);
    let tested = run(folder.path(), &["rules", "test", "team.toml"]);
    assert_eq!(tested.code, 1, "{}", tested.stderr);
    insta::assert_snapshot!("rules_test", format!("{}{}", tested.stdout, tested.stderr));
    let shown = run(
        folder.path(),
        &["rules", "test", "team.toml", "--format", "json"],
    );
    let rules = json(&shown.stdout)["rules"].as_array().unwrap().clone();
    let failed: Vec<&str> = (rules.iter())
        .filter(|rule| !rule["failures"].as_array().unwrap().is_empty())
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    assert_eq!(failed.len(), 8);
    assert!(!failed.contains(&"TEAM101") && !failed.contains(&"TEAM110"));

    let built_in = run(folder.path(), &["rules", "test"]);
    assert_eq!((built_in.code, built_in.stdout.as_str()), (0, ""));
    assert!(built_in.stderr.ends_with(": all pass\n"));
    let unusable = run(folder.path(), &["rules", "test", "missing.toml"]);
    assert_eq!(unusable.code, 2);
}

#[test]
fn check_warns_of_packs_that_replace_rows_of_one_another() {
    let row = |id: &str, key: &str| {
        format!(
            "[[merge]]\nid = \"{id}\"\npath = \"//add[@key='{key}']/@value\"\naction = \"take-old\"\n"
        )
    };
    let (one, two) = (row("settle-1", "A"), row("settle-1", "B"));
    let built_in = row("ssl-required-carried", "C");
    let folder = folder(&[
        ("one.toml", one.as_bytes()),
        ("two.toml", two.as_bytes()),
        ("three.toml", built_in.as_bytes()),
    ]);
    let packs = ["one.toml", "two.toml", "three.toml"];
    let mut args = vec!["rules", "check", "--format", "json"];
    args.extend(packs);
    let done = run(folder.path(), &args);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let report = json(&done.stdout);
    let problem = |pack: usize| &report["packs"][pack]["problems"][0];
    assert_eq!(problem(1)["severity"], "warning");
    assert_eq!(
        problem(1)["message"],
        "`settle-1` takes the place of a row of one.toml"
    );
    assert!(problem(1)["help"].as_str().unwrap().contains("another id"));
    assert_eq!(problem(2)["severity"], "note");
}
