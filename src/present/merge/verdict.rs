//! What came of a merge, in one line: the first thing that every report says.

use schemars::JsonSchema;
use serde::Serialize;

use super::DecisionLine;
use crate::present::count::number;

/// What came of it.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct Verdict {
    pub(super) state: State,
    /// How many conflicts are left to people.
    pub(super) to_decide: usize,
    /// How many decisions rest on a documented default instead of a base file.
    pub(super) assumed: usize,
    /// How many findings lint has about the result that it did not have about the old file.
    pub(super) new_findings: usize,
}

/// The verdict in a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    /// Nothing is left to people.
    #[default]
    Clean,
    /// Nothing is left to people, and something rests on an assumption.
    Assumed,
    /// Conflicts are left.
    ToDecide,
}

impl Verdict {
    pub(super) fn of(decisions: &[DecisionLine], conflicts: usize) -> Self {
        let assumed = decisions.iter().filter(|line| line.assumed).count();
        let state = match (conflicts, assumed) {
            (0, 0) => State::Clean,
            (0, _) => State::Assumed,
            _ => State::ToDecide,
        };
        Self {
            state,
            to_decide: conflicts,
            assumed,
            new_findings: 0,
        }
    }

    /// `Clean`, `Clean with 2 assumptions`, `3 to decide`.
    pub(super) fn word(&self) -> String {
        match self.state {
            State::Clean => "Clean".to_owned(),
            State::Assumed => format!("Clean with {}", number(self.assumed, "assumption")),
            State::ToDecide => format!("{} to decide", self.to_decide),
        }
    }

    /// The rest of the line; `settings` is how many the old file has.
    pub(super) fn sentence(&self, settings: usize) -> String {
        let all = number(settings, "setting");
        let mut said = match self.state {
            State::Clean => format!("All {all} of the old file are accounted for."),
            State::Assumed => format!(
                "All {all} of the old file are accounted for; what is marked `assumed` rests on documented defaults."
            ),
            State::ToDecide => format!(
                "{} of the old file were read; {} left to people.",
                all,
                match self.to_decide {
                    1 => "1 conflict is".to_owned(),
                    count => format!("{count} conflicts are"),
                }
            ),
        };
        if settings == 1 {
            said = said.replace(
                "All 1 setting of the old file are",
                "The 1 setting of the old file is",
            );
        }
        if self.new_findings > 0 {
            said.push_str(&format!(
                " Lint has {} about the result that the old file did not have.",
                number(self.new_findings, "finding")
            ));
        }
        said
    }
}
