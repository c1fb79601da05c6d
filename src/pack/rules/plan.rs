//! The way from one version of a product to another: procedures, questions and steps, validated.

pub use super::plan_terms::{Deed, Each, Naming, Phase, Sign};
use super::template::Template;
pub use super::versions::{Versions, is_older, is_version};
use super::{ComponentId, FactId, Id, Provenance, RuleId};
use crate::xml::selector::Selector;

/// The id of a procedure.
pub type ProcedureId = Id<Procedure>;
/// The id of a question.
pub type QuestionId = Id<Question>;
/// The id of a step.
pub type StepId = Id<StepRule>;

/// A way from one version to another.
#[derive(Clone, Debug)]
pub struct Procedure {
    /// Id, title (as `summary`), source.
    pub provenance: Provenance<Procedure>,
    /// It is for estates that have one of these.
    pub components: Vec<ComponentId>,
    /// Versions that it starts from.
    pub from: Versions,
    /// Versions that it leads to.
    pub to: Versions,
    /// What has to be found where nobody says the old version; all of it.
    pub when: Vec<Condition>,
    /// The version that it leads to unless another one is asked for.
    pub leads_to: Option<String>,
    /// What the old version is called where nothing tells it exactly.
    pub starts_from: Option<String>,
    /// What everybody has to know before the first step.
    pub notices: Vec<String>,
    /// What no file tells.
    pub untold: Vec<String>,
}

/// Something that no file says and that steps depend on.
#[derive(Clone, Debug)]
pub struct Question {
    /// Id, the question (as `summary`), source.
    pub provenance: Provenance<Question>,
    /// It is asked where the estate has one of these; always if empty.
    pub components: Vec<ComponentId>,
    /// The answers that there are; the first one is assumed.
    pub answers: Vec<String>,
}

/// A step of a procedure.
#[derive(Clone, Debug)]
pub struct StepRule {
    /// Id, title (as `summary`), why, source.
    pub provenance: Provenance<StepRule>,
    /// Procedures it belongs to; all of its pack if empty.
    pub procedures: Vec<ProcedureId>,
    /// When in the procedure.
    pub phase: Phase,
    /// How often.
    pub each: Each,
    /// Components that it is about; with none it is about the whole.
    pub components: Vec<ComponentId>,
    /// Old versions for which it is there.
    pub from: Versions,
    /// New versions for which it is there.
    pub to: Versions,
    /// What has to hold; all of it.
    pub when: Vec<Condition>,
    /// Who does it, where that is not the administrator of the server.
    pub who: Option<String>,
    /// What is to be done.
    pub says: Vec<Template>,
    /// Commands for PowerShell, in this order.
    pub commands: Vec<Template>,
    /// Where to click.
    pub click: Option<Template>,
    /// What then has to be seen.
    pub expect: Option<Template>,
    /// How to check it.
    pub check: Option<Template>,
    /// How to undo it.
    pub undo: Option<Template>,
    /// Steps that come before it.
    pub after: Vec<StepId>,
    /// Why the upgrade cannot begin before it is done.
    pub blocks: Option<Template>,
    /// Lint rules whose findings it takes care of.
    pub covers: Vec<RuleId>,
    /// Whether it destroys something that only a snapshot brings back.
    pub destroys: bool,
    /// What conferry has done where this is done already.
    pub done_by: Option<Deed>,
}

/// What has to hold: all that is said.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    /// The server has one of these as well.
    pub server_has: Vec<ComponentId>,
    /// The server has none of these.
    pub server_lacks: Vec<ComponentId>,
    /// Some server has one of these.
    pub estate_has: Vec<ComponentId>,
    /// No server has one of these.
    pub estate_lacks: Vec<ComponentId>,
    /// What the virtual directory is called.
    pub names: Option<Naming>,
    /// What is seen.
    pub sign: Option<Sign>,
    /// What is not seen.
    pub no_sign: Option<Sign>,
    /// What is found in the configuration of IIS.
    pub in_iis: Option<Selector>,
    /// A value that is read.
    pub fact: Option<FactId>,
    /// An answer that is given.
    pub answer: Option<QuestionId>,
    /// What the value or the answer is: one of these.
    pub is: Vec<String>,
}

/// What the texts of steps can have filled in, whether it is a list, and what it is.
pub const PLACEHOLDERS: [(&str, bool, &str); 29] = [
    ("from", false, "the old version"),
    ("to", false, "the new version"),
    ("server", false, "the server"),
    (
        "snapshot",
        false,
        "the snapshot of the server, as it was given",
    ),
    ("component", false, "what people call the component"),
    ("folder", false, "its folder"),
    ("configuration", false, "its configuration file"),
    ("site", false, "its web site"),
    ("path", false, "its path in the site: `/shop`"),
    ("pool", false, "its application pool"),
    ("runtime", false, "the version of .NET that the pool runs"),
    ("old-name", false, "the last name of its path"),
    ("new-name", false, "what it is called after the upgrade"),
    (
        "new-folder",
        false,
        "the folder that the new version has by default",
    ),
    (
        "upgrade",
        false,
        "the folder that `upgrade` wrote, or will write",
    ),
    (
        "deploy",
        false,
        "the folder with the files for the server that `upgrade` made",
    ),
    (
        "servers",
        true,
        "the servers that have one of the components",
    ),
    ("snapshots", true, "all snapshots"),
    (
        "old",
        false,
        "all servers as `conferry upgrade` takes them: `--old NAME=SNAP --old ...`",
    ),
    (
        "options",
        false,
        "what was given with `--keep-vdir`, `--vdir` and `--rules`, with a space before each",
    ),
    (
        "drives",
        true,
        "the letters of the drives on which the server gets files",
    ),
    ("places", true, "the places of the components"),
    ("themes", true, "its themes of the customer's own"),
    (
        "encrypted",
        true,
        "its encrypted sections, as aspnet_regiis names them",
    ),
    ("others-in-pool", true, "the other applications of its pool"),
    (
        "applications",
        true,
        "the applications of IIS that serve its folder",
    ),
    (
        "iis-locations",
        true,
        "`<location>` paths of IIS that name it",
    ),
    (
        "references",
        true,
        "files that name a virtual directory that gets another name",
    ),
    (
        "installers",
        true,
        "installers of the product that were found",
    ),
];

/// The names of all placeholders.
#[must_use]
pub fn placeholders() -> [&'static str; PLACEHOLDERS.len()] {
    PLACEHOLDERS.map(|(name, ..)| name)
}
