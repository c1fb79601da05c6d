//! What a merge says at its end, and where its report goes.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

use super::writes::{Writes, unstaged};
use super::{MergeArgs, OnConflict};
use crate::cli::output::Output;
use crate::error::Failure;
use crate::io::read::is_stdin;
use crate::io::write::Written;
use crate::io::write_plan::{Batch, TargetId};
use crate::merge::markers::{Markers, Style, conflicted_text};
use crate::merge::work::Work;
use crate::present::merge::Report;
use crate::rewrite::sidecars::PlannedSidecar;

/// The last sentence of the report.
fn result_line(
    args: &MergeArgs,
    written: Option<&Written>,
    conflicts: usize,
    rules: Option<&Path>,
) -> String {
    let mut line = result_of_files(args, written, conflicts);
    match (rules, &args.write_rules) {
        (Some(rules), _) => {
            let _ = write!(line, " The rules are in {}.", rules.display());
        }
        (None, Some(rules)) if !args.dry_run => {
            let _ = write!(line, " There is no rule to write to {}.", rules.display());
        }
        _ => {}
    }
    line
}

fn result_of_files(args: &MergeArgs, written: Option<&Written>, conflicts: usize) -> String {
    let output = if is_stdin(&args.output) {
        "standard output".to_owned()
    } else {
        args.output.display().to_string()
    };
    let left = match conflicts {
        0 => String::new(),
        1 => " 1 conflict is left.".to_owned(),
        count => format!(" {count} conflicts are left."),
    };
    if args.dry_run {
        return format!("Dry run: nothing was written.{left}");
    }
    match written {
        Some(Written::Identical) => format!("{output} holds the result already.{left}"),
        Some(Written::Replaced {
            backup: Some(backup),
        }) => format!(
            "Wrote {output}; what it held is in {}.{left}",
            backup.display()
        ),
        Some(_) => format!("Wrote {output}.{left}"),
        None => format!(
            "Nothing was written to {output}.{left} Settle them by rules, or give --conflicts old, new or markers."
        ),
    }
}

/// What is written, unless conflicts forbid it.
///
/// # Errors
/// When the conflicts cannot be written between markers.
pub(super) fn bytes_of<'w>(
    work: &'w Work<'_>,
    args: &MergeArgs,
) -> Result<Option<Cow<'w, [u8]>>, Failure> {
    let proven = Some(Cow::Borrowed(work.finished.bytes.as_slice()));
    if work.conflicts() == 0 {
        return Ok(proven);
    }
    Ok(match args.conflicts {
        None => None,
        Some(OnConflict::Old | OnConflict::New) => proven,
        Some(OnConflict::Markers) => {
            let markers = Markers {
                style: Style::Diff3,
                size: 7,
                carrier: "new".to_owned(),
                base: "base".to_owned(),
                incoming: "old".to_owned(),
            };
            let text = conflicted_text(&work.inputs, &work.merged, &markers)
                .map_err(|error| work.configuration.unfinished(&error))?;
            let source = work.merged.carrier(&work.inputs).source();
            Some(Cow::Owned(source.bytes_with(text)))
        }
    })
}

/// Whether the report goes to standard error, since the result is on standard output.
pub(super) fn report_is_talk(args: &MergeArgs) -> bool {
    is_stdin(&args.output) && !args.dry_run && args.reports.report.is_empty()
}

/// All that a merge writes.
pub(super) struct Writing<'w> {
    pub(super) args: &'w MergeArgs,
    pub(super) writes: &'w Writes,
    pub(super) sidecars: &'w [PlannedSidecar],
    /// The rules that settle the conflicts.
    pub(super) rules: Option<&'w str>,
    /// What is written unless conflicts forbid it.
    pub(super) result: Option<&'w [u8]>,
    /// What was read of the file that the result takes the place of.
    pub(super) read: Option<Vec<u8>>,
    pub(super) conflicts: usize,
}

impl Writing<'_> {
    /// Writes everything, the report last. All files are on disk before the first is replaced, so
    /// that a full disk changes nothing; and a report that cannot get its name is printed.
    pub(super) fn write(self, report: &mut Report, output: &mut Output) -> Result<(), Failure> {
        let args = self.args;
        let plan = self.writes.plan.ready()?;
        if args.dry_run {
            report.result = result_line(args, None, self.conflicts, None);
            print(args, report, output)?;
            return Ok(());
        }
        let mut batch = Batch::default();
        for sidecar in self.sidecars {
            sidecar.stage(&plan, &mut batch).map_err(unstaged)?;
        }
        let mut rules_written = None;
        if let (Some(rules), Some(target)) = (self.rules, self.writes.rules) {
            let staged = plan.stage(&mut batch, target, None, rules.as_bytes());
            staged.map_err(unstaged)?;
            rules_written = args.write_rules.as_deref();
        }
        let written = match (self.result, self.writes.output) {
            (Some(bytes), Some(target)) => {
                let staged = plan.stage(&mut batch, target, self.read.as_deref(), bytes);
                Some(staged.map_err(unstaged)?)
            }
            (Some(_), None) => Some(Written::Created),
            (None, _) => None,
        };
        report.result = result_line(args, written.as_ref(), self.conflicts, rules_written);
        let texts = self.reports(report)?;
        let mut of_report = Batch::default();
        for (target, text) in &texts {
            let staged = plan.stage(&mut of_report, *target, None, text.as_bytes());
            staged.map_err(unstaged)?;
        }
        batch.commit()?;
        if let (Some(bytes), None) = (self.result, self.writes.output) {
            output.out_bytes(bytes);
        }
        let reports = &args.reports.report;
        if reports.is_empty() {
            return print(args, report, output);
        }
        if let Err(error) = of_report.commit() {
            // What was done must not be lost with it.
            print(args, report, output)?;
            return Err(Failure::from(error)
                .help("Everything else is written as the report says, which is printed instead."));
        }
        let names: Vec<String> = reports
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let result = &report.result;
        output.err(&format!(
            "{result} The report is in {}.\n",
            names.join(", ")
        ));
        Ok(())
    }

    /// What goes into each file that people read, and what those link.
    fn reports(&self, report: &Report) -> Result<Vec<(TargetId, String)>, Failure> {
        let mut texts = Vec::new();
        let asked = &self.args.reports;
        for (target, path) in self.writes.reports.iter().zip(&asked.report) {
            texts.push((*target, asked.written(report, path)?));
        }
        for (target, (_, text)) in self.writes.assets.iter().zip(asked.assets()) {
            texts.push((*target, text.to_owned()));
        }
        Ok(texts)
    }
}

/// Prints the report: as talk where the result itself is on standard output.
fn print(args: &MergeArgs, report: &Report, output: &mut Output) -> Result<(), Failure> {
    let text = args.reports.printed(report)?;
    let as_talk = is_stdin(&args.output) && !args.dry_run;
    args.reports.print(&text, as_talk, output);
    Ok(())
}
