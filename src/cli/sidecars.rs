//! Files that the result points at: they must stand beside it, or settings are lost.

use std::fmt;
use std::path::PathBuf;

use crate::config::sidecars::sidecars;
use crate::error::Failure;
use crate::io::write;
use crate::rewrite::{Outcome, Rewriter};
use crate::xml::Document;

/// One file that the result points at, and what becomes of it.
pub(super) struct PlannedSidecar {
    name: String,
    fate: Fate,
}

enum Fate {
    Copy {
        to: PathBuf,
        bytes: Vec<u8>,
        references: usize,
    },
    Same,
    Differs(PathBuf),
    Missing {
        required: bool,
    },
    Outside,
    Unreadable(String),
    Unknown,
}

/// Looks for the sidecar files of `result`, first beside the old file.
/// `folders`: the folder of the old file and that of the result.
pub(super) fn plan(
    folders: Option<(PathBuf, PathBuf)>,
    result: &Document,
    rewriter: Rewriter<'_>,
) -> Vec<PlannedSidecar> {
    sidecars(result)
        .into_iter()
        .map(|sidecar| {
            let fate = match (&folders, sidecar.inner_path()) {
                (_, None) => Fate::Outside,
                (None, _) => Fate::Unknown,
                (Some((from, to)), Some(inner)) => fate(
                    from.join(&inner),
                    to.join(&inner),
                    sidecar.is_required(),
                    rewriter,
                ),
            };
            PlannedSidecar {
                name: sidecar.path,
                fate,
            }
        })
        .collect()
}

fn fate(from: PathBuf, to: PathBuf, required: bool, rewriter: Rewriter<'_>) -> Fate {
    let Ok(before) = std::fs::read(&from) else {
        return match to.exists() {
            true => Fate::Same,
            false => Fate::Missing { required },
        };
    };
    let (bytes, references) = match rewriter.plan_bytes(&from, &before) {
        Ok(Outcome::Changed(change)) => (change.bytes_after(), change.references.len()),
        Ok(_) => (before, 0),
        Err(error) => return Fate::Unreadable(error.to_string()),
    };
    match std::fs::read(&to) {
        Ok(there) if there == bytes => Fate::Same,
        Ok(_) => Fate::Differs(to),
        Err(_) => Fate::Copy {
            to,
            bytes,
            references,
        },
    }
}

/// Copies what was planned to be copied.
pub(super) fn write(planned: &[PlannedSidecar]) -> Result<(), Failure> {
    for sidecar in planned {
        if let Fate::Copy { to, bytes, .. } = &sidecar.fate {
            if let Some(folder) = to.parent() {
                // If it cannot be made, the writer says why the file cannot be written.
                let _ = std::fs::create_dir_all(folder);
            }
            write::write_atomically(to, bytes, None)?;
        }
    }
    Ok(())
}

impl fmt::Display for PlannedSidecar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.fate {
            Fate::Copy { to, references, .. } => {
                let to = to.display();
                write!(f, "the result reads `{name}`, which goes to {to}")?;
                match references {
                    0 => Ok(()),
                    1 => f.write_str(" with 1 virtual directory renamed"),
                    count => write!(f, " with {count} virtual directories renamed"),
                }
            }
            Fate::Same => write!(f, "the result reads `{name}`, which stands beside it"),
            Fate::Differs(to) => write!(
                f,
                "the result reads `{name}`; {} is there with other content and was left alone: compare it with the old one",
                to.display()
            ),
            Fate::Missing { required: true } => write!(
                f,
                "the result reads `{name}`, which was not found beside the old file; .NET fails without it"
            ),
            Fate::Missing { required: false } => write!(
                f,
                "the result reads `{name}`, which was not found beside the old file; .NET ignores it when it is missing, with the settings in it"
            ),
            Fate::Outside => write!(
                f,
                "the result reads `{name}`, which lies outside its folder: copy it yourself"
            ),
            Fate::Unreadable(error) => write!(
                f,
                "the result reads `{name}`, which could not be understood ({error}): copy it yourself"
            ),
            Fate::Unknown => write!(
                f,
                "the result reads `{name}`: copy it to the folder of the result"
            ),
        }
    }
}
