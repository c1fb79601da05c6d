//! The report of a merge as a page.

use std::cmp::Reverse;

use super::conflicts::ConflictLine;
use super::equal::EqualLine;
use super::values::{Place, PlacesLine, Shown};
use super::verdict::State;
use super::{DecisionLine, Kind, Report};
use crate::pack::lint::Severity;
use crate::present::count::capital;
use crate::present::page::{Cell, Fact, Group, List, Page, Row, Sum, Tone, Verdict};

/// The value columns; a conflict has no result yet.
const COLUMNS: [&str; 4] = ["base", "old", "new", "result"];

impl Report {
    /// As a page.
    #[must_use]
    pub fn page(&self) -> Page {
        Page {
            command: "merge",
            title: format!("{} carried into {}", self.files.old, self.files.new),
            verdict: Verdict {
                tone: match self.verdict.state {
                    State::ToDecide => Tone::Bad,
                    State::Clean if self.verdict.new_findings == 0 => Tone::Good,
                    State::Clean | State::Assumed => Tone::Look,
                },
                word: self.verdict.word(),
                text: self.verdict.sentence(self.account.settings),
            },
            shows_secrets: self.secrets_shown,
            warnings: self.warnings.clone(),
            sums: self.sums(),
            account: self.account_for_page(),
            row_name: "Setting",
            section_name: ("Section", "in "),
            columns: COLUMNS.map(str::to_owned).to_vec(),
            groups: self.groups(),
            lists: self.lists(),
            facts: self.facts(),
            signed: true,
        }
    }

    fn sums(&self) -> Vec<Sum> {
        let account = &self.account;
        let mut sums = vec![
            Sum::of(account.settings, "settings in the old file", None),
            Sum::of(account.conflict, "in conflict", Some("to-decide")),
            Sum::of(account.carried, "carried", Some("carried")),
            Sum::of(account.rewritten, "rewritten", Some("rewritten")),
            Sum::of(account.dropped, "dropped by rule", Some("dropped")),
            Sum::of(
                account.already_equal,
                "already equal",
                Some("already-equal"),
            ),
        ];
        for sum in &mut sums {
            if sum.number == 0 {
                sum.group = None;
            }
        }
        sums
    }

    fn account_for_page(&self) -> Vec<String> {
        let mut lines = self.account_lines();
        if self.decisions.iter().any(|line| line.kind == Kind::Carried) {
            lines.push("The account counts settings. An element that was carried as a whole is one row below, and as many settings as it holds.".to_owned());
        }
        lines
    }

    fn groups(&self) -> Vec<Group> {
        let mut groups = Vec::new();
        let conflicts: Vec<Row> = self
            .conflicts
            .iter()
            .map(|line| self.conflict_row(line))
            .collect();
        groups.push(group("to-decide", "To decide", conflicts, false));
        for (kind, id, title) in [
            (Kind::Carried, "carried", "Carried from the old file"),
            (
                Kind::Rewritten,
                "rewritten",
                "Carried with a new virtual directory or by a rewriting rule",
            ),
            (Kind::Dropped, "dropped", "Not carried"),
            (
                Kind::Removed,
                "removed",
                "Removed by the administrator, and so here",
            ),
            (Kind::OnlyInNew, "only-in-new", "Only in the new file, kept"),
        ] {
            let lines = self.decisions.iter().filter(|line| line.kind == kind);
            let mut rows: Vec<Row> = lines.map(row).collect();
            rows.sort_by_key(|row| Reverse(row.risk));
            groups.push(group(id, title, rows, false));
        }
        let equal: Vec<Row> = self.equal.iter().map(equal_row).collect();
        groups.push(group("already-equal", "Already equal", equal, true));
        groups.retain(|group| !group.rows.is_empty());
        groups
    }

    fn conflict_row(&self, line: &ConflictLine) -> Row {
        let mut said = vec![match &line.by {
            Some(rule) => format!("{} (rule `{rule}`)", sentence(line.meaning)),
            None => sentence(line.meaning),
        }];
        said.extend(line.details.iter().cloned());
        said.extend(line.by_hand.map(str::to_owned));
        if line.rule.is_some() {
            said.push(
                "To settle it, put the rule below into a file and run again with --rules FILE."
                    .to_owned(),
            );
        }
        let (values, places) = (&line.values, &line.places);
        Row {
            identity: line.address.clone(),
            status: "to decide",
            section: line.section.clone(),
            label: line.label.clone(),
            address: line.address.clone(),
            risk: None,
            cells: vec![
                cell(values.base.as_ref(), places.base),
                cell(values.old.as_ref(), places.old),
                cell(values.new.as_ref(), places.new),
            ],
            said,
            code: line.rule.clone(),
        }
    }

    fn lists(&self) -> Vec<List> {
        let mut lists = Vec::new();
        if let Some(lint) = &self.lint {
            let mut items = vec![format!("{}.", lint.line())];
            items.extend(
                lint.new.iter().map(|found| {
                    format!("{} (line {} of the result)", found.sentence(), found.line)
                }),
            );
            lists.push(list("What lint says, before and after", items));
        }
        lists.push(list("Not looked at", self.not_looked_at.clone()));
        lists.push(list("Notes", self.notes.clone()));
        lists.push(list(
            "Comments of the old file that were left out",
            self.left_comments(),
        ));
        lists.retain(|list| !list.items.is_empty());
        lists
    }

    fn facts(&self) -> Vec<Fact> {
        let files = &self.files;
        let named = [
            (
                "Base",
                files
                    .base
                    .as_deref()
                    .unwrap_or("none: documented defaults of the old version stand in"),
            ),
            ("Old", &files.old),
            ("New", &files.new),
            ("Output", &files.output),
            (
                "Recognised as",
                self.component.as_deref().unwrap_or("no known component"),
            ),
            ("What was done", &self.result),
        ];
        let named = named
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        named
            .chain(self.about.facts())
            .map(|(name, value)| Fact { name, value })
            .collect()
    }
}

impl Sum {
    fn of(number: usize, name: &str, group: Option<&str>) -> Self {
        Self {
            number,
            name: name.to_owned(),
            group: group.map(str::to_owned),
        }
    }
}

fn group(id: &str, title: &str, rows: Vec<Row>, folded: bool) -> Group {
    Group {
        id: id.to_owned(),
        title: format!("{title} ({})", rows.len()),
        folded,
        to_decide: id == "to-decide",
        rows,
    }
}

fn list(title: &str, items: Vec<String>) -> List {
    List {
        title: title.to_owned(),
        items,
    }
}

fn row(line: &DecisionLine) -> Row {
    let PlacesLine {
        base,
        old,
        new,
        result,
    } = line.places;
    let mut said = vec![line.why.clone()];
    said.extend(
        line.findings
            .iter()
            .map(|found| sentence(&found.sentence())),
    );
    Row {
        identity: line.address.clone(),
        status: line.kind.words(),
        section: line.section.clone(),
        label: line.label.clone(),
        address: line.address.clone(),
        risk: line
            .findings
            .iter()
            .map(|found| found.severity)
            .max()
            .or_else(|| line.assumed.then_some(Severity::Note)),
        cells: vec![
            cell(line.values.base.as_ref(), base),
            cell(line.values.old.as_ref(), old),
            cell(line.values.new.as_ref(), new),
            cell(line.result.as_ref(), result),
        ],
        said,
        code: None,
    }
}

fn equal_row(line: &EqualLine) -> Row {
    let described = Shown::described("(more than one value)");
    let value = line.value.as_ref().unwrap_or(&described);
    Row {
        identity: line.address.clone(),
        status: "already equal",
        section: line.section.clone(),
        label: line.label.clone(),
        address: line.address.clone(),
        risk: None,
        cells: vec![
            Cell::default(),
            cell(Some(value), Some(line.old)),
            cell(Some(value), line.new),
            Cell::default(),
        ],
        said: vec!["Old and new have the same.".to_owned()],
        code: None,
    }
}

fn cell(value: Option<&Shown>, place: Option<Place>) -> Cell {
    Cell {
        text: value.map(|value| value.text.clone()),
        described: value.is_some_and(|value| !value.is_verbatim),
        place: place.map(|place| format!("line {}", place.line)),
    }
}

/// With a capital at its start and a full stop at its end.
fn sentence(words: &str) -> String {
    let mut out = capital(words);
    if !out.ends_with(['.', '!', '?']) {
        out.push('.');
    }
    out
}
