//! Comments: how many came and went, and which of them hold a setting that was taken out of use.

use super::Difference;
use super::change::{Kind, Place};
use super::configuration::Configuration;
use super::surplus::surplus;
use crate::matching::keys::is_identity_attribute;
use crate::pack::Rules;
use crate::xml::address::Leaf;
use crate::xml::{Document, NodeId, NodeKind, chars};

/// Counts comments, and joins a removal or an addition with the comment that holds the setting.
pub(super) fn compare<'c>(
    difference: &mut Difference<'c>,
    before: &'c Configuration<'c>,
    after: &'c Configuration<'c>,
    rules: &Rules,
) {
    let (gone, come) = only_one_has(before.document, after.document);
    difference.counted.comments_removed = gone.len();
    difference.counted.comments_added = come.len();
    if gone.is_empty() && come.is_empty() {
        return;
    }
    let (gone, come) = (
        Commented::among(before.document, &gone),
        Commented::among(after.document, &come),
    );
    for change in &mut difference.changes {
        let place = change.place();
        if place.leaf != Leaf::Element {
            continue;
        }
        match change.kind {
            Kind::Removed => {
                if let Some(comment) = holding(&come, place, rules) {
                    change.kind = Kind::CommentedOut;
                    change.after = Some(comment_at(after.document, comment));
                }
            }
            Kind::Added => {
                if let Some(comment) = holding(&gone, place, rules) {
                    change.kind = Kind::Uncommented;
                    change.before = Some(comment_at(before.document, comment));
                }
            }
            _ => {}
        }
    }
}

fn comment_at(document: &Document, comment: NodeId) -> Place<'_> {
    Place {
        document,
        file: None,
        element: comment,
        leaf: Leaf::Element,
    }
}

/// The comments of which the other document does not have as many.
fn only_one_has(before: &Document, after: &Document) -> (Vec<NodeId>, Vec<NodeId>) {
    let comments = |document: &Document| -> Vec<(NodeId, String)> {
        let nodes = document.nodes();
        nodes
            .filter(|node| document.kind(*node) == NodeKind::Comment)
            .map(|node| {
                let text = document.text_of(node);
                let words: Vec<&str> = text.split_ascii_whitespace().collect();
                (node, words.join(" "))
            })
            .collect()
    };
    let [before, after] = [before, after].map(comments);
    let beyond = |of: &[(NodeId, String)], others: &[(NodeId, String)]| {
        let extra = surplus(of, others, |(_, text)| text.as_str()).into_iter();
        extra.map(|at| of[at].0).collect()
    };
    (beyond(&before, &after), beyond(&after, &before))
}

/// The elements that a comment holds.
struct Commented {
    comment: NodeId,
    held: Document,
}

impl Commented {
    fn among(document: &Document, comments: &[NodeId]) -> Vec<Self> {
        let held = |comment: &NodeId| {
            let text = document.text_of(*comment);
            let text = chars::trim(&text);
            if !text.starts_with('<') {
                return None;
            }
            let held = Document::from_text(&format!("<c>{text}</c>")).ok()?;
            Some(Self {
                comment: *comment,
                held,
            })
        };
        comments.iter().filter_map(held).collect()
    }
}

/// The comment that holds an element of this name that identifies itself as the one at `place`.
fn holding(comments: &[Commented], place: &Place<'_>, rules: &Rules) -> Option<NodeId> {
    let (document, element) = (place.document, place.element);
    let identity: Vec<(&str, String)> = document
        .attributes(element)
        .iter()
        .map(|attribute| (document.slice(attribute.name), attribute))
        .filter(|(name, _)| is_identity_attribute(&rules.identities, document, element, name))
        .map(|(name, attribute)| (name, document.attribute_value(attribute).into_owned()))
        .collect();
    let is_it = |held: &Document, node: NodeId| {
        held.is_element(node)
            && held.name(node) == document.name(element)
            && identity.iter().all(|(name, value)| {
                let its = held.value(node, name);
                its.is_some_and(|its| its.eq_ignore_ascii_case(value))
            })
            && (!identity.is_empty()
                || held.slice(held.span(node)) == document.slice(document.span(element)))
    };
    comments
        .iter()
        .find(|commented| {
            let held = &commented.held;
            held.nodes().any(|node| is_it(held, node))
        })
        .map(|commented| commented.comment)
}
