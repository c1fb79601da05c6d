//! Windows paths, also where there is no Windows.
//!
//! A [`WindowsPath`] is absolute, on a drive, and made of names that Windows
//! can have: it never holds `..`, a reserved name, a stream (`:`) or anything
//! else that would mean another file than it says. [`Drives`] maps such paths
//! to the machine: `--root DIR` stands for the system drive, names are looked
//! up without regard to case, and no link leads out of the root.

use std::fmt;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Longest name that NTFS has, in UTF-16 units.
const MAX_NAME: usize = 255;

/// Why a text is no path that conferry works with.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PathProblem {
    /// Nothing there.
    #[error("a name in it is empty")]
    Empty,
    /// No drive and root, or one where there must be none.
    #[error("it does not begin with a drive, such as C:\\")]
    NotAbsolute,
    /// `\\server\share` or `\\?\`.
    #[error("it is a network or device path")]
    Unc,
    /// `.` or `..`.
    #[error("it contains `{0}`, which leads elsewhere")]
    Dots(String),
    /// `CON`, `NUL.txt` and the like.
    #[error("`{0}` is the name of a device on Windows")]
    Reserved(String),
    /// A name that Windows would shorten.
    #[error("`{0}` ends in a dot or a space, which Windows takes off")]
    TrailingDotOrSpace(String),
    /// `name:stream`, or a drive letter.
    #[error("`{0}` names a drive or an alternate data stream")]
    Stream(String),
    /// A character that no name has.
    #[error("`{0}` has a character that no name on Windows has")]
    Character(String),
    /// Longer than any name.
    #[error("a name in it is longer than {MAX_NAME} characters")]
    TooLong,
    /// A link leads out of the root.
    #[error("a link at `{0}` leads outside")]
    LeadsOutside(String),
    /// The drive is not there.
    #[error("there is no drive {0}: here")]
    NoDrive(char),
}

/// What to do about a name that no file can have.
pub(super) const BAD_NAME_HELP: &str = "Give another name, not too long. On Windows none has < > : \" | ? or *, and none is a device's, such as nul or aux.";

/// Whether `path` names a device of this machine, so that no file can be there.
pub(super) fn is_device_here(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    cfg!(windows) && is_device(&name)
}

/// Checks one name of a path.
///
/// # Errors
/// Why Windows could not have it, or would take it for something else.
pub fn check_name(name: &str) -> Result<(), PathProblem> {
    let shown = || name.escape_debug().to_string();
    if name.is_empty() {
        return Err(PathProblem::Empty);
    }
    if name == "." || name == ".." {
        return Err(PathProblem::Dots(shown()));
    }
    if name.contains(':') {
        return Err(PathProblem::Stream(shown()));
    }
    let forbidden =
        |c: char| c.is_control() || matches!(c, '<' | '>' | '"' | '|' | '?' | '*' | '/' | '\\');
    if name.contains(forbidden) {
        return Err(PathProblem::Character(shown()));
    }
    if name.ends_with(['.', ' ']) {
        return Err(PathProblem::TrailingDotOrSpace(shown()));
    }
    if name.encode_utf16().count() > MAX_NAME {
        return Err(PathProblem::TooLong);
    }
    if is_device(name) {
        return Err(PathProblem::Reserved(shown()));
    }
    Ok(())
}

/// Whether Windows takes the name for a device, whatever its extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_uppercase();
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"].contains(&stem.as_str()) {
        return true;
    }
    let number = stem
        .strip_prefix("COM")
        .or_else(|| stem.strip_prefix("LPT"));
    number.is_some_and(|number| {
        let mut chars = number.chars();
        let digit = chars.next();
        // Windows counts the superscripts as digits.
        chars.next().is_none() && digit.is_some_and(|c| c.is_ascii_digit() || "¹²³".contains(c))
    })
}

/// A relative path with `/` between its names, each of which Windows can have.
///
/// # Errors
/// What is wrong with it.
pub fn check_relative(path: &str) -> Result<(), PathProblem> {
    if path.starts_with(['/', '\\']) {
        return Err(PathProblem::Character(path.escape_debug().to_string()));
    }
    path.split('/').try_for_each(check_name)
}

/// How names are compared: Windows folds case.
#[must_use]
pub fn fold(name: &str) -> String {
    name.to_lowercase()
}

/// An absolute path on a drive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowsPath {
    drive: char,
    names: Vec<String>,
}

impl WindowsPath {
    /// Reads `C:\a\b`; `/` counts as `\`, and `\` at the end is taken off.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PathProblem> {
        let text = text.replace('/', "\\");
        if text.starts_with("\\\\") {
            return Err(PathProblem::Unc);
        }
        let mut chars = text.chars();
        let (drive, colon, slash) = (chars.next(), chars.next(), chars.next());
        let Some(drive) = drive.filter(char::is_ascii_alphabetic) else {
            return Err(PathProblem::NotAbsolute);
        };
        if colon != Some(':') || !matches!(slash, Some('\\') | None) {
            return Err(PathProblem::NotAbsolute);
        }
        let rest = text.get(3..).unwrap_or_default();
        let rest = rest.strip_suffix('\\').unwrap_or(rest);
        let mut path = Self::drive(drive);
        if rest.is_empty() {
            return Ok(path);
        }
        for name in rest.split('\\') {
            path.push(name)?;
        }
        Ok(path)
    }

    /// The root of a drive.
    #[must_use]
    pub fn drive(letter: char) -> Self {
        Self {
            drive: letter.to_ascii_uppercase(),
            names: Vec::new(),
        }
    }

    /// The letter of the drive.
    #[must_use]
    pub fn letter(&self) -> char {
        self.drive
    }

    /// The names below the drive.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Goes down to `name`.
    ///
    /// # Errors
    /// When Windows cannot have the name.
    pub fn push(&mut self, name: &str) -> Result<(), PathProblem> {
        check_name(name)?;
        self.names.push(name.to_owned());
        Ok(())
    }

    /// Where `relative` leads from this folder. `..` may lead up, not out of
    /// the drive; an absolute path is taken as it is.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn join(&self, relative: &str) -> Result<Self, PathProblem> {
        let relative = relative.replace('/', "\\");
        if relative.starts_with("\\\\") || relative.get(1..3) == Some(":\\") {
            return Self::parse(&relative);
        }
        let mut path = match relative.starts_with('\\') {
            true => Self::drive(self.drive),
            false => self.clone(),
        };
        for name in relative.split('\\') {
            match name {
                "" | "." => {}
                ".." if path.names.pop().is_none() => {
                    return Err(PathProblem::Dots(name.to_owned()));
                }
                ".." => {}
                name => path.push(name)?,
            }
        }
        Ok(path)
    }

    /// The path to compare with: equal for paths that differ in case only.
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.to_string())
    }
}

impl fmt::Display for WindowsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:\\{}", self.drive, self.names.join("\\"))
    }
}

/// Where the drives of the server are on this machine.
#[derive(Clone, Debug)]
pub struct Drives {
    system: char,
    /// What stands for the system drive; `None`: the drives of this machine themselves.
    root: Option<PathBuf>,
}

impl Drives {
    /// `root` stands for the system drive, and there is no other.
    #[must_use]
    pub fn below(root: &Path, system: char) -> Self {
        Self {
            system: system.to_ascii_uppercase(),
            root: Some(root.to_owned()),
        }
    }

    /// The drives of this machine, which must be Windows.
    #[must_use]
    pub fn of_this_machine(system: char) -> Self {
        Self {
            system: system.to_ascii_uppercase(),
            root: None,
        }
    }

    /// The folder that stands for the system drive, if one does.
    #[must_use]
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// The letter of the system drive.
    #[must_use]
    pub fn system(&self) -> char {
        self.system
    }

    /// The folder that stands for a drive.
    ///
    /// # Errors
    /// When no folder does.
    pub fn folder(&self, letter: char) -> Result<PathBuf, PathProblem> {
        match &self.root {
            Some(root) if letter == self.system => Ok(root.clone()),
            Some(_) => Err(PathProblem::NoDrive(letter)),
            None => Ok(PathBuf::from(format!("{letter}:\\"))),
        }
    }

    /// What is at `path`, or `None`.
    ///
    /// # Errors
    /// When there is no such drive, or a link leads outside.
    pub fn find(&self, path: &WindowsPath) -> Result<Option<PathBuf>, PathProblem> {
        let mut at = self.folder(path.letter())?;
        for name in path.names() {
            match entry(&at, name) {
                Some(next) => at = next,
                None => return Ok(None),
            }
        }
        if !at.exists() {
            return Ok(None);
        }
        self.stays_inside(&at)?;
        Ok(Some(at))
    }

    /// Where `path` is or would be: names that exist keep their spelling.
    ///
    /// # Errors
    /// When there is no such drive, or a link leads outside.
    pub fn target(&self, path: &WindowsPath) -> Result<PathBuf, PathProblem> {
        let mut existing = self.folder(path.letter())?;
        let mut names = path.names().iter().peekable();
        while let Some(next) = names.peek().and_then(|name| entry(&existing, name)) {
            existing = next;
            names.next();
        }
        // Whatever links lie on the way, this resolves them all.
        if existing.symlink_metadata().is_ok() {
            self.stays_inside(&existing)?;
        }
        existing.extend(names);
        Ok(existing)
    }

    /// How Windows shows `path` of this machine.
    ///
    /// # Errors
    /// When it is not on a drive, or has names that Windows cannot have.
    pub fn show(&self, path: &Path) -> Result<WindowsPath, PathProblem> {
        let Some(root) = &self.root else {
            return WindowsPath::parse(&path.to_string_lossy());
        };
        let below = path
            .strip_prefix(root)
            .map_err(|_| PathProblem::NotAbsolute)?;
        let mut shown = WindowsPath::drive(self.system);
        for part in below.components() {
            let name = part.as_os_str().to_str();
            let lossy = || PathProblem::Character(part.as_os_str().to_string_lossy().into_owned());
            shown.push(name.ok_or_else(lossy)?)?;
        }
        Ok(shown)
    }

    /// Links inside the root may lead about in it, not out of it.
    fn stays_inside(&self, path: &Path) -> Result<(), PathProblem> {
        let Some(root) = &self.root else {
            return Ok(());
        };
        let outside = || PathProblem::LeadsOutside(path.display().to_string());
        let inside = match (path.canonicalize(), root.canonicalize()) {
            (Ok(path), Ok(root)) => path.starts_with(root),
            // A link to nothing: writing through it could create a file anywhere.
            _ => false,
        };
        if inside { Ok(()) } else { Err(outside()) }
    }
}

/// The entry of `folder` with this name, in whatever case; the exact name first.
fn entry(folder: &Path, name: &str) -> Option<PathBuf> {
    let exact = folder.join(name);
    if let Ok(metadata) = exact.symlink_metadata() {
        // Windows opens it in any case, and by its short name; a link's own name stays as it was given.
        let is_spelled = cfg!(not(windows)) || metadata.is_symlink();
        let real = (!is_spelled).then(|| exact.canonicalize().ok()).flatten();
        let name = real.as_deref().and_then(Path::file_name);
        return Some(name.map_or(exact, |name| folder.join(name)));
    }
    let wanted = fold(name);
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .filter(|entry| {
            entry
                .file_name()
                .to_str()
                .is_some_and(|name| fold(name) == wanted)
        })
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found.into_iter().next()
}
