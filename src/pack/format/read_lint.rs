//! Reads `[[lint]]` rows. Conditions, messages and fixes are compiled where
//! they are read, since they nest; ids, components and sources are checked
//! with all other rows in `rows_lint`.

use toml::Spanned;

use super::check::Checker;
use super::checks::{self, Name, Table};
use super::problem::PackProblem;
use super::row::{Row, span};
use super::table::{About, Text};
use crate::pack::rules::lint::{
    Check, Condition, Count, Declared, Example, FixAction, FixRule, Severity, ValueTest,
};
use crate::pack::rules::template::Template;
use crate::pack::rules::words;
use crate::xml::address::Leaf;
use crate::xml::selector::{Reach, Selector};

/// `[[lint]]`.
#[derive(Clone, Debug)]
pub struct LintRow {
    /// Id, summary, why, source.
    pub about: About,
    /// Its name in words.
    pub name: Option<Text>,
    /// How bad it is.
    pub severity: Option<Severity>,
    /// Components whose files it looks at.
    pub components: Vec<Text>,
    /// Whether it looks at transforms as well.
    pub transforms: bool,
    /// What to do.
    pub advice: Option<Text>,
    /// What it looks for; `None` if that has a problem.
    pub check: Option<Check>,
    /// The rows that the parameters of the check name.
    pub names: Vec<Name>,
    /// The cure.
    pub fix: Option<FixRule>,
    /// Files without a finding.
    pub valid: Vec<Example>,
    /// Files with one.
    pub invalid: Vec<Example>,
}

impl LintRow {
    /// Reads one row of the pack `text`.
    pub(in crate::pack) fn read(row: &mut Row<'_>, text: &str) -> Self {
        for key in ["id", "source"] {
            row.require(key);
        }
        row.required("summary");
        row.required("why");
        let about = About::read(row, "summary");
        let name = row.required("name");
        row.require("severity");
        let severity = row.text("severity");
        let severity = row
            .checker(text)
            .word(&severity, "severity", &words::SEVERITIES);
        let components = row.texts("component");
        let transforms = row.flag("transforms");
        let advice = row.required("advice");
        let mut names = Vec::new();
        let check = check(row, text, &mut names);
        let has_fix = row.has("fix");
        let fix = fix(row, text, check.as_ref());
        Self {
            about,
            name,
            severity,
            components,
            transforms,
            advice,
            check,
            names,
            fix,
            valid: examples(row, text, "valid", false),
            invalid: examples(row, text, "invalid", has_fix),
        }
    }
}

fn check(row: &mut Row<'_>, text: &str, names: &mut Vec<Name>) -> Option<Check> {
    let at = row.at();
    let name = row.text("check");
    let problems_before = row.checker(text).problems.len();
    let select = row.texts("select");
    if select.is_empty() && row.has("select") && row.checker(text).problems.len() == problems_before
    {
        row.push(PackProblem::new("`select` selects nothing", at).help("name what to look at"));
    }
    let when = row
        .nested("when", "a condition")
        .map(|row| condition(row, text, names));
    if let Some(name) = name {
        for (key, place) in [
            ("select", select.first().map(|text| span(text.span()))),
            ("when", when.map(|_| span(name.span()))),
        ] {
            if let Some(place) = place {
                let message = format!("a rule with `check` takes no `{key}`");
                let problem = PackProblem::new(message, place);
                row.push(problem.help("a check decides itself; `with` holds its parameters"));
            }
        }
        let check = checks::read(row, text, &name, names)?;
        return Some(Check::Registered(Box::new(check)));
    }
    if let Some(with) = row.nested("with", "`with`") {
        let problem = PackProblem::new("`with` belongs to `check`, which is not there", with.at());
        row.push(problem);
    }
    let message = row.text("message");
    let has_both = row.has("select") && row.has("message");
    let mut checker = row.checker(text);
    let (false, Some(message)) = (select.is_empty(), &message) else {
        if has_both {
            return None; // what was wrong with them was said
        }
        let problem = PackProblem::new("[[lint]] needs `select` and `message`, or `check`", at);
        checker.push(problem.help("`select` names what to look at, `message` says what is wrong"));
        return None;
    };
    let selectors: Vec<Selector> = select
        .iter()
        .filter_map(|path| checker.selector(path))
        .collect();
    let are_valid = selectors.len() == select.len();
    if message.get_ref().trim().is_empty() {
        let problem = PackProblem::new("`message` must not be empty", span(message.span()));
        checker.push(problem);
    }
    let message = template(&mut checker, message);
    are_valid.then_some(())?;
    Some(Check::Declared(Box::new(Declared {
        select: selectors,
        when: when.flatten(),
        message: message?,
    })))
}

fn template(checker: &mut Checker<'_>, message: &Text) -> Option<Template> {
    match Template::parse(message.get_ref()) {
        Ok(template) => Some(template),
        Err(error) => {
            let at = checker.inside(message, error.at);
            checker.push(PackProblem::new(error.message, at));
            None
        }
    }
}

/// Reads a condition; `None` if it has a problem or says nothing.
pub(super) fn condition(mut row: Row<'_>, text: &str, names: &mut Vec<Name>) -> Option<Condition> {
    let of = row.text("of");
    let of_fact = row.text("fact");
    let mut uses = Vec::new();
    for (key, wanted) in [("uses", true), ("avoids", false)] {
        for service in row.texts(key) {
            uses.push((service.get_ref().clone(), wanted));
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
        of_fact: of_fact.as_ref().map(|fact| fact.get_ref().clone()),
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
    if is.is_some() {
        add(checker.word(&is, "type", &words::TYPES).map(ValueTest::Is));
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
            ValueTest::SameAsFact as fn(String) -> ValueTest,
        ),
        (differs_from_fact, ValueTest::DiffersFromFact),
    ] {
        if let Some(fact) = fact {
            add(Some(test(fact.get_ref().clone())));
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
    for (word, part) in words::URL_PARTS {
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

fn fix(row: &mut Row<'_>, text: &str, check: Option<&Check>) -> Option<FixRule> {
    let mut row = row.nested("fix", "`fix`")?;
    let title = row.required("title");
    row.require("applicability");
    let applicability = row.text("applicability");
    let applicability =
        row.checker(text)
            .word(&applicability, "applicability", &words::APPLICABILITIES);
    let set = row.text("set");
    let replace = row.text("replace");
    let with = row.text("with");
    let attribute = row.text("set-attribute");
    let to = row.text("to");
    let remove = row.flag("remove");
    let at = row.at();
    let mut checker = row.checker(text);
    for (argument, key, is_wanted) in [
        (&with, "replace", replace.is_some()),
        (&to, "set-attribute", attribute.is_some()),
    ] {
        if let (Some(argument), false) = (argument, is_wanted) {
            let message = format!("this belongs to `{key}`, which is not there");
            checker.push(PackProblem::new(message, span(argument.span())));
        }
    }
    let mut actions = Vec::new();
    actions.extend(set.map(|value| FixAction::Set(value.into_inner())));
    if let Some(pattern) = &replace {
        match (checker.pattern(pattern), with) {
            (Some(regex), Some(with)) => {
                actions.push(FixAction::Replace(regex, with.into_inner()));
            }
            (Some(_), None) => checker.push(PackProblem::new(
                "`replace` needs `with`",
                span(pattern.span()),
            )),
            (None, _) => {}
        }
    }
    if let Some(name) = &attribute {
        checker.attribute(name);
        match to {
            Some(to) => actions.push(FixAction::SetAttribute(
                name.get_ref().clone(),
                to.into_inner(),
            )),
            None => checker.push(PackProblem::new(
                "`set-attribute` needs `to`",
                span(name.span()),
            )),
        }
    }
    if remove {
        actions.push(FixAction::Remove);
    }
    if actions.len() > 1 {
        checker.push(PackProblem::new("a fix is one change", at));
    }
    let action = actions.pop();
    match (check, &action) {
        (Some(Check::Registered(_)), Some(_)) => checker.push(
            PackProblem::new("a check makes its fix itself", at)
                .help("give only `title` and `applicability`"),
        ),
        (Some(Check::Declared(_)), None) if replace.is_none() && attribute.is_none() => checker
            .push(
                PackProblem::new("the fix changes nothing", at)
                    .help("give one of: set, replace and with, set-attribute and to, remove"),
            ),
        (Some(Check::Declared(declared)), Some(FixAction::Set(_) | FixAction::Replace(..)))
            if declared
                .select
                .iter()
                .any(|path| *path.leaf() == Leaf::Element) =>
        {
            checker.push(
                PackProblem::new("this fix needs a value, and `select` names an element", at)
                    .help("end `select` in `/@name` or `/text()`, or use `set-attribute`"),
            );
        }
        _ => {}
    }
    row.finish();
    Some(FixRule {
        title: title?.into_inner(),
        applicability: applicability?,
        action,
    })
}

/// Reads examples; `can_be_fixed` where they may say what a fix makes of them.
fn examples(row: &mut Row<'_>, text: &str, key: &'static str, can_be_fixed: bool) -> Vec<Example> {
    let mut examples = Vec::new();
    row.texts_or_tables(key, "an example", |item| match item {
        Ok(text) => examples.push(Example {
            files: vec![("web.config".to_owned(), text.into_inner())],
            encoding: None,
            fixed: None,
        }),
        Err(row) => examples.extend(example(row, text, can_be_fixed)),
    });
    examples
}

fn example(mut row: Row<'_>, text: &str, can_be_fixed: bool) -> Option<Example> {
    let content = row.text("text");
    let path = row.text("path");
    let mut files = row.named_texts("files");
    let encoding = row.text("encoding");
    let encoding = row
        .checker(text)
        .word(&encoding, "encoding", &words::ENCODINGS);
    let fixed = row.text("fixed");
    if let (Some(fixed), false) = (&fixed, can_be_fixed) {
        let problem = PackProblem::new("there is nothing to fix here", span(fixed.span()));
        row.push(problem.help("`fixed` is for invalid examples of a rule with `fix`"));
    }
    let mut all = Vec::new();
    match (content, path) {
        (Some(content), path) => {
            if let Some(path) = &path {
                example_path(&mut row, path);
            }
            let path = path.map_or_else(|| "web.config".to_owned(), Spanned::into_inner);
            all.push((path, content.into_inner()));
        }
        (None, Some(path)) => {
            let problem = PackProblem::new("`path` needs `text`", span(path.span()));
            row.push(problem.help("in `files`, each text has its own path"));
        }
        (None, None) => {}
    }
    // Files in the order of the text: TOML tables have none, their places do.
    files.sort_by_key(|(name, _)| name.span().start);
    for (name, content) in files {
        example_path(&mut row, &name);
        all.push((name.into_inner(), content.into_inner()));
    }
    if all.is_empty() {
        let problem = PackProblem::new("the example has no files", row.at());
        row.push(problem.help("give `text`, or `files` with a content for each path"));
    }
    row.finish();
    (!all.is_empty()).then_some(Example {
        files: all,
        encoding,
        fixed: fixed.map(Spanned::into_inner),
    })
}

/// The path of a file stays below the folder of its example.
fn example_path(row: &mut Row<'_>, path: &Text) {
    let text = path.get_ref();
    let leaves = text.split('/').any(|name| matches!(name, "" | "." | ".."));
    if leaves || text.contains(['\\', ':']) {
        let message = format!("`{text}` is no path of an example");
        let problem = PackProblem::new(message, span(path.span()));
        row.push(problem.help("write it below the folder of the example: `portal/web.config`"));
    }
}
