//! What became of the comments of the old file.
//!
//! Comments mean nothing to .NET and much to people: a change log, a warning, a setting that was
//! commented out. Each one of the old file is carried, was there already, came with the old version,
//! or is named as left out; the sums add up.

use std::collections::HashMap;

use super::Inputs;
use crate::xml::{Document, NodeId, NodeKind};

/// The comments of the old file by what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommentAccount {
    /// Carried into the result.
    pub carried: usize,
    /// The new file has them, too.
    pub already_there: usize,
    /// The old version was shipped with them, and the new one is not.
    pub shipped: usize,
    /// The administrator's, and not in the result: where they are in the old file.
    pub left: Vec<NodeId>,
}

impl CommentAccount {
    /// Compares the comments of the three files with those of `result`. White space does not count.
    #[must_use]
    pub fn of(inputs: &Inputs<'_>, result: &Document) -> Self {
        let count = |document: &Document| -> HashMap<String, usize> {
            let mut counts = HashMap::new();
            for node in comments(document) {
                *counts.entry(words(document, node)).or_default() += 1;
            }
            counts
        };
        let mut in_base = inputs.base.map(count).unwrap_or_default();
        let mut in_new = count(inputs.carrier);
        let mut in_result = count(result);
        let take = |counts: &mut HashMap<String, usize>, words: &str| match counts.get_mut(words) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        };
        let mut account = Self::default();
        for node in comments(inputs.incoming) {
            let words = words(inputs.incoming, node);
            let was_shipped = take(&mut in_base, &words);
            if take(&mut in_result, &words) {
                match take(&mut in_new, &words) {
                    true => account.already_there += 1,
                    false => account.carried += 1,
                }
            } else if was_shipped {
                account.shipped += 1;
            } else {
                account.left.push(node);
            }
        }
        account
    }

    /// How many comments the old file has.
    #[must_use]
    pub fn comments(&self) -> usize {
        self.carried + self.already_there + self.shipped + self.left.len()
    }
}

fn comments(document: &Document) -> impl Iterator<Item = NodeId> {
    let nodes = document.nodes();
    nodes.filter(|node| document.kind(*node) == NodeKind::Comment)
}

fn words(document: &Document, comment: NodeId) -> String {
    let text = document.text_of(comment);
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}
