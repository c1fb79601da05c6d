//! A conflict of a `merge` as its report shows it: what it means, and the rule that settles it.

use schemars::JsonSchema;
use serde::Serialize;

use super::Report;
use super::details::details;
use super::located::Name;
use super::rules::{SettlingRule, actions, id_for};
use super::values::{FileLines, PlacesLine, ValueLine, values};
use crate::merge::offers::Take;
use crate::merge::outcome::Conflict;
use crate::merge::{ConflictKind, Inputs, Missing};
use crate::pack::Rules;
use crate::pack::rules::Component;
use crate::pack::rules::PolicyId;
use crate::present::redact::Redactor;

/// How a value that a rule requires and nobody has is called in reports.
const REQUIRED: &str = "required";

#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct ConflictLine {
    pub(super) kind: &'static str,
    /// The kind in words.
    #[serde(skip)]
    pub(super) meaning: &'static str,
    /// The section it is in, as a path from the root element.
    pub(super) section: String,
    /// What it is called in its section.
    pub(super) label: String,
    pub(super) address: String,
    #[serde(flatten)]
    pub(super) values: ValueLine,
    pub(super) secret: bool,
    pub(super) by: Option<PolicyId>,
    pub(super) places: PlacesLine,
    /// What else there is to know about it, in sentences.
    pub(super) details: Vec<String>,
    /// What a rule that settles it may do; each was tried. Empty if no rule does.
    pub(super) actions: Vec<&'static str>,
    /// The rule that settles it, ready to paste.
    pub(super) rule: Option<String>,
    /// What to do where no rule settles it.
    pub(super) by_hand: Option<&'static str>,
    #[serde(skip)]
    pub(super) settling: Option<SettlingRule>,
}

/// The conflicts that have one rule, since they have one address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settled {
    /// The position of the first one.
    pub(super) first: usize,
    /// How many there are.
    copies: usize,
}

impl ConflictLine {
    pub(super) fn of(
        conflict: &Conflict,
        offer: &[Take],
        inputs: &Inputs<'_>,
        component: Option<&Component>,
        lines: &FileLines<'_>,
        redactor: &mut Redactor<'_>,
    ) -> Self {
        let address = redactor.address(&conflict.address);
        let settling = settling_rule(conflict, &address, offer, redactor, component);
        Self {
            kind: conflict.kind.name(),
            meaning: meaning(conflict.kind),
            address,
            values: values(&conflict.values, conflict.secret, redactor),
            secret: conflict.secret,
            by: conflict.by.clone(),
            places: lines.places(&conflict.places),
            details: details(conflict, inputs),
            ..Self::settled_by(settling)
        }
    }

    pub(super) fn missing(missing: &Missing, offer: &[Take], rules: &Rules) -> Self {
        // A rule that says nothing about itself is called by its path.
        let summary = Some(missing.summary.clone()).filter(|summary| *summary != missing.path);
        Self {
            kind: REQUIRED,
            meaning: "a rule requires a value and there is none (required)",
            label: missing.path.clone(),
            address: missing.path.clone(),
            by: Some(missing.rule.clone()),
            details: summary.into_iter().collect(),
            ..Self::settled_by(replacing_rule(missing, offer, rules))
        }
    }

    /// With what people call its place.
    pub(super) fn named(&mut self, name: Name) {
        self.section = name.section;
        self.label = name.label;
    }

    fn settled_by(settling: Result<SettlingRule, &'static str>) -> Self {
        let actions = settling.as_ref().map(|rule| rule.actions.clone());
        Self {
            actions: actions.unwrap_or_default(),
            rule: settling.as_ref().map(SettlingRule::first).ok(),
            by_hand: settling.as_ref().err().copied(),
            settling: settling.ok(),
            ..Self::default()
        }
    }
}

impl Report {
    pub(super) fn push_conflict(&mut self, mut line: ConflictLine) {
        if let Some(rule) = &mut line.settling {
            let at = self.conflicts.len();
            let known = self.settled.entry(rule.path.clone());
            let known = known.or_insert(Settled {
                first: at,
                copies: 0,
            });
            known.copies += 1;
            // Several conflicts at one address have one rule; each of its copies gets an id of its
            // own, so that all of them can be put into one file.
            if known.copies > 1 && !rule.replaces {
                rule.id = PolicyId::new(&format!("{}-{}", rule.id, known.copies));
            }
            line.rule = Some(rule.first());
        }
        self.conflicts.push(line);
    }
}

fn meaning(kind: ConflictKind) -> &'static str {
    match kind {
        ConflictKind::BothChanged => {
            "the administrator and the new version both changed it (both-changed)"
        }
        ConflictKind::ChangedRemoved => {
            "the administrator changed it, the new version has it no more (changed-removed)"
        }
        ConflictKind::RemovedChanged => {
            "the administrator removed it, the new version changed it (removed-changed)"
        }
        ConflictKind::BothAdded => {
            "the administrator and the new version both added it, differently (both-added)"
        }
        ConflictKind::Order => "both changed the order, and here order has meaning (order)",
        ConflictKind::BothInserted => {
            "both put something in one place, and here order has meaning (both-inserted)"
        }
        ConflictKind::MovedToFile => {
            "one side moved the section to a file of its own, the other one changed what it holds (moved-to-file)"
        }
        ConflictKind::Encrypted => {
            "the section is encrypted and differs, so nobody can merge it without its key (encrypted)"
        }
        ConflictKind::NeededByConflict => {
            "one side has it no more, and it is needed if another conflict is settled for the other side (needed-by-conflict)"
        }
        ConflictKind::Refused => {
            "merged piece by piece it would be something that .NET or IIS refuse, so it is left whole (refused)"
        }
        ConflictKind::TakenOut => {
            "a `remove` or `clear` of one side takes out what the other side changed or needs (taken-out)"
        }
        ConflictKind::Ambiguous => {
            "it stands several times and both sides changed that (ambiguous)"
        }
        ConflictKind::UnknownOrigin => {
            "without a base nobody knows who changed it (unknown-origin)"
        }
        ConflictKind::ByRule => "a rule asks you to decide (by-rule)",
        ConflictKind::UnreadableVersion => {
            "a rule asks for the higher version, and a value cannot be read as one (unreadable-version)"
        }
        ConflictKind::IncomparableVersions => {
            "a rule asks for the higher version, and these cannot be compared (incomparable-versions)"
        }
    }
}

/// The rule that settles `conflict`, or what to do where there is none.
fn settling_rule(
    conflict: &Conflict,
    address: &str,
    offer: &[Take],
    redactor: &Redactor<'_>,
    component: Option<&Component>,
) -> Result<SettlingRule, &'static str> {
    if offer.is_empty() {
        return Err(
            "No rule settles it: with either value the result would not pass conferry's checks. Change this place in the old or the new file so that they agree, and run again.",
        );
    }
    if address != conflict.address.to_string() {
        return Err(
            "Its address quotes a secret, so its rule is not printed. Change this place in the old or the new file so that they agree, and run again.",
        );
    }
    let component = component.map(|component| component.provenance.id.clone());
    // No id has a secret in it, not even where they are shown.
    let masked = redactor.masking().address(&conflict.address);
    Ok(SettlingRule {
        id: id_for(&masked, component.as_ref()),
        component,
        path: address.to_owned(),
        actions: actions(offer),
        replaces: false,
    })
}

/// A row of the same id, which takes the place of the rule that requires the value.
fn replacing_rule(
    missing: &Missing,
    offer: &[Take],
    rules: &Rules,
) -> Result<SettlingRule, &'static str> {
    if offer.is_empty() {
        return Err("No rule settles it. Give the setting a value in the old or the new file.");
    }
    let mut policies = rules.policies.iter();
    let policy = policies.find(|policy| policy.provenance.id == missing.rule);
    Ok(SettlingRule {
        id: missing.rule.clone(),
        component: policy.and_then(|policy| policy.component.clone()),
        path: missing.path.clone(),
        actions: actions(offer),
        replaces: true,
    })
}
