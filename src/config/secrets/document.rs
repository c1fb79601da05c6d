//! The secrets of a well-formed document.

use std::borrow::Cow;

use super::SecretTable;
use super::mask::merged;
use super::names::Of;
use crate::config::identity::IdentityTable;
use crate::xml::address::Leaf;
use crate::xml::chars::local_name;
use crate::xml::escape::{attribute_value, text_value};
use crate::xml::{Document, NodeId, NodeKind, Span};

/// Attributes by which an entry is called.
const KEYS: &[&str] = &[
    "key",
    "name",
    "property",
    "id",
    "variable",
    "param",
    "parameter",
    "setting",
    "alias",
    "label",
    "field",
    "k",
    "n",
];
/// Attributes and elements that hold the value of a thing that is called otherwise.
const VALUES: &[&str] = &[
    "value",
    "val",
    "v",
    "data",
    "content",
    "text",
    "string",
    "default",
    "defaultvalue",
    "current",
    "plaintext",
    "connectionstring",
];
/// So many children of an element are looked at for a key that is an element itself.
const FEW: usize = 8;

fn is_one_of(name: &str, words: &[&str]) -> bool {
    words.iter().any(|word| name.eq_ignore_ascii_case(word))
}

/// How much of a document is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    /// What is a secret.
    Known,
    /// Also what may be one, in texts of several lines.
    Shown,
}

impl SecretTable {
    /// Whether the value at `leaf` of `element` is a secret as a whole.
    #[must_use]
    pub fn is_secret(
        &self,
        identities: &IdentityTable,
        document: &Document,
        element: NodeId,
        leaf: &Leaf,
    ) -> bool {
        let ignores_case = |document: &Document, element: NodeId, attribute: &str| {
            identities.ignores_case(document, element, attribute)
        };
        self.is_secret_name(document, element, leaf)
            || self.is_secret_entry(document, element, leaf)
            || self
                .selectors
                .iter()
                .any(|selector| selector.covers(document, element, leaf, &ignores_case))
    }

    /// Whether the attribute has the name of a secret; for a text or the value of an
    /// element (`<password value="…"/>`), whether the element or one around it has.
    fn is_secret_name(&self, document: &Document, element: NodeId, leaf: &Leaf) -> bool {
        let is_secret = |name: &str| self.lists.is_secret(name, Of::Markup);
        if let Leaf::Attribute(name) = leaf {
            let name = local_name(name);
            if is_secret(name) {
                return true;
            }
            if !is_one_of(name, VALUES) {
                return false;
            }
        }
        let mut at = Some(element).filter(|node| document.is_element(*node));
        while let Some(node) = at {
            if is_secret(document.local_name(node)) {
                return true;
            }
            at = document
                .parent(node)
                .filter(|node| document.is_element(*node));
        }
        false
    }

    /// Whether the value of the attribute at the end of `path`, as an address shows
    /// it to tell an element of this name from its siblings, is a secret.
    #[must_use]
    pub fn is_secret_predicate(&self, element: &str, path: &str) -> bool {
        let is_secret = |name: &str| self.lists.is_secret(name, Of::Markup);
        let attribute = path.rsplit(['@', '/', ':']).next().unwrap_or_default();
        is_secret(attribute) || is_one_of(attribute, VALUES) && is_secret(element)
    }

    /// The values of attributes of `document` that are secret as a whole.
    #[must_use]
    pub fn secret_values(&self, identities: &IdentityTable, document: &Document) -> Vec<String> {
        let mut found = Vec::new();
        for element in document.nodes().filter(|node| document.is_element(*node)) {
            for attribute in document.attributes(element) {
                let name = document.slice(attribute.name).to_owned();
                let leaf = Leaf::Attribute(name);
                if self.is_secret(identities, document, element, &leaf) {
                    found.push(document.attribute_value(attribute).into_owned());
                }
            }
        }
        found
    }

    /// Whether `leaf` is the value of an entry whose key or name speaks of a secret.
    fn is_secret_entry(&self, document: &Document, element: NodeId, leaf: &Leaf) -> bool {
        let own_value = match leaf {
            Leaf::Attribute(name) => is_one_of(local_name(name), VALUES),
            Leaf::Text => true,
            Leaf::Element => false,
        };
        if own_value && self.has_secret_key(document, element) {
            return true;
        }
        // <setting name="…"><value>…</value></setting>, and whatever the value holds.
        let mut at = element;
        while let Some(parent) = document
            .parent(at)
            .filter(|node| document.is_element(*node))
        {
            if is_one_of(document.local_name(at), VALUES)
                && (self.has_secret_key(document, parent)
                    || self.has_key_element(document, parent, at))
            {
                return true;
            }
            at = parent;
        }
        false
    }

    /// Whether the element is named by a key that speaks of a secret. Products
    /// spell the attribute `key`, `Name`, `p:key`.
    fn has_secret_key(&self, document: &Document, element: NodeId) -> bool {
        document.attributes(element).iter().any(|attribute| {
            is_one_of(local_name(document.slice(attribute.name)), KEYS)
                && self
                    .lists
                    .is_secret(&document.attribute_value(attribute), Of::Entry)
        })
    }

    /// Whether a child of `parent` before `value` is its key: `<key>Password</key><value>…</value>`.
    fn has_key_element(&self, document: &Document, parent: NodeId, value: NodeId) -> bool {
        document
            .children(parent)
            .filter(|node| document.is_element(*node))
            .take(FEW)
            .any(|child| {
                child != value
                    && is_one_of(document.local_name(child), KEYS)
                    && self
                        .lists
                        .is_secret(document.inner_text(child).trim(), Of::Entry)
            })
    }

    /// The spans of all secrets in the text of `document`, comments that speak of secrets included.
    #[must_use]
    pub fn spans(&self, identities: &IdentityTable, document: &Document) -> Vec<Span> {
        self.spans_among(identities, document, document.nodes(), Width::Shown)
    }

    /// As [`Self::spans`], without what is masked for caution only: no text of another
    /// kind within an element or CDATA. What renames among `places`, which are in order,
    /// must leave alone.
    #[must_use]
    pub fn known_spans(
        &self,
        identities: &IdentityTable,
        document: &Document,
        places: impl Iterator<Item = Span>,
    ) -> Vec<Span> {
        // Only what touches a place can forbid it.
        let mut nodes: Vec<NodeId> = places
            .flat_map(|place| document.nodes_touching(place))
            .collect();
        nodes.sort_unstable();
        nodes.dedup();
        self.spans_among(identities, document, nodes.into_iter(), Width::Known)
    }

    /// As [`Self::spans`], of the markup and text that touches `around`.
    #[must_use]
    pub fn spans_near(
        &self,
        identities: &IdentityTable,
        document: &Document,
        around: Span,
    ) -> Vec<Span> {
        self.spans_among(
            identities,
            document,
            document.nodes_touching(around),
            Width::Shown,
        )
    }

    /// [`Self::spans`] of `result`, which came of a document with the spans `before` by replacing
    /// each of `places` (in order) with a text of so many bytes. What was masked is masked still;
    /// only what touches a place is judged anew.
    #[must_use]
    pub fn spans_after(
        &self,
        identities: &IdentityTable,
        before: &[Span],
        places: &[(Span, usize)],
        result: &Document,
    ) -> Vec<Span> {
        let mut ends = Vec::with_capacity(places.len());
        let mut shift = 0_isize;
        let mut touched: Vec<NodeId> = Vec::new();
        for (place, length) in places {
            let start = (place.start as usize).saturating_add_signed(shift);
            touched.extend(result.nodes_touching(Span::new(start, start + length)));
            shift += *length as isize - place.range().len() as isize;
            ends.push((*place, start, shift));
        }
        // Where a place of the old text is in the new one; within what was replaced, its nearer end.
        let moved = |at: u32, is_end: bool| {
            let behind = ends.partition_point(|(place, ..)| place.end <= at);
            let shift = (behind.checked_sub(1)).map_or(0, |last| ends[last].2);
            match ends.get(behind) {
                Some((place, start, _)) if place.start < at && !is_end => *start,
                Some((place, _, shift)) if place.start < at => {
                    (place.end as usize).saturating_add_signed(*shift)
                }
                _ => (at as usize).saturating_add_signed(shift),
            }
        };
        touched.sort_unstable();
        touched.dedup();
        let kept = before
            .iter()
            .map(|span| moved(span.start, false)..moved(span.end, true));
        let anew = self.spans_among(identities, result, touched.into_iter(), Width::Shown);
        let all = kept.chain(anew.iter().map(|span| span.range()));
        (merged(all.collect()).into_iter())
            .map(|range| Span::new(range.start, range.end))
            .collect()
    }

    fn spans_among(
        &self,
        identities: &IdentityTable,
        document: &Document,
        nodes: impl Iterator<Item = NodeId>,
        width: Width,
    ) -> Vec<Span> {
        let mut spans = Vec::new();
        for node in nodes {
            match document.kind(node) {
                NodeKind::Element => {
                    for attribute in document.attributes(node) {
                        let leaf = Leaf::Attribute(document.slice(attribute.name).to_owned());
                        let whole = self.is_secret(identities, document, node, &leaf);
                        let hidden =
                            || self.is_hidden(document.slice(attribute.value), attribute_value);
                        self.push(document, attribute.value, whole || hidden(), &mut spans);
                    }
                }
                NodeKind::Text | NodeKind::CData if !document.is_blank_text(node) => {
                    let span = document.span(node);
                    let whole = document.parent(node).is_some_and(|parent| {
                        self.is_secret(identities, document, parent, &Leaf::Text)
                    });
                    let hidden = || {
                        document.kind(node) == NodeKind::Text
                            && self.is_hidden(document.slice(span), text_value)
                    };
                    if whole || hidden() {
                        spans.push(span);
                    } else if width == Width::Shown && is_structured(document.slice(span)) {
                        let start = span.start as usize;
                        let found = self.secrets_in_text(document.slice(span));
                        spans.extend(
                            found
                                .into_iter()
                                .map(|part| Span::new(start + part.start, start + part.end)),
                        );
                    } else {
                        self.push(document, span, false, &mut spans);
                    }
                }
                NodeKind::Comment | NodeKind::Pi => {
                    let span = document.span(node);
                    let whole = self.mentions_secret(document.slice(span));
                    self.push(document, span, whole, &mut spans);
                }
                _ => {}
            }
        }
        spans
    }

    /// Whether `raw` has secret parts that are seen only in its meaning: behind a
    /// reference, as in `Password&#61;…`, or behind a line end. Where they stand in
    /// `raw` is not known then.
    fn is_hidden(&self, raw: &str, meaning: fn(&str) -> Cow<'_, str>) -> bool {
        if memchr::memchr3(b'&', b'\n', b'\r', raw.as_bytes()).is_none() {
            return false;
        }
        let meant = meaning(raw);
        let secret = |text: &str| -> usize {
            let parts = self.secret_parts(text);
            let visible = |part: &str| part.chars().filter(|c| !c.is_whitespace()).count();
            parts
                .into_iter()
                .map(|part| visible(&meaning(&text[part])))
                .sum()
        };
        let of_meaning: usize = (self.secret_parts(&meant).into_iter())
            .map(|part| meant[part].chars().filter(|c| !c.is_whitespace()).count())
            .sum();
        of_meaning > secret(raw)
    }

    fn push(&self, document: &Document, value: Span, whole: bool, spans: &mut Vec<Span>) {
        if value.is_empty() {
            return;
        }
        if whole {
            spans.push(value);
            return;
        }
        for part in self.secret_parts(document.slice(value)) {
            let start = value.start as usize;
            spans.push(Span::new(start + part.start, start + part.end));
        }
    }
}

/// Whether a text is more than a value: a script, JSON, lines.
fn is_structured(text: &str) -> bool {
    text.trim().contains(['\n', '\r', '{'])
}

/// The spans as byte ranges, as `pieces` takes them.
pub fn ranges(spans: &[Span]) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
    spans.iter().map(|span| span.range())
}
