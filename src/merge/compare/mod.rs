//! The read-only comparison: three documents, what is the same in them, and what the rules say.
//!
//! Promises that asking changes nothing: every answer depends on the inputs alone. The stages
//! ([`super::stages`]) ask it and hand [`super::steps::Steps`] to the one place that applies them.

pub(in crate::merge) mod directives;
mod policy;
pub(in crate::merge) mod prefixes;
mod subtree;
pub(super) mod unordered;

use std::cell::OnceCell;

use directives::Directives;

use super::{Inputs, Mode};
use crate::config::addresses::Addresses;
use crate::matching::Side;
use crate::matching::digest::Digests;
use crate::matching::sides::Sides;
use crate::pack::rules::Component;
use crate::xml::address::{Address, Leaf};
use crate::xml::layout::Layout;
use crate::xml::selector::{Positions, SelectorIndex};
use crate::xml::{Document, NodeId};

/// Three documents that are compared, and what was found out about them so far.
pub(super) struct Comparison<'a> {
    pub(in crate::merge) inputs: Inputs<'a>,
    digests: Sides<&'a Digests>,
    incoming_layout: OnceCell<Layout>,
    carrier_layout: OnceCell<Layout>,
    /// The component of the upgrade that the files belong to.
    pub(in crate::merge) component: Option<&'a Component>,
    addresses: Addresses,
    /// Which policies may speak about what, where there are many.
    policies: OnceCell<SelectorIndex>,
    /// Positions that selectors of policies asked for.
    positions: Positions,
    /// What the judgement of an earlier result asks for.
    pub(in crate::merge) directives: &'a Directives,
}

impl<'a> Comparison<'a> {
    pub(in crate::merge) fn new(
        inputs: Inputs<'a>,
        digests: Sides<&'a Digests>,
        directives: &'a Directives,
    ) -> Self {
        let component = match inputs.mode {
            Mode::Branches => None,
            Mode::Upgrade => inputs
                .rules
                .component_of(inputs.incoming)
                .or_else(|| inputs.rules.component_of(inputs.carrier)),
        };
        Self {
            inputs,
            digests,
            incoming_layout: OnceCell::new(),
            carrier_layout: OnceCell::new(),
            component,
            addresses: Addresses::default(),
            policies: OnceCell::new(),
            positions: Positions::default(),
            directives,
        }
    }

    /// The documents.
    pub(in crate::merge) fn documents(&self) -> Sides<&'a Document> {
        Sides {
            base: self.inputs.base,
            incoming: self.inputs.incoming,
            carrier: self.inputs.carrier,
        }
    }

    /// The documents with their digests.
    pub(in crate::merge) fn sides(&self) -> Sides<Side<'a>> {
        self.documents()
            .zip(self.digests)
            .map(|(document, digests)| Side { document, digests })
    }

    pub(in crate::merge) fn upgrade(&self) -> bool {
        self.inputs.mode == Mode::Upgrade
    }

    pub(in crate::merge) fn base_side(&self) -> Option<Side<'a>> {
        self.sides().base
    }

    pub(in crate::merge) fn incoming_side(&self) -> Side<'a> {
        self.sides().incoming
    }

    pub(in crate::merge) fn carrier_side(&self) -> Side<'a> {
        self.sides().carrier
    }

    pub(in crate::merge) fn incoming_layout(&self) -> &Layout {
        self.incoming_layout
            .get_or_init(|| Layout::of(self.inputs.incoming))
    }

    pub(in crate::merge) fn carrier_layout(&self) -> &Layout {
        self.carrier_layout
            .get_or_init(|| Layout::of(self.inputs.carrier))
    }

    /// Whether the incoming side changed nothing in this element, or the same as the carrier, and
    /// nothing in it is needed elsewhere.
    pub(in crate::merge) fn nothing_to_do(&self, triple: Sides<NodeId>) -> bool {
        let sides = self.sides().zip(triple);
        let same = |(one, node): (Side<'_>, NodeId), (other, its): (Side<'_>, NodeId)| {
            one.same_but_for_layout(node, other, its)
        };
        !self.directives.keeps_incoming(triple.incoming)
            && (same(sides.incoming, sides.carrier)
                || sides.base.is_some_and(|base| same(base, sides.incoming)))
    }

    /// Whether something in the incoming element has to be kept that the incoming side did not change.
    pub(in crate::merge) fn holds_needed(&self, triple: Sides<NodeId>) -> bool {
        let Directives {
            keep_incoming,
            keep_with_conflict,
            ..
        } = self.directives;
        let incoming = self.inputs.incoming;
        keep_incoming
            .iter()
            .chain(keep_with_conflict)
            .any(|node| incoming.is_within(*node, triple.incoming))
    }

    /// The address of an element of the incoming side.
    pub(in crate::merge) fn incoming_address(&self, element: NodeId) -> Address {
        self.address(self.inputs.incoming, element, Leaf::Element)
    }

    /// The address of an element of the carrier.
    pub(in crate::merge) fn carrier_address(&self, element: NodeId) -> Address {
        self.address(self.inputs.carrier, element, Leaf::Element)
    }

    /// The XPath of `leaf` of `element` in `document`.
    pub(in crate::merge) fn address(
        &self,
        document: &Document,
        element: NodeId,
        leaf: Leaf,
    ) -> Address {
        self.addresses
            .address(&self.inputs.rules.identities, document, element, leaf)
    }
}
