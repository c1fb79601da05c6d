//! The report of an upgrade: verdict first, then each server, then what to decide.

pub mod deployed;
mod page;
mod settings;
mod text;

use super::json::json;
use super::merge::Report;
use crate::merge::judged::Both;
use crate::merge::work::Work;
use crate::upgrade::Told;
use crate::upgrade::record::Record;

pub use page::page;
pub use settings::settings;
pub use text::{next_steps, text};

/// What a merge tells an upgrade, with its report.
#[must_use]
pub fn tell(
    work: &Work<'_>,
    warnings: &[String],
    written: Option<&[u8]>,
    linted: Option<&Both>,
) -> Told<Report> {
    let mut report = Report::of_work(work, warnings, false);
    report.add_files(work, written, linted, Vec::new());
    Told {
        conflicts: report.conflict_addresses(),
        assumed: report.assumed(),
        offered: report.offered(),
        lint: report.lint_counts(),
        notes: report.notes.clone(),
        not_looked_at: report.not_looked_at.clone(),
        report,
    }
}

/// `upgrade.json`.
#[must_use]
pub fn record_json(record: &Record) -> String {
    json(record)
}
