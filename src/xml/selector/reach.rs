//! Paths from one element to others, as conditions of lint rules use them.

use std::borrow::Cow;

use super::parse::Parser;
use super::{IgnoresCase, Selector, SelectorError, leaf_value};
use crate::xml::address::Leaf;
use crate::xml::{Document, NodeId};

/// A way from one element to others, or an absolute selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// How many parents to go up first; `None`: from the document.
    up: Option<usize>,
    below: Selector,
}

impl Reach {
    /// Compiles `source`: `@name`, `child/@name`, `../sibling`, `.` or an absolute selector.
    ///
    /// # Errors
    /// What was expected, and where.
    pub fn parse(source: &str) -> Result<Self, SelectorError> {
        if source.starts_with('/') {
            let below = Selector::parse(source)?;
            return Ok(Self { up: None, below });
        }
        let mut parser = Parser { source, at: 0 };
        let mut up = 0;
        while parser.take("../") {
            up += 1;
        }
        if parser.rest() == ".." {
            parser.at = source.len();
            up += 1;
        }
        let mut below = Selector {
            source: source.to_owned(),
            steps: Vec::new(),
            leaf: Leaf::Element,
        };
        let is_end = parser.rest().is_empty() && up > 0;
        if !is_end && !parser.take(".") {
            if parser.take("@") {
                below.leaf = Leaf::Attribute(parser.name("an attribute name")?);
            } else if parser.take("text()") {
                below.leaf = Leaf::Text;
            } else {
                below.steps.push(parser.step(false)?);
                parser.steps(&mut below)?;
            }
        }
        if parser.at < source.len() {
            return parser.expected("the end, or `/` and a child element");
        }
        Ok(Self {
            up: Some(up),
            below,
        })
    }

    /// The path as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.below.source
    }

    /// As [`Selector::contradiction`].
    #[must_use]
    pub fn contradiction(&self) -> Option<String> {
        self.below.contradiction()
    }

    /// What of the elements it selects.
    #[must_use]
    pub fn leaf(&self) -> &Leaf {
        &self.below.leaf
    }

    /// The elements that it leads to from `element`, in document order.
    #[must_use]
    pub fn elements(
        &self,
        document: &Document,
        element: NodeId,
        ignores_case: IgnoresCase<'_>,
    ) -> Vec<NodeId> {
        let Some(up) = self.up else {
            return self.below.select(document, ignores_case).collect();
        };
        let mut from = Some(element);
        for _ in 0..up {
            let parent = from.and_then(|node| document.parent(node));
            from = parent.filter(|parent| document.is_element(*parent));
        }
        let Some(from) = from else { return Vec::new() };
        let count = self.below.steps.len();
        if count == 0 {
            return vec![from];
        }
        document
            .subtree(from)
            .filter(|node| *node != from && document.is_element(*node))
            .filter(|node| {
                self.below
                    .matches_below(document, *node, Some(from), ignores_case)
            })
            .collect()
    }

    /// The values that it leads to from `element`; elements count with their text.
    #[must_use]
    pub fn values<'d>(
        &self,
        document: &'d Document,
        element: NodeId,
        ignores_case: IgnoresCase<'_>,
    ) -> Vec<(NodeId, Cow<'d, str>)> {
        self.elements(document, element, ignores_case)
            .into_iter()
            .filter_map(|owner| Some((owner, leaf_value(document, owner, self.leaf())?)))
            .collect()
    }
}
