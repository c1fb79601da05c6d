//! Several inputs side by side, as a comment on a pull request.

use super::names::{joined, short};
use super::text::{had, says};
use super::{SideBySide, TableRow};
use crate::present::differences::markdown::Detail;
use crate::present::differences::text::Shown;
use crate::present::in_markdown::text as escaped;

/// The tables, with as much detail as is asked for.
pub(in super::super) fn markdown(report: &SideBySide, detail: Detail, text: &mut String) {
    let names = short(&report.inputs);
    let shortened = names.iter().zip(&report.inputs);
    for (name, input) in shortened.filter(|(name, input)| name != input) {
        text.push_str(&format!("\n- **{}**: {}", escaped(name), escaped(input)));
    }
    for alike in &report.alike {
        let alike = escaped(&joined(&names, alike));
        text.push_str(&format!("\n- the same in all of them: {alike}"));
    }
    for file in &report.files {
        text.push_str(&format!("\n- {}", escaped(&had(file, &names))));
    }
    text.push('\n');
    for table in &report.tables {
        if report.tables.len() > 1 && !table.rows.is_empty() {
            text.push_str(&format!("\n#### {}\n", escaped(&table.files[0])));
        }
        if detail < Detail::Counts && !table.rows.is_empty() {
            text.push_str("\n| setting | who has what | |\n|---|---|---|\n");
            for row in &table.rows {
                self::row(row, &names, detail, text);
            }
        }
        for explained in &table.explained {
            text.push_str(&format!(
                "\n- {}: {} differ from {} only by {} → {}",
                escaped(&names[explained.input]),
                explained.changes,
                escaped(&names[0]),
                escaped(&explained.from),
                escaped(&explained.to)
            ));
        }
        for what in &table.not_compared {
            text.push_str(&format!("\n- not compared: {}", escaped(what)));
        }
        text.push('\n');
    }
}

fn row(row: &TableRow, names: &[String], detail: Detail, text: &mut String) {
    let shown = Shown {
        all: detail == Detail::Full,
    };
    let groups: Vec<String> = row
        .groups
        .iter()
        .map(|group| {
            let inputs = escaped(&joined(names, &group.inputs));
            match detail {
                Detail::Full | Detail::Short => {
                    format!("**{inputs}** {}", escaped(&says(row, group, shown)))
                }
                _ => format!("**{inputs}**"),
            }
        })
        .collect();
    let findings: Vec<String> = row
        .findings
        .iter()
        .map(|found| {
            format!(
                "**{}** {} in {}: {}",
                found.severity.name(),
                escaped(found.rule.as_str()),
                escaped(&joined(names, &found.inputs)),
                escaped(&found.message)
            )
        })
        .collect();
    let place = match row.section.is_empty() {
        true => escaped(&row.label),
        false => format!("{} / **{}**", escaped(&row.section), escaped(&row.label)),
    };
    text.push_str(&format!(
        "| {place} | {} | {} |\n",
        groups.join("<br>"),
        findings.join("<br>")
    ));
}
