//! What `merge` decided, as one report: JSON as it stands, text in `merge_text`,
//! conflicts in `merge_conflicts`, the rules that settle them in `merge_rules`.

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::merge_conflicts::{ConflictLine, Settled};
use super::redact::Redactor;
use crate::merge::comment_account::CommentAccount;
use crate::merge::offers::{Offer, component_of};
use crate::merge::outcome::{Decision, Places, Value, Values};
use crate::merge::{Inputs, Merged, Missing, Outcome};
use crate::xml::{Document, Lines, Span};

/// Version of the JSON. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 1;

/// The names of the files, as the user gave them.
#[derive(Clone, Debug, Serialize)]
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

/// Everything there is to report.
#[derive(Debug, Serialize)]
pub struct Report {
    pub(super) schema: u32,
    pub(super) command: &'static str,
    pub(super) files: Files,
    pub(super) component: Option<String>,
    pub(super) account: AccountLine,
    pub(super) comments: CommentLines,
    pub(super) decisions: Vec<DecisionLine>,
    pub(super) conflicts: Vec<ConflictLine>,
    /// Which conflicts a rule of this path settles.
    #[serde(skip)]
    pub(super) settled: FxHashMap<String, Settled>,
    /// What may make the whole merge a wrong one: the inputs look like a mistake.
    pub warnings: Vec<String>,
    /// Things to know that are no decision: sidecar files, renamed keys, idle rules.
    pub notes: Vec<String>,
    /// What became of the output, one sentence.
    pub result: String,
}

/// What became of the comments of the old file.
#[derive(Debug, Default, Serialize)]
pub(super) struct CommentLines {
    pub(super) comments: usize,
    pub(super) carried: usize,
    pub(super) already_there: usize,
    pub(super) shipped: usize,
    pub(super) left: Vec<LeftComment>,
}

/// A comment of the administrator's that is not in the result.
#[derive(Debug, Serialize)]
pub(super) struct LeftComment {
    /// Line in the old file, from 1.
    pub(super) line: usize,
    /// How it begins; nothing where it may hold a secret.
    pub(super) text: Option<String>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct AccountLine {
    pub(super) settings: usize,
    pub(super) carried: usize,
    pub(super) already_equal: usize,
    pub(super) rewritten: usize,
    pub(super) dropped: usize,
    pub(super) conflict: usize,
    pub(super) dropped_by: Vec<DroppedBy>,
}

#[derive(Debug, Serialize)]
pub(super) struct DroppedBy {
    pub(super) by: String,
    pub(super) settings: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    Carried,
    Rewritten,
    AlreadyEqual,
    Dropped,
    Removed,
    OnlyInNew,
}

#[derive(Debug, Serialize)]
pub(super) struct DecisionLine {
    pub(super) kind: Kind,
    pub(super) address: String,
    #[serde(flatten)]
    pub(super) values: ValueLine,
    pub(super) result: Option<Shown>,
    pub(super) secret: bool,
    pub(super) by: String,
    /// Rests on a known default instead of a base file.
    pub(super) assumed: bool,
    pub(super) places: PlacesLine,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct ValueLine {
    pub(super) base: Option<Shown>,
    pub(super) old: Option<Shown>,
    pub(super) new: Option<Shown>,
}

/// A value as it may be shown.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Shown {
    pub(super) text: String,
    /// Whether it is a text of the file, and no description or mask of one.
    #[serde(skip)]
    pub(super) is_verbatim: bool,
}

impl Shown {
    fn of(value: &Value, secret: bool, redactor: &mut Redactor<'_>) -> Self {
        Self {
            text: redactor.shown(value, secret),
            is_verbatim: match value {
                Value::Text(text) => !redactor.masks_all(text, secret),
                _ => false,
            },
        }
    }
}

#[derive(Debug, Default, Serialize)]
pub(super) struct PlacesLine {
    pub(super) base: Option<Place>,
    pub(super) old: Option<Place>,
    pub(super) new: Option<Place>,
}

#[derive(Debug, Serialize)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Report {
    /// The report of one merge. `offers` are those of [`crate::merge::offers::offers`]; a conflict
    /// without one gets no rule.
    #[must_use]
    pub fn of(
        inputs: &Inputs<'_>,
        merged: &Merged,
        missing: &[Missing],
        offers: &[Offer],
        files: Files,
        redactor: &mut Redactor<'_>,
    ) -> Self {
        let files_read = [inputs.base, Some(inputs.incoming), Some(inputs.carrier)];
        for document in files_read.into_iter().flatten() {
            redactor.learn(&inputs.rules.identities, document);
        }
        let component = component_of(inputs);
        let mut report = Self {
            schema: SCHEMA,
            command: "merge",
            files,
            component: component.map(|known| known.provenance.summary.clone()),
            account: account(merged),
            comments: CommentLines::default(),
            decisions: Vec::new(),
            conflicts: Vec::new(),
            settled: FxHashMap::default(),
            warnings: Vec::new(),
            notes: Vec::new(),
            result: String::new(),
        };
        let lines = FileLines {
            base: inputs.base.map(|base| Lines::of(base.text())),
            old: Lines::of(inputs.incoming.text()),
            new: Lines::of(inputs.carrier.text()),
        };
        for decision in &merged.decisions {
            report.decisions.push(DecisionLine {
                kind: kind(decision),
                address: redactor.address(&decision.address),
                values: values(&decision.values, decision.secret, redactor),
                result: decision
                    .result
                    .as_ref()
                    .map(|value| Shown::of(value, decision.secret, redactor)),
                secret: decision.secret,
                by: decision.by.name().to_owned(),
                assumed: decision.assumed,
                places: lines.places(&decision.places),
            });
        }
        let mut offers = offers.iter();
        for conflict in &merged.conflicts {
            let offer = offers.next().map_or(&[][..], Vec::as_slice);
            let line = ConflictLine::of(conflict, offer, inputs, component, &lines, redactor);
            report.push_conflict(line);
        }
        for missing in missing {
            let offer = offers.next().map_or(&[][..], Vec::as_slice);
            report.push_conflict(ConflictLine::missing(missing, offer, inputs.rules));
        }
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

    /// As JSON, one line end at the end.
    #[must_use]
    pub fn json(&self) -> String {
        super::json::json(self)
    }
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

pub(super) fn values(values: &Values, secret: bool, redactor: &mut Redactor<'_>) -> ValueLine {
    let mut show =
        |value: &Option<Value>| (value.as_ref()).map(|value| Shown::of(value, secret, redactor));
    ValueLine {
        base: show(&values.base),
        old: show(&values.incoming),
        new: show(&values.carrier),
    }
}

/// The lines of the three files.
pub(super) struct FileLines<'a> {
    base: Option<Lines<'a>>,
    old: Lines<'a>,
    new: Lines<'a>,
}

impl FileLines<'_> {
    pub(super) fn places(&self, places: &Places) -> PlacesLine {
        let place = |lines: Option<&Lines<'_>>, span: Option<Span>| {
            let at = lines?.place(span?.start);
            Some(Place {
                line: at.line,
                column: at.column,
            })
        };
        PlacesLine {
            base: place(self.base.as_ref(), places.base),
            old: place(Some(&self.old), places.incoming),
            new: place(Some(&self.new), places.carrier),
        }
    }
}
