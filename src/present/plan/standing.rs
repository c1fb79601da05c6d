//! How far a plan is, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::how;
use crate::plan::state::{Progress, Standing};
use crate::present::run::OfRun;

/// Version of the JSON. It changes when a field is renamed, removed or means something else.
const SCHEMA: u32 = 1;

/// What `plan status` and `plan next` answer.
#[derive(Serialize, JsonSchema)]
pub struct Status {
    /// Version of this format: 1.
    schema: u32,
    /// Whether nothing stops the upgrade.
    is_ready: bool,
    /// Inputs that are not what they were when the plan was made.
    changed: Vec<String>,
    /// How many steps are over, the way back left out.
    over: usize,
    /// How many there are.
    all: usize,
    /// Ids of the steps that can be done now.
    next: Vec<String>,
    /// All steps.
    steps: Vec<Step>,
}

/// A step.
#[derive(Serialize, JsonSchema)]
struct Step {
    /// Its id.
    id: String,
    /// What to do, in a few words.
    title: String,
    /// `open`, `waiting`, `closed`, `done`, `skipped`, `failed`, `outdated` or `unfounded`.
    state: &'static str,
    /// The same with its reason, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    how: Option<String>,
}

/// The status as a value that becomes JSON.
#[must_use]
pub fn json(progress: &Progress<'_>) -> Status {
    let (over, all) = progress.counts();
    let step = |step| {
        let standing = progress.of(step);
        Step {
            id: step.id.clone(),
            title: step.title.clone(),
            state: state(&standing),
            how: Some(how(&standing)).filter(|how| !how.is_empty()),
        }
    };
    Status {
        schema: SCHEMA,
        is_ready: progress.plan.is_ready(),
        changed: progress
            .changed
            .iter()
            .map(|input| input.path.clone())
            .collect(),
        over,
        all,
        next: progress.next().iter().map(|step| step.id.clone()).collect(),
        steps: progress.plan.steps.iter().map(step).collect(),
    }
}

fn state(standing: &Standing<'_>) -> &'static str {
    match standing {
        Standing::Open => "open",
        Standing::Waiting(_) => "waiting",
        Standing::Closed(_) | Standing::Stopped(_) => "closed",
        Standing::Done(_) => "done",
        Standing::Skipped(_) => "skipped",
        Standing::Failed(_) => "failed",
        Standing::Outdated(_) => "outdated",
        Standing::Unfounded(_) => "unfounded",
    }
}

/// The JSON Schema of the status.
#[must_use]
pub fn json_schema() -> String {
    crate::present::json::json(&schemars::schema_for!(OfRun<'static, Status>))
}
