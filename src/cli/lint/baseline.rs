//! Baselines of `conferry lint`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::writes::Writes;
use crate::error::{Failure, Failures};
use crate::io::read::{self, ReadErrorKind};
use crate::io::relative;
use crate::io::write_plan::{Batch, TargetId, WritePlan};
use crate::lint::baseline::{Baseline, BaselineError, Known};
use crate::lint::{Estate, Linter, Report};
use crate::pack::Rules;
use crate::present::excerpt::excerpt_of_broken;
use crate::present::lint::{View, text};
use crate::xml::{LineColumn, Span};

/// Known findings.
#[derive(Debug, Args)]
pub(super) struct BaselineArgs {
    /// Leaves out findings that FILE lists
    #[arg(long, value_name = "FILE", help_heading = "Known findings")]
    baseline: Option<PathBuf>,

    /// Lists all findings of this run in FILE, so that they are known from now on
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "diff",
        help_heading = "Known findings"
    )]
    write_baseline: Option<PathBuf>,
}

impl BaselineArgs {
    /// The baseline to compare with.
    pub(super) fn read(&self, rules: &Rules) -> Result<Option<Baseline>, Failure> {
        let Some(path) = &self.baseline else {
            return Ok(None);
        };
        let bytes = match read::read_file(path) {
            Ok(bytes) => bytes,
            // The first run writes it.
            Err(_) if self.write_baseline.as_ref() == Some(path) && !path.exists() => {
                return Ok(None);
            }
            Err(error) => {
                let is_missing = matches!(error.kind, ReadErrorKind::Missing);
                let failure = Failure::from(error);
                return Err(if is_missing {
                    failure.help(HELP)
                } else {
                    failure
                });
            }
        };
        let text = String::from_utf8(bytes).map_err(|_| {
            Failure::new("it is no baseline: its bytes are not UTF-8")
                .in_file(path.display())
                .help(HELP)
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let read = Baseline::read(text).map_err(|error| unusable(path, text, &error, rules))?;
        Ok(Some(read))
    }

    /// Writes the new baseline, and takes out of `report` what is known.
    pub(super) fn apply(
        &self,
        old: Option<Baseline>,
        report: &mut Report,
        Linted { linter, estate }: Linted<'_>,
        writes: Writes,
        failures: &mut Failures,
    ) -> Option<Known> {
        let all = report.clone();
        let known = old.zip(self.baseline.as_deref());
        let known = known
            .map(|(baseline, path)| baseline.take_known(report, linter, estate, &folder_of(path)));
        let (Some(path), Some(target)) = (&self.write_baseline, writes.baseline) else {
            return known;
        };
        if !failures.is_empty() {
            failures.push(
                Failure::new("the baseline was not written: it would lack what could not be read")
                    .in_file(path.display())
                    .help("Leave those files out with --exclude, or make them readable."),
            );
            return known;
        }
        let baseline = Baseline::of(&all, linter, estate, &folder_of(path));
        match write(&writes, target, baseline.text().as_bytes()) {
            Ok(()) => {
                report.findings.clear();
                Some(Known {
                    findings: all.findings.len(),
                    stale: 0,
                })
            }
            Err(failure) => {
                failures.push(failure);
                known
            }
        }
    }

    /// Where the new baseline goes.
    pub(super) fn target(&self) -> Option<&Path> {
        self.write_baseline.as_deref()
    }

    /// Adds the old baseline to what is read.
    pub(super) fn add_reads(&self, plan: &mut WritePlan) {
        if let Some(path) = &self.baseline {
            plan.reads("--baseline", path);
        }
    }

    /// Whether what the new baseline replaces is a baseline, if anything is there.
    ///
    /// # Errors
    /// When it is something else.
    pub(super) fn check_replaced(&self) -> Result<(), Failure> {
        let Some(path) = self.write_baseline.as_ref().filter(|path| path.exists()) else {
            return Ok(());
        };
        let bytes = read::read_file(path)?;
        let text = str::from_utf8(&bytes).map(|text| text.strip_prefix('\u{feff}').unwrap_or(text));
        let is_ours = text.is_ok_and(|text| text.trim().is_empty() || Baseline::read(text).is_ok());
        match is_ours {
            true => Ok(()),
            false => Err(
                Failure::new("--write-baseline would replace a file that is no baseline")
                    .in_file(path.display())
                    .help("Nothing was written. Name a new file, or remove this one first."),
            ),
        }
    }

    /// What people are told about it.
    pub(super) fn told(&self, view: &View<'_>) -> String {
        match (&self.baseline, &self.write_baseline, view.baseline) {
            (_, Some(path), Some(known)) => text::baseline_written(path, known),
            (Some(path), None, Some(known)) => text::stale(path, known),
            _ => String::new(),
        }
    }
}

/// What was looked at, and how.
pub(super) struct Linted<'l> {
    pub(super) linter: &'l Linter<'l>,
    pub(super) estate: &'l Estate,
}

fn write(writes: &Writes, target: TargetId, bytes: &[u8]) -> Result<(), Failure> {
    let mut batch = Batch::default();
    writes
        .plan
        .ready()?
        .stage(&mut batch, target, None, bytes)?;
    Ok(batch.commit()?)
}

const HELP: &str = "`conferry lint PATH --write-baseline FILE` makes one.";

/// The folder that the paths in the baseline at `path` start from.
fn folder_of(path: &Path) -> PathBuf {
    let mut folder = relative::absolute(path);
    folder.pop();
    folder
}

fn unusable(path: &Path, text: &str, error: &BaselineError, rules: &Rules) -> Failure {
    let place = LineColumn::of(text, error.at as u32);
    let failure = Failure::new(format!(
        "not a usable baseline, line {} column {}: {error}",
        place.line, place.column
    ))
    .in_file(path.display())
    .help(HELP);
    let at = Span::at(error.at as u32);
    match excerpt_of_broken(text, at, &rules.secrets, "here") {
        Some(excerpt) => failure.at(excerpt),
        None => failure,
    }
}
