//! Many selectors at once: which of them may select something, without asking each.
//!
//! Promises that all selectors that do select are among those it names; whether one of these really
//! does is for the caller to ask. It looks at the last test of a selector that asks for the value of
//! an attribute (`@key='Timeout'`), with the position behind it (`add[@key='Timeout'][2]`), and at its
//! last name where there is none.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::{Comparison, Operand, Predicate, Selector};
use crate::xml::address::Leaf;
use crate::xml::fold::folded;
use crate::xml::{Document, NodeId};

/// Positions of selectors, by what they select of the element.
type Bucket = FxHashMap<Leaf, Vec<usize>>;

/// Selectors that ask for one value of one attribute.
#[derive(Debug, Default)]
struct Asking {
    /// Those that say no more.
    any: Bucket,
    /// Those that say at which place among the elements of this name and value.
    at: FxHashMap<(String, usize), Bucket>,
}

/// The places of children of one parent: among those of the same name whose value is exactly the same,
/// and among those whose value is the same but for case.
type Places = FxHashMap<NodeId, [usize; 2]>;

/// Which of many selectors may select something.
#[derive(Debug, Default)]
pub struct SelectorIndex {
    /// What is asked for, and what it has to be, folded.
    tests: Vec<(Operand, FxHashMap<String, Asking>)>,
    /// Those that ask for no value, by the name of the element.
    names: FxHashMap<String, Bucket>,
    /// Those that select elements of any name.
    others: Bucket,
    /// Places that were asked for, by document (the address of its text), parent and test. Documents live
    /// longer than this does.
    places: RefCell<FxHashMap<(usize, NodeId, usize), Places>>,
}

impl SelectorIndex {
    /// Of selectors, which it knows by their positions.
    pub fn of<'s>(selectors: impl Iterator<Item = &'s Selector>) -> Self {
        let mut index = Self::default();
        for (at, selector) in selectors.enumerate() {
            let bucket = match (selector.telling_test(), selector.element_name()) {
                (Some((operand, value)), _) => {
                    let values = index.values_of(operand);
                    let asking = values.entry(folded(value).into_owned()).or_default();
                    match selector.telling_place() {
                        Some((name, place)) => {
                            asking.at.entry((name.to_owned(), place)).or_default()
                        }
                        None => &mut asking.any,
                    }
                }
                (None, Some(name)) => index.names.entry(name.to_owned()).or_default(),
                (None, None) => &mut index.others,
            };
            bucket.entry(selector.leaf().clone()).or_default().push(at);
        }
        index
    }

    fn values_of(&mut self, operand: &Operand) -> &mut FxHashMap<String, Asking> {
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
            for (test, (operand, values)) in self.tests.iter().enumerate() {
                operand.any(document, node, &|_, value| {
                    if let Some(asking) = values.get(&*folded(value)) {
                        add(&asking.any);
                        if !asking.at.is_empty() {
                            let name = document.local_name(node);
                            for place in self.places(document, node, test) {
                                if let Some(bucket) = asking.at.get(&(name.to_owned(), place)) {
                                    add(bucket);
                                }
                            }
                        }
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

    /// The places that `element` may have among its like, by the value that a test asks for.
    fn places(&self, document: &Document, element: NodeId, test: usize) -> [usize; 2] {
        let Some(parent) = document.parent(element) else {
            return [1; 2];
        };
        let attribute = self.tests[test].0.attribute.as_deref();
        let key = (document.text().as_ptr() as usize, parent, test);
        let mut known = self.places.borrow_mut();
        let places = known.entry(key).or_insert_with(|| {
            let mut counts: FxHashMap<(&str, bool, String), usize> = FxHashMap::default();
            let mut places = Places::default();
            for node in document.child_elements(parent) {
                let value = attribute.and_then(|name| document.value(node, name));
                let Some(value) = value else { continue };
                let mut place = |is_folded: bool, value: String| {
                    let key = (document.local_name(node), is_folded, value);
                    let count = counts.entry(key).or_default();
                    *count += 1;
                    *count
                };
                let folded = folded(&value).into_owned();
                let places_of_node = [place(false, value.into_owned()), place(true, folded)];
                places.insert(node, places_of_node);
            }
            places
        });
        places.get(&element).copied().unwrap_or_default()
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

    /// The name and the position that stand beside the telling test, where it is the only other test of
    /// its step and of the element itself: `add[@key='A'][2]`.
    fn telling_place(&self) -> Option<(&str, usize)> {
        let is_telling = |test: &Predicate| {
            matches!(test, Predicate::Compare(Comparison::Equals, operand, _)
                if operand.attribute.is_some() && !operand.lower_case)
        };
        let mut steps = self.steps.iter().rev();
        let step = steps.find(|step| step.predicates.iter().any(is_telling))?;
        match step.predicates.as_slice() {
            [
                Predicate::Compare(Comparison::Equals, operand, _),
                Predicate::Position(place),
            ] if operand.children.is_empty() => Some((step.name.as_deref()?, *place)),
            _ => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const TEXT: &str = "<configuration><appSettings><add key='A' value='1'/><add key='b' value='2'/>\
        <add key='B' value='3'/><remove key='b'/><add key='b' value='4'/><clear/></appSettings><runtime><dependentAssembly><assemblyIdentity name='Acme'/>\
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
            "/configuration/appSettings/add[@key='B'][1]/@value",
            "/configuration/appSettings/add[@key='B'][2]/@value",
            "/configuration/appSettings/add[@key='b'][2]/@value",
            "/configuration/appSettings/add[@key='b'][3]",
            "/configuration/appSettings/*[@key='b'][2]",
            "/configuration/appSettings/add[2][@key='b']",
            "/configuration/appSettings/add[@key='b'][@value='3'][1]",
            "/configuration/appSettings/add[@key='b'][2][@value='4']/@value",
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
