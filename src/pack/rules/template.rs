//! Messages with places for facts: `` `{value}` is no URL ``.
//!
//! Known are `{value}` (what was selected), `{element}` (the name of its
//! element), `{@name}` (an attribute of it) and `{url.host}` and the other
//! parts of a URL. `{{` is a brace.

use thiserror::Error;

use super::lint::UrlPart;
use crate::word::Word;

/// A message with places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Fact(Fact),
}

/// What a message can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// What was selected.
    Value,
    /// The name of its element.
    Element,
    /// An attribute of that element.
    Attribute(String),
    /// A part of the URL that was selected.
    Url(UrlPart),
    /// What the check of the rule, or the plan, fills in.
    Place(&'static str),
    /// The value of a fact, by its id.
    Known(String),
}

/// A place that nothing fills.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct TemplateError {
    /// What is wrong.
    pub message: String,
    /// Byte offset in the message.
    pub at: usize,
}

impl Template {
    /// Reads `source`.
    ///
    /// # Errors
    /// The first place that is not closed or names nothing known.
    pub fn parse(source: &str) -> Result<Self, TemplateError> {
        let known = "value, element, @name, url.host and other parts of a URL";
        Self::parse_with(source, known, fact)
    }

    /// Reads the message of a check that fills in `places`.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_for(source: &str, places: &[&'static str]) -> Result<Self, TemplateError> {
        let known = match places {
            [] => "nothing".to_owned(),
            _ => places.join(", "),
        };
        let fact = |name: &str| {
            let mut places = places.iter();
            places
                .find(|place| **place == name)
                .copied()
                .map(Fact::Place)
        };
        Self::parse_with(source, &known, fact)
    }

    /// Reads a text in which `places` are filled in, and facts: `{fact.id}`.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_with_facts(source: &str, places: &[&'static str]) -> Result<Self, TemplateError> {
        let known = format!("{}, fact.ID", places.join(", "));
        Self::parse_with(source, &known, |name| match name.strip_prefix("fact.") {
            Some(id) => Some(Fact::Known(id.to_owned())),
            None => {
                let mut places = places.iter();
                let place = places.find(|place| **place == name);
                place.copied().map(Fact::Place)
            }
        })
    }

    /// What it tells.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Fact(fact) => Some(fact),
        })
    }

    fn parse_with(
        source: &str,
        known: &str,
        fact: impl Fn(&str) -> Option<Fact>,
    ) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut at = 0;
        while let Some(found) = source[at..].find(['{', '}']) {
            let brace = at + found;
            text.push_str(&source[at..brace]);
            let rest = &source[brace..];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                text.push_str(&rest[..1]);
                at = brace + 2;
                continue;
            }
            let error = |message: String| TemplateError { message, at: brace };
            let end = rest
                .find('}')
                .filter(|_| rest.starts_with('{'))
                .ok_or_else(|| error("a brace of its own is written `{{` or `}}`".to_owned()))?;
            let name = &rest[1..end];
            let fact = fact(name)
                .ok_or_else(|| error(format!("`{{{name}}}` is not known; known here: {known}")))?;
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
            }
            pieces.push(Piece::Fact(fact));
            at = brace + end + 1;
        }
        text.push_str(&source[at..]);
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        Ok(Self { pieces })
    }

    /// The message, with what `fact` says in the places.
    pub fn fill(&self, mut fact: impl FnMut(&Fact) -> String) -> String {
        let mut filled = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Fact(wanted) => filled.push_str(&fact(wanted)),
            }
        }
        filled
    }
}

fn fact(name: &str) -> Option<Fact> {
    match name {
        "value" => Some(Fact::Value),
        "element" => Some(Fact::Element),
        _ => match name.strip_prefix("url.") {
            Some(part) => UrlPart::of(part).map(Fact::Url),
            None => {
                let attribute = name.strip_prefix('@')?;
                crate::xml::chars::is_qualified_name(attribute)
                    .then(|| Fact::Attribute(attribute.to_owned()))
            }
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_braces_kept() {
        let template = Template::parse("{{{value}}} of <{element}> by {@key}, {url.host}").unwrap();
        let filled = template.fill(|fact| format!("{fact:?}"));
        assert_eq!(
            filled,
            "{Value} of <Element> by Attribute(\"key\"), Url(Host)"
        );
    }

    #[test]
    fn unknown_places_are_refused_where_they_stand() {
        for (source, at) in [("a {valu} b", 2), ("a { b", 2), ("} b", 0), ("{url.x}", 0)] {
            assert_eq!(Template::parse(source).unwrap_err().at, at, "{source}");
        }
    }
}
