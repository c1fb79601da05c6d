//! Names that point at an entry elsewhere in the file: `defaultProvider`,
//! `bindingConfiguration`, `appender-ref`. The rows (`[[reference]]`) come from rule packs.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::identity::{Compare, ElementPath};
pub use super::terms::Within;
use crate::xml::chars::is_qualified_name;
use crate::xml::{Attribute, Document, NodeId, NodeKind, Span};

/// An attribute that names entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The element that has the attribute; any if `None`.
    pub element: Option<ElementPath>,
    /// The attribute.
    pub attribute: Cow<'static, str>,
    /// What it names.
    pub target: Target,
    /// Where that stands.
    pub within: Within,
    /// How the names compare.
    pub compare: Compare,
    /// Whether it is a list of names with commas between.
    pub list: bool,
    /// How names are written within values: `${*}`. Without it the whole value is a name.
    pub form: Option<Form>,
    /// An attribute beside it with which it names nothing: the `type` of a listener.
    pub unless: Option<Cow<'static, str>>,
    /// Names that are there without standing in the file, since machine.config or IIS brings them.
    pub inherited: Cow<'static, [Cow<'static, str>]>,
}

/// How names are written within a value, with `*` for the name: `${*}`, `${var:*`. A name ends where a
/// brace or a colon is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form(Cow<'static, str>);

impl Form {
    /// Reads what comes before a name, `*`, and what comes behind it, which may be nothing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (before, behind) = text.split_once('*')?;
        let valid = !before.is_empty() && !behind.contains('*');
        valid.then(|| Self(Cow::Owned(text.to_owned())))
    }

    /// A form of the binary's own, which [`Self::parse`] would accept.
    #[must_use]
    pub const fn known(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    fn parts(&self) -> (&str, &str) {
        self.0.split_once('*').unwrap_or((&self.0, ""))
    }

    /// The names in `value`.
    fn names<'v>(&'v self, value: &'v str) -> impl Iterator<Item = &'v str> {
        let (before, behind) = self.parts();
        value.match_indices(before).filter_map(move |(at, _)| {
            let rest = &value[at + before.len()..];
            let end = rest.find(['{', '}', ':', '$']).unwrap_or(rest.len());
            let is_name = end > 0 && rest[end..].starts_with(behind);
            is_name.then(|| rest[..end].trim())
        })
    }
}

/// Path of the entries, and the attribute that holds their name: `bindings/{@binding}/binding/@name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(Cow<'static, str>);

impl Target {
    /// Reads `a/b/@name`; `{@x}` as a step is the value of `x` at the element that refers.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (path, attribute) = text.rsplit_once("/@")?;
        let step = |step: &str| match placeholder(step) {
            Some(attribute) => is_qualified_name(attribute),
            None => step == "*" || is_qualified_name(step),
        };
        let last = path.rsplit('/').next().is_some_and(is_qualified_name);
        let valid = last && path.split('/').all(step) && is_qualified_name(attribute);
        valid.then(|| Self(Cow::Owned(text.to_owned())))
    }

    /// A target of the binary's own, which [`Self::parse`] would accept.
    #[must_use]
    pub const fn known(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    fn parts(&self) -> (&str, &str) {
        self.0.rsplit_once("/@").unwrap_or((&self.0, ""))
    }

    /// The attribute that holds the name of an entry.
    #[must_use]
    pub fn attribute(&self) -> &str {
        self.parts().1
    }

    /// Local name of the entries.
    #[must_use]
    pub fn entry(&self) -> &str {
        self.parts().0.rsplit('/').next().unwrap_or_default()
    }

    /// The steps to the entries, the last one first.
    fn steps(&self) -> impl Iterator<Item = &str> {
        self.parts().0.rsplit('/')
    }

    /// Whether the way to the entries leads through an element of this name.
    fn passes(&self, name: &str) -> bool {
        self.steps().skip(1).any(|step| step == name)
    }

    /// Whether `node` is in a collection that can hold the entries.
    #[must_use]
    pub fn would_hold(&self, document: &Document, node: NodeId) -> bool {
        let mut at = document.parent(node);
        self.steps().skip(1).all(|step| {
            let Some(parent) = at.filter(|parent| document.is_element(*parent)) else {
                return false;
            };
            at = document.parent(parent);
            step == "*" || placeholder(step).is_some() || step == document.local_name(parent)
        })
    }

    /// Whether `entry` is what `element` may name.
    #[must_use]
    pub fn matches(&self, document: &Document, element: NodeId, entry: NodeId) -> bool {
        let mut at = Some(entry);
        for step in self.steps() {
            let Some(node) = at.filter(|node| document.is_element(*node)) else {
                return false;
            };
            let name = document.local_name(node);
            let is_it = match placeholder(step) {
                Some(attribute) => document
                    .value(element, attribute)
                    .is_some_and(|value| value == name),
                None => step == "*" || step == name,
            };
            if !is_it {
                return false;
            }
            at = document.parent(node);
        }
        true
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// `x` of `{@x}`.
fn placeholder(step: &str) -> Option<&str> {
    step.strip_prefix("{@")?.strip_suffix('}')
}

impl Reference {
    /// The names that `element` has in this attribute; none if the row is not for it.
    #[must_use]
    pub fn names(&self, document: &Document, element: NodeId) -> Vec<String> {
        let is_for_it = |path: &ElementPath| path.matches(document, element);
        if !self.element.as_ref().is_none_or(is_for_it)
            || (self.unless.as_ref())
                .is_some_and(|name| document.attribute(element, name).is_some())
        {
            return Vec::new();
        }
        if let Some(form) = &self.form {
            return self.names_in_values(document, element, form);
        }
        let Some(value) = document.value(element, &self.attribute) else {
            return Vec::new();
        };
        let names: Vec<&str> = match self.list {
            true => value.split(',').map(str::trim).collect(),
            false => vec![&value],
        };
        let named = names.into_iter().filter(|name| !name.is_empty());
        named.map(str::to_owned).collect()
    }

    fn names_in_values(&self, document: &Document, element: NodeId, form: &Form) -> Vec<String> {
        let is_meant = |attribute: &&Attribute| {
            self.attribute == ANY || document.slice(attribute.name) == self.attribute
        };
        let attributes = document.attributes(element).iter().filter(is_meant);
        let texts = document
            .children(element)
            .filter(|_| self.attribute == ANY)
            .filter(|node| matches!(document.kind(*node), NodeKind::Text | NodeKind::CData))
            .map(|node| document.text_of(node));
        let values = attributes.map(|attribute| document.attribute_value(attribute));
        let mut names: Vec<String> = Vec::new();
        for value in values.chain(texts) {
            names.extend(form.names(&value).map(str::to_owned));
        }
        names
    }

    /// The entries that `name` at `element` points at.
    #[must_use]
    pub fn targets(&self, document: &Document, element: NodeId, name: &str) -> Vec<NodeId> {
        let is_target = |entry: &NodeId| {
            *entry != element
                && document.local_name(*entry) == self.target.entry()
                && document
                    .value(*entry, self.target.attribute())
                    .is_some_and(|found| self.compare.is_same(&found, name))
                && self.target.matches(document, element, *entry)
        };
        let within = match self.within {
            Within::Document => NodeId::DOCUMENT,
            Within::Element => element,
        };
        document.subtree(within).filter(is_target).collect()
    }

    /// Whether machine.config or IIS brings what `name` points at.
    #[must_use]
    pub fn is_inherited(&self, name: &str) -> bool {
        let mut inherited = self.inherited.iter();
        inherited.any(|known| self.compare.is_same(known, name))
    }

    /// Whether one of these elements is on the way to what it points at.
    #[must_use]
    pub fn would_pass(&self, document: &Document, elements: &[NodeId]) -> bool {
        let mut elements = elements.iter();
        elements.any(|element| self.target.passes(document.local_name(*element)))
    }

    /// The row as packs name it: `membership/@defaultProvider`.
    #[must_use]
    pub fn from(&self) -> String {
        let element = self.element.as_ref();
        let element = element.map_or_else(String::new, |path| format!("{path}/"));
        // Several rows look into all values.
        let target = self.form.as_ref().map(|_| format!(" {}", self.target));
        format!("{element}@{}{}", self.attribute, target.unwrap_or_default())
    }
}

/// Whether what `element` holds is encrypted or in another file.
#[must_use]
pub fn is_elsewhere(document: &Document, element: NodeId) -> bool {
    let attributes = document.attributes(element).iter();
    let mut names = attributes.map(|attribute| document.slice(attribute.name));
    names.any(|name| matches!(name, "configSource" | "configProtectionProvider"))
}

/// In place of an attribute: any of them, and the text.
pub const ANY: &str = "*";

/// All references that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    rows: Cow<'static, [Reference]>,
    /// A bit for each attribute; most attributes name nothing.
    mask: u64,
}

impl References {
    /// What `rows` say.
    #[must_use]
    pub fn new(rows: Vec<Reference>) -> Self {
        let mask = mask_of(&rows);
        Self {
            rows: rows.into(),
            mask,
        }
    }

    /// As [`Self::new`], of what is known when the program is compiled; `mask` is [`mask_of`] the rows.
    #[must_use]
    pub const fn known(rows: &'static [Reference], mask: u64) -> Self {
        Self {
            rows: Cow::Borrowed(rows),
            mask,
        }
    }

    /// The rows.
    #[must_use]
    pub fn rows(&self) -> &[Reference] {
        &self.rows
    }

    /// The rows whose names may be in `document` within values.
    #[must_use]
    pub fn within_values(&self, document: &Document) -> Vec<Mentions<'_>> {
        let text = document.text().as_bytes();
        let forms = (self.rows.iter().enumerate())
            .filter_map(|(at, row)| Some((at, row, row.form.as_ref()?.parts().0)));
        forms
            .map(|(at, row, before)| Mentions {
                at,
                row,
                places: memchr::memmem::find_iter(text, before.as_bytes()).collect(),
            })
            .filter(|mentions| !mentions.places.is_empty())
            .collect()
    }

    /// The rows by their attributes, for whoever looks at many of these.
    #[must_use]
    pub fn index(&self) -> ByAttribute<'_> {
        let mut index = ByAttribute {
            references: self,
            first: FxHashMap::with_capacity_and_hasher(self.rows.len(), Default::default()),
            next: vec![None; self.rows.len()],
        };
        for (at, row) in self.rows.iter().enumerate().rev() {
            if row.form.is_none() {
                index.next[at] = index.first.insert(&*row.attribute, at);
            }
        }
        index
    }

    /// The rows for an attribute that is a name as a whole, with their positions.
    pub fn by_attribute<'r>(
        &'r self,
        name: &'r str,
    ) -> impl Iterator<Item = (usize, &'r Reference)> {
        let rows: &[Reference] = match self.mask & bit_of(name) {
            0 => &[],
            _ => &self.rows,
        };
        let rows = rows.iter().enumerate();
        rows.filter(move |(_, row)| row.form.is_none() && row.attribute == name)
    }
}

/// Where a row that looks within values may find names; see [`References::within_values`].
#[derive(Debug)]
pub struct Mentions<'r> {
    /// The position of the row.
    pub at: usize,
    /// The row.
    pub row: &'r Reference,
    /// Where its form begins in the text, in order.
    places: Vec<usize>,
}

impl Mentions<'_> {
    /// Whether there may be one in `span`.
    #[must_use]
    pub fn may_be_in(&self, span: Span) -> bool {
        let at = (self.places).partition_point(|place| *place < span.start as usize);
        (self.places.get(at)).is_some_and(|place| *place < span.end as usize)
    }
}

/// Rows by their attributes; see [`References::index`].
#[derive(Debug)]
pub struct ByAttribute<'r> {
    references: &'r References,
    first: FxHashMap<&'r str, usize>,
    /// The next row for the same attribute.
    next: Vec<Option<usize>>,
}

impl<'r> ByAttribute<'r> {
    /// As [`References::by_attribute`].
    pub fn rows(&self, name: &str) -> impl Iterator<Item = (usize, &'r Reference)> + '_ {
        let first = match self.references.mask & bit_of(name) {
            0 => None,
            _ => self.first.get(name).copied(),
        };
        let rows = std::iter::successors(first, |at| self.next[*at]);
        rows.map(|at| (at, &self.references.rows[at]))
    }
}

/// The filter of `rows` for [`References::known`].
#[must_use]
pub const fn mask_of(rows: &[Reference]) -> u64 {
    let (mut mask, mut at) = (0, 0);
    while at < rows.len() {
        let name: &str = match &rows[at].attribute {
            Cow::Borrowed(name) => name,
            Cow::Owned(name) => name.as_str(),
        };
        mask |= bit_of(name);
        at += 1;
    }
    mask
}

const fn bit_of(name: &str) -> u64 {
    let bytes = name.as_bytes();
    match bytes {
        [first, .., last] => 1 << ((bytes.len() * 7 + *first as usize * 3 + *last as usize) % 64),
        _ => 1,
    }
}
