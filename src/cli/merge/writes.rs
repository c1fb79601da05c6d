//! What a merge reads and writes, as one plan.

use std::path::Path;

use super::MergeArgs;
use crate::error::Failure;
use crate::installer::shipped::named;
use crate::io::read::{self, is_stdin};
use crate::io::same_file::same_file;
use crate::io::write::WriteError;
use crate::io::write_plan::{Existing, TargetId, WritePlan};

const BASE: &str = "--base";
const OLD: &str = "--old";
const NEW: &str = "--new";

/// The plan, and the files in it that the command line names.
pub(super) struct Writes {
    pub(super) plan: WritePlan,
    pub(super) output: Option<TargetId>,
    pub(super) rules: Option<TargetId>,
    /// In the order in which the reports are named.
    pub(super) reports: Vec<TargetId>,
    /// What HTML reports link.
    pub(super) assets: Vec<TargetId>,
    /// Whether the result takes the place of the new file.
    pub(super) is_in_place: bool,
}

impl Writes {
    /// What the command line says.
    ///
    /// # Errors
    /// When a file would take the place of another one, or cannot be written.
    pub(super) fn plan(args: &MergeArgs) -> Result<Self, Failure> {
        let mut plan = WritePlan::new();
        let inputs = [
            (BASE, args.base.as_ref()),
            (OLD, Some(&args.old)),
            (NEW, args.new.as_ref()),
        ];
        let installers = [
            ("--base-from", args.base_from.as_deref()),
            ("--new-from", args.new_from.as_deref()),
        ];
        for (role, path) in installers {
            if let Some(path) = path {
                plan.reads(role, &named(path).0);
            }
        }
        for (role, path) in inputs {
            if let Some(path) = path.filter(|path| !is_stdin(path)) {
                plan.reads(role, path);
            }
        }
        args.rules.add_reads(&mut plan);
        let existing = match args.backup {
            true => Existing::KeptAsBackup,
            false => Existing::Replaced,
        };
        let (mut output, mut is_in_place) = (None, false);
        if !is_stdin(&args.output) {
            let target = plan.target("--output", &args.output, existing)?;
            let new = args.new.as_ref().filter(|path| !is_stdin(path));
            is_in_place = new.is_some_and(|new| same_file(&args.output, new));
            if is_in_place {
                plan.may_replace(target, &[BASE, OLD, NEW]);
            }
            output = Some(target);
        }
        let rules = args.write_rules.as_ref();
        let rules = rules.map(|path| plan.target("--write-rules", path, Existing::Refused));
        let rules = rules.transpose()?;
        let mut target = |role, path: &Path| plan.target(role, path, Existing::Replaced);
        let reports = args.reports.report.iter();
        let reports: Result<Vec<TargetId>, WriteError> =
            reports.map(|path| target("--report", path)).collect();
        let assets = args.reports.assets();
        let assets: Result<Vec<TargetId>, WriteError> = (assets.iter())
            .map(|(path, _)| target("--html-assets", path))
            .collect();
        let writes = Self {
            rules,
            reports: reports?,
            assets: assets?,
            plan,
            output,
            is_in_place,
        };
        writes.plan.check()?;
        for path in &args.reports.report {
            check_replaced(path)?;
        }
        Ok(writes)
    }
}

/// A report takes the place of an older report, not of a configuration.
fn check_replaced(report: &Path) -> Result<(), Failure> {
    let Ok(bytes) = read::read_file(report) else {
        return Ok(());
    };
    let text = String::from_utf8_lossy(&bytes);
    let first = text
        .chars()
        .find(|char| char.is_alphanumeric() || char.is_ascii_punctuation());
    let is_page = text.trim_start().starts_with("<!DOCTYPE html>");
    match first {
        Some('<') if !is_page => Err(Failure::new("--report would replace a file of XML")
            .in_file(report.display())
            .help("Nothing was written. Give the report a name of its own.")),
        _ => Ok(()),
    }
}

/// What to say of a file that could not be put beside its target: no target was touched yet.
pub(super) fn unstaged(error: WriteError) -> Failure {
    let help = format!("{} Nothing was written.", error.kind.help());
    Failure::from(error).help(help)
}
