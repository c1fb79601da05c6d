//! The verdicts and times of all tools, a row each.

use std::time::Duration;

use crate::table::{share, table};
use crate::verdict::Verdict;

/// What a tool came to.
pub(crate) struct Row {
    pub(crate) tool: &'static str,
    /// One for each triple.
    pub(crate) verdicts: Vec<Verdict>,
    /// One for each run of each triple.
    pub(crate) times: Vec<Duration>,
}

const HEADER: [&str; 10] = [
    "tool",
    "merges",
    "clean",
    "equal to people",
    "union",
    "policy",
    "bad",
    "needless conflicts",
    "due conflicts",
    "ms as a process: median / p95 / max",
];

impl Row {
    fn count(&self, counts: impl Fn(Verdict) -> bool) -> usize {
        self.verdicts.iter().filter(|found| counts(**found)).count()
    }

    fn cells(&self) -> Vec<String> {
        let all = self.verdicts.len();
        let of = |verdict: Verdict| self.count(|found| found == verdict);
        let time = |at: f64| format!("{:.1}", milliseconds(quantile(&self.times, at)));
        vec![
            self.tool.to_owned(),
            all.to_string(),
            share(self.count(Verdict::is_clean), all),
            share(of(Verdict::Equal), all),
            of(Verdict::Union).to_string(),
            of(Verdict::Policy).to_string(),
            self.bad(),
            share(of(Verdict::Needless), all),
            of(Verdict::Due).to_string(),
            format!("{} / {} / {}", time(0.5), time(0.95), time(1.0)),
        ]
    }

    /// How many are bad, and in which way.
    fn bad(&self) -> String {
        let kinds: Vec<String> = Verdict::BAD
            .into_iter()
            .map(|verdict| (verdict.name(), self.count(|found| found == verdict)))
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        match kinds.is_empty() {
            true => "0".to_owned(),
            false => format!("{}: {}", self.count(Verdict::is_bad), kinds.join(", ")),
        }
    }
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

pub(crate) fn quantile(times: &[Duration], share: f64) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    let at = (share * times.len().saturating_sub(1) as f64) as usize;
    times.get(at).copied().unwrap_or_default()
}

pub(crate) fn figures(rows: &[&Row]) -> String {
    table(&HEADER, rows.iter().map(|row| row.cells()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_adds_up() {
        let row = Row {
            tool: "t",
            verdicts: vec![
                Verdict::Equal,
                Verdict::Wrong,
                Verdict::Due,
                Verdict::Needless,
            ],
            times: [3, 1, 2, 9].map(Duration::from_millis).to_vec(),
        };
        let cells = row.cells();
        assert_eq!(cells[2..5], ["2 (50.0 %)", "1 (25.0 %)", "0"]);
        assert_eq!(
            cells[6..],
            ["1: 1 wrong", "1 (25.0 %)", "1", "2.0 / 3.0 / 9.0"]
        );
    }
}
