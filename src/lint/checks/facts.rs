//! What a file says about single facts.

use crate::lint::check::Check;
use crate::lint::condition::{Scope, holds};
use crate::lint::known::facts::fact;
use crate::lint::known::services::use_of;
use crate::pack::checks::{MissingFact, OfFact};
use crate::pack::lint::Check as Looks;
use crate::pack::rules::FactId;

use super::near_name;

/// The value of a fact for which the condition holds.
pub(super) fn fact_is(parameters: &OfFact, check: &mut Check<'_>) {
    let Some(fact) = fact(check, check.at, &parameters.fact) else {
        return;
    };
    let (Some(said), Some(document)) = (&fact.said, check.subject().document()) else {
        return;
    };
    let ignores_case = check.rules.ignores_case();
    let scope = Scope {
        document,
        element: document.root(),
        ignores_case: &ignores_case,
        knowledge: &*check,
    };
    if !holds(&parameters.when, scope, Some(&said.value)) {
        return;
    }
    let facts = [("name", fact.name.as_str()), ("value", said.shown.as_str())];
    let message = check.say("found", &facts);
    let note = check.say("related", &facts);
    let other = (parameters.related.as_ref())
        .and_then(|id| self::fact(check, check.at, id))
        .and_then(|other| other.said.clone());
    let found = check.report_there(said.place.clone(), message);
    if let Some(other) = other {
        found.related(other.place, note);
    }
}

/// A file uses a service and lacks a fact that it needs for it.
pub(super) fn missing_fact(parameters: &MissingFact, check: &mut Check<'_>) {
    let Some(fact) = fact(check, check.at, &parameters.fact) else {
        return;
    };
    let service = use_of(check, check.at, &parameters.service);
    let is_set =
        |id: &FactId| self::fact(check, check.at, id).is_some_and(|other| other.set().is_some());
    if service.is_used != Some(true) || !fact.is_certain || parameters.unless.iter().any(is_set) {
        return;
    }
    let facts = [("name", fact.name.as_str()), ("use", service.says())];
    match &fact.said {
        Some(said) if said.value.is_empty() => {
            let message = check.say("empty", &facts);
            check.report_there(said.place.clone(), message);
        }
        Some(_) => {}
        // A name that is nearly this one is what is wrong then, and another rule says so.
        None if has_near_name(check, &fact.name) => {}
        None => {
            if let Some(place) = &fact.section {
                let message = check.say("missing", &facts);
                check.report_there(place.clone(), message);
            }
        }
    }
}

/// Whether a rule about names finds one that was meant to be `name`.
fn has_near_name(check: &Check<'_>, name: &str) -> bool {
    check.rules.lints.iter().any(|rule| match &rule.check {
        Looks::Registered(registered) => match &registered.kind {
            crate::pack::checks::Kind::NearName(parameters) => {
                near_name::finds(parameters, check, name)
            }
            _ => false,
        },
        Looks::Declared(_) => false,
    })
}
