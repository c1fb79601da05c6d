//! Paths by which rows of the table name elements and attributes.

use std::borrow::Cow;

use crate::xml::chars::is_qualified_name;
use crate::xml::{Document, NodeId};

/// Where a part of an identity stands: `@key`, or `assemblyIdentity/@name`;
/// `@subStatusCode=-1` says what an attribute that is not there means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPath {
    text: Cow<'static, str>,
    /// Where the name of the attribute begins.
    attribute: usize,
    /// Where it ends.
    end: usize,
}

impl KeyPath {
    /// Reads `@key`, `child/@key` or `@key=default`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (attribute, end) = attribute_in(text);
        let path = Self {
            text: Cow::Owned(text.to_owned()),
            attribute,
            end,
        };
        let valid = text.as_bytes()[..attribute].ends_with(b"@")
            && is_qualified_name(path.attribute())
            && path.child().is_none_or(is_qualified_name);
        valid.then_some(path)
    }

    /// A path of the binary's own, which [`Self::parse`] would accept.
    #[must_use]
    pub const fn known(text: &'static str) -> Self {
        let (attribute, end) = attribute_in(text);
        Self {
            text: Cow::Borrowed(text),
            attribute,
            end,
        }
    }

    /// Local name of the child element that carries the attribute, if it is not the element itself.
    #[must_use]
    pub fn child(&self) -> Option<&str> {
        let end = self.attribute.checked_sub("/@".len())?;
        Some(&self.text[..end])
    }

    /// Name of the attribute.
    #[must_use]
    pub fn attribute(&self) -> &str {
        &self.text[self.attribute..self.end]
    }

    /// What an attribute that is not there means.
    #[must_use]
    pub fn default(&self) -> Option<&str> {
        self.text.get(self.end + 1..)
    }

    /// The value in `element`, if there is one.
    #[must_use]
    pub fn value<'d>(&self, document: &'d Document, element: NodeId) -> Option<Cow<'d, str>> {
        let owner = match self.child() {
            Some(child) => document.child_named(element, child)?,
            None => element,
        };
        document.value(owner, self.attribute())
    }

    /// The value in `element`, or what it means that there is none.
    #[must_use]
    pub fn meaning<'d>(&'d self, document: &'d Document, element: NodeId) -> Option<Cow<'d, str>> {
        self.value(document, element)
            .or_else(|| self.default().map(Cow::Borrowed))
    }
}

impl std::fmt::Display for KeyPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text[..self.end])
    }
}

/// Where the name of the attribute in `child/@key=default` begins, and where it ends: it is asked for
/// more often than anything else.
const fn attribute_in(text: &str) -> (usize, usize) {
    let bytes = text.as_bytes();
    let mut end = 0;
    while end < bytes.len() && bytes[end] != b'=' {
        end += 1;
    }
    let mut at = 0;
    while at < end && bytes[at] != b'/' {
        at += 1;
    }
    // Behind `@`, or behind `/@`.
    let begin = match at == end {
        true => 1,
        false => at + 2,
    };
    match begin <= end {
        true => (begin, end),
        false => (end, end),
    }
}

/// A path of local names that an element and its nearest ancestors must have: `appSettings/add`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ElementPath {
    names: Cow<'static, str>,
    /// How much it says: the more, the more specific.
    pub(super) specificity: usize,
    /// Where the table looks for it.
    pub(super) bucket: u32,
}

impl ElementPath {
    /// Reads `add` or `appSettings/add`; `*` stands for any one element.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let valid =
            (text.split('/')).all(|name| name == "*" || is_qualified_name(name)) && text != "*";
        valid.then(|| Self {
            names: Cow::Owned(text.to_owned()),
            specificity: specificity(text),
            bucket: bucket_of(text),
        })
    }

    /// A path of the binary's own, which [`Self::parse`] would accept.
    #[must_use]
    pub const fn known(text: &'static str) -> Self {
        Self {
            names: Cow::Borrowed(text),
            specificity: specificity(text),
            bucket: bucket_of(text),
        }
    }

    /// Whether elements of this name may be at this path.
    #[must_use]
    pub fn may_end_in(&self, name: &str) -> bool {
        let names = self.names.as_bytes();
        let ends_in = |name: &[u8]| {
            names.ends_with(name)
                && (names.len() == name.len() || names[names.len() - name.len() - 1] == b'/')
        };
        ends_in(name.as_bytes()) || ends_in(b"*")
    }

    /// Whether `element` stands at this path.
    #[must_use]
    pub fn matches(&self, document: &Document, element: NodeId) -> bool {
        // From the end, without looking for slashes: this is asked for every element.
        let mut rest = self.names.as_bytes();
        let mut at = Some(element);
        loop {
            let Some(node) = at.filter(|node| document.is_element(*node)) else {
                return false;
            };
            let is_whole = |length: usize| {
                rest.len() == length || rest.len() > length && rest[rest.len() - length - 1] == b'/'
            };
            let name = document.local_name(node).as_bytes();
            let length = if rest.ends_with(name) && is_whole(name.len()) {
                name.len()
            } else if rest.ends_with(b"*") && is_whole(1) {
                1
            } else {
                return false;
            };
            if rest.len() == length {
                return true;
            }
            rest = &rest[..rest.len() - length - 1];
            at = document.parent(node);
        }
    }

    /// Whether it may match an element of which this much is known: its local name and those of its
    /// ancestors, upwards (`None`: any name), and whether there are no further ancestors.
    #[must_use]
    pub fn may_match(&self, names: &[Option<&str>], is_whole: bool) -> bool {
        let mut known = names.iter();
        (self.names.rsplit('/')).all(|wanted| match known.next() {
            Some(name) => wanted == "*" || name.is_none_or(|name| name == wanted),
            None => !is_whole,
        })
    }
}

impl std::fmt::Display for ElementPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.names)
    }
}

/// A name says more than a `*`, and a `*` more than nothing.
const fn specificity(path: &str) -> usize {
    let path = path.as_bytes();
    let (mut at, mut names) = (0, 3);
    while at < path.len() {
        if path[at] == b'/' {
            names += 3;
        } else if path[at] == b'*' {
            names -= 2;
        }
        at += 1;
    }
    names
}

/// Paths that agree in the name of the element and that of its parent stand in
/// one bucket. A parent that is not named, or `*`, counts as none.
const fn bucket_of(path: &str) -> u32 {
    let path = path.as_bytes();
    let last = start_of_name(path, path.len());
    let mut bucket = hashed(EMPTY, path, last, path.len());
    if last > 0 {
        let parent = start_of_name(path, last - 1);
        if !(parent + 2 == last && path[parent] == b'*') {
            bucket = hashed(hashed(bucket, b"/", 0, 1), path, parent, last - 1);
        }
    }
    bucket
}

const fn start_of_name(path: &[u8], end: usize) -> usize {
    let mut at = end;
    while at > 0 && path[at - 1] != b'/' {
        at -= 1;
    }
    at
}

pub(super) const EMPTY: u32 = 0x811c_9dc5;

/// FNV-1a: short, and the compiler can compute it.
const fn hashed(mut hash: u32, bytes: &[u8], start: usize, end: usize) -> u32 {
    let mut at = start;
    while at < end {
        hash = (hash ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    hash
}

pub(super) const fn hashed_name(hash: u32, name: &str) -> u32 {
    hashed(hash, name.as_bytes(), 0, name.len())
}
