//! Fingerprints and baselines of `conferry lint`.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use conferry::lint::baseline::Baseline;
use conferry::lint::fingerprint::Fingerprints;
use conferry::lint::selection::Selection;
use conferry::lint::tree::Memory;
use conferry::lint::{Estate, Linter, Report, Subject, examples};
use conferry::pack::Rules;
use conferry::xml::Span;

use crate::command::{Run, folder, run};

const ONE: &str = "<configuration>\n  <appSettings>\n    <add key=\"a\" value=\"1\"/>\n    <add key=\"a\" value=\"2\"/>\n  </appSettings>\n</configuration>\n";

fn rules() -> Rules {
    crate::compiled_pack::with_examples()
}

/// What the rules find in a text.
fn look(rules: &Rules, selection: &Selection, text: &str) -> (Estate, Report) {
    let subject = Subject::new(
        "web.config".to_owned(),
        "web.config".into(),
        Arc::new(Memory::default()),
        text.as_bytes(),
        rules,
    );
    let subjects = vec![subject];
    let estate = Estate { subjects };
    let report = Linter { rules, selection }.run(&estate);
    (estate, report)
}

fn fingerprints(rules: &Rules, selection: &Selection, text: &str) -> Vec<String> {
    let (estate, report) = look(rules, selection, text);
    let prints = Fingerprints::new(rules, &estate);
    report
        .findings
        .iter()
        .map(|finding| prints.of(finding))
        .collect()
}

/// The first file of every example with a finding, and the rule that finds it.
fn examples_of(rules: &Rules) -> Vec<(Selection, String)> {
    let mut texts = Vec::new();
    for (at, rule) in rules.lints.iter().enumerate() {
        let id = rule.provenance.id.clone();
        let selection = Selection::new(rules, &[id.to_string()], &[]).unwrap();
        for example in rule
            .invalid
            .iter()
            .filter(|example| example.encoding.is_none())
        {
            let (estate, _) = examples::run(rules, at, example);
            let text = &example.files[0].1;
            if estate.subjects.len() == 1 && !look(rules, &selection, text).1.findings.is_empty() {
                texts.push((selection.clone(), text.clone()));
            }
        }
    }
    assert!(texts.len() > 50, "{}", texts.len());
    texts
}

#[test]
fn lines_that_come_and_go_change_no_fingerprint() {
    let rules = rules();
    let mut moved = 0;
    for (selection, text) in examples_of(&rules) {
        let root = text
            .match_indices('<')
            .find(|(at, _)| text[at + 1..].starts_with(char::is_alphabetic));
        let Some((root, _)) = root else { continue };
        let shifted = format!("{}\n<!-- a -->\n\n\n{}", &text[..root], &text[root..]);
        let (before, after) = (
            look(&rules, &selection, &text).1,
            look(&rules, &selection, &shifted).1,
        );
        let is_document = look(&rules, &selection, &text).0.subjects[0]
            .document()
            .is_some();
        if before.findings.len() != after.findings.len() || !is_document {
            continue;
        }
        moved += 1;
        assert_eq!(
            fingerprints(&rules, &selection, &text),
            fingerprints(&rules, &selection, &shifted),
            "{text}"
        );
    }
    assert!(moved > 50, "{moved}");
}

#[test]
fn line_ends_and_indentation_change_no_fingerprint() {
    let rules = rules();
    let selection = Selection::new(&rules, &["NET10".to_owned(), "SEC".to_owned()], &[]).unwrap();
    let first = fingerprints(&rules, &selection, ONE);
    assert!(!first.is_empty());
    let others = [
        ONE.replace('\n', "\r\n"),
        ONE.replace("    <", "\t<"),
        ONE.replace("\" value", "\"\n      value"),
    ];
    for other in others {
        assert_eq!(fingerprints(&rules, &selection, &other), first, "{other}");
    }
    let page = |debug: &str| {
        let compilation = format!("<compilation debug=\"{debug}\"/>");
        let text = format!("<configuration><system.web>{compilation}</system.web></configuration>");
        fingerprints(&rules, &selection, &text)
    };
    assert_eq!(page("true").len(), 1);
    assert_ne!(
        page("true"),
        page("True"),
        "another text is another finding"
    );
}

#[test]
fn no_fingerprint_depends_on_a_secret() {
    let rules = rules();
    let selection = Selection::new(&rules, &[], &[]).unwrap();
    let text = |secret: &str| {
        format!(
            "<configuration>\n<appSettings>\n<add key=\"PASSWORD\" value=\"{secret}\"/>\n<add key=\"PASSWORD\" value=\"{secret}\"/>\n\
             <!-- password={secret} -->\n</appSettings>\n<connectionStrings>\n<add name=\"a\" connectionString=\"Server=s;Password={secret}\"/>\n\
             <add name=\"a\" connectionString=\"Server=s;Password={secret}\"/>\n</connectionStrings>\n<system.web>\n\
             <identity impersonate=\"true\" userName=\"u\" password=\"{secret}\"/>\n</system.web>\n</configuration>\n"
        )
    };
    let one = fingerprints(&rules, &selection, &text("Hush7"));
    assert!(one.len() >= 2, "{one:?}");
    assert_eq!(one, fingerprints(&rules, &selection, &text("Other")));
    // Whatever place a finding has: here the whole text, and every secret of it alone.
    let places = |secret: &str| {
        let (estate, report) = look(&rules, &selection, &text(secret));
        let prints = Fingerprints::new(&rules, &estate);
        let whole = Span::new(0, text(secret).len());
        let secrets = prints.secrets(0).iter().copied();
        let spans: Vec<Span> = std::iter::once(whole).chain(secrets).collect();
        assert!(spans.len() > 5, "{}", spans.len());
        let at = |span| {
            let mut finding = report.findings[0].clone();
            finding.place.span = span;
            prints.of(&finding)
        };
        spans.into_iter().map(at).collect::<Vec<_>>()
    };
    assert_eq!(places("Hush7"), places("Other"));
    assert_eq!(places("Hush7"), places("Longer secret"));
    let broken =
        |secret: &str| format!("<a>\n<add key=\"PASSWORD\" value=\"{secret}&x\"/>\n</a>\n");
    let one = fingerprints(&rules, &selection, &broken("Hush7"));
    assert!(!one.is_empty());
    assert_eq!(one, fingerprints(&rules, &selection, &broken("Other")));
}

#[test]
fn equal_findings_are_told_apart_by_their_number() {
    let rules = rules();
    for (selection, text) in examples_of(&rules) {
        let (estate, report) = look(&rules, &selection, &text);
        let prints = Fingerprints::new(&rules, &estate);
        let mut all = prints.distinct(&report.findings, |_| "web.config");
        assert_eq!(all, prints.distinct(&report.findings, |_| "web.config"));
        let other = prints.distinct(&report.findings, |_| "app.config");
        assert!(all.iter().all(|print| !other.contains(print)));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), report.findings.len(), "{text}");
    }
}

fn lint(folder: &Path, args: &[&str]) -> Run {
    run(folder, &[&["lint"], args].concat())
}

#[test]
fn what_a_baseline_lists_is_not_reported_and_does_not_count() {
    let folder = folder(&[("web.config", ONE.as_bytes())]);
    let folder = folder.path();
    assert_eq!(lint(folder, &["."]).code, 1);
    let done = lint(folder, &[".", "--write-baseline", "known.json"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""));
    assert!(
        done.stderr
            .contains("Wrote known.json: 1 finding known from now on."),
        "{}",
        done.stderr
    );
    let written = fs::read_to_string(folder.join("known.json")).unwrap();
    assert_eq!(Baseline::read(&written).unwrap().text(), written);
    assert!(
        written.starts_with(
            "{\n  \"version\": 1,\n  \"findings\": [\n    {\"file\":\"web.config\",\"rule\":\"NET"
        ),
        "{written}"
    );

    let done = lint(folder, &[".", "--baseline", "known.json"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""));
    assert_eq!(
        done.stderr,
        "no findings in 1 file; 1 known from the baseline\n"
    );

    // The same again, with lines above and other line ends; the file is the same.
    let moved = ONE
        .replace("  <appSettings>", "\n\n  <appSettings>")
        .replace('\n', "\r\n");
    fs::write(folder.join("web.config"), moved).unwrap();
    let done = lint(
        folder,
        &[
            ".",
            "--baseline",
            "known.json",
            "--write-baseline",
            "known.json",
        ],
    );
    assert_eq!(done.code, 0, "{}", done.stdout);
    assert_eq!(
        fs::read_to_string(folder.join("known.json")).unwrap(),
        written
    );
}

#[test]
fn an_entry_takes_one_of_several_equal_findings() {
    let element = "<compilation debug=\"true\"/>";
    let text = |count: usize| {
        let all = vec![element; count].join("\n");
        format!(
            "<configuration>\n<location path=\"a\">\n<system.web>\n{all}\n</system.web>\n</location>\n</configuration>\n"
        )
    };
    let rules = rules();
    let selection = Selection::new(&rules, &["SEC102".to_owned()], &[]).unwrap();
    let linter = Linter {
        rules: &rules,
        selection: &selection,
    };
    let base = conferry::io::relative::absolute(Path::new("."));
    for (in_baseline, found, left, stale) in [
        (1, 2, 1, 0),
        (2, 2, 0, 0),
        (2, 1, 0, 1),
        (0, 2, 2, 0),
        (3, 1, 0, 2),
    ] {
        // The same text each time, so that all findings are equal but for their number.
        let (estate, mut report) = look(&rules, &selection, &text(1));
        let one = report.findings[0].clone();
        report.findings = vec![one.clone(); in_baseline];
        let baseline = Baseline::of(&report, &linter, &estate, &base);
        report.findings = vec![one; found];
        let known = baseline.take_known(&mut report, &linter, &estate, &base);
        assert_eq!((report.findings.len(), known.stale), (left, stale));
        assert_eq!(known.findings, found - left);
    }
}

#[test]
fn what_matches_nothing_any_more_is_told_and_renewed() {
    let folder = folder(&[("a.config", ONE.as_bytes()), ("b.config", ONE.as_bytes())]);
    let folder = folder.path();
    lint(folder, &[".", "--write-baseline", "known.json"]);
    let healed = ONE.replace("    <add key=\"a\" value=\"2\"/>\n", "");
    fs::write(folder.join("a.config"), healed).unwrap();
    let stale = "note: 1 entry of the baseline matches nothing any more; --write-baseline known.json renews it\n";
    let done = lint(folder, &[".", "--baseline", "known.json"]);
    assert_eq!(done.code, 0);
    assert!(done.stderr.ends_with(stale), "{}", done.stderr);
    // A run that does not look there cannot know.
    for args in [
        &["b.config"][..],
        &[".", "--select", "SEC"],
        &[".", "--ignore", "NET"],
    ] {
        let done = lint(folder, &[args, &["--baseline", "known.json"]].concat());
        assert!(!done.stderr.contains("note:"), "{args:?} {}", done.stderr);
    }
    let json = lint(
        folder,
        &[".", "--baseline", "known.json", "--format", "json"],
    )
    .stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json["baseline"],
        serde_json::json!({ "known": 1, "stale": 1 })
    );
    lint(folder, &[".", "--write-baseline", "known.json"]);
    let done = lint(folder, &[".", "--baseline", "known.json"]);
    assert_eq!(
        done.stderr,
        "no findings in 2 files; 1 known from the baseline\n"
    );
}

#[test]
fn paths_start_from_the_folder_of_the_baseline() {
    let folder = folder(&[("site/web.config", ONE.as_bytes()), ("ci/readme", b"")]);
    let folder = folder.path();
    lint(folder, &["site", "--write-baseline", "known.json"]);
    let whole = folder.join("site/web.config");
    for (from, path, baseline) in [
        ("site", "web.config", "../known.json"),
        ("ci", "../site", "../known.json"),
        ("ci", whole.to_str().unwrap(), "../known.json"),
        (".", "./site/../site", "./known.json"),
    ] {
        let done = lint(&folder.join(from), &[path, "--baseline", baseline]);
        assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{from} {path}");
    }
}

#[test]
fn a_bad_baseline_is_refused_with_its_place() {
    let folder = folder(&[
        ("web.config", ONE.as_bytes()),
        ("cut.json", b"{\n  \"version\": 1,\n  \"findings\": ["),
        (
            "other.json",
            b"{\n  \"version\": 1,\n  \"finding\": []\n}\n",
        ),
        ("new.json", b"{ \"version\": 9, \"findings\": [] }\n"),
        ("secret.json", b"{\n  \"password\": \"Hush7\"\n}\n"),
        ("value.json", b"{\n  \"version\": \"one\"\n}\n"),
        ("bytes.json", b"\xff\xfe{"),
    ]);
    for (baseline, says) in [
        ("cut.json", "line 3 column 15: it ends in the middle"),
        ("other.json", "line 3 column"),
        ("new.json", "it has version 9"),
        ("web.config", "line 1 column 1: it is not JSON"),
        ("secret.json", "unknown field `password`"),
        ("value.json", "a value of another kind"),
        ("bytes.json", "not UTF-8"),
        ("gone.json", "gone.json"),
    ] {
        let done = lint(folder.path(), &["web.config", "--baseline", baseline]);
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{baseline}");
        assert!(done.stderr.contains(says), "{baseline}: {}", done.stderr);
        assert!(
            !done.stderr.contains("Hush7"),
            "{baseline}: {}",
            done.stderr
        );
    }
}

#[test]
fn no_baseline_is_written_of_half_a_run() {
    let folder = folder(&[("web.config", ONE.as_bytes())]);
    let done = lint(
        folder.path(),
        &[
            "web.config",
            "gone.config",
            "--write-baseline",
            "known.json",
        ],
    );
    assert_eq!(done.code, 2);
    assert!(
        done.stderr.contains("the baseline was not written"),
        "{}",
        done.stderr
    );
    assert!(!folder.path().join("known.json").exists());
}

#[test]
fn a_part_of_the_estate_makes_no_entry_stale() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let known = tempfile::tempdir().unwrap();
    let known = known.path().join("known.json");
    let known = known.to_str().unwrap();
    let done = lint(root, &["fixtures/contoso", "--write-baseline", known]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let written = fs::read_to_string(known).unwrap();
    assert!(
        written.contains("PF109"),
        "no rule that compares files found anything"
    );
    for part in [
        "fixtures/contoso/old",
        "fixtures/contoso/server",
        "fixtures/contoso",
    ] {
        let done = lint(root, &[part, "--baseline", known]);
        assert!(!done.stderr.contains("note:"), "{part}: {}", done.stderr);
    }
}

#[test]
fn conferry_toml_and_baselines_go_together() {
    let override_of = |ignored: &str, path: &str| {
        format!("[[lint.override]]\npaths = [\"{path}\"]\nignore = [{ignored}]\nreason = \"x\"\n")
    };
    let folder = folder(&[
        ("a/a.config", ONE.as_bytes()),
        ("b/b.config", ONE.as_bytes()),
    ]);
    let folder = folder.path();
    let settings = |text: &str| fs::write(folder.join("conferry.toml"), text).unwrap();
    let compare = |args: &[&str]| lint(folder, &[args, &["--baseline", "known.json"]].concat());
    settings(&override_of("\"SEC105\", \"SEC106\"", "a/**"));
    let done = lint(folder, &[".", "--write-baseline", "known.json"]);
    assert!(done.stderr.contains("4 findings known"), "{}", done.stderr);
    let written = fs::read_to_string(folder.join("known.json")).unwrap();
    assert!(
        written.contains("\"file\":\"conferry.toml\",\"rule\":\"CFY103\""),
        "{written}"
    );
    // Whether an override is needed, a run over other files cannot know.
    for args in [&["."][..], &["b"], &["a"]] {
        let done = compare(&[args, &["--fail-on", "note"]].concat());
        assert_eq!(done.code, 0, "{args:?} {}{}", done.stdout, done.stderr);
        assert!(!done.stderr.contains("note:"), "{args:?} {}", done.stderr);
    }
    // Another word is another finding.
    settings(&override_of("\"SEC105\", \"SEC103\"", "a/**"));
    let done = compare(&[".", "--fail-on", "note"]);
    assert_eq!(done.code, 1);
    assert!(
        done.stdout.contains("nothing that SEC103 finds"),
        "{}",
        done.stdout
    );
    assert!(done.stderr.contains("note: 1 entry"), "{}", done.stderr);
    // A rule that conferry.toml switches off was not run, so nothing of it is stale.
    settings("[lint]\nignore = [\"NET\", \"CFY\"]\n");
    let done = compare(&["."]);
    assert_eq!(done.stderr, "no findings in 2 files\n");
    // Known findings are found again whatever their severity, and fail-on counts what is left.
    settings("[lint]\nfail-on = \"note\"\nignore = [\"CFY\"]\n[lint.severity]\nNET = \"note\"\n");
    assert_eq!(compare(&["."]).code, 0);
    let done = lint(folder, &["."]);
    assert_eq!(done.code, 1);
    assert!(
        done.stderr.starts_with("0 errors, 0 warnings, 2 notes"),
        "{}",
        done.stderr
    );
}

#[test]
fn what_cannot_be_is_said_before_anything_is_done() {
    let folder = folder(&[("a.config", ONE.as_bytes())]);
    let done = lint(
        folder.path(),
        &["a.config", "--diff", "--write-baseline", "known.json"],
    );
    assert_eq!(done.code, 2);
    assert!(!folder.path().join("known.json").exists());
    let done = lint(folder.path(), &["a.config", "--baseline", "known.json"]);
    assert_eq!(done.code, 2);
    assert!(
        done.stderr.contains("--write-baseline FILE` makes one"),
        "{}",
        done.stderr
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_a_link_names_too_is_fixed_once() {
    let twice = ONE.replace("value=\"2\"", "value=\"1\"");
    let folder = folder(&[("a.config", twice.as_bytes())]);
    let link = folder.path().join("link.config");
    std::os::unix::fs::symlink("a.config", &link).unwrap();
    let done = lint(folder.path(), &["link.config", "a.config", "--fix"]);
    assert_eq!(
        (done.code, done.stderr.as_str()),
        (0, "no findings in 1 file\n")
    );
    assert!(link.is_symlink());
}
