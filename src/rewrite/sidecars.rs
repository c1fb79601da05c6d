//! Files that the result points at: they must stand beside it, or settings are lost.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Outcome, Rewriter};
use crate::config::sidecars::sidecars;
use crate::error::Failure;
use crate::io::place::Place;
use crate::io::places::Places;
use crate::io::read;
use crate::io::windows_path::fold;
use crate::io::write::WriteError;
use crate::io::write_plan::{Batch, Existing, Ready, TargetId, WritePlan};
use crate::xml::Document;

/// One file that the result points at, and what becomes of it.
pub struct PlannedSidecar {
    name: String,
    fate: Fate,
}

enum Fate {
    Copy {
        to: PathBuf,
        /// `None`: another section reads the same file, which is written once.
        target: Option<TargetId>,
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

/// Looks for the sidecar files of `result`, first beside the old file, and adds them to the plan.
/// `folders`: the folder of the old file and that of the result.
///
/// # Errors
/// When one of them is no ordinary file, or a link leads out of these folders.
pub fn plan(
    folders: Option<(PathBuf, PathBuf)>,
    result: &Document,
    rewriter: Rewriter<'_>,
    plan: &mut WritePlan,
) -> Result<Vec<PlannedSidecar>, Failure> {
    let mut planned: Vec<PlannedSidecar> = Vec::new();
    for sidecar in sidecars(result) {
        let fate = match (&folders, sidecar.inner_path()) {
            (_, None) => Fate::Outside,
            (None, _) => Fate::Unknown,
            (Some((from, to)), Some(inner)) => {
                let looked = Looked {
                    role: format!("the file `{}` that the result reads", sidecar.path),
                    from: (from, &inner),
                    to: (to, &inner),
                    required: sidecar.is_required(),
                };
                looked.fate(rewriter, plan, &planned)?
            }
        };
        planned.push(PlannedSidecar {
            name: sidecar.path,
            fate,
        });
    }
    Ok(planned)
}

/// Where a sidecar is looked for.
struct Looked<'s> {
    role: String,
    from: (&'s Path, &'s Path),
    to: (&'s Path, &'s Path),
    required: bool,
}

impl Looked<'_> {
    fn fate(
        &self,
        rewriter: Rewriter<'_>,
        plan: &mut WritePlan,
        planned: &[PlannedSidecar],
    ) -> Result<Fate, Failure> {
        let from = self.from.0.join(self.from.1);
        let to = self.to.0.join(self.to.1);
        let source = self.locate(self.from.0, &from)?;
        let target = self.locate(self.to.0, &to)?;
        if let (Some(target), true) = (&target.0, target.1) {
            plan.reads_at(&self.role, target);
        }
        let source = match source {
            (Some(source), true) => source,
            _ if target.1 => return Ok(Fate::Same),
            _ => {
                let required = self.required;
                return Ok(Fate::Missing { required });
            }
        };
        plan.reads_at(&self.role, &source);
        let before = match read::read_place(&source, &from) {
            Ok(before) => before,
            Err(error) => return Ok(Fate::Unreadable(error.kind.to_string())),
        };
        let (bytes, references) = match rewriter.plan_bytes(&from, &before) {
            Ok(Outcome::Changed(change)) => (change.bytes_after(), change.references.len()),
            Ok(_) => (before, 0),
            Err(error) => return Ok(Fate::Unreadable(error.to_string())),
        };
        let place = match target {
            (Some(place), true) => {
                let there = read::read_place(&place, &to);
                return Ok(match there.is_ok_and(|there| there == bytes) {
                    true => Fate::Same,
                    false => Fate::Differs(to),
                });
            }
            (Some(place), false) => place,
            (None, _) => return Ok(Fate::Outside),
        };
        let is_planned = planned.iter().any(|other| other.is_copy_to(&to, &bytes));
        let target = match is_planned {
            true => None,
            false => Some(plan.target_at(&self.role, &to, place, Existing::Refused)?),
        };
        Ok(Fate::Copy {
            to,
            target,
            bytes,
            references,
        })
    }

    /// The place of a sidecar, and whether a file is there.
    fn locate(&self, folder: &Path, path: &Path) -> Result<(Option<Place>, bool), Failure> {
        let refuse = |why: &dyn fmt::Display| {
            Failure::new(format!("{} cannot be copied: {why}", self.role))
                .in_file(path.display())
                .help("Nothing was written. Put an ordinary file there, then run again.")
        };
        let folder = match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        };
        let places = Places::of_folder(folder).map_err(|error| refuse(&error))?;
        let real = match path.canonicalize() {
            Ok(real) => real,
            Err(error) if error.kind() == ErrorKind::NotFound => path.to_owned(),
            Err(error) if error.kind() == ErrorKind::NotADirectory => return Ok((None, false)),
            Err(error) => return Err(refuse(&error)),
        };
        let place = places.place(&real).map_err(|error| refuse(&error))?;
        match place.look().map_err(|error| refuse(&error))? {
            None => Ok((Some(place), false)),
            Some(there) if there.is_file() => Ok((Some(place), true)),
            Some(there) if there.is_link() => Err(refuse(&"a link to nothing is there")),
            Some(there) if there.is_folder() => Err(refuse(&"a folder is there")),
            Some(_) => Err(refuse(&"this is neither a file nor a folder")),
        }
    }
}

impl PlannedSidecar {
    /// Puts the file beside its place, if it is copied.
    pub fn stage<'s>(&'s self, plan: &Ready<'_>, batch: &mut Batch<'s>) -> Result<(), WriteError> {
        if let Fate::Copy {
            target: Some(target),
            bytes,
            ..
        } = &self.fate
        {
            plan.stage(batch, *target, None, bytes)?;
        }
        Ok(())
    }

    fn is_copy_to(&self, path: &Path, content: &[u8]) -> bool {
        let same = |one: &Path, other: &Path| match cfg!(windows) {
            true => fold(&one.to_string_lossy()) == fold(&other.to_string_lossy()),
            false => one == other,
        };
        matches!(&self.fate, Fate::Copy { to, bytes, .. } if same(to, path) && bytes == content)
    }
}

impl PlannedSidecar {
    /// Whether somebody could look at it.
    #[must_use]
    pub fn is_there(&self) -> bool {
        !matches!(
            self.fate,
            Fate::Missing { .. } | Fate::Outside | Fate::Unreadable(_) | Fate::Unknown
        )
    }
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
