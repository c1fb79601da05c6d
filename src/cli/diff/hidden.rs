//! Which changes need no reviewer: left out by a path, accepted, or explained by a mapping.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::diff::Change;
use crate::diff::accepted::{Accepted, is_within};
use crate::diff::environments::Environments;
use crate::error::{Failure, Failures};
use crate::io::read;
use crate::pack::Rules;
use crate::present::differences::Explained;
use crate::xml::selector::Selector;

/// The options.
#[derive(Debug, Args)]
pub(super) struct HiddenArgs {
    /// Shows only what is at or below this path, such as //appSettings
    #[arg(long, value_name = "PATH", help_heading = "Which changes")]
    only: Vec<String>,

    /// Leaves out what is at or below this path
    #[arg(long, value_name = "PATH", help_heading = "Which changes")]
    ignore: Vec<String>,

    /// Leaves out the reviewed differences of this TOML file ([[accepted]] with at, before, after, reason)
    #[arg(long, value_name = "FILE", help_heading = "Which changes")]
    accepted: Option<PathBuf>,

    /// Puts together what this TOML file explains ([[same]] with from and to)
    #[arg(long, value_name = "FILE", help_heading = "Which changes")]
    map: Option<PathBuf>,

    /// Puts together what only names another host, database or virtual directory
    #[arg(long, help_heading = "Which changes")]
    learn: bool,
}

/// What the options say, read.
pub(super) struct Hides {
    only: Vec<Selector>,
    ignore: Vec<Selector>,
    accepted: Accepted,
    accepted_file: String,
    map: Environments,
    learn: bool,
}

/// What is shown of some changes.
pub(super) struct Said {
    pub(super) shows: Vec<bool>,
    pub(super) explained: Vec<Explained>,
}

impl HiddenArgs {
    /// Reads what the options name.
    ///
    /// # Errors
    /// Paths and files that are not valid.
    pub(super) fn read(&self) -> Result<Hides, Failures> {
        let mut failures = Failures::new();
        let mut selectors = |option: &str, paths: &[String]| -> Vec<Selector> {
            let mut read = Vec::new();
            for path in paths {
                match Selector::parse(path) {
                    Ok(selector) => read.push(selector),
                    Err(error) => {
                        let help =
                            "Write a path such as //appSettings or /configuration/system.web.";
                        failures.push(Failure::new(format!("{option} {path}: {error}")).help(help));
                    }
                }
            }
            read
        };
        let only = selectors("--only", &self.only);
        let ignore = selectors("--ignore", &self.ignore);
        let accepted = match &self.accepted {
            Some(path) => failures.keep(read_accepted(path)).unwrap_or_default(),
            None => Accepted::default(),
        };
        let map = match &self.map {
            Some(path) => failures.keep(read_map(path)).unwrap_or_default(),
            None => Environments::default(),
        };
        let named = self.accepted.as_deref();
        failures.or(Hides {
            only,
            ignore,
            accepted,
            accepted_file: named.map(read::display_name).unwrap_or_default(),
            map,
            learn: self.learn,
        })
    }
}

fn text_of(path: &Path) -> Result<String, Failure> {
    let bytes = read::read(path)?;
    String::from_utf8(bytes).map_err(|_| {
        Failure::new("it is not UTF-8")
            .in_file(read::display_name(path))
            .help("Save it as UTF-8.")
    })
}

fn read_accepted(path: &Path) -> Result<Accepted, Failures> {
    let text = text_of(path)?;
    Accepted::read(&text).map_err(|bad| {
        bad.into_iter()
            .map(|bad| {
                Failure::new(format!("line {}: {}", bad.line, bad.message))
                    .in_file(read::display_name(path))
                    .help("A reviewed difference is [[accepted]] with at = \"PATH\", reason = \"WHY\", and before and after if only these values are fine.")
            })
            .collect()
    })
}

fn read_map(path: &Path) -> Result<Environments, Failure> {
    let text = text_of(path)?;
    Environments::read(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text[..at.min(text.len())].matches('\n').count() + 1;
        Failure::new(format!("line {line}: {}", error.message()))
            .in_file(read::display_name(path))
            .help("What stands for what is [[same]] with from = \"…\" and to = \"…\".")
    })
}

impl Hides {
    /// What is shown of the changes of two files.
    pub(super) fn apply(&mut self, changes: &[Change<'_>], rules: &Rules) -> Said {
        let learned = match self.learn {
            true => Environments::learned(changes, rules),
            false => Environments::default(),
        };
        let mut map = self.map.clone();
        map.same.extend(learned.same);
        let by_map = map.explain(changes);
        let mut explained: Vec<Explained> = map
            .same
            .iter()
            .map(|same| Explained {
                from: same.from.clone(),
                to: same.to.clone(),
                changes: 0,
            })
            .collect();
        let mut shows = Vec::with_capacity(changes.len());
        for (change, by_map) in changes.iter().zip(by_map) {
            let is_in = |selectors: &[Selector]| {
                let mut selectors = selectors.iter();
                selectors.any(|selector| is_within(change, selector, rules))
            };
            let is_wanted = (self.only.is_empty() || is_in(&self.only)) && !is_in(&self.ignore);
            // Asked of each, so that no row counts as unused.
            let is_accepted = self.accepted.accepts(change, rules);
            let shown = is_wanted && !is_accepted && by_map.is_none();
            if let (true, false, Some(row)) = (is_wanted, is_accepted, by_map) {
                explained[row].changes += 1;
            }
            shows.push(shown);
        }
        explained.retain(|explained| explained.changes > 0);
        Said { shows, explained }
    }

    /// The accepted differences that are none, in words.
    pub(super) fn stale(&self) -> Vec<String> {
        let file = &self.accepted_file;
        let unused = self.accepted.unused();
        unused
            .map(|(line, at)| format!("{at} ({file}, line {line})"))
            .collect()
    }
}
