//! Selectors that are well-formed and can still never select anything.

use super::super::fold::equal_but_for_case;
use super::{Comparison, Operand, Predicate, Selector, Step};

impl Selector {
    /// Why it can never select anything, or never tell what it seems to, if that is certain.
    #[must_use]
    pub fn contradiction(&self) -> Option<String> {
        let first = self.steps.first();
        if let Some(step) = first.filter(|step| !step.any_depth) {
            let later = |predicate: &&Predicate| matches!(predicate, Predicate::Position(2..));
            if self.source.starts_with('/') && step.predicates.iter().any(|p| later(&p)) {
                return Some("a document has one root element".to_owned());
            }
        }
        self.steps.iter().find_map(Step::contradiction)
    }
}

impl Step {
    fn contradiction(&self) -> Option<String> {
        if let Some(found) = self.predicates.iter().find_map(Predicate::contradiction) {
            return Some(found);
        }
        let mut equals: Vec<(&Operand, &str)> = Vec::new();
        for predicate in &self.predicates {
            let Predicate::Compare(Comparison::Equals, operand, literal) = predicate else {
                continue;
            };
            // A child may be there several times; what the element itself has is there once.
            if !operand.children.is_empty() {
                continue;
            }
            let other = equals.iter().find(|(known, value)| {
                known.attribute == operand.attribute && !equal_but_for_case(value, literal)
            });
            if let Some((_, other)) = other {
                return Some(format!(
                    "{} cannot be both '{other}' and '{literal}'",
                    operand.shown()
                ));
            }
            equals.push((operand, literal));
        }
        None
    }
}

impl Predicate {
    fn contradiction(&self) -> Option<String> {
        match self {
            Self::Compare(_, operand, literal)
                if operand.lower_case && literal.to_lowercase() != *literal =>
            {
                Some(format!(
                    "lower-case({}) is never '{literal}', which has capitals",
                    operand.shown()
                ))
            }
            Self::Not(inner) => inner.contradiction(),
            _ => None,
        }
    }
}

impl Operand {
    fn shown(&self) -> String {
        match &self.attribute {
            Some(name) => format!("@{name}"),
            None => "the text".to_owned(),
        }
    }
}
