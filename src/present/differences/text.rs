//! The report for people at a terminal: one line for each change, below its section.

use std::fmt::Write as _;

use super::{By, Counts, File, Report, Row, WithoutMeaning, table};
use crate::present::count::number;

/// How much is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown {
    /// Whether long values and long elements are shown whole.
    pub all: bool,
}

/// Longest value that is shown whole.
const LONG: usize = 100;

/// What is left around a difference in the middle of long values.
const AROUND: usize = 24;

/// Most lines of an element that came or went as a whole.
const MOST_LINES: usize = 12;

/// The whole report.
#[must_use]
pub fn text(report: &Report, shown: Shown) -> String {
    let mut text = String::new();
    if report.secrets_shown {
        text.push_str("This report shows secrets.\n");
    }
    for input in &report.inputs {
        text.push_str(&input.lines());
    }
    if let Some(table) = &report.side_by_side {
        table::text(table, shown, &mut text);
    }
    for file in &report.files {
        self::file(file, report.files.len() > 1, shown, &mut text);
    }
    let same = report.files.iter().filter(|file| is_same(file)).count();
    if report.files.len() > 1 && same > 0 {
        let files = number(same, "file");
        let _ = writeln!(text, "{files} without a difference in meaning");
    }
    for path in &report.only_before {
        let _ = writeln!(text, "- {path}: only the first side has this file");
    }
    for path in &report.only_after {
        let _ = writeln!(text, "+ {path}: only the second side has this file");
    }
    for stale in &report.stale {
        let _ = writeln!(text, "accepted, but no difference any more: {stale}");
    }
    text
}

/// The numbers of a file or of a report, in words.
pub(super) fn counted(counts: &Counts) -> String {
    let said: Vec<String> = (counts.named())
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    match said.is_empty() {
        true => "no difference in meaning".to_owned(),
        false => said.join(", "),
    }
}

/// What differs without a meaning, in one line; nothing where nothing does.
pub(super) fn without_meaning(found: &WithoutMeaning) -> Option<String> {
    let count = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    };
    let mut said: Vec<String> = [
        count(
            found.formatting,
            "place is written differently",
            "places are written differently",
        ),
        count(found.comments_added, "comment is new", "comments are new"),
        count(
            found.comments_removed,
            "comment is gone",
            "comments are gone",
        ),
        count(
            found.order,
            "element has another order, which nobody reads",
            "elements have another order, which nobody reads",
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    said.extend(found.form.iter().cloned());
    (!said.is_empty()).then(|| said.join("; "))
}

/// With which other files it was read, if it was compared as .NET reads it.
pub(super) fn effective(file: &File) -> Option<String> {
    let with = file.effective_with.as_ref()?;
    Some(match with.is_empty() {
        true => "compared as .NET reads it; no other file belongs to it".to_owned(),
        false => format!("compared as .NET reads it, with {}", with.join(", ")),
    })
}

/// Whether there is nothing to tell of it.
fn is_same(file: &File) -> bool {
    file.changes.is_empty()
        && file.counts.hidden == 0
        && file.not_compared.is_empty()
        && file.explained.is_empty()
}

fn file(file: &File, is_one_of_many: bool, shown: Shown, text: &mut String) {
    let meaning = without_meaning(&file.without_meaning);
    if is_one_of_many && is_same(file) {
        return;
    }
    let after = names(file);
    let _ = writeln!(
        text,
        "{} -> {after}: {}",
        file.before,
        counted(&file.counts)
    );
    for found in &file.findings {
        let _ = writeln!(
            text,
            "  ! {} {} (line {}): {}",
            found.severity.name(),
            found.rule,
            found.line,
            found.message
        );
    }
    rows(file, shown, text);
    for explained in &file.explained {
        let _ = writeln!(text, "  {}", explained.words());
    }
    if let Some(effective) = effective(file) {
        let _ = writeln!(text, "  {effective}");
    }
    for what in &file.not_compared {
        let _ = writeln!(text, "  not compared: {what}");
    }
    if let Some(meaning) = meaning {
        let _ = writeln!(text, "  without meaning: {meaning}");
    }
}

/// The changes alone, section by section.
pub fn rows_text(file: &File, text: &mut String) {
    rows(file, Shown::default(), text);
}

fn rows(file: &File, shown: Shown, text: &mut String) {
    let mut section: Option<&str> = None;
    for change in &file.changes {
        if section != Some(&change.section) {
            section = Some(&change.section);
            let name = match change.section.is_empty() {
                true => "configuration",
                false => &change.section,
            };
            let _ = writeln!(text, "  {name}");
        }
        row(change, shown, text);
    }
}

/// What the first file is compared with.
pub(super) fn names(file: &File) -> String {
    match &file.vendor {
        Some(vendor) => format!("{} (administrator) and {vendor} (vendor)", file.after),
        None => file.after.clone(),
    }
}

/// Where the change leads: what the administrator has, or the vendor where nobody else changed it.
fn after(row: &Row) -> &Option<super::Side> {
    match row.by {
        Some(By::Vendor) => &row.vendor,
        _ => &row.after,
    }
}

fn row(row: &Row, shown: Shown, text: &mut String) {
    let mark = match row.kind {
        "added" | "uncommented" => '+',
        "removed" | "commented-out" => '-',
        "changed" => '~',
        _ => '>',
    };
    let _ = write!(text, "    {mark} {}", row.label);
    let value = |side: &Option<super::Side>| side.as_ref().and_then(|side| side.value.clone());
    let xml = |side: &Option<super::Side>| side.as_ref().and_then(|side| side.xml.clone());
    let line = |side: &Option<super::Side>| side.as_ref().map_or(0, |side| side.line);
    let mut below = None;
    match row.kind {
        "changed" => {
            let values = [value(&row.before), value(after(row))].map(Option::unwrap_or_default);
            let is_long = values.iter().any(|value| value.chars().count() > LONG);
            match is_long && !shown.all && !row.parts.is_empty() {
                true => {
                    let parts: Vec<String> = row.parts.iter().map(part).collect();
                    let _ = write!(text, ": {}", parts.join("; "));
                }
                false => {
                    let [before, after] = shortened(&values[0], &values[1], shown);
                    let _ = write!(text, ": {before} -> {after}");
                    if !row.parts.is_empty() {
                        let names: Vec<&str> = row.parts.iter().map(|part| &*part.name).collect();
                        let _ = write!(text, " ({})", names.join(", "));
                    }
                }
            }
        }
        "added" | "removed" => {
            let side = match row.kind {
                "added" => after(row),
                _ => &row.before,
            };
            match (value(side), xml(side)) {
                (Some(value), _) => {
                    let [value, _] = shortened(&value, "", shown);
                    let _ = write!(text, " = {value}");
                }
                (None, Some(xml)) => below = Some(xml),
                (None, None) => {}
            }
        }
        "renamed" => {
            let _ = write!(text, " was {}", row.was.as_deref().unwrap_or_default());
        }
        "moved" => {
            let _ = write!(
                text,
                ": moved from {} (line {} -> {})",
                row.before.as_ref().map_or("", |side| &side.address),
                line(&row.before),
                line(after(row))
            );
        }
        "reordered" => {
            let name = |address: &str| {
                address
                    .rsplit_once('/')
                    .map_or(address, |(_, last)| last)
                    .to_owned()
            };
            let moved: Vec<String> = row
                .order
                .iter()
                .map(|one| match &one.behind {
                    Some(behind) => format!("{} now follows {}", name(&one.child), name(behind)),
                    None => format!("{} is now the first", name(&one.child)),
                })
                .collect();
            let _ = write!(text, ": {}", moved.join("; "));
        }
        "commented-out" => text.push_str(": commented out"),
        "uncommented" => text.push_str(": no longer commented out"),
        _ => {}
    }
    if let (Some(By::Both), Some(vendor)) = (row.by, &row.vendor) {
        let value = vendor.value.clone().or_else(|| vendor.xml.clone());
        let [value, _] = shortened(&value.unwrap_or_default(), "", shown);
        let _ = write!(text, ", vendor: {value}");
    }
    if let Some(by) = row.by {
        let _ = write!(text, " ({})", by.words());
    }
    if let Some(note) = &row.note {
        let _ = write!(text, " ({note})");
    }
    for found in &row.findings {
        let _ = write!(
            text,
            " [{} {}: {}]",
            found.severity.name(),
            found.rule,
            found.message
        );
    }
    text.push('\n');
    if let Some(xml) = below {
        let lines = dedented(&xml);
        let most = match shown.all {
            true => lines.len(),
            false => lines.len().min(MOST_LINES),
        };
        for line in &lines[..most] {
            let _ = writeln!(text, "        {line}");
        }
        if most < lines.len() {
            let _ = writeln!(
                text,
                "        … {} more lines; --all shows them",
                lines.len() - most
            );
        }
    }
}

/// The lines of an element, without the indentation that all but the first of them have.
fn dedented(xml: &str) -> Vec<&str> {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let inner = xml.lines().skip(1).filter(|line| !line.trim().is_empty());
    let common = inner.map(depth).min().unwrap_or(0);
    xml.lines()
        .enumerate()
        .map(|(at, line)| match at {
            0 => line,
            _ => line.get(common..).unwrap_or_else(|| line.trim_start()),
        })
        .collect()
}

fn part(part: &super::Part) -> String {
    match (&part.before, &part.after) {
        (Some(before), Some(after)) => format!("{} {before} -> {after}", part.name),
        (None, Some(after)) => format!("{} added: {after}", part.name),
        (Some(before), None) => format!("{} removed: {before}", part.name),
        (None, None) => part.name.clone(),
    }
}

/// Two values in quotes; what long ones have in common is cut out.
pub(super) fn shortened(before: &str, after: &str, shown: Shown) -> [String; 2] {
    let quoted = |value: &str| format!("\"{}\"", value.replace(['\n', '\r'], " "));
    if shown.all || (before.chars().count() <= LONG && after.chars().count() <= LONG) {
        return [before, after].map(quoted);
    }
    let [one, other]: [Vec<char>; 2] = [before, after].map(|value| value.chars().collect());
    let same = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let rest = one.len().min(other.len()) - same;
    let back = one.iter().rev().zip(other.iter().rev()).take(rest);
    let back = back.take_while(|(a, b)| a == b).count();
    [&one, &other].map(|value| {
        let start = same.saturating_sub(AROUND);
        let end = (value.len() - back + AROUND)
            .min(value.len())
            .min(start + LONG);
        let mut cut: String = value[start..end.max(start)].iter().collect();
        if start > 0 {
            cut.insert(0, '…');
        }
        if end < value.len() {
            cut.push('…');
        }
        quoted(&cut)
    })
}
