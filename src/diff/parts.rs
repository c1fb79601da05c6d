//! What of a value changed: the parts of a connection string, the segments of a URL, the items of a
//! list, and which of two versions is the higher one.

use std::cmp::Ordering;

use fluent_uri::Uri;

use crate::config::version;

/// What is known about the change of one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parts {
    /// Some of its parts: of a connection string by key, of a URL by component.
    Named(Vec<Part>),
    /// Items of a list that came and went.
    List {
        /// Only the first value has them.
        removed: Vec<String>,
        /// Only the second value has them.
        added: Vec<String>,
    },
    /// It is a version, and this is how the second compares with the first.
    Version(Ordering),
    /// Nothing but its case.
    Case,
    /// Nothing but white space.
    Space,
}

/// One part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is called: `Data Source`, `host`, `path segment 1`.
    pub name: String,
    /// What it was.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

impl Parts {
    /// What changed between two values; `None` if the values have no parts in common.
    #[must_use]
    pub fn of(before: &str, after: &str) -> Option<Self> {
        if let (Some(one), Some(other)) = (Url::read(before), Url::read(after)) {
            let parts = changed(one.0, other.0);
            return (!parts.is_empty()).then_some(Self::Named(parts));
        }
        if let (Some(one), Some(other)) = (assembly(before), assembly(after)) {
            let parts = changed(one, other);
            return (!parts.is_empty()).then_some(Self::Named(parts));
        }
        if let (Some(one), Some(other)) = (pairs(before), pairs(after)) {
            let parts = changed(one, other);
            return match parts.is_empty() {
                true => Some(Self::Space),
                false => Some(Self::Named(parts)),
            };
        }
        let squeezed = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ");
        if squeezed(before) == squeezed(after) {
            return Some(Self::Space);
        }
        if before.eq_ignore_ascii_case(after) {
            return Some(Self::Case);
        }
        if is_version(before)
            && is_version(after)
            && let Ok(order) = version::compare(after, before)
        {
            return Some(Self::Version(order));
        }
        list(before, after)
    }
}

/// Whether a value is written like a version; a plain number is a number.
fn is_version(value: &str) -> bool {
    value.contains('.') || value.starts_with(['v', 'n'])
}

/// Parts of both sides by name, in order; those that differ.
fn changed(one: Vec<(String, String)>, other: Vec<(String, String)>) -> Vec<Part> {
    let find = |list: &[(String, String)], name: &str| {
        let mut named = list
            .iter()
            .filter(|(its, _)| its.eq_ignore_ascii_case(name));
        named.next_back().map(|(_, value)| value.clone())
    };
    let mut parts: Vec<Part> = Vec::new();
    let names = one.iter().chain(&other).map(|(name, _)| name);
    for name in names {
        if parts
            .iter()
            .any(|part| part.name.eq_ignore_ascii_case(name))
        {
            continue;
        }
        parts.push(Part {
            before: find(&one, name),
            after: find(&other, name),
            name: name.clone(),
        });
    }
    parts.retain(|part| part.before != part.after);
    parts
}

/// The parts of an assembly's full name, or of a type's: `Type, Assembly, Version=…, Culture=…, PublicKeyToken=…`.
fn assembly(value: &str) -> Option<Vec<(String, String)>> {
    let mut names = Vec::new();
    let mut parts = Vec::new();
    for part in value.split(',').map(str::trim) {
        match part.split_once('=') {
            Some((name, value)) if !value.contains('=') => {
                parts.push((name.trim().to_owned(), value.trim().to_owned()));
            }
            Some(_) => return None,
            None => names.push(part),
        }
    }
    let is_known = |name: &str| {
        [
            "Version",
            "Culture",
            "PublicKeyToken",
            "processorArchitecture",
            "Custom",
        ]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
    };
    if parts.is_empty() || names.is_empty() || !parts.iter().all(|(name, _)| is_known(name)) {
        return None;
    }
    parts.insert(0, ("name".to_owned(), names.join(", ")));
    Some(parts)
}

/// The pairs of a connection string, or of another text of the kind `a=b;c=d`.
fn pairs(value: &str) -> Option<Vec<(String, String)>> {
    if !value.contains('=') || value.contains('<') {
        return None;
    }
    let mut pairs = Vec::new();
    let mut rest = value;
    while !rest.trim().is_empty() {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim();
        if name.is_empty() || name.contains([';', '"', '\'']) {
            return None;
        }
        let after = after.trim_start();
        // A quoted value may hold semicolons.
        let end = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let close = after[1..].find(quote)? + 2;
                after[close..]
                    .find(';')
                    .map_or(after.len(), |at| close + at)
            }
            _ => after.find(';').unwrap_or(after.len()),
        };
        pairs.push((name.to_owned(), after[..end].trim().to_owned()));
        rest = after.get(end + 1..).unwrap_or("");
    }
    (!pairs.is_empty()).then_some(pairs)
}

/// The parts of an absolute URL.
struct Url(Vec<(String, String)>);

impl Url {
    fn read(value: &str) -> Option<Self> {
        let uri = Uri::parse(value).ok()?;
        let authority = uri.authority()?;
        let mut parts = vec![
            ("scheme".to_owned(), uri.scheme().as_str().to_owned()),
            ("host".to_owned(), authority.host().to_owned()),
        ];
        let mut add = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                parts.push((name.to_owned(), value.to_owned()));
            }
        };
        add("user", authority.userinfo().map(|user| user.as_str()));
        add("port", authority.port().map(|port| port.as_str()));
        for (segment, at) in uri.path().as_str().split('/').skip(1).zip(1..) {
            add(&format!("path segment {at}"), Some(segment));
        }
        add("query", uri.query().map(|query| query.as_str()));
        add("fragment", uri.fragment().map(|fragment| fragment.as_str()));
        Some(Self(parts))
    }
}

/// The items of a list that are not in the other one.
fn list(before: &str, after: &str) -> Option<Parts> {
    let separator = [';', ',', '|'].into_iter().find(|separator| {
        let counts = [before, after].map(|value| value.matches(*separator).count());
        counts[0].max(counts[1]) > 0 && counts[0] + counts[1] > 1
    })?;
    let items = |value: &str| -> Vec<String> {
        let items = value.split(separator).map(str::trim);
        items
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let [one, other] = [before, after].map(items);
    let only = |of: &[String], others: &[String]| -> Vec<String> {
        of.iter()
            .filter(|item| !others.contains(item))
            .cloned()
            .collect()
    };
    let (removed, added) = (only(&one, &other), only(&other, &one));
    let shared = one.len() - removed.len();
    (shared > 0 && removed.len() + added.len() > 0).then_some(Parts::List { removed, added })
}

#[cfg(test)]
mod tests {
    use super::{Part, Parts};
    use std::cmp::Ordering;

    fn named(parts: &[(&str, Option<&str>, Option<&str>)]) -> Option<Parts> {
        let part = |(name, before, after): &(&str, Option<&str>, Option<&str>)| Part {
            name: (*name).to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        Some(Parts::Named(parts.iter().map(part).collect()))
    }

    #[test]
    fn of_a_connection_string_the_parts_that_changed() {
        assert_eq!(
            Parts::of(
                "Data Source=db1;Initial Catalog=Portal; Password=\"a;b\"",
                "data source=db2; Initial Catalog=Portal;Password=\"a;b\";Encrypt=true",
            ),
            named(&[
                ("Data Source", Some("db1"), Some("db2")),
                ("Encrypt", None, Some("true")),
            ])
        );
        assert_eq!(Parts::of("a=1;b=2", "a=1; b=2;"), Some(Parts::Space));
    }

    #[test]
    fn of_a_url_the_components_that_changed() {
        assert_eq!(
            Parts::of(
                "https://old.corp.test/A/x.asmx",
                "https://new.corp.test:444/B/x.asmx"
            ),
            named(&[
                ("host", Some("old.corp.test"), Some("new.corp.test")),
                ("path segment 1", Some("A"), Some("B")),
                ("port", None, Some("444")),
            ])
        );
    }

    #[test]
    fn of_an_assembly_the_version() {
        assert_eq!(
            Parts::of(
                "A.Section, A, Version=2.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089",
                "A.Section, A, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089",
            ),
            named(&[("Version", Some("2.0.0.0"), Some("4.0.0.0"))])
        );
    }

    #[test]
    fn lists_versions_case_and_space() {
        assert_eq!(
            Parts::of("a.asp;b.asp", "a.asp;c.asp"),
            Some(Parts::List {
                removed: vec!["b.asp".to_owned()],
                added: vec!["c.asp".to_owned()],
            })
        );
        assert_eq!(
            Parts::of("1.9.0", "1.10.0"),
            Some(Parts::Version(Ordering::Greater))
        );
        assert_eq!(Parts::of("True", "true"), Some(Parts::Case));
        assert_eq!(Parts::of("a  b", "a b"), Some(Parts::Space));
        assert_eq!(Parts::of("one", "two"), None);
        assert_eq!(Parts::of("10", "20"), None);
    }
}
