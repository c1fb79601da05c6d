//! Evaluates conditions of lint rules. The grammar is in docs/packs.md.

use std::borrow::Cow;
use std::net::IpAddr;

use fluent_uri::Iri;

use crate::pack::lint::{Condition, UrlPart, ValueTest, ValueType};
use crate::pack::rules::{FactId, ServiceId};
use crate::xml::selector::IgnoresCase;
use crate::xml::{Document, NodeId};

/// What a condition can ask about the file as a whole.
pub trait Knowledge {
    /// The value of a fact, if something says it.
    fn fact(&self, id: &FactId) -> Option<String>;
    /// Whether the file uses a service, if that is known.
    fn uses(&self, service: &ServiceId) -> Option<bool>;
}

/// Where a condition is evaluated.
#[derive(Clone, Copy)]
pub struct Scope<'d> {
    /// The document.
    pub document: &'d Document,
    /// The element that was selected, or that holds the selected value.
    pub element: NodeId,
    /// How `=` in paths compares.
    pub ignores_case: IgnoresCase<'d>,
    /// What is known of the file.
    pub knowledge: &'d dyn Knowledge,
}

/// Whether `condition` holds for `value` in `scope`.
#[must_use]
pub fn holds(condition: &Condition, scope: Scope<'_>, value: Option<&str>) -> bool {
    let lead = |path: &crate::xml::selector::Reach| {
        !path
            .values(scope.document, scope.element, scope.ignores_case)
            .is_empty()
    };
    condition.exists.iter().all(lead)
        && !condition.missing.iter().any(lead)
        && condition.counts.iter().all(|count| {
            let found = count
                .of
                .values(scope.document, scope.element, scope.ignores_case);
            (count.at_least..=count.at_most).contains(&found.len())
        })
        && (condition.uses.iter())
            .all(|(service, wanted)| scope.knowledge.uses(service) == Some(*wanted))
        && values_hold(condition, scope, value)
        && condition.all.iter().all(|part| holds(part, scope, value))
        && (condition.any.is_empty() || condition.any.iter().any(|part| holds(part, scope, value)))
        && !condition
            .not
            .as_ref()
            .is_some_and(|part| holds(part, scope, value))
}

/// Whether the tests of the condition hold; with `of`, for any value that it leads to.
fn values_hold(condition: &Condition, scope: Scope<'_>, value: Option<&str>) -> bool {
    if condition.tests.is_empty() {
        return true;
    }
    let passes = |value: &str| {
        condition
            .tests
            .iter()
            .all(|test| test_holds(test, scope, value))
    };
    if let Some(fact) = &condition.of_fact {
        let said = scope.knowledge.fact(fact);
        return said.is_some_and(|value| passes(&value));
    }
    match &condition.of {
        Some(of) => of
            .values(scope.document, scope.element, scope.ignores_case)
            .iter()
            .any(|(_, value)| passes(value)),
        None => value.is_some_and(passes),
    }
}

fn test_holds(test: &ValueTest, scope: Scope<'_>, value: &str) -> bool {
    let others = |path: &crate::xml::selector::Reach| -> Vec<(NodeId, Cow<'_, str>)> {
        path.values(scope.document, scope.element, scope.ignores_case)
    };
    match test {
        ValueTest::OneOf {
            values,
            ignore_case,
        } => values.iter().any(|known| match ignore_case {
            true => known.eq_ignore_ascii_case(value.trim()),
            false => known == value.trim(),
        }),
        ValueTest::Matches(regex) => regex.is_match(value),
        ValueTest::Is(wanted) => is(*wanted, value),
        ValueTest::Empty(wanted) => value.trim().is_empty() == *wanted,
        ValueTest::SameAs(path) => others(path).iter().any(|(_, other)| other == value),
        ValueTest::DiffersFrom(path) => others(path).iter().any(|(_, other)| other != value),
        ValueTest::SameAsFact(fact) => {
            let other = scope.knowledge.fact(fact);
            other.is_some_and(|other| other == value)
        }
        ValueTest::DiffersFromFact(fact) => {
            let other = scope.knowledge.fact(fact);
            other.is_some_and(|other| other != value)
        }
        ValueTest::Url(part, condition) => {
            Url::parse(value).is_some_and(|url| holds(condition, scope, url.part(*part).as_deref()))
        }
    }
}

/// Whether `value` (white space around it aside) is of this type.
#[must_use]
pub fn is(wanted: ValueType, value: &str) -> bool {
    let value = value.trim();
    match wanted {
        ValueType::Url => Url::parse(value).is_some_and(|url| url.is_web()),
        ValueType::Bool => {
            value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")
        }
        ValueType::Integer => {
            let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
            !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
        }
        ValueType::Host => is_host(value),
        ValueType::Ip => ip(value).is_some(),
        ValueType::QualifiedUser => value.split_once('\\').is_some_and(|(domain, user)| {
            !domain.is_empty() && !user.is_empty() && !user.contains('\\')
        }),
        ValueType::Version => {
            let parts: Vec<&str> = value.split('.').collect();
            (3..=4).contains(&parts.len())
                && parts
                    .iter()
                    .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
        }
        ValueType::Ascii => value.bytes().all(|b| (0x20..0x7f).contains(&b)),
        ValueType::Placeholder => is_placeholder(value),
    }
}

/// Whether the whole value is a name between the marks of some template, or blanked out.
fn is_placeholder(value: &str) -> bool {
    const MARKS: [(&str, &str); 10] = [
        ("$(", ")"),
        ("${", "}"),
        ("#{", "}"),
        ("#{", "}#"),
        ("{", "}"),
        ("%", "%"),
        ("__", "__"),
        ("@@", "@@"),
        ("[", "]"),
        ("<", ">"),
    ];
    let is_blanked = value.len() >= 3 && value.bytes().all(|b| matches!(b, b'*' | b'x' | b'X'));
    is_blanked
        || MARKS.iter().any(|(open, close)| {
            let inner = value.strip_prefix(open);
            inner.is_some_and(|inner| inner.len() > close.len() && inner.ends_with(close))
        })
}

fn ip(value: &str) -> Option<IpAddr> {
    let bare = value
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(value);
    bare.parse().ok()
}

fn is_host(value: &str) -> bool {
    ip(value).is_some()
        || value.split('.').all(|label| {
            !label.is_empty()
                && label
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
        })
}

/// A URL and its parts.
pub struct Url<'v> {
    iri: Iri<&'v str>,
}

impl<'v> Url<'v> {
    /// Reads `value`, white space around it aside; `None` if it is no absolute URL.
    #[must_use]
    pub fn parse(value: &'v str) -> Option<Self> {
        let iri = Iri::parse(value.trim()).ok()?;
        Some(Self { iri })
    }

    /// Whether it is an http or https URL with a host.
    #[must_use]
    pub fn is_web(&self) -> bool {
        let scheme = self.iri.scheme().as_str();
        let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
        is_web && self.part(UrlPart::Host).is_some()
    }

    /// A part of it without its delimiters; scheme and host in lower case.
    #[must_use]
    pub fn part(&self, part: UrlPart) -> Option<String> {
        let authority = self.iri.authority();
        match part {
            UrlPart::Scheme => Some(self.iri.scheme().as_str().to_ascii_lowercase()),
            UrlPart::Host => authority.map(|authority| {
                let host = authority.host().to_lowercase();
                host.trim_matches(['[', ']']).to_owned()
            }),
            UrlPart::Port => authority
                .and_then(|authority| authority.port())
                .map(|port| port.as_str().to_owned()),
            UrlPart::Path => Some(self.iri.path().as_str().to_owned()),
            UrlPart::Query => self.iri.query().map(|query| query.as_str().to_owned()),
            UrlPart::User => authority
                .and_then(|authority| authority.userinfo())
                .map(|user| user.as_str().to_owned()),
        }
        .filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn types() {
        let cases = [
            (ValueType::Url, " https://a.b/c ", true),
            (ValueType::Url, "https://a.b/ c", false),
            (ValueType::Url, "<https://a.b/c>", false),
            (ValueType::Url, "ftp://a.b/c", false),
            (ValueType::Url, "https:///c", false),
            (ValueType::Bool, "True", true),
            (ValueType::Bool, "yes", false),
            (ValueType::Ip, "10.0.0.5", true),
            (ValueType::Ip, "[::1]", true),
            (ValueType::Ip, "10.0.0", false),
            (ValueType::Host, "mfa-1.example.com", true),
            (ValueType::Host, "a..b", false),
            (ValueType::QualifiedUser, r"CONTOSO\service", true),
            (ValueType::QualifiedUser, "service", false),
            (ValueType::QualifiedUser, r"CONTOSO\", false),
            (ValueType::Version, "4.0.0.0", true),
            (ValueType::Version, "4.0", false),
            (ValueType::Integer, "-12", true),
            (ValueType::Integer, "", false),
            (ValueType::Ascii, "a b", true),
            (ValueType::Ascii, "ı", false),
            (ValueType::Placeholder, " #{Db.Password}# ", true),
            (ValueType::Placeholder, "$(Password)", true),
            (ValueType::Placeholder, "{0}", true),
            (ValueType::Placeholder, "__PASSWORD__", true),
            (ValueType::Placeholder, "***", true),
            (ValueType::Placeholder, "", false),
            (ValueType::Placeholder, "%", false),
            (ValueType::Placeholder, "p{0}", false),
        ];
        for (wanted, value, expected) in cases {
            assert_eq!(is(wanted, value), expected, "{wanted:?} {value}");
        }
    }

    #[test]
    fn parts_of_a_url() {
        let url = Url::parse("HTTPS://u:p@MFA.Example.com:9999/A/b.asmx?WSDL").unwrap();
        let parts = [
            (UrlPart::Scheme, "https"),
            (UrlPart::Host, "mfa.example.com"),
            (UrlPart::Port, "9999"),
            (UrlPart::Path, "/A/b.asmx"),
            (UrlPart::Query, "WSDL"),
            (UrlPart::User, "u:p"),
        ];
        for (part, expected) in parts {
            assert_eq!(url.part(part).as_deref(), Some(expected));
        }
        let ipv6 = Url::parse("https://[fe80::1]/").unwrap();
        assert_eq!(ipv6.part(UrlPart::Host).as_deref(), Some("fe80::1"));
    }
}
