//! Runs the examples that every rule carries: invalid ones must have a finding
//! of the rule, valid ones none, and fixes must give what the example says.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::estate::{Estate, Input};
use super::fix;
use super::run::{Linter, Report};
use super::selection::Selection;
use super::settings::policy::Asked;
use super::settings::{self, Policies, Policy, Settings};
use super::subject::Subject;
use super::tree::Memory;
use crate::pack::Rules;
use crate::pack::checks::Scope;
use crate::pack::lint::{Applicability, Check, Example, LintRule};
use crate::pack::rules::RuleId;
use crate::xml::{LineColumn, ParseError};

/// Something that an example shows to be wrong with its rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleFailure {
    /// Id of the rule.
    pub rule: RuleId,
    /// What is wrong.
    pub kind: ExampleProblem,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the text of each is its documentation
pub enum ExampleProblem {
    NoValid,
    NoInvalid,
    Found {
        at: usize,
        messages: Vec<String>,
    },
    NotFound {
        at: usize,
        hint: String,
    },
    NoDocument {
        at: usize,
        is_valid: bool,
        reason: String,
    },
    FixedOtherwise {
        at: usize,
        found: String,
    },
    NotFixed {
        at: usize,
    },
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
            ExampleProblem::NotFound { at, hint } => {
                write!(f, "{rule} finds nothing in its invalid example {}", at + 1)?;
                match hint.as_str() {
                    "" => Ok(()),
                    hint => write!(f, ": {hint}"),
                }
            }
            ExampleProblem::NoDocument {
                at,
                is_valid,
                reason,
            } => {
                let kind = if *is_valid { "valid" } else { "invalid" };
                let at = at + 1;
                write!(
                    f,
                    "the {kind} example {at} of {rule} cannot be read: {reason}"
                )
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
        let (estate, report) = run(rules, at, example);
        problems.extend(no_document(rule, &estate, number, true));
        let messages = of_rule(&estate, &report, at);
        if !messages.is_empty() {
            let at = number;
            problems.push(ExampleProblem::Found { at, messages });
        }
    }
    for (number, example) in rule.invalid.iter().enumerate() {
        let (estate, report) = run(rules, at, example);
        if let Some(problem) = no_document(rule, &estate, number, false) {
            problems.push(problem);
        } else if of_rule(&estate, &report, at).is_empty() {
            let hint = hint(rule, &estate);
            problems.push(ExampleProblem::NotFound { at: number, hint });
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
    let mut estate = estate(rules, example);
    let selection = with_settings(selection(rules, at), rules, example, &estate);
    estate.add_settings(selection.policies(), rules);
    let linter = Linter {
        rules,
        selection: &selection,
    };
    let report = linter.run(&estate);
    (estate, report)
}

/// `selection` with what a conferry.toml among the files of the example says.
fn with_settings(
    selection: Selection,
    rules: &Rules,
    example: &Example,
    estate: &Estate,
) -> Selection {
    let mut files = example.files.iter();
    let Some((name, text)) = files.find(|(path, _)| path == settings::FILE_NAME) else {
        return selection;
    };
    let settings = Settings::read(name.clone(), Path::new(""), text.clone());
    let asked = Asked {
        selection: &selection,
        selects: false,
        ignored: &[],
    };
    let Ok(policy) = Policy::new(&settings, rules, asked) else {
        return selection;
    };
    let mut policies = Policies::new(vec![policy]);
    for subject in &estate.subjects {
        policies.assign(subject.label.clone(), 0, &subject.path);
    }
    selection.with(policies)
}

/// What a rule says about an example.
#[derive(Clone, Debug)]
pub struct Demonstration {
    /// Each finding as `file:line:column: message`.
    pub findings: Vec<String>,
    /// The first file before and after its fixes, if they change it.
    pub fixed: Option<(String, String)>,
}

/// Lets the rule at `at` speak about one of its examples.
#[must_use]
pub fn demonstrate(rules: &Rules, at: usize, example: &Example) -> Demonstration {
    let (estate, report) = run(rules, at, example);
    let fixed = rules.lints[at].fix.as_ref().and_then(|cure| {
        let before = estate.subjects.first()?.document()?.text().to_owned();
        let linter = Linter {
            rules,
            selection: &selection(rules, at),
        };
        let fixed = fix::apply(&linter, &estate, cure.applicability);
        let after = fixed.documents.get(&0)?.text().to_owned();
        // A last line end of its own keeps a diff of one-line examples short.
        let ended = |text: String| match text.ends_with('\n') {
            true => text,
            false => text + "\n",
        };
        (before != after).then_some((ended(before), ended(after)))
    });
    Demonstration {
        findings: of_rule(&estate, &report, at),
        fixed,
    }
}

/// The rule alone, but for rules about suppressions, which need the others.
fn selection(rules: &Rules, at: usize) -> Selection {
    let id = rules.lints[at].provenance.id.to_string();
    let is_own = matches!(
        &rules.lints[at].check,
        Check::Registered(check) if check.kind.scope() == Scope::Run
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
            place: None,
        })
        .collect();
    Estate::read(inputs, rules).0
}

/// What the rule finds, with line and column.
fn of_rule(estate: &Estate, report: &Report, rule: usize) -> Vec<String> {
    let findings = report.findings.iter();
    findings
        .filter(|finding| finding.rule == rule)
        .map(|finding| {
            let subject = &estate.subjects[finding.place.subject];
            let place = subject.line_column(finding.place.span.start);
            let file = &subject.label;
            let LineColumn { line, column } = place;
            format!("{file}:{line}:{column}: {}", finding.message)
        })
        .collect()
}

/// A rule that is data sees documents only, so an example that is none shows nothing.
fn no_document(
    rule: &LintRule,
    estate: &Estate,
    at: usize,
    is_valid: bool,
) -> Option<ExampleProblem> {
    if !matches!(rule.check, Check::Declared(_)) {
        return None;
    }
    let failed = estate.subjects.iter().find_map(|subject| {
        let error = match subject.content.as_ref().err()? {
            ParseError::TooLarge(_) => "it is too large".to_owned(),
            ParseError::Encoding(error) => error.to_string(),
            ParseError::Syntax(_, error) => error.kind.to_string(),
        };
        Some(format!("{}: {error}", subject.label))
    });
    failed.map(|reason| ExampleProblem::NoDocument {
        at,
        is_valid,
        reason,
    })
}

/// Why a rule may have found nothing.
fn hint(rule: &LintRule, estate: &Estate) -> String {
    let is_other = |subject: &Subject| {
        let component = subject.component.as_ref();
        component.is_none_or(|known| !rule.components.contains(known))
    };
    if estate.subjects.is_empty() {
        return "no file of it ends in .config or .xml".to_owned();
    }
    if !rule.components.is_empty() && estate.subjects.iter().all(is_other) {
        let wanted = rule
            .components
            .iter()
            .map(AsRef::as_ref)
            .collect::<Vec<_>>()
            .join(" or ");
        return format!("no file of it is recognised as {wanted}");
    }
    if !rule.transforms && estate.subjects.iter().all(|subject| subject.is_transform) {
        return "it is an XDT transform, and the rule does not say `transforms = true`".to_owned();
    }
    String::new()
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
