//! Puts together which files are looked at and with which rules: what was asked for, and the conferry.toml
//! files of the files that it names.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::choice::{Choice, File, is_snapshot, usual_files};
use super::estate::Input;
use super::selection::{Selection, UnknownRule, named};
use super::settings::find::whole;
use super::settings::policy::Asked;
use super::settings::{Finder, Policies, Policy};
use crate::error::{Failure, Failures};
use crate::io::sealed::Keys;
use crate::io::walk::Selection as FileSelection;
use crate::pack::rules::RuleId;
use crate::pack::{self, Extra, PackFailure, Rules};

/// Where settings are taken from.
#[derive(Clone, Copy, Debug)]
pub enum SettingsFrom<'a> {
    /// The nearest conferry.toml in or above the folder of each file.
    Nearest,
    /// This file, for all files.
    File(&'a Path),
    /// Nowhere.
    Nowhere,
}

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Asks<'a> {
    /// What opens encrypted snapshots.
    pub keys: &'a Keys,
    /// Files, folders and snapshots.
    pub paths: &'a [PathBuf],
    /// Where settings are taken from.
    pub settings: SettingsFrom<'a>,
    /// Rules that run: ids, beginnings of ids, names, or `all`; empty for all.
    pub select: &'a [String],
    /// Rules that do not run.
    pub ignore: &'a [String],
    /// Packs on top of the built-in ones.
    pub packs: Extra<'a>,
    /// Globs of files to take; empty for the usual ones.
    pub include: &'a [String],
    /// Globs of files to leave out.
    pub exclude: &'a [String],
}

/// What is looked at, and with which rules.
pub struct Gathered {
    /// All rules.
    pub rules: Rules,
    /// Which of them run on which file.
    pub selection: Selection,
    /// The files.
    pub inputs: Vec<Input>,
    /// Paths that could not be looked into; the others go on.
    pub failures: Failures,
}

/// Finds files and settings.
///
/// # Errors
/// Whatever makes the run impossible: options, packs and settings that are not valid.
pub fn gather(asks: &Asks<'_>) -> Result<Gathered, Failures> {
    let given = FileSelection::new(asks.include, asks.exclude).map_err(Failures::from)?;
    let finder = RefCell::new(match asks.settings {
        SettingsFrom::File(path) => Finder::given(path),
        SettingsFrom::Nowhere => Finder::off(),
        SettingsFrom::Nearest => Finder::upwards(),
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
        let packs = packs(asks.packs.packs, &finder.borrow());
        let rules = match load(asks.packs.with(&packs)) {
            Ok(rules) => rules,
            Err(failures) => return Err(with_settings(failures, &finder.borrow())),
        };
        let usual = FileSelection::new(&usual_files(&rules), &[]).map_err(Failures::from)?;
        let choice = Choice {
            asks,
            given: &given,
            usual: &usual,
            finder: &finder,
        };
        let mut failures = Failures::new();
        let files = choice.files(&mut failures);
        if self::packs(asks.packs.packs, &finder.borrow()).len() == packs.len() {
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

fn load(packs: Extra<'_>) -> Result<Rules, Failures> {
    pack::load_for_lint(packs).map_err(|failures| {
        let all = failures.iter().flat_map(PackFailure::failures);
        all.collect()
    })
}

/// `failures` behind those of the settings that were found so far.
fn with_settings(failures: Failures, finder: &Finder) -> Failures {
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
) -> Result<(Selection, Vec<Input>), Failures> {
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

/// The ids of the lint rules in packs that were given, files or folders.
fn lint_ids<'r>(rules: &'r Rules, packs: &[PathBuf]) -> Vec<&'r RuleId> {
    let files = packs
        .iter()
        .flat_map(|path| pack::files_of(path).unwrap_or_default());
    files
        .filter_map(|file| rules.given_lints.get(&file.display().to_string()))
        .flatten()
        .collect()
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
        let positions: HashMap<&RuleId, usize> = (rules.lints.iter().enumerate())
            .map(|(at, rule)| (&rule.provenance.id, at))
            .collect();
        for (owner, settings) in finder.found.iter().enumerate() {
            for id in lint_ids(rules, &settings.rules) {
                if let Some(at) = positions.get(id) {
                    owners.entry(*at).or_default().insert(owner);
                }
            }
        }
        if !owners.is_empty() {
            let of_run = lint_ids(rules, asks.packs.packs);
            for id in rules.own_lints.iter().chain(of_run) {
                if let Some(at) = positions.get(id) {
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
