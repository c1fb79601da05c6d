//! What to know about a merge that is no decision.

use super::doubts::NO_BASE;
use crate::merge::Inputs;
use crate::merge::idle::{Idle, idle};
use crate::merge::renaming::Renaming;
use crate::present::merge_notes::renames;
use crate::present::redact::Redactor;
use crate::xml::Document;

/// Notes about the inputs and the rules; `old` is the administrator's file as it was read.
pub(super) fn notes(
    inputs: &Inputs<'_>,
    old: &Document,
    renaming: &Renaming<'_>,
    redactor: &mut Redactor<'_>,
) -> Vec<String> {
    let mut notes = Vec::new();
    if inputs.base.is_none() {
        notes.push(NO_BASE.to_owned());
    }
    notes.extend(renames(renaming, redactor));
    notes.extend(inputs.rules.replaced.iter().map(|replaced| {
        let (id, of, by) = (&replaced.id, &replaced.of, &replaced.by);
        format!("rule `{id}` of {by} takes the place of rule `{id}` of {of}")
    }));
    let files = match inputs.base {
        Some(_) => "base, old or new",
        None => "old or new",
    };
    notes.extend(idle(inputs, old).into_iter().map(|idle| match idle {
        Idle::MatchesNothing { rule } => format!("rule `{rule}` matches nothing in {files}"),
        Idle::Superseded { rule, by } => format!(
            "rule `{rule}` never decides: rule `{by}`, which comes later, has the same path"
        ),
    }));
    notes
}
