//! Which virtual directory gets which name.
//!
//! Promises that a mapping is idempotent: no new name is itself renamed, so
//! doing it twice changes nothing.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use regex::bytes::{Regex, RegexBuilder};
use thiserror::Error;

use crate::error::Failure;
use crate::pack::rules::{Id, VirtualDirectory};

/// A rename that the user asks for: `OLD=NEW`. The same name twice means that it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// Name before the upgrade.
    pub old: String,
    /// Name after it.
    pub new: String,
}

/// A mapping does not make sense.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum MappingError {
    /// Not of the form `OLD=NEW`.
    #[error("`{0}` is not of the form OLD=NEW")]
    NotARename(String),
    /// A name is empty.
    #[error("the name of a virtual directory is empty")]
    EmptyName,
    /// A name holds something that no segment of a URL has.
    #[error("`{name}` is no name of a virtual directory: `{character}` cannot stand in it there")]
    BadName {
        /// The name as given.
        name: String,
        /// The first character that does not fit.
        character: char,
    },
    /// One old name, two new ones.
    #[error("`{old}` cannot become both `{first}` and `{second}`")]
    TwoNames {
        /// The old name.
        old: String,
        /// The new name given first.
        first: String,
        /// The new name given then.
        second: String,
    },
    /// Kept and renamed at once.
    #[error("`{0}` cannot be kept and renamed at once")]
    KeptAndRenamed(String),
    /// Kept, but nothing would rename it.
    #[error("nothing renames `{name}`, so there is nothing to keep")]
    UnknownKept {
        /// The name as given.
        name: String,
        /// The names that would be renamed.
        known: Vec<String>,
        /// The known name that looks most like it.
        nearest: Option<String>,
    },
    /// A new name would be renamed in turn.
    #[error("`{old}` becomes `{new}`, which itself becomes `{then}`")]
    Chain {
        /// The first old name.
        old: String,
        /// The name that is both new and old.
        new: String,
        /// What that one becomes.
        then: String,
    },
}

impl MappingError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::NotARename(_) => "Example: --vdir PhoneFactor=mfa".to_owned(),
            Self::EmptyName => {
                "Give the last part of the URL, such as PhoneFactor in https://host/PhoneFactor/."
                    .to_owned()
            }
            Self::BadName { .. } => {
                "Give one segment of the path, without host and slashes: letters, digits and - . _ ~ $ + @."
                    .to_owned()
            }
            Self::TwoNames { old, .. } => {
                format!("Give --vdir {old}=… once, with the name that was chosen at installation.")
            }
            Self::KeptAndRenamed(name) => {
                format!("Give either --vdir {name}=… or --keep-vdir {name}.")
            }
            Self::UnknownKept { known, nearest, .. } => {
                let known = match known.as_slice() {
                    [] => "No virtual directory is renamed.".to_owned(),
                    names => format!("Renamed are: {}.", names.join(", ")),
                };
                match nearest {
                    Some(nearest) => format!("Did you mean `{nearest}`? {known}"),
                    None => known,
                }
            }
            Self::Chain { new, .. } => format!(
                "A second run would rename it again. Choose another name, or keep the other one with --keep-vdir {new}."
            ),
        }
    }
}

impl From<MappingError> for Failure {
    fn from(error: MappingError) -> Self {
        Failure::new(error.to_string()).help(error.help())
    }
}

impl FromStr for Rename {
    type Err = MappingError;

    fn from_str(text: &str) -> Result<Self, MappingError> {
        let (old, new) = text
            .split_once('=')
            .ok_or_else(|| MappingError::NotARename(text.to_owned()))?;
        Ok(Self {
            old: checked_name(old)?,
            new: checked_name(new)?,
        })
    }
}

/// `name` if it can be one segment of a URL as it stands, in every kind of file.
fn checked_name(name: &str) -> Result<String, MappingError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(MappingError::EmptyName);
    }
    let bad = |character| {
        Err(MappingError::BadName {
            name: name.to_owned(),
            character,
        })
    };
    let fits = |character: &char| {
        character.is_ascii_alphanumeric()
            || matches!(character, '-' | '.' | '_' | '~' | '$' | '+' | '@')
    };
    if let Some(character) = name.chars().find(|character| !fits(character)) {
        return bad(character);
    }
    if name.starts_with('.') || name.ends_with('.') {
        return bad('.');
    }
    Ok(name.to_owned())
}

/// One rename that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Name before the upgrade.
    pub old: String,
    /// Name after it.
    pub new: String,
    /// Id of the pack row it comes from; `None` if the user gave it.
    pub rule: Option<Id<VirtualDirectory>>,
}

/// The renames in force.
#[derive(Clone, Debug)]
pub struct VirtualDirectories {
    mappings: Vec<Mapping>,
    by_old: HashMap<String, usize>,
    new_names: HashSet<String>,
    candidates: Option<Regex>,
}

impl VirtualDirectories {
    /// The renames of the packs, with those of the user added or put in their
    /// place, without those that the user keeps.
    ///
    /// # Errors
    /// See [`MappingError`].
    pub fn new(
        rows: &[VirtualDirectory],
        renames: &[Rename],
        keep: &[String],
    ) -> Result<Self, MappingError> {
        let mut mappings: Vec<Mapping> = Vec::new();
        for row in rows {
            put(
                &mut mappings,
                Mapping {
                    old: checked_name(&row.old)?,
                    new: checked_name(&row.new)?,
                    rule: Some(row.provenance.id.clone()),
                },
            );
        }
        let known: Vec<String> = mappings.iter().map(|mapping| mapping.old.clone()).collect();
        for (at, rename) in renames.iter().enumerate() {
            let earlier = renames[..at]
                .iter()
                .find(|earlier| same(&earlier.old, &rename.old) && earlier.new != rename.new);
            if let Some(earlier) = earlier {
                return Err(MappingError::TwoNames {
                    old: rename.old.clone(),
                    first: earlier.new.clone(),
                    second: rename.new.clone(),
                });
            }
            put(
                &mut mappings,
                Mapping {
                    old: checked_name(&rename.old)?,
                    new: checked_name(&rename.new)?,
                    rule: None,
                },
            );
        }
        for name in keep {
            let name = checked_name(name)?;
            let renamed = renames
                .iter()
                .any(|rename| same(&rename.old, &name) && !same(&rename.old, &rename.new));
            if renamed {
                return Err(MappingError::KeptAndRenamed(name));
            }
            if !mappings.iter().any(|mapping| same(&mapping.old, &name)) {
                // Giving a name twice is no mistake.
                if known.iter().any(|known| same(known, &name)) {
                    continue;
                }
                return Err(MappingError::UnknownKept {
                    nearest: nearest(&name, &known),
                    known,
                    name,
                });
            }
            mappings.retain(|mapping| !same(&mapping.old, &name));
        }
        mappings.retain(|mapping| !same(&mapping.old, &mapping.new));
        Self::compiled(mappings)
    }

    fn compiled(mappings: Vec<Mapping>) -> Result<Self, MappingError> {
        for mapping in &mappings {
            let then = mappings.iter().find(|other| same(&other.old, &mapping.new));
            if let Some(then) = then {
                return Err(MappingError::Chain {
                    old: mapping.old.clone(),
                    new: mapping.new.clone(),
                    then: then.new.clone(),
                });
            }
        }
        let by_old = mappings
            .iter()
            .enumerate()
            .map(|(at, mapping)| (mapping.old.to_ascii_lowercase(), at))
            .collect();
        let new_names = mappings
            .iter()
            .map(|mapping| mapping.new.to_ascii_lowercase())
            .collect();
        let names: Vec<String> = mappings
            .iter()
            .map(|mapping| regex::escape(&mapping.old))
            .collect();
        // Without the filter every text is scanned, which is only slower.
        let candidates = RegexBuilder::new(&names.join("|"))
            .case_insensitive(true)
            .unicode(false)
            .build()
            .ok();
        Ok(Self {
            mappings,
            by_old,
            new_names,
            candidates,
        })
    }

    /// The renames, those of the packs first.
    #[must_use]
    pub fn mappings(&self) -> &[Mapping] {
        &self.mappings
    }

    /// Whether nothing is renamed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.mappings.is_empty()
    }

    /// The rename of `name`, which is compared without regard to ASCII case.
    pub(super) fn rename_of(&self, name: &[u8]) -> Option<&Mapping> {
        let name = std::str::from_utf8(name).ok()?.to_ascii_lowercase();
        self.by_old.get(&name).map(|at| &self.mappings[*at])
    }

    /// Whether `name` is a new name already.
    pub(super) fn is_new(&self, name: &[u8]) -> bool {
        std::str::from_utf8(name)
            .is_ok_and(|name| self.new_names.contains(&name.to_ascii_lowercase()))
    }

    /// Whether an old name stands in `bytes` at all.
    pub(super) fn may_occur_in(&self, bytes: &[u8]) -> bool {
        !self.is_empty()
            && self
                .candidates
                .as_ref()
                .is_none_or(|names| names.is_match(bytes))
    }
}

fn put(mappings: &mut Vec<Mapping>, new: Mapping) {
    match mappings.iter_mut().find(|known| same(&known.old, &new.old)) {
        Some(known) => *known = new,
        None => mappings.push(new),
    }
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn nearest(name: &str, known: &[String]) -> Option<String> {
    let name = name.to_ascii_lowercase();
    known
        .iter()
        .map(|known| {
            (
                strsim::jaro_winkler(&name, &known.to_ascii_lowercase()),
                known,
            )
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, known)| known.clone())
}
