//! `conferry diff`: what differs between configurations, setting by setting.

mod hidden;
mod pairs;
mod sides;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use self::hidden::{HiddenArgs, Hides};
use self::pairs::{Pair, pairs};
use self::sides::{Loaded, Side, sidecars};
use super::exit::Exit;
use super::keys::{KeyArgs, keys};
use super::output::Output;
use super::pack_options::{RulesArgs, load_lint_rules};
use super::shared::FormatArgs;
use crate::diff::risk::{Linted, Risks, risks};
use crate::diff::{Configuration, diff};
use crate::error::Failure;
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

  A comment on a pull request:
    conferry diff old.config new.config --format markdown

Exit codes: 0 no difference in meaning; 1 differences; 2 a file could not be read or understood.";

/// Says what differs between configurations, setting by setting
///
/// Elements are compared by what identifies them, so that a line that moved is no difference. Each change is
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
    match compare(args, output) {
        Ok(exit) => exit,
        Err(failures) => {
            failures.iter().for_each(|failure| output.failure(failure));
            Exit::Failed
        }
    }
}

fn compare(args: &DiffArgs, output: &mut Output) -> Result<Exit, Vec<Failure>> {
    let rules = load_lint_rules(args.rules.extra())?;
    let keys = keys(&args.keys)?;
    let mut hides = args.hidden.read()?;
    let Some(before) = &args.before else {
        return Ok(Exit::Clean);
    };
    let before = Side::read(before, &keys, &rules)?;
    let mut reporter = Reporter::new(&rules, args.show_secrets);
    let mut failures: Vec<Failure> = Vec::new();
    let mut unified = String::new();
    for after in &args.after {
        let after = Side::read(after, &keys, &rules)?;
        let pairs = pairs(&before, &after, &rules);
        for pair in &pairs.both {
            let sides = [(&before, pair.before), (&after, pair.after)];
            match load(sides, &rules) {
                Ok([one, other]) if args.report.format == Format::Unified => {
                    unified.push_str(&changed_lines(args, &rules, &one, &other, output.color()));
                    add(
                        &mut reporter,
                        &rules,
                        pair,
                        [&one, &other],
                        [&before, &after],
                        &mut hides,
                    )
                    .unwrap_or_else(|failure| failures.push(failure));
                }
                Ok([one, other]) => {
                    add(
                        &mut reporter,
                        &rules,
                        pair,
                        [&one, &other],
                        [&before, &after],
                        &mut hides,
                    )
                    .unwrap_or_else(|failure| failures.push(failure));
                }
                Err(mut bad) => failures.append(&mut bad),
            }
        }
        reporter.only(pairs.only_before, pairs.only_after);
    }
    reporter.stale(hides.stale());
    reporter.errors(failures.iter().map(ToString::to_string));
    let report = reporter.finish();
    match args.report.format {
        Format::Text => output.out(&text(&report, Shown { all: args.all })),
        Format::Json => output.out(&report_json(&report)),
        Format::Jsonl => output.out(&report_jsonl(&report)),
        Format::Markdown => output.out(&markdown(&report)),
        Format::Unified => output.out(&unified),
    }
    failures.iter().for_each(|failure| output.failure(failure));
    Ok(match (failures.is_empty(), report.is_clean()) {
        (false, _) => Exit::Failed,
        (true, false) => Exit::Findings,
        (true, true) => Exit::Clean,
    })
}

/// Both files with those that they point at.
fn load<'s>(sides: [(&'s Side, usize); 2], rules: &Rules) -> Result<[Loaded<'s>; 2], Vec<Failure>> {
    let mut failures = Vec::new();
    let loaded = sides.map(|(side, at)| {
        sidecars(&side.estate.subjects[at], rules)
            .map_err(|failure| failures.push(failure))
            .ok()
    });
    match loaded {
        [Some(one), Some(other)] => Ok([one, other]),
        _ => Err(failures),
    }
}

/// Compares two files and adds them to the report.
fn add(
    reporter: &mut Reporter<'_>,
    rules: &Rules,
    pair: &Pair,
    files: [&Loaded<'_>; 2],
    sides: [&Side; 2],
    hides: &mut Hides,
) -> Result<(), Failure> {
    let [one, other] = files.map(|file| Configuration::new(file.document, file.attached()));
    let names = [(sides[0], pair.before), (sides[1], pair.after)]
        .map(|(side, at)| side.estate.subjects[at].label.clone());
    let mut difference = diff(&one, &other, rules).map_err(|[one, other]| {
        Failure::new(format!(
            "they are about different things: the root elements are `{one}` and `{other}`"
        ))
        .in_file(format!("{} and {}", names[0], names[1]))
        .help("Compare two files of one kind.")
    })?;
    let said = hides.apply(&difference.changes, rules);
    let linted = |side: usize, subject: usize| Linted {
        estate: &sides[side].estate,
        report: sides[side].report(rules),
        subject,
    };
    let risks = match difference.changes.is_empty() {
        true => Risks::default(),
        false => risks(
            rules,
            &difference.changes,
            linted(0, pair.before),
            linted(1, pair.after),
        ),
    };
    let mut not_compared: Vec<String> = Vec::new();
    for (file, name) in files.iter().zip(&names) {
        not_compared.extend(file.missing.iter().map(|what| format!("{what} ({name})")));
    }
    let [before, after] = names;
    reporter.add(Compared {
        before,
        after,
        difference: &difference,
        risks: &risks,
        shows: &said.shows,
        not_compared,
        explained: said.explained,
    });
    difference.changes.clear();
    Ok(())
}

fn changed_lines(
    args: &DiffArgs,
    rules: &Rules,
    one: &Loaded<'_>,
    other: &Loaded<'_>,
    color: bool,
) -> String {
    let masks = (!args.show_secrets).then_some((&*rules.secrets, &rules.identities));
    lines::between(
        (&one.label, one.document),
        (&other.label, other.document),
        masks,
        color,
    )
}
