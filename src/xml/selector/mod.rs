//! Selectors: the subset of XPath that rule packs use to name nodes.
//!
//! ```text
//! selector  = ( "/" | "//" ) step ( ( "/" | "//" ) step )* [ "/@" name | "/text()" ]
//! relative  = ( "../" )* ( "." | "@" name | "text()" | step ( ( "/" | "//" ) step )* [ "/@" name | "/text()" ] )
//! step      = ( name | "*" ) predicate*
//! predicate = "[" test "]" | "[" number "]"
//! test      = "not(" test ")" | operand [ "=" literal ]
//!           | ( "contains" | "starts-with" | "ends-with" ) "(" operand "," literal ")"
//! operand   = "lower-case(" operand ")" | "." | ( name "/" )* "@" name
//! literal   = "'" … "'" | '"' … '"' | "concat(" literal ( "," literal )* ")"
//! ```
//!
//! Names match local names. `lower-case` and `ends-with` are XPath 2.0; the rest
//! is XPath 1.0 with the same meaning.

use std::borrow::Cow;

use thiserror::Error;

mod index;
mod parse;
mod positions;
mod reach;
mod sense;

use super::address::Leaf;
use super::document::{Document, NodeId};
use super::fold::equal_but_for_case;
pub use index::SelectorIndex;
use parse::Parser;
pub use positions::Positions;
pub use reach::Reach;

/// A compiled selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    source: String,
    steps: Vec<Step>,
    leaf: Leaf,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Step {
    any_depth: bool,
    /// `None` is `*`.
    name: Option<String>,
    predicates: Vec<Predicate>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Predicate {
    Position(usize),
    Exists(Operand),
    Compare(Comparison, Operand, String),
    Not(Box<Predicate>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Comparison {
    Equals,
    Contains,
    StartsWith,
    EndsWith,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Operand {
    lower_case: bool,
    children: Vec<String>,
    /// `None` is `.`: the text of the element.
    attribute: Option<String>,
}

/// Why a selector does not compile.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct SelectorError {
    /// What was expected.
    pub message: String,
    /// Byte offset in the selector.
    pub at: usize,
}

/// Decides how `=` compares the attribute of this name on this element: whether case is ignored.
pub type IgnoresCase<'a> = &'a dyn Fn(&Document, NodeId, &str) -> bool;

impl Selector {
    /// Compiles `source`.
    ///
    /// # Errors
    /// What was expected, and where.
    pub fn parse(source: &str) -> Result<Self, SelectorError> {
        let mut parser = Parser { source, at: 0 };
        if source.is_empty() {
            return parser.expected("a path such as /configuration/appSettings");
        }
        let mut selector = Self {
            source: source.to_owned(),
            steps: Vec::new(),
            leaf: Leaf::Element,
        };
        parser.steps(&mut selector)?;
        Ok(selector)
    }

    /// The local name of the elements that it selects; `None` if any.
    #[must_use]
    pub fn element_name(&self) -> Option<&str> {
        self.steps.last()?.name.as_deref()
    }

    /// The local names of the elements that it selects and of their ancestors, upwards, as far as
    /// it says them (`None`: any name); and whether there are no further ancestors.
    #[must_use]
    pub fn names_upward(&self) -> (Vec<Option<&str>>, bool) {
        let mut names = Vec::new();
        for step in self.steps.iter().rev() {
            names.push(step.name.as_deref());
            if step.any_depth {
                return (names, false);
            }
        }
        (names, true)
    }

    /// The names and values that tell what it selects from all else: the last names of its path, but for
    /// those that every configuration has, and what its tests compare with.
    #[must_use]
    pub fn telling_words(&self) -> Vec<&str> {
        const COMMON: &[&str] = &[
            "add",
            "value",
            "key",
            "name",
            "setting",
            "configuration",
            "property",
        ];
        let steps = &self.steps[self.steps.len().saturating_sub(2)..];
        let names = steps.iter().filter_map(|step| step.name.as_deref());
        let attribute = match &self.leaf {
            Leaf::Attribute(name) => Some(name.as_str()),
            _ => None,
        };
        let tests = self.steps.iter().flat_map(|step| &step.predicates);
        let values = tests.filter_map(|test| match test {
            Predicate::Compare(_, _, value) => Some(value.as_str()),
            _ => None,
        });
        let mut words: Vec<&str> = names.chain(attribute).chain(values).collect();
        words.retain(|word| word.len() > 2 && !COMMON.contains(word));
        words
    }

    /// What people call the entry that it selects: the key or name that it asks for, else the element.
    #[must_use]
    pub fn entry_name(&self) -> Option<&str> {
        let step = self.steps.last()?;
        let asked = step
            .predicates
            .iter()
            .find_map(|predicate| match predicate {
                Predicate::Compare(Comparison::Equals, operand, value)
                    if operand.children.is_empty() && operand.attribute.is_some() =>
                {
                    Some(value.as_str())
                }
                _ => None,
            });
        asked.or(step.name.as_deref())
    }

    /// Whether its last step selects this element, wherever that stands.
    #[must_use]
    pub fn matches_entry(
        &self,
        document: &Document,
        element: NodeId,
        ignores_case: IgnoresCase<'_>,
    ) -> bool {
        let step = self.steps.last();
        step.is_some_and(|step| step.matches(document, element, ignores_case, None))
    }

    /// The selector as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// What of the element it selects.
    #[must_use]
    pub fn leaf(&self) -> &Leaf {
        &self.leaf
    }

    /// Whether it selects this element (whatever the leaf).
    #[must_use]
    pub fn matches_element(
        &self,
        document: &Document,
        element: NodeId,
        ignores_case: IgnoresCase<'_>,
    ) -> bool {
        self.matches_among(document, element, ignores_case, None)
    }

    /// The same, with positions remembered in `positions`.
    #[must_use]
    pub fn matches_among(
        &self,
        document: &Document,
        element: NodeId,
        ignores_case: IgnoresCase<'_>,
        positions: Option<&Positions>,
    ) -> bool {
        // Names say most and cost least.
        let has_predicates = self.steps.iter().any(|step| !step.predicates.is_empty());
        let by_name = |step: &Step, node| step.has_name(document, node);
        let matches = |step: &Step, node| step.matches(document, node, ignores_case, positions);
        let count = self.steps.len();
        (!has_predicates || self.matches_up(document, element, count, None, &by_name))
            && self.matches_up(document, element, count, None, &matches)
    }

    /// As [`Self::matches_element`], as if `top` were the document.
    fn matches_below(
        &self,
        document: &Document,
        element: NodeId,
        top: Option<NodeId>,
        ignores_case: IgnoresCase<'_>,
    ) -> bool {
        let matches = |step: &Step, node| step.matches(document, node, ignores_case, None);
        self.matches_up(document, element, self.steps.len(), top, &matches)
    }

    /// Whether it selects this leaf of this element, or the element or one of
    /// its ancestors as a whole.
    #[must_use]
    pub fn covers(
        &self,
        document: &Document,
        element: NodeId,
        leaf: &Leaf,
        ignores_case: IgnoresCase<'_>,
    ) -> bool {
        self.covers_among(document, element, leaf, ignores_case, None)
    }

    /// The same, with positions remembered in `positions`.
    #[must_use]
    pub fn covers_among(
        &self,
        document: &Document,
        element: NodeId,
        leaf: &Leaf,
        ignores_case: IgnoresCase<'_>,
        positions: Option<&Positions>,
    ) -> bool {
        let matches = |node| self.matches_among(document, node, ignores_case, positions);
        if self.leaf != Leaf::Element {
            return self.leaf == *leaf && matches(element);
        }
        let mut at = Some(element);
        while let Some(node) = at.filter(|node| document.is_element(*node)) {
            if matches(node) {
                return true;
            }
            at = document.parent(node);
        }
        false
    }

    /// The elements of `document` that it selects, in document order.
    pub fn select<'d>(
        &'d self,
        document: &'d Document,
        ignores_case: IgnoresCase<'d>,
    ) -> impl Iterator<Item = NodeId> + 'd {
        document
            .nodes()
            .filter(|node| document.is_element(*node))
            .filter(move |node| self.matches_element(document, *node, ignores_case))
    }

    /// Matches the first `count` steps against `element` and its ancestors below
    /// `top`; `None` is the document.
    fn matches_up(
        &self,
        document: &Document,
        element: NodeId,
        count: usize,
        top: Option<NodeId>,
        matches: &dyn Fn(&Step, NodeId) -> bool,
    ) -> bool {
        let step = &self.steps[count - 1];
        if !matches(step, element) {
            return false;
        }
        let parent_of = |node: NodeId| {
            let parent = document.parent(node);
            parent.filter(|parent| document.is_element(*parent) && Some(*parent) != top)
        };
        let mut parent = parent_of(element);
        if count == 1 {
            return step.any_depth || parent.is_none();
        }
        if !step.any_depth {
            return parent
                .is_some_and(|parent| self.matches_up(document, parent, count - 1, top, matches));
        }
        while let Some(ancestor) = parent {
            if self.matches_up(document, ancestor, count - 1, top, matches) {
                return true;
            }
            parent = parent_of(ancestor);
        }
        false
    }
}

/// The value at `leaf` of `element`: an attribute if it is there, else the text inside.
#[must_use]
pub fn leaf_value<'d>(
    document: &'d Document,
    element: NodeId,
    leaf: &Leaf,
) -> Option<Cow<'d, str>> {
    match leaf {
        Leaf::Attribute(name) => document.value(element, name),
        Leaf::Element | Leaf::Text => Some(document.inner_text(element)),
    }
}

impl Step {
    fn has_name(&self, document: &Document, element: NodeId) -> bool {
        let name = self.name.as_deref();
        name.is_none_or(|name| document.local_name(element) == name)
    }

    fn matches(
        &self,
        document: &Document,
        element: NodeId,
        ignores_case: IgnoresCase<'_>,
        positions: Option<&Positions>,
    ) -> bool {
        let all = self.predicates.len();
        self.passes(all, document, element, ignores_case, positions)
    }

    /// Whether the name and the first `count` predicates hold.
    fn passes(
        &self,
        count: usize,
        document: &Document,
        element: NodeId,
        ignores_case: IgnoresCase<'_>,
        positions: Option<&Positions>,
    ) -> bool {
        let holds =
            |(at, predicate)| self.holds(predicate, at, document, element, ignores_case, positions);
        self.has_name(document, element) && self.predicates[..count].iter().enumerate().all(holds)
    }

    fn holds(
        &self,
        predicate: &Predicate,
        at: usize,
        document: &Document,
        element: NodeId,
        ignores_case: IgnoresCase<'_>,
        positions: Option<&Positions>,
    ) -> bool {
        match predicate {
            Predicate::Position(wanted) => {
                let Some(parent) = document.parent(element) else {
                    return *wanted == 1;
                };
                let passes = |node| self.passes(at, document, node, ignores_case, None);
                match positions {
                    Some(known) => {
                        let place = (document, parent, element);
                        known.of(self, at, place, &passes) == Some(*wanted)
                    }
                    None => {
                        let mut counted = document.child_elements(parent).filter(|n| passes(*n));
                        counted.nth(wanted.saturating_sub(1)) == Some(element)
                    }
                }
            }
            Predicate::Exists(operand) => operand.any(document, element, &|_, _| true),
            Predicate::Compare(comparison, operand, literal) => {
                operand.any(document, element, &|owner, value| match comparison {
                    Comparison::Equals => {
                        value == literal
                            || (operand.attribute.as_deref().is_some_and(|name| {
                                ignores_case(document, element, name)
                                    || ignores_case(document, owner, name)
                            }) && equal_but_for_case(value, literal))
                    }
                    Comparison::Contains => value.contains(literal.as_str()),
                    Comparison::StartsWith => value.starts_with(literal.as_str()),
                    Comparison::EndsWith => value.ends_with(literal.as_str()),
                })
            }
            Predicate::Not(inner) => {
                !self.holds(inner, at, document, element, ignores_case, positions)
            }
        }
    }
}

impl Operand {
    /// Whether any value that the operand means from `element` passes `test`.
    fn any(
        &self,
        document: &Document,
        element: NodeId,
        test: &dyn Fn(NodeId, &str) -> bool,
    ) -> bool {
        let passes = |owner: NodeId| {
            let value = match &self.attribute {
                Some(name) => document.value(owner, name),
                None => Some(document.inner_text(owner)),
            };
            value.is_some_and(|value| {
                let value = if self.lower_case {
                    Cow::Owned(value.to_lowercase())
                } else {
                    value
                };
                test(owner, &value)
            })
        };
        if self.children.is_empty() {
            return passes(element);
        }
        let mut owners = vec![element];
        for name in &self.children {
            owners = owners
                .iter()
                .flat_map(|owner| document.child_elements(*owner))
                .filter(|child| document.local_name(*child) == name)
                .collect();
        }
        owners.into_iter().any(passes)
    }
}
