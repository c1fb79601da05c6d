//! What must hold for any bytes at all. The fuzz targets try them on what the
//! fuzzer makes up; `tests/it/fuzz_laws.rs` on fixtures and damaged copies.
#![allow(dead_code)] // each target uses one of them

pub mod mutate;
pub mod other_inputs;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use conferry::lint::estate::{Estate, Input};
use conferry::lint::fix;
use conferry::lint::selection::Selection;
use conferry::lint::tree::Memory;
use conferry::lint::{Linter, Report};
use conferry::merge::branches::{Versions, merge_versions};
use conferry::merge::finish::{Settle, finish};
use conferry::merge::markers::{Markers, Style};
use conferry::merge::{DecidedBy, Inputs, Mode};
use conferry::pack::lint::Applicability;
use conferry::pack::{Rules, load_for_lint, load_general};
use conferry::present::failure;
use conferry::present::lint::{View, annotations, json, markdown, sarif, text};
use conferry::xml::tokens::Tokens;
use conferry::xml::{Document, Span};

/// Stands between the three versions in the input of `merge`.
pub const SEPARATOR: &[u8] = b"\n\x00\n";

fn rules() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| load_for_lint(&[]).expect("built-in packs load"))
}

/// What is true of .NET in general: an upgrade is merged by it where no product is known.
fn general() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| load_general(&[]).expect("the built-in pack loads"))
}

fn everything() -> &'static Selection {
    static ALL: OnceLock<Selection> = OnceLock::new();
    ALL.get_or_init(|| Selection::new(rules(), &[], &[]).expect("no words, none unknown"))
}

/// Reading never fails otherwise than with an error; what is read is written back
/// as it was, and tokens tile the text.
pub fn parse(bytes: &[u8]) {
    let Ok(document) = Document::from_bytes(bytes) else {
        return;
    };
    let text = document.text();
    assert!(
        document.source().bytes_with(text) == bytes,
        "not the bytes that were read"
    );
    let mut at = 0;
    for token in Tokens::new(text) {
        let token = token.expect("a document has only whole tokens");
        assert_eq!(token.span.start, at, "tokens leave a gap or overlap");
        at = token.span.end;
    }
    assert_eq!(at as usize, text.len(), "tokens end before the text does");
    for node in document.nodes() {
        assert!(
            text.get(document.span(node).range()).is_some(),
            "a span cuts a character"
        );
    }
}

/// Lint finds places inside the text, says the same twice, and its fixes come to
/// rest: fixed once is fixed.
pub fn lint(bytes: &[u8]) {
    let linter = Linter {
        rules: rules(),
        selection: everything(),
    };
    let estate = estate(bytes);
    let report = linter.run(&estate);
    show(&estate, &report);
    let again = linter.run(&estate);
    assert_eq!(
        report.findings.len(),
        again.findings.len(),
        "two runs differ"
    );
    let fixed = fix::apply(&linter, &estate, Applicability::Unsafe);
    assert!(
        fixed.problems.is_empty(),
        "fixes were given up: {:?}",
        fixed.problems
    );
    if let Some(document) = fixed.documents.get(&0) {
        let text = document.text();
        let estate = self::estate(&document.source().bytes_with(text));
        let twice = fix::apply(&linter, &estate, Applicability::Unsafe);
        assert!(twice.documents.is_empty(), "what was fixed is fixed again");
    }
}

fn estate(bytes: &[u8]) -> Estate {
    let mut tree = Memory::default();
    tree.insert("web.config", bytes.to_owned());
    let input = Input {
        label: "web.config".to_owned(),
        path: PathBuf::from("web.config"),
        tree: Arc::new(tree),
        place: None,
    };
    Estate::read(vec![input], rules()).0
}

fn show(estate: &Estate, report: &Report) {
    let source = estate.subjects[0].source();
    let inside = |span: Span| match source {
        Some(source) => source.text().get(span.range()).is_some(),
        None => span.is_empty(),
    };
    for finding in &report.findings {
        assert!(
            inside(finding.place.span),
            "a finding lies outside the text"
        );
        for related in &finding.related {
            assert!(
                inside(related.place.span),
                "a related place lies outside the text"
            );
        }
    }
    let view = View::new(rules(), estate, report, false);
    let style = failure::Style {
        color: false,
        unicode: false,
    };
    for finding in report.findings.iter().take(20) {
        assert!(!text::finding(&view, finding, style).is_empty());
    }
    assert!(
        json::json(&view, &[], false, &conferry::present::run::Run::default()).ends_with("}\n")
    );
    assert!(sarif::sarif(&view, &[]).ends_with("}\n"));
    let lines = annotations::github(&view, &[]) + &annotations::azure(&view, &[]);
    assert_eq!(lines.lines().count(), 2 * report.findings.len());
    assert!(markdown::markdown(&view, &[], false).len() < 65_536);
}

/// A merge of branches ends in a document or in an answer why not; a side that
/// changed nothing gives way, and who is who does not decide how many conflicts there are.
pub fn merge(bytes: &[u8]) {
    let mut parts = split(bytes);
    let (Some(base), Some(ours), Some(theirs)) = (parts.next(), parts.next(), parts.next()) else {
        return;
    };
    let merged = merged(base, ours, theirs);
    if let Some((result, 0)) = &merged {
        // What one side alone changed is taken as it is, even if it is broken.
        let is_input = [base, ours, theirs].contains(&result.as_slice());
        assert!(
            is_input || Document::from_bytes(result).is_ok(),
            "a clean result is no document"
        );
    }
    let swapped = self::merged(base, theirs, ours);
    // One side alone may have an encoding that cannot hold a name of the other.
    if let (Some((_, one)), Some((_, other))) = (&merged, &swapped) {
        assert_eq!(
            *one > 0,
            *other > 0,
            "swapped sides do not agree whether there is a conflict"
        );
    }
    let one_sided = self::merged(base, base, theirs);
    if let Some((result, conflicts)) = one_sided {
        assert!(
            conflicts == 0 && result == theirs,
            "a change of one side alone is lost"
        );
    }
    upgrade(base, ours);
    upgrade(base, theirs);
}

/// An administrator who changed nothing gets the new file, and a new version that changed nothing
/// gives back the administrator's file, byte for byte both; but for rules that decide otherwise.
pub fn upgrade(base: &[u8], other: &[u8]) {
    let (Ok(base), Ok(other)) = (Document::from_bytes(base), Document::from_bytes(other)) else {
        return;
    };
    if base.local_name(base.root()) != other.local_name(other.root()) {
        return;
    }
    let wanted = other.source().bytes_with(other.text());
    for (law, old, new) in [
        ("old == base -> new", &base, &other),
        ("new == base -> old", &other, &base),
    ] {
        for mode in [Mode::Upgrade, Mode::Branches] {
            let inputs = Inputs {
                base: Some(&base),
                incoming: old,
                carrier: new,
                mode,
                rules: general(),
                rewrite: None,
                joins_renamed: true,
                reports: true,
            };
            let merged =
                conferry::merge::merge(inputs).expect("documents with one root are merged");
            let by_rule = |by: &DecidedBy| matches!(by, DecidedBy::Rule(_));
            if merged
                .decisions
                .iter()
                .any(|decision| by_rule(&decision.by))
            {
                continue;
            }
            assert_eq!(merged.conflicts.len(), 0, "{law} has conflicts ({mode:?})");
            match finish(&inputs, &merged, Settle::Carrier) {
                Ok(finished) => assert!(finished.bytes == wanted, "{law} does not hold ({mode:?})"),
                // A file that the second reader of branches reads otherwise is merged as text.
                Err(_) if mode == Mode::Branches => {}
                Err(error) => panic!("{law}: {error} ({mode:?})"),
            }
        }
    }
}

fn merged(base: &[u8], ours: &[u8], theirs: &[u8]) -> Option<(Vec<u8>, usize)> {
    let markers = || Markers {
        style: Style::Merge,
        size: 7,
        carrier: "ours".to_owned(),
        base: "base".to_owned(),
        incoming: "theirs".to_owned(),
    };
    let versions = Versions::borrowed(base, ours, theirs);
    let merged = merge_versions(versions, rules(), markers).ok()?;
    assert_eq!(merged.is_ours, merged.bytes == ours, "it is or is not ours");
    Some((merged.bytes, merged.conflicts.len()))
}

/// The versions in the input of `merge`.
pub fn split(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let all = rest?;
        let found = all
            .windows(SEPARATOR.len())
            .position(|window| window == SEPARATOR);
        rest = found.map(|at| &all[at + SEPARATOR.len()..]);
        Some(&all[..found.unwrap_or(all.len())])
    })
}
