//! `conferry diff --git`: what git runs instead of its own diff of a file (`diff.NAME.command`).
//!
//! git stops everything if the program fails, so a file that cannot be compared is told and is not a failure.

use std::path::{Path, PathBuf};

use super::DiffArgs;
use super::job::Job;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::error::Failure;

/// What git gives for a side that has no file.
const NOTHING: &str = "/dev/null";

pub(super) fn run(args: &DiffArgs, output: &mut Output) -> Exit {
    let words: Vec<&PathBuf> = args.before.iter().chain(&args.after).collect();
    let [path, old, _, _, new, _, _, renamed @ ..] = &words[..] else {
        output.failure(
            &Failure::new("--git expects the seven arguments of a git external diff")
                .help("Let git run it: git config diff.conferry.command \"conferry diff --git\", and *.config diff=conferry in .gitattributes."),
        );
        return Exit::Failed;
    };
    let is_nothing = |side: &Path| side == Path::new(NOTHING);
    let name = path.display();
    match (is_nothing(old), is_nothing(new)) {
        (true, _) => output.out(&format!("{name}: new file\n")),
        (_, true) => output.out(&format!("{name}: file removed\n")),
        (false, false) => {
            match Job::named(args, [old, new], [path, renamed.first().unwrap_or(path)]) {
                Ok(mut job) => {
                    job.compare(output);
                }
                Err(failures) => {
                    for failure in failures {
                        output.out(&format!("{name}: {failure}\n"));
                    }
                }
            }
        }
    }
    Exit::Clean
}
