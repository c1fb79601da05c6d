//! The report for a comment on a pull request; it fits what GitHub takes.

use super::text::{counted, effective, names, without_meaning};
use super::{File, Report, Row, table};
use crate::present::in_markdown::text as escaped;

/// GitHub refuses longer comments (65,536 characters); some room is left for what surrounds it.
const MOST: usize = 65_000;

/// How much is told; each step tells less.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Detail {
    /// Everything.
    Full,
    /// Long values cut.
    Short,
    /// No values.
    Names,
    /// Numbers alone.
    Counts,
}

/// The whole report, as much of it as fits.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut text = String::new();
    for detail in [Detail::Full, Detail::Short, Detail::Names, Detail::Counts] {
        text = at(report, detail);
        if text.chars().count() <= MOST {
            return text;
        }
    }
    let cut: String = text.chars().take(MOST - 200).collect();
    let whole_lines = cut.rfind('\n').map_or("", |end| &cut[..end]);
    format!("{whole_lines}\n\nThere is more; `conferry diff --format text` shows all of it.\n")
}

fn at(report: &Report, detail: Detail) -> String {
    let counts = match &report.side_by_side {
        Some(table) => table::counted(table),
        None => counted(&report.counts),
    };
    let mut text = format!("### Configuration differences: {counts}\n");
    if report.secrets_shown {
        text.push_str("\n**This report shows secrets.**\n");
    }
    if detail > Detail::Full {
        text.push_str("\nSome details are left out, since a comment has limits; `conferry diff --format text` shows them.\n");
    }
    for input in &report.inputs {
        let line = escaped(&input.line());
        text.push_str(&format!("\n{}: {line}\n", input.title()));
    }
    if let Some(table) = &report.side_by_side {
        table::markdown(table, detail, &mut text);
    }
    for file in &report.files {
        file_at(file, detail, &mut text);
    }
    let mut list = |paths: &[String], what: &str| {
        for path in paths {
            text.push_str(&format!("\n- {}: {what}", escaped(path)));
        }
    };
    list(&report.only_before, "only the first side has this file");
    list(&report.only_after, "only the second side has this file");
    list(&report.stale, "accepted, but no difference any more");
    list(&report.errors, "could not be compared");
    text.push('\n');
    text
}

fn file_at(file: &File, detail: Detail, text: &mut String) {
    text.push_str(&format!(
        "\n#### {} → {}\n\n{}\n",
        escaped(&file.before),
        escaped(&names(file)),
        counted(&file.counts)
    ));
    if detail < Detail::Counts && !file.changes.is_empty() {
        text.push_str("\n| | setting | before | after | |\n|---|---|---|---|---|\n");
        for row in &file.changes {
            row_at(row, detail, text);
        }
    }
    for found in &file.findings {
        text.push_str(&format!(
            "\n- **{}** {} (line {}): {}",
            found.severity.name(),
            escaped(found.rule.as_str()),
            found.line,
            escaped(&found.message)
        ));
    }
    for explained in &file.explained {
        text.push_str(&format!(
            "\n- {} differ only by {} → {}",
            explained.changes,
            escaped(&explained.from),
            escaped(&explained.to)
        ));
    }
    if let Some(effective) = effective(file) {
        text.push_str(&format!("\n- {}", escaped(&effective)));
    }
    for what in &file.not_compared {
        text.push_str(&format!("\n- not compared: {}", escaped(what)));
    }
    if let Some(meaning) = without_meaning(&file.without_meaning) {
        text.push_str(&format!("\n- without meaning: {}", escaped(&meaning)));
    }
    text.push('\n');
}

fn row_at(row: &Row, detail: Detail, text: &mut String) {
    let most = match detail {
        Detail::Full => usize::MAX,
        Detail::Short => 80,
        Detail::Names | Detail::Counts => 0,
    };
    let shown = |side: &Option<super::Side>| {
        let side = side.as_ref();
        let value = side.and_then(|side| side.value.as_ref().or(side.xml.as_ref()));
        let value = value.map_or("", String::as_str);
        match value.char_indices().nth(most) {
            Some((end, _)) if most > 0 => format!("{}…", escaped(&value[..end])),
            Some(_) => String::new(),
            None => escaped(value),
        }
    };
    let by = row.by.map(|by| by.words().to_owned());
    let vendor = row
        .vendor
        .as_ref()
        .map(|_| format!("vendor: {}", shown(&row.vendor)));
    let mut notes: Vec<String> = by.into_iter().chain(vendor).collect();
    notes.extend(row.note.iter().map(|note| escaped(note)));
    notes.extend(row.findings.iter().map(|found| {
        format!(
            "**{}** {}: {}",
            found.severity.name(),
            escaped(found.rule.as_str()),
            escaped(&found.message)
        )
    }));
    let place = match row.section.is_empty() {
        true => escaped(&row.label),
        false => format!("{} / **{}**", escaped(&row.section), escaped(&row.label)),
    };
    text.push_str(&format!(
        "| {} | {place} | {} | {} | {} |\n",
        row.kind,
        shown(&row.before),
        shown(&row.after),
        notes.join("<br>")
    ));
}
