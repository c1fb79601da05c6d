//! The binding redirects of a file.

use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHasher};

use crate::xml::fold::folded;
use crate::xml::{Document, NodeId};

/// Major, minor, build and revision.
pub type Version = [u16; 4];

/// `1.2`, `1.2.3` or `1.2.3.4`; parts that are missing are 0.
#[must_use]
pub fn version(text: &str) -> Option<Version> {
    let mut version = [0; 4];
    let mut count = 0;
    for part in text.split('.') {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *version.get_mut(count)? = part.parse().ok()?;
        count += 1;
    }
    (count >= 2).then_some(version)
}

/// `1.0.0.0-2.0.0.0`, or one version.
#[must_use]
pub fn range(text: &str) -> Option<(Version, Version)> {
    let (from, to) = match text.split_once('-') {
        Some((from, to)) => (version(from.trim())?, version(to.trim())?),
        None => {
            let only = version(text.trim())?;
            (only, only)
        }
    };
    Some((from, to))
}

/// A redirect of which both versions can be read.
#[derive(Debug)]
pub struct Redirect {
    /// The `bindingRedirect`.
    pub element: NodeId,
    /// Name, key token, culture and architecture of the assembly, and what the block applies to.
    pub identity: String,
    /// From and to, both included.
    pub old: (Version, Version),
    /// The version that is loaded.
    pub new: Version,
}

/// The `bindingRedirect` elements of a file, in its order.
pub fn elements(document: &Document) -> impl Iterator<Item = NodeId> {
    document.elements_named("bindingRedirect")
}

/// Those of [`elements`] whose assembly may have another one: most have none.
pub(super) fn of_repeated_names(document: &Document) -> Vec<NodeId> {
    let named: Vec<(NodeId, u64)> = elements(document)
        .filter_map(|element| {
            let assembly = document.child_named(document.parent(element)?, "assemblyIdentity")?;
            // Equal names have one hash, whatever their case.
            let mut hasher = FxHasher::default();
            let name = document.value(assembly, "name")?;
            for byte in name.bytes().filter(u8::is_ascii) {
                hasher.write_u8(byte.to_ascii_lowercase());
            }
            Some((element, hasher.finish()))
        })
        .collect();
    let mut counts: FxHashMap<u64, u32> = FxHashMap::default();
    for (_, name) in &named {
        *counts.entry(*name).or_default() += 1;
    }
    let repeated = named.into_iter().filter(|(_, name)| counts[name] > 1);
    repeated.map(|(element, _)| element).collect()
}

/// Pairs of redirects of one assembly: of ranges that overlap, the earlier first.
#[must_use]
pub fn overlapping(redirects: &[Redirect]) -> Vec<(&Redirect, &Redirect)> {
    let mut of_identity: FxHashMap<&str, Vec<&Redirect>> = FxHashMap::default();
    let mut pairs = Vec::new();
    for later in redirects {
        let earlier = of_identity.entry(&later.identity).or_default();
        let overlaps =
            |other: &&&Redirect| other.old.0 <= later.old.1 && later.old.0 <= other.old.1;
        pairs.extend(earlier.iter().find(overlaps).map(|other| (*other, later)));
        earlier.push(later);
    }
    pairs
}

/// The redirects at `elements`.
#[must_use]
pub fn redirects(document: &Document, elements: impl IntoIterator<Item = NodeId>) -> Vec<Redirect> {
    let mut found = Vec::new();
    for element in elements {
        let value = |name| document.value(element, name);
        let (Some(old), Some(new)) = (
            value("oldVersion").and_then(|old| range(&old)),
            value("newVersion").and_then(|new| version(new.trim())),
        ) else {
            continue;
        };
        if let Some(identity) = identity(document, element) {
            found.push(Redirect {
                element,
                identity,
                old,
                new,
            });
        }
    }
    found
}

fn identity(document: &Document, redirect: NodeId) -> Option<String> {
    let dependent = document.parent(redirect)?;
    let binding = document.parent(dependent)?;
    let assembly = document.child_named(dependent, "assemblyIdentity")?;
    let mut identity = document.value(assembly, "name")?.into_owned();
    for name in ["publicKeyToken", "culture", "processorArchitecture"] {
        let value = document.value(assembly, name).unwrap_or_default();
        identity.push('\0');
        // Both say that the assembly has none.
        if name != "culture" || !value.eq_ignore_ascii_case("neutral") {
            identity.push_str(&value);
        }
    }
    identity.push('\0');
    identity.push_str(&document.value(binding, "appliesTo").unwrap_or_default());
    // .NET looks at one namespace only; what is in another one, or in none, contradicts nothing there.
    identity.push('\0');
    if let Some((_, namespace)) = document.namespace(redirect, "") {
        identity.push_str(&namespace);
    }
    Some(folded(&identity).into_owned())
}
