//! Reads conditions of lint rules. They nest, so they are compiled where they are read.

use toml::Spanned;

use super::check::Checker;
use super::checks::{Name, Table};
use super::problem::PackProblem;
use super::row::{Row, span};
use super::table::Text;
use crate::pack::rules::lint::{Condition, Count, UrlPart, ValueTest};
use crate::pack::rules::{FactId, ServiceId};
use crate::word::Word;
use crate::xml::selector::Reach;

/// Reads a condition; `None` if it has a problem or says nothing.
pub(super) fn condition(mut row: Row<'_>, text: &str, names: &mut Vec<Name>) -> Option<Condition> {
    let of = row.text("of");
    let of_fact = row.text("fact");
    let mut uses = Vec::new();
    for (key, wanted) in [("uses", true), ("avoids", false)] {
        for service in row.texts(key) {
            uses.push((ServiceId::new(service.get_ref()), wanted));
            names.push(Name::new(Table::Service, service));
        }
    }
    if let (Some(of), Some(_)) = (&of, &of_fact) {
        let problem = PackProblem::new("tests are about one value", span(of.span()));
        row.push(problem.help("leave out `of` or `fact`"));
    }
    let exists = row.texts("exists");
    let missing = row.texts("missing");
    let mut checker = row.checker(text);
    let mut condition = Condition {
        of: of.as_ref().and_then(|path| checker.reach(path)),
        of_fact: of_fact.as_ref().map(|fact| FactId::new(fact.get_ref())),
        uses,
        exists: reaches(&mut checker, &exists),
        missing: reaches(&mut checker, &missing),
        ..Condition::default()
    };
    let mut complete = exists.len() == condition.exists.len()
        && missing.len() == condition.missing.len()
        && of.is_some() == condition.of.is_some();
    complete &= tests(&mut row, text, &mut condition.tests, names);
    if let Some(url) = row.nested("url", "`url`") {
        complete &= url_parts(url, text, &mut condition.tests, names);
    }
    row.nested_each("count", "`count`", |row| match count(row, text) {
        Some(count) => condition.counts.push(count),
        None => complete = false,
    });
    for (key, list) in [("any", &mut condition.any), ("all", &mut condition.all)] {
        row.nested_each(key, "a condition", |row| {
            match self::condition(row, text, names) {
                Some(part) => list.push(part),
                None => complete = false,
            }
        });
    }
    let not = row
        .nested("not", "a condition")
        .map(|row| self::condition(row, text, names));
    complete &= match not {
        Some(part) => {
            condition.not = part.map(Box::new);
            condition.not.is_some()
        }
        None => !row.has("not"),
    };
    let says_nothing = condition.tests.is_empty()
        && condition.uses.is_empty()
        && condition.exists.is_empty()
        && condition.missing.is_empty()
        && condition.counts.is_empty()
        && condition.any.is_empty()
        && condition.all.is_empty()
        && condition.not.is_none();
    let tested = [(&of, "of"), (&of_fact, "fact")];
    let untested = tested
        .iter()
        .find_map(|(text, key)| Some((text.as_ref()?, key)));
    if let (Some((of, key)), true) = (untested, condition.tests.is_empty()) {
        let help = "give a test of its value, such as equals or is, or use `exists`";
        let message = format!("`{key}` has nothing to test");
        let problem = PackProblem::new(message, span(of.span()));
        row.push(problem.help(help));
        complete = false;
    }
    if complete && says_nothing && row.knows_all() {
        let help = "give one of: equals, one-of, matches, is, empty, same-as, differs-from, same-as-fact, differs-from-fact, url, uses, avoids, exists, missing, count, any, all, not";
        row.push(PackProblem::new("the condition says nothing", row.at()).help(help));
        complete = false;
    }
    complete &= !says_nothing;
    names.extend(of_fact.map(|fact| Name::new(Table::Fact, fact)));
    row.finish();
    complete.then_some(condition)
}

fn reaches(checker: &mut Checker<'_>, paths: &[Text]) -> Vec<Reach> {
    paths
        .iter()
        .filter_map(|path| checker.reach(path))
        .collect()
}

/// Whether all tests of a value that the row gives are valid.
fn tests(row: &mut Row<'_>, text: &str, tests: &mut Vec<ValueTest>, names: &mut Vec<Name>) -> bool {
    let ignore_case = row.flag("ignore-case");
    let has_values = row.has("one-of") || row.has("equals");
    let mut values = row.texts("one-of");
    values.extend(row.text("equals"));
    let matches = row.text("matches");
    let is = row.text("is");
    let has_type = is.is_some();
    let is = is.and_then(|word| row.meant("type", &word));
    let same_as = row.text("same-as");
    let differs_from = row.text("differs-from");
    let same_as_fact = row.text("same-as-fact");
    let differs_from_fact = row.text("differs-from-fact");
    let has_empty = row.has("empty");
    let is_empty = row.flag("empty");
    let empty = has_empty.then_some(is_empty);
    if ignore_case && !has_values {
        let problem = PackProblem::new("`ignore-case` has nothing to compare", row.at());
        row.push(
            problem.help("it is for `equals` and `one-of`; a pattern begins with (?i) instead"),
        );
    }
    let mut checker = row.checker(text);
    if has_values {
        tests.push(ValueTest::OneOf {
            values: values.into_iter().map(Spanned::into_inner).collect(),
            ignore_case,
        });
    }
    let mut complete = true;
    let mut add = |test: Option<ValueTest>| match test {
        Some(test) => tests.push(test),
        None => complete = false,
    };
    if let Some(pattern) = &matches {
        add(checker.pattern(pattern).map(ValueTest::Matches));
    }
    if has_type {
        add(is.map(|word| ValueTest::Is(word.into_inner())));
    }
    if let Some(path) = &same_as {
        add(checker.reach(path).map(ValueTest::SameAs));
    }
    if let Some(path) = &differs_from {
        add(checker.reach(path).map(ValueTest::DiffersFrom));
    }
    for (fact, test) in [
        (
            same_as_fact,
            ValueTest::SameAsFact as fn(FactId) -> ValueTest,
        ),
        (differs_from_fact, ValueTest::DiffersFromFact),
    ] {
        if let Some(fact) = fact {
            add(Some(test(FactId::new(fact.get_ref()))));
            names.push(Name::new(Table::Fact, fact));
        }
    }
    tests.extend(empty.map(ValueTest::Empty));
    complete
}

fn url_parts(
    mut row: Row<'_>,
    text: &str,
    tests: &mut Vec<ValueTest>,
    names: &mut Vec<Name>,
) -> bool {
    let mut complete = true;
    let before = tests.len();
    for part in UrlPart::ALL.iter().copied() {
        let word = part.word();
        let found = row
            .nested(word, "a condition")
            .map(|row| condition(row, text, names));
        match found {
            Some(Some(condition)) => tests.push(ValueTest::Url(part, Box::new(condition))),
            Some(None) => complete = false,
            None => complete &= !row.has(word),
        }
    }
    if complete && tests.len() == before && row.knows_all() {
        let problem = PackProblem::new("`url` names no part", row.at());
        row.push(problem.help("give one of: scheme, host, port, path, query, user"));
        complete = false;
    }
    row.finish();
    complete
}

fn count(mut row: Row<'_>, text: &str) -> Option<Count> {
    let of = row.required("of");
    let at_least = row.number("at-least");
    let at_most = row.number("at-most");
    if !row.has("at-least") && !row.has("at-most") {
        let problem = PackProblem::new("`count` needs `at-least` or `at-most`", row.at());
        row.push(problem);
    }
    let (least, most) = (at_least.unwrap_or(0), at_most.unwrap_or(usize::MAX));
    if least > most {
        let message = format!("`count` wants at least {least} and at most {most}");
        row.push(PackProblem::new(message, row.at()).help("no number is both"));
    } else if (at_least, at_most) == (Some(0), None) {
        let problem = PackProblem::new("any number is at least 0", row.at());
        row.push(problem.help("leave the condition out, or use `exists` or `missing`"));
    }
    let of = of.and_then(|of| row.checker(text).reach(&of));
    row.finish();
    Some(Count {
        of: of?,
        at_least: least,
        at_most: most,
    })
}
