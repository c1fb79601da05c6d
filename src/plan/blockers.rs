//! What stops the upgrade: all of it at once, each with what removes it.

use std::collections::BTreeMap;

use super::model::{Blocker, Step};
use super::scope::Known;
use crate::lint::Linter;
use crate::lint::selection::Selection;
use crate::pack::lint::Severity;

pub(super) fn blockers(known: Known<'_>, steps: &[Step]) -> Vec<Blocker> {
    let mut all = Vec::new();
    for server in &known.estate.servers {
        let again = vec![format!(
            "Take the snapshot of {} again with `conferry snapshot create`, and plan with the new one.",
            server.name
        )];
        let place = Some(server.snapshot.clone());
        let mut add = |what: String| {
            all.push(Blocker {
                what,
                place: place.clone(),
                step: None,
                says: again.clone(),
                commands: Vec::new(),
            });
        };
        for finding in &server.damage {
            add(format!("{}: {}", finding.path, finding.message));
        }
        for problem in &server.manifest.problems {
            add(format!(
                "{} was not taken: {}",
                problem.file, problem.message
            ));
        }
        for (file, why) in &server.obstacles {
            add(format!("{file} could not be put back: {why}"));
        }
    }
    for step in steps {
        let Some(why) = &step.blocks else { continue };
        all.push(Blocker {
            what: why.clone(),
            place: step.server.clone(),
            step: Some(step.id.clone()),
            says: step.says.clone(),
            commands: step.commands.clone(),
        });
    }
    all.extend(findings(known, steps));
    all
}

/// Errors that lint finds, those of one rule in one file as one.
fn findings(known: Known<'_>, steps: &[Step]) -> Vec<Blocker> {
    let rules = known.rules;
    let Ok(selection) = Selection::new(rules, &[], &[]) else {
        return Vec::new();
    };
    let linter = Linter {
        rules,
        selection: &selection,
    };
    let files = &known.estate.files;
    let report = linter.run(files);
    let is_covered = |rule: usize| {
        let code = &rules.lints[rule].provenance.id;
        let mut rows = rules.steps.iter().filter(|row| row.covers.contains(code));
        rows.any(|row| {
            steps
                .iter()
                .any(|step| row.provenance.id == step.rule.as_str())
        })
    };
    let mut found: BTreeMap<(usize, usize), Vec<&crate::lint::Finding>> = BTreeMap::new();
    let errors = report.findings.iter();
    let errors = errors.filter(|finding| finding.severity == Severity::Error);
    for finding in errors.filter(|finding| !is_covered(finding.rule)) {
        let key = (finding.place.subject, finding.rule);
        found.entry(key).or_default().push(finding);
    }
    let blocker = |((file, rule), findings): ((usize, usize), Vec<&crate::lint::Finding>)| {
        let rule = &rules.lints[rule];
        let subject = &files.subjects[file];
        let first = findings[0];
        let line = subject.line_column(first.place.span.start).line;
        let more = match findings.len() {
            1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        Blocker {
            what: format!("{}: {}{more}", rule.provenance.id, first.message),
            place: Some(format!("{}, line {line}", subject.label)),
            step: None,
            says: vec![rule.advice.clone()],
            commands: Vec::new(),
        }
    };
    found.into_iter().map(blocker).collect()
}
