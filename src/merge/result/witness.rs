//! The merge of the whole file's lines as a witness: where it is clean and means the same, its bytes are
//! the result, since people know them; where siblings cannot be told apart, their lines can.

use std::cell::OnceCell;

use super::finish::{Finished, no_new_duplicates};
use super::form::source_of;
use super::lines::merge_lines;
use super::soundness::new_faults;
use crate::config::hazards::hazards;
use crate::matching::Side;
use crate::matching::digest::Digests;
use crate::merge::compare::unordered::read_the_same;
use crate::merge::{ConflictKind, Inputs, Merged};
use crate::xml::{Document, NodeId, fast_reader};

/// What the lines come to, worked out when it is first asked for.
pub(in crate::merge) struct Witness<'a> {
    inputs: Inputs<'a>,
    merged: OnceCell<Option<Finished>>,
}

impl<'a> Witness<'a> {
    pub(in crate::merge) fn new(inputs: Inputs<'a>) -> Self {
        Self {
            inputs,
            merged: OnceCell::new(),
        }
    }

    /// Whether the lines come to the same as `result`, comments included.
    pub(in crate::merge) fn agrees(&self, result: &Document) -> bool {
        let lines = self.merged.get_or_init(|| self.merge());
        lines
            .as_ref()
            .is_some_and(|lines| same(&lines.document, result))
    }

    /// The clean merge of the lines, where it means the same as `finished`.
    pub(in crate::merge) fn instead_of(self, finished: &Finished) -> Option<Finished> {
        let lines = match self.merged.into_inner() {
            Some(lines) => lines?,
            None => {
                let bytes = lines_of(&self.inputs)?;
                if bytes == finished.bytes {
                    return None;
                }
                read(bytes)?
            }
        };
        // Where order says nothing, people know that of the lines; unless it makes a fault of it.
        let comes_to_the_same = same(&lines.document, &finished.document) || {
            let table = &self.inputs.rules.identities;
            read_the_same(table, &lines.document, &finished.document)
                && new_faults(&self.inputs, &lines.document).is_empty()
        };
        if !comes_to_the_same {
            return None;
        }
        // The layout may hide from .NET what the text says.
        let is_read = hazards(&lines.document).len() <= hazards(&finished.document).len();
        is_read.then_some(lines)
    }

    /// The clean merge of the lines, where all that is left in conflict is which of several alike
    /// elements are the same. That is a question of place, and lines have one.
    pub(in crate::merge) fn settles(self, merged: &Merged) -> Option<Finished> {
        let is_question_of_place = |kind| matches!(kind, ConflictKind::Ambiguous);
        if merged.conflicts.is_empty()
            || !merged
                .conflicts
                .iter()
                .all(|conflict| is_question_of_place(conflict.kind))
        {
            return None;
        }
        self.merged.get_or_init(|| self.merge());
        let lines = self.merged.into_inner().flatten()?;
        let is_sound = new_faults(&self.inputs, &lines.document).is_empty()
            && no_new_duplicates(&self.inputs, &lines.document, |_| true).is_ok();
        is_sound.then_some(lines)
    }

    fn merge(&self) -> Option<Finished> {
        read(lines_of(&self.inputs)?)
    }
}

/// The bytes of the merged lines.
fn lines_of(inputs: &Inputs<'_>) -> Option<Vec<u8>> {
    let Inputs {
        base,
        incoming,
        carrier,
        ..
    } = *inputs;
    let base = base?;
    let text = merge_lines(base.text(), carrier.text(), incoming.text())?;
    Some(source_of(inputs, carrier).bytes_with(text))
}

fn read(bytes: Vec<u8>) -> Option<Finished> {
    let document = Document::from_bytes(&bytes).ok()?;
    fast_reader::agree(&document, &bytes).ok()?;
    Some(Finished { bytes, document })
}

fn same(one: &Document, other: &Document) -> bool {
    let digests = [one, other].map(Digests::of);
    let [one, other] = [(one, &digests[0]), (other, &digests[1])]
        .map(|(document, digests)| Side { document, digests });
    one.same_but_for_layout(NodeId::DOCUMENT, other, NodeId::DOCUMENT)
}
