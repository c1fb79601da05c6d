//! Prefixes between branches: one side binds a prefix to another namespace, the
//! other side adds names with it. Each change is plain by itself, but together
//! the names would mean what nobody wrote.

use std::collections::HashMap;

use crate::merge::compare::Comparison;
use crate::merge::decide::contest::{Base, Contest};
use crate::xml::address::Leaf;
use crate::xml::{Document, NodeId, chars};

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
