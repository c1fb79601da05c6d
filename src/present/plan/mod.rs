//! Plans for people: the runbook as Markdown and HTML, and what a terminal shows.
//!
//! Promises: every format has the same steps in the same order, each with its box; nothing that a snapshot says becomes
//! markup; the page needs no network and no script.

mod runbook;
mod standing;
mod text;

pub use runbook::{html, markdown};
pub use standing::{json, json_schema};
pub use text::{next, status, summary};

use crate::pack::plan::Phase;
use crate::plan::Plan;
use crate::plan::model::Step;
use crate::plan::state::{Became, Progress, Standing};
use crate::present::count::number;

/// The parts of a plan, in their order, as people call them.
const PHASES: [(Phase, &str); 8] = [
    (Phase::Before, "Before the downtime"),
    (Phase::Downtime, "Downtime begins"),
    (Phase::Uninstall, "Uninstall the old version"),
    (Phase::Install, "Install the new version"),
    (Phase::Deploy, "Put the configuration in place"),
    (Phase::Verify, "Test"),
    (Phase::HandOver, "Hand over"),
    (Phase::WayBack, "The way back, if it fails"),
];

/// The first line: whether the upgrade can begin.
fn verdict(plan: &Plan) -> String {
    match plan.blockers.len() {
        0 => "Ready. Nothing that could be checked stops the upgrade.".to_owned(),
        1 => "Blocked by 1 thing.".to_owned(),
        count => format!("Blocked by {count} things."),
    }
}

/// What the plan is for, in a line.
fn title(plan: &Plan) -> String {
    let procedure = &plan.procedure;
    format!(
        "{}, from {} to {}",
        procedure.title, procedure.from, procedure.to
    )
}

/// How many steps are done.
fn count_of(progress: &Progress<'_>) -> String {
    let (over, all) = progress.counts();
    format!("{over} of {} done.", number(all, "step"))
}

/// How a step is, in a few words; empty if it is simply open.
fn how(standing: &Standing<'_>) -> String {
    match standing {
        Standing::Waiting(steps) => format!("after {}", ids(steps)),
        Standing::Closed(steps) => format!("closed until {} is done", ids(steps)),
        // What conferry did, the step itself tells.
        Standing::Open | Standing::Done(None) => String::new(),
        Standing::Stopped(blocker) => {
            format!("closed, since the upgrade is stopped: {}", blocker.what)
        }
        Standing::Done(Some(entry)) => format!("done by {} at {}", entry.by, entry.at),
        Standing::Skipped(entry) => format!("skipped by {}: {}", entry.by, reason(entry)),
        Standing::Failed(entry) => format!("failed, says {}: {}", entry.by, reason(entry)),
        Standing::Outdated(entry) => {
            let (what, again) = match entry.state {
                Became::Skipped => ("skipped", "look at it again"),
                _ => ("done", "do it again"),
            };
            format!(
                "{what} by {} at {}, but it has changed since: {again}",
                entry.by, entry.at
            )
        }
        Standing::Unfounded(path) => {
            format!("not valid any more: {path} has changed; make the plan again")
        }
    }
}

/// Ids as code.
fn ids(steps: &[&str]) -> String {
    let ids: Vec<String> = steps.iter().map(|id| format!("`{id}`")).collect();
    ids.join(", ")
}

fn reason(entry: &crate::plan::state::Entry) -> &str {
    entry.reason.as_deref().unwrap_or("no reason was given")
}

/// Whether its box is ticked.
fn is_over(standing: &Standing<'_>) -> bool {
    matches!(standing, Standing::Done(_) | Standing::Skipped(_))
}

/// The steps of each part that has some.
fn parts(plan: &Plan) -> Vec<(&'static str, Vec<&Step>)> {
    let part = |(phase, title): (Phase, &'static str)| {
        let steps = plan.steps.iter().filter(|step| step.phase == phase);
        (title, steps.collect::<Vec<&Step>>())
    };
    let parts = PHASES.into_iter().map(part);
    parts.filter(|(_, steps)| !steps.is_empty()).collect()
}
