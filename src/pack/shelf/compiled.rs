//! The general packs, read before the crate was compiled: git runs the merge driver once per file, and
//! to read the TOML takes longer than to merge.
//!
//! `build/general.rs` writes the rows, by the code that reads every other pack.

use std::borrow::Cow;

use crate::config::identity::{ElementPath, IdentityRule, IdentityTable, KeyPath, index_of};
use crate::config::references::{Form, Mask, Reference, References, Target, mask_of};
use crate::config::secrets::{LazySecrets, SecretTable};
use crate::config::section_groups::{SectionGroup, SectionGroups};
use crate::config::terms::{Compare, Duplicates, Within};
use crate::pack::rules::{
    Action, Mark, PackId, PackInfo, Policy, PolicyId, Provenance, Rules, SecretRule, When,
};
use crate::xml::selector::Selector;

include!(concat!(env!("OUT_DIR"), "/general.rs"));

static MASK: Mask = mask_of(REFERENCES);

static INDEX: [(u32, u32); IDENTITIES.len()] = index_of(IDENTITIES);

static IDENTITY_TABLE: IdentityTable = IdentityTable::known(IDENTITIES, &INDEX, ORDERED, DISCOVERY);

/// The general rules; `None` if they do not compile, which a test excludes.
pub(super) fn rules() -> Option<Rules> {
    Some(Rules {
        packs: packs(),
        identities: IDENTITY_TABLE.clone(),
        references: References::known(REFERENCES, MASK),
        section_groups: SectionGroups::new(Cow::Borrowed(SECTION_GROUPS)),
        secrets: LazySecrets::new(secrets),
        policies: policies()?,
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
    for row in SECRETS {
        row.add_to(&mut table);
    }
    table
}
