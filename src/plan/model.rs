//! A plan as a value: what is written to plan.json, and what runbooks are made of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pack::plan::Phase;
use crate::snapshot::manifest::PackEntry;

/// Version of the format. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 1;

/// Everything there is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Version of this format: 1.
    pub schema: u32,
    /// Version of conferry that made it.
    pub conferry: String,
    /// Rule packs that said what to do.
    pub packs: Vec<PackEntry>,
    /// The procedure.
    pub procedure: Procedure,
    /// What it was made of.
    pub inputs: Vec<Input>,
    /// What everybody has to know.
    pub notices: Vec<String>,
    /// What stops the upgrade.
    pub blockers: Vec<Blocker>,
    /// What could not be checked.
    pub unchecked: Vec<String>,
    /// What was asked, and what counts as the answer.
    pub questions: Vec<Question>,
    /// The components before and after the upgrade.
    pub estate: Vec<Component>,
    /// The steps, in their order.
    pub steps: Vec<Step>,
    /// The run that printed it; plan.json has none, since it follows from its inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
    /// Runbooks beside this file, which show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<String>,
}

/// The run that printed a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The name of the machine.
    pub host: String,
    /// What tells this run from others.
    pub id: String,
}

/// The way that was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Its id in the rule pack.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The old version in words.
    pub from: String,
    /// What says so.
    pub from_by: String,
    /// The new version.
    pub to: String,
}

/// Something that the plan rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// `snapshot`, `drive`, `answers` or `upgrade`.
    pub kind: String,
    /// Where it is, as it was given.
    pub path: String,
    /// SHA-256 of the file, of the manifest of the snapshot, or of the list of what was found on the drive.
    pub sha256: String,
    /// The server that it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}

/// Something that stops the upgrade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Blocker {
    /// What it is.
    pub what: String,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The step that removes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub says: Vec<String>,
    /// Commands that remove it; without them a person has to do it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
}

/// Something that no file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its id, which `--answers` uses.
    pub id: String,
    /// The question.
    pub question: String,
    /// The answers that there are.
    pub answers: Vec<String>,
    /// The answer that counts.
    pub answer: String,
    /// Whether nobody gave it.
    pub is_assumed: bool,
}

/// A component on a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// The server.
    pub server: String,
    /// Its id in the rule pack.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Its version now.
    pub from: String,
    /// Its version afterwards; absent where the new version does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Its folder now.
    pub folder: String,
    /// Its folder afterwards, if setup is given the expected name.
    pub new_folder: String,
    /// Where IIS has it now: site and path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its path afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_path: Option<String>,
    /// Who carries what over.
    pub by: String,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its id: that of the rule, with the server and the place where there are several.
    pub id: String,
    /// The row of the rule pack.
    pub rule: String,
    /// The part of the procedure.
    pub phase: Phase,
    /// What to do, in a few words.
    pub title: String,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// Who does it.
    pub who: String,
    /// The server that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// What to do, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub says: Vec<String>,
    /// Commands for PowerShell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
    /// Where to click.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub click: Option<String>,
    /// What is seen when it worked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<String>,
    /// How to check it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// How to undo it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<String>,
    /// Steps that come before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// Steps without which it stays closed, since it destroys something.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<String>,
    /// Why the upgrade cannot begin before it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<String>,
    /// What conferry did already, so that the step is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Proof>,
    /// SHA-256 of what the step says and of the inputs that it rests on: when it changes, what was done counts no
    /// more.
    pub digest: String,
}

/// A file that shows that something was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// What was done, in words.
    pub what: String,
    /// The file.
    pub file: String,
    /// Its SHA-256.
    pub sha256: String,
}

impl Proof {
    /// The beginning of its hash, as people compare it.
    #[must_use]
    pub fn begin(&self) -> &str {
        self.sha256.get(..12).unwrap_or(&self.sha256)
    }
}

impl Plan {
    /// Whether nothing stops the upgrade.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.blockers.is_empty()
    }

    /// The step of this id.
    #[must_use]
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// The bytes of plan.json.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        super::state::json(self)
    }
}

/// The JSON Schema of plan.json.
#[must_use]
pub fn json_schema() -> String {
    super::state::schema_of::<Plan>()
}
