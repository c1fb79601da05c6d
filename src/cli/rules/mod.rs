//! `conferry rules`: what rule packs say, whether they are sound, and a start for one's own.

mod check;
mod explain;
mod list;
mod new;
mod test;

use clap::{Args, Subcommand, ValueEnum};

use super::exit::Exit;
use super::output::Output;
use crate::error::Failures;
use crate::lint::settings;
use crate::pack::catalog::Library;
use crate::pack::texts::{self, PackText};
use crate::pack::{Extra, PackFailure, schema};

const EXAMPLES: &str = "\
Examples:
  What does lint look for, and why this rule?
    conferry rules list
    conferry rules explain SEC102

  Begin a pack of one's own, check it, and try its examples:
    conferry rules new team -o team.toml
    conferry rules check team.toml
    conferry rules test team.toml

Exit codes: 0 nothing to report; 1 a pack has problems or an example fails; 2 the job could not be done.";

/// Lists, explains, checks and tests the rules of packs
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct RulesArgs {
    #[command(subcommand)]
    command: RulesCommand,
}

#[derive(Debug, Subcommand)]
enum RulesCommand {
    List(list::ListArgs),
    Explain(explain::ExplainArgs),
    Check(check::CheckArgs),
    Test(test::TestArgs),
    /// Prints the JSON Schema of packs or of conferry.toml, for editors
    ///
    /// Name it in the first line of a pack: `#:schema ./pack.schema.json`.
    #[command(after_help = "Example:\n    conferry rules schema > pack.schema.json")]
    Schema {
        /// Of which files
        #[arg(value_name = "WHAT", default_value = "pack")]
        of: SchemaOf,
    },
    New(new::NewArgs),
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum SchemaOf {
    /// Rule packs
    Pack,
    /// conferry.toml
    Settings,
}

pub(super) fn run(args: &RulesArgs, output: &mut Output) -> Exit {
    let done = match &args.command {
        RulesCommand::List(args) => list::run(args, output),
        RulesCommand::Explain(args) => explain::run(args, output),
        RulesCommand::Check(args) => check::run(args, output),
        RulesCommand::Test(args) => test::run(args, output),
        RulesCommand::Schema { of } => {
            let schema = match of {
                SchemaOf::Pack => schema::json_schema(),
                SchemaOf::Settings => settings::schema::json_schema(),
            };
            output.out(&format!("{schema:#}\n"));
            Ok(Exit::Clean)
        }
        RulesCommand::New(args) => new::run(args, output),
    };
    let ended = done;
    output.ended(ended)
}

/// The built-in packs with those at `extra` on top, read and not yet checked.
fn packs(extra: Extra<'_>) -> Result<Vec<PackText>, Failures> {
    let mut failures = Vec::new();
    let mut packs = texts::built_in();
    packs.extend(texts::read_all(extra, &mut failures));
    match failures.is_empty() {
        true => Ok(packs),
        false => Err(told(&failures)),
    }
}

fn library(extra: Extra<'_>) -> Result<Library, Failures> {
    Library::new(packs(extra)?).map_err(|failures| told(&failures))
}

fn told(failures: &[PackFailure]) -> Failures {
    let all = failures.iter().flat_map(PackFailure::failures);
    all.collect()
}
