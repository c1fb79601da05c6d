//! SARIF of `conferry lint`: places, fixes and fingerprints, over the examples of all rules.

use std::collections::HashSet;

use conferry::lint::Finding;
use conferry::pack::lint::Applicability;
use conferry::present::lint::{View, sarif};
use conferry::xml::{Edits, Span};
use serde_json::Value;

use crate::command::{folder, run};
use crate::lint_formats::{TWICE, each_example, list, rules, sarif_of};

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
    let findings: Vec<_> = (report.findings.iter())
        .chain(
            report
                .suppressed
                .iter()
                .map(|suppressed| &suppressed.finding),
        )
        .collect();
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
fn check_fix(view: &View<'_>, finding: &Finding, result: &Value) {
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
    let root = match cfg!(windows) {
        // There it would be a path of another kind.
        true => folder.path().to_owned(),
        false => folder.path().canonicalize().unwrap(),
    };
    let whole = root.join("a/web.config");
    let of = |path: &str| {
        let log = sarif_of(&run(&root, &["lint", path, "--format", "sarif"]));
        let result = &log["runs"][0]["results"][0];
        (
            result["partialFingerprints"].clone(),
            result["locations"].clone(),
        )
    };
    let first = of("a/web.config");
    assert!(first.0.is_object());
    for path in ["./a", ".", "a/../a/web.config", whole.to_str().unwrap()] {
        assert_eq!(of(path), first, "{path}");
    }
}
