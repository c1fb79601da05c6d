//! Every lint rule of the built-in packs does what its own examples say.

use conferry::lint::examples;
use conferry::pack::Rules;
use conferry::present::failure::Style;
use conferry::present::lint::{View, json, text};
use conferry::xml::{Document, Span};

use crate::laws;

#[test]
fn examples_of_every_rule() {
    let rules = rules();
    assert!(rules.lints.len() >= 5);
    let failures: Vec<String> = (0..rules.lints.len())
        .flat_map(|at| examples::test(&rules, at))
        .map(|failure| failure.to_string())
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn rules() -> Rules {
    crate::compiled_pack::with_examples()
}

/// What a rule calls a secret, the excerpts must mask.
#[test]
fn secrets_of_examples_are_not_shown() {
    let rules = rules();
    let secrets = ["not-a-secret", "bm90LWEtc2VjcmV0", "0123456789ABCDEF"];
    let mut seen = 0;
    for (at, rule) in rules.lints.iter().enumerate() {
        if !rule.provenance.id.as_str().starts_with("SEC") {
            continue;
        }
        for example in &rule.invalid {
            let (_, content) = &example.files[0];
            if !secrets.iter().any(|secret| content.contains(secret)) {
                continue;
            }
            seen += 1;
            let (estate, report) = examples::run(&rules, at, example);
            let view = View::new(&rules, &estate, &report, false);
            let style = Style {
                color: false,
                unicode: true,
            };
            let mut shown = json::json(&view, &[], false, &conferry::present::run::Run::default());
            for finding in &report.findings {
                shown.push_str(&text::finding(&view, finding, style));
            }
            let leak = secrets.iter().find(|secret| shown.contains(**secret));
            assert_eq!(leak, None, "{}: {shown}", rule.provenance.id);
        }
    }
    assert!(seen >= 15, "{seen}");
}

/// An excerpt looks for secrets near its line only, and must find all that the whole file has there.
#[test]
fn secrets_near_a_line_are_those_of_the_file() {
    let rules = laws::rules();
    let mut seen = 0;
    for (name, bytes) in laws::files() {
        let Ok(document) = Document::from_bytes(bytes) else {
            continue;
        };
        let all = rules.secrets.spans(&rules.identities, &document);
        let mut start = 0;
        for line in document.text().split_inclusive('\n') {
            let line = Span::new(start, start + line.len());
            start = line.end as usize;
            let within = |spans: &[Span]| -> Vec<Span> {
                let clipped = spans.iter().map(|span| Span {
                    start: span.start.max(line.start),
                    end: span.end.min(line.end),
                });
                clipped.filter(|span| span.start < span.end).collect()
            };
            let near = rules.secrets.spans_near(&rules.identities, &document, line);
            assert_eq!(within(&near), within(&all), "{name}: {line:?}");
            seen += within(&all).len();
        }
    }
    assert!(seen > 50, "{seen}");
}
