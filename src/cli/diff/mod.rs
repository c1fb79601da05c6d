//! `conferry diff`: what differs between configurations, setting by setting.

mod git;
mod hidden;
mod pairs;
mod sides;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use self::hidden::{HiddenArgs, Hides, Said};
use self::pairs::{Pairs, pairs};
use self::sides::{Loaded, Side, sidecars};
use super::exit::Exit;
use super::keys::{KeyArgs, keys};
use super::output::Output;
use super::pack_options::{RulesArgs, load_lint_rules};
use super::shared::FormatArgs;
use crate::diff::risk::{Linted, Risks, risks};
use crate::diff::{Configuration, Difference, diff};
use crate::error::{Failure, Failures};
use crate::pack::Rules;
use crate::present::diff as lines;
use crate::present::differences::{
    Compared, Reporter, Shown, json_schema, markdown, report_json, report_jsonl, text,
};

const EXAMPLES: &str = "\
Examples:
  What did the administrator change in the shipped file?
    conferry diff shipped\\web.config web.config

  What did the upgrade change on this server? Folders and snapshots are compared file by file:
    conferry diff before.zip C:\\inetpub\\wwwroot

  Production against test; what only names another environment is one line:
    conferry diff prod\\web.config test\\web.config --learn

  What did the administrator change, and what the vendor, since the file was shipped?
    conferry diff old\\web.config new\\web.config --base shipped\\web.config

  A comment on a pull request:
    conferry diff old.config new.config --format markdown

Exit codes: 0 no difference in meaning; 1 differences; 2 a file could not be read or understood.";

/// Says what differs between configurations, setting by setting
///
/// Elements are compared by what identifies them, so that a line that moved is not a difference. Each change is
/// looked up in the rule packs, and the most serious come first. Formatting, comments and an order that
/// nobody reads are counted. A is a file, a folder or a snapshot; B is another one of the same kind.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DiffArgs {
    /// What it was
    #[arg(value_name = "A", required_unless_present = "schema")]
    before: Option<PathBuf>,

    /// What it is; several are each compared with A
    #[arg(value_name = "B", required_unless_present = "schema")]
    after: Vec<PathBuf>,

    /// The file as it was shipped: says of each change whether it is the administrator's (A) or the vendor's (B)
    #[arg(long, value_name = "FILE", help_heading = "What to compare")]
    base: Option<PathBuf>,

    /// Reads the arguments that git gives an external diff: PATH OLD-FILE OLD-HEX OLD-MODE NEW-FILE NEW-HEX
    /// NEW-MODE
    #[arg(long, conflicts_with = "base", help_heading = "What to compare")]
    git: bool,

    #[command(flatten)]
    hidden: HiddenArgs,

    /// Shows long values and long elements whole
    #[arg(long, help_heading = "Report")]
    all: bool,

    #[command(flatten)]
    rules: RulesArgs,

    #[command(flatten)]
    keys: KeyArgs,

    #[command(flatten)]
    report: FormatArgs<Format>,

    /// Does not mask secrets in the report
    #[arg(long, help_heading = "Report")]
    show_secrets: bool,

    /// Prints the JSON Schema of --format json and does nothing else
    #[arg(long, conflicts_with = "before", help_heading = "Report")]
    schema: bool,
}

/// How to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs; --schema describes it
    Json,
    /// For programs that read line by line: one change in each
    Jsonl,
    /// A comment on a pull request
    Markdown,
    /// The changed lines, secrets masked, as `diff -u` shows them
    Unified,
}

pub(super) fn run(args: &DiffArgs, output: &mut Output) -> Exit {
    if args.schema {
        output.out(&json_schema());
        return Exit::Clean;
    }
    if args.git {
        return git::run(args, output);
    }
    let ended = Job::read(args).map(|mut job| job.compare(output));
    output.ended(ended)
}

/// What was asked for, read.
struct Job<'a> {
    args: &'a DiffArgs,
    rules: Rules,
    hides: Hides,
    base: Option<Side>,
    sides: Vec<Side>,
}

impl<'a> Job<'a> {
    fn read(args: &'a DiffArgs) -> Result<Self, Failures> {
        let rules = load_lint_rules(args.rules.extra())?;
        let keys = keys(&args.keys)?;
        let hides = args.hidden.read()?;
        if args.base.is_some() && args.after.len() > 1 {
            let failure =
                Failure::new("--base compares two files with the shipped one, and here are more");
            return Err(failure
                .help("Name the administrator's file, then the new one.")
                .into());
        }
        let mut failures = Failures::new();
        let mut read = |path: &PathBuf| failures.keep(Side::read(path, &keys, &rules));
        let base = args.base.as_ref().and_then(&mut read);
        let sides: Vec<Side> = args
            .before
            .iter()
            .chain(&args.after)
            .filter_map(read)
            .collect();
        failures.or(Self {
            args,
            rules,
            hides,
            base,
            sides,
        })
    }

    /// Two versions of one file, as git keeps them somewhere else.
    fn named(
        args: &'a DiffArgs,
        versions: [&PathBuf; 2],
        paths: [&Path; 2],
    ) -> Result<Self, Failures> {
        let rules = load_lint_rules(args.rules.extra())?;
        let keys = keys(&args.keys)?;
        let mut sides = Vec::new();
        let labels = [("a", paths[0]), ("b", paths[1])];
        for (version, (of, path)) in versions.into_iter().zip(labels) {
            let mut side = Side::read(version, &keys, &rules)?;
            for subject in &mut side.estate.subjects {
                subject.label = format!("{of}/{}", path.display());
            }
            sides.push(side);
        }
        Ok(Self {
            args,
            rules,
            hides: args.hidden.read()?,
            base: None,
            sides,
        })
    }

    fn compare(&mut self, output: &mut Output) -> Exit {
        let args = self.args;
        let mut reporter = Reporter::new(&self.rules, args.show_secrets);
        let mut failures = Failures::new();
        let mut unified = String::new();
        let (first, others) = match (&self.base, &self.sides[..]) {
            (Some(base), sides) => (base, sides),
            (None, [first, others @ ..]) => (first, others),
            (None, []) => return Exit::Clean,
        };
        let mut pairings: Vec<Pairs> = Vec::new();
        for other in others {
            pairings.push(pairs(first, other, &self.rules));
        }
        let all = pairings.iter().zip(others);
        let mut compared = Vec::new();
        for (pairs, other) in all {
            for pair in &pairs.both {
                let sides = [(first, pair.before), (other, pair.after)];
                let files = failures.keep(load(sides, &self.rules));
                compared.extend(files.map(|files| (sides, files)));
            }
            reporter.only(pairs.only_before.clone(), pairs.only_after.clone());
        }
        let configurations: Vec<[Configuration<'_>; 2]> = compared
            .iter()
            .map(|(_, files)| {
                files
                    .each_ref()
                    .map(|file| Configuration::new(file.document, file.attached()))
            })
            .collect();
        let mut found = Vec::new();
        for ((sides, files), [one, other]) in compared.iter().zip(&configurations) {
            match Found::of(&self.rules, &mut self.hides, *sides, files, [one, other]) {
                Ok(one) => found.push(one),
                Err(failure) => failures.push(failure),
            }
            if args.report.format == Format::Unified {
                unified.push_str(&changed_lines(args, &self.rules, files, output.color()));
            }
        }
        match (&self.base, &found[..]) {
            (Some(_), [administrator, vendor]) => {
                reporter.add_three(administrator.compared(), vendor.compared());
            }
            _ => found.iter().for_each(|one| reporter.add(one.compared())),
        }
        reporter.stale(self.hides.stale());
        reporter.errors(failures.iter().map(ToString::to_string));
        let report = reporter.finish();
        match args.report.format {
            Format::Text => output.out(&text(&report, Shown { all: args.all })),
            Format::Json => output.out(&report_json(&report)),
            Format::Jsonl => output.out(&report_jsonl(&report)),
            Format::Markdown => output.out(&markdown(&report)),
            Format::Unified => output.out(&unified),
        }
        let exit = match report.is_clean() {
            true => Exit::Clean,
            false => Exit::Findings,
        };
        if args.git {
            // They belong to the difference that git shows.
            let told = failures.iter().map(|failure| format!("{failure}\n"));
            output.out(&told.collect::<String>());
            return exit;
        }
        output.failures(&failures, exit)
    }
}

/// Both files with those that they point at.
fn load<'s>(sides: [(&'s Side, usize); 2], rules: &Rules) -> Result<[Loaded<'s>; 2], Failures> {
    let mut failures = Failures::new();
    let loaded = sides.map(|(side, at)| failures.keep(sidecars(&side.estate.subjects[at], rules)));
    match loaded {
        [Some(one), Some(other)] => Ok([one, other]),
        _ => Err(failures),
    }
}

/// What differs between two files, and what is known about it.
struct Found<'c> {
    names: [String; 2],
    difference: Difference<'c>,
    risks: Risks,
    said: Said,
    not_compared: Vec<String>,
}

impl<'c> Found<'c> {
    fn of(
        rules: &Rules,
        hides: &mut Hides,
        sides: [(&Side, usize); 2],
        files: &[Loaded<'_>; 2],
        [one, other]: [&'c Configuration<'c>; 2],
    ) -> Result<Self, Failure> {
        let names = sides.map(|(side, at)| side.estate.subjects[at].label.clone());
        let difference = diff(one, other, rules).map_err(|[one, other]| {
            Failure::new(format!(
                "they are about different things: the root elements are `{one}` and `{other}`"
            ))
            .in_file(format!("{} and {}", names[0], names[1]))
            .help("Compare two files of one kind.")
        })?;
        let said = hides.apply(&difference.changes, rules);
        let [before, after] = sides.map(|(side, subject)| Linted {
            estate: &side.estate,
            report: side.report(rules),
            subject,
        });
        let risks = match difference.changes.is_empty() {
            true => Risks::default(),
            false => risks(rules, &difference.changes, before, after),
        };
        let mut not_compared = Vec::new();
        for (file, name) in files.iter().zip(&names) {
            not_compared.extend(file.missing.iter().map(|what| format!("{what} ({name})")));
        }
        Ok(Self {
            names,
            difference,
            risks,
            said,
            not_compared,
        })
    }

    fn compared(&self) -> Compared<'_, 'c> {
        let [before, after] = self.names.clone();
        Compared {
            before,
            after,
            difference: &self.difference,
            risks: &self.risks,
            shows: &self.said.shows,
            not_compared: self.not_compared.clone(),
            explained: self.said.explained.clone(),
        }
    }
}

fn changed_lines(args: &DiffArgs, rules: &Rules, files: &[Loaded<'_>; 2], color: bool) -> String {
    let masks = (!args.show_secrets).then_some((&*rules.secrets, &rules.identities));
    let [one, other] = files
        .each_ref()
        .map(|file| (file.label.as_str(), file.document));
    lines::between(one, other, masks, color)
}
