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
    let files = args.base.iter().chain([&args.old]).chain(&args.new);
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
    for (at, answer) in answers.iter_mut().enumerate() {
        say(&format!("\n{}", report.conflict_shown(at)));
        let actions = report.actions(at);
        if let Some(advice) = report.advice(at) {
            say(&format!("  {advice}\n"));
        }
        if let Some(first) = report.repeats(at) {
            let number = first + 1;
            say(&format!(
                "  Your answer to conflict {number} is for this one too.\n"
            ));
            continue;
        }
        if actions.is_empty() {
            continue;
        }
        match one_answer(actions, input, say)? {
            Answer::Take(action) => *answer = Some(action),
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

/// What may be answered for an action, and how the question shows it.
const ANSWERS: [(&str, [&str; 2], &str); 4] = [
    ("take-old", ["o", "old"], "[o]ld"),
    ("take-new", ["n", "new"], "[n]ew"),
    ("take-both", ["b", "both"], "[b]oth with old first"),
    (
        "take-both-new-first",
        ["f", "first"],
        "both with new [f]irst",
    ),
];

fn one_answer(
    actions: &[&'static str],
    input: &mut dyn BufRead,
    say: &mut dyn FnMut(&str),
) -> io::Result<Answer> {
    let offered: Vec<_> = (ANSWERS.iter())
        .filter(|(action, ..)| actions.contains(action))
        .collect();
    let choices = offered.iter().map(|(_, _, shown)| *shown);
    let choices: Vec<&str> = choices.chain(["[s]kip", "[q]uit"]).collect();
    let question = format!("  Take {}? ", choices.join(", "));
    loop {
        say(&question);
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            say("\n");
            return Ok(Answer::Quit);
        }
        let answer = line.trim().to_lowercase();
        let mut known = offered.iter();
        let taken = known.find(|(_, words, _)| words.contains(&answer.as_str()));
        match (taken, answer.as_str()) {
            (Some((action, ..)), _) => return Ok(Answer::Take(action)),
            (None, "s" | "skip") => return Ok(Answer::Skip),
            (None, "q" | "quit") => return Ok(Answer::Quit),
            _ => say("  Please answer with one of the letters in brackets.\n"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::merge::finish::{Settle, finish, missing_required};
    use crate::merge::offers::offers;
    use crate::merge::{Inputs, Mode, merge};
    use crate::pack;
    use crate::present::merge::{Files, Worked};
    use crate::present::redact::Redactor;
    use crate::xml::Document;

    fn document(entries: &[(&str, &str)]) -> Document {
        let entries: String = entries
            .iter()
            .map(|(key, value)| format!("<add key=\"{key}\" value=\"{value}\"/>"))
            .collect();
        let text = format!("<configuration><appSettings>{entries}</appSettings></configuration>");
        Document::from_text(&text).unwrap()
    }

    /// A report with conflicts about `A`, `B` and a password, and one about a value that is required.
    fn with_report<T>(check: impl FnOnce(&Report) -> T) -> T {
        let folder = tempfile::tempdir().unwrap();
        let pack = folder.path().join("team.toml");
        let rule = "[[merge]]\nid = \"owner\"\npath = \"//add[@key='Owner']/@value\"\naction = \"require\"\n";
        std::fs::write(&pack, rule).unwrap();
        let rules = pack::load(&[pack]).unwrap();
        let side = |value: &str| {
            let password = format!("Hush-{value}");
            document(&[("A", value), ("B", value), ("Password", &password)])
        };
        let (base, old, new) = (side("1"), side("2"), side("3"));
        let inputs = Inputs {
            base: Some(&base),
            incoming: &old,
            carrier: &new,
            mode: Mode::Upgrade,
            rules: &rules,
            rewrite: None,
            joins_renamed: false,
            reports: true,
        };
        let merged = merge(inputs).unwrap();
        let finished = finish(&inputs, &merged, Settle::Carrier).unwrap();
        let missing = missing_required(&inputs, &finished.document);
        let offers = offers(&inputs, &merged, &missing);
        let files = Files {
            base: Some("base.config".to_owned()),
            old: "old.config".to_owned(),
            new: "new.config".to_owned(),
            output: "out.config".to_owned(),
        };
        let mut redactor = Redactor::new(&rules.secrets, false);
        let worked = Worked {
            inputs: &inputs,
            merged: &merged,
            result: &finished.document,
            missing: &missing,
            offers: &offers,
            files,
        };
        check(&Report::of(worked, &mut redactor))
    }

    fn asked(input: &str) -> (Vec<Option<&'static str>>, String) {
        with_report(|report| {
            let mut said = String::new();
            let mut say = |text: &str| said.push_str(text);
            let answers = ask(report, &mut input.as_bytes(), &mut say).unwrap();
            (answers, said)
        })
    }

    const OLD: Option<&str> = Some("take-old");
    const NEW: Option<&str> = Some("take-new");

    #[test]
    fn every_conflict_is_asked_about_with_its_values_masked() {
        let (answers, said) = asked("o\r\nNEW\ns\nn\n");
        assert_eq!(answers, [OLD, NEW, None, NEW]);
        for part in [
            "Conflict 1 of 4: the administrator and the new version both changed it",
            "/configuration/appSettings/add[@key='A']/@value",
            "old   \"2\"   at old.config:1:",
            "new   [secret 3]   at new.config:1:",
            "Take [o]ld, [n]ew, [s]kip, [q]uit?",
        ] {
            assert!(said.contains(part), "no `{part}` in {said}");
        }
        assert!(!said.contains("Hush"), "{said}");
    }

    #[test]
    fn both_can_be_taken_where_both_put_something_in_one_place() {
        let every = ["take-old", "take-new", "take-both", "take-both-new-first"];
        let mut said = String::new();
        let mut say = |text: &str| said.push_str(text);
        let mut answer = |input: &str| match one_answer(&every, &mut input.as_bytes(), &mut say) {
            Ok(Answer::Take(action)) => Some(action),
            _ => None,
        };
        assert_eq!(answer("b\n"), Some("take-both"));
        assert_eq!(answer("F\n"), Some("take-both-new-first"));
        assert_eq!(answer("n\n"), NEW);
        assert_eq!(answer("s\n"), None);
        let question =
            "Take [o]ld, [n]ew, [b]oth with old first, both with new [f]irst, [s]kip, [q]uit?";
        assert!(said.contains(question), "{said}");
        // What is not offered is no answer.
        let mut say = |_: &str| {};
        let answer = one_answer(&["take-old"], &mut "b\nq\n".as_bytes(), &mut say).unwrap();
        assert!(matches!(answer, Answer::Quit));
    }

    #[test]
    fn what_is_no_answer_is_asked_again() {
        let (answers, said) = asked("yes\n\nold\nq\n");
        assert_eq!(answers, [OLD, None, None, None]);
        assert_eq!(said.matches("Please answer").count(), 2);
        // Nothing can be taken from the old file where a value is required.
        let (answers, said) = asked("s\ns\ns\no\nn\n");
        assert_eq!(answers, [None, None, None, NEW]);
        assert!(said.contains("Take [n]ew, [s]kip, [q]uit?"), "{said}");
    }

    #[test]
    fn the_end_of_the_input_and_quit_keep_what_was_answered() {
        assert_eq!(asked("n\n").0, [NEW, None, None, None]);
        assert_eq!(asked("n\nquit\no\n").0, [NEW, None, None, None]);
        assert_eq!(asked("").0, [None; 4]);
    }

    #[test]
    fn answers_are_a_pack_of_those_rules_alone() {
        let answers = [OLD, None, NEW, NEW];
        let pack = with_report(|report| report.pack(|at| answers[at])).unwrap();
        let table: toml::Table = pack.parse().unwrap();
        let rows = table["merge"].as_array().unwrap();
        let said: Vec<(&str, &str)> = rows
            .iter()
            .map(|row| {
                (
                    row["path"].as_str().unwrap(),
                    row["action"].as_str().unwrap(),
                )
            })
            .collect();
        let value = |key: &str| format!("/configuration/appSettings/add[@key='{key}']/@value");
        let (a, password) = (value("A"), value("Password"));
        let owner = "//add[@key='Owner']/@value";
        let expected = [
            (a.as_str(), "take-old"),
            (&password, "take-new"),
            (owner, "take-new"),
        ];
        assert_eq!(said, expected);
        assert!(!pack.contains("Hush"), "{pack}");
        assert_eq!(with_report(|report| report.pack(|_| None)), None);
    }
}
