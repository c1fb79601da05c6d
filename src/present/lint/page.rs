//! What `lint` found as a page.

use super::view::View;
use crate::error::Failure;
use crate::lint::Finding;
use crate::present::count::number;
use crate::present::page::{Cell, Group, List, Page, Row, Sum, Tone, Verdict};

/// A group for each file, findings in the order of the file.
#[must_use]
pub fn page(view: &View<'_>, failures: &[Failure]) -> Page {
    let counts = view.counts();
    let looked_at = number(view.estate.looked_at(), "file");
    let (tone, word) = match (counts.errors, counts.warnings) {
        _ if !failures.is_empty() => (Tone::Bad, "Not all was looked at".to_owned()),
        (0, 0) if counts.notes == 0 => (Tone::Good, "No findings".to_owned()),
        (0, 0) => (Tone::Good, number(counts.notes, "note")),
        (0, _) => (Tone::Look, number(counts.warnings, "warning")),
        _ => (Tone::Bad, number(counts.errors, "error")),
    };
    let suppressed = view.report.suppressed.len();
    Page {
        command: "lint",
        title: format!("What lint found in {looked_at}"),
        verdict: Verdict {
            tone,
            word,
            text: format!(
                "{}, {} and {} in {} of {looked_at}.",
                number(counts.errors, "error"),
                number(counts.warnings, "warning"),
                number(counts.notes, "note"),
                counts.files
            ),
        },
        shows_secrets: view.show_secrets,
        warnings: failures.iter().map(ToString::to_string).collect(),
        sums: [
            (counts.errors, "errors"),
            (counts.warnings, "warnings"),
            (counts.notes, "notes"),
            (suppressed, "suppressed"),
            (counts.fixable, "that `--fix` cures"),
        ]
        .into_iter()
        .map(|(number, name)| Sum {
            number,
            name: name.replace('`', ""),
            group: None,
        })
        .collect(),
        account: Vec::new(),
        row_name: "Rule",
        section_name: ("Name", ""),
        columns: vec!["where".to_owned()],
        groups: groups(view),
        lists: advice(view),
        facts: Vec::new(),
        signed: false,
    }
}

fn groups(view: &View<'_>) -> Vec<Group> {
    let mut groups: Vec<(usize, Group)> = Vec::new();
    for finding in &view.report.findings {
        let subject = finding.place.subject;
        if groups.last().is_none_or(|(last, _)| *last != subject) {
            let group = Group {
                id: format!("file-{}", groups.len() + 1),
                title: view.path(subject).to_owned(),
                folded: false,
                to_decide: false,
                rows: Vec::new(),
            };
            groups.push((subject, group));
        }
        if let Some((_, group)) = groups.last_mut() {
            group.rows.push(row(view, finding));
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn row(view: &View<'_>, finding: &Finding) -> Row {
    let rule = view.rule(finding);
    let id = rule.provenance.id.to_string();
    let (start, _) = view.region(&finding.place);
    let excerpt = view.excerpt(&finding.place, "");
    Row {
        identity: format!(
            "{id}\0{}\0{}",
            view.path(finding.place.subject),
            finding.place.address
        ),
        status: "",
        section: rule.name.clone(),
        label: id,
        address: finding.place.address.clone(),
        risk: Some(finding.severity),
        cells: vec![Cell {
            text: excerpt.map(|excerpt| excerpt.text.trim().to_owned()),
            described: false,
            place: Some(format!("line {}", start.line)),
        }],
        said: vec![format!("{}: {}", finding.severity.name(), finding.message)],
        code: None,
    }
}

/// What to do, once for each rule.
fn advice(view: &View<'_>) -> Vec<List> {
    let rules = view.rules_found().into_iter();
    let items: Vec<String> = rules
        .map(|at| &view.rules.lints[at])
        .filter(|rule| !rule.advice.is_empty())
        .map(|rule| format!("{}: {}", rule.provenance.id, rule.advice))
        .collect();
    match items.is_empty() {
        true => Vec::new(),
        false => vec![List {
            title: "What to do".to_owned(),
            items,
        }],
    }
}
