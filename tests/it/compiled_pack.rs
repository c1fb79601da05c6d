//! The general packs as the build makes Rust of them say what `rules/dotnet/pack.toml` says.

use conferry::pack::load::BUILT_IN;
use conferry::pack::validate::{Builder, Trust};
use conferry::pack::{Rules, load_general};

#[test]
fn says_what_loading_the_toml_says() {
    let (id, text) = BUILT_IN[0];
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
