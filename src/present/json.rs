//! The one way in which reports become JSON.

use serde::Serialize;

use super::plain::plain_json;
use super::run::{OfRun, Run};

/// A report in lines, with the run that made it.
pub fn json_of_run(report: &impl Serialize, run: &Run) -> String {
    json(&OfRun::new(report, run))
}

/// `value` in lines. No string of it commands a terminal or the log of a build that prints it.
pub fn json(value: &impl Serialize) -> String {
    // Reports have nothing that serde_json could refuse.
    let json = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut json = plain_json(&json).into_owned();
    json.push('\n');
    json
}
