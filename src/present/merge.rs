//! What `merge` decided, as one report that is printed as text or as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::redact::Redactor;
use crate::merge::outcome::{Conflict, Decision, Places, Value, Values};
use crate::merge::{ConflictKind, Inputs, Merged, Outcome, Principle};
use crate::pack::Rules;
use crate::xml::{Lines, Span};

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
    schema: u32,
    command: &'static str,
    files: Files,
    component: Option<String>,
    account: AccountLine,
    decisions: Vec<DecisionLine>,
    conflicts: Vec<ConflictLine>,
    /// Things to know that are no decision: sidecar files, renamed keys.
    pub notes: Vec<String>,
    /// What became of the output, one sentence.
    pub result: String,
}

#[derive(Debug, Default, Serialize)]
struct AccountLine {
    settings: usize,
    carried: usize,
    already_equal: usize,
    rewritten: usize,
    dropped: usize,
    conflict: usize,
    dropped_by: Vec<DroppedBy>,
}

#[derive(Debug, Serialize)]
struct DroppedBy {
    by: String,
    settings: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Carried,
    Rewritten,
    AlreadyEqual,
    Dropped,
    Removed,
    OnlyInNew,
}

#[derive(Debug, Serialize)]
struct DecisionLine {
    kind: Kind,
    address: String,
    #[serde(flatten)]
    values: ValueLine,
    result: Option<String>,
    secret: bool,
    by: String,
    /// Rests on a known default instead of a base file.
    assumed: bool,
    places: PlacesLine,
}

#[derive(Debug, Serialize)]
struct ConflictLine {
    kind: &'static str,
    address: String,
    #[serde(flatten)]
    values: ValueLine,
    secret: bool,
    by: Option<String>,
    places: PlacesLine,
    /// The rule that settles it, ready to paste.
    rule: String,
}

#[derive(Debug, Serialize)]
struct ValueLine {
    base: Option<String>,
    old: Option<String>,
    new: Option<String>,
}

#[derive(Debug, Default, Serialize)]
struct PlacesLine {
    base: Option<Place>,
    old: Option<Place>,
    new: Option<Place>,
}

#[derive(Debug, Serialize)]
struct Place {
    line: usize,
    column: usize,
}

impl Report {
    /// The report of one merge.
    #[must_use]
    pub fn of(
        inputs: &Inputs<'_>,
        merged: &Merged,
        required: &[Conflict],
        files: Files,
        redactor: &mut Redactor<'_>,
    ) -> Self {
        let mut report = Self {
            schema: SCHEMA,
            command: "merge",
            files,
            component: component(inputs.rules, inputs),
            account: account(merged),
            decisions: Vec::new(),
            conflicts: Vec::new(),
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
            report.conflicts.push(ConflictLine {
                kind: conflict.kind.name(),
                address: address_of(conflict, inputs.rules, redactor),
                values: values(&conflict.values, conflict.secret, redactor),
                secret: conflict.secret,
                by: conflict.by.clone(),
                places: lines.places(&conflict.places),
                rule: settling_rule(conflict, inputs.rules, at + 1, redactor),
            });
        }
        report
    }

    /// As JSON, one line end at the end.
    #[must_use]
    pub fn json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }

    /// As text for people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let base = match &self.files.base {
            Some(base) => format!("base {base}"),
            None => "no base: known defaults of the old version stand in, marked `assumed`".into(),
        };
        let _ = writeln!(text, "{} -> {}  ({base})", self.files.old, self.files.new);
        if let Some(component) = &self.component {
            let _ = writeln!(text, "Recognised as: {component}");
        }
        for (kind, title) in [
            (Kind::Carried, "Carried from the old file"),
            (
                Kind::Rewritten,
                "Carried with a new virtual directory or by a rewriting rule",
            ),
            (Kind::Dropped, "Not carried"),
            (Kind::Removed, "Removed by the administrator, and so here"),
            (Kind::OnlyInNew, "Only in the new file, kept"),
        ] {
            self.section(&mut text, kind, title);
        }
        for (at, conflict) in self.conflicts.iter().enumerate() {
            self.conflict(&mut text, at + 1, conflict);
        }
        for (at, note) in self.notes.iter().enumerate() {
            let lead = if at == 0 { "\n" } else { "" };
            let _ = writeln!(text, "{lead}Note: {note}");
        }
        let account = &self.account;
        let _ = writeln!(
            text,
            "\nAccount of the old file: {} = {} carried + {} already equal + {} rewritten + {} dropped by rule + {} in conflict",
            plural(account.settings, "setting"),
            account.carried,
            account.already_equal,
            account.rewritten,
            account.dropped,
            account.conflict,
        );
        if !account.dropped_by.is_empty() {
            let parts: Vec<String> = account
                .dropped_by
                .iter()
                .map(|line| format!("{} by {}", line.settings, line.by))
                .collect();
            let _ = writeln!(text, "Dropped: {}", parts.join(", "));
        }
        if !self.result.is_empty() {
            let _ = writeln!(text, "{}", self.result);
        }
        text
    }

    fn section(&self, text: &mut String, kind: Kind, title: &str) {
        let lines: Vec<&DecisionLine> = self
            .decisions
            .iter()
            .filter(|decision| decision.kind == kind)
            .collect();
        if lines.is_empty() {
            return;
        }
        let _ = writeln!(text, "\n{title} ({})", lines.len());
        for line in lines {
            let assumed = if line.assumed { ", assumed" } else { "" };
            let _ = writeln!(text, "  {}", line.address);
            let shown = match kind {
                Kind::Carried | Kind::Rewritten => {
                    let before = match kind {
                        Kind::Rewritten => &line.values.old,
                        _ => &line.values.new,
                    };
                    format!("{} -> {}", side(before), side(&line.result))
                }
                Kind::Dropped if line.result.is_none() => side(&line.values.old),
                Kind::Dropped => format!(
                    "old {}, new {} stays",
                    side(&line.values.old),
                    side(&line.result)
                ),
                Kind::Removed => side(&line.values.new),
                _ => side(&line.result),
            };
            let _ = writeln!(text, "      {shown}   [{}{assumed}]", line.by);
        }
    }

    fn conflict(&self, text: &mut String, number: usize, conflict: &ConflictLine) {
        let _ = writeln!(
            text,
            "\nConflict {number} of {}: {}\n  {}",
            self.conflicts.len(),
            meaning(conflict.kind),
            conflict.address
        );
        let no_base = "(no base)".to_owned();
        let base = self.files.base.as_ref().unwrap_or(&no_base);
        for (name, file, value, place) in [
            ("base", base, &conflict.values.base, &conflict.places.base),
            (
                "old",
                &self.files.old,
                &conflict.values.old,
                &conflict.places.old,
            ),
            (
                "new",
                &self.files.new,
                &conflict.values.new,
                &conflict.places.new,
            ),
        ] {
            let place = match place {
                Some(place) => format!("{file}:{}:{}", place.line, place.column),
                None => file.clone(),
            };
            let _ = writeln!(text, "    {name:<4}  {}   at {place}", side(value));
        }
        let _ = writeln!(
            text,
            "  To settle it, put this into a file and add --rules FILE:"
        );
        for line in conflict.rule.lines() {
            let _ = writeln!(text, "    {line}");
        }
    }
}

/// A value in quotes; descriptions and masks stand without.
fn side(value: &Option<String>) -> String {
    match value {
        None => "(nothing)".to_owned(),
        Some(value) if value.starts_with('<') || value.starts_with("[secret") => value.clone(),
        Some(value) => format!("\"{}\"", value.replace('\r', "\\r").replace('\n', "\\n")),
    }
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 {
        format!("1 {word}")
    } else {
        format!("{count} {word}s")
    }
}

fn meaning(kind: &str) -> &str {
    match kind {
        "both-changed" => "the administrator and the new version both changed it (both-changed)",
        "changed-removed" => {
            "the administrator changed it, the new version has it no more (changed-removed)"
        }
        "removed-changed" => {
            "the administrator removed it, the new version changed it (removed-changed)"
        }
        "both-added" => {
            "the administrator and the new version both added it, differently (both-added)"
        }
        "order" => "both changed the order, and here order has meaning (order)",
        "ambiguous" => "it stands several times and both sides changed that (ambiguous)",
        "unknown-origin" => "without a base nobody knows who changed it (unknown-origin)",
        "by-rule" => "a rule asks you to decide (by-rule)",
        "required" => "a rule requires a value and there is none (required)",
        other => other,
    }
}

fn kind(decision: &Decision) -> Kind {
    match decision.outcome {
        Some(Outcome::Carried) => Kind::Carried,
        Some(Outcome::Rewritten) => Kind::Rewritten,
        Some(Outcome::AlreadyEqual) => Kind::AlreadyEqual,
        Some(Outcome::Dropped | Outcome::Conflict) => Kind::Dropped,
        None if decision.result.is_none() => Kind::Removed,
        None => Kind::OnlyInNew,
    }
}

fn component(rules: &Rules, inputs: &Inputs<'_>) -> Option<String> {
    rules
        .component_of(inputs.incoming)
        .or_else(|| rules.component_of(inputs.carrier))
        .map(|component| component.provenance.summary.clone())
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

/// A `[[merge]]` row that settles `conflict`.
fn settling_rule(
    conflict: &Conflict,
    rules: &Rules,
    number: usize,
    redactor: &mut Redactor<'_>,
) -> String {
    let address = address_of(conflict, rules, redactor);
    let quoted = address.replace('\\', "\\\\").replace('"', "\\\"");
    // A row of the same id replaces the rule that requires the value.
    let (id, action) = match &conflict.by {
        Some(id) if conflict.kind == ConflictKind::Required => (
            id.clone(),
            "\"take-new\"   # or give the setting a value in the old file",
        ),
        _ => (
            format!("settle-{number}"),
            "\"take-old\"   # or \"take-new\"",
        ),
    };
    format!("[[merge]]\nid = \"{id}\"\npath = \"{quoted}\"\naction = {action}\n")
}

/// The principles that reports may name, with a line each; `docs/merge.md` explains them.
#[must_use]
pub fn principle_names() -> Vec<&'static str> {
    [
        Principle::ChangedByOneSide,
        Principle::AddedByOneSide,
        Principle::RemovedByOneSide,
        Principle::SameOnBothSides,
        Principle::Unchanged,
        Principle::GoneInNewVersion,
        Principle::KeptThoughGone,
        Principle::KnownDefault,
        Principle::ShadowedDuplicate,
        Principle::WhiteSpaceOnly,
        Principle::BelongsToNewFile,
    ]
    .map(Principle::name)
    .to_vec()
}
