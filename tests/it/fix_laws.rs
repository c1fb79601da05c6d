//! Promises of `lint --fix`, over the examples of every rule and over every file
//! there is: a fix changes the place that its finding names and no byte beside
//! it, a safe one raises no new finding, and fixing twice is fixing once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use conferry::lint::estate::{Estate, Input};
use conferry::lint::selection::Selection;
use conferry::lint::tree::Memory;
use conferry::lint::{Finding, Linter, examples, fix};
use conferry::pack::Rules;
use conferry::pack::lint::{Applicability, Example};
use conferry::xml::{Document, Edits, NodeId, Span};
use rayon::prelude::*;

use crate::laws::{Law, files};

fn rules() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(crate::compiled_pack::with_examples)
}

fn estate(files: &[(&str, Vec<u8>)]) -> Estate {
    let mut tree = Memory::default();
    for (path, bytes) in files {
        tree.insert(path, bytes.clone());
    }
    let tree = Arc::new(tree);
    let inputs = files.iter().map(|(path, _)| Input {
        label: (*path).to_owned(),
        path: PathBuf::from(path),
        tree: tree.clone(),
        place: None,
    });
    Estate::read(inputs.collect(), rules()).0
}

/// Fixes file by file as [`fix::apply`] says it does, in the simplest way there is, and looks
/// at each edit.
fn fixed_by_hand(
    linter: &Linter<'_>,
    name: &str,
    bytes: &[u8],
    allowed: Applicability,
) -> Result<Vec<u8>, String> {
    let mut bytes = bytes.to_owned();
    for _ in 0..10 {
        let estate = estate(&[(name, bytes.clone())]);
        let report = linter.run(&estate);
        let Some(document) = estate.subjects[0].document() else {
            return Ok(bytes);
        };
        let text = document.text();
        let mut edits = Edits::new();
        for finding in &report.findings {
            let Some(fix) = &finding.fix else { continue };
            let changes = |edit: &conferry::xml::edit::Edit| text[edit.span.range()] != edit.text;
            if fix.applicability < allowed || !fix.edits.iter().any(changes) {
                continue;
            }
            stays_at_its_place(document, finding)?;
            let mut tried = edits.clone();
            let fits =
                (fix.edits.iter()).all(|edit| tried.replace(edit.span, edit.text.clone()).is_ok());
            if fits {
                edits = tried;
            }
        }
        if edits.is_empty() {
            return Ok(bytes);
        }
        let mut changed = String::new();
        let mut copied = 0;
        for edit in edits.iter() {
            changed += &text[copied..edit.span.start as usize];
            changed += &edit.text;
            copied = edit.span.end as usize;
        }
        changed += &text[copied..];
        bytes = document.source().bytes_with(&changed);
    }
    Err("it does not come to rest".to_owned())
}

/// Every edit lies in an element that the finding or one of its related places is in, with the
/// white space around it.
fn stays_at_its_place(document: &Document, finding: &Finding) -> Law {
    let id = &rules().lints[finding.rule].provenance.id;
    if id == "XML110" {
        return only_line_ends(document, finding);
    }
    let related = finding.related.iter().map(|related| &related.place);
    let places: Vec<Span> = std::iter::once(&finding.place)
        .chain(related)
        .filter_map(|place| innermost(document, place.span))
        .map(|node| redirected_assembly(document, node).unwrap_or(node))
        .map(|node| with_space(document.text(), document.span(node)))
        .collect();
    for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
        if !places.iter().any(|place| place.contains(edit.span)) {
            return Err(format!(
                "{id} changes bytes {}..{}, which are not its place",
                edit.span.start, edit.span.end
            ));
        }
    }
    Ok(())
}

fn only_line_ends(document: &Document, finding: &Finding) -> Law {
    let is_end = |text: &str| text.chars().all(|c| matches!(c, '\r' | '\n'));
    let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
    for edit in edits {
        if !is_end(document.slice(edit.span)) || !is_end(&edit.text) {
            return Err("more than a line end changes".to_owned());
        }
    }
    Ok(())
}

/// A `dependentAssembly` without its redirect says nothing, so it goes with it; but only if it
/// holds nothing else, not even a comment.
fn redirected_assembly(document: &Document, redirect: NodeId) -> Option<NodeId> {
    let assembly = document.parent(redirect)?;
    let is_all = document.children(assembly).all(|child| {
        child == redirect
            || document.is_blank_text(child)
            || document.is_element(child) && document.local_name(child) == "assemblyIdentity"
    });
    (document.local_name(assembly) == "dependentAssembly" && is_all).then_some(assembly)
}

fn innermost(document: &Document, span: Span) -> Option<NodeId> {
    document
        .nodes()
        .filter(|node| document.is_element(*node))
        .filter(|node| document.span(*node).contains(span))
        .min_by_key(|node| document.span(*node).len())
}

fn with_space(text: &str, span: Span) -> Span {
    let start = text[..span.start as usize].trim_end().len();
    let behind = &text[span.end as usize..];
    Span::new(start, text.len() - behind.trim_start().len())
}

/// How often each rule finds something.
fn counts(findings: &[Finding]) -> BTreeMap<usize, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.rule).or_default() += 1;
    }
    counts
}

fn fix_laws(linter: &Linter<'_>, name: &str, bytes: &[u8], allowed: Applicability) -> Law {
    let estate = estate(&[(name, bytes.to_owned())]);
    if estate.subjects[0].document().is_none() {
        return Ok(());
    }
    let found = linter.run(&estate);
    let fixed = fix::apply(linter, &estate, allowed);
    if let Some((_, problem)) = fixed.problems.first() {
        return Err(format!("{allowed:?}: {problem}"));
    }
    let after = match fixed.documents.get(&0) {
        Some(document) => document.source().bytes_with(document.text()),
        None => bytes.to_owned(),
    };
    if after != fixed_by_hand(linter, name, bytes, allowed)? {
        return Err(format!("{allowed:?}: more than the edits was written"));
    }
    let again = self::estate(&[(name, after)]);
    if !fix::apply(linter, &again, allowed).documents.is_empty() {
        return Err(format!("{allowed:?}: what was fixed is fixed again"));
    }
    if allowed != Applicability::Safe {
        // Of a value that was mended more can be said than of one that was broken.
        return Ok(());
    }
    let (before, after) = (counts(&found.findings), counts(&fixed.report.findings));
    for (rule, count) in after {
        // A suppression may have nothing left to suppress.
        let id = &rules().lints[rule].provenance.id;
        if count > before.get(&rule).copied().unwrap_or(0) && !id.as_str().starts_with("CFY") {
            return Err(format!("{allowed:?}: fixing raises {id}"));
        }
    }
    Ok(())
}

fn check(all: &[(String, Vec<u8>)], law: impl Fn(&str, &[u8]) -> Law + Sync) {
    let wrong: Vec<String> = (all.par_iter())
        .filter_map(|(name, bytes)| {
            let problem = law(name, bytes).err()?;
            Some(format!("{name}: {problem}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const ALLOWED: [Applicability; 2] = [Applicability::Safe, Applicability::Unsafe];

#[test]
fn fixes_of_every_example() {
    let rules = rules();
    let mut tried = 0;
    for (at, rule) in rules.lints.iter().enumerate() {
        let id = &rule.provenance.id;
        let alone = Selection::new(rules, &[id.to_string()], &[]).unwrap();
        let all = Selection::new(rules, &[], &[]).unwrap();
        for example in &rule.invalid {
            for selection in [&alone, &all] {
                let linter = Linter { rules, selection };
                for (path, text) in configurations(example) {
                    for allowed in ALLOWED {
                        let done = fix_laws(&linter, path, &example.bytes(text), allowed);
                        assert_eq!(done, Ok(()), "{id}: {text}");
                    }
                }
            }
            tried += usize::from(rule.fix.is_some());
        }
        assert!(rule.fix.is_none() || !rule.invalid.is_empty(), "{id}");
        // What is found in the example as a whole can be demonstrated.
        if let Some(example) = rule.invalid.first() {
            assert!(
                !examples::demonstrate(rules, at, example)
                    .findings
                    .is_empty()
            );
        }
    }
    assert!(tried > 20, "only {tried} examples have a fix");
}

fn configurations(example: &Example) -> impl Iterator<Item = (&str, &str)> {
    let files = example.files.iter();
    files
        .filter(|(path, _)| path.ends_with(".config") || path.ends_with(".xml"))
        .map(|(path, text)| (path.as_str(), text.as_str()))
}

#[test]
fn fixes_of_every_file() {
    let rules = rules();
    let selection = &Selection::new(rules, &[], &[]).unwrap();
    let linter = Linter { rules, selection };
    let files = files();
    assert!(files.len() > 100);
    check(files, |_, bytes| {
        for allowed in ALLOWED {
            fix_laws(&linter, "web.config", bytes, allowed)?;
        }
        Ok(())
    });
}
