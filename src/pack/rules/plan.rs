//! The way from one version of a product to another: procedures, questions and steps, validated.

use std::fmt;

use super::template::Template;
use super::{ComponentId, FactId, Id, Provenance, RuleId};
use crate::config::version;
use crate::word::words;
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

/// A part of the procedure.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// While everything still runs.
    Before,
    /// The service ends for users.
    Downtime,
    /// The old version goes.
    Uninstall,
    /// The new one comes.
    Install,
    /// What was prepared is put in place.
    Deploy,
    /// Tests.
    Verify,
    /// Users and other teams are told.
    HandOver,
    /// What to do if it fails.
    WayBack,
}

words! {
    Phase {
        /// while everything still runs
        Before = "before",
        /// the service ends for users
        Downtime = "downtime",
        /// the old version goes
        Uninstall = "uninstall",
        /// the new version comes
        Install = "install",
        /// what was prepared is put in place
        Deploy = "deploy",
        /// tests
        Verify = "verify",
        /// users and other teams are told
        HandOver = "hand-over",
        /// what to do if it fails
        WayBack = "way-back",
    }
}

/// How often a step is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Each {
    /// Once.
    #[default]
    Once,
    /// For each server.
    Server,
    /// For each place of a component.
    Place,
}

words! {
    Each {
        /// once, if the estate has one of its components (the default)
        Once = "once",
        /// for each server that has one of its components
        Server = "server",
        /// for each place of its components
        Place = "place",
    }
}

/// What a virtual directory is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// As the old version calls it, and the new version calls it otherwise.
    Renamed,
    /// As the old version calls it, and it keeps the name.
    Kept,
    /// As the new version calls it.
    New,
    /// Otherwise.
    Custom,
}

words! {
    Naming {
        /// as the old version calls it; the new version calls it otherwise
        Renamed = "renamed",
        /// as the old version calls it, and the name is kept (`--keep-vdir`)
        Kept = "kept",
        /// as the new version calls it
        New = "new",
        /// otherwise
        Custom = "custom",
    }
}

/// Something that can be seen in a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A section of its configuration is encrypted.
    Encrypted,
    /// It has themes of the customer's own.
    Themes,
    /// The component is in several places.
    Copies,
    /// Its places have configurations that differ.
    CopiesDiffer,
    /// Its pool runs other applications too.
    SharedPool,
    /// Several applications of IIS serve its folder.
    PublishedTwice,
    /// The configuration of IIS names its virtual directory.
    NamedInIis,
    /// Other files name a virtual directory that gets another name.
    References,
    /// The new version has the component.
    Stays,
    /// Installers of the product were found.
    Installers,
}

words! {
    Sign {
        /// a section of its configuration is encrypted
        Encrypted = "encrypted",
        /// it has themes of the customer's own
        Themes = "themes",
        /// the component is in several places
        Copies = "copies",
        /// the configurations of its places differ
        CopiesDiffer = "copies-differ",
        /// its application pool runs other applications too
        SharedPool = "shared-pool",
        /// several applications of IIS serve its folder
        PublishedTwice = "published-twice",
        /// the configuration of IIS names its virtual directory in a `<location>`
        NamedInIis = "named-in-iis",
        /// other files name a virtual directory that gets another name
        References = "references",
        /// the new version has the component
        Stays = "stays",
        /// installers of the product were found
        Installers = "installers",
    }
}

/// What conferry can have done itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// A snapshot of the server was taken.
    Taken,
    /// It holds what it held.
    Verified,
    /// Putting it back was rehearsed.
    Rehearsed,
    /// The configuration was carried into the new file.
    Merged,
}

words! {
    Deed {
        /// the server has a snapshot
        Taken = "taken",
        /// all files of the snapshot have the hashes that they had
        Verified = "verified",
        /// what would be put back was found out, and nothing is in the way
        Rehearsed = "rehearsed",
        /// `upgrade` carried the configuration into the new file
        Merged = "merged",
    }
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

/// Versions: all, or those that several comparisons allow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions(Vec<(Comparison, String)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

/// The signs of comparisons, the longer ones first.
const COMPARISONS: [(&str, Comparison); 5] = [
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
    ("=", Comparison::Equal),
];

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (comparison, version)) in self.0.iter().enumerate() {
            let mut signs = COMPARISONS.iter();
            let sign = signs.find(|(_, known)| known == comparison);
            let sign = sign.map_or("", |(sign, _)| sign);
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{sign}{version}")?;
        }
        Ok(())
    }
}

impl Versions {
    /// Reads `>=6.0, <8.1`; the part that is no comparison with a version is the error.
    ///
    /// # Errors
    /// The first such part.
    pub fn parse(text: &str) -> Result<Self, &str> {
        let mut all = Vec::new();
        for part in text.split(',').map(str::trim) {
            let comparison = COMPARISONS
                .iter()
                .find_map(|(sign, comparison)| Some((*comparison, part.strip_prefix(sign)?)));
            match comparison {
                Some((comparison, number)) if is_version(number.trim()) => {
                    all.push((comparison, number.trim().to_owned()));
                }
                _ => return Err(part),
            }
        }
        Ok(Self(all))
    }

    /// Whether every version is one of them.
    #[must_use]
    pub fn are_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `number` is one of them.
    #[must_use]
    pub fn have(&self, number: &str) -> bool {
        self.0.iter().all(|(comparison, limit)| {
            let Ok(order) = version::compare(number, limit) else {
                return false;
            };
            match comparison {
                Comparison::Less => order.is_lt(),
                Comparison::LessOrEqual => order.is_le(),
                Comparison::Equal => order.is_eq(),
                Comparison::GreaterOrEqual => order.is_ge(),
                Comparison::Greater => order.is_gt(),
            }
        })
    }
}

/// Whether `text` is a version that can be compared.
#[must_use]
pub fn is_version(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit()) && version::compare(text, "1.0").is_ok()
}

/// Whether a version comes before another one.
#[must_use]
pub fn is_older(one: &str, other: &str) -> bool {
    version::compare(one, other).is_ok_and(std::cmp::Ordering::is_lt)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn all_comparisons_have_to_hold() {
        let versions = Versions::parse(">=6.0, <8.1").unwrap();
        assert_eq!(versions.to_string(), ">=6.0, <8.1");
        for (number, is_one) in [
            ("6.0", true),
            ("8.0.1.1", true),
            ("8.1", false),
            ("5.2", false),
        ] {
            assert_eq!(versions.have(number), is_one, "{number}");
        }
        assert!(Versions::default().have("1"));
    }

    #[test]
    fn what_is_no_comparison_is_named() {
        for (text, wrong) in [
            ("6.0", "6.0"),
            (">=6, new", "new"),
            ("<", "<"),
            (">=x", ">=x"),
        ] {
            assert_eq!(Versions::parse(text), Err(wrong));
        }
    }
}
