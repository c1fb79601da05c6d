//! Reports of many servers, read back: what they say, equal things together.
//!
//! Promises that every finding, difference and conflict of every report is in one row, with all servers that have it;
//! a file that is no report of conferry is an error by name, and the others are still read. Numbers of
//! masked secrets count within one report only, so they are dropped here: the same number on two
//! servers would not mean the same secret.

mod read;

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

pub use read::{Unread, read};

use crate::pack::lint::Severity;

/// A report as it was read.
#[derive(Clone, Debug)]
pub struct ServerReport {
    /// The file that it was read from.
    pub path: String,
    /// The machine that made it.
    pub host: String,
    /// The run that made it.
    pub run: String,
    /// What it is of.
    pub of: Kind,
    /// What it says.
    pub items: Vec<Item>,
    /// What could not be done there.
    pub errors: Vec<String>,
}

/// The command that made a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `conferry lint`.
    Lint,
    /// `conferry diff`.
    Diff,
    /// `conferry merge`.
    Merge,
}

impl Kind {
    /// The name of the command.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lint => "lint",
            Self::Diff => "diff",
            Self::Merge => "merge",
        }
    }
}

/// A finding, a difference or a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// How serious it is; a difference without a finding has none.
    pub severity: Option<Severity>,
    /// The id of a rule, or the kind of the difference or conflict.
    pub code: String,
    /// The section it is in.
    pub section: String,
    /// What it is called there; of a finding its message.
    pub label: String,
    /// XPath.
    pub address: String,
    /// Values, each with the side that has it.
    pub values: Vec<(&'static str, String)>,
    /// What else is said about it.
    pub said: Vec<String>,
    /// File and line; not compared with those of other servers.
    pub place: String,
}

/// The same on some servers.
#[derive(Clone, Debug)]
pub struct Row {
    /// The command that found it.
    pub of: Kind,
    /// What it is, as the first server has it.
    pub item: Item,
    /// The positions of the reports that have it, and the place in each.
    pub on: Vec<(usize, String)>,
}

impl Row {
    /// The positions of the reports that have it, each once; a report may have it in several files.
    #[must_use]
    pub fn reports(&self) -> Vec<usize> {
        let mut reports: Vec<usize> = self.on.iter().map(|(at, _)| *at).collect();
        // They were added report by report.
        reports.dedup();
        reports
    }
}

/// Many reports as one.
#[derive(Clone, Debug, Default)]
pub struct Together {
    /// The reports, by server, command and file.
    pub reports: Vec<ServerReport>,
    /// What they say: the most serious first, then what most servers have.
    pub rows: Vec<Row>,
}

impl Together {
    /// Puts reports together. Their order does not matter.
    #[must_use]
    pub fn of(mut reports: Vec<ServerReport>) -> Self {
        reports.sort_by(|one, other| {
            let key = |report: &ServerReport| {
                (
                    report.host.clone(),
                    report.of,
                    report.path.clone(),
                    report.run.clone(),
                )
            };
            key(one).cmp(&key(other))
        });
        let mut rows: Vec<Row> = Vec::new();
        let mut known: FxHashMap<String, usize> = FxHashMap::default();
        for (at, report) in reports.iter_mut().enumerate() {
            for item in std::mem::take(&mut report.items) {
                let key = key(report.of, &item);
                let place = item.place.clone();
                let row = *known.entry(key).or_insert_with(|| {
                    rows.push(Row {
                        of: report.of,
                        item,
                        on: Vec::new(),
                    });
                    rows.len() - 1
                });
                rows[row].on.push((at, place));
            }
        }
        rows.sort_by(|one, other| {
            let key = |row: &Row| {
                (
                    Reverse(row.item.severity),
                    Reverse(row.reports().len()),
                    row.of,
                )
            };
            key(one)
                .cmp(&key(other))
                .then_with(|| one.item.code.cmp(&other.item.code))
                .then_with(|| one.item.address.cmp(&other.item.address))
                .then_with(|| one.item.label.cmp(&other.item.label))
        });
        Self { reports, rows }
    }

    /// What to call each report: its server, and its file where a server has several of a command.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut times: FxHashMap<(&str, Kind), usize> = FxHashMap::default();
        for report in &self.reports {
            *times.entry((report.host.as_str(), report.of)).or_default() += 1;
        }
        (self.reports.iter())
            .map(|report| {
                match (
                    report.host.as_str(),
                    times[&(report.host.as_str(), report.of)],
                ) {
                    ("", _) => report.path.clone(),
                    (host, 1) => host.to_owned(),
                    (host, _) => format!("{host} ({})", report.path),
                }
            })
            .collect()
    }

    /// How many servers there are.
    #[must_use]
    pub fn servers(&self) -> usize {
        let mut names: Vec<&str> = (self.reports.iter())
            .map(|report| match report.host.as_str() {
                "" => report.path.as_str(),
                host => host,
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        names.len()
    }
}

fn key(of: Kind, item: &Item) -> String {
    let mut key = format!(
        "{}\0{}\0{}\0{}\0{}",
        of.name(),
        item.code,
        item.section,
        item.label,
        item.address
    );
    for (side, value) in &item.values {
        key.push_str(&format!("\0{side}\0{value}"));
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(host: &str, labels: &[&str]) -> ServerReport {
        ServerReport {
            path: format!("{host}.json"),
            host: host.to_owned(),
            run: String::new(),
            of: Kind::Lint,
            items: labels
                .iter()
                .map(|label| Item {
                    severity: Some(Severity::Warning),
                    code: "X1".to_owned(),
                    section: String::new(),
                    label: (*label).to_owned(),
                    address: "/a".to_owned(),
                    values: Vec::new(),
                    said: Vec::new(),
                    place: format!("{host}:1"),
                })
                .collect(),
            errors: Vec::new(),
        }
    }

    #[test]
    fn nothing_is_lost_and_the_order_of_reports_does_not_matter() {
        let reports = [
            report("b", &["one", "two", "two"]),
            report("a", &["two"]),
            report("c", &[]),
        ];
        let together = Together::of(reports.to_vec());
        let mut turned = reports.to_vec();
        turned.reverse();
        let other = Together::of(turned);
        let said = |together: &Together| -> Vec<(String, Vec<(usize, String)>)> {
            let rows = together.rows.iter();
            rows.map(|row| (row.item.label.clone(), row.on.clone()))
                .collect()
        };
        assert_eq!(said(&together), said(&other));
        assert_eq!(together.rows[0].reports(), [0, 1]);
        let all: usize = together.rows.iter().map(|row| row.on.len()).sum();
        assert_eq!((all, together.rows.len(), together.servers()), (4, 2, 3));
        assert_eq!(together.rows[0].item.label, "two");
        assert_eq!(together.names(), ["a", "b", "c"]);
        let twice = Together::of(vec![report("a", &[]), report("a", &[])]);
        assert_eq!(twice.names(), ["a (a.json)", "a (a.json)"]);
        assert_eq!(twice.servers(), 1);
    }
}
