//! Sentences below the decisions of a merge: what `rename` rules did, and what they could not do.

use crate::merge::renaming::{Refused, Renaming, WhyNot};
use crate::present::redact::Redactor;

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
