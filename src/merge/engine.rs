//! The walk: pairs of elements that are the same one, from the root down.
//!
//! A list of work instead of recursion; the order of work does not matter,
//! since edits and decisions are put in the order of the files at the end.

use std::cell::OnceCell;

use rustc_hash::FxHashMap;

use super::account::{Account, Atom};
use super::digest::Digests;
use super::matching::Side;
use super::outcome::{Conflict, ConflictKind, DecidedBy, Decision, Outcome, Triple};
use super::plan::Reorder;
use super::{Inputs, MergeError, Merged, Mode};
use crate::config::addresses::Addresses;
use crate::pack::rules::Component;
use crate::xml::address::{Address, Leaf};
use crate::xml::layout::Layout;
use crate::xml::{Document, Edit, Edits, NodeId, Span};

/// Fingerprints of the three documents.
#[derive(Clone, Copy)]
pub(super) struct Fingerprints<'a> {
    pub(super) base: Option<&'a Digests>,
    pub(super) incoming: &'a Digests,
    pub(super) carrier: &'a Digests,
}

/// Everything that the stages share.
pub(super) struct Engine<'a> {
    pub(super) inputs: Inputs<'a>,
    digests: Fingerprints<'a>,
    incoming_layout: OnceCell<Layout>,
    carrier_layout: OnceCell<Layout>,
    /// The component of the upgrade that the files belong to.
    pub(super) component: Option<&'a Component>,
    pub(super) edits: Edits,
    pub(super) decisions: Vec<Decision>,
    pub(super) conflicts: Vec<Conflict>,
    /// How each setting of the incoming file ended, in an upgrade.
    pub(super) outcomes: FxHashMap<Atom, (Outcome, DecidedBy)>,
    pub(super) queue: Vec<Triple>,
    pub(super) reorders: Vec<Reorder>,
    /// Elements of the carrier that a rule replaces whole.
    pub(super) replacements: Vec<Edit>,
    /// Elements of the carrier that get another name.
    pub(super) new_names: FxHashMap<NodeId, String>,
    /// Elements inserted less elements removed.
    pub(super) element_delta: isize,
    pub(super) joined_renamed: bool,
    addresses: Addresses,
    overlap: Option<MergeError>,
}

pub(super) fn run<'a>(inputs: Inputs<'a>, digests: Fingerprints<'a>) -> Result<Merged, MergeError> {
    let (incoming, carrier) = (inputs.incoming, inputs.carrier);
    let roots = (incoming.root(), carrier.root());
    let mut engine = Engine::new(inputs, digests);
    let base_root = inputs.base.map(Document::root);
    if !engine.upgrade() {
        // In an upgrade they describe the old file, and stay with it.
        engine.comments_beside_root();
    }
    engine.queue.push(Triple {
        base: base_root,
        incoming: roots.0,
        carrier: roots.1,
    });
    while let Some(triple) = engine.queue.pop() {
        engine.element(triple);
    }
    engine.finish()
}

impl<'a> Engine<'a> {
    fn new(inputs: Inputs<'a>, digests: Fingerprints<'a>) -> Self {
        let component = match inputs.mode {
            Mode::Branches => None,
            Mode::Upgrade => inputs
                .rules
                .component_of(inputs.incoming)
                .or_else(|| inputs.rules.component_of(inputs.carrier)),
        };
        Self {
            digests,
            incoming_layout: OnceCell::new(),
            carrier_layout: OnceCell::new(),
            component,
            edits: Edits::new(),
            decisions: Vec::new(),
            conflicts: Vec::new(),
            outcomes: FxHashMap::default(),
            queue: Vec::new(),
            reorders: Vec::new(),
            replacements: Vec::new(),
            new_names: FxHashMap::default(),
            element_delta: 0,
            joined_renamed: false,
            addresses: Addresses::default(),
            overlap: None,
            inputs,
        }
    }

    /// Writes down how a setting of the incoming file ended, for the account of an upgrade.
    pub(super) fn record(&mut self, atom: Atom, outcome: Outcome, by: &DecidedBy) {
        if self.upgrade() {
            self.outcomes.insert(atom, (outcome, by.clone()));
        }
    }

    fn finish(mut self) -> Result<Merged, MergeError> {
        self.reorder();
        for edit in std::mem::take(&mut self.replacements) {
            self.edits.take_overlapping(edit.span);
            self.edit(vec![edit], self.inputs.carrier.root());
        }
        if let Some(overlap) = self.overlap {
            return Err(overlap);
        }
        let start = |span: Option<Span>| span.map_or(u32::MAX, |span| span.start);
        self.decisions.sort_by_key(|decision| {
            let places = decision.places;
            (start(places.incoming), start(places.carrier))
        });
        self.conflicts.sort_by_key(|conflict| {
            (
                conflict.region.carrier.start,
                start(conflict.places.incoming),
            )
        });
        let account = match self.inputs.mode {
            Mode::Branches => None,
            Mode::Upgrade => Some(Account::of(
                self.inputs.incoming,
                &self.inputs.rules.identities,
                &self.outcomes,
                |node, leaf| self.address(self.inputs.incoming, node, leaf),
            )?),
        };
        Ok(Merged {
            edits: self.edits,
            decisions: self.decisions,
            conflicts: self.conflicts,
            account,
            element_delta: self.element_delta,
            carried_by_incoming: false,
            joined_renamed: self.joined_renamed,
        })
    }

    pub(super) fn upgrade(&self) -> bool {
        self.inputs.mode == Mode::Upgrade
    }

    pub(super) fn base_side(&self) -> Option<Side<'_>> {
        Some(Side {
            document: self.inputs.base?,
            digests: self.digests.base?,
        })
    }

    pub(super) fn incoming_side(&self) -> Side<'_> {
        Side {
            document: self.inputs.incoming,
            digests: self.digests.incoming,
        }
    }

    pub(super) fn carrier_side(&self) -> Side<'_> {
        Side {
            document: self.inputs.carrier,
            digests: self.digests.carrier,
        }
    }

    pub(super) fn incoming_layout(&self) -> &Layout {
        self.incoming_layout
            .get_or_init(|| Layout::of(self.inputs.incoming))
    }

    pub(super) fn carrier_layout(&self) -> &Layout {
        self.carrier_layout
            .get_or_init(|| Layout::of(self.inputs.carrier))
    }

    /// Adds edits of the carrier near `element` of it; an overlap ends the merge with an error.
    pub(super) fn edit(&mut self, edits: Vec<Edit>, element: NodeId) {
        for edit in edits {
            if let Err(error) = self.edits.replace(edit.span, edit.text)
                && self.overlap.is_none()
            {
                self.overlap = Some(MergeError::Overlap {
                    address: self.carrier_address(element),
                    error,
                });
            }
        }
    }

    /// One element that both sides have.
    fn element(&mut self, triple: Triple) {
        if !self.upgrade() && self.nothing_to_do(triple) {
            return;
        }
        if self.is_named_otherwise_by_both(triple) {
            let kind = match triple.base {
                Some(_) => ConflictKind::BothChanged,
                None => ConflictKind::BothAdded,
            };
            return self.whole_element(kind, triple);
        }
        self.rename(triple);
        let before = self.conflicts.len();
        self.attributes(triple);
        let (incoming, carrier) = (self.inputs.incoming, self.inputs.carrier);
        let is_renamed = incoming.name(triple.incoming) != carrier.name(triple.carrier);
        if is_renamed && !self.upgrade() && self.conflicts.len() > before {
            // The end tag has one name while the start tag with its name is left to people.
            self.conflicts.truncate(before);
            return self.whole_element(ConflictKind::BothChanged, triple);
        }
        self.content(triple);
    }

    /// Whether the incoming side changed nothing here, or the same as the carrier.
    fn nothing_to_do(&self, triple: Triple) -> bool {
        let incoming = self.digests.incoming.all(triple.incoming);
        if incoming == self.digests.carrier.all(triple.carrier) {
            return true;
        }
        match (triple.base, self.digests.base) {
            (Some(base), Some(digests)) => digests.all(base) == incoming,
            _ => false,
        }
    }

    /// The address of an element of the incoming side.
    pub(super) fn incoming_address(&self, element: NodeId) -> Address {
        self.address(self.inputs.incoming, element, Leaf::Element)
    }

    /// The address of an element of the carrier.
    pub(super) fn carrier_address(&self, element: NodeId) -> Address {
        self.address(self.inputs.carrier, element, Leaf::Element)
    }

    /// The XPath of `leaf` of `element` in `document`.
    pub(super) fn address(&self, document: &Document, element: NodeId, leaf: Leaf) -> Address {
        self.addresses
            .address(&self.inputs.rules.identities, document, element, leaf)
    }
}
