//! Several inputs side by side, for people.

use std::fmt::Write as _;

use super::names::{joined, short};
use super::{HadBy, SideBySide, Table, TableGroup, TableRow};
use crate::present::count::number;
use crate::present::differences::text::{Shown, shortened};

/// Longest line that shows all groups of a setting.
const LONG: usize = 110;

/// The numbers, in words.
pub(in super::super) fn counted(report: &SideBySide) -> String {
    let mut said = match report.settings {
        0 if !report.not_all_compared.is_empty() => {
            "not everything could be compared, and the rest has no difference in meaning".to_owned()
        }
        0 => "no difference in meaning".to_owned(),
        1 => "1 setting is not the same everywhere".to_owned(),
        count => format!("{count} settings are not the same everywhere"),
    };
    let more = [
        (report.not_everywhere, "which not all have"),
        (report.files.len(), "files that not all have"),
        (report.hidden, "not shown"),
    ];
    for (count, what) in more {
        match (count, what) {
            (0, _) => {}
            (count, "which not all have") => {
                let _ = write!(said, ", {count} of them not there in some");
            }
            (1, "files that not all have") => said.push_str(", 1 file is not there in some"),
            (count, "files that not all have") => {
                let _ = write!(said, ", {count} files are not there in some");
            }
            (count, what) => {
                let _ = write!(said, ", {count} {what}");
            }
        }
    }
    said
}

/// The whole table.
pub(in super::super) fn text(report: &SideBySide, shown: Shown, text: &mut String) {
    let names = short(&report.inputs);
    let inputs = report.inputs.len();
    let _ = writeln!(
        text,
        "{inputs} side by side ({}): {}",
        names.join(", "),
        counted(report)
    );
    for alike in &report.alike {
        let _ = writeln!(text, "  the same in all of them: {}", joined(&names, alike));
    }
    for file in &report.files {
        let _ = writeln!(text, "  {}", had(file, &names));
    }
    let same = report.tables.iter().filter(|table| is_same(table)).count();
    for table in report.tables.iter().filter(|table| !is_same(table)) {
        self::table(table, report.tables.len() > 1, &names, shown, text);
    }
    if report.tables.len() > 1 && same > 0 {
        let _ = writeln!(
            text,
            "{} without a difference in meaning",
            number(same, "file")
        );
    }
}

/// Who has a file, and who has not.
pub(super) fn had(file: &HadBy, names: &[String]) -> String {
    let lacking: Vec<usize> = (0..names.len())
        .filter(|input| !file.inputs.contains(input))
        .collect();
    format!(
        "the file {}: {} (there); {} (not there)",
        file.path,
        joined(names, &file.inputs),
        joined(names, &lacking)
    )
}

fn is_same(table: &Table) -> bool {
    table.rows.is_empty() && table.not_compared.is_empty() && table.explained.is_empty()
}

fn table(table: &Table, is_one_of_many: bool, names: &[String], shown: Shown, text: &mut String) {
    if is_one_of_many {
        let _ = writeln!(text, "{}", table.files[0]);
    }
    let mut section: Option<&str> = None;
    for row in &table.rows {
        if section != Some(&row.section) {
            section = Some(&row.section);
            let name = match row.section.is_empty() {
                true => "configuration",
                false => &row.section,
            };
            let _ = writeln!(text, "  {name}");
        }
        self::row(row, names, shown, text);
    }
    for explained in &table.explained {
        let settings = match explained.changes {
            1 => "1 setting differs".to_owned(),
            count => format!("{count} settings differ"),
        };
        let _ = writeln!(
            text,
            "  {}: {settings} from {} only by {} -> {}",
            names[explained.input], names[0], explained.from, explained.to
        );
    }
    if let Some(with) = &table.effective_with {
        let with = match with.is_empty() {
            true => "; no other file belongs to it".to_owned(),
            false => format!(", with {}", with.join(", ")),
        };
        let _ = writeln!(text, "  compared as .NET reads it{with}");
    }
    for what in &table.not_compared {
        let _ = writeln!(text, "  not compared: {what}");
    }
}

fn row(row: &TableRow, names: &[String], shown: Shown, text: &mut String) {
    let groups: Vec<String> = row
        .groups
        .iter()
        .map(|group| {
            format!(
                "{} {}",
                joined(names, &group.inputs),
                says(row, group, shown)
            )
        })
        .collect();
    let mut line = format!("    {}: {}", row.label, groups.join("; "));
    if line.chars().count() > LONG {
        line = format!("    {}:", row.label);
        for group in groups {
            let _ = write!(line, "\n      {group}");
        }
    }
    for found in &row.findings {
        let _ = write!(
            line,
            " [{} {} in {}: {}]",
            found.severity.name(),
            found.rule,
            joined(names, &found.inputs),
            found.message
        );
    }
    let _ = writeln!(text, "{line}");
}

/// What the inputs of a group have.
pub(super) fn says(row: &TableRow, group: &TableGroup, shown: Shown) -> String {
    let Some(at) = &group.at else {
        return "(not there)".to_owned();
    };
    match row.differs_in {
        "value" => {
            let Some(value) = at.value.as_ref().or(at.xml.as_ref()) else {
                return "(there)".to_owned();
            };
            let one_line: Vec<&str> = value.split_whitespace().collect();
            let value = match at.value.is_some() {
                true => value.to_owned(),
                false => one_line.join(" "),
            };
            let [value, _] = shortened(&value, "", shown);
            value
        }
        "order" => format!("(order of line {})", at.line),
        _ => format!("({}, line {})", at.address, at.line),
    }
}
