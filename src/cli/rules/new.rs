//! `conferry rules new`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::error::{Failure, Failures};
use crate::io::fresh::NewFile;
use crate::pack::starter;

const EXAMPLES: &str = "\
Example:
    conferry rules new team -o team.toml";

/// Prints a pack to begin with: a lint rule with examples, a merge policy, a secret
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct NewArgs {
    /// Name of the pack: a-z, 0-9 and -
    #[arg(value_name = "NAME")]
    name: String,

    /// Writes it to this file, which must not exist yet
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &NewArgs, output: &mut Output) -> Result<Exit, Failures> {
    if !starter::is_name(&args.name) {
        let failure = Failure::new(format!("`{}` is no name of a pack", args.name));
        let help =
            "write it in a-z, 0-9 and -, with two letters or more and a letter first: `team`";
        return Err(failure.help(help).into());
    }
    let pack = starter::starter(&args.name);
    let Some(path) = &args.output else {
        output.out(&pack);
        return Ok(Exit::Clean);
    };
    write(path, &pack).map_err(|error| {
        let failure = match error.kind() {
            io::ErrorKind::AlreadyExists => {
                let failure = Failure::new("something is there already, and it stays");
                failure.help("name another file, or remove this one first")
            }
            _ => Failure::new(format!("the pack cannot be written: {error}"))
                .help("name a file in a folder that exists and may be written to"),
        };
        failure.in_file(path.display())
    })?;
    let shown = path.display();
    output.err(&format!(
        "wrote {shown}; try it: conferry rules test {shown}\n"
    ));
    Ok(Exit::Clean)
}

fn write(path: &Path, pack: &str) -> io::Result<()> {
    let mut file = NewFile::beside(path)?;
    file.file().write_all(pack.as_bytes())?;
    // Packs are for everybody.
    file.file().set_mode(Some(0o644))?;
    file.finish()
}
