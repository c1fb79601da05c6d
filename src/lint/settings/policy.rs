//! What a conferry.toml means for each file of a run, once the rules are known.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::file::{Override, Settings};
use crate::lint::selection::{Selection, named, unknown_rule};
use crate::pack::file::Text;
use crate::pack::lint::Severity;
use crate::pack::row::span;
use crate::pack::{PackProblem, Rules};
use crate::xml::Span;

/// Which rules the command line asks for. It wins over every conferry.toml.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// `--select` and `--ignore`, put together.
    pub selection: &'a Selection,
    /// Whether there was a `--select`, which takes the place of `select` and `ignore`.
    pub selects: bool,
    /// Rules that `--ignore` leaves out.
    pub ignored: &'a [usize],
}

/// What one conferry.toml means.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its path as reports name it.
    pub label: String,
    /// The folder that its globs begin from.
    pub folder: PathBuf,
    /// Its TOML.
    pub text: String,
    /// From which severity on its files fail a run.
    pub fail_on: Option<Severity>,
    /// What holds otherwise for some files.
    pub overrides: Vec<OverridePolicy>,
    active: Vec<bool>,
    severity: Vec<Option<Severity>>,
}

/// What one `[[lint.override]]` means.
#[derive(Clone, Debug)]
pub struct OverridePolicy {
    /// Which rules are ignored, and where each word of the list stands.
    pub ignore: Vec<(Span, Vec<usize>)>,
    row: Override,
    severity: Vec<(Vec<usize>, Severity)>,
}

impl OverridePolicy {
    /// Why it ignores them.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.row.reason
    }
}

impl Policy {
    /// What `settings` mean with these rules.
    ///
    /// # Errors
    /// Everything that is wrong with them, in the order of the text.
    pub fn new(
        settings: &Settings,
        rules: &Rules,
        asked: Asked<'_>,
    ) -> Result<Self, Vec<PackProblem>> {
        let mut problems = settings.problems.clone();
        let mut means = |word: &Text| means(rules, word, &mut problems);
        let mut active = vec![settings.select.is_empty(); rules.lints.len()];
        for (words, to) in [(&settings.select, true), (&settings.ignore, false)] {
            for at in words.iter().flat_map(&mut means) {
                active[at] = to;
            }
        }
        let mut severity = vec![None; rules.lints.len()];
        for (word, to) in &settings.severity {
            for at in means(word) {
                severity[at] = Some(*to);
            }
        }
        let overrides = settings.overrides.iter().map(|row| OverridePolicy {
            ignore: (row.ignore.iter())
                .map(|word| (span(word.span()), means(word)))
                .collect(),
            severity: (row.severity.iter())
                .map(|(word, to)| (means(word), *to))
                .collect(),
            row: row.clone(),
        });
        let overrides = overrides.collect();
        if !problems.is_empty() {
            problems.sort_by_key(|problem| problem.span);
            return Err(problems);
        }
        if asked.selects {
            active = (0..active.len())
                .map(|at| asked.selection.has(at))
                .collect();
        }
        for at in asked.ignored {
            active[*at] = false;
        }
        Ok(Self {
            label: settings.label.clone(),
            folder: settings.folder.clone(),
            text: settings.text.clone(),
            fail_on: settings.fail_on,
            overrides,
            active,
            severity,
        })
    }

    /// Leaves out the rules for which `keeps` does not hold.
    pub fn retain(&mut self, keeps: impl Fn(usize) -> bool) {
        for (at, active) in self.active.iter_mut().enumerate() {
            *active &= keeps(at);
        }
    }

    /// Whether a rule runs on its files.
    #[must_use]
    pub fn has(&self, rule: usize) -> bool {
        self.active.get(rule).copied().unwrap_or(false)
    }
}

/// The rules that `word` means; a problem if it means none.
fn means(rules: &Rules, word: &Text, problems: &mut Vec<PackProblem>) -> Vec<usize> {
    let found = named(rules, word.get_ref());
    if found.is_empty() {
        let unknown = unknown_rule(rules, word.get_ref());
        let help = match &unknown.nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "`conferry rules list` shows the rules".to_owned(),
        };
        let at = span(word.span());
        problems.push(PackProblem::new(unknown.to_string(), at).help(help));
    }
    found
}

/// Which conferry.toml counts for which file.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// All of the run.
    pub all: Vec<Policy>,
    files: HashMap<String, Assigned>,
}

/// What counts for one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// Position of its conferry.toml.
    pub policy: usize,
    /// Positions of the overrides that are about it.
    pub overrides: Vec<usize>,
}

impl Policies {
    /// Those in `all`, no file assigned to any yet but each to itself.
    #[must_use]
    pub fn new(all: Vec<Policy>) -> Self {
        let mut policies = Self {
            all,
            files: HashMap::new(),
        };
        for at in 0..policies.all.len() {
            let label = policies.all[at].label.clone();
            policies.assign(label, at, Path::new(super::FILE_NAME));
        }
        policies
    }

    /// Puts the file that reports call `label`, at this path below the folder of the settings, under them.
    pub fn assign(&mut self, label: String, policy: usize, below: &Path) {
        let rows = self.all[policy].overrides.iter().enumerate();
        let overrides = rows
            .filter(|(_, one)| one.row.is_about(below))
            .map(|(at, _)| at)
            .collect();
        self.files.insert(label, Assigned { policy, overrides });
    }

    /// What counts for the file that reports call `label`.
    #[must_use]
    pub fn of(&self, label: &str) -> Option<(&Policy, &Assigned)> {
        let assigned = self.files.get(label)?;
        Some((&self.all[assigned.policy], assigned))
    }

    /// The overrides that ignore a rule in the file that reports call `label`: position of the
    /// conferry.toml, of the override in it and of the word in its list.
    pub fn ignoring(
        &self,
        label: &str,
        rule: usize,
    ) -> impl Iterator<Item = (usize, usize, usize)> + '_ {
        let assigned = self.of(label).into_iter();
        assigned.flat_map(move |(policy, assigned)| {
            assigned.overrides.iter().flat_map(move |row| {
                let items = policy.overrides[*row].ignore.iter().enumerate();
                items
                    .filter(move |(_, (_, rules))| rules.contains(&rule))
                    .map(move |(item, _)| (assigned.policy, *row, item))
            })
        })
    }

    /// Whether a rule runs on the files of any of them.
    #[must_use]
    pub fn has_anywhere(&self, rule: usize) -> bool {
        self.all.iter().any(|policy| policy.has(rule))
    }

    /// How bad findings of a rule are in this file, if that is said. The last row that speaks of it counts.
    #[must_use]
    pub fn severity(&self, label: &str, rule: usize) -> Option<Severity> {
        let (policy, assigned) = self.of(label)?;
        let rows = assigned.overrides.iter().rev();
        rows.flat_map(|at| policy.overrides[*at].severity.iter().rev())
            .find(|(rules, _)| rules.contains(&rule))
            .map(|(_, severity)| *severity)
            .or(policy.severity[rule])
    }
}
