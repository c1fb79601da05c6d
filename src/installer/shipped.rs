//! Which file of an installer a configuration was made from.
//!
//! It is looked for by its name first. Of several files with that name the one is taken whose content is the
//! configuration of the wanted component; if none has the name, every configuration file is asked for its
//! content. Promises to guess never: where two different files would do, both are named and none is taken.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{Installer, InstallerError, Product, ShippedFile};
use crate::error::Failure;
use crate::io::read::display_name;
use crate::io::stream::sha256;
use crate::pack::Rules;
use crate::pack::rules::Component;
use crate::xml::Document;

/// So many files of one installer are looked into, and none that is larger.
const MAX_FILES: usize = 64;
const MAX_SIZE: u64 = 16 << 20;

/// So many are named in a message.
const MAX_NAMED: usize = 12;

/// How well the content of a file fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It is what is wanted.
    Yes,
    /// It may be: nothing tells.
    Unknown,
    /// It is something else; the title of the component that it is of, if that is known.
    No(Option<String>),
}

/// What is looked for.
pub struct Wanted<'a> {
    /// The names that it may have, the likeliest first.
    pub names: &'a [&'a str],
    /// What it is, for messages: the title of a component.
    pub title: Option<&'a str>,
    /// How well these bytes fit.
    pub fits: &'a dyn Fn(&[u8]) -> Fit,
}

/// How a file was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It was asked for by its path.
    Path,
    /// By its name, and its content says what it is.
    Name,
    /// By its name alone.
    NameAlone,
    /// By its content; it has another name.
    Content,
}

/// A file out of an installer.
#[derive(Clone, Debug)]
pub struct Shipped {
    /// How outputs name it: `OLD.msi!inetpub\wwwroot\Acme\web.config`.
    pub label: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a file comes from that was read out of an installer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The installer, as the user named it.
    pub installer: String,
    /// Its SHA-256.
    pub installer_sha256: String,
    /// What it installs.
    pub product: Product,
    /// Where the file would be installed.
    pub path: String,
    /// The cabinet that it was read from.
    pub cabinet: Option<String>,
    /// Its SHA-256.
    pub sha256: String,
    /// How it was found.
    pub how: How,
}

/// Why there is no file.
#[derive(Debug, Error)]
pub enum ShippedError {
    /// The installer, or the file in it, cannot be read.
    #[error(transparent)]
    Installer(#[from] InstallerError),
    /// Nothing fits.
    #[error("{message}")]
    Missing {
        /// The installer.
        installer: String,
        /// What is missing.
        message: String,
        /// What there is instead.
        others: Vec<String>,
    },
    /// Different files fit.
    #[error("{message}")]
    Several {
        /// The installer.
        installer: String,
        /// What they have in common.
        message: String,
        /// Their paths.
        paths: Vec<String>,
    },
}

impl From<ShippedError> for Failure {
    fn from(error: ShippedError) -> Self {
        let message = error.to_string();
        match error {
            ShippedError::Installer(error) => error.into(),
            ShippedError::Missing {
                installer, others, ..
            } => {
                let help = match others.is_empty() {
                    true => "It has no configuration files. Check that this is the installer of the component.".to_owned(),
                    false => format!(
                        "It has {}. Name the one that is meant behind the installer, as `{}!{}`.",
                        listed(&others),
                        installer,
                        others[0]
                    ),
                };
                Self::new(message).in_file(installer).help(help)
            }
            ShippedError::Several {
                installer, paths, ..
            } => {
                let help = format!(
                    "They are {}. Name the one that is meant behind the installer, as `{}!{}`.",
                    listed(&paths),
                    installer,
                    paths.first().map_or("", String::as_str)
                );
                Self::new(message).in_file(installer).help(help)
            }
        }
    }
}

fn listed(paths: &[String]) -> String {
    let named: Vec<String> = (paths.iter().take(MAX_NAMED))
        .map(|path| format!("`{path}`"))
        .collect();
    match paths.len().saturating_sub(MAX_NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// An installer as users name it, with the path of a file in it where they name that too:
/// `OLD.msi!inetpub\wwwroot\Acme\web.config`.
#[must_use]
pub fn named(given: &Path) -> (PathBuf, Option<String>) {
    let whole = (given.to_owned(), None);
    if given.exists() {
        return whole;
    }
    let Some(text) = given.to_str() else {
        return whole;
    };
    match text.to_ascii_lowercase().find(".msi!") {
        Some(at) => (
            PathBuf::from(&text[..at + 4]),
            Some(text[at + 5..].to_owned()),
        ),
        None => whole,
    }
}

/// The file of the component `of` in the installer that the user named (see [`named`]). Its name is one of `names`,
/// the likeliest first; if the user named a path too, it is the file at that path.
///
/// # Errors
/// When there is none, or several different ones.
pub fn of_component(
    given: &Path,
    names: &[&str],
    of: Option<&Component>,
    rules: &Rules,
) -> Result<Shipped, ShippedError> {
    let (path, inside) = named(given);
    let installer = Installer::open(&path)?;
    if let Some(inside) = inside {
        return at_path(&installer, &inside);
    }
    let fits = |bytes: &[u8]| fit(bytes, of, rules);
    let title = of.map(|component| component.provenance.summary.as_str());
    find(
        &installer,
        &Wanted {
            names,
            title,
            fits: &fits,
        },
    )
}

/// How well bytes fit as the configuration of a component.
#[must_use]
pub fn fit(bytes: &[u8], of: Option<&Component>, rules: &Rules) -> Fit {
    let Ok(document) = Document::from_bytes(bytes) else {
        return Fit::No(None);
    };
    match (rules.component_of(&document), of) {
        (Some(one), Some(other)) if one.provenance.id == other.provenance.id => Fit::Yes,
        (Some(other), Some(_)) => Fit::No(Some(other.provenance.summary.clone())),
        _ => Fit::Unknown,
    }
}

/// The file at a path of the installer, without regard to case and to the kind of slashes.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn at_path(installer: &Installer, path: &str) -> Result<Shipped, ShippedError> {
    let same = |other: &str| other.to_lowercase() == path.replace('/', "\\").to_lowercase();
    let found: Vec<_> = (installer.files().iter())
        .filter(|file| same(&file.path))
        .collect();
    let Some(file) = found.first() else {
        return Err(missing(installer, format!("it has no file `{path}`")));
    };
    let read = (found.iter())
        .map(|file| Ok((*file, installer.read(file)?)))
        .collect::<Result<Vec<_>, InstallerError>>()?;
    match distinct(&read) {
        false => Ok(shipped(installer, file, installer.read(file)?, How::Path)),
        true => Err(several(
            installer,
            "it has different files of this path",
            &read,
        )),
    }
}

/// The file of the installer that is wanted.
///
/// # Errors
/// When there is none, or several different ones.
pub fn find(installer: &Installer, wanted: &Wanted<'_>) -> Result<Shipped, ShippedError> {
    let mut search = Search {
        installer,
        wanted,
        looked_into: Vec::new(),
        failed: None,
    };
    for name in wanted.names {
        let name = name.to_lowercase();
        search.look(|file| file.name().to_lowercase() == name);
        if let Some(found) = search.one(&Fit::Yes, How::Name) {
            return found;
        }
    }
    let by_name = search.looked_into.len();
    if wanted.title.is_some() {
        search.look(|file| is_configuration(file.name()) && file.size <= MAX_SIZE);
        if let Some(found) = search.one(&Fit::Yes, How::Content) {
            return found;
        }
    }
    // What could not be read might have been it.
    if let Some(error) = search.failed {
        return Err(error.into());
    }
    search.looked_into.truncate(by_name);
    if let Some(found) = search.one(&Fit::Unknown, How::NameAlone) {
        return found;
    }
    let name = wanted.names.first().unwrap_or(&"web.config");
    let what = match (wanted.title, search.looked_into.first()) {
        (Some(title), Some((file, Fit::No(Some(other)), _))) => format!(
            "it has no file of {title}; its `{}` is of {other}",
            file.name()
        ),
        (_, Some((file, ..))) => format!("its `{}` is no well-formed XML", file.name()),
        (Some(title), None) => {
            format!("it has no file of {title}, neither by the name `{name}` nor by content")
        }
        (None, None) => format!("it has no file with the name `{name}`"),
    };
    Err(missing(installer, what))
}

/// A search in one installer.
struct Search<'s, 'i> {
    installer: &'i Installer,
    wanted: &'s Wanted<'s>,
    /// What was looked into so far.
    looked_into: Vec<(&'i ShippedFile, Fit, Vec<u8>)>,
    /// Why the first file could not be read that could not.
    failed: Option<InstallerError>,
}

impl Search<'_, '_> {
    /// Looks into these files, as far as they were not looked into.
    fn look(&mut self, is_wanted: impl Fn(&ShippedFile) -> bool) {
        for file in self.installer.files().iter().filter(|file| is_wanted(file)) {
            let is_new = self.looked_into.iter().all(|(known, ..)| *known != file);
            if !is_new || self.looked_into.len() >= MAX_FILES {
                continue;
            }
            match self.installer.read(file) {
                Ok(bytes) => {
                    let fit = (self.wanted.fits)(&bytes);
                    self.looked_into.push((file, fit, bytes));
                }
                Err(error) => self.failed = self.failed.take().or(Some(error)),
            }
        }
    }

    /// The file that fits so, if there is one, or several that are the same.
    fn one(&self, fit: &Fit, how: How) -> Option<Result<Shipped, ShippedError>> {
        let found: Vec<Read<'_>> = (self.looked_into.iter())
            .filter(|(_, own, _)| own == fit)
            .map(|(file, _, bytes)| (*file, bytes.clone()))
            .collect();
        if distinct(&found) {
            let what = match self.wanted.title.filter(|_| *fit == Fit::Yes) {
                Some(title) => format!("it has different files of {title}"),
                None => format!(
                    "it has different files with the name `{}`, and nothing tells which is meant",
                    found[0].0.name()
                ),
            };
            return Some(Err(several(self.installer, &what, &found)));
        }
        let (file, bytes) = found.into_iter().next()?;
        Some(Ok(shipped(self.installer, file, bytes, how)))
    }
}

/// Whether a file can be a configuration, by its name.
#[must_use]
pub fn is_configuration(name: &str) -> bool {
    let name = name.to_lowercase();
    let is_code = [".dll", ".exe", ".pdb"]
        .iter()
        .any(|end| name.ends_with(end));
    !is_code && (name.ends_with(".config") || name.contains(".config.") || name.ends_with(".xml"))
}

type Read<'i> = (&'i ShippedFile, Vec<u8>);

fn distinct(found: &[Read<'_>]) -> bool {
    found.windows(2).any(|pair| pair[0].1 != pair[1].1)
}

fn shipped(installer: &Installer, file: &ShippedFile, bytes: Vec<u8>, how: How) -> Shipped {
    Shipped {
        label: installer.label(file),
        origin: Origin {
            installer: display_name(installer.path()),
            installer_sha256: installer.sha256().to_owned(),
            product: installer.product().clone(),
            path: file.path.clone(),
            cabinet: file.cabinet().map(str::to_owned),
            sha256: sha256(&bytes),
            how,
        },
        bytes,
    }
}

fn missing(installer: &Installer, message: String) -> ShippedError {
    let others = installer.files().iter().map(|file| &file.path);
    ShippedError::Missing {
        installer: display_name(installer.path()),
        message,
        others: others
            .filter(|path| is_configuration(path))
            .cloned()
            .collect(),
    }
}

fn several(installer: &Installer, message: &str, found: &[Read<'_>]) -> ShippedError {
    ShippedError::Several {
        installer: display_name(installer.path()),
        message: message.to_owned(),
        paths: found.iter().map(|(file, _)| file.path.clone()).collect(),
    }
}
