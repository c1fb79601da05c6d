//! Loads packs: the built-in ones, which are the folders of `rules`, then those of `--rules`.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::error::Failure;
use crate::io::folder;
use crate::pack::building::validate::{Builder, Trust};
use crate::pack::format::file::PackFile;
use crate::pack::format::packed::unpack;
use crate::pack::format::problem::PackProblem;
use crate::pack::rules::Rules;
use crate::xml::Source;
use crate::xml::encoding::TextEncoding;

/// No pack is as long as this; a file that is was named by mistake.
const MAX_BYTES: u64 = 16 << 20;

/// A pack in the binary.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// Its id.
    pub id: &'static str,
    /// The TOML.
    pub text: &'static str,
    /// The same but for examples, parsed already.
    packed: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// A pack that could not be loaded.
#[derive(Debug)]
pub struct PackFailure {
    /// The file as the user named it, or the name of a built-in pack.
    pub label: String,
    /// What is wrong with it.
    pub reason: Reason,
}

/// Why a pack could not be loaded.
#[derive(Debug)]
pub enum Reason {
    /// It could not be read.
    Unreadable(io::Error),
    /// It says things that mean nothing.
    Invalid {
        /// The TOML.
        text: String,
        /// Everything that is wrong with it, in the order of the text.
        problems: Vec<PackProblem>,
    },
}

impl PackFailure {
    /// As users get to see it: one failure for each problem.
    #[must_use]
    pub fn failures(&self) -> Vec<Failure> {
        match &self.reason {
            Reason::Unreadable(error) => vec![
                Failure::new(format!("the rule pack cannot be read: {error}"))
                    .in_file(&self.label)
                    .help("--rules takes a TOML file in UTF-8, or a folder of them"),
            ],
            Reason::Invalid { text, problems } => problems
                .iter()
                .map(|problem| problem.failure(&self.label, text))
                .collect(),
        }
    }
}

/// The packs that a run has on top of the built-in ones.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extra<'a> {
    /// Files, and folders of files.
    pub packs: &'a [PathBuf],
    /// Those of them that may take masking away; all others can only add to what is masked.
    pub may_unmask: &'a [PathBuf],
}

impl<'a> Extra<'a> {
    /// The same for `packs`, of which some may not have been asked for.
    #[must_use]
    pub fn with<'b>(self, packs: &'b [PathBuf]) -> Extra<'b>
    where
        'a: 'b,
    {
        Extra {
            packs,
            may_unmask: self.may_unmask,
        }
    }
}

impl<'a> From<&'a [PathBuf]> for Extra<'a> {
    fn from(packs: &'a [PathBuf]) -> Self {
        Self {
            packs,
            may_unmask: &[],
        }
    }
}

impl<'a> From<&'a Vec<PathBuf>> for Extra<'a> {
    fn from(packs: &'a Vec<PathBuf>) -> Self {
        packs.as_slice().into()
    }
}

impl<'a, const N: usize> From<&'a [PathBuf; N]> for Extra<'a> {
    fn from(packs: &'a [PathBuf; N]) -> Self {
        packs.as_slice().into()
    }
}

/// Loads the built-in packs and then `extra`: files, and folders whose
/// `*.toml` are taken in the order of their names, `pack.toml` before all others.
/// A row replaces an earlier row of the same id.
///
/// # Errors
/// All packs that could not be loaded, each with all its problems.
pub fn load<'a>(extra: impl Into<Extra<'a>>) -> Result<Rules, Vec<PackFailure>> {
    load_on(BUILT_IN.iter(), extra.into())
}

/// Loads everything that [`load_for_lint`] does, and `answers` on top: a pack that is in no file (yet), which
/// messages call `label`.
///
/// # Errors
/// As [`load`].
pub fn load_with<'a>(
    extra: impl Into<Extra<'a>>,
    answers: &str,
    label: &str,
) -> Result<Rules, Vec<PackFailure>> {
    let mut builder = read_packs(BUILT_IN.iter().chain(LINT), extra.into())?;
    match builder.add_file(answers, "answers", label.to_owned()) {
        Ok(()) => Ok(builder.finish()),
        Err(problems) => Err(vec![invalid(label.to_owned(), answers, problems)]),
    }
}

/// Loads everything that [`load`] does, and the lint rules; those of the built-in packs without examples.
///
/// # Errors
/// As [`load`].
pub fn load_with_lint<'a>(extra: impl Into<Extra<'a>>) -> Result<Rules, Vec<PackFailure>> {
    load_on(BUILT_IN.iter().chain(LINT), extra.into())
}

/// Tables of which no lint rule asks anything.
const NOT_FOR_LINT: [&str; 6] = [
    "setting",
    "merge",
    "generation",
    "location",
    "spellings",
    "installer",
];

/// All packs in the binary.
pub fn built_in() -> impl Iterator<Item = &'static BuiltIn> {
    BUILT_IN.iter().chain(LINT).chain(PLAN)
}

/// Loads everything: what [`load_with_lint`] does, and procedures with their steps.
///
/// # Errors
/// As [`load`].
pub fn load_with_plan<'a>(extra: impl Into<Extra<'a>>) -> Result<Rules, Vec<PackFailure>> {
    load_on(built_in(), extra.into())
}

/// The same without what no lint rule asks, so that the first file is reached sooner. With packs of the
/// user it is everything: their rows may take the place of any other.
///
/// # Errors
/// As [`load`].
pub fn load_for_lint<'a>(extra: impl Into<Extra<'a>>) -> Result<Rules, Vec<PackFailure>> {
    let extra = extra.into();
    if !extra.packs.is_empty() {
        return load_with_lint(extra);
    }
    let all: Vec<&BuiltIn> = BUILT_IN.iter().chain(LINT).collect();
    let is_wanted = |table: &str| !NOT_FOR_LINT.contains(&table);
    let read = |pack: &&'static BuiltIn| Unbuilt::read(pack, is_wanted);
    // Only what the rows mean depends on the packs before.
    let packs = all.par_iter().map(read).collect();
    build(packs, extra).map(Builder::finish)
}

/// What a merge of branches needs: what is true of .NET configuration in
/// general, and `extra`; no product's pack.
///
/// # Errors
/// As [`load`].
pub fn load_general<'a>(extra: impl Into<Extra<'a>>) -> Result<Rules, Vec<PackFailure>> {
    let extra = extra.into();
    if extra.packs.is_empty()
        && let Some(rules) = super::compiled::rules()
    {
        return Ok(rules);
    }
    load_on(BUILT_IN[..GENERAL].iter(), extra)
}

fn load_on(
    built_in: impl Iterator<Item = &'static BuiltIn>,
    extra: Extra<'_>,
) -> Result<Rules, Vec<PackFailure>> {
    read_packs(built_in, extra).map(Builder::finish)
}

fn read_packs(
    built_in: impl Iterator<Item = &'static BuiltIn>,
    extra: Extra<'_>,
) -> Result<Builder, Vec<PackFailure>> {
    let packs = built_in.map(|pack| Unbuilt::read(pack, |_| true));
    build(packs.collect(), extra)
}

/// A built-in pack that was read, not yet checked.
struct Unbuilt {
    pack: &'static BuiltIn,
    file: PackFile,
    problems: Vec<PackProblem>,
}

impl Unbuilt {
    /// Reads those tables that are wanted.
    fn read(pack: &'static BuiltIn, is_wanted: impl Fn(&str) -> bool) -> Self {
        let mut problems = Vec::new();
        let file = match unpack(pack.packed, is_wanted) {
            Some(document) => PackFile::read_document(Trust::BuiltIn, &document, "", &mut problems),
            None => PackFile::read_as(Trust::BuiltIn, pack.text, &mut problems),
        };
        Self {
            pack,
            file,
            problems,
        }
    }
}

fn build(packs: Vec<Unbuilt>, extra: Extra<'_>) -> Result<Builder, Vec<PackFailure>> {
    let mut builder = Builder::default();
    let mut failures = Vec::new();
    for Unbuilt {
        pack: BuiltIn { id, text, .. },
        file,
        problems,
    } in packs
    {
        if let Err(problems) = builder.add_read(&file, id, Trust::BuiltIn, "", problems) {
            failures.push(invalid(format!("built-in pack {id}"), text, problems));
        }
    }
    for path in extra.packs {
        builder.may_unmask = extra.may_unmask.contains(path);
        match files_of(path) {
            Ok(files) => {
                for file in files {
                    if let Err(failure) = add_file(&mut builder, &file) {
                        failures.push(failure);
                    }
                }
            }
            Err(failure) => failures.push(failure),
        }
    }
    builder.may_unmask = false;
    if failures.is_empty() {
        Ok(builder)
    } else {
        Err(failures)
    }
}

fn invalid(label: String, text: &str, problems: Vec<PackProblem>) -> PackFailure {
    PackFailure {
        label,
        reason: Reason::Invalid {
            text: text.to_owned(),
            problems,
        },
    }
}

pub(in crate::pack) fn unreadable(path: &Path, error: io::Error) -> PackFailure {
    PackFailure {
        label: path.display().to_string(),
        reason: Reason::Unreadable(error),
    }
}

/// The files of packs that `path` means: itself, or those of a folder, `pack.toml` first.
///
/// # Errors
/// When it cannot be looked into.
pub fn files_of(path: &Path) -> Result<Vec<PathBuf>, PackFailure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| unreadable(path, error))? {
        let file = entry.map_err(|error| unreadable(path, error))?.path();
        let extension = file.extension().unwrap_or_default();
        if extension.eq_ignore_ascii_case("toml") && file.is_file() {
            files.push(file);
        }
    }
    if files.is_empty() {
        let error = io::Error::new(io::ErrorKind::NotFound, "no *.toml in this folder");
        return Err(unreadable(path, error));
    }
    // As with the built-in packs, `pack.toml` has the components that the others speak of.
    let is_first = |file: &PathBuf| file.file_name().is_some_and(|name| name == "pack.toml");
    files.sort_by(|one, other| (!is_first(one), one).cmp(&(!is_first(other), other)));
    Ok(files)
}

fn add_file(builder: &mut Builder, path: &Path) -> Result<(), PackFailure> {
    let text = read(path).map_err(|error| unreadable(path, error))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let label = path.display().to_string();
    builder
        .add_file(&text, &name, label.clone())
        .map_err(|problems| invalid(label, &text, problems))
}

/// Reads a pack; a byte-order mark, as Windows editors write it, is taken off.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    let refuse = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut bytes = Vec::new();
    folder::read(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(refuse("it is too long for a rule pack"));
    }
    let source = Source::decode_plain(&bytes).map_err(|error| refuse(&error.to_string()))?;
    if source.encoding() == TextEncoding::Latin1 {
        return Err(refuse("it is not UTF-8"));
    }
    Ok(source.text().to_owned())
}
