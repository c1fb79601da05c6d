//! The command. Everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    conferry::cli::run(std::env::args_os()).into()
}
