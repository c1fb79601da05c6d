//! `conferry man`: the manual page of a command.

use clap::{Args, CommandFactory};
use clap_mangen::Man;

use super::Cli;
use super::exit::Exit;
use super::output::Output;
use crate::error::{Failure, Failures};

const EXAMPLES: &str = "\
Examples:
  Read the page of a command:
    conferry man merge | man -l -

  Install the pages:
    conferry man > /usr/local/share/man/man1/conferry.1
    conferry man snapshot create > /usr/local/share/man/man1/conferry-snapshot-create.1";

/// Prints the manual page of conferry or of one of its commands
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ManArgs {
    /// The command, such as `merge` or `snapshot create`
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

pub(super) fn run(args: &ManArgs, output: &mut Output) -> Exit {
    let ended = page(&args.command).map(|page| {
        output.out_bytes(&page);
        Exit::Clean
    });
    output.ended(ended.map_err(Failures::from))
}

fn page(names: &[String]) -> Result<Vec<u8>, Failure> {
    let mut command = Cli::command();
    command.build();
    for name in names {
        let found = command.find_subcommand(name).cloned();
        command = found.ok_or_else(|| {
            Failure::new(format!("there is no command `{}`", names.join(" ")))
                .help("`conferry --help` lists the commands.")
        })?;
    }
    let title = std::iter::once("conferry")
        .chain(names.iter().map(String::as_str))
        .collect::<Vec<&str>>()
        .join("-");
    let mut page = Vec::new();
    let man = Man::new(command.display_name(title.clone())).title(title.to_uppercase());
    man.render(&mut page)
        .map_err(|error| Failure::new(format!("the page cannot be made: {error}")))?;
    Ok(page)
}
