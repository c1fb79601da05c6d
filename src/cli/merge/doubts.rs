//! Whether the files are what they were given as: what is refused, and what is only said loudly.

use std::cmp::Ordering;

use super::MergeArgs;
use crate::config::version::compare;
use crate::error::{Failure, Failures};
use crate::installer::shipped::Shipped;
use crate::merge::suspicion::{Given, Role, Suspicion, look};
use crate::pack::Rules;
use crate::pack::rules::Version;
use crate::present::merge::Files;

/// Where a base file can be found.
pub(super) const NO_BASE: &str = "there is no base file. One can come from a fresh installation of the old version, from its installer with --base-from, or from a snapshot of a server where nobody changed it; with it fewer values are guesses or conflicts.";

/// How to go on although the files look wrong.
const AS_GIVEN: &str = "If they are what you mean, add --as-given.";

/// What is wrong with the files.
///
/// # Errors
/// What forbids the merge.
pub(super) fn doubts(
    args: &MergeArgs,
    files: &Files,
    given: Given<'_>,
    rules: &Rules,
) -> Result<Vec<String>, Failures> {
    let mut warnings = Vec::new();
    let mut failures = Failures::new();
    for suspicion in look(given, rules) {
        let said = Said::of(&suspicion, args, files);
        if said.forbids && !args.as_given {
            failures.push(Failure::new(said.what).help(format!("{} {AS_GIVEN}", said.help)));
        } else {
            warnings.push(format!("{}. {}", said.what, said.help));
        }
    }
    failures.or(warnings)
}

/// Whether both installers are what they were given as, by their versions; what is only said.
///
/// # Errors
/// What forbids the merge.
pub(super) fn of_installers(
    args: &MergeArgs,
    base: Option<&Shipped>,
    new: Option<&Shipped>,
) -> Result<Option<String>, Failure> {
    let (Some(base), Some(new)) = (base, new) else {
        return Ok(None);
    };
    let [base, new] = [base, new].map(|shipped| &shipped.origin);
    let (older, newer) = (&base.product.version, &new.product.version);
    let what = match compare(older, newer) {
        Ok(Ordering::Greater) => format!(
            "--base-from and --new-from seem to be swapped: {} installs version {older}, {} version {newer}",
            base.installer, new.installer
        ),
        Ok(Ordering::Equal) => {
            let what = "both installers are of version";
            return Ok(Some(format!(
                "{what} {older}. Check that --base-from is the installer of the old version, and --new-from that of the new one."
            )));
        }
        _ => return Ok(None),
    };
    let help = "Give the installer of the old version as --base-from and that of the new one as --new-from.";
    match args.as_given {
        true => Ok(Some(format!("{what}. {help}"))),
        false => Err(Failure::new(what).help(format!("{help} {AS_GIVEN}"))),
    }
}

/// A suspicion in words.
struct Said {
    what: String,
    help: String,
    forbids: bool,
}

impl Said {
    fn of(suspicion: &Suspicion, args: &MergeArgs, files: &Files) -> Self {
        let option = |role| option(args, role);
        let named = |role| format!("{} {}", option(role), name(files, role));
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
                    name(files, *one),
                    name(files, *other)
                ),
                help: format!(
                    "Give {} {} and {} {}.",
                    option(*one),
                    name(files, *other),
                    option(*other),
                    name(files, *one)
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

fn option(args: &MergeArgs, role: Role) -> &'static str {
    match role {
        Role::Base if args.base_from.is_some() => "--base-from",
        Role::Base => "--base",
        Role::Old => "--old",
        Role::New if args.new_from.is_some() => "--new-from",
        Role::New => "--new",
    }
}

fn name(files: &Files, role: Role) -> &str {
    match role {
        Role::Base => files.base.as_deref().unwrap_or(&files.old),
        Role::Old => &files.old,
        Role::New => &files.new,
    }
}
