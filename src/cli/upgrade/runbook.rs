//! The runbook that goes with the files of an upgrade.

use crate::pack::Rules;
use crate::present::merge::Report;
use crate::upgrade::Upgrade;

/// What a person does with the files, and in which order; `None` while there is nothing to say.
pub(super) fn runbook(_: &Upgrade<Report>, _: &Rules) -> Option<String> {
    None
}
