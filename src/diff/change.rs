//! One difference: what it is, and where both files have it.

use crate::matching::digest::{has_significant_text, significant_text};
use crate::pack::rules::PolicyId;
use crate::xml::address::Leaf;
use crate::xml::{Document, NodeId, NodeKind, Span, chars};

/// One difference between two configurations.
#[derive(Clone, Debug)]
pub struct Change<'c> {
    /// What happened.
    pub kind: Kind<'c>,
    /// Where the first file has it.
    pub before: Option<Place<'c>>,
    /// Where the second file has it.
    pub after: Option<Place<'c>>,
}

/// What happened to a setting.
#[derive(Clone, Debug)]
pub enum Kind<'c> {
    /// Only the second file has it.
    Added,
    /// Only the first file has it.
    Removed,
    /// Both have it, with another value.
    Changed,
    /// It has another name; what else changed in it is a change of its own.
    Renamed(Confirmation),
    /// It is the same, below another element.
    Moved,
    /// Its children, whose order counts, have another one.
    Reordered(Vec<Reordered<'c>>),
    /// It is within a comment now.
    CommentedOut,
    /// It was within a comment.
    Uncommented,
    /// This many entries of it are in another file now.
    MovedOut(usize),
    /// This many entries of it were in another file.
    MovedIn(usize),
}

/// What speaks for it that an element only has another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// Everything else in it is the same, and no other one that came or went has it.
    SameContent,
    /// Most of what it holds is the same.
    SimilarContent {
        /// How many of its children are the same.
        same: usize,
        /// How many it has.
        of: usize,
    },
    /// A `rename` rule with this id.
    Rule(PolicyId),
}

/// A child that has another place among those whose order counts.
#[derive(Clone, Debug)]
pub struct Reordered<'c> {
    /// The child, in the second file.
    pub child: Place<'c>,
    /// The one it follows there; `None` if it is the first.
    pub behind: Option<Place<'c>>,
    /// The one it followed in the first file.
    pub was_behind: Option<Place<'c>>,
}

/// A place in a configuration or in a file that it points at.
#[derive(Clone, Debug)]
pub struct Place<'c> {
    /// Where it is.
    pub document: &'c Document,
    /// The path by which the configuration names this file; `None` for the configuration itself.
    pub file: Option<&'c str>,
    /// The element; of what is commented out, the comment.
    pub element: NodeId,
    /// What of the element.
    pub leaf: Leaf,
}

impl Place<'_> {
    /// The bytes of its document.
    #[must_use]
    pub fn span(&self) -> Span {
        let (document, element) = (self.document, self.element);
        match &self.leaf {
            Leaf::Attribute(name) => document
                .attribute(element, name)
                .map_or_else(|| document.start_tag(element), |found| found.span()),
            Leaf::Text if document.kind(element) == NodeKind::Element => document.content(element),
            Leaf::Text | Leaf::Element => document.span(element),
        }
    }

    /// The value of an attribute, a text or a comment; `None` for a whole element.
    #[must_use]
    pub fn value(&self) -> Option<String> {
        let (document, element) = (self.document, self.element);
        match &self.leaf {
            Leaf::Attribute(name) => Some(document.value(element, name)?.into_owned()),
            Leaf::Text => Some(text_of(document, element)),
            Leaf::Element => None,
        }
    }

    /// Whether it is the same node and the same leaf.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self.document, other.document)
            && self.element == other.element
            && self.leaf == other.leaf
    }
}

impl<'c> Change<'c> {
    /// Where the second file has it, or else the first one.
    #[must_use]
    pub fn place(&self) -> &Place<'c> {
        match (&self.after, &self.before) {
            (Some(place), _) | (None, Some(place)) => place,
            (None, None) => unreachable!("a change is somewhere"),
        }
    }

    /// What it is called in reports.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.kind {
            Kind::Added => "added",
            Kind::Removed => "removed",
            Kind::Changed => "changed",
            Kind::Renamed(_) => "renamed",
            Kind::Moved => "moved",
            Kind::Reordered(_) => "reordered",
            Kind::CommentedOut => "commented-out",
            Kind::Uncommented => "uncommented",
            Kind::MovedOut(_) => "moved-out",
            Kind::MovedIn(_) => "moved-in",
        }
    }
}

/// The text of an element that is content; of several pieces between its children, all.
pub(super) fn text_of(document: &Document, element: NodeId) -> String {
    let has_elements = document.has_child_elements(element);
    if has_elements && !has_significant_text(document, element) {
        return String::new();
    }
    let text = document.inner_text(element);
    let text = significant_text(&text, has_elements);
    match has_elements {
        true => chars::trim(text).to_owned(),
        false => text.to_owned(),
    }
}
