//! `conferry rules new`.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::error::{Failure, Failures};
use crate::io::fresh::{NewFile, NewFolder};
use crate::pack::starter;

const EXAMPLES: &str = "\
Examples:
    conferry rules new team -o team.toml     rules of your own
    conferry rules new widgets -o widgets    the folder of a product";

/// Writes rules to begin with: a pack of your own, or the folder of a product
///
/// Without --output a pack is printed: a lint rule with examples, a merge policy, a secret.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct NewArgs {
    /// Name of the pack: a-z, 0-9 and -
    #[arg(value_name = "NAME")]
    name: String,

    /// Writes it to this file (*.toml), or makes this folder with pack.toml and lint.toml of a
    /// product; neither may exist yet
    #[arg(short, long, value_name = "FILE|FOLDER")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &NewArgs, output: &mut Output) -> Result<Exit, Failures> {
    if !starter::is_name(&args.name) {
        let failure = Failure::new(format!("`{}` is no name of a pack", args.name));
        let help =
            "write it in a-z, 0-9 and -, with two letters or more and a letter first: `team`";
        return Err(failure.help(help).into());
    }
    let Some(path) = &args.output else {
        output.out(&starter::starter(&args.name));
        return Ok(Exit::Clean);
    };
    let is_file = (path.extension()).is_some_and(|name| name.eq_ignore_ascii_case("toml"));
    let written = if is_file {
        write_file(path, &starter::starter(&args.name))
    } else {
        write_folder(path, &starter::product(&args.name))
    };
    written.map_err(|error| {
        let failure = match error.kind() {
            io::ErrorKind::AlreadyExists => {
                let failure = Failure::new("something is there already, and it stays");
                failure.help("give another name, or remove this first")
            }
            _ => Failure::new(format!("the pack cannot be written: {error}"))
                .help("name a place in a folder that exists and may be written to"),
        };
        failure.in_file(path.display())
    })?;
    let shown = path.display();
    output.err(&format!(
        "wrote {shown}; try it: conferry rules test {shown}\n"
    ));
    Ok(Exit::Clean)
}

fn write_file(path: &Path, pack: &str) -> io::Result<()> {
    let mut file = NewFile::beside(path)?;
    file.file().write_all(pack.as_bytes())?;
    // Packs are for everybody.
    file.file().set_mode(Some(0o644))?;
    file.finish()
}

fn write_folder(path: &Path, packs: &[(&str, String)]) -> io::Result<()> {
    // As with one file, packs are for everybody.
    let folder = NewFolder::beside(path, false)?;
    for (name, pack) in packs {
        let mut file = folder.folder().create(OsStr::new(name), 0o644)?;
        file.write_all(pack.as_bytes())?;
        file.sync()?;
    }
    folder.finish()
}
