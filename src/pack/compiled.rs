//! The general pack, read ahead: git runs the merge driver once per file, and to
//! read the TOML takes longer than to merge.
//!
//! The rows stand in [`super::built_in`], which a test writes from
//! `rules/dotnet.toml` and compares with it.

use std::borrow::Cow;

use super::built_in::PACK;
use super::rules::{Action, Mark, PackInfo, Policy, Provenance, Rules, SecretRule, When};
use crate::config::identity::{ElementPath, IdentityRule, IdentityTable, KeyPath, index_of};
use crate::config::secrets::{LazySecrets, SecretTable};
use crate::xml::selector::Selector;

/// What a merge of branches needs of a pack.
pub(super) struct Compiled {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) version: &'static str,
    pub(super) discovery: &'static [Cow<'static, str>],
    pub(super) identities: &'static [IdentityRule],
    pub(super) ordered: &'static [ElementPath],
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

pub(super) const fn name(text: &'static str) -> Cow<'static, str> {
    Cow::Borrowed(text)
}

/// What an `[[identity]]` row says beside its keys.
pub(super) enum Flag {
    IgnoreCase,
    LastWins,
    Entry,
}

/// `[[identity]]`, for one element.
pub(super) const fn identity(
    element: &'static str,
    by: &'static [KeyPath],
    then_by: &'static [KeyPath],
    flags: &'static [Flag],
) -> IdentityRule {
    let mut rule = IdentityRule {
        element: path(element),
        by: Cow::Borrowed(by),
        then_by: Cow::Borrowed(then_by),
        ignore_case: false,
        last_wins: false,
        entry: false,
    };
    let mut at = 0;
    while at < flags.len() {
        match flags[at] {
            Flag::IgnoreCase => rule.ignore_case = true,
            Flag::LastWins => rule.last_wins = true,
            Flag::Entry => rule.entry = true,
        }
        at += 1;
    }
    rule
}

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
        secrets: LazySecrets::new(secrets),
        policies: pack
            .policies
            .iter()
            .map(|row| policy(pack, row))
            .collect::<Option<_>>()?,
        ..Rules::default()
    })
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
