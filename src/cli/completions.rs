//! `conferry completions`: what a shell needs to complete command lines.

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::Cli;
use super::exit::Exit;
use super::output::Output;

const EXAMPLES: &str = "\
Examples:
  PowerShell, for this session:
    conferry completions powershell | Out-String | Invoke-Expression

  bash, for good:
    conferry completions bash > ~/.local/share/bash-completion/completions/conferry";

/// Prints a script with which a shell completes command lines of conferry
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs, output: &mut Output) -> Exit {
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), "conferry", &mut script);
    output.out_bytes(&script);
    Exit::Clean
}
