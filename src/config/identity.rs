//! The identity table: what tells an element from its siblings.
//!
//! The table is filled from rule packs (`[[identity]]`, `[[order]]` and
//! `[discovery]`). Where it has no row for an element, callers fall back on
//! [`IdentityTable::discovery`].

use std::borrow::Cow;

use crate::xml::chars::is_qualified_name;
use crate::xml::{Document, NodeId};

/// Where a part of an identity stands: `@key`, or `assemblyIdentity/@name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPath(Cow<'static, str>);

impl KeyPath {
    /// Reads `@key` or `child/@key`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let path = Self(Cow::Owned(text.to_owned()));
        let valid = text[text.find('/').map_or(0, |slash| slash + 1)..].starts_with('@')
            && is_qualified_name(path.attribute())
            && path.child().is_none_or(is_qualified_name);
        valid.then_some(path)
    }

    /// A path of the binary's own, which [`Self::parse`] would accept.
    #[must_use]
    pub const fn known(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// Local name of the child element that carries the attribute, if it is not the element itself.
    #[must_use]
    pub fn child(&self) -> Option<&str> {
        self.0.split_once('/').map(|(child, _)| child)
    }

    /// Name of the attribute.
    #[must_use]
    pub fn attribute(&self) -> &str {
        self.0
            .split_once('@')
            .map_or("", |(_, attribute)| attribute)
    }

    /// The value in `element`, if there is one.
    #[must_use]
    pub fn value<'d>(&self, document: &'d Document, element: NodeId) -> Option<Cow<'d, str>> {
        let owner = match self.child() {
            Some(child) => document.child_named(element, child)?,
            None => element,
        };
        document.value(owner, self.attribute())
    }
}

impl std::fmt::Display for KeyPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A path of local names that an element and its nearest ancestors must have: `appSettings/add`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ElementPath {
    names: Cow<'static, str>,
    /// How much it says: the more, the more specific.
    specificity: usize,
    /// Where the table looks for it.
    bucket: u32,
}

impl ElementPath {
    /// Reads `add` or `appSettings/add`; `*` stands for any one element.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let valid =
            (text.split('/')).all(|name| name == "*" || is_qualified_name(name)) && text != "*";
        valid.then(|| Self {
            names: Cow::Owned(text.to_owned()),
            specificity: specificity(text),
            bucket: bucket_of(text),
        })
    }

    /// A path of the binary's own, which [`Self::parse`] would accept.
    #[must_use]
    pub const fn known(text: &'static str) -> Self {
        Self {
            names: Cow::Borrowed(text),
            specificity: specificity(text),
            bucket: bucket_of(text),
        }
    }

    /// Whether `element` stands at this path.
    #[must_use]
    pub fn matches(&self, document: &Document, element: NodeId) -> bool {
        let mut at = Some(element);
        for name in self.names.rsplit('/') {
            let Some(node) = at.filter(|node| document.is_element(*node)) else {
                return false;
            };
            if name != "*" && document.local_name(node) != name {
                return false;
            }
            at = document.parent(node);
        }
        true
    }

    /// Whether it may match an element of which this much is known: its local name and those of its
    /// ancestors, upwards (`None`: any name), and whether there are no further ancestors.
    #[must_use]
    pub fn may_match(&self, names: &[Option<&str>], is_whole: bool) -> bool {
        let mut known = names.iter();
        (self.names.rsplit('/')).all(|wanted| match known.next() {
            Some(name) => wanted == "*" || name.is_none_or(|name| name == wanted),
            None => !is_whole,
        })
    }
}

/// A name says more than a `*`, and a `*` more than nothing.
const fn specificity(path: &str) -> usize {
    let path = path.as_bytes();
    let (mut at, mut names) = (0, 3);
    while at < path.len() {
        if path[at] == b'/' {
            names += 3;
        } else if path[at] == b'*' {
            names -= 2;
        }
        at += 1;
    }
    names
}

/// Paths that agree in the name of the element and that of its parent stand in
/// one bucket. A parent that is not named, or `*`, counts as none.
const fn bucket_of(path: &str) -> u32 {
    let path = path.as_bytes();
    let last = start_of_name(path, path.len());
    let mut bucket = hashed(EMPTY, path, last, path.len());
    if last > 0 {
        let parent = start_of_name(path, last - 1);
        if !(parent + 2 == last && path[parent] == b'*') {
            bucket = hashed(hashed(bucket, b"/", 0, 1), path, parent, last - 1);
        }
    }
    bucket
}

const fn start_of_name(path: &[u8], end: usize) -> usize {
    let mut at = end;
    while at > 0 && path[at - 1] != b'/' {
        at -= 1;
    }
    at
}

const EMPTY: u32 = 0x811c_9dc5;

/// FNV-1a: short, and the compiler can compute it.
const fn hashed(mut hash: u32, bytes: &[u8], start: usize, end: usize) -> u32 {
    let mut at = start;
    while at < end {
        hash = (hash ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    hash
}

fn hashed_name(hash: u32, name: &str) -> u32 {
    hashed(hash, name.as_bytes(), 0, name.len())
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityRule {
    /// Which elements it is for.
    pub element: ElementPath,
    /// What identifies them. Empty: the name alone does, there is one per parent.
    pub by: Cow<'static, [KeyPath]>,
    /// What tells those apart that agree in `by`.
    pub then_by: Cow<'static, [KeyPath]>,
    /// Whether values compare without regard to case.
    pub ignore_case: bool,
    /// Whether of several elements with one identity the last one counts.
    pub last_wins: bool,
    /// Whether the element with all it holds is one setting in the account.
    pub entry: bool,
}

impl IdentityRule {
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
            .is_some_and(|rule| rule.ignore_case && rule.identifies_by(attribute))
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

/// The first telling attribute of an element that the table does not know.
#[must_use]
pub fn discovered<'t, 'd>(
    table: &'t IdentityTable,
    document: &'d Document,
    element: NodeId,
) -> Option<(&'t str, Cow<'d, str>)> {
    if document.attributes(element).is_empty() {
        return None;
    }
    table
        .discovery()
        .iter()
        .find_map(|name| Some((name.as_ref(), document.value(element, name)?)))
}
