//! Reports of many servers for people at a terminal.

use std::fmt::Write as _;

use super::counted;
use crate::present::count::number;
use crate::reports::{Row, Together};

/// The most servers that are named in a line.
const NAMED: usize = 6;

/// One block for each row: what, where, on which servers.
#[must_use]
pub fn text(together: &Together) -> String {
    let names = together.names();
    let mut text = format!("{}\n", counted(together));
    for (report, name) in together.reports.iter().zip(&names) {
        for error in &report.errors {
            let _ = writeln!(text, "could not be done on {name}: {error}");
        }
    }
    for row in &together.rows {
        self::row(row, &names, &mut text);
    }
    text
}

fn row(row: &Row, names: &[String], text: &mut String) {
    let item = &row.item;
    let severity = item
        .severity
        .map_or(String::new(), |severity| format!("{} ", severity.name()));
    let _ = write!(text, "\n{severity}{}", item.code);
    let _ = match (row.of, item.section.as_str()) {
        (crate::reports::Kind::Lint, _) | (_, "") => writeln!(text, ": {}", item.label),
        (_, section) => writeln!(text, ": {section}: {}", item.label),
    };
    for (side, value) in &item.values {
        let _ = writeln!(text, "    {side:<6} {value}");
    }
    for said in &item.said {
        let _ = writeln!(text, "    {said}");
    }
    let reports = row.reports();
    let on: Vec<&str> = reports.iter().map(|at| names[*at].as_str()).collect();
    let more = on.len().saturating_sub(NAMED);
    let named = on[..on.len() - more].join(", ");
    let _ = match more {
        0 => writeln!(text, "    on {named}"),
        _ => writeln!(text, "    on {named} and {}", number(more, "more server")),
    };
    if let Some((_, place)) = row.on.first() {
        let _ = writeln!(text, "    {place}");
    }
}
