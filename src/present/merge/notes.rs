//! Sentences below the decisions of a merge: what to know about its inputs, its rules and its result.

use crate::config::protected::{ProtectedSection, protected_sections};
use crate::merge::doubts::NO_BASE;
use crate::merge::idle::{Idle, idle};
use crate::merge::renaming::{Refused, Renaming, WhyNot};
use crate::merge::work::Work;
use crate::present::redact::Redactor;
use crate::xml::Document;

/// Notes about the inputs, the rules and the result.
pub(super) fn notes(work: &Work<'_>, redactor: &mut Redactor<'_>) -> Vec<String> {
    let old = &work.configuration.old.document;
    let inputs = &work.inputs;
    let mut notes = Vec::new();
    if inputs.base.is_none() {
        notes.push(NO_BASE.to_owned());
    }
    notes.extend(renames(work.renaming, redactor));
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

/// The encrypted sections of the result that are in no conflict: nobody can look into them.
pub(super) fn encrypted(work: &Work<'_>) -> Vec<String> {
    let new = work.inputs.carrier;
    let in_new = protected_sections(new);
    let result = &work.finished.document;
    let ciphers = |document: &Document, section: &ProtectedSection| {
        let nodes = document.subtree(section.element);
        nodes
            .filter(|node| document.is_element(*node))
            .filter(|node| document.local_name(*node) == "CipherValue")
            .map(|node| document.inner_text(node).trim().to_owned())
            .collect::<Vec<String>>()
    };
    let is_open = |section: &ProtectedSection| {
        let there = in_new.iter().find(|there| there.path == section.path);
        let place = there.map(|there| new.span(there.element));
        let mut conflicts = work.merged.conflicts.iter();
        place.is_some() && conflicts.any(|conflict| conflict.places.carrier == place)
    };
    protected_sections(result)
        .iter()
        .filter(|section| !is_open(section))
        .map(|section| {
            let is_as_in_new = in_new.iter().any(|there| {
                there.path == section.path
                    && there.provider == section.provider
                    && ciphers(new, there) == ciphers(result, section)
            });
            let from = match is_as_in_new {
                true => "as in the new file",
                false => "as in the old file",
            };
            let by = match &section.provider {
                Some(provider) => format!(" with `{provider}`"),
                None => String::new(),
            };
            format!(
                "the section `{}` is encrypted{by}, {from}. The new machine must be able to read it. {}.",
                section.path,
                section.on_another_machine()
            )
        })
        .collect()
}

/// What was carried under another key, and what was not though a rule asks for it.
#[must_use]
pub fn renames(renaming: &Renaming<'_>, redactor: &mut Redactor<'_>) -> Vec<String> {
    let renamed = renaming.renamed.iter().map(|renamed| {
        let (from, to, rule) = (&renamed.from, &renamed.to, &renamed.rule);
        format!("`{from}` is carried as `{to}` [{rule}]")
    });
    let refused = renaming
        .refused
        .iter()
        .map(|refused| sentence(refused, redactor));
    renamed.chain(refused).collect()
}

fn sentence(refused: &Refused, redactor: &mut Redactor<'_>) -> String {
    let (to, rule) = (&refused.to, &refused.rule);
    let address = redactor.address(&refused.address);
    let why = match &refused.why {
        WhyNot::TakenInOld => "the old file would have that twice".to_owned(),
        WhyNot::TakenInBase => "the base would have that twice".to_owned(),
        WhyNot::Overruled { to, rule } => format!("the later rule `{rule}` calls it `{to}`"),
        WhyNot::NoIdentity => "it lacks what would identify it".to_owned(),
    };
    format!("{address} is not carried as `{to}`, since {why} [{rule}]")
}
