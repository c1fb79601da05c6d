//! `conferry rules test`.

use std::path::PathBuf;

use clap::Args;

use super::{packs, told};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::pack_options::RulesArgs;
use crate::cli::shared::{Format, FormatArgs};
use crate::error::Failures;
use crate::lint::examples;
use crate::pack::Extra;
use crate::pack::catalog::Library;
use crate::pack::texts;
use crate::present::rules::test::{self, Tested};

const EXAMPLES: &str = "\
Examples:
  The examples of one's own pack:
    conferry rules test team.toml

  Those of all built-in rules:
    conferry rules test

Exit codes: 0 all pass; 1 an example fails or is missing; 2 a pack could not be used.";

/// Runs the examples of lint rules
///
/// Invalid examples must have a finding of their rule, valid ones none, and where an example says
/// what is `fixed`, the fix must give exactly that. A rule without a valid and an invalid example
/// fails.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct TestArgs {
    /// Packs, and folders whose *.toml are taken; all built-in packs and those of --rules if none is given
    #[arg(value_name = "FILE|DIR")]
    packs: Vec<PathBuf>,

    #[command(flatten)]
    rules: RulesArgs,

    #[command(flatten)]
    report: FormatArgs,
}

pub(super) fn run(args: &TestArgs, output: &mut Output) -> Result<Exit, Failures> {
    let mut unreadable = Vec::new();
    let mut all = packs(args.rules.extra())?;
    let first = match args.packs.is_empty() {
        true => 0,
        false => all.len(),
    };
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
    if !unreadable.is_empty() {
        return Err(told(&unreadable));
    }
    let library = Library::new(all).map_err(|failures| told(&failures))?;
    let rules = &library.rules;
    let tested: Vec<Tested> = (library.entries.iter())
        .filter(|entry| entry.pack >= first)
        .filter_map(|entry| library.lint_rule(entry))
        .map(|(at, _)| Tested {
            at,
            failures: examples::test(rules, at),
        })
        .collect();
    match args.report.format {
        Format::Json => output.out(&test::as_json(rules, &tested)),
        Format::Text => output.out(&test::as_text(rules, &tested, output.color())),
    }
    output.err(&test::summary(rules, &tested));
    let passes = tested.iter().all(|tested| tested.failures.is_empty());
    Ok(if passes { Exit::Clean } else { Exit::Findings })
}
