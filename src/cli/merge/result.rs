//! What a merge says at its end, and where its report goes.

use std::fmt::Write as _;
use std::path::Path;

use super::MergeArgs;
use crate::cli::output::Output;
use crate::cli::shared::Format;
use crate::error::Failure;
use crate::io::read::is_stdin;
use crate::io::write::{self, Written};
use crate::present::merge::Report;

/// The last sentence of the report.
pub(super) fn result_line(
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

/// Whether the report goes to standard error, since the result is on standard output.
pub(super) fn report_is_talk(args: &MergeArgs) -> bool {
    is_stdin(&args.output) && !args.dry_run && args.report.is_none()
}

/// Puts the report where it belongs.
pub(super) fn present(
    args: &MergeArgs,
    report: &Report,
    output: &mut Output,
) -> Result<(), Failure> {
    let text = match args.reporting.format {
        Format::Text => report.text(),
        Format::Json => report.json(),
    };
    match &args.report {
        Some(path) if !args.dry_run => {
            write::write_atomically(path, text.as_bytes(), None)?;
            output.err(&format!(
                "{} The report is in {}.\n",
                report.result,
                path.display()
            ));
        }
        // The result itself is on standard output, so the report must not be.
        _ if report_is_talk(args) => output.err(&text),
        _ => output.out(&text),
    }
    Ok(())
}
