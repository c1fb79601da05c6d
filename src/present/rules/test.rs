//! What the examples of rules show.

use std::fmt::Write as _;

use serde::Serialize;

use super::{SCHEMA, json, number};
use crate::lint::examples::{ExampleFailure, ExampleProblem};
use crate::pack::Rules;
use crate::pack::lint::LintRule;
use crate::pack::rules::{PackId, RuleId};
use crate::present::diff;

/// A rule whose examples were run.
#[derive(Debug)]
pub struct Tested {
    /// Its position in `Rules::lints`.
    pub at: usize,
    /// What its examples show to be wrong.
    pub failures: Vec<ExampleFailure>,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    command: &'static str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
struct Rule<'a> {
    id: &'a RuleId,
    name: &'a str,
    pack: &'a PackId,
    valid: usize,
    invalid: usize,
    fixed: usize,
    failures: Vec<String>,
}

fn fixed(rule: &LintRule) -> usize {
    let examples = rule.invalid.iter();
    examples.filter(|example| example.fixed.is_some()).count()
}

/// For programs.
#[must_use]
pub fn as_json(rules: &Rules, tested: &[Tested]) -> String {
    let rows = tested.iter().map(|tested| {
        let rule = &rules.lints[tested.at];
        Rule {
            id: &rule.provenance.id,
            name: &rule.name,
            pack: &rule.provenance.pack,
            valid: rule.valid.len(),
            invalid: rule.invalid.len(),
            fixed: fixed(rule),
            failures: tested.failures.iter().map(ToString::to_string).collect(),
        }
    });
    json(&Document {
        schema: SCHEMA,
        command: "rules test",
        rules: rows.collect(),
    })
}

/// For people: what failed, with what was expected and what was found.
#[must_use]
pub fn as_text(rules: &Rules, tested: &[Tested], color: bool) -> String {
    let mut out = String::new();
    for tested in tested {
        let rule = &rules.lints[tested.at];
        for failure in &tested.failures {
            out.push_str(&one(rule, &failure.kind, color));
        }
    }
    out
}

fn one(rule: &LintRule, problem: &ExampleProblem, color: bool) -> String {
    let name = format!("{} ({})", rule.provenance.id, rule.name);
    let head = |kind: &str, at: usize| format!("FAILED {name}, {kind} example {}\n", at + 1);
    match problem {
        ExampleProblem::NoValid => format!("FAILED {name}: it has no valid example\n\n"),
        ExampleProblem::NoInvalid => format!("FAILED {name}: it has no invalid example\n\n"),
        ExampleProblem::Found { at, messages } => {
            let mut out = head("valid", *at);
            out.push_str("  expected: no finding\n");
            for message in messages {
                let _ = writeln!(out, "  found:    {message}");
            }
            out + "\n"
        }
        ExampleProblem::NotFound { at, hint } => {
            let mut out = head("invalid", *at);
            out.push_str("  expected: a finding\n  found:    none");
            if !hint.is_empty() {
                let _ = write!(out, "; {hint}");
            }
            out + "\n\n"
        }
        ExampleProblem::NoDocument {
            at,
            is_valid,
            reason,
        } => {
            let kind = if *is_valid { "valid" } else { "invalid" };
            format!("{}  it cannot be read: {reason}\n\n", head(kind, *at))
        }
        ExampleProblem::NotFixed { at } => format!(
            "{}  expected: no finding once it is fixed\n  found:    one is left\n\n",
            head("invalid", *at)
        ),
        ExampleProblem::FixedOtherwise { at, found } => {
            let wanted = rule.invalid[*at].fixed.as_deref().unwrap_or_default();
            let side = |label, text| diff::Side {
                label,
                text,
                secrets: &[],
            };
            let shown = diff::unified(side("expected", wanted), side("fixed", found), color);
            format!(
                "{}  the fix makes something else of it:\n{shown}\n",
                head("invalid", *at)
            )
        }
    }
}

/// One line about all of them.
#[must_use]
pub fn summary(rules: &Rules, tested: &[Tested]) -> String {
    let of = |count: &dyn Fn(&LintRule) -> usize| -> usize {
        tested
            .iter()
            .map(|tested| count(&rules.lints[tested.at]))
            .sum()
    };
    let examples = of(&|rule| rule.valid.len() + rule.invalid.len());
    let failed = (tested.iter())
        .filter(|tested| !tested.failures.is_empty())
        .count();
    let verdict = match failed {
        0 => "all pass".to_owned(),
        _ => format!("{} failed", number(failed, "rule")),
    };
    format!(
        "{}, {}, {}: {verdict}\n",
        number(tested.len(), "rule"),
        number(examples, "example"),
        match of(&fixed) {
            1 => "1 fix".to_owned(),
            count => format!("{count} fixes"),
        }
    )
}
