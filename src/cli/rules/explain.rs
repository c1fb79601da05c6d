//! `conferry rules explain`.

use clap::{Args, ValueEnum};

use super::library;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::pack_options::RulesArgs;
use crate::cli::shared::FormatArgs;
use crate::error::{Failure, Failures};
use crate::pack::catalog::{Entry, Library};
use crate::pack::problem::nearest;
use crate::present::rules::explained::{self, Explained};
use crate::present::rules::principles::{self, Principle};

const EXAMPLES: &str = "\
Examples:
  A finding of lint:
    conferry rules explain SEC102

  What a merge report gives in brackets:
    conferry rules explain ssl-required-carried known-default

  A page for a wiki:
    conferry rules explain SEC102 --format markdown";

/// Explains rules: what, why, what to do, an example, the fix, the source
///
/// Takes ids and names of lint rules, ids of all other rows, and the names of principles and
/// conflicts that `merge` reports. The examples of a lint rule are run, and what it says is shown.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ExplainArgs {
    /// Id or name
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,

    #[command(flatten)]
    rules: RulesArgs,

    #[command(flatten)]
    report: FormatArgs<Format>,
}

/// How to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// For a page
    Markdown,
}

pub(super) fn run(args: &ExplainArgs, output: &mut Output) -> Result<Exit, Failures> {
    let library = library(args.rules.extra())?;
    let principles = principles::all();
    let mut found = Vec::new();
    let mut engine = Vec::new();
    let mut failures = Failures::new();
    for word in &args.ids {
        let entries = named(&library, word);
        let principle = principles.iter().find(|known| known.name == word);
        match (entries.is_empty(), principle) {
            (false, _) => found.extend(entries),
            (true, Some(principle)) => engine.push(principle),
            (true, None) => failures.push(unknown(&library, &principles, word)),
        }
    }
    if !failures.is_empty() {
        return Err(failures);
    }
    let explained: Vec<Explained> = (found.iter())
        .map(|entry| Explained::of(&library, entry))
        .collect();
    match args.report.format {
        Format::Json => output.out(&explained::as_json(&explained, &engine)),
        Format::Text => {
            let rules = explained.iter().map(Explained::text);
            let texts: Vec<String> = rules.chain(engine.iter().map(|p| p.text())).collect();
            output.out(&texts.join("\n"));
        }
        Format::Markdown => {
            let rules = explained.iter().map(Explained::markdown);
            let texts: Vec<String> = rules.chain(engine.iter().map(|p| p.markdown())).collect();
            output.out(&texts.join("\n"));
        }
    }
    Ok(Exit::Clean)
}

/// The rows with this id, or the lint rule of this name. Tables may share an id.
fn named<'l>(library: &'l Library, word: &str) -> Vec<&'l Entry> {
    let is_it = |entry: &&Entry| {
        entry.id.as_str().eq_ignore_ascii_case(word)
            || library
                .lint_rule(entry)
                .is_some_and(|(_, rule)| rule.name == word)
    };
    library.entries.iter().filter(is_it).collect()
}

fn unknown(library: &Library, principles: &[Principle<'_>], word: &str) -> Failure {
    let ids = library.entries.iter().map(|entry| entry.id.as_str());
    let names = library.rules.lints.iter().map(|rule| rule.name.as_str());
    let known = ids.chain(names).chain(principles.iter().map(|p| p.name));
    let begun = library.rules.lints.iter().filter(|rule| {
        let start = rule.provenance.id.as_str().get(..word.len());
        start.is_some_and(|start| !start.is_empty() && start.eq_ignore_ascii_case(word))
    });
    if begun.count() > 1 {
        return Failure::new(format!("`{word}` is the beginning of several rules"))
            .help(format!("`conferry rules list --select {word}` lists them"));
    }
    let help = match nearest(word, known) {
        Some(nearest) => {
            format!("did you mean `{nearest}`? `conferry rules list --kind all` shows everything")
        }
        None => "`conferry rules list --kind all` shows everything".to_owned(),
    };
    Failure::new(format!("there is no rule `{word}`")).help(help)
}
