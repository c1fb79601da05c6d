//! Where an address leads in the documents of a merge, and what people call that place.

use std::cell::OnceCell;

use rustc_hash::FxHashMap;

use super::values::Place as At;
use crate::config::addresses::Addresses;
use crate::config::identity::IdentityTable;
use crate::diff::Place;
use crate::merge::Inputs;
use crate::present::redact::Redactor;
use crate::present::section::section;
use crate::xml::address::{Address, Leaf};
use crate::xml::{Document, Lines, NodeId, Span};

/// What a place is called.
#[derive(Debug, Default)]
pub(super) struct Name {
    /// Its section.
    pub(super) section: String,
    /// What it is called there.
    pub(super) label: String,
}

/// One document with its elements by their addresses, worked out when they are first needed.
pub(super) struct Nodes<'d> {
    table: &'d IdentityTable,
    pub(super) document: &'d Document,
    by_address: OnceCell<FxHashMap<String, NodeId>>,
    lines: OnceCell<Lines<'d>>,
}

impl<'d> Nodes<'d> {
    pub(super) fn of(table: &'d IdentityTable, document: &'d Document) -> Self {
        Self {
            table,
            document,
            by_address: OnceCell::new(),
            lines: OnceCell::new(),
        }
    }

    /// The element that an address leads to or into.
    pub(super) fn element(&self, address: &Address) -> Option<NodeId> {
        let by_address = self.by_address.get_or_init(|| {
            let addresses = Addresses::default();
            let elements = self.document.nodes();
            let elements = elements.filter(|node| self.document.is_element(*node));
            elements
                .map(|node| {
                    let address = addresses.address(self.table, self.document, node, Leaf::Element);
                    (address.to_string(), node)
                })
                .collect()
        });
        let element = address.with_leaf(Leaf::Element).to_string();
        by_address.get(&element).copied()
    }

    /// The place of an address, if its element is there.
    pub(super) fn place(&self, address: &Address) -> Option<Place<'d>> {
        Some(Place {
            document: self.document,
            file: None,
            element: self.element(address)?,
            leaf: address.leaf.clone(),
        })
    }

    /// The bytes of what an address leads to; an attribute that is not there has none.
    pub(super) fn span(&self, address: &Address) -> Option<Span> {
        let place = self.place(address)?;
        let is_there = match &address.leaf {
            Leaf::Attribute(name) => self.document.attribute(place.element, name).is_some(),
            Leaf::Element | Leaf::Text => true,
        };
        is_there.then(|| place.span())
    }

    /// Line and column of it.
    pub(super) fn at(&self, address: &Address) -> Option<At> {
        let span = self.span(address)?;
        Some(self.line(span.start))
    }

    pub(super) fn line(&self, at: u32) -> At {
        let lines = self.lines.get_or_init(|| Lines::of(self.document.text()));
        let place = lines.place(at);
        At {
            line: place.line,
            column: place.column,
        }
    }
}

/// The documents of a merge.
pub(super) struct Located<'d> {
    pub(super) result: Nodes<'d>,
    pub(super) old: Nodes<'d>,
    pub(super) new: Nodes<'d>,
    base: Option<Nodes<'d>>,
}

impl<'d> Located<'d> {
    pub(super) fn of(inputs: &Inputs<'d>, result: &'d Document) -> Self {
        let nodes = |document| Nodes::of(&inputs.rules.identities, document);
        Self {
            result: nodes(result),
            old: nodes(inputs.incoming),
            new: nodes(inputs.carrier),
            base: inputs.base.map(nodes),
        }
    }

    /// What people call the place of an address, secrets masked.
    pub(super) fn name(&self, address: &Address, redactor: &mut Redactor<'_>) -> Name {
        let documents = [&self.result, &self.old, &self.new];
        let mut documents = documents.into_iter().chain(&self.base);
        let shown = redactor.shown_address(address);
        let (section, label) = match documents.find_map(|nodes| nodes.place(address)) {
            Some(place) => section(self.result.table, &place, &shown),
            None => (String::new(), shown.to_string()),
        };
        Name { section, label }
    }
}
