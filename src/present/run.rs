//! Which run a report is of, so that the reports of many servers can be told apart.

use schemars::JsonSchema;
use serde::Serialize;

/// The run that made a report. All else in a report follows from its input.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Run {
    /// The name of the machine; `CONFERRY_HOST` overrides it.
    pub host: String,
    /// What tells this run from others; `CONFERRY_RUN_ID` overrides it.
    pub id: String,
}

/// A report with its run.
#[derive(Serialize, JsonSchema)]
pub(in crate::present) struct OfRun<'a, T> {
    #[serde(flatten)]
    report: &'a T,
    /// The run that made it.
    run: &'a Run,
}

impl<'a, T> OfRun<'a, T> {
    pub(super) fn new(report: &'a T, run: &'a Run) -> Self {
        Self { report, run }
    }
}
