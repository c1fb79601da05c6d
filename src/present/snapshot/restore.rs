//! What is put back, and what came of it.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::{document, files};
use crate::present::run::Run;
use crate::snapshot::Problem;
use crate::snapshot::restore::{Action, Step};

/// The plan of a restore, for people.
#[must_use]
pub fn steps_text(steps: &[Step<'_>], dry_run: bool) -> String {
    let mut text = String::new();
    for step in steps {
        let source = step.file.source.as_deref().unwrap_or(&step.file.path);
        let _ = match &step.action {
            Action::LeaveOut => continue,
            Action::Refuse(reason) => writeln!(text, "refuse {source}: {reason}"),
            action => writeln!(text, "{} {source}", action.name()),
        };
    }
    let _ = writeln!(
        text,
        "{}",
        counted(steps, if dry_run { "Would: " } else { "Plan: " })
    );
    text
}

fn counted(steps: &[Step<'_>], head: &str) -> String {
    let words = ["create", "overwrite", "identical", "refuse", "leave-out"].map(|word| {
        let count = steps
            .iter()
            .filter(|step| step.action.name() == word)
            .count();
        format!("{count} {word}")
    });
    format!("{head}{}.", words.join(", "))
}

/// The plan of a restore and what came of it, for programs.
#[must_use]
pub fn steps_json(steps: &[Step<'_>], dry_run: bool, problems: &[Problem], run: &Run) -> String {
    let failed: HashMap<&str, &str> = problems
        .iter()
        .map(|problem| (problem.file.as_str(), problem.message.as_str()))
        .collect();
    let rows = steps.iter().map(|step| {
        let reason = match &step.action {
            Action::Refuse(reason) => Some(reason),
            _ => None,
        };
        let target = step.target.as_ref();
        let target = target.map(|target| target.display().to_string());
        let failed = target.as_deref().and_then(|target| failed.get(target));
        json!({
            "path": step.file.path, "source": step.file.source, "target": target,
            "action": step.action.name(), "reason": reason, "failed": failed,
        })
    });
    let rows: Vec<Json> = rows.collect();
    document("restore", json!({ "dry_run": dry_run, "files": rows }), run)
}

/// What was done and what was not.
#[must_use]
pub fn restored(steps: &[Step<'_>], failed: usize) -> String {
    let count = |is: fn(&Action) -> bool| steps.iter().filter(|step| is(&step.action)).count();
    let planned = count(|action| matches!(action, Action::Create | Action::Overwrite));
    let refused = count(|action| matches!(action, Action::Refuse(_)));
    let mut text = format!("Put back {}", files(planned.saturating_sub(failed)));
    for (count, word) in [(failed, "failed"), (refused, "refused")] {
        if count > 0 {
            let _ = write!(text, ", {count} {word}");
        }
    }
    text.push_str(".\n");
    text
}
