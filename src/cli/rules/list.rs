//! `conferry rules list`.

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

use super::library;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::pack_options::RulesArgs;
use crate::cli::shared::{Format, FormatArgs};
use crate::error::{Failure, Failures};
use crate::pack::catalog::{Entry, Library};
use crate::pack::file::PackFile;
use crate::pack::lint::Severity;
use crate::present::rules::list;

const EXAMPLES: &str = "\
Examples:
    conferry rules list --severity error
    conferry rules list --select PF,SEC1
    conferry rules list --kind merge
    conferry rules list --rules team.toml --format json";

/// Lists the lint rules, or other rows of packs
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ListArgs {
    /// Only these: ids, beginnings of ids, or names
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    select: Vec<String>,

    /// Only lint rules of this severity
    #[arg(long, value_name = "SEVERITY")]
    severity: Option<Level>,

    /// Rows of this table, or `all`
    #[arg(
        long,
        value_name = "KIND",
        default_value = "lint",
        value_parser = PossibleValuesParser::new(PackFile::with_ids().into_iter().chain(["all"]))
    )]
    kind: String,

    #[command(flatten)]
    rules: RulesArgs,

    #[command(flatten)]
    report: FormatArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Level {
    Error,
    Warning,
    Note,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::Error,
            Level::Warning => Self::Warning,
            Level::Note => Self::Note,
        }
    }
}

pub(super) fn run(args: &ListArgs, output: &mut Output) -> Result<Exit, Failures> {
    let library = library(args.rules.extra())?;
    let rows: Vec<&Entry> = (library.entries.iter())
        .filter(|entry| args.kind == "all" || entry.table == args.kind)
        .filter(|entry| is_wanted(args, &library, entry))
        .collect();
    if rows.is_empty() {
        let help =
            "`conferry rules list` without options shows all lint rules, --kind all everything";
        return Err(Failure::new("no row is like that").help(help).into());
    }
    match args.report.format {
        Format::Text => output.out(&list::as_text(&library, &rows)),
        Format::Json => output.out(&list::as_json(&library, &rows)),
    }
    Ok(Exit::Clean)
}

fn is_wanted(args: &ListArgs, library: &Library, entry: &Entry) -> bool {
    let rule = library.lint_rule(entry).map(|(_, rule)| rule);
    let has_severity = args
        .severity
        .is_none_or(|wanted| rule.is_some_and(|rule| rule.severity == wanted.into()));
    let begins = |word: &String| {
        let start = entry.id.as_str().get(..word.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(word))
            || rule.is_some_and(|rule| rule.name == *word)
    };
    has_severity && (args.select.is_empty() || args.select.iter().any(begins))
}
