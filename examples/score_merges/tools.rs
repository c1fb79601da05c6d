//! The tools that are measured. Each runs as a process of its own, as git starts a merge driver, and writes its
//! result to a new file.

use std::fs;
use std::io::{Error, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The three versions of one file.
pub(crate) struct Versions {
    pub(crate) base: Vec<u8>,
    pub(crate) ours: Vec<u8>,
    pub(crate) theirs: Vec<u8>,
}

/// A tool and its program.
pub(crate) enum Tool {
    Conferry(PathBuf),
    Git,
    Mergiraf(PathBuf),
    /// As git calls it for a `web.config`.
    Weave(PathBuf),
    /// Told that the file is XML.
    WeaveOfXml(PathBuf),
}

/// What one run came to.
pub(crate) struct Run {
    /// The exit code, if the process ended by itself.
    pub(crate) code: Option<i32>,
    pub(crate) result: Vec<u8>,
    /// What it wrote to standard error.
    pub(crate) told: String,
    pub(crate) time: Duration,
}

impl Run {
    pub(crate) fn is_clean(&self) -> bool {
        self.code == Some(0)
    }

    /// Conflicts are left, as git reads an exit code; 101 is a panic.
    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self.code, Some(1..=100 | 102..=127))
    }
}

/// Where the results go. XML by its extension, which is how some tools know it.
const RESULT: &str = "merged.xml";

impl Tool {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Conferry(_) => "conferry",
            Self::Git => "git merge-file",
            Self::Mergiraf(_) => "mergiraf",
            Self::Weave(_) => "weave-driver (.config)",
            Self::WeaveOfXml(_) => "weave-driver (.xml)",
        }
    }

    /// The name and the version that the program tells.
    pub(crate) fn version(&self) -> String {
        let told = Command::new(self.program()).arg("--version").output();
        let told = told.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        match told {
            Ok(told) if !told.is_empty() => format!("{}: {told}", self.name()),
            _ => format!("{}: tells no version", self.name()),
        }
    }

    fn program(&self) -> &Path {
        match self {
            Self::Git => Path::new("git"),
            Self::Conferry(program)
            | Self::Mergiraf(program)
            | Self::Weave(program)
            | Self::WeaveOfXml(program) => program,
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.program());
        let line = match self {
            Self::Conferry(_) => {
                "git-merge-driver base.xml ours.xml theirs.xml -p web.config -o merged.xml"
            }
            Self::Git => "merge-file -p ours.xml base.xml theirs.xml",
            Self::Mergiraf(_) => "merge base.xml ours.xml theirs.xml -p web.xml -o merged.xml",
            Self::Weave(_) => "base.xml ours.xml theirs.xml -o merged.xml -l 7 -p web.config",
            Self::WeaveOfXml(_) => "base.xml ours.xml theirs.xml -o merged.xml -l 7 -p web.xml",
        };
        command.args(line.split(' '));
        command
    }

    /// Merges in `folder`.
    pub(crate) fn run(&self, versions: &Versions, folder: &Path) -> Result<Run, Error> {
        fs::write(folder.join("base.xml"), &versions.base)?;
        fs::write(folder.join("ours.xml"), &versions.ours)?;
        fs::write(folder.join("theirs.xml"), &versions.theirs)?;
        let result = folder.join(RESULT);
        if result.exists() {
            fs::remove_file(&result)?;
        }
        let mut told = tempfile::tempfile()?;
        let mut command = self.command();
        command.current_dir(folder).stdin(Stdio::null());
        command.stderr(told.try_clone()?);
        let started = Instant::now();
        command.stdout(match self {
            Self::Git => Stdio::from(fs::File::create(&result)?),
            _ => Stdio::null(),
        });
        let status = command.status()?;
        let time = started.elapsed();
        let mut words = Vec::new();
        told.rewind()?;
        told.read_to_end(&mut words)?;
        Ok(Run {
            code: status.code(),
            result: fs::read(&result).unwrap_or_default(),
            told: String::from_utf8_lossy(&words).into_owned(),
            time,
        })
    }
}
