//! `--settle`: asks about one conflict after the other.

use std::io::{self, BufRead, IsTerminal};

use super::MergeArgs;
use crate::error::Failure;
use crate::io::read::is_stdin;
use crate::present::merge::Report;

/// Whether there is somebody to ask.
///
/// # Errors
/// When questions are wanted and nobody can answer them.
pub(super) fn check(args: &MergeArgs) -> Result<(), Failure> {
    let files = args.base.iter().chain([&args.old, &args.new]);
    let is_free = !files.into_iter().any(|path| is_stdin(path));
    if !args.settle || is_free && io::stdin().is_terminal() {
        return Ok(());
    }
    let why = match is_free {
        true => "--settle asks questions, and standard input is not a terminal",
        false => "--settle asks questions, and standard input is one of the files",
    };
    Err(Failure::new(why).help(
        "Run it in a console. In a script give --write-rules FILE, choose the actions in that file, and run again with --rules FILE.",
    ))
}

/// Asks about every conflict of `report` that a rule can settle; the answer is an action, or `None`
/// where it is left. The end of the input leaves all that come.
///
/// # Errors
/// When the answers cannot be read.
pub(super) fn ask(
    report: &Report,
    input: &mut dyn BufRead,
    say: &mut dyn FnMut(&str),
) -> io::Result<Vec<Option<&'static str>>> {
    let mut answers = vec![None; report.conflicts()];
    for at in 0..report.conflicts() {
        say(&format!("\n{}", report.conflict_shown(at)));
        let actions = report.actions(at);
        if let Some(advice) = report.advice(at) {
            say(&format!("  {advice}\n"));
        }
        if actions.is_empty() {
            continue;
        }
        match one_answer(actions, input, say)? {
            Answer::Take(action) => answers[at] = Some(action),
            Answer::Skip => {}
            Answer::Quit => break,
        }
    }
    Ok(answers)
}

enum Answer {
    Take(&'static str),
    Skip,
    Quit,
}

fn one_answer(
    actions: &[&'static str],
    input: &mut dyn BufRead,
    say: &mut dyn FnMut(&str),
) -> io::Result<Answer> {
    let has = |wanted: &str| actions.iter().find(|action| **action == wanted).copied();
    let (old, new) = (has("take-old"), has("take-new"));
    let mut choices = Vec::new();
    choices.extend(old.map(|_| "[o]ld"));
    choices.extend(new.map(|_| "[n]ew"));
    choices.extend(["[s]kip", "[q]uit"]);
    let question = format!("  Take {}? ", choices.join(", "));
    loop {
        say(&question);
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            say("\n");
            return Ok(Answer::Quit);
        }
        let answer = match (line.trim().to_lowercase().as_str(), old, new) {
            ("o" | "old", Some(action), _) | ("n" | "new", _, Some(action)) => Answer::Take(action),
            ("s" | "skip", ..) => Answer::Skip,
            ("q" | "quit", ..) => Answer::Quit,
            _ => {
                say("  Please answer with one of the letters in brackets.\n");
                continue;
            }
        };
        return Ok(answer);
    }
}
