//! Which files a merge is given, and those that must not be one file.

use std::path::{Path, PathBuf};

use super::MergeArgs;
use super::writes::Writes;
use crate::error::Failure;
use crate::io::read::is_stdin;
use crate::io::same_file::same_file;

/// The folder of the old file and that of the result, where both are files.
pub(super) fn args_folders(args: &MergeArgs) -> Option<(PathBuf, PathBuf)> {
    let folder =
        |path: &Path| (!is_stdin(path)).then(|| path.parent().unwrap_or(Path::new("")).to_owned());
    folder(&args.old).zip(folder(&args.output))
}

/// Whether no file is given where another one belongs.
///
/// # Errors
/// What is wrong, before anything is read.
pub(super) fn check_files(args: &MergeArgs) -> Result<(), Failure> {
    let inputs = args
        .base
        .iter()
        .chain([&args.old])
        .chain(&args.new)
        .filter(|path| is_stdin(path))
        .count();
    if inputs > 1 {
        return Err(Failure::new("standard input can be only one of the files")
            .help("Give `-` once and name the other files."));
    }
    if args.reports.report.iter().any(|path| is_stdin(path)) {
        return Err(Failure::new("--report needs the name of a file")
            .help("Leave it out to have the report on standard output."));
    }
    base_is_not_old(args)?;
    check_write_rules(args)?;
    Writes::plan(args).map(|_| ())
}

/// The administrator's file is no base. Other files that are the same are a warning, as other files
/// with the same bytes are: such a merge drops nothing.
fn base_is_not_old(args: &MergeArgs) -> Result<(), Failure> {
    let Some(base) = (args.base.as_ref()).filter(|base| !is_stdin(base)) else {
        return Ok(());
    };
    if !same_file(base, &args.old) {
        return Ok(());
    }
    Err(Failure::new("--base and --old are the same file")
        .in_file(base.display())
        .help("Everything that the administrator changed would count as unchanged and be dropped. Give as --base the file as the old version shipped it, or leave --base out."))
}

/// A file of rules is new: it may hold answers that somebody thought about.
fn check_write_rules(args: &MergeArgs) -> Result<(), Failure> {
    let Some(rules) = &args.write_rules else {
        return Ok(());
    };
    let failure = |message: &str| Failure::new(message).in_file(rules.display());
    if is_stdin(rules) {
        return Err(Failure::new("--write-rules needs the name of a file")
            .help("Rules cannot go to standard output: the report is there."));
    }
    if rules.symlink_metadata().is_ok() {
        return Err(failure("--write-rules would replace a file").help(
            "Rules never replace a file. Name a new one; to merge by the rules of this one, give it as --rules.",
        ));
    }
    Ok(())
}
