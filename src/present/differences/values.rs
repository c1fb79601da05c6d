//! What the report of `conferry diff` is made of.

use schemars::JsonSchema;
use serde::Serialize;

use crate::diff::Form;
use crate::pack::lint::Severity;
use crate::pack::rules::RuleId;

/// How many changes there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// Settings and elements that only the second side has.
    pub added: usize,
    /// Those that only the first side has.
    pub removed: usize,
    /// Those with another value.
    pub changed: usize,
    /// Those with another name.
    pub renamed: usize,
    /// Those that are the same at another place: below another element, in another file.
    pub moved: usize,
    /// Elements whose children have another order, which counts.
    pub reordered: usize,
    /// Those that are within a comment now, or no longer.
    pub commented: usize,
    /// Changes that are not shown: left out by an option, accepted, or explained by a mapping.
    pub hidden: usize,
}

impl Counts {
    /// Each number with what it counts, in words.
    pub(super) fn named(&self) -> [(usize, &'static str); 8] {
        [
            (self.changed, "changed"),
            (self.added, "added"),
            (self.removed, "removed"),
            (self.renamed, "renamed"),
            (self.moved, "moved"),
            (self.reordered, "in another order"),
            (self.commented, "commented out or in"),
            (self.hidden, "not shown"),
        ]
    }

    /// How many changes are shown.
    #[must_use]
    pub fn shown(&self) -> usize {
        self.added
            + self.removed
            + self.changed
            + self.renamed
            + self.moved
            + self.reordered
            + self.commented
    }

    pub(super) fn add(&mut self, kind: &str) {
        let count = match kind {
            "added" => &mut self.added,
            "removed" => &mut self.removed,
            "changed" => &mut self.changed,
            "renamed" => &mut self.renamed,
            "reordered" => &mut self.reordered,
            "commented-out" | "uncommented" => &mut self.commented,
            _ => &mut self.moved,
        };
        *count += 1;
    }

    pub(super) fn plus(&mut self, other: &Self) {
        self.added += other.added;
        self.removed += other.removed;
        self.changed += other.changed;
        self.renamed += other.renamed;
        self.moved += other.moved;
        self.reordered += other.reordered;
        self.commented += other.commented;
        self.hidden += other.hidden;
    }
}

/// Two files that were compared.
#[derive(Serialize, JsonSchema)]
pub struct File {
    /// The first one, as it was given.
    pub(in crate::present) before: String,
    /// The second one; with `--base` the administrator's.
    pub(in crate::present) after: String,
    /// With `--base` the vendor's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::present) vendor: Option<String>,
    /// How many changes of each kind.
    pub(in crate::present) counts: Counts,
    /// The changes; those with the most serious findings first, then by section.
    pub(in crate::present) changes: Vec<Row>,
    /// Findings that only the second file has, and that no single change brought.
    pub(in crate::present) findings: Vec<Found>,
    /// How many findings of the first file the second does not have.
    pub(in crate::present) findings_gone: usize,
    /// What differs without a meaning for .NET.
    pub(in crate::present) without_meaning: WithoutMeaning,
    /// What could not be compared: encrypted sections, files that a section points at and that are not there.
    pub(in crate::present) not_compared: Vec<String>,
    /// With `--effective`: files that were read as well, inherited or named by a section.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::present) effective_with: Option<Vec<String>>,
    /// What a mapping explains: how many changes, by what stands for what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub(in crate::present) explained: Vec<Explained>,
}

impl File {
    /// How many changes are shown.
    #[must_use]
    pub fn shown(&self) -> usize {
        self.counts.shown()
    }
}

/// Changes that a mapping of environments explains.
#[derive(Clone, Serialize, JsonSchema)]
pub struct Explained {
    /// What the first side has.
    pub from: String,
    /// What the second side has in its place.
    pub to: String,
    /// In how many changes.
    pub changes: usize,
}

impl Explained {
    /// How many settings differ, and by what alone.
    pub(super) fn words(&self) -> String {
        explained(self.changes, &self.from, &self.to)
    }
}

/// That so many settings differ only by `from` and `to`.
pub(super) fn explained(changes: usize, from: &str, to: &str) -> String {
    match changes {
        1 => format!("1 setting differs only by {from} -> {to}"),
        count => format!("{count} settings differ only by {from} -> {to}"),
    }
}

/// One change.
#[derive(Serialize, JsonSchema)]
pub struct Row {
    /// What happened: `added`, `removed`, `changed`, `renamed`, `moved`, `reordered`, `commented-out`,
    /// `uncommented`, `moved-out` or `moved-in`.
    pub(in crate::present) kind: &'static str,
    /// The section it is in, as a path from the root element.
    pub(in crate::present) section: String,
    /// What it is called in its section.
    pub(in crate::present) label: String,
    /// What it was called before it was renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::present) was: Option<String>,
    /// Of what was renamed: the attributes (`@key`) and the `name` that are different.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub(in crate::present) names: Vec<Part>,
    /// Where the first file has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::present) before: Option<Side>,
    /// Where the second file has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::present) after: Option<Side>,
    /// Who changed it; only with `--base`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::present) by: Option<By>,
    /// What the vendor's file has, where the vendor changed it; only with `--base`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::present) vendor: Option<Side>,
    /// Whether its value is a secret.
    pub(in crate::present) secret: bool,
    /// The parts of the value that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub(in crate::present) parts: Vec<Part>,
    /// What else is known about it, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::present) note: Option<String>,
    /// Children that have another place, where their order counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub(in crate::present) order: Vec<Neighbours>,
    /// Findings that came with the change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub(in crate::present) findings: Vec<Found>,
}

/// Who changed a setting since the file was shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The administrator alone.
    Administrator,
    /// The vendor alone.
    Vendor,
    /// Both, to the same.
    BothAlike,
    /// Both, differently.
    Both,
}

impl By {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Administrator => "by the administrator",
            Self::Vendor => "by the vendor",
            Self::BothAlike => "by both, alike",
            Self::Both => "by both, differently",
        }
    }
}

/// One side of a change.
#[derive(Serialize, JsonSchema)]
pub struct Side {
    /// XPath, secrets masked.
    pub(in crate::present) address: String,
    /// The file that the configuration points at, if it is in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::present) file: Option<String>,
    /// Line, from 1.
    pub(in crate::present) line: usize,
    /// The value of an attribute, a text or an entry; secrets masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::present) value: Option<String>,
    /// The element as it is written; secrets masked. Only where it is added or removed as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::present) xml: Option<String>,
    /// The sibling that it follows; only where it is added and has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::present) behind: Option<String>,
}

/// A part of a value.
#[derive(Serialize, JsonSchema)]
pub struct Part {
    /// What it is called.
    pub(in crate::present) name: String,
    /// What it was; secrets masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::present) before: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::present) after: Option<String>,
}

/// A child and the one it follows.
#[derive(Serialize, JsonSchema)]
pub struct Neighbours {
    /// The child, in the second file.
    pub(in crate::present) child: String,
    /// The one it follows there; absent where it is the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::present) behind: Option<String>,
    /// The one it followed in the first file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::present) was_behind: Option<String>,
}

/// A finding of `conferry lint` that only the second file has.
#[derive(Serialize, JsonSchema)]
pub struct Found {
    /// Id of the rule.
    pub(in crate::present) rule: RuleId,
    /// How bad it is.
    pub(in crate::present) severity: Severity,
    /// What is wrong; secrets masked.
    pub(in crate::present) message: String,
    /// Line of the second file.
    pub(in crate::present) line: usize,
}

/// What differs without a meaning for .NET.
#[derive(Default, Serialize, JsonSchema)]
pub struct WithoutMeaning {
    /// Places that are written differently.
    pub(in crate::present) formatting: usize,
    /// Comments that only the second file has.
    pub(in crate::present) comments_added: usize,
    /// Comments that only the first file has.
    pub(in crate::present) comments_removed: usize,
    /// Elements whose children have another order, which nobody reads.
    pub(in crate::present) order: usize,
    /// How the files as a whole are written: encoding, line ends and the like, in words.
    pub(in crate::present) form: Vec<String>,
}

impl WithoutMeaning {
    pub(super) fn of(counted: &crate::diff::Counted) -> Self {
        Self {
            formatting: counted.formatting,
            comments_added: counted.comments_added,
            comments_removed: counted.comments_removed,
            order: counted.order,
            form: counted.form.iter().map(form).collect(),
        }
    }
}

fn form(form: &Form) -> String {
    match form {
        Form::Encoding(before, after) => format!("encoding {before} -> {after}"),
        Form::ByteOrderMark(true) => "byte order mark added".to_owned(),
        Form::ByteOrderMark(false) => "byte order mark removed".to_owned(),
        Form::LineEnds(before, after) => format!("line ends {before} -> {after}"),
        Form::Declaration => "XML declaration".to_owned(),
    }
}
