//! The general pack as it is compiled in says what `rules/dotnet/pack.toml` says.
//!
//! `CONFERRY_BLESS=1 cargo test --test it compiled_pack` writes
//! `src/pack/shelf/built_in.rs` anew.

use std::fmt::Write as _;
use std::fs;

use conferry::config::section_groups::{SectionGroup, SectionGroups};
use conferry::pack::file::{IdentityRow, MergeRow, PackFile, ReferenceRow, SecretRow, Text};
use conferry::pack::load::BUILT_IN;
use conferry::pack::validate::{Builder, Trust};
use conferry::pack::{Rules, load_general};

const FILE: &str = "src/pack/shelf/built_in.rs";

const HEAD: &str = "\
//! What `rules/dotnet/pack.toml` says, for the merge of branches; see [`super::compiled`].
//!
//! Written by `CONFERRY_BLESS=1 cargo test --test it compiled_pack`. Do not edit.

use super::compiled::Flag::*;
use super::compiled::{
    Compiled, Merge, Pointer, Secret, group, identity, keys, name, names, path, reference,
};
use crate::pack::rules::{Action, Mark};
use crate::config::identity::KeyPath;

";

#[test]
fn is_written_from_the_toml() {
    let (_, text) = BUILT_IN[0];
    let mut problems = Vec::new();
    let written = source(&PackFile::read(text, &mut problems));
    assert!(problems.is_empty());
    if std::env::var_os("CONFERRY_BLESS").is_some() {
        fs::write(FILE, &written).unwrap();
    }
    let found = fs::read_to_string(FILE).unwrap().replace("\r\n", "\n");
    assert!(
        found == written,
        "{FILE} is older than rules/dotnet/pack.toml; write it anew with CONFERRY_BLESS=1"
    );
}

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

fn source(file: &PackFile) -> String {
    let mut out = HEAD.to_owned();
    let text = |text: &Option<Text>| {
        let text = text.as_ref().map_or("", |text| text.get_ref().trim());
        format!("{text:?}")
    };
    let _ = writeln!(out, "pub(super) static PACK: Compiled = Compiled {{");
    for (key, value) in [
        ("id", &file.head.id),
        ("title", &file.head.title),
        ("version", &file.head.version),
    ] {
        let _ = writeln!(out, "    {key}: {},", text(value));
    }
    let names = file.discovery.iter();
    let names: Vec<String> = names
        .map(|text| format!("name({:?})", text.get_ref()))
        .collect();
    let names = names.join(", ");
    let _ = writeln!(out, "    discovery: &[{names}],\n    identities: &[");
    for (path, is_group) in section_groups(file).element_paths() {
        let once = if is_group { "" } else { "Once" };
        let _ = writeln!(
            out,
            "        identity({path:?}, keys![], keys![], &[{once}]),"
        );
    }
    file.identities
        .iter()
        .for_each(|row| identity(&mut out, row));
    let _ = writeln!(out, "    ],\n    ordered: &[");
    for row in &file.orders {
        let _ = writeln!(out, "        path({}),", text(&row.element));
    }
    let _ = writeln!(out, "    ],\n    references: &[");
    (file.references.iter()).for_each(|row| reference(&mut out, row));
    let _ = writeln!(out, "    ],\n    section_groups: &[");
    for row in section_groups(file).rows() {
        let members: Vec<&str> = row.members.iter().map(|name| &**name).collect();
        let _ = writeln!(out, "        group({:?}, names!{members:?}),", row.path);
    }
    let _ = writeln!(out, "    ],\n    secrets: &[");
    file.secrets.iter().for_each(|row| secret(&mut out, row));
    let _ = writeln!(out, "    ],\n    policies: &[");
    for row in &file.merges {
        assert!(
            is_plain(row),
            "src/pack/shelf/compiled.rs knows no such row"
        );
        let action = variant(row.action.as_ref().unwrap().get_ref());
        let mark = variant(row.about.mark.as_ref().unwrap().get_ref());
        let about = &row.about;
        let sources: Vec<&str> = about.source.iter().map(|s| s.get_ref().as_str()).collect();
        let _ = writeln!(
            out,
            "        Merge {{\n            id: {},\n            path: {},\n            action: Action::{action},\n            \
             summary: {},\n            why: {},\n            source: {:?},\n            mark: Mark::{mark},\n        }},",
            text(&about.id),
            text(&row.path),
            text(&about.summary),
            text(&about.why),
            sources.join(", "),
        );
    }
    out.push_str("    ],\n};\n");
    out
}

fn identity(out: &mut String, row: &IdentityRow) {
    let word = |text: &Option<Text>| text.as_ref().map(|text| variant(text.get_ref()));
    let flags: Vec<String> = [
        row.ignore_case.then(|| "IgnoreCase".to_owned()),
        word(&row.compare),
        word(&row.duplicates),
        row.once.then(|| "Once".to_owned()),
        (row.removes.as_ref()).map(|name| format!("Removes({:?})", name.get_ref())),
        row.entry.then(|| "Entry".to_owned()),
        (row.unique.as_ref()).map(|name| format!("Unique({:?})", name.get_ref())),
    ]
    .into_iter()
    .flatten()
    .collect();
    for element in &row.element {
        let _ = writeln!(
            out,
            "        identity({:?}, {}, {}, &[{}]),",
            element.get_ref(),
            keys(&row.by),
            keys(&row.then_by),
            flags.join(", ")
        );
    }
}

fn section_groups(file: &PackFile) -> SectionGroups {
    let names = |texts: &[Text]| {
        texts
            .iter()
            .map(|text| text.get_ref().clone().into())
            .collect()
    };
    let groups = file.section_groups.iter().map(|row| SectionGroup {
        path: match row.path.as_ref().unwrap().get_ref().as_str() {
            "configuration" => "".into(),
            path => path.to_owned().into(),
        },
        members: names(&row.members),
    });
    SectionGroups::new(groups.collect())
}

fn reference(out: &mut String, row: &ReferenceRow) {
    let within = row.within.as_ref().map(|word| word.get_ref().as_str());
    let flags: Vec<String> = [
        row.ignore_case.then(|| "Pointer::IgnoreCase".to_owned()),
        row.list.then(|| "Pointer::List".to_owned()),
        (within == Some("element")).then(|| "Pointer::WithinElement".to_owned()),
        (row.unless.as_ref()).map(|name| format!("Pointer::Unless({:?})", name.get_ref())),
        (row.form.as_ref()).map(|form| format!("Pointer::Form({:?})", form.get_ref())),
    ]
    .into_iter()
    .flatten()
    .collect();
    let inherited: Vec<&str> = row
        .inherited
        .iter()
        .map(|name| name.get_ref().as_str())
        .collect();
    for from in &row.from {
        let (element, attribute) = from.get_ref().rsplit_once('@').unwrap();
        let _ = writeln!(
            out,
            "        reference({:?}, {attribute:?}, {:?}, &[{}], names!{inherited:?}),",
            element.trim_end_matches('/'),
            row.to.as_ref().unwrap().get_ref(),
            flags.join(", "),
        );
    }
}

fn secret(out: &mut String, row: &SecretRow) {
    let _ = writeln!(out, "        Secret {{");
    for (key, list) in [
        ("select", &row.select),
        ("names", &row.names),
        ("keys", &row.keys),
        ("parts", &row.parts),
        ("beside", &row.beside),
        ("words", &row.words),
        ("except", &row.except),
    ] {
        let texts: Vec<&str> = list.iter().map(|text| text.get_ref().as_str()).collect();
        let _ = writeln!(out, "            {key}: &{texts:?},");
    }
    let _ = writeln!(out, "        }},");
}

/// `keys!["a", "b"]`
fn keys(texts: &[Text]) -> String {
    let texts: Vec<&str> = texts.iter().map(|text| text.get_ref().as_str()).collect();
    format!("keys!{texts:?}")
}

/// Whether the row has nothing but what every row may have.
fn is_plain(row: &MergeRow) -> bool {
    [
        &row.component,
        &row.value,
        &row.to,
        &row.pattern,
        &row.replacement,
        &row.when,
    ]
    .iter()
    .all(|argument| argument.is_none())
}

/// `higher-version` as the variant is called.
fn variant(word: &str) -> String {
    word.split('-')
        .map(|part| part[..1].to_uppercase() + &part[1..])
        .collect()
}
