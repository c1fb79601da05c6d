//! Whether two documents come to the same for who reads them: the order of siblings counts only where
//! it means something; among which siblings a comment is, and how it is broken into lines, does not.

use rustc_hash::FxHashSet;

use crate::config::identity::IdentityTable;
use crate::config::structure::collections::not_in_effect;
use crate::matching::digest::{has_significant_text, significant_text};
use crate::matching::equal::{Remarks, is_equal, same_tag};
use crate::matching::keys::Keys;
use crate::xml::{Document, NodeId, NodeKind};

/// Whether `one` and `other` say the same in whatever order, with the same comments in the same elements.
pub(in crate::merge) fn read_the_same(
    table: &IdentityTable,
    one: &Document,
    other: &Document,
) -> bool {
    let sides = [one, other].map(|document| Reading {
        table,
        document,
        out: not_in_effect(document, table),
    });
    let [one, other] = &sides;
    let mut pairs = vec![(NodeId::DOCUMENT, NodeId::DOCUMENT)];
    while let Some((left, right)) = pairs.pop() {
        if one.out.contains(&left) != other.out.contains(&right) {
            return false;
        }
        if one.written(left) == other.written(right) {
            continue;
        }
        let both = ((one.document, left), (other.document, right));
        if one.is_value(left) || other.is_value(right) {
            if !is_equal(both.0, both.1, Remarks::Compared) {
                return false;
            }
            continue;
        }
        if !same_tag(both.0, both.1)
            || one.text(left) != other.text(right)
            || one.remarks(left) != other.remarks(right)
        {
            return false;
        }
        let is_ordered = one.is_ordered(left) || other.is_ordered(right);
        let [lefts, rights] =
            [(one, left), (other, right)].map(|(side, node)| side.children(node, is_ordered));
        let same_keys = (lefts.iter().map(|(key, _)| key)).eq(rights.iter().map(|(key, _)| key));
        if !same_keys {
            return false;
        }
        pairs.extend(
            lefts
                .into_iter()
                .zip(rights)
                .map(|((_, left), (_, right))| (left, right)),
        );
    }
    true
}

struct Reading<'a> {
    table: &'a IdentityTable,
    document: &'a Document,
    /// Entries that something behind them takes out.
    out: FxHashSet<NodeId>,
}

impl<'a> Reading<'a> {
    fn written(&self, node: NodeId) -> &'a str {
        self.document.slice(self.document.span(node))
    }

    /// Whether all of it counts in its order: what a setting is set to, and text among elements.
    fn is_value(&self, node: NodeId) -> bool {
        let document = self.document;
        document.is_element(node)
            && (document.local_name(node) == "value"
                || document.has_child_elements(node) && has_significant_text(document, node))
    }

    fn text(&self, node: NodeId) -> String {
        if !self.document.is_element(node) || self.document.has_child_elements(node) {
            return String::new();
        }
        significant_text(&self.document.inner_text(node), false).to_owned()
    }

    /// The comments and instructions, without their order.
    fn remarks(&self, node: NodeId) -> Vec<String> {
        let document = self.document;
        let mut remarks: Vec<String> = (document.children(node))
            .filter_map(|child| match document.kind(child) {
                NodeKind::Comment => {
                    let text = document.text_of(child);
                    let words: Vec<&str> = text.split_whitespace().collect();
                    Some(words.join(" "))
                }
                NodeKind::Pi => Some(self.written(child).to_owned()),
                _ => None,
            })
            .collect();
        remarks.sort_unstable();
        remarks
    }

    /// Whether the order of the children counts: by the packs, or since what takes entries out of
    /// the collection says more in another place.
    fn is_ordered(&self, node: NodeId) -> bool {
        let document = self.document;
        if !document.is_element(node) {
            return true;
        }
        let says_more = |child: NodeId| match document.local_name(child) {
            "clear" => !document.is_first_element(child),
            "remove" => {
                (self.table.rule_for(document, child)).is_none_or(|rule| rule.removes.is_none())
            }
            _ => false,
        };
        self.table.is_ordered(document, node) || document.child_elements(node).any(says_more)
    }

    /// The child elements with what identifies them; in the order of that unless theirs counts.
    /// Those of one identity stay in their order.
    fn children(&self, node: NodeId, is_ordered: bool) -> Vec<(String, NodeId)> {
        let mut keys = Keys::new(self.table, self.document);
        let mut children: Vec<(String, NodeId)> = (self.document.child_elements(node))
            .map(|child| (keys.key(child).text.to_owned(), child))
            .collect();
        if !is_ordered {
            children.sort();
        }
        children
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        let rules = crate::pack::load(&[]).unwrap();
        let [one, other] = [one, other].map(|text| {
            let text = format!("<configuration>{text}</configuration>");
            Document::from_text(&text).unwrap()
        });
        read_the_same(&rules.identities, &one, &other)
    }

    #[test]
    fn order_counts_only_where_it_says_something() {
        let (a, b) = ("<add key='a' value='1'/>", "<add key='b' value='1'/>");
        let settings = |inner: &str| format!("<appSettings>{inner}</appSettings>");
        assert!(same(
            &settings(&format!("{a}{b}")),
            &settings(&format!("{b}\n{a}"))
        ));
        let changed = b.replace('1', "2");
        assert!(!same(
            &settings(&format!("{a}{b}")),
            &settings(&format!("{changed}{a}"))
        ));
        assert!(!same(
            &settings(&format!("{a}{b}")),
            &settings(&format!("{b}{a}{a}"))
        ));
        // An entry that is taken out again, and one that is not.
        let out = "<remove key='a'/>";
        assert!(!same(
            &settings(&format!("{out}{a}")),
            &settings(&format!("{a}{out}"))
        ));
        assert!(same(
            &settings(&format!("{out}{a}{b}")),
            &settings(&format!("{out}{b}{a}"))
        ));
        let clear = "<clear/>";
        assert!(!same(
            &settings(&format!("{a}{clear}{b}")),
            &settings(&format!("{b}{clear}{a}"))
        ));
        let rules = |inner: &str| {
            format!("<system.web><authorization>{inner}</authorization></system.web>")
        };
        let (allow, deny) = ("<allow users='ann'/>", "<deny users='*'/>");
        assert!(!same(
            &rules(&format!("{allow}{deny}")),
            &rules(&format!("{deny}{allow}"))
        ));
    }

    #[test]
    fn comments_are_the_same_ones_in_the_same_elements() {
        let entry = "<add key='a' value='1'/>";
        let settings = |inner: &str| format!("<appSettings>{inner}</appSettings><x/>");
        let before = settings(&format!("<!-- one\n  two -->{entry}"));
        assert!(same(&before, &settings(&format!("{entry}<!--one two-->"))));
        assert!(!same(&before, &settings(entry)));
        assert!(!same(
            &before,
            &format!("{}<!--one two-->", settings(entry))
        ));
    }

    #[test]
    fn values_and_text_among_elements_keep_their_order() {
        let value =
            |inner: &str| format!("<s><setting name='a'><value>{inner}</value></setting></s>");
        assert!(!same(&value("<a/><b/>"), &value("<b/><a/>")));
        assert!(!same("<m>t<a/><b/></m>", "<m>t<b/><a/></m>"));
    }
}
