//! Why something was decided, in words that need no manual.

use crate::merge::outcome::{DecidedBy, Decision, Outcome, Principle};
use crate::pack::Rules;
use crate::pack::rules::PolicyId;

/// One sentence about a decision.
pub(super) fn why(decision: &Decision, rules: &Rules) -> String {
    let mut words = match &decision.by {
        DecidedBy::Principle(principle) => by_principle(*principle).to_owned(),
        DecidedBy::Rule(id) => by_rule(id, rules),
    };
    let is_of_engine = matches!(decision.by, DecidedBy::Principle(_));
    if is_of_engine && decision.outcome == Some(Outcome::Rewritten) {
        words.push_str(" A virtual directory in it has its new name.");
    }
    if decision.assumed {
        words.push_str(" This rests on a documented default.");
    }
    words
}

pub(super) fn by_principle(principle: Principle) -> &'static str {
    match principle {
        Principle::ChangedByOneSide => "Only the administrator changed it.",
        Principle::AddedByOneSide => "Only the administrator added it.",
        Principle::RemovedByOneSide => {
            "The administrator removed it, and the new version did not change it."
        }
        Principle::SameOnBothSides => "Both files have the same.",
        Principle::Unchanged => "The administrator never changed it, so the new value counts.",
        Principle::GoneInNewVersion => {
            "The administrator never changed it, and the new version has it no more."
        }
        Principle::KeptThoughGone => {
            "The administrator changed it and the new version has it no more. It is kept: ask whether anything still reads it."
        }
        Principle::KnownDefault => "The other value is a documented default, which nobody chose.",
        Principle::ShadowedDuplicate => "It is an earlier duplicate, which .NET does not read.",
        Principle::WhiteSpaceOnly => "One side differs only by white space at its ends.",
        Principle::BelongsToNewFile => "It belongs to the new file.",
        Principle::StillNeeded => {
            "One side dropped it, but something that stays needs it: ask whether that is still right."
        }
    }
}

fn by_rule(id: &PolicyId, rules: &Rules) -> String {
    let mut policies = rules.policies.iter().rev();
    let Some(policy) = policies.find(|policy| policy.provenance.id == *id) else {
        return format!("The rule `{id}` says so.");
    };
    let about = &policy.provenance;
    match about.summary.as_str() {
        "" => format!("The rule `{id}` of `{}` says so.", about.pack),
        summary => {
            let summary = summary.trim_end_matches('.');
            format!("{summary} (rule `{id}` of `{}`).", about.pack)
        }
    }
}
