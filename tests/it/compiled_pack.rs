//! What the build makes of the built-in packs says what their TOML says.

use std::collections::BTreeMap;

use conferry::pack::catalog::Library;
use conferry::pack::load::{BUILT_IN, BuiltIn};
use conferry::pack::validate::{Builder, Trust};
use conferry::pack::{Rules, load_for_lint, load_general, load_with_lint, load_with_plan, texts};

/// The rules of all built-in packs, read from their texts: with examples.
pub fn with_examples() -> Rules {
    Library::new(texts::built_in()).unwrap().rules
}

#[test]
fn packs_that_were_parsed_in_the_build_say_what_their_texts_say() {
    let (mut loaded, packed) = (with_examples(), load_with_plan(&[]).unwrap());
    for rule in &mut loaded.lints {
        assert!(!rule.valid.is_empty() && !rule.invalid.is_empty());
        (rule.valid, rule.invalid) = (Vec::new(), Vec::new());
    }
    assert_eq!(format!("{loaded:#?}"), format!("{packed:#?}"));
}

#[test]
fn lint_lacks_only_what_no_rule_asks() {
    let (all, lint) = (load_with_lint(&[]).unwrap(), load_for_lint(&[]).unwrap());
    let without = Rules {
        settings: Vec::new(),
        policies: Vec::new(),
        generations: Vec::new(),
        locations: Vec::new(),
        installers: Vec::new(),
        spellings: BTreeMap::new(),
        ..all
    };
    assert_eq!(format!("{without:#?}"), format!("{lint:#?}"));
}

#[test]
fn says_what_loading_the_toml_says() {
    let BuiltIn { id, text, .. } = BUILT_IN[0];
    let mut builder = Builder::default();
    builder.may_unmask = true;
    builder.add(text, id, Trust::Checked).unwrap();
    let (mut loaded, compiled) = (builder.finish(), load_general(&[]).unwrap());
    // It was added as if the user had given it, so that everything in it is checked.
    for policy in &mut loaded.policies {
        policy.provenance.given = false;
    }
    assert!(loaded.identities == compiled.identities);
    assert!(loaded.references == compiled.references);
    assert!(loaded.section_groups == compiled.section_groups);
    assert!(!compiled.references.rows().is_empty());
    assert!(!compiled.section_groups.rows().is_empty());
    assert!(!compiled.identities.discovery().is_empty());
    let said = |rules: &Rules| {
        let Rules {
            packs,
            secrets,
            policies,
            components,
            ..
        } = rules;
        format!("{packs:#?} {secrets:#?} {policies:#?} {components:#?}")
    };
    assert_eq!(said(&loaded), said(&compiled));
    assert!(!compiled.policies.is_empty());
}
