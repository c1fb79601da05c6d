//! `rename` rules that cannot be applied are errors or are named, never dropped in silence.
//! What they do in a merge is in `tests/cases/merge/rule-rename*`.

use conferry::merge::renaming::{RenameError, WhyNot, rename};
use conferry::pack::rules::Action;
use conferry::pack::{self, Rules};
use conferry::xml::Document;

/// The built-in rules and renames in `appSettings`, each from one key to another.
fn rules(renames: &[(&str, &str)]) -> Rules {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = renames
        .iter()
        .enumerate()
        .map(|(at, (from, to))| {
            format!(
                "[[merge]]\nid = \"r{at}\"\npath = \"/configuration/appSettings/add[@key='{from}']\"\n\
                 action = \"rename\"\nto = \"{to}\"\n"
            )
        })
        .collect();
    let path = folder.path().join("rules.toml");
    std::fs::write(&path, rows).unwrap();
    pack::load(&[path]).unwrap()
}

fn settings(keys: &[String]) -> Document {
    let entries: String = keys
        .iter()
        .map(|key| format!("<add key='{key}' value='1'/>"))
        .collect();
    let text = format!("<configuration><appSettings>{entries}</appSettings></configuration>");
    Document::from_bytes(text.as_bytes()).unwrap()
}

fn keys(document: &Document) -> Vec<String> {
    let entries = document
        .nodes()
        .filter(|node| document.is_element(*node) && document.local_name(*node) == "add");
    entries
        .map(|entry| document.value(entry, "key").unwrap().into_owned())
        .collect()
}

#[test]
fn a_file_that_could_not_be_read_with_its_new_keys_is_an_error() {
    let mut rules = rules(&[("a", "b")]);
    // Packs with such a rule are refused; rules can be made without a pack.
    let policy = rules.policies.last_mut().unwrap();
    policy.action = Action::Rename("\u{1}".to_owned());
    let old = settings(&["a".to_owned()]);
    let error = rename(&old, None, &rules).unwrap_err();
    assert!(matches!(error, RenameError::Unreadable(_)), "{error}");
}

#[test]
fn a_chain_of_keys_moves_as_a_whole_or_not_at_all() {
    let named = |range: std::ops::Range<usize>| -> Vec<String> {
        range.map(|at| format!("k{at}")).collect()
    };
    let all = named(0..40);
    let pairs: Vec<(&str, &str)> = (0..39)
        .map(|at| (all[at].as_str(), all[at + 1].as_str()))
        .collect();
    let rules = rules(&pairs);
    let free = settings(&all[..39]);
    let done = rename(&free, None, &rules).unwrap();
    assert_eq!(keys(&done.old), named(1..40));
    assert!(done.refused.is_empty());
    // The last key is taken, and so are, one after the other, all before it.
    let full = settings(&all);
    let done = rename(&full, Some(&free), &rules).unwrap();
    assert_eq!(keys(&done.old), all);
    assert_eq!(keys(done.base.as_ref().unwrap()), all[..39]);
    assert!(done.renamed.is_empty());
    assert_eq!(done.refused.len(), 39);
    assert!((done.refused.iter()).all(|refused| refused.why == WhyNot::TakenInOld));
}

#[test]
fn thousands_of_settings_under_one_rule_take_no_long_time() {
    let many: Vec<String> = (0..20_000).map(|at| format!("k{at}")).collect();
    let old = settings(&many);
    let mut rules = rules(&[("a", "same")]);
    let policy = rules.policies.last_mut().unwrap();
    policy.selector = conferry::xml::selector::Selector::parse("//appSettings/add").unwrap();
    let done = rename(&old, None, &rules).unwrap();
    assert_eq!((done.renamed.len(), done.refused.len()), (1, 19_999));
}
