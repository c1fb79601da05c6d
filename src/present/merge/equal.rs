//! Settings of the old file that the new one has as well: counted in every report, listed where that can be folded.

use schemars::JsonSchema;
use serde::Serialize;

use super::located::Located;
use super::values::{Place, Shown};
use crate::config::addresses::Addresses;
use crate::merge::account::Setting;
use crate::merge::outcome::{Outcome, Value};
use crate::merge::{Inputs, Merged};
use crate::present::redact::Redactor;
use crate::present::section::value_of_entry;
use crate::xml::address::Leaf;

/// One of them.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct EqualLine {
    pub(super) section: String,
    pub(super) label: String,
    pub(super) address: String,
    /// The value; nothing where the setting is more than one.
    pub(super) value: Option<Shown>,
    pub(super) old: Place,
    pub(super) new: Option<Place>,
}

/// All of them, in the order of the old file.
pub(super) fn equal(
    inputs: &Inputs<'_>,
    merged: &Merged,
    located: &Located<'_>,
    redactor: &mut Redactor<'_>,
) -> Vec<EqualLine> {
    let Some(account) = &merged.account else {
        return Vec::new();
    };
    let addresses = Addresses::default();
    let settings = account.settings.iter();
    settings
        .filter(|setting| setting.ending.outcome() == Some(Outcome::AlreadyEqual))
        .map(|setting| {
            let old = inputs.incoming;
            let (element, leaf) = (setting.element, setting.leaf.clone());
            let address = addresses.address(&inputs.rules.identities, old, element, leaf);
            let name = located.name(&address, redactor);
            EqualLine {
                section: name.section,
                label: name.label,
                value: value(inputs, setting, redactor),
                old: located.old.at(&address).unwrap_or_default(),
                new: located.new.at(&address),
                address: redactor.address(&address),
            }
        })
        .collect()
}

fn value(inputs: &Inputs<'_>, setting: &Setting, redactor: &mut Redactor<'_>) -> Option<Shown> {
    let (old, rules) = (inputs.incoming, inputs.rules);
    let (element, leaf) = match &setting.leaf {
        Leaf::Element => value_of_entry(old, setting.element)?,
        leaf => (setting.element, leaf.clone()),
    };
    let text = match &leaf {
        Leaf::Attribute(name) => old.value(element, name)?.into_owned(),
        Leaf::Text if old.has_child_elements(element) => return None,
        Leaf::Text => old.inner_text(element).into_owned(),
        Leaf::Element => return None,
    };
    let secret = (rules.secrets).is_secret(&rules.identities, old, element, &leaf);
    Some(Shown::of(&Value::Text(text), secret, redactor))
}
