//! What stands in a tag: names, attributes, the prefixes they declare and use.

use std::collections::HashMap;

use super::{Builder, MAX_ATTRIBUTES, error};
use crate::xml::chars::{is_qualified_name, is_space, plain_length, plain_name_length, prefix};
use crate::xml::document::Attribute;
use crate::xml::escape::{self, ReferenceError};
use crate::xml::span::Span;
use crate::xml::syntax::{SyntaxError, SyntaxErrorKind};

/// What the prefix `xml` stands for without a declaration.
const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

impl Builder<'_> {
    pub(super) fn scan_name(&mut self, start: usize, limit: usize) -> Result<Span, SyntaxError> {
        let ends = |byte: u8| is_space(byte) || matches!(byte, b'=' | b'"' | b'\'' | b'<' | b'/');
        let rest = &self.text.as_bytes()[start..limit];
        let plain = plain_name_length(rest);
        if plain > 0 && rest.get(plain).is_none_or(|byte| ends(*byte)) {
            return Ok(Span::new(start, start + plain));
        }
        let length = rest.iter().position(|byte| ends(*byte));
        let name = &self.text[start..start + length.unwrap_or(rest.len())];
        if !is_qualified_name(name) {
            return error(SyntaxErrorKind::BadName, start, start + name.len());
        }
        self.has_prefixes |= name.contains(':');
        Ok(Span::new(start, start + name.len()))
    }

    /// Reads the attributes between `from` and `limit`.
    pub(super) fn scan_attributes(&mut self, from: usize, limit: usize) -> Result<(), SyntaxError> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        let mut count = 0;
        loop {
            let before = at;
            while at < limit && is_space(bytes[at]) {
                at += 1;
            }
            if at == limit {
                return Ok(());
            }
            if at == before {
                return error(SyntaxErrorKind::MissingSpace, at, self.next_char(at));
            }
            let name = self.scan_name(at, limit)?;
            at = name.end as usize;
            while at < limit && is_space(bytes[at]) {
                at += 1;
            }
            if at == limit || bytes[at] != b'=' {
                let kind = SyntaxErrorKind::AttributeWithoutValue;
                return error(kind, name.start as usize, name.end as usize);
            }
            at += 1;
            while at < limit && is_space(bytes[at]) {
                at += 1;
            }
            if at == limit || !matches!(bytes[at], b'"' | b'\'') {
                return error(SyntaxErrorKind::UnquotedValue, at, self.next_char(at));
            }
            let quote = bytes[at];
            let value_start = at + 1;
            // Values are short: one pass over the bytes is quicker than a search for each.
            let mut has_references = false;
            let mut less_than = None;
            let mut end = value_start
                + plain_length(&bytes[value_start..limit], |byte| {
                    (byte == quote) | (byte == b'<') | (byte == b'&')
                });
            loop {
                match bytes[..limit].get(end) {
                    Some(byte) if *byte == quote => break,
                    Some(b'<') if less_than.is_none() => less_than = Some(end),
                    Some(b'&') => has_references = true,
                    Some(_) => {}
                    None => {
                        let what = "an attribute value without its closing quote";
                        return error(SyntaxErrorKind::Unclosed { what }, at, at + 1);
                    }
                }
                end += 1;
            }
            if let Some(place) = less_than {
                return error(SyntaxErrorKind::LessThanInValue, place, place + 1);
            }
            let value = Span::new(value_start, end);
            if has_references {
                self.check_references(value)?;
            }
            at = value.end as usize + 1;
            if count == MAX_ATTRIBUTES {
                let limit = MAX_ATTRIBUTES;
                let kind = SyntaxErrorKind::TooManyAttributes { limit };
                return error(kind, name.start as usize, name.end as usize);
            }
            count += 1;
            self.attributes.push(Attribute { name, value });
        }
    }

    fn next_char(&self, at: usize) -> usize {
        at + self.text[at..].chars().next().map_or(0, char::len_utf8)
    }

    pub(super) fn check_references(&self, span: Span) -> Result<(), SyntaxError> {
        let raw = &self.text[span.range()];
        for at in memchr::memchr_iter(b'&', raw.as_bytes()) {
            let place = span.start as usize + at;
            let kind = match escape::reference(&raw[at..]) {
                Ok(_) => continue,
                Err(ReferenceError::BareAmpersand) => SyntaxErrorKind::BareAmpersand,
                Err(ReferenceError::UnknownEntity) => SyntaxErrorKind::UnknownEntity,
                Err(ReferenceError::BadCharacter) => SyntaxErrorKind::BadCharacterReference,
            };
            return error(kind, place, place + 1);
        }
        Ok(())
    }

    pub(super) fn check_duplicates(&self, first: u32) -> Result<(), SyntaxError> {
        let attributes = &self.attributes[first as usize..];
        let name = |attribute: &Attribute| &self.text[attribute.name.range()];
        let duplicate = if attributes.len() <= 12 {
            attributes.iter().enumerate().find(|(at, attribute)| {
                attributes[..*at]
                    .iter()
                    .any(|earlier| name(earlier) == name(attribute))
            })
        } else {
            let mut seen = std::collections::HashSet::with_capacity(attributes.len());
            attributes
                .iter()
                .enumerate()
                .find(|(_, attribute)| !seen.insert(name(attribute)))
        };
        match duplicate {
            Some((_, attribute)) => Err(SyntaxError {
                kind: SyntaxErrorKind::DuplicateAttribute {
                    name: name(attribute).to_owned(),
                },
                span: attribute.name,
            }),
            None => Ok(()),
        }
    }

    pub(super) fn check_namespaces(
        &mut self,
        element: Span,
        first: u32,
    ) -> Result<(), SyntaxError> {
        let depth = self.open.len();
        for index in first as usize..self.attributes.len() {
            let attribute = self.attributes[index];
            let name = &self.text[attribute.name.range()];
            if let Some(declared) = name.strip_prefix("xmlns:") {
                let uri = &self.text[attribute.value.range()];
                if uri.is_empty() || declared == "xmlns" || declared == "xml" {
                    return Err(SyntaxError {
                        kind: SyntaxErrorKind::BadNamespace,
                        span: attribute.name,
                    });
                }
                let places = self.prefixes.entry(declared).or_default();
                places.push(attribute.value);
                self.declared.push((declared, depth));
            }
        }
        let names = std::iter::once(element).chain(
            self.attributes[first as usize..]
                .iter()
                .map(|attribute| attribute.name),
        );
        for span in names {
            let Some(used) = prefix(&self.text[span.range()]) else {
                continue;
            };
            if !matches!(used, "xml" | "xmlns") && self.namespace(used).is_none() {
                return Err(SyntaxError {
                    kind: SyntaxErrorKind::UndeclaredPrefix {
                        prefix: used.to_owned(),
                    },
                    span,
                });
            }
        }
        self.check_expanded_names(first)
    }

    /// What `prefix` stands for here, as the text has it.
    fn namespace(&self, prefix: &str) -> Option<&str> {
        let place = self.prefixes.get(prefix)?.last()?;
        Some(&self.text[place.range()])
    }

    /// Refuses two attributes with one local name whose prefixes stand for one namespace.
    fn check_expanded_names(&self, first: u32) -> Result<(), SyntaxError> {
        let prefixed = self.attributes[first as usize..]
            .iter()
            .filter_map(|attribute| {
                let name = &self.text[attribute.name.range()];
                let (prefix, local) = name.split_once(':')?;
                (prefix != "xmlns").then_some((attribute, prefix, local))
            });
        if prefixed.clone().nth(1).is_none() {
            return Ok(());
        }
        let mut seen = HashMap::new();
        for (attribute, prefix, local) in prefixed {
            let raw = self.namespace(prefix).unwrap_or(XML_NAMESPACE);
            let key = (local, escape::attribute_value(raw));
            if let Some(earlier) = seen.insert(key, prefix) {
                return Err(SyntaxError {
                    kind: SyntaxErrorKind::SameAttribute {
                        name: format!("{prefix}:{local}"),
                        earlier: format!("{earlier}:{local}"),
                    },
                    span: attribute.name,
                });
            }
        }
        Ok(())
    }

    /// Forgets the prefixes of the element that ends.
    pub(super) fn leave_scope(&mut self) {
        let depth = self.open.len();
        while let Some((prefix, _)) = self.declared.pop_if(|(_, declared)| *declared >= depth) {
            if let Some(places) = self.prefixes.get_mut(prefix) {
                places.pop();
            }
        }
    }
}
