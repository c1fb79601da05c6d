//! The figures of one tool, and the table of several.

use std::time::Duration;

use crate::verdict::Verdict;

/// One row.
pub(crate) struct Row {
    pub(crate) tool: String,
    /// One verdict and time for each triple.
    pub(crate) merges: Vec<(Verdict, Duration)>,
}

impl Row {
    fn count(&self, counts: impl Fn(Verdict) -> bool) -> usize {
        self.merges
            .iter()
            .filter(|(verdict, _)| counts(*verdict))
            .count()
    }

    fn cells(&self) -> Vec<String> {
        let all = self.merges.len();
        let percent = |count: usize| {
            let share = if all == 0 {
                0.0
            } else {
                100.0 * count as f64 / all as f64
            };
            format!("{share:.1} % ({count})")
        };
        let of = |verdict: Verdict| self.count(|found| found == verdict);
        let mut times: Vec<f64> = self
            .merges
            .iter()
            .map(|(_, time)| time.as_secs_f64() * 1000.0)
            .collect();
        times.sort_by(f64::total_cmp);
        let time = |share: f64| {
            let at = (share * times.len().saturating_sub(1) as f64) as usize;
            times
                .get(at)
                .map_or_else(String::new, |time| format!("{time:.1}"))
        };
        vec![
            self.tool.clone(),
            all.to_string(),
            percent(self.count(Verdict::is_clean)),
            percent(of(Verdict::Equal)),
            of(Verdict::Union).to_string(),
            of(Verdict::Policy).to_string(),
            percent(self.count(Verdict::is_bad)),
            percent(of(Verdict::Needless)),
            of(Verdict::Due).to_string(),
            format!("{} / {} / {}", time(0.5), time(0.95), time(1.0)),
        ]
    }
}

const HEADER: [&str; 10] = [
    "tool",
    "triples",
    "clean",
    "equal to people",
    "union",
    "policy",
    "bad",
    "needless conflicts",
    "due conflicts",
    "ms median / p95 / max",
];

/// The rows as a Markdown table.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut lines: Vec<Vec<String>> = vec![HEADER.map(str::to_owned).to_vec()];
    lines.extend(rows.iter().map(Row::cells));
    let widths: Vec<usize> = (0..HEADER.len())
        .map(|column| {
            lines
                .iter()
                .map(|line| line[column].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        for (cell, width) in line.iter().zip(&widths) {
            text.push_str(&format!("| {cell:<width$} "));
        }
        text.push_str("|\n");
        if at == 0 {
            for width in &widths {
                text.push_str(&format!("|{}", "-".repeat(width + 2)));
            }
            text.push_str("|\n");
        }
    }
    text
}

/// How often each bad verdict was given, or nothing.
pub(crate) fn kinds_of_bad(row: &Row) -> String {
    [
        Verdict::Wrong,
        Verdict::Silent,
        Verdict::Duplicate,
        Verdict::Malformed,
        Verdict::Crash,
    ]
    .into_iter()
    .map(|verdict| (verdict.name(), row.count(|found| found == verdict)))
    .filter(|(_, count)| *count > 0)
    .map(|(name, count)| format!("{name} {count}"))
    .collect::<Vec<_>>()
    .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_adds_up() {
        let milliseconds = Duration::from_millis;
        let row = Row {
            tool: "t".to_owned(),
            merges: vec![
                (Verdict::Equal, milliseconds(3)),
                (Verdict::Wrong, milliseconds(1)),
                (Verdict::Due, milliseconds(2)),
                (Verdict::Needless, milliseconds(9)),
            ],
        };
        let cells = row.cells();
        assert_eq!(cells[2..5], ["50.0 % (2)", "25.0 % (1)", "0"]);
        assert_eq!(
            cells[6..],
            ["25.0 % (1)", "25.0 % (1)", "1", "2.0 / 3.0 / 9.0"]
        );
        assert_eq!(kinds_of_bad(&row), "wrong 1");
        assert!(table(&[row]).starts_with("| tool | triples |"));
    }
}
