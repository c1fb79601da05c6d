//! Runs the examples that every rule carries: invalid ones must have a finding
//! of the rule, valid ones none, and fixes must give what the example says.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::estate::{Estate, Input};
use super::fix;
use super::run::{Linter, Report};
use super::selection::Selection;
use super::tree::Memory;
use crate::pack::Rules;
use crate::pack::lint::{Applicability, Example, LintRule};

/// Something that an example shows to be wrong with its rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleFailure {
    /// Id of the rule.
    pub rule: String,
    /// What is wrong.
    pub kind: ExampleProblem,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the text of each is its documentation
pub enum ExampleProblem {
    NoValid,
    NoInvalid,
    Found { at: usize, messages: Vec<String> },
    NotFound { at: usize },
    FixedOtherwise { at: usize, found: String },
    NotFixed { at: usize },
}

impl fmt::Display for ExampleFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = &self.rule;
        match &self.kind {
            ExampleProblem::NoValid => write!(f, "{rule} has no valid example"),
            ExampleProblem::NoInvalid => write!(f, "{rule} has no invalid example"),
            ExampleProblem::Found { at, messages } => write!(
                f,
                "{rule} finds something in its valid example {}: {}",
                at + 1,
                messages.join("; ")
            ),
            ExampleProblem::NotFound { at } => {
                write!(f, "{rule} finds nothing in its invalid example {}", at + 1)
            }
            ExampleProblem::FixedOtherwise { at, found } => write!(
                f,
                "the fix of {rule} makes something else of its invalid example {}: {found}",
                at + 1
            ),
            ExampleProblem::NotFixed { at } => write!(
                f,
                "{rule} still finds something in its invalid example {} when it is fixed",
                at + 1
            ),
        }
    }
}

/// Runs the examples of the rule at `at`.
#[must_use]
pub fn test(rules: &Rules, at: usize) -> Vec<ExampleFailure> {
    let rule = &rules.lints[at];
    let mut problems = Vec::new();
    if rule.valid.is_empty() {
        problems.push(ExampleProblem::NoValid);
    }
    if rule.invalid.is_empty() {
        problems.push(ExampleProblem::NoInvalid);
    }
    for (number, example) in rule.valid.iter().enumerate() {
        let (_, report) = run(rules, at, example);
        let messages: Vec<String> = of_rule(&report, at);
        if !messages.is_empty() {
            let at = number;
            problems.push(ExampleProblem::Found { at, messages });
        }
    }
    for (number, example) in rule.invalid.iter().enumerate() {
        let (estate, report) = run(rules, at, example);
        if of_rule(&report, at).is_empty() {
            problems.push(ExampleProblem::NotFound { at: number });
        } else {
            problems.extend(fix_problem(rules, rule, at, example, &estate, number));
        }
    }
    let failure = |kind| ExampleFailure {
        rule: rule.provenance.id.clone(),
        kind,
    };
    problems.into_iter().map(failure).collect()
}

/// The files of an example and what the rules find in them.
#[must_use]
pub fn run(rules: &Rules, at: usize, example: &Example) -> (Estate, Report) {
    let estate = estate(rules, example);
    let report = Linter {
        rules,
        selection: &selection(rules, at),
    }
    .run(&estate);
    (estate, report)
}

/// The rule alone, but for rules about suppressions, which need the others.
fn selection(rules: &Rules, at: usize) -> Selection {
    let id = rules.lints[at].provenance.id.clone();
    let is_own = matches!(
        rules.lints[at].check,
        crate::pack::lint::Check::Native(native)
            if super::native::scope(native) == super::native::Scope::Run
    );
    let select = match is_own {
        true => Vec::new(),
        false => vec![id],
    };
    Selection::new(rules, &select, &[]).unwrap_or_else(|_| Selection::none(rules))
}

fn estate(rules: &Rules, example: &Example) -> Estate {
    let mut tree = Memory::default();
    for (path, text) in &example.files {
        tree.insert(path, example.bytes(text));
    }
    let tree = Arc::new(tree);
    let inputs = example
        .files
        .iter()
        .filter(|(path, _)| path.ends_with(".config") || path.ends_with(".xml"))
        .map(|(path, _)| Input {
            label: path.clone(),
            path: PathBuf::from(path),
            tree: tree.clone(),
        })
        .collect();
    Estate::read(inputs, rules).0
}

fn of_rule(report: &Report, rule: usize) -> Vec<String> {
    let findings = report.findings.iter();
    findings
        .filter(|finding| finding.rule == rule)
        .map(|finding| finding.message.clone())
        .collect()
}

fn fix_problem(
    rules: &Rules,
    rule: &LintRule,
    at: usize,
    example: &Example,
    estate: &Estate,
    number: usize,
) -> Option<ExampleProblem> {
    let wanted = example.fixed.as_ref()?;
    let selection = selection(rules, at);
    let linter = Linter {
        rules,
        selection: &selection,
    };
    // A fix that is only shown is tried as well: the example says what it would give.
    let allowed = rule
        .fix
        .as_ref()
        .map_or(Applicability::Safe, |fix| fix.applicability);
    let fixed = fix::apply(&linter, estate, allowed);
    let found = match fixed.documents.get(&0) {
        Some(document) => document.text().to_owned(),
        None => estate.subjects[0].document()?.text().to_owned(),
    };
    if found != *wanted {
        return Some(ExampleProblem::FixedOtherwise { at: number, found });
    }
    let is_left = fixed
        .report
        .findings
        .iter()
        .any(|finding| finding.rule == at && finding.place.subject == 0);
    is_left.then_some(ExampleProblem::NotFixed { at: number })
}
