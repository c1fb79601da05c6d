//! Reports of many servers as one page, equal things in one row.

use super::counted;
use crate::pack::lint::Severity;
use crate::present::count::number;
use crate::present::page::{self, Cell, Fact, Group, List, Page, Sum, Tone, Verdict};
use crate::reports::{Kind, Row, Together};

/// The page; `errors` are files that could not be read.
#[must_use]
pub fn page(together: &Together, errors: &[String]) -> Page {
    let names = together.names();
    let worst = together
        .rows
        .iter()
        .filter_map(|row| row.item.severity)
        .max();
    let (tone, word) = match (worst, together.rows.is_empty()) {
        _ if !errors.is_empty() => (Tone::Bad, "Not all was read"),
        _ if (together.reports.iter()).any(|report| !report.errors.is_empty()) => {
            (Tone::Bad, "Not everything could be checked")
        }
        (Some(Severity::Error), _) => (Tone::Bad, "Errors"),
        (Some(Severity::Warning), _) => (Tone::Look, "Warnings"),
        (_, false) => (Tone::Look, "Something to look at"),
        (_, true) => (Tone::Good, "Nothing was found"),
    };
    let counts = |severity| {
        let rows = together.rows.iter();
        rows.filter(|row| row.item.severity == severity).count()
    };
    Page {
        command: "report merge",
        title: format!("Reports of {}", number(together.servers(), "server")),
        verdict: Verdict {
            tone,
            word: word.to_owned(),
            text: format!("{}.", counted(together)),
        },
        warnings: errors.to_vec(),
        sums: [
            (together.servers(), "servers"),
            (together.reports.len(), "reports"),
            (counts(Some(Severity::Error)), "errors"),
            (counts(Some(Severity::Warning)), "warnings"),
            (counts(Some(Severity::Note)), "notes"),
            (counts(None), "differences without a finding"),
        ]
        .into_iter()
        .map(|(number, name)| Sum {
            number,
            name: name.to_owned(),
            group: None,
        })
        .collect(),
        row_name: "What",
        section_name: ("Section or rule", ""),
        columns: vec!["on".to_owned()],
        groups: groups(together, &names),
        lists: lists(together, &names),
        facts: (together.reports.iter().zip(&names))
            .map(|(report, name)| Fact {
                name: name.clone(),
                value: format!("{}, run {}, {}", report.of.name(), report.run, report.path),
            })
            .collect(),
        ..Page::default()
    }
}

fn groups(together: &Together, names: &[String]) -> Vec<Group> {
    [
        (
            Kind::Merge,
            "merge",
            "Left to people by merges, and findings about results",
        ),
        (Kind::Lint, "lint", "Findings of lint"),
        (Kind::Diff, "diff", "Differences"),
    ]
    .into_iter()
    .map(|(of, id, title)| {
        let rows = together.rows.iter().filter(|row| row.of == of);
        let rows: Vec<page::Row> = rows.map(|found| row(found, names)).collect();
        Group {
            id: id.to_owned(),
            title: format!("{title} ({})", rows.len()),
            folded: false,
            to_decide: false,
            rows,
        }
    })
    .filter(|group| !group.rows.is_empty())
    .collect()
}

fn row(found: &Row, names: &[String]) -> page::Row {
    let item = &found.item;
    let reports = found.reports();
    let on: Vec<&str> = reports.iter().map(|at| names[*at].as_str()).collect();
    let place = found.on.first().map_or("", |(_, place)| place.as_str());
    let severity = item.severity.map(Severity::name);
    // What a finding is about is its message, of anything else it is a setting.
    let (label, said) = match found.of {
        Kind::Lint => {
            let message = format!("{}: {}", severity.unwrap_or_default(), item.label);
            (item.code.clone(), vec![message])
        }
        Kind::Diff | Kind::Merge => {
            let what = match severity {
                Some(severity) => format!("{}, {severity}", item.code),
                None => item.code.clone(),
            };
            (item.label.clone(), vec![what])
        }
    };
    let values = item.values.iter();
    let values = values.map(|(side, value)| format!("{side}: {value}"));
    page::Row {
        identity: format!(
            "{}\0{}\0{}\0{}",
            found.of.name(),
            item.code,
            item.address,
            item.label
        ),
        status: found.of.name(),
        section: item.section.clone(),
        label,
        address: item.address.clone(),
        risk: item.severity,
        cells: vec![Cell {
            text: Some(on.join(", ")),
            described: true,
            place: Some(format!("{}, {place}", number(on.len(), "report"))),
        }],
        said: said
            .into_iter()
            .chain(values)
            .chain(item.said.iter().cloned())
            .collect(),
        code: None,
    }
}

fn lists(together: &Together, names: &[String]) -> Vec<List> {
    let reports = together.reports.iter().zip(names);
    let failed: Vec<String> = reports
        .flat_map(|(report, name)| {
            let errors = report.errors.iter();
            errors.map(move |error| format!("{name}: {error}"))
        })
        .collect();
    match failed.is_empty() {
        true => Vec::new(),
        false => vec![List {
            title: "What could not be done".to_owned(),
            items: failed,
        }],
    }
}
