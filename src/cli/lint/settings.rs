//! Puts together what `conferry lint` looks at and with which rules: the
//! command line, and the conferry.toml files of the files it names.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use crate::error::Failure;
use crate::io::sealed::Keys;
use crate::io::walk::{self, Choose, Selection as FileSelection};
use crate::lint::estate::{Input, inputs_of_snapshot};
use crate::lint::selection::{Selection, UnknownRule, named};
use crate::lint::settings::find::whole;
use crate::lint::settings::policy::Asked;
use crate::lint::settings::{FILE_NAME, Finder, Policies, Policy};
use crate::lint::tree::{Disk, Snapshot};
use crate::pack::texts;
use crate::pack::{self, PackFailure, Rules};
use crate::snapshot::store::Store;

/// Where settings are taken from.
#[derive(Debug, Args)]
pub(super) struct SettingsArgs {
    /// Takes settings from this file, for all files, instead of looking for conferry.toml
    #[arg(long, value_name = "FILE", help_heading = "Which rules")]
    config: Option<PathBuf>,

    /// Does not look for conferry.toml
    #[arg(long, conflicts_with = "config", help_heading = "Which rules")]
    no_config: bool,
}

/// What the command line says about rules and files.
#[derive(Clone, Copy)]
pub(super) struct Asks<'a> {
    pub(super) keys: &'a Keys,
    pub(super) paths: &'a [PathBuf],
    pub(super) settings: &'a SettingsArgs,
    pub(super) select: &'a [String],
    pub(super) ignore: &'a [String],
    pub(super) rules: &'a [PathBuf],
    pub(super) include: &'a [String],
    pub(super) exclude: &'a [String],
}

/// What is looked at, and with which rules.
pub(super) struct Gathered {
    pub(super) rules: Rules,
    pub(super) selection: Selection,
    pub(super) inputs: Vec<Input>,
    /// Paths that could not be looked into; the others go on.
    pub(super) failures: Vec<Failure>,
}

/// Finds files and settings.
///
/// # Errors
/// Whatever makes the run impossible: options, packs and settings that are not valid.
pub(super) fn gather(asks: &Asks<'_>) -> Result<Gathered, Vec<Failure>> {
    let given = FileSelection::new(asks.include, asks.exclude)
        .map_err(|error| vec![Failure::from(error)])?;
    let finder = RefCell::new(match (&asks.settings.config, asks.settings.no_config) {
        (Some(path), _) => Finder::given(path),
        (None, true) => Finder::off(),
        (None, false) => Finder::upwards(),
    });
    for path in asks.paths.iter().filter(|path| path.exists()) {
        let mut finder = finder.borrow_mut();
        match is_snapshot(path) {
            true => finder.of_here(),
            false => finder.of_folder(&folder_of(path)),
        };
    }
    // Settings deeper in may name further packs, and packs name further files.
    loop {
        let packs = packs(asks.rules, &finder.borrow());
        let rules = match load(&packs) {
            Ok(rules) => rules,
            Err(failures) => return Err(with_settings(failures, &finder.borrow())),
        };
        let usual = FileSelection::new(&usual_files(&rules), &[])
            .map_err(|error| vec![Failure::from(error)])?;
        let choice = Choice {
            asks,
            given: &given,
            usual: &usual,
            finder: &finder,
        };
        let mut failures = Vec::new();
        let files = choice.files(&mut failures);
        if self::packs(asks.rules, &finder.borrow()).len() == packs.len() {
            let (selection, inputs) = select(asks, &rules, &finder.borrow(), files)?;
            return Ok(Gathered {
                rules,
                selection,
                inputs,
                failures,
            });
        }
    }
}

/// A file, with the settings that count for it and its path below their folder.
struct File {
    input: Input,
    settings: Option<(usize, PathBuf)>,
}

/// Chooses files by the command line and the settings of each folder.
struct Choice<'a> {
    asks: &'a Asks<'a>,
    given: &'a FileSelection,
    usual: &'a FileSelection,
    finder: &'a RefCell<Finder>,
}

impl Choice<'_> {
    /// The files at and below the paths; snapshots are opened.
    fn files(&self, failures: &mut Vec<Failure>) -> Vec<File> {
        let disk = Arc::new(Disk::default());
        let mut files: Vec<File> = Vec::new();
        let mut seen = HashSet::new();
        for path in self.asks.paths {
            if is_snapshot(path) {
                self.in_snapshot(path, &mut files, failures);
                continue;
            }
            let below = Below {
                choice: self,
                root: whole(path),
            };
            let walked = walk::files(std::slice::from_ref(path), &below);
            failures.extend(walked.errors.into_iter().map(Failure::from));
            // Files of one folder come one after the other.
            let mut last = (PathBuf::new(), whole(Path::new("")));
            files.extend(walked.files.into_iter().filter_map(|found| {
                let (near, name) = (found.path.parent()?, found.path.file_name()?);
                if name == FILE_NAME {
                    return None;
                }
                if near != last.0 {
                    last = (near.to_owned(), whole(near));
                }
                let file = last.1.join(name);
                // A file that is named twice is looked at, and fixed, once.
                seen.insert(file.clone()).then(|| File {
                    settings: self.settings(&last.1, &file),
                    input: Input {
                        label: found.path.display().to_string(),
                        path: found.path,
                        tree: disk.clone(),
                    },
                })
            }));
        }
        let mut labels = HashSet::new();
        files.retain(|file| labels.insert(file.input.label.clone()));
        files
    }

    /// A snapshot is evidence and no place for settings: those of the current folder count.
    fn in_snapshot(&self, path: &Path, files: &mut Vec<File>, failures: &mut Vec<Failure>) {
        let settings = self.finder.borrow_mut().of_here();
        let takes = |file: &Path| self.takes(file, settings, file);
        match Store::open(path, self.asks.keys) {
            Ok(store) => {
                let inputs = inputs_of_snapshot(path, Snapshot::new(store), takes);
                files.extend(inputs.into_iter().map(|input| File {
                    settings: settings.map(|at| (at, input.path.clone())),
                    input,
                }));
            }
            Err(error) => failures.push(
                Failure::new(error.to_string())
                    .in_file(path.display())
                    .help("`conferry snapshot verify` says what is wrong with a snapshot"),
            ),
        }
    }

    /// The settings for a folder, and the path of `file` below theirs.
    fn settings(&self, folder: &Path, file: &Path) -> Option<(usize, PathBuf)> {
        let mut finder = self.finder.borrow_mut();
        let at = finder.of_folder(folder)?;
        let below = file
            .strip_prefix(&finder.found[at].folder)
            .unwrap_or(file)
            .to_owned();
        Some((at, below))
    }

    /// Whether a file is wanted: at `below_root` for the command line, at `below` for its settings.
    fn takes(&self, below_root: &Path, settings: Option<usize>, below: &Path) -> bool {
        let finder = self.finder.borrow();
        let settings = settings.map(|at| &finder.found[at]);
        let included = match settings.and_then(|settings| settings.include.as_ref()) {
            _ if !self.asks.include.is_empty() => self.given.includes(below_root),
            Some(include) => include.includes(below),
            None => self.usual.includes(below_root),
        };
        included
            && !self.given.excludes(below_root)
            && !settings.is_some_and(|settings| settings.exclude.excludes(below))
    }
}

/// The choice for what stands below one path.
struct Below<'a> {
    choice: &'a Choice<'a>,
    root: PathBuf,
}

impl Choose for Below<'_> {
    fn enters(&self, below_root: &Path) -> bool {
        let folder = self.root.join(below_root);
        let above = folder.parent().unwrap_or(&folder);
        let settings = self.choice.settings(above, &folder);
        let finder = self.choice.finder.borrow();
        !self.choice.given.excludes(below_root)
            && !settings.is_some_and(|(at, below)| finder.found[at].exclude.excludes(&below))
    }

    fn takes(&self, below_root: &Path) -> bool {
        let file = self.root.join(below_root);
        let folder = file.parent().unwrap_or(&self.root);
        match self.choice.settings(folder, &file) {
            Some((at, below)) => self.choice.takes(below_root, Some(at), &below),
            None => self.choice.takes(below_root, None, below_root),
        }
    }
}

/// The folder in which settings for `path` are looked for first.
fn folder_of(path: &Path) -> PathBuf {
    match path.is_dir() {
        true => whole(path),
        false => whole(path.parent().unwrap_or(Path::new(""))),
    }
}

/// The packs of all settings, then those of the command line, which come on top.
fn packs(asked: &[PathBuf], finder: &Finder) -> Vec<PathBuf> {
    let mut packs: Vec<PathBuf> = Vec::new();
    let of_settings = finder.found.iter().flat_map(|settings| &settings.rules);
    for pack in of_settings.chain(asked) {
        let same = |known: &PathBuf| whole(known) == whole(pack);
        if !packs.iter().any(same) {
            packs.push(pack.clone());
        }
    }
    packs
}

fn load(packs: &[PathBuf]) -> Result<Rules, Vec<Failure>> {
    pack::load_for_lint(packs).map_err(|failures| {
        let all = failures.iter().flat_map(PackFailure::failures);
        all.collect()
    })
}

/// `failures` behind those of the settings that were found so far.
fn with_settings(failures: Vec<Failure>, finder: &Finder) -> Vec<Failure> {
    let mut all = finder.failures.clone();
    for settings in &finder.found {
        let problems = settings.problems.iter();
        all.extend(
            problems.map(|problem| problem.failure_unmasked(&settings.label, &settings.text)),
        );
    }
    all.extend(failures);
    all
}

/// What the words of the command line and of the settings mean.
fn select(
    asks: &Asks<'_>,
    rules: &Rules,
    finder: &Finder,
    files: Vec<File>,
) -> Result<(Selection, Vec<Input>), Vec<Failure>> {
    let mut failures = finder.failures.clone();
    let selection = Selection::new(rules, asks.select, asks.ignore).unwrap_or_else(|unknown| {
        failures.extend(unknown.iter().map(unknown_rule));
        Selection::none(rules)
    });
    let words = asks.ignore.iter();
    let ignored: Vec<usize> = words.flat_map(|word| named(rules, word)).collect();
    let asked = Asked {
        selection: &selection,
        selects: !asks.select.is_empty(),
        ignored: &ignored,
    };
    let mut all = Vec::new();
    for settings in &finder.found {
        match Policy::new(settings, rules, asked) {
            Ok(policy) => all.push(policy),
            Err(problems) => failures.extend(
                (problems.iter())
                    .map(|problem| problem.failure_unmasked(&settings.label, &settings.text)),
            ),
        }
    }
    if !failures.is_empty() {
        return Err(failures);
    }
    let strangers = Strangers::of(asks, rules, finder);
    for (at, policy) in all.iter_mut().enumerate() {
        policy.retain(|rule| strangers.runs(at, rule));
    }
    let mut policies = Policies::new(all);
    let mut inputs = Vec::with_capacity(files.len());
    for file in files {
        if let Some((at, below)) = file.settings {
            policies.assign(file.input.label.clone(), at, &below);
        }
        inputs.push(file.input);
    }
    Ok((strangers.select(selection).with(policies), inputs))
}

/// Rules that only packs of settings have: they run on the files under the settings that name
/// their pack. A rule that takes the place of another does so for the whole run.
struct Strangers {
    /// Position of the rule and of the settings that have it.
    owners: HashMap<usize, HashSet<usize>>,
}

impl Strangers {
    fn of(asks: &Asks<'_>, rules: &Rules, finder: &Finder) -> Self {
        let mut owners: HashMap<usize, HashSet<usize>> = HashMap::new();
        let positions: HashMap<&str, usize> = (rules.lints.iter().enumerate())
            .map(|(at, rule)| (rule.provenance.id.as_str(), at))
            .collect();
        for (owner, settings) in finder.found.iter().enumerate() {
            let packs = texts::read_all(&settings.rules, &mut Vec::new());
            for id in packs.iter().flat_map(|pack| texts::lint_ids(&pack.text)) {
                if let Some(at) = positions.get(id.as_str()) {
                    owners.entry(*at).or_default().insert(owner);
                }
            }
        }
        if !owners.is_empty() {
            let mut everywhere = texts::built_in();
            everywhere.extend(texts::read_all(asks.rules, &mut Vec::new()));
            for id in (everywhere.iter()).flat_map(|pack| texts::lint_ids(&pack.text)) {
                if let Some(at) = positions.get(id.as_str()) {
                    owners.remove(at);
                }
            }
        }
        Self { owners }
    }

    /// Whether a rule may run on files under these settings.
    fn runs(&self, settings: usize, rule: usize) -> bool {
        self.owners
            .get(&rule)
            .is_none_or(|owners| owners.contains(&settings))
    }

    /// `selection` for files without settings.
    fn select(&self, selection: Selection) -> Selection {
        selection.without(self.owners.keys().copied())
    }
}

fn unknown_rule(unknown: &UnknownRule) -> Failure {
    let help = match &unknown.nearest {
        Some(nearest) => format!("did you mean `{nearest}`? `conferry rules list` shows them all"),
        None => "`conferry rules list` shows the rules".to_owned(),
    };
    Failure::new(unknown.to_string()).help(help)
}

/// Globs for *.config and for what packs call configuration.
fn usual_files(rules: &Rules) -> Vec<String> {
    let mut globs = vec!["*.config".to_owned()];
    let named = rules.files.iter().filter(|file| {
        matches!(
            file.kind,
            pack::places::FileKind::Configuration | pack::places::FileKind::Sidecar
        )
    });
    for path in named.flat_map(|file| &file.paths) {
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        if !name.to_ascii_lowercase().ends_with(".config") && !globs.contains(&name) {
            globs.push(name);
        }
    }
    globs
}

/// Whether the path ends like a snapshot in one file.
fn has_archive_name(path: &Path) -> bool {
    let name = path.to_string_lossy().to_ascii_lowercase();
    name.ends_with(".zip") || name.ends_with(".zip.age")
}

/// Whether the path is a snapshot: a zip, or a folder with its two files.
fn is_snapshot(path: &Path) -> bool {
    has_archive_name(path) && path.is_file()
        || path.join("manifest.json").is_file() && path.join("files").is_dir()
}
