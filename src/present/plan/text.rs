//! Plans on a terminal.

use std::fmt::Write as _;

use super::{count_of, how, is_over, parts, title, verdict};
use crate::plan::Plan;
use crate::plan::model::{Blocker, Step};
use crate::plan::state::{Progress, Standing};

/// What `plan` prints: the verdict, what stops the upgrade, the components, and the steps in a line each.
#[must_use]
pub fn summary(progress: &Progress<'_>, with_steps: bool) -> String {
    let plan = progress.plan;
    let mut out = format!("{}\n{}\n", verdict(plan), title(plan));
    for blocker in &plan.blockers {
        blocked(blocker, &mut out);
    }
    if !plan.unchecked.is_empty() {
        out.push_str("Not checked:\n");
        for line in &plan.unchecked {
            let _ = writeln!(out, "  {line}");
        }
    }
    let assumed = plan.questions.iter().filter(|question| question.is_assumed);
    for question in assumed {
        let _ = writeln!(
            out,
            "Assumed: {} {} (answer `{}` in --answers)",
            question.question, question.answer, question.id
        );
    }
    if with_steps {
        components(plan, &mut out);
        steps(progress, &mut out);
    }
    out
}

fn blocked(blocker: &Blocker, out: &mut String) {
    let place = blocker
        .place
        .as_ref()
        .map_or_else(String::new, |place| format!(" ({place})"));
    let _ = writeln!(out, "  ! {}{place}", blocker.what);
    match blocker.commands.as_slice() {
        [] => {
            let _ = writeln!(out, "    fix available: no; {}", blocker.says.join(" "));
        }
        commands => {
            let _ = writeln!(out, "    fix available: yes, by");
            for command in commands {
                let _ = writeln!(out, "      {command}");
            }
        }
    }
}

fn components(plan: &Plan, out: &mut String) {
    out.push_str("Servers:\n");
    for component in &plan.estate {
        let to = match &component.to {
            Some(to) => format!("{to} in {}", component.new_folder),
            None => "gone".to_owned(),
        };
        let (server, title, folder) = (&component.server, &component.title, &component.folder);
        let _ = writeln!(out, "  {server}: {title}, {folder} -> {to}");
    }
}

fn steps(progress: &Progress<'_>, out: &mut String) {
    let _ = writeln!(out, "{}", count_of(progress));
    for (part, steps) in parts(progress.plan) {
        let _ = writeln!(out, "{part}");
        for step in steps {
            line(progress, step, out);
        }
    }
}

fn line(progress: &Progress<'_>, step: &Step, out: &mut String) {
    let standing = progress.of(step);
    let mark = match standing {
        Standing::Failed(_) | Standing::Outdated(_) | Standing::Unfounded(_) => '!',
        _ if is_over(&standing) => 'x',
        _ => ' ',
    };
    let how = match standing {
        Standing::Done(None)
        | Standing::Waiting(_)
        | Standing::Closed(_)
        | Standing::Stopped(_) => String::new(),
        _ => how(&standing),
    };
    let how = match how.as_str() {
        "" => how,
        how => format!(" ({how})"),
    };
    let _ = writeln!(out, "  [{mark}] {}: {}{how}", step.id, step.title);
}

/// How far a plan is, in lines.
#[must_use]
pub fn status(progress: &Progress<'_>) -> String {
    let mut out = format!("{}\n", verdict(progress.plan));
    for input in progress.changed {
        let _ = writeln!(
            out,
            "  ! {} is not what it was when the plan was made; make the plan again",
            input.path
        );
    }
    steps(progress, &mut out);
    out
}

/// What can be done now, whole.
#[must_use]
pub fn next(progress: &Progress<'_>) -> String {
    let steps = progress.next();
    if steps.is_empty() {
        return match progress.counts() {
            (over, all) if over == all => "Nothing is left to do.\n".to_owned(),
            _ => "Nothing can be done now. `conferry plan status` says what is in the way.\n"
                .to_owned(),
        };
    }
    let mut out = String::new();
    for step in steps {
        let _ = writeln!(out, "{}: {}", step.id, step.title);
        let standing = progress.of(step);
        if standing != Standing::Open {
            let _ = writeln!(out, "  {}", how(&standing));
        }
        for line in &step.says {
            let _ = writeln!(out, "  {line}");
        }
        for command in &step.commands {
            let _ = writeln!(out, "    {command}");
        }
        for (what, text) in [
            ("Click", &step.click),
            ("Expect", &step.expect),
            ("Check", &step.check),
            ("Undo", &step.undo),
        ] {
            if let Some(text) = text {
                let _ = writeln!(out, "  {what}: {text}");
            }
        }
    }
    out
}
