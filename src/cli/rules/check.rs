//! `conferry rules check`.

use std::path::PathBuf;

use clap::Args;

use super::{packs, told};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::pack_options::RulesArgs;
use crate::cli::shared::{Format, FormatArgs};
use crate::error::Failures;
use crate::pack::Extra;
use crate::pack::lint::Severity;
use crate::pack::{catalog, remarks, texts};
use crate::present::failure::Style;
use crate::present::rules::check::{self, Checked};

const EXAMPLES: &str = "\
Examples:
    conferry rules check team.toml
    conferry rules check packs --format json

Exit codes: 0 no problems (warnings and notes may be there); 1 problems; 2 a pack could not be read.";

/// Shows everything that is wrong with packs, each at its place
///
/// The packs are put on top of the built-in ones in the order given, as --rules does it. Problems
/// keep a pack from being used. Warnings are about what looks like a mistake, such as a selector that
/// can never match; notes say what else is good to know.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CheckArgs {
    /// Packs, and folders whose *.toml are taken
    #[arg(required = true, value_name = "FILE|DIR")]
    packs: Vec<PathBuf>,

    #[command(flatten)]
    rules: RulesArgs,

    #[command(flatten)]
    report: FormatArgs,
}

pub(super) fn run(args: &CheckArgs, output: &mut Output) -> Result<Exit, Failures> {
    let mut unreadable = Vec::new();
    let mut all = packs(args.rules.extra())?;
    let first = all.len();
    all.extend(texts::read_all(
        Extra {
            packs: &args.packs,
            may_unmask: match args.rules.allow_unmasking {
                true => &args.packs,
                false => &[],
            },
        },
        &mut unreadable,
    ));
    let (_, problems) = texts::build(&all);
    let entries = catalog::entries(&all);
    let checked: Vec<Checked<'_>> = (problems.into_iter().enumerate())
        .skip(first)
        .map(|(at, problems)| {
            let errors = problems
                .into_iter()
                .map(|problem| (Severity::Error, problem));
            let mut problems: Vec<_> = errors.collect();
            problems.extend(remarks::remarks(&all, at, &entries));
            problems.sort_by_key(|(_, problem)| problem.span);
            Checked {
                pack: &all[at],
                problems,
            }
        })
        .collect();
    let failures = told(&unreadable);
    match args.report.format {
        Format::Json => output.out(&check::as_json(&checked, &failures)),
        Format::Text => {
            let style = Style {
                color: output.color(),
                unicode: output.unicode(),
            };
            output.out(&check::as_text(&checked, style));
        }
    }
    let exit = match checked.iter().all(Checked::is_good) {
        true => Exit::Clean,
        false => Exit::Findings,
    };
    let exit = output.failures(&failures, exit);
    output.err(&check::summary(&checked));
    Ok(exit)
}
