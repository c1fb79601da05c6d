//! Many selectors at once: which of them may select something, without asking each.
//!
//! Promises that all selectors that do select are among those it names; whether one of these really
//! does is for the caller to ask. It looks at the last test of a selector that asks for the value of
//! an attribute (`@key='Timeout'`), and at its last name where there is none.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::{Comparison, Operand, Predicate, Selector};
use crate::xml::address::Leaf;
use crate::xml::fold::folded;
use crate::xml::{Document, NodeId};

/// Positions of selectors, by what they select of the element.
type Bucket = FxHashMap<Leaf, Vec<usize>>;

/// Which of many selectors may select something.
#[derive(Debug, Default)]
pub struct SelectorIndex {
    /// What is asked for, and what it has to be, folded.
    tests: Vec<(Operand, FxHashMap<String, Bucket>)>,
    /// Those that ask for no value, by the name of the element.
    names: FxHashMap<String, Bucket>,
    /// Those that select elements of any name.
    others: Bucket,
}

impl SelectorIndex {
    /// Of selectors, which it knows by their positions.
    pub fn of<'s>(selectors: impl Iterator<Item = &'s Selector>) -> Self {
        let mut index = Self::default();
        for (at, selector) in selectors.enumerate() {
            let bucket = match (selector.telling_test(), selector.element_name()) {
                (Some((operand, value)), _) => {
                    let values = index.values_of(operand);
                    values.entry(folded(value).into_owned()).or_default()
                }
                (None, Some(name)) => index.names.entry(name.to_owned()).or_default(),
                (None, None) => &mut index.others,
            };
            bucket.entry(selector.leaf().clone()).or_default().push(at);
        }
        index
    }

    fn values_of(&mut self, operand: &Operand) -> &mut FxHashMap<String, Bucket> {
        let known = self.tests.iter().position(|(known, _)| known == operand);
        let at = known.unwrap_or_else(|| {
            self.tests.push((operand.clone(), FxHashMap::default()));
            self.tests.len() - 1
        });
        &mut self.tests[at].1
    }

    /// The selectors that may select this leaf of `element` (`None`: any leaf), or the element or one
    /// of its ancestors as a whole; the last one comes first.
    #[must_use]
    pub fn candidates(
        &self,
        document: &Document,
        element: NodeId,
        leaf: Option<&Leaf>,
    ) -> Vec<usize> {
        let found = RefCell::new(Vec::<usize>::new());
        let add = |bucket: &Bucket| {
            let mut found = found.borrow_mut();
            let Some(leaf) = leaf else {
                found.extend(bucket.values().flatten());
                return;
            };
            found.extend(bucket.get(leaf).into_iter().flatten());
            if *leaf != Leaf::Element {
                found.extend(bucket.get(&Leaf::Element).into_iter().flatten());
            }
        };
        add(&self.others);
        let mut at = Some(element);
        while let Some(node) = at.filter(|node| document.is_element(*node)) {
            if let Some(bucket) = self.names.get(document.local_name(node)) {
                add(bucket);
            }
            for (operand, values) in &self.tests {
                operand.any(document, node, &|_, value| {
                    if let Some(bucket) = values.get(&*folded(value)) {
                        add(bucket);
                    }
                    false
                });
            }
            at = document.parent(node);
        }
        let mut found = found.into_inner();
        found.sort_unstable_by(|one, other| other.cmp(one));
        found.dedup();
        found
    }
}

impl Selector {
    /// The last test that asks for the value of an attribute: each element that is selected passes
    /// it, or an ancestor does.
    fn telling_test(&self) -> Option<(&Operand, &str)> {
        let mut tests = self.steps.iter().rev().flat_map(|step| &step.predicates);
        tests.find_map(|test| match test {
            Predicate::Compare(Comparison::Equals, operand, value)
                if operand.attribute.is_some() && !operand.lower_case =>
            {
                Some((operand, value.as_str()))
            }
            _ => None,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const TEXT: &str = "<configuration><appSettings><add key='A' value='1'/><add key='b' value='2'/>\
        <clear/></appSettings><runtime><dependentAssembly><assemblyIdentity name='Acme'/>\
        <bindingRedirect newVersion='2'/></dependentAssembly></runtime></configuration>";

    #[test]
    fn whatever_selects_is_a_candidate() {
        let document = Document::from_bytes(TEXT.as_bytes().to_vec()).unwrap();
        let sources = [
            "/configuration/appSettings/add[@key='a']/@value",
            "/configuration/appSettings/add[@key='a']",
            "/configuration/appSettings/add[@key='B'][@value='2']/@value",
            "/configuration/appSettings/add[not(@key='A')]/@value",
            "/configuration/appSettings/add[2]/@value",
            "/configuration/appSettings/add[lower-case(@key)='a']",
            "/configuration/appSettings/add[contains(@key,'A')]/@key",
            "/configuration/appSettings",
            "/configuration/*[clear]",
            "//*",
            "//clear",
            "//dependentAssembly[assemblyIdentity/@name='ACME']/bindingRedirect/@newVersion",
            "//dependentAssembly[assemblyIdentity/@name='Acme']",
            "/configuration/appSettings/add[@key='z']/@value",
        ];
        let selectors: Vec<Selector> = sources
            .iter()
            .filter_map(|source| Selector::parse(source).ok())
            .collect();
        let index = SelectorIndex::of(selectors.iter());
        let mut selected = 0;
        for element in document.nodes().filter(|node| document.is_element(*node)) {
            let leaves = ["key", "value", "newVersion"].map(|name| Leaf::Attribute(name.into()));
            for leaf in leaves.into_iter().chain([Leaf::Element, Leaf::Text]) {
                let candidates = index.candidates(&document, element, Some(&leaf));
                for (at, selector) in selectors.iter().enumerate() {
                    if selector.covers(&document, element, &leaf, &|_, _, _| true) {
                        selected += 1;
                        assert!(candidates.contains(&at), "{}", selector.as_str());
                    }
                }
                assert!(candidates.is_sorted_by(|one, other| one > other));
            }
            let candidates = index.candidates(&document, element, None);
            for (at, selector) in selectors.iter().enumerate() {
                let selects = selector.matches_element(&document, element, &|_, _, _| true);
                assert!(!selects || candidates.contains(&at));
            }
        }
        assert!(selected > 50, "{selected}");
    }

    #[test]
    fn what_asks_for_another_value_is_no_candidate() {
        let document = Document::from_bytes(TEXT.as_bytes().to_vec()).unwrap();
        let selectors: Vec<Selector> = (0..100)
            .map(|number| Selector::parse(&format!("/a/add[@key='{number}']/@value")).unwrap())
            .collect();
        let index = SelectorIndex::of(selectors.iter());
        for element in document.nodes().filter(|node| document.is_element(*node)) {
            assert!(index.candidates(&document, element, None).is_empty());
        }
    }
}
