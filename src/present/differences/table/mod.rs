//! Several inputs side by side: each setting that is not the same everywhere, equal ones together.

mod markdown;
mod names;
mod page;
mod text;

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::Serialize;

use super::rows::Texts;
use super::values::explained;
use super::{Compared, Reporter, Side};
use crate::diff::side_by_side::{Aspect, Row as Found, rows};
use crate::diff::{Change, Place};
use crate::pack::lint::Severity;
use crate::pack::rules::RuleId;
use crate::present::plain::plain_json;
use crate::present::section::section;

pub(super) use markdown::markdown;
pub(super) use text::{counted, text};

/// Three inputs or more.
#[derive(Default, Serialize, JsonSchema)]
pub struct SideBySide {
    /// The inputs, as they were given.
    pub(super) inputs: Vec<String>,
    /// How many settings are not the same everywhere.
    pub(super) settings: usize,
    /// How many of them some inputs do not have.
    pub(super) not_everywhere: usize,
    /// How many are not shown: left out by an option, accepted, or explained by a mapping.
    pub(super) hidden: usize,
    /// The numbers of inputs (from 0) between which nothing that is shown differs; only groups of two or more.
    pub(super) alike: Vec<Vec<usize>>,
    /// The numbers of inputs of which something could not be compared; they are like no other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub(super) not_all_compared: Vec<usize>,
    /// The files, each compared with its counterparts.
    pub(super) tables: Vec<Table>,
    /// Files that not all inputs have.
    pub(super) files: Vec<HadBy>,
}

/// A file that not all inputs have.
#[derive(Serialize, JsonSchema)]
pub struct HadBy {
    /// Its path below the inputs.
    pub path: String,
    /// The numbers of the inputs that have it.
    pub inputs: Vec<usize>,
}

/// One file of each input.
#[derive(Serialize, JsonSchema)]
pub struct Table {
    /// The file of each input, in their order; absent ones are `""`.
    pub(super) files: Vec<String>,
    /// The settings that are not the same everywhere; those with the most serious findings first.
    pub(super) rows: Vec<TableRow>,
    /// What could not be compared.
    pub(super) not_compared: Vec<String>,
    /// With `--effective`: files that were read as well, inherited or named by a section.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) effective_with: Option<Vec<String>>,
    /// What a mapping explains between the first input and another one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub(super) explained: Vec<ExplainedIn>,
}

/// Changes that a mapping of environments explains.
#[derive(Serialize, JsonSchema)]
pub struct ExplainedIn {
    /// The number of the input.
    pub(super) input: usize,
    /// What the first input has.
    pub(super) from: String,
    /// What this one has in its place.
    pub(super) to: String,
    /// In how many settings.
    pub(super) changes: usize,
}

impl ExplainedIn {
    /// How many settings differ, and by what alone.
    pub(super) fn words(&self) -> String {
        explained(self.changes, &self.from, &self.to)
    }
}

/// A setting that is not the same everywhere.
#[derive(Serialize, JsonSchema)]
pub struct TableRow {
    /// What of it: its `value` (or whether it is there), its `name`, the `order` of its children, or its `place`.
    pub(super) differs_in: &'static str,
    /// The section it is in, as a path from the root element.
    pub(super) section: String,
    /// What it is called in its section.
    pub(super) label: String,
    /// Whether its value is a secret.
    pub(super) secret: bool,
    /// All inputs, those together in which it is the same.
    pub(super) groups: Vec<TableGroup>,
    /// Findings of `conferry lint` in some inputs and not in others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub(super) findings: Vec<TableFinding>,
}

/// Inputs in which a setting is the same.
#[derive(Serialize, JsonSchema)]
pub struct TableGroup {
    /// Their numbers, from 0.
    pub(super) inputs: Vec<usize>,
    /// Where the first of them has it; absent if they do not have it. Without a value and without XML it is
    /// only told who has it: rows of their own tell what differs in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) at: Option<Side>,
}

/// A finding that some inputs have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TableFinding {
    /// Id of the rule.
    pub(super) rule: RuleId,
    /// How bad it is.
    pub(super) severity: Severity,
    /// What is wrong; secrets masked.
    pub(super) message: String,
    /// The numbers of the inputs that have it.
    pub(super) inputs: Vec<usize>,
}

impl SideBySide {
    /// Whether nothing differs.
    pub(super) fn is_clean(&self) -> bool {
        self.settings == 0 && self.files.is_empty()
    }
}

impl Reporter<'_> {
    /// The report is about these inputs, side by side.
    pub fn side_by_side(&mut self, inputs: Vec<String>, files: Vec<HadBy>) {
        self.report.side_by_side = Some(SideBySide {
            inputs,
            files,
            ..SideBySide::default()
        });
    }

    /// Remembers that something of an input could not be compared, so that it counts as like no other.
    pub fn not_all_compared(&mut self, input: usize) {
        if let Some(table) = &mut self.report.side_by_side
            && !table.not_all_compared.contains(&input)
        {
            table.not_all_compared.push(input);
        }
    }

    /// Adds one file of all inputs; `others` are comparisons of that of the first with that of each other one.
    pub fn add_table(&mut self, first: &str, others: &[(usize, Compared<'_, '_>)]) {
        let changes: Vec<(usize, &[Change<'_>])> = others
            .iter()
            .map(|(input, compared)| (*input, compared.difference.changes.as_slice()))
            .collect();
        let of = |input: usize| {
            let mut others = others.iter();
            others
                .find(|(number, _)| *number == input)
                .map(|(_, compared)| compared)
        };
        let mut texts = Texts::default();
        let (mut shown, mut hidden) = (Vec::new(), 0);
        for row in rows(&changes, self.rules) {
            let mut changes = row.changes.iter();
            let is_shown = |(input, at): &(usize, usize)| {
                of(*input).is_some_and(|compared| compared.shows[*at])
            };
            match changes.any(is_shown) {
                true => {
                    let findings = self.findings(&row, others);
                    shown.push(self.table_row(&row, findings, &mut texts));
                }
                false => hidden += 1,
            }
        }
        drop_told(&mut shown);
        let worst = |row: &TableRow| row.findings.iter().map(|found| found.severity).max();
        let mut sections: BTreeMap<&str, (Option<Severity>, usize)> = BTreeMap::new();
        for (at, row) in shown.iter().enumerate() {
            let known = sections.entry(&row.section).or_insert((None, at));
            known.0 = known.0.max(worst(row));
        }
        let mut order: Vec<usize> = (0..shown.len()).collect();
        order.sort_by_key(|at| {
            let (severity, first) = sections[shown[*at].section.as_str()];
            (std::cmp::Reverse(severity), first, *at)
        });
        let mut shown: Vec<Option<TableRow>> = shown.into_iter().map(Some).collect();
        let shown: Vec<TableRow> = order
            .into_iter()
            .filter_map(|at| shown[at].take())
            .collect();
        let mut table = Table {
            files: Vec::new(),
            rows: shown,
            not_compared: Vec::new(),
            effective_with: None,
            explained: Vec::new(),
        };
        for (input, compared) in others {
            for what in &compared.not_compared {
                if !table.not_compared.contains(what) {
                    table.not_compared.push(what.clone());
                }
            }
            for file in compared.effective_with.iter().flatten() {
                let known = table.effective_with.get_or_insert_default();
                if !known.contains(file) {
                    known.push(file.clone());
                }
            }
            let explained = compared.explained.iter();
            table
                .explained
                .extend(explained.map(|explained| ExplainedIn {
                    input: *input,
                    from: explained.from.clone(),
                    to: explained.to.clone(),
                    changes: explained.changes,
                }));
        }
        let Some(report) = &mut self.report.side_by_side else {
            return;
        };
        table.files = vec![String::new(); report.inputs.len()];
        table.files[0] = first.to_owned();
        for (input, compared) in others {
            table.files[*input].clone_from(&compared.after);
        }
        let lacks = |row: &&TableRow| row.groups.iter().any(|group| group.at.is_none());
        report.settings += table.rows.len();
        report.not_everywhere += table.rows.iter().filter(lacks).count();
        report.hidden += hidden;
        report.tables.push(table);
    }

    /// Findings that came with the changes of a row or went with them.
    fn findings(&self, row: &Found<'_>, others: &[(usize, Compared<'_, '_>)]) -> Vec<TableFinding> {
        let mut found: Vec<TableFinding> = Vec::new();
        for (input, at) in &row.changes {
            let Some((_, compared)) = others.iter().find(|(number, _)| number == input) else {
                continue;
            };
            let risks = &compared.risks;
            for (risk, is_new) in (risks.new.iter().map(|risk| (risk, true)))
                .chain(risks.gone.iter().map(|risk| (risk, false)))
                .filter(|(risk, _)| risk.change == Some(*at))
            {
                let said = self.found(risk);
                let known = found
                    .iter_mut()
                    .find(|known| known.rule == said.rule && known.message == said.message);
                let known = match known {
                    Some(known) => known,
                    None => {
                        let inputs = match is_new {
                            true => Vec::new(),
                            // The first one has it, and so has every other one that did not lose it.
                            false => std::iter::once(0)
                                .chain(others.iter().map(|(input, _)| *input))
                                .collect(),
                        };
                        found.push(TableFinding {
                            rule: said.rule,
                            severity: said.severity,
                            message: said.message,
                            inputs,
                        });
                        let last = found.len() - 1;
                        &mut found[last]
                    }
                };
                match is_new {
                    true if !known.inputs.contains(input) => known.inputs.push(*input),
                    true => {}
                    false => known.inputs.retain(|one| one != input),
                }
            }
        }
        found
    }

    fn table_row<'c>(
        &mut self,
        row: &Found<'c>,
        findings: Vec<TableFinding>,
        texts: &mut Texts<'c>,
    ) -> TableRow {
        let places = row.groups.iter().filter_map(|group| group.place.as_ref());
        for place in places.chain([&row.place]) {
            self.learn(place.document);
        }
        let secret = self.is_secret(&row.place);
        let address = self.address(&row.place);
        let address = self.redactor.shown_address(&address);
        let (section, label) = section(&self.rules.identities, &row.place, &address);
        let groups = row.groups.iter().map(|group| TableGroup {
            inputs: group.inputs.clone(),
            at: group.place.as_ref().map(|place: &Place<'c>| {
                let is_whole = row.aspect == Aspect::Value && !row.is_presence;
                let side = self.side(place, secret, is_whole, texts);
                match row.is_presence {
                    true => Side {
                        value: None,
                        ..side
                    },
                    false => side,
                }
            }),
        });
        TableRow {
            differs_in: match row.aspect {
                Aspect::Value => "value",
                Aspect::Name => "name",
                Aspect::Order => "order",
                Aspect::Place => "place",
            },
            groups: groups.collect(),
            section,
            label,
            secret,
            findings,
        }
    }
}

/// Takes out what only tells who has an entry, where the row of its value tells that as well.
fn drop_told(rows: &mut Vec<TableRow>) {
    let lack = |row: &TableRow| -> Vec<usize> {
        let lacking = row.groups.iter().filter(|group| group.at.is_none());
        lacking.flat_map(|group| group.inputs.clone()).collect()
    };
    let says_value = |row: &TableRow| {
        let mut there = row.groups.iter().filter_map(|group| group.at.as_ref());
        there.any(|side| side.value.is_some() || side.xml.is_some())
    };
    let told: HashMap<(String, String), Vec<usize>> = (rows.iter())
        .filter(|row| row.differs_in == "value" && says_value(row))
        .map(|row| ((row.section.clone(), row.label.clone()), lack(row)))
        .collect();
    rows.retain(|row| {
        let name = (row.section.clone(), row.label.clone());
        row.differs_in != "value" || says_value(row) || told.get(&name) != Some(&lack(row))
    });
}

/// Inputs that are in one group in every row and have the same files.
pub(super) fn alike(report: &SideBySide) -> Vec<Vec<usize>> {
    let are_alike = |one: usize, other: usize| {
        let rows = report.tables.iter().flat_map(|table| &table.rows);
        let mut groups = rows.map(|row| {
            let of = |input: usize| {
                let mut groups = row.groups.iter();
                groups.position(|group| group.inputs.contains(&input))
            };
            of(one) == of(other)
        });
        let has = |file: &HadBy, input: usize| file.inputs.contains(&input);
        groups.all(|same| same)
            && (report.files.iter()).all(|file| has(file, one) == has(file, other))
    };
    let mut alike: Vec<Vec<usize>> = Vec::new();
    let sure = |input: &usize| !report.not_all_compared.contains(input);
    for input in (0..report.inputs.len()).filter(sure) {
        match alike.iter_mut().find(|group| are_alike(group[0], input)) {
            Some(group) => group.push(input),
            None => alike.push(vec![input]),
        }
    }
    alike.retain(|group| group.len() > 1);
    alike
}

/// One row in each line, with the files it is about.
pub(super) fn jsonl(report: &SideBySide) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        inputs: &'a [String],
        files: &'a [String],
        #[serde(flatten)]
        row: &'a TableRow,
    }
    let mut lines = String::new();
    for table in &report.tables {
        for row in &table.rows {
            let line = Line {
                inputs: &report.inputs,
                files: &table.files,
                row,
            };
            let line = serde_json::to_string(&line).unwrap_or_default();
            lines.push_str(&plain_json(&line));
            lines.push('\n');
        }
    }
    lines
}
