//! Whether the files are what they were given as: what is refused, and what is only said loudly.

use std::cmp::Ordering;

use super::suspicion::{Role, Suspicion, look};
use super::work::Configuration;
use crate::config::version::compare;
use crate::error::{Failure, Failures};
use crate::installer::shipped::Origin;
use crate::pack::Rules;
use crate::pack::rules::Version;

/// Where a base file can be found.
pub const NO_BASE: &str = "there is no base file. One can come from a fresh installation of the old version, from its installer with --base-from, or from a snapshot of a server where nobody changed it; with it fewer values are guesses or conflicts.";

/// What is wrong with the files. `as_given`: what to say of the way to merge them all the same; `None` if
/// that is what is wanted.
///
/// # Errors
/// What forbids the merge.
pub fn doubts(
    configuration: &Configuration,
    rules: &Rules,
    as_given: Option<&str>,
) -> Result<Vec<String>, Failures> {
    let mut warnings = Vec::new();
    let mut failures = Failures::new();
    for suspicion in look(configuration.given(), rules) {
        let said = Said::of(&suspicion, configuration);
        match said.told(as_given) {
            Ok(warning) => warnings.push(warning),
            Err(failure) => failures.push(failure),
        }
    }
    failures.or(warnings)
}

/// What is wrong with two installers, by their versions; what is only said is returned.
///
/// # Errors
/// What forbids the merge.
pub fn of_installers(
    base: Option<&Origin>,
    new: Option<&Origin>,
    as_given: Option<&str>,
) -> Result<Option<String>, Failure> {
    let (Some(base), Some(new)) = (base, new) else {
        return Ok(None);
    };
    let (older, newer) = (&base.product.version, &new.product.version);
    let said = match compare(older, newer) {
        Ok(Ordering::Greater) => Said {
            what: format!(
                "--base-from and --new-from seem to be swapped: {} installs version {older}, {} version {newer}",
                base.installer, new.installer
            ),
            help: "Give the installer of the old version as --base-from and that of the new one as --new-from.".to_owned(),
            forbids: true,
        },
        Ok(Ordering::Equal) => Said::warning(
            format!("both installers are of version {older}"),
            "Check that --base-from is the installer of the old version, and --new-from that of the new one.",
        ),
        _ => return Ok(None),
    };
    said.told(as_given).map(Some)
}

/// A suspicion in words.
struct Said {
    what: String,
    help: String,
    forbids: bool,
}

impl Said {
    /// A warning, or what forbids the merge unless the files are merged as they are given.
    fn told(self, as_given: Option<&str>) -> Result<String, Failure> {
        match as_given.filter(|_| self.forbids) {
            Some(way) => {
                let help = format!("{} {way}", self.help);
                Err(Failure::new(self.what).help(help.trim_end()))
            }
            None => Ok(format!("{}. {}", self.what, self.help)),
        }
    }

    fn of(suspicion: &Suspicion, given: &Configuration) -> Self {
        let option = |role| option(given, role);
        let named = |role| format!("{} {}", option(role), name(given, role));
        match suspicion {
            Suspicion::SameBytes(Role::Base, Role::Old) => Self::warning(
                "--base and --old hold the same bytes, so nothing counts as changed by the administrator and nothing is carried",
                "Check that --base is the file as the old version shipped it, and no copy of the administrator's.",
            ),
            Suspicion::SameBytes(Role::Base, _) => Self::warning(
                "--base and --new hold the same bytes, so the old file is carried as a whole",
                "Check that --base is the file as the old version shipped it, and no copy of the new one.",
            ),
            Suspicion::SameBytes(..) => Self::warning(
                "--old and --new hold the same bytes, so there is nothing to carry",
                "Check that --old is the administrator's file, and no copy of the new one.",
            ),
            Suspicion::AllTheSame => Self::warning(
                "all three files hold the same bytes, so there is nothing to carry",
                "Check that each is the file that it should be.",
            ),
            Suspicion::Components(known) => {
                let files: Vec<String> = known
                    .iter()
                    .map(|(role, title)| format!("{} is of {title}", named(*role)))
                    .collect();
                Self {
                    what: format!(
                        "the files are of different components: {}",
                        files.join(", ")
                    ),
                    help: "Merge the files of one component with each other.".to_owned(),
                    forbids: true,
                }
            }
            Suspicion::Swapped(one, other) => Self {
                what: format!(
                    "{} and {} seem to be swapped: {} is a file of the new version, {} one of the old",
                    option(*one),
                    option(*other),
                    name(given, *one),
                    name(given, *other)
                ),
                help: format!(
                    "Give {} {} and {} {}.",
                    option(*one),
                    name(given, *other),
                    option(*other),
                    name(given, *one)
                ),
                forbids: true,
            },
            Suspicion::OfVersion(role, version) => {
                let version = match version {
                    Version::Old => "old",
                    Version::New => "new",
                };
                Self::warning(
                    format!(
                        "{} looks like a file of the {version} version",
                        named(*role)
                    ),
                    match role {
                        Role::New => "Check that it is the newly installed file.",
                        _ => "Check that it is the file as the old version shipped it.",
                    },
                )
            }
        }
    }

    fn warning(what: impl Into<String>, help: &str) -> Self {
        Self {
            what: what.into(),
            help: help.to_owned(),
            forbids: false,
        }
    }
}

fn option(given: &Configuration, role: Role) -> &str {
    match role {
        Role::Base => given.base.as_ref().map_or("--base", |base| base.option),
        Role::Old => given.old.option,
        Role::New => given.new.option,
    }
}

fn name(given: &Configuration, role: Role) -> &str {
    match role {
        Role::Base => &given.base.as_ref().unwrap_or(&given.old).name,
        Role::Old => &given.old.name,
        Role::New => &given.new.name,
    }
}
