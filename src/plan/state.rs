//! How far a plan is: what people and conferry have done, kept beside the plan, so that another machine can go on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::{Blocker, Input, Plan, Proof, Step};
use crate::pack::plan::Phase;

/// Version of the format. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 1;
/// Name of the file beside the plan.
pub const FILE_NAME: &str = "state.json";

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Version of this format: 1.
    pub schema: u32,
    /// What became of steps, in the order in which it happened; the last entry of a step counts.
    pub steps: Vec<Entry>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            schema: SCHEMA,
            steps: Vec::new(),
        }
    }
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its id.
    pub step: String,
    /// What became of it.
    pub state: Became,
    /// Who says so.
    pub by: String,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// Why, of what was skipped or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Files that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Proof>,
    /// The digest that the step had.
    pub digest: String,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Became {
    /// It was done.
    Done,
    /// It was left out, with a reason.
    Skipped,
    /// It did not work.
    Failed,
    /// It is to be done again.
    Reopened,
}

/// How a step is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// To be done.
    Open,
    /// Steps come before it.
    Waiting(Vec<&'a str>),
    /// It destroys something, and what keeps that is not done.
    Closed(Vec<&'a str>),
    /// It destroys something, and the upgrade is stopped by what no step removes.
    Stopped(&'a Blocker),
    /// Done; by conferry itself if there is no entry.
    Done(Option<&'a Entry>),
    /// Left out.
    Skipped(&'a Entry),
    /// It did not work.
    Failed(&'a Entry),
    /// It was done, but the step or what it rests on has changed since.
    Outdated(&'a Entry),
    /// The snapshot that it rests on has changed since the plan was made.
    Unfounded(&'a str),
}

/// How a plan is, with the inputs that are known to have changed.
#[derive(Clone, Copy)]
pub struct Progress<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What was done.
    pub state: &'a State,
    /// Inputs that are not what they were.
    pub changed: &'a [Input],
}

impl<'a> Progress<'a> {
    /// How a step is.
    #[must_use]
    pub fn of(&self, step: &'a Step) -> Standing<'a> {
        if let Some(input) = self.changed_input(step) {
            return Standing::Unfounded(&input.path);
        }
        let entry = self.entry(step);
        match entry.map(|entry| (entry.state, entry)) {
            Some((Became::Done | Became::Skipped, entry)) if entry.digest != step.digest => {
                self.closed(step).unwrap_or(Standing::Outdated(entry))
            }
            Some((Became::Done, entry)) => Standing::Done(Some(entry)),
            Some((Became::Skipped, entry)) => Standing::Skipped(entry),
            Some((Became::Failed, entry)) => self.closed(step).unwrap_or(Standing::Failed(entry)),
            Some((Became::Reopened, _)) => self.open(step),
            None if !step.evidence.is_empty() => Standing::Done(None),
            None => self.open(step),
        }
    }

    fn open(&self, step: &'a Step) -> Standing<'a> {
        if let Some(closed) = self.closed(step) {
            return closed;
        }
        let before = step.after.iter().map(String::as_str);
        let before: Vec<&str> = before.filter(|id| !self.is_over(id)).collect();
        match before.is_empty() {
            true => Standing::Open,
            false => Standing::Waiting(before),
        }
    }

    /// That a step is closed: what keeps the things that it destroys is not done. To leave that out does not count.
    fn closed(&self, step: &'a Step) -> Option<Standing<'a>> {
        let gates = step.gates.iter().map(String::as_str);
        let gates: Vec<&str> = gates
            .filter(|id| self.became(id).is_some_and(|became| became != Became::Done))
            .collect();
        if !gates.is_empty() {
            return Some(Standing::Closed(gates));
        }
        let mut blockers = self.plan.blockers.iter();
        let stops = blockers.find(|blocker| blocker.step.is_none());
        stops
            .filter(|_| !step.gates.is_empty())
            .map(Standing::Stopped)
    }

    /// Whether nothing more is to be done about a step.
    fn is_over(&self, id: &str) -> bool {
        self.became(id)
            .is_none_or(|became| matches!(became, Became::Done | Became::Skipped))
    }

    /// What became of a step for others that come after it: what is not done yet counts as to be done again. `None` if
    /// there is no such step.
    fn became(&self, id: &str) -> Option<Became> {
        let step = self.plan.step(id)?;
        if self.changed_input(step).is_some() {
            return Some(Became::Reopened);
        }
        Some(match self.entry(step) {
            Some(entry) if entry.digest != step.digest => Became::Reopened,
            Some(entry) => entry.state,
            None if !step.evidence.is_empty() => Became::Done,
            None => Became::Reopened,
        })
    }

    /// The last entry of a step.
    fn entry(&self, step: &Step) -> Option<&'a Entry> {
        (self.state.steps.iter().rev()).find(|entry| entry.step == step.id)
    }

    /// An input that the step rests on and that has changed.
    fn changed_input(&self, step: &Step) -> Option<&'a Input> {
        let mut changed = self.changed.iter();
        changed.find(|input| match (&input.server, &step.server) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        })
    }

    /// The steps that can be done now; those of the way back only where nothing else is left.
    #[must_use]
    pub fn next(&self) -> Vec<&'a Step> {
        let is_next = |step: &&Step| {
            step.phase != Phase::WayBack
                && matches!(
                    self.of(step),
                    Standing::Open | Standing::Failed(_) | Standing::Outdated(_)
                )
        };
        let first = self
            .plan
            .steps
            .iter()
            .filter(is_next)
            .map(|step| step.phase)
            .min();
        let steps = self.plan.steps.iter().filter(is_next);
        steps.filter(|step| Some(step.phase) == first).collect()
    }

    /// How many steps are over, and how many there are, those of the way back left out.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let steps = self.plan.steps.iter();
        let steps: Vec<&Step> = steps.filter(|step| step.phase != Phase::WayBack).collect();
        let over = steps.iter().filter(|step| self.is_over(&step.id)).count();
        (over, steps.len())
    }
}

/// A value as the files of a plan hold it.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    // These types have nothing that serde_json could refuse.
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

impl State {
    /// The bytes of state.json.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        json(self)
    }
}

/// The JSON Schema of state.json.
#[must_use]
pub fn json_schema() -> String {
    schema_of::<State>()
}

pub(super) fn schema_of<T: JsonSchema>() -> String {
    String::from_utf8_lossy(&json(&schemars::schema_for!(T))).into_owned()
}
