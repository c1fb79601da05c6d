//! The XPath of a node, by the identity table.

use rustc_hash::FxHashMap;
use std::cell::RefCell;

use super::identity::{IdentityTable, identity};
use crate::xml::address::{Address, Leaf, Step};
use crate::xml::{Document, NodeId};

/// Builds addresses; remembers which siblings share an identity, so that many
/// addresses below one parent cost no more than one look at its children.
#[derive(Debug, Default)]
pub struct Addresses {
    /// By document (the address of its text) and parent: position of the children that need one.
    positions: RefCell<FxHashMap<(usize, NodeId), FxHashMap<NodeId, usize>>>,
}

impl Addresses {
    /// The XPath of `leaf` of `element`.
    #[must_use]
    pub fn address(
        &self,
        table: &IdentityTable,
        document: &Document,
        element: NodeId,
        leaf: Leaf,
    ) -> Address {
        let mut steps = Vec::new();
        let mut at = Some(element);
        while let Some(node) = at.filter(|node| document.is_element(*node)) {
            let parent = document.parent(node);
            steps.push(Step {
                name: document.local_name(node).to_owned(),
                predicates: identity(table, document, node)
                    .into_iter()
                    .map(|(path, value)| (path, value.into_owned()))
                    .collect(),
                position: parent.and_then(|parent| self.position(table, document, parent, node)),
            });
            at = parent;
        }
        steps.reverse();
        Address { steps, leaf }
    }

    fn position(
        &self,
        table: &IdentityTable,
        document: &Document,
        parent: NodeId,
        node: NodeId,
    ) -> Option<usize> {
        let key = (document.text().as_ptr() as usize, parent);
        self.positions
            .borrow_mut()
            .entry(key)
            .or_insert_with(|| ambiguous_positions(table, document, parent))
            .get(&node)
            .copied()
    }
}

/// The children of `parent` whose name and identity are not unique, with their position among their like.
fn ambiguous_positions(
    table: &IdentityTable,
    document: &Document,
    parent: NodeId,
) -> FxHashMap<NodeId, usize> {
    let mut alike: FxHashMap<_, Vec<NodeId>> = FxHashMap::default();
    for child in document.child_elements(parent) {
        let name = document.local_name(child);
        alike
            .entry((name, identity(table, document, child)))
            .or_default()
            .push(child);
    }
    alike
        .into_values()
        .filter(|nodes| nodes.len() > 1)
        .flat_map(|nodes| {
            nodes
                .into_iter()
                .enumerate()
                .map(|(at, node)| (node, at + 1))
        })
        .collect()
}
