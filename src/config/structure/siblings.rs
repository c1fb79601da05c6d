//! One walk over all parents: what identity rows say about the children of one element.

use super::collections::{Collection, Entries};
use crate::config::identity::{Duplicates, IdentityRule, IdentityTable};
use crate::xml::{Document, NodeId};

/// An element that is there again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Again {
    /// The later one.
    pub element: NodeId,
    /// The first one.
    pub first: NodeId,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Siblings {
    /// Children that there can be once.
    pub again: Vec<Again>,
    /// Entries of collections.
    pub entries: Entries,
    /// Elements with a value that another one has and no other one may have.
    pub not_unique: Vec<Again>,
}

/// Looks at the children of every element that is wanted; `wants` says which duplicates matter.
pub(super) fn look(
    document: &Document,
    table: &IdentityTable,
    is_wanted: impl Fn(NodeId) -> bool,
    wants: impl Fn(Duplicates) -> bool,
) -> Siblings {
    let mut found = Siblings::default();
    let mut collection = Collection::default();
    let mut once: Vec<(&str, NodeId)> = Vec::new();
    let mut values: Vec<(String, NodeId)> = Vec::new();
    for parent in document.nodes() {
        let mut children = document.child_elements(parent);
        let (Some(first), Some(second)) = (children.next(), children.next()) else {
            continue;
        };
        if !is_wanted(parent) {
            continue;
        }
        once.clear();
        collection.start();
        values.clear();
        let mut last: Option<(&str, Option<&IdentityRule>)> = None;
        for child in [first, second].into_iter().chain(children) {
            let name = document.local_name(child);
            let rule = match last {
                Some((known, rule)) if known == name => rule,
                _ => table.rule_for(document, child),
            };
            last = Some((name, rule));
            if let Some(attribute) = rule.and_then(|rule| rule.unique.as_deref())
                && let Some(value) = document.value(child, attribute)
            {
                match values.iter().find(|(known, _)| **known == value) {
                    Some((_, first)) => found.not_unique.push(Again {
                        element: child,
                        first: *first,
                    }),
                    None => values.push((value.into_owned(), child)),
                }
            }
            match rule {
                Some(rule) if rule.once => match once.iter().find(|(known, _)| *known == name) {
                    Some((_, first)) => found.again.push(Again {
                        element: child,
                        first: *first,
                    }),
                    None => once.push((name, child)),
                },
                Some(rule) if rule.removes.is_some() => {
                    collection.remove(document, rule, child, &mut found.entries);
                }
                Some(rule) if !rule.by.is_empty() => {
                    let wanted = wants(rule.duplicates);
                    collection.add(document, rule, child, wanted, &mut found.entries);
                }
                None if name == "clear" => collection.clear(child, &mut found.entries),
                _ => {}
            }
        }
    }
    found
}
