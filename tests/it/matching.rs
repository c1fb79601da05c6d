//! Which children are the same element: one stage of the merge, asked alone.

use conferry::matching::digest::Digests;
use conferry::matching::sides::Sides;
use conferry::matching::{Group, Side, match_children};
use conferry::xml::{Document, NodeId};

use crate::laws::rules;

/// The matches of the children of three roots, each as the three values of `label` (`-` where a
/// side lacks it), and the gaps as three lists.
fn matched(name: &str, [base, incoming, carrier]: [&str; 3], label: &str) -> Matched {
    let documents = [base, incoming, carrier]
        .map(|inner| Document::from_text(&format!("<{name}>{inner}</{name}>")).unwrap());
    let digests = documents.each_ref().map(Digests::of);
    let side = |at: usize| {
        let side = Side {
            document: &documents[at],
            digests: &digests[at],
        };
        (side, documents[at].root())
    };
    let parents = Sides {
        base: Some(side(0)),
        incoming: side(1),
        carrier: side(2),
    };
    let groups = match_children(&rules().identities, parents, false);
    let label = |at: usize, node: NodeId| -> String {
        let document: &Document = &documents[at];
        document.value(node, label).map_or_else(
            || document.inner_text(node).into_owned(),
            |value| value.into_owned(),
        )
    };
    let words = |at: usize, nodes: &[NodeId]| -> String {
        let words: Vec<String> = nodes.iter().map(|node| label(at, *node)).collect();
        words.join(" ")
    };
    let one = |at: usize, node: Option<NodeId>| node.map_or("-".to_owned(), |node| label(at, node));
    let mut found = Matched::default();
    for Group { matches, gaps, .. } in &groups {
        found.matches.extend(matches.iter().map(|found| {
            [
                one(0, found.base),
                one(1, found.incoming),
                one(2, found.carrier),
            ]
            .join("|")
        }));
        found.gaps.extend(gaps.iter().map(|gap| {
            [
                words(0, &gap.base),
                words(1, &gap.incoming),
                words(2, &gap.carrier),
            ]
            .join("|")
        }));
    }
    found
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Matched {
    matches: Vec<String>,
    gaps: Vec<String>,
}

impl Matched {
    fn has(&self, wanted: &str) -> bool {
        self.matches.iter().any(|found| found == wanted)
    }
}

fn items(words: &str) -> String {
    let item = |word: &str| format!("<item>{word}</item>");
    words.split(' ').map(item).collect()
}

#[test]
fn a_name_that_no_side_has_twice_is_one_element() {
    let found = matched(
        "part",
        [
            "<level name='a' v='1' />",
            "<level name='b' v='2' />",
            "<level name='a' v='3' />",
        ],
        "v",
    );
    assert_eq!(found.matches, ["1|2|3"]);
    // An entry of a collection is one of many, even alone.
    let found = matched(
        "part",
        [
            "<add name='a' v='1' />",
            "<add name='b' v='2' />",
            "<add name='a' v='3' />",
        ],
        "v",
    );
    assert!(found.has("1|-|3") && found.has("-|2|-"), "{found:?}");
}

#[test]
fn several_of_a_name_are_told_apart_by_what_is_unlike() {
    let found = matched(
        "part",
        [
            "<entry Id='a' v='1' /><entry Id='b' v='1' />",
            "<entry Id='b' v='2' /><entry Id='a' v='1' />",
            "<entry Id='a' v='1' /><entry Id='c' v='3' /><entry Id='b' v='1' />",
        ],
        "Id",
    );
    assert!(
        found.has("a|a|a") && found.has("b|b|b") && found.has("-|-|c"),
        "{found:?}"
    );
}

#[test]
fn copies_pair_off_by_likeness() {
    // Two of one key: the one that agrees in the rest is the same.
    let found = matched(
        "part",
        [
            "<add name='x' verb='GET' p='1' v='g' /><add name='x' verb='PUT' p='1' v='p' />",
            "<add name='x' verb='PUT' p='1' v='p' /><add name='x' verb='GET' p='2' v='g' />",
            "<add name='x' verb='GET' p='1' v='g' /><add name='x' verb='PUT' p='3' v='p' />",
        ],
        "v",
    );
    assert!(found.has("g|g|g") && found.has("p|p|p"), "{found:?}");
    assert!(found.gaps.is_empty(), "{found:?}");
}

#[test]
fn only_a_gap_that_both_sides_changed_is_in_doubt() {
    let found = matched(
        "list",
        [
            &items("a b c d e"),
            &items("a x y c d e"),
            &items("a z w c d f e"),
        ]
        .map(String::as_str),
        "none",
    );
    assert_eq!(found.gaps, ["b|x y|z w"]);
    assert!(
        found.has("a|a|a") && found.has("-|-|f") && found.has("e|e|e"),
        "{found:?}"
    );
}

#[test]
fn changes_of_lists_that_lie_apart_leave_no_gap() {
    let found = matched(
        "list",
        [&items("a b c d"), &items("a n b c d"), &items("a b c")].map(String::as_str),
        "none",
    );
    assert!(found.gaps.is_empty(), "{found:?}");
    assert!(found.has("-|n|-") && found.has("d|d|-"), "{found:?}");
}
