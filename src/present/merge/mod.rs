//! What `merge` decided, as one report from which every format is made.

mod about;
mod annotations;
mod conflicts;
mod details;
mod equal;
mod judged;
mod located;
mod notes;
mod page;
pub(super) mod rules;
mod text;
mod values;
mod verdict;
mod whole;
mod why;

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

pub use self::about::About;
pub use self::judged::{Found, Judged};

use self::conflicts::{ConflictLine, Settled};
use self::equal::{EqualLine, equal};
use self::located::Located;
use self::values::{FileLines, PlacesLine, Shown, ValueLine, values};
use self::verdict::Verdict;
use self::why::why;
use crate::merge::comment_account::CommentAccount;
use crate::merge::offers::{Offer, component_of};
use crate::merge::outcome::Decision;
use crate::merge::{Inputs, Merged, Missing, Outcome};
use crate::present::json::{json, json_of_run};
use crate::present::redact::Redactor;
use crate::present::run::{OfRun, Run};
use crate::xml::{Document, Lines};

/// Version of the JSON. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 1;

/// The names of the files, as the user gave them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Files {
    /// The base, if there is one.
    pub base: Option<String>,
    /// The administrator's file.
    pub old: String,
    /// The newly installed file.
    pub new: String,
    /// The result.
    pub output: String,
}

/// What `conferry merge --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "conferry merge report")]
pub struct Report {
    /// Version of this format: 1. Fields may be added without a new one.
    schema: u32,
    /// Always `merge`.
    command: &'static str,
    /// Whether secrets are shown (`--show-secrets`).
    secrets_shown: bool,
    verdict: Verdict,
    files: Files,
    component: Option<String>,
    account: AccountLine,
    comments: CommentLines,
    conflicts: Vec<ConflictLine>,
    decisions: Vec<DecisionLine>,
    /// Settings that old and new both have.
    equal: Vec<EqualLine>,
    /// What lint says of the old file and of the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    lint: Option<Judged>,
    /// What was read and with what.
    #[serde(flatten)]
    about: About,
    /// Which conflicts a rule of this path settles.
    #[serde(skip)]
    settled: FxHashMap<String, Settled>,
    /// What may make the whole merge a wrong one: the inputs look like a mistake.
    pub warnings: Vec<String>,
    /// Things to know that are no decision: sidecar files, renamed keys, idle rules.
    pub notes: Vec<String>,
    /// What nobody looked into: encrypted sections, files that are not there.
    pub not_looked_at: Vec<String>,
    /// What became of the output, one sentence.
    pub result: String,
}

/// A merge, as far as it is reported.
pub struct Worked<'a> {
    /// What was merged.
    pub inputs: &'a Inputs<'a>,
    /// What came of it.
    pub merged: &'a Merged,
    /// The result, with one side's half of each conflict.
    pub result: &'a Document,
    /// Values that rules require and nobody has.
    pub missing: &'a [Missing],
    /// Those of [`crate::merge::offers::offers`]; a conflict without one gets no rule.
    pub offers: &'a [Offer],
    /// The names of the files.
    pub files: Files,
}

/// What became of the comments of the old file.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct CommentLines {
    comments: usize,
    carried: usize,
    already_there: usize,
    shipped: usize,
    left: Vec<LeftComment>,
}

/// A comment of the administrator's that is not in the result.
#[derive(Debug, Serialize, JsonSchema)]
struct LeftComment {
    /// Line in the old file, from 1.
    line: usize,
    /// How it begins; nothing where it may hold a secret.
    text: Option<String>,
}

#[derive(Debug, Default, Serialize, JsonSchema)]
struct AccountLine {
    settings: usize,
    carried: usize,
    already_equal: usize,
    rewritten: usize,
    dropped: usize,
    conflict: usize,
    dropped_by: Vec<DroppedBy>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct DroppedBy {
    by: String,
    settings: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Carried,
    Rewritten,
    AlreadyEqual,
    Dropped,
    Removed,
    OnlyInNew,
}

impl Kind {
    fn words(self) -> &'static str {
        match self {
            Self::Carried => "carried",
            Self::Rewritten => "rewritten",
            Self::AlreadyEqual => "already equal",
            Self::Dropped => "dropped",
            Self::Removed => "removed",
            Self::OnlyInNew => "only in new",
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct DecisionLine {
    kind: Kind,
    /// The section it is in, as a path from the root element.
    section: String,
    /// What it is called in its section.
    label: String,
    address: String,
    #[serde(flatten)]
    values: ValueLine,
    result: Option<Shown>,
    secret: bool,
    by: String,
    /// Who decided and why, in words.
    why: String,
    /// Rests on a known default instead of a base file.
    assumed: bool,
    /// What lint finds there in the result and did not find in the old file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Found>,
    places: PlacesLine,
}

impl Report {
    /// The report of one merge.
    #[must_use]
    pub fn of(worked: Worked<'_>, redactor: &mut Redactor<'_>) -> Self {
        let Worked {
            inputs,
            merged,
            result,
            missing,
            offers,
            files,
        } = worked;
        let files_read = [inputs.base, Some(inputs.incoming), Some(inputs.carrier)];
        for document in files_read.into_iter().flatten() {
            redactor.learn(&inputs.rules.identities, document);
        }
        let component = component_of(inputs);
        let located = Located::of(inputs, result);
        let mut report = Self {
            schema: SCHEMA,
            command: "merge",
            secrets_shown: redactor.shows_secrets(),
            verdict: Verdict::default(),
            files,
            component: component.map(|known| known.provenance.summary.clone()),
            account: account(merged),
            comments: CommentLines::default(),
            conflicts: Vec::new(),
            decisions: Vec::new(),
            equal: Vec::new(),
            lint: None,
            about: About::default(),
            settled: FxHashMap::default(),
            warnings: Vec::new(),
            notes: Vec::new(),
            not_looked_at: Vec::new(),
            result: String::new(),
        };
        let lines = FileLines {
            base: inputs.base.map(|base| Lines::of(base.text())),
            old: Lines::of(inputs.incoming.text()),
            new: Lines::of(inputs.carrier.text()),
        };
        for decision in &merged.decisions {
            let line = DecisionLine::of(decision, inputs, &located, &lines, redactor);
            report.decisions.push(line);
        }
        report.equal = equal(inputs, merged, &located, redactor);
        let mut offers = offers.iter();
        for conflict in &merged.conflicts {
            let offer = offers.next().map_or(&[][..], Vec::as_slice);
            let mut line = ConflictLine::of(conflict, offer, inputs, component, &lines, redactor);
            line.named(located.name(&conflict.address, redactor));
            report.push_conflict(line);
        }
        for missing in missing {
            let offer = offers.next().map_or(&[][..], Vec::as_slice);
            report.push_conflict(ConflictLine::missing(missing, offer, inputs.rules));
        }
        report.verdict = Verdict::of(&report.decisions, report.conflicts.len());
        report
    }

    /// Adds what became of the comments of `old`.
    pub fn add_comments(
        &mut self,
        account: &CommentAccount,
        old: &Document,
        redactor: &mut Redactor<'_>,
    ) {
        let lines = Lines::of(old.text());
        self.comments = CommentLines {
            comments: account.comments(),
            carried: account.carried,
            already_there: account.already_there,
            shipped: account.shipped,
            left: (account.left.iter())
                .map(|node| LeftComment {
                    line: lines.place(old.span(*node).start).line,
                    text: redactor.comment(&old.text_of(*node)),
                })
                .collect(),
        };
    }

    /// Adds what was read, and with what.
    pub fn add_about(&mut self, about: About) {
        self.about = about;
    }

    /// Adds what lint says of the old file and of the result.
    pub fn add_lint(&mut self, judged: Judged) {
        for found in &judged.new {
            let place = (self.decisions.iter_mut())
                .filter(|line| found.concerns(&line.address))
                .max_by_key(|line| line.address.len());
            if let Some(line) = place {
                line.findings.push(found.clone());
            }
        }
        self.verdict.new_findings = judged.new.len();
        self.lint = Some(judged);
    }

    /// As JSON, one line end at the end.
    #[must_use]
    pub fn json(&self, run: &Run) -> String {
        json_of_run(self, run)
    }
}

impl DecisionLine {
    fn of(
        decision: &Decision,
        inputs: &Inputs<'_>,
        located: &Located<'_>,
        lines: &FileLines<'_>,
        redactor: &mut Redactor<'_>,
    ) -> Self {
        let name = located.name(&decision.address, redactor);
        let result = decision.result.as_ref();
        let mut places = lines.places(&decision.places);
        places.result = result.and_then(|_| located.result.at(&decision.address));
        Self {
            kind: kind(decision),
            section: name.section,
            label: name.label,
            address: redactor.address(&decision.address),
            values: values(&decision.values, decision.secret, redactor),
            result: result.map(|value| Shown::of(value, decision.secret, redactor)),
            secret: decision.secret,
            by: decision.by.name().to_owned(),
            why: why(decision, inputs.rules),
            assumed: decision.assumed,
            findings: Vec::new(),
            places,
        }
    }
}

/// The JSON Schema (draft 2020-12) of [`Report::json`].
#[must_use]
pub fn json_schema() -> String {
    let generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator();
    json(&generator.into_root_schema_for::<OfRun<'_, Report>>())
}

fn kind(decision: &Decision) -> Kind {
    match decision.outcome {
        Some(Outcome::Carried) => Kind::Carried,
        Some(Outcome::Rewritten) => Kind::Rewritten,
        Some(Outcome::AlreadyEqual) => Kind::AlreadyEqual,
        Some(Outcome::Dropped) => Kind::Dropped,
        None if decision.result.is_none() => Kind::Removed,
        None => Kind::OnlyInNew,
    }
}

fn account(merged: &Merged) -> AccountLine {
    let Some(account) = &merged.account else {
        return AccountLine::default();
    };
    let counts = account.counts;
    AccountLine {
        settings: counts.settings,
        carried: counts.carried,
        already_equal: counts.already_equal,
        rewritten: counts.rewritten,
        dropped: counts.dropped,
        conflict: counts.conflict,
        dropped_by: account
            .dropped_by()
            .into_iter()
            .map(|(by, settings)| DroppedBy {
                by: by.to_owned(),
                settings,
            })
            .collect(),
    }
}
