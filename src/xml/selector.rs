//! Selectors: the subset of XPath that rule packs use to name nodes.
//!
//! ```text
//! selector  = ( "/" | "//" ) step ( ( "/" | "//" ) step )* [ "/@" name | "/text()" ]
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

use super::address::Leaf;
use super::document::{Document, NodeId};

/// A compiled selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    source: String,
    steps: Vec<Step>,
    leaf: Leaf,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    any_depth: bool,
    /// `None` is `*`.
    name: Option<String>,
    predicates: Vec<Predicate>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Predicate {
    Position(usize),
    Exists(Operand),
    Compare(Comparison, Operand, String),
    Not(Box<Predicate>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equals,
    Contains,
    StartsWith,
    EndsWith,
}

#[derive(Clone, Debug, PartialEq, Eq)]
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
        let mut steps = Vec::new();
        let mut leaf = Leaf::Element;
        if source.is_empty() {
            return parser.expected("a path such as /configuration/appSettings");
        }
        while parser.at < source.len() {
            let any_depth = if parser.take("//") {
                true
            } else if parser.take("/") {
                false
            } else {
                return parser.expected("`/` or `//`");
            };
            if parser.take("@") {
                leaf = Leaf::Attribute(parser.name("an attribute name")?);
            } else if parser.take("text()") {
                leaf = Leaf::Text;
            } else {
                steps.push(parser.step(any_depth)?);
                continue;
            }
            if parser.at < source.len() || steps.is_empty() || any_depth {
                return parser.expected("the end after one element and `/@name` or `/text()`");
            }
        }
        Ok(Self {
            source: source.to_owned(),
            steps,
            leaf,
        })
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
        self.matches_up(document, element, self.steps.len(), ignores_case)
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
        if self.leaf != Leaf::Element {
            return self.leaf == *leaf && self.matches_element(document, element, ignores_case);
        }
        let mut at = Some(element);
        while let Some(node) = at.filter(|node| document.is_element(*node)) {
            if self.matches_element(document, node, ignores_case) {
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

    /// Matches the first `count` steps against `element` and its ancestors.
    fn matches_up(
        &self,
        document: &Document,
        element: NodeId,
        count: usize,
        ignores_case: IgnoresCase<'_>,
    ) -> bool {
        let step = &self.steps[count - 1];
        if !step.matches(document, element, ignores_case) {
            return false;
        }
        let mut parent = document.parent(element).filter(|p| document.is_element(*p));
        if count == 1 {
            return step.any_depth || parent.is_none();
        }
        if !step.any_depth {
            return parent
                .is_some_and(|parent| self.matches_up(document, parent, count - 1, ignores_case));
        }
        while let Some(ancestor) = parent {
            if self.matches_up(document, ancestor, count - 1, ignores_case) {
                return true;
            }
            parent = document
                .parent(ancestor)
                .filter(|p| document.is_element(*p));
        }
        false
    }
}

impl Step {
    fn matches(&self, document: &Document, element: NodeId, ignores_case: IgnoresCase<'_>) -> bool {
        self.name
            .as_deref()
            .is_none_or(|name| document.local_name(element) == name)
            && self
                .predicates
                .iter()
                .enumerate()
                .all(|(at, predicate)| self.holds(predicate, at, document, element, ignores_case))
    }

    fn holds(
        &self,
        predicate: &Predicate,
        at: usize,
        document: &Document,
        element: NodeId,
        ignores_case: IgnoresCase<'_>,
    ) -> bool {
        match predicate {
            Predicate::Position(wanted) => {
                let earlier = Self {
                    any_depth: self.any_depth,
                    name: self.name.clone(),
                    predicates: self.predicates[..at].to_vec(),
                };
                let Some(parent) = document.parent(element) else {
                    return *wanted == 1;
                };
                document
                    .child_elements(parent)
                    .filter(|sibling| earlier.matches(document, *sibling, ignores_case))
                    .nth(wanted.saturating_sub(1))
                    == Some(element)
            }
            Predicate::Exists(operand) => operand.any(document, element, &|_, _| true),
            Predicate::Compare(comparison, operand, literal) => {
                operand.any(document, element, &|owner, value| match comparison {
                    Comparison::Equals => {
                        value == literal
                            || (operand.attribute.as_deref().is_some_and(|name| {
                                ignores_case(document, element, name)
                                    || ignores_case(document, owner, name)
                            }) && value.eq_ignore_ascii_case(literal))
                    }
                    Comparison::Contains => value.contains(literal.as_str()),
                    Comparison::StartsWith => value.starts_with(literal.as_str()),
                    Comparison::EndsWith => value.ends_with(literal.as_str()),
                })
            }
            Predicate::Not(inner) => !self.holds(inner, at, document, element, ignores_case),
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
        let mut owners = vec![element];
        for name in &self.children {
            owners = owners
                .iter()
                .flat_map(|owner| document.child_elements(*owner))
                .filter(|child| document.local_name(*child) == name)
                .collect();
        }
        owners.iter().any(|owner| {
            let value = match &self.attribute {
                Some(name) => document.value(*owner, name),
                None => Some(document.inner_text(*owner)),
            };
            value.is_some_and(|value| {
                let value = if self.lower_case {
                    Cow::Owned(value.to_lowercase())
                } else {
                    value
                };
                test(*owner, &value)
            })
        })
    }
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(' ').len();
    }

    fn expected<T>(&self, what: &str) -> Result<T, SelectorError> {
        Err(SelectorError {
            message: format!("expected {what}"),
            at: self.at,
        })
    }

    fn require(&mut self, text: &str) -> Result<(), SelectorError> {
        self.spaces();
        if self.take(text) {
            self.spaces();
            return Ok(());
        }
        self.expected(&format!("`{text}`"))
    }

    fn name(&mut self, what: &str) -> Result<String, SelectorError> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')))
            .unwrap_or(rest.len());
        let name = rest[..length].to_owned();
        if !super::chars::is_qualified_name(&name) {
            return self.expected(what);
        }
        self.at += length;
        Ok(name)
    }

    fn step(&mut self, any_depth: bool) -> Result<Step, SelectorError> {
        let name = if self.take("*") {
            None
        } else {
            Some(self.name("an element name or `*`")?)
        };
        let mut predicates = Vec::new();
        while self.take("[") {
            self.spaces();
            predicates.push(self.predicate()?);
            self.spaces();
            if !self.take("]") {
                return self.expected("`]`");
            }
        }
        Ok(Step {
            any_depth,
            name,
            predicates,
        })
    }

    fn predicate(&mut self) -> Result<Predicate, SelectorError> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            let number = self.rest()[..digits].parse().unwrap_or(0);
            if number == 0 {
                return self.expected("a position from 1");
            }
            self.at += digits;
            return Ok(Predicate::Position(number));
        }
        if self.take("not(") {
            self.spaces();
            let inner = self.predicate()?;
            self.require(")")?;
            return Ok(Predicate::Not(Box::new(inner)));
        }
        for (word, comparison) in [
            ("contains(", Comparison::Contains),
            ("starts-with(", Comparison::StartsWith),
            ("ends-with(", Comparison::EndsWith),
        ] {
            if self.take(word) {
                self.spaces();
                let operand = self.operand()?;
                self.require(",")?;
                let literal = self.literal()?;
                self.require(")")?;
                return Ok(Predicate::Compare(comparison, operand, literal));
            }
        }
        let operand = self.operand()?;
        self.spaces();
        if self.take("=") {
            self.spaces();
            let literal = self.literal()?;
            return Ok(Predicate::Compare(Comparison::Equals, operand, literal));
        }
        Ok(Predicate::Exists(operand))
    }

    fn operand(&mut self) -> Result<Operand, SelectorError> {
        if self.take("lower-case(") {
            self.spaces();
            let operand = self.operand()?;
            self.require(")")?;
            return Ok(Operand {
                lower_case: true,
                ..operand
            });
        }
        let mut children = Vec::new();
        loop {
            if self.take("@") {
                let attribute = Some(self.name("an attribute name")?);
                return Ok(Operand {
                    lower_case: false,
                    children,
                    attribute,
                });
            }
            if self.take(".") || (!children.is_empty() && self.take("text()")) {
                return Ok(Operand {
                    lower_case: false,
                    children,
                    attribute: None,
                });
            }
            children.push(self.name("`@name`, `.` or a child element")?);
            if !self.take("/") {
                return self.expected("`/@name` after a child element");
            }
        }
    }

    fn literal(&mut self) -> Result<String, SelectorError> {
        if self.take("concat(") {
            let mut joined = String::new();
            loop {
                self.spaces();
                joined.push_str(&self.literal()?);
                self.spaces();
                if self.take(")") {
                    return Ok(joined);
                }
                if !self.take(",") {
                    return self.expected("`,` or `)`");
                }
            }
        }
        let quote = if self.take("'") {
            '\''
        } else if self.take("\"") {
            '"'
        } else {
            return self.expected("a text in quotes");
        };
        let Some(length) = self.rest().find(quote) else {
            return self.expected("the closing quote");
        };
        let literal = self.rest()[..length].to_owned();
        self.at += length + 1;
        Ok(literal)
    }
}
