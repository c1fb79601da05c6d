//! The identity table: what tells an element from its siblings.
//!
//! The table is filled from rule packs (`[[identity]]`, `[[order]]` and
//! `[discovery]`). Where it has no row for an element, callers fall back on
//! [`IdentityTable::discovery`].

use std::borrow::Cow;

use crate::xml::{Document, NodeId};

mod compare;
mod paths;

pub use super::terms::{Compare, Duplicates};
use paths::{EMPTY, hashed_name};
pub use paths::{ElementPath, KeyPath};

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityRule {
    /// Which elements it is for.
    pub element: ElementPath,
    /// What identifies them. Empty: the name alone does.
    pub by: Cow<'static, [KeyPath]>,
    /// What tells those apart that agree in `by`.
    pub then_by: Cow<'static, [KeyPath]>,
    /// How values of the identity compare.
    pub compare: Compare,
    /// What several elements with one identity mean.
    pub duplicates: Duplicates,
    /// Whether there can be one under its parent only.
    pub once: bool,
    /// Local name of the entries that it takes out of the collection, for a `remove`.
    pub removes: Option<Cow<'static, str>>,
    /// Whether the element with all it holds is one setting in the account.
    pub entry: bool,
    /// An attribute besides the identity whose value no other one under its parent may have.
    pub unique: Option<Cow<'static, str>>,
}

impl IdentityRule {
    /// What is true of a section, or of a group of sections, that no row speaks of.
    #[must_use]
    pub const fn of_section(element: ElementPath, is_group: bool) -> Self {
        Self {
            element,
            by: Cow::Borrowed(&[]),
            then_by: Cow::Borrowed(&[]),
            compare: Compare::Exactly,
            duplicates: Duplicates::Unsaid,
            once: !is_group,
            removes: None,
            entry: false,
            unique: None,
        }
    }

    /// Whether `attribute` of the element itself is part of its identity.
    #[must_use]
    pub fn identifies_by(&self, attribute: &str) -> bool {
        self.by
            .iter()
            .any(|key| key.child().is_none() && key.attribute() == attribute)
    }
}

/// All rows, and the fallbacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentityTable {
    rules: Cow<'static, [IdentityRule]>,
    /// Bucket and position of every rule, sorted.
    index: Cow<'static, [(u32, u32)]>,
    ordered: Cow<'static, [ElementPath]>,
    discovery: Cow<'static, [Cow<'static, str>]>,
}

impl IdentityTable {
    /// A table of `rules`, of which a later one takes precedence over an earlier
    /// one that is as specific; of the containers in which order matters; and of
    /// the attribute names that may identify elements without a row, best first.
    #[must_use]
    pub fn new(
        rules: Cow<'static, [IdentityRule]>,
        ordered: Cow<'static, [ElementPath]>,
        discovery: Cow<'static, [Cow<'static, str>]>,
    ) -> Self {
        let mut index: Vec<(u32, u32)> = (rules.iter().zip(0..))
            .map(|(rule, at)| (rule.element.bucket, at))
            .collect();
        index.sort_unstable();
        Self {
            rules,
            index: index.into(),
            ordered,
            discovery,
        }
    }

    /// As [`Self::new`], of what is known when the program is compiled; `index` is [`index_of`] the rules.
    #[must_use]
    pub const fn known(
        rules: &'static [IdentityRule],
        index: &'static [(u32, u32)],
        ordered: &'static [ElementPath],
        discovery: &'static [Cow<'static, str>],
    ) -> Self {
        Self {
            rules: Cow::Borrowed(rules),
            index: Cow::Borrowed(index),
            ordered: Cow::Borrowed(ordered),
            discovery: Cow::Borrowed(discovery),
        }
    }

    /// The attribute names that may identify elements without a row, best first.
    #[must_use]
    pub fn discovery(&self) -> &[Cow<'static, str>] {
        &self.discovery
    }

    /// The row for `element`, if there is one.
    #[must_use]
    pub fn rule_for(&self, document: &Document, element: NodeId) -> Option<&IdentityRule> {
        let parent = document
            .parent(element)
            .filter(|parent| document.is_element(*parent))
            .map(|parent| document.local_name(parent));
        let named = hashed_name(EMPTY, document.local_name(element));
        let any = hashed_name(EMPTY, "*");
        let below = |bucket| Some(hashed_name(hashed_name(bucket, "/"), parent?));
        // Of rules that say as much the last one counts, those for any name behind all others.
        [Some(named), below(named), Some(any), below(any)]
            .into_iter()
            .zip([false, false, true, true])
            .filter_map(|(bucket, any)| Some((bucket?, any)))
            .flat_map(|(bucket, any)| self.bucket(bucket).map(move |at| (at, any)))
            .filter_map(|(at, any)| Some((self.rules.get(at as usize)?, any, at)))
            .filter(|(rule, ..)| rule.element.matches(document, element))
            .max_by_key(|(rule, any, at)| (rule.element.specificity, *any, *at))
            .map(|(rule, ..)| rule)
    }

    /// The positions of the rules in a bucket.
    fn bucket(&self, bucket: u32) -> impl Iterator<Item = u32> + '_ {
        let start = self.index.partition_point(|(other, _)| *other < bucket);
        self.index[start..]
            .iter()
            .take_while(move |(other, _)| *other == bucket)
            .map(|(_, at)| *at)
    }

    /// Whether the order of the children of `container` matters.
    #[must_use]
    pub fn is_ordered(&self, document: &Document, container: NodeId) -> bool {
        self.ordered
            .iter()
            .any(|path| path.matches(document, container))
    }

    /// Whether the value of `attribute` on `element` compares without regard to case.
    #[must_use]
    pub fn ignores_case(&self, document: &Document, element: NodeId, attribute: &str) -> bool {
        self.rule_for(document, element)
            .is_some_and(|rule| rule.compare.ignores_case() && rule.identifies_by(attribute))
    }
}

/// The index of `rules` for [`IdentityTable::known`], worked out by the compiler. There must be `N` rules.
#[must_use]
pub const fn index_of<const N: usize>(rules: &[IdentityRule]) -> [(u32, u32); N] {
    let mut index = [(0, 0); N];
    let mut count = 0;
    while count < N {
        // Insertion keeps rules of one bucket in their order.
        let bucket = rules[count].element.bucket;
        let mut at = count;
        while at > 0 && index[at - 1].0 > bucket {
            index[at] = index[at - 1];
            at -= 1;
        }
        index[at] = (bucket, count as u32);
        count += 1;
    }
    index
}

/// The attributes that identify `element`, as (relative XPath, value).
#[must_use]
pub fn identity<'d>(
    table: &IdentityTable,
    document: &'d Document,
    element: NodeId,
) -> Vec<(String, Cow<'d, str>)> {
    if let Some(rule) = table.rule_for(document, element) {
        return rule
            .by
            .iter()
            .filter_map(|key| Some((key.to_string(), key.value(document, element)?)))
            .collect();
    }
    discovered(table, document, element)
        .map(|(name, value)| vec![(format!("@{name}"), value)])
        .unwrap_or_default()
}

/// The first telling attribute of an element that the table does not know: its name as the
/// document spells it, and its value. Names count without case (`Name`, `ID`).
#[must_use]
pub fn discovered<'d>(
    table: &IdentityTable,
    document: &'d Document,
    element: NodeId,
) -> Option<(&'d str, Cow<'d, str>)> {
    let attributes = document.attributes(element);
    if attributes.is_empty() {
        return None;
    }
    table.discovery().iter().find_map(|telling| {
        let mut named = attributes
            .iter()
            .map(|attribute| (document.slice(attribute.name), attribute));
        let (name, attribute) = named.find(|(name, _)| name.eq_ignore_ascii_case(telling))?;
        Some((name, document.attribute_value(attribute)))
    })
}
