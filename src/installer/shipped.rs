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
    /// The name of the file.
    pub name: &'a str,
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

/// The file of the installer that users `given` as [`named`] says, which is to be a file of the component `of`.
///
/// # Errors
/// When there is none, or several different ones.
pub fn of_component(
    given: &Path,
    name: &str,
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
            name,
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
pub fn find<'i>(installer: &'i Installer, wanted: &Wanted<'_>) -> Result<Shipped, ShippedError> {
    let is_named = |file: &&ShippedFile| file.name().to_lowercase() == wanted.name.to_lowercase();
    let (named, others): (Vec<_>, Vec<_>) = installer.files().iter().partition(is_named);
    let mut failed = None;
    let mut look = |files: &[&'i ShippedFile]| {
        let mut fitting: Vec<(&'i ShippedFile, Fit, Vec<u8>)> = Vec::new();
        for file in files.iter().take(MAX_FILES) {
            match installer.read(file) {
                Ok(bytes) => fitting.push((*file, (wanted.fits)(&bytes), bytes)),
                Err(error) => failed = failed.take().or(Some(error)),
            }
        }
        fitting
    };
    let named = look(&named);
    let (yes, rest): (Vec<_>, Vec<_>) = named.into_iter().partition(|(_, fit, _)| *fit == Fit::Yes);
    if let Some(found) = one(installer, wanted, yes, How::Name) {
        return found;
    }
    if wanted.title.is_some() {
        let small: Vec<_> = (others.into_iter())
            .filter(|file| is_configuration(file.name()) && file.size <= MAX_SIZE)
            .collect();
        let by_content = look(&small);
        let yes = (by_content.into_iter()).filter(|(_, fit, _)| *fit == Fit::Yes);
        if let Some(found) = one(installer, wanted, yes.collect(), How::Content) {
            return found;
        }
    }
    // What could not be read might have been it.
    if let Some(error) = failed {
        return Err(error.into());
    }
    let (unknown, no): (Vec<_>, Vec<_>) =
        (rest.into_iter()).partition(|(_, fit, _)| *fit == Fit::Unknown);
    if let Some(found) = one(installer, wanted, unknown, How::NameAlone) {
        return found;
    }
    let what = match (wanted.title, no.first()) {
        (Some(title), Some((_, Fit::No(Some(other)), _))) => format!(
            "it has no file of {title}; its `{}` is of {other}",
            wanted.name
        ),
        (_, Some(_)) => format!("its `{}` is no well-formed XML", wanted.name),
        (Some(title), None) => format!(
            "it has no file of {title}, neither by the name `{}` nor by content",
            wanted.name
        ),
        (None, None) => format!("it has no file with the name `{}`", wanted.name),
    };
    Err(missing(installer, what))
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

/// The file, if there is one, or several that are the same.
fn one(
    installer: &Installer,
    wanted: &Wanted<'_>,
    found: Vec<(&ShippedFile, Fit, Vec<u8>)>,
    how: How,
) -> Option<Result<Shipped, ShippedError>> {
    let found: Vec<Read<'_>> = found
        .into_iter()
        .map(|(file, _, bytes)| (file, bytes))
        .collect();
    if distinct(&found) {
        let what = match (how, wanted.title) {
            (How::NameAlone, _) | (_, None) => format!(
                "it has different files with the name `{}`, and nothing tells which is meant",
                wanted.name
            ),
            (_, Some(title)) => format!("it has different files of {title}"),
        };
        return Some(Err(several(installer, &what, &found)));
    }
    let (file, bytes) = found.into_iter().next()?;
    Some(Ok(shipped(installer, file, bytes, how)))
}

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
