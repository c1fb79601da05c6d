//! The general pack, read ahead: git runs the merge driver once per file, and to
//! read the TOML takes longer than to merge.
//!
//! The rows stand in [`super::built_in`], which a test writes from
//! `rules/dotnet/pack.toml` and compares with it.

use std::borrow::Cow;

use super::built_in::PACK;
use crate::config::identity::{
    Compare, Duplicates, ElementPath, IdentityRule, IdentityTable, KeyPath, index_of,
};
use crate::config::references::{Form, Reference, References, Target, Within, mask_of};
use crate::config::secrets::{LazySecrets, SecretTable};
use crate::config::section_groups::{SectionGroup, SectionGroups};
use crate::pack::rules::{Action, Mark, PackInfo, Policy, Provenance, Rules, SecretRule, When};
use crate::xml::selector::Selector;

/// What a merge of branches needs of a pack.
pub(super) struct Compiled {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) version: &'static str,
    pub(super) discovery: &'static [Cow<'static, str>],
    pub(super) identities: &'static [IdentityRule],
    pub(super) ordered: &'static [ElementPath],
    pub(super) references: &'static [Reference],
    pub(super) section_groups: &'static [SectionGroup],
    pub(super) secrets: &'static [Secret],
    pub(super) policies: &'static [Merge],
}

/// `[[secret]]`.
pub(super) struct Secret {
    pub(super) select: &'static [&'static str],
    pub(super) names: &'static [&'static str],
    pub(super) keys: &'static [&'static str],
    pub(super) parts: &'static [&'static str],
    pub(super) beside: &'static [&'static str],
    pub(super) words: &'static [&'static str],
    pub(super) except: &'static [&'static str],
}

/// `[[merge]]`, for all components, always.
pub(super) struct Merge {
    pub(super) id: &'static str,
    pub(super) path: &'static str,
    pub(super) action: Action,
    pub(super) summary: &'static str,
    pub(super) why: &'static str,
    pub(super) source: &'static str,
    pub(super) mark: Mark,
}

pub(super) const fn path(text: &'static str) -> ElementPath {
    ElementPath::known(text)
}

/// What identifies an element.
macro_rules! keys {
    ($($key:literal),*) => {{
        const KEYS: &[KeyPath] = &[$(KeyPath::known($key)),*];
        KEYS
    }};
}
pub(super) use keys;

/// A list of names.
macro_rules! names {
    ($($name:literal),*) => {{
        const NAMES: &[std::borrow::Cow<'static, str>] = &[$(name($name)),*];
        NAMES
    }};
}
pub(super) use names;

pub(super) const fn name(text: &'static str) -> Cow<'static, str> {
    Cow::Borrowed(text)
}

/// What an `[[identity]]` row says beside its keys.
#[allow(dead_code)] // no row of the pack need use every word
pub(super) enum Flag {
    IgnoreCase,
    AssemblyName,
    LastWins,
    FirstWins,
    RefusedByNet,
    RefusedByIis,
    Once,
    Removes(&'static str),
    Entry,
    Unique(&'static str),
}

/// `[[identity]]`, for one element.
pub(super) const fn identity(
    element: &'static str,
    by: &'static [KeyPath],
    then_by: &'static [KeyPath],
    flags: &'static [Flag],
) -> IdentityRule {
    let (mut compare, mut duplicates) = (Compare::Exactly, Duplicates::Unsaid);
    let (mut once, mut removes, mut entry, mut unique) = (false, None, false, None);
    let mut at = 0;
    while at < flags.len() {
        match flags[at] {
            Flag::IgnoreCase => compare = Compare::IgnoreCase,
            Flag::AssemblyName => compare = Compare::AssemblyName,
            Flag::LastWins => duplicates = Duplicates::LastWins,
            Flag::FirstWins => duplicates = Duplicates::FirstWins,
            Flag::RefusedByNet => duplicates = Duplicates::RefusedByNet,
            Flag::RefusedByIis => duplicates = Duplicates::RefusedByIis,
            Flag::Once => once = true,
            Flag::Removes(name) => removes = Some(name),
            Flag::Entry => entry = true,
            Flag::Unique(name) => unique = Some(name),
        }
        at += 1;
    }
    IdentityRule {
        element: path(element),
        by: Cow::Borrowed(by),
        then_by: Cow::Borrowed(then_by),
        compare,
        duplicates,
        once,
        removes: borrowed(removes),
        entry,
        unique: borrowed(unique),
    }
}

const fn borrowed(text: Option<&'static str>) -> Option<Cow<'static, str>> {
    match text {
        Some(text) => Some(Cow::Borrowed(text)),
        None => None,
    }
}

/// What a `[[reference]]` row says beside its places.
pub(super) enum Pointer {
    IgnoreCase,
    List,
    WithinElement,
    Unless(&'static str),
    Form(&'static str),
}

/// `[[reference]]`, for one attribute; `element` is empty for any.
pub(super) const fn reference(
    element: &'static str,
    attribute: &'static str,
    target: &'static str,
    flags: &'static [Pointer],
    inherited: &'static [Cow<'static, str>],
) -> Reference {
    let (mut within, mut compare) = (Within::Document, Compare::Exactly);
    let (mut list, mut unless, mut form) = (false, None, None);
    let mut at = 0;
    while at < flags.len() {
        match flags[at] {
            Pointer::IgnoreCase => compare = Compare::IgnoreCase,
            Pointer::List => list = true,
            Pointer::WithinElement => within = Within::Element,
            Pointer::Unless(name) => unless = Some(name),
            Pointer::Form(text) => form = Some(text),
        }
        at += 1;
    }
    Reference {
        element: match element.is_empty() {
            true => None,
            false => Some(path(element)),
        },
        attribute: Cow::Borrowed(attribute),
        target: Target::known(target),
        within,
        compare,
        list,
        form: match form {
            Some(text) => Some(Form::known(text)),
            None => None,
        },
        unless: borrowed(unless),
        inherited: Cow::Borrowed(inherited),
    }
}

/// `[[section-group]]`.
pub(super) const fn group(
    path: &'static str,
    members: &'static [Cow<'static, str>],
) -> SectionGroup {
    SectionGroup {
        path: Cow::Borrowed(path),
        members: Cow::Borrowed(members),
    }
}

static MASK: u64 = mask_of(PACK.references);

static INDEX: [(u32, u32); PACK.identities.len()] = index_of(PACK.identities);

/// The general rules; `None` if they do not compile, which a test excludes.
pub(super) fn rules() -> Option<Rules> {
    let pack = &PACK;
    Some(Rules {
        packs: vec![PackInfo {
            id: pack.id.to_owned(),
            title: pack.title.to_owned(),
            version: pack.version.to_owned(),
        }],
        identities: IdentityTable::known(pack.identities, &INDEX, pack.ordered, pack.discovery),
        references: References::known(pack.references, MASK),
        section_groups: SectionGroups::new(Cow::Borrowed(pack.section_groups)),
        secrets: LazySecrets::new(secrets),
        policies: pack
            .policies
            .iter()
            .map(|row| policy(pack, row))
            .collect::<Option<_>>()?,
        ..Rules::default()
    })
}

/// What is secret wherever no other rules are known.
pub(super) fn known_secrets() -> &'static SecretTable {
    static KNOWN: LazySecrets = LazySecrets::new(secrets);
    &KNOWN
}

/// What is secret; selectors that do not compile, which a test excludes, are left out.
fn secrets() -> SecretTable {
    let mut table = SecretTable::default();
    let known = |texts: &[&'static str]| texts.iter().copied().map(Cow::Borrowed).collect();
    for row in PACK.secrets {
        let selectors = row.select.iter();
        let rule = SecretRule {
            selectors: selectors
                .filter_map(|select| Selector::parse(select).ok())
                .collect(),
            names: known(row.names),
            keys: known(row.keys),
            parts: known(row.parts),
            beside: known(row.beside),
            words: known(row.words),
            except: known(row.except),
        };
        rule.add_to(&mut table);
    }
    table
}

fn policy(pack: &Compiled, row: &Merge) -> Option<Policy> {
    Some(Policy {
        provenance: Provenance {
            id: row.id.to_owned(),
            pack: pack.id.to_owned(),
            summary: row.summary.to_owned(),
            why: row.why.to_owned(),
            source: row.source.to_owned(),
            mark: row.mark,
            given: false,
        },
        component: None,
        selector: Selector::parse(row.path).ok()?,
        action: row.action.clone(),
        when: When::Always,
    })
}
