//! Setting git up to call the driver.

use std::process::{Command, Stdio};

use super::DriverArgs;
use crate::cli::output::Output;
use crate::error::Failure;
use crate::io::relative::slashed;

/// Writes the driver into git's configuration, and prints the line for .gitattributes.
pub(super) fn install(args: &DriverArgs, output: &mut Output) -> Result<(), Failure> {
    let program = std::env::current_exe()
        .map(|path| slashed(&path))
        .unwrap_or_else(|_| "conferry".to_owned());
    // git hands the line to a shell.
    let program = format!("'{}'", program.replace('\'', "'\\''"));
    // To git everything up to 128 is a file with conflicts in it. A program that is gone (127) or does
    // not know its arguments (2) wrote none: the other version would not be seen again.
    let driver = format!(
        "{program} git-merge-driver %O %A %B -L %L -p %P --base-label %S --ours-label %X --theirs-label %Y \
         || exit $(($? == 1 ? 1 : 129))"
    );
    let scope = if args.global { "--global" } else { "--local" };
    for (key, value) in [
        (
            "merge.conferry.name",
            "conferry: configuration merged by meaning",
        ),
        ("merge.conferry.driver", driver.as_str()),
    ] {
        let done = Command::new("git")
            .args(["config", scope, key, value])
            .stdin(Stdio::null())
            .output();
        let failed = |why: String| {
            Failure::new(format!("git could not be set up: {}", why.trim()))
                .help("Run it inside a git repository, or with --global; git must be installed.")
        };
        match done {
            Ok(done) if done.status.success() => {}
            Ok(done) => return Err(failed(String::from_utf8_lossy(&done.stderr).into_owned())),
            Err(error) => return Err(failed(error.to_string())),
        }
    }
    let whose = if args.global {
        "all your repositories"
    } else {
        "this repository"
    };
    output.err(&format!(
        "git knows the driver `conferry` in {whose}. Put these lines into .gitattributes:\n"
    ));
    output.out("*.config merge=conferry\n");
    Ok(())
}
