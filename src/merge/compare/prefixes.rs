//! Prefixes between branches: one side binds a prefix to another namespace, the
//! other side adds names with it. Each change is plain by itself, but together
//! the names would mean what nobody wrote.

use std::collections::HashMap;

use crate::merge::compare::Comparison;
use crate::merge::decide::contest::{Base, Contest};
use crate::xml::address::Leaf;
use crate::xml::{Attribute, Document, NodeId, chars};

impl Comparison<'_> {
    /// Whether the contested attribute declares a prefix that one side changed or
    /// removed, while the other side uses it for more names than the base does.
    pub(in crate::merge) fn is_prefix_used_anew(&self, contest: &Contest) -> bool {
        let (Leaf::Attribute(name), Base::Is(bound)) = (&contest.leaf, &contest.base) else {
            return false;
        };
        let triple = contest.triple;
        let (Some(prefix), Some(base)) = (
            name.strip_prefix("xmlns:"),
            self.inputs.base.zip(triple.base),
        ) else {
            return false;
        };
        let side = if contest.incoming == *bound {
            let namespace = bound.as_deref().unwrap_or_default();
            if prefix_for(self.inputs.carrier, triple.carrier, namespace).is_some() {
                // What the incoming side adds is written with the carrier's prefix.
                return false;
            }
            (self.inputs.incoming, triple.incoming)
        } else if contest.carrier == *bound {
            (self.inputs.carrier, triple.carrier)
        } else {
            return false;
        };
        let known = uses(base.0, base.1, prefix);
        uses(side.0, side.1, prefix)
            .into_iter()
            .any(|(name, count)| known.get(name).is_none_or(|known| *known < count))
    }
}

/// The attribute of another side's element that is the same as `name` of the first one: of the same
/// namespace, whatever its prefix.
pub(in crate::merge) fn counterpart<'d>(
    (from, element): (&Document, NodeId),
    name: &str,
    (to, its): (&'d Document, NodeId),
) -> Option<&'d Attribute> {
    let prefix = chars::prefix(name).filter(|prefix| !matches!(*prefix, "xmlns" | "xml"));
    let namespace = prefix.and_then(|prefix| from.namespace(element, prefix));
    let Some((_, namespace)) = namespace else {
        return to.attribute(its, name);
    };
    let local = chars::local_name(name);
    to.attributes(its).iter().find(|attribute| {
        let name = to.slice(attribute.name);
        chars::local_name(name) == local
            && chars::prefix(name)
                .and_then(|prefix| to.namespace(its, prefix))
                .is_some_and(|(_, its)| its == namespace)
    })
}

/// A prefix that stands for `namespace` at `element`.
pub(in crate::merge) fn prefix_for<'d>(
    document: &'d Document,
    element: NodeId,
    namespace: &str,
) -> Option<&'d str> {
    std::iter::successors(Some(element), |node| document.parent(*node))
        .flat_map(|node| document.attributes(node))
        .filter_map(|attribute| document.slice(attribute.name).strip_prefix("xmlns:"))
        .find(|prefix| {
            document
                .namespace(element, prefix)
                .is_some_and(|(_, bound)| bound == namespace)
        })
}

/// How often each name with `prefix` stands in `element` and below.
fn uses<'d>(document: &'d Document, element: NodeId, prefix: &str) -> HashMap<&'d str, usize> {
    let mut counts = HashMap::new();
    for node in document.subtree(element) {
        let attributes = document.attributes(node).iter();
        std::iter::once(document.name(node))
            .chain(attributes.map(|attribute| document.slice(attribute.name)))
            .filter(|name| chars::prefix(name) == Some(prefix))
            .for_each(|name| *counts.entry(name).or_default() += 1);
    }
    counts
}
