//! Reads selectors; the grammar is in [`super`].

use super::{Comparison, Operand, Predicate, Selector, SelectorError, Step};
use crate::xml::address::Leaf;
use crate::xml::chars::is_qualified_name;

pub(super) struct Parser<'a> {
    pub(super) source: &'a str,
    pub(super) at: usize,
}

impl Parser<'_> {
    pub(super) fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    pub(super) fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    pub(super) fn spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(' ').len();
    }

    pub(super) fn expected<T>(&self, what: &str) -> Result<T, SelectorError> {
        Err(SelectorError {
            message: format!("expected {what}"),
            at: self.at,
        })
    }

    pub(super) fn require(&mut self, text: &str) -> Result<(), SelectorError> {
        self.spaces();
        if self.take(text) {
            self.spaces();
            return Ok(());
        }
        self.expected(&format!("`{text}`"))
    }

    pub(super) fn name(&mut self, what: &str) -> Result<String, SelectorError> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')))
            .unwrap_or(rest.len());
        let name = rest[..length].to_owned();
        if !is_qualified_name(&name) {
            return self.expected(what);
        }
        self.at += length;
        Ok(name)
    }

    /// Steps that each begin with a slash, and the leaf at their end.
    pub(super) fn steps(&mut self, selector: &mut Selector) -> Result<(), SelectorError> {
        while self.at < self.source.len() {
            let any_depth = if self.take("//") {
                true
            } else if self.take("/") {
                false
            } else {
                return self.expected("`/` or `//`");
            };
            if self.take("@") {
                selector.leaf = Leaf::Attribute(self.name("an attribute name")?);
            } else if self.take("text()") {
                selector.leaf = Leaf::Text;
            } else {
                selector.steps.push(self.step(any_depth)?);
                continue;
            }
            if self.at < self.source.len() || selector.steps.is_empty() || any_depth {
                return self.expected("the end after one element and `/@name` or `/text()`");
            }
        }
        Ok(())
    }

    pub(super) fn step(&mut self, any_depth: bool) -> Result<Step, SelectorError> {
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

    pub(super) fn predicate(&mut self) -> Result<Predicate, SelectorError> {
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

    pub(super) fn operand(&mut self) -> Result<Operand, SelectorError> {
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

    pub(super) fn literal(&mut self) -> Result<String, SelectorError> {
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
