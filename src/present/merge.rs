//! What `merge` decided, as one report: JSON as it stands, text in `merge_text`, rules in `merge_rules`.

use serde::Serialize;

use super::merge_rules::{SettlingRule, actions, id_for};
use super::redact::Redactor;
use crate::merge::comment_account::CommentAccount;
use crate::merge::offers::{Offer, component_of};
use crate::merge::outcome::{Conflict, Decision, Places, Value, Values};
use crate::merge::{ConflictKind, Inputs, Merged, Outcome};
use crate::pack::Rules;
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
    pub(super) result: Option<String>,
    pub(super) secret: bool,
    pub(super) by: String,
    /// Rests on a known default instead of a base file.
    pub(super) assumed: bool,
    pub(super) places: PlacesLine,
}

#[derive(Debug, Serialize)]
pub(super) struct ConflictLine {
    pub(super) kind: &'static str,
    pub(super) address: String,
    #[serde(flatten)]
    pub(super) values: ValueLine,
    pub(super) secret: bool,
    pub(super) by: Option<String>,
    pub(super) places: PlacesLine,
    /// What a rule that settles it may do; each was tried. Empty if no rule does.
    pub(super) actions: Vec<&'static str>,
    /// The rule that settles it, ready to paste.
    pub(super) rule: Option<String>,
    /// What to do where no rule settles it.
    pub(super) by_hand: Option<&'static str>,
    #[serde(skip)]
    pub(super) settling: Option<SettlingRule>,
}

#[derive(Debug, Serialize)]
pub(super) struct ValueLine {
    pub(super) base: Option<String>,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
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
        required: &[Conflict],
        offers: &[Offer],
        files: Files,
        redactor: &mut Redactor<'_>,
    ) -> Self {
        let mut report = Self {
            schema: SCHEMA,
            command: "merge",
            files,
            component: component_of(inputs).map(|known| known.provenance.summary.clone()),
            account: account(merged),
            comments: CommentLines::default(),
            decisions: Vec::new(),
            conflicts: Vec::new(),
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
                    .map(|value| redactor.shown(value, decision.secret)),
                secret: decision.secret,
                by: decision.by.name().to_owned(),
                assumed: decision.assumed,
                places: lines.places(&decision.places),
            });
        }
        for (at, conflict) in merged.conflicts.iter().chain(required).enumerate() {
            let offer = offers.get(at).copied().unwrap_or_default();
            let mut settling = settling_rule(conflict, offer, inputs, redactor);
            if let Ok(rule) = &mut settling {
                number_repeated(rule, &report.conflicts);
            }
            report.conflicts.push(ConflictLine {
                kind: conflict.kind.name(),
                address: address_of(conflict, inputs.rules, redactor),
                values: values(&conflict.values, conflict.secret, redactor),
                secret: conflict.secret,
                by: conflict.by.clone(),
                places: lines.places(&conflict.places),
                actions: settling
                    .as_ref()
                    .map(|rule| rule.actions.clone())
                    .unwrap_or_default(),
                rule: settling.as_ref().map(SettlingRule::first).ok(),
                by_hand: settling.as_ref().err().copied(),
                settling: settling.ok(),
            });
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
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
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

fn values(values: &Values, secret: bool, redactor: &mut Redactor<'_>) -> ValueLine {
    let mut show =
        |value: &Option<Value>| value.as_ref().map(|value| redactor.shown(value, secret));
    ValueLine {
        base: show(&values.base),
        old: show(&values.incoming),
        new: show(&values.carrier),
    }
}

/// The lines of the three files.
struct FileLines<'a> {
    base: Option<Lines<'a>>,
    old: Lines<'a>,
    new: Lines<'a>,
}

impl FileLines<'_> {
    fn places(&self, places: &Places) -> PlacesLine {
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

fn address_of(conflict: &Conflict, rules: &Rules, redactor: &mut Redactor<'_>) -> String {
    let required = conflict
        .by
        .as_deref()
        .filter(|_| conflict.address.steps.is_empty())
        .and_then(|id| {
            rules
                .policies
                .iter()
                .find(|policy| policy.provenance.id == id)
        });
    match required {
        Some(policy) => policy.selector.as_str().to_owned(),
        None => redactor.address(&conflict.address),
    }
}

/// The rule that settles `conflict`, or what to do where there is none.
fn settling_rule(
    conflict: &Conflict,
    offer: Offer,
    inputs: &Inputs<'_>,
    redactor: &mut Redactor<'_>,
) -> Result<SettlingRule, &'static str> {
    let path = address_of(conflict, inputs.rules, redactor);
    let required = conflict
        .by
        .as_ref()
        .filter(|_| conflict.kind == ConflictKind::Required);
    let actions = actions(offer);
    if actions.is_empty() {
        return Err(match required {
            Some(_) => "No rule settles it. Give the setting a value in the old or the new file.",
            None => {
                "No rule settles it: with either value the result would not pass conferry's checks. Change this place in the old or the new file so that they agree, and run again."
            }
        });
    }
    // A row of the same id takes the place of the rule that requires the value.
    if let Some(id) = required {
        let mut policies = inputs.rules.policies.iter();
        let policy = policies.find(|policy| policy.provenance.id == *id);
        return Ok(SettlingRule {
            id: id.clone(),
            component: policy.and_then(|policy| policy.component.clone()),
            path,
            actions,
            replaces: true,
        });
    }
    if path != conflict.address.to_string() {
        return Err(
            "Its address quotes a secret, so its rule is not printed. Change this place in the old or the new file so that they agree, and run again.",
        );
    }
    let component = component_of(inputs).map(|component| component.provenance.id.clone());
    // No id has a secret in it, not even where they are shown.
    let masked = Redactor::new(&inputs.rules.secrets, false).address(&conflict.address);
    Ok(SettlingRule {
        id: id_for(&masked, component.as_deref()),
        component,
        path,
        actions,
        replaces: false,
    })
}

/// Several conflicts at one address have one rule; each of its copies gets an id of its own, so that
/// all of them can be put into one file.
fn number_repeated(rule: &mut SettlingRule, before: &[ConflictLine]) {
    let known = before.iter().filter_map(|line| line.settling.as_ref());
    let copies = known.filter(|known| known.path == rule.path).count();
    if copies > 0 && !rule.replaces {
        rule.id = format!("{}-{}", rule.id, copies + 1);
    }
}
