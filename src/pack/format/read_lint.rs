//! Reads `[[lint]]` rows. Conditions, messages and fixes are compiled where
//! they are read, since they nest; ids, components and sources are checked
//! with all other rows in `rows_lint`.

use toml::Spanned;

use super::check::Checker;
use super::checks::{self, Name};
use super::conditions::condition;
use super::problem::PackProblem;
use super::row::{Row, span};
use super::table::{About, Declaration, Kind, Text};
use crate::pack::rules::keys::keys;
use crate::pack::rules::lint::{
    Applicability, Check, Declared, Example, ExampleEncoding, FixAction, FixRule, Severity,
};
use crate::pack::rules::lint_keys::{CONDITION, EXAMPLE, FIX};
use crate::pack::rules::template::Template;
use crate::pack::rules::terms::Mark;
use crate::word::Word;
use crate::xml::address::Leaf;
use crate::xml::selector::Selector;

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
    /// What there is to say about the table.
    pub const DECLARATION: Declaration = Declaration {
        table: "lint",
        heading: "[[lint]]",
        title: "Lint",
        meaning: "A lint rule: `select`, `message` and perhaps `when`; or a `check`.",
        keys: keys![
            /// Two to eight capital letters and three or four digits: `TEAM101`. Selections, suppressions and baselines
            /// use it, so it stays for ever.
            required "id": Kind::Code,
            /// The rule in a few words with hyphens; usable wherever an id is.
            required "name": Kind::Text,
            /// How bad a finding is.
            required "severity": Kind::Word(Severity::explained),
            /// What is wrong, one line without a full stop.
            required "summary": Kind::Text,
            /// Why that matters, one sentence or two.
            required "why": Kind::Text,
            /// What to do, as an order.
            required "advice": Kind::Text,
            /// Names under [sources].
            required "source": Kind::Texts,
            /// Whether a public text says so, or it was concluded.
            optional "mark": Kind::Word(Mark::explained),
            /// Ids of the components whose files it looks at; all files without it.
            optional "component": Kind::Texts,
            /// Whether it looks at XDT transforms (`web.Release.config`) as well.
            optional "transforms": Kind::Flag,
            /// Selectors of the elements or values to look at; a finding is at each node for which `when` holds.
            selector "select": Kind::Texts,
            /// What must hold for a finding; without it every node is one.
            optional "when": Kind::One(&CONDITION),
            /// What a finding says: `{value}` (what was selected), `{element}`, `{@name}` and `{url.host}` (or another
            /// part) are filled in, secrets masked; `{{` is a brace. With `check`, what the check names, and a table
            /// where it tells cases apart.
            optional "message": Kind::Message,
            /// Instead of `select` and `when`: a check that is part of the program, by name.
            optional "check": Kind::Check,
            /// The parameters of the check: `with.texts = ["OldName"]`.
            secret "with": Kind::Parameters,
            /// The change that cures a finding.
            secret "fix": Kind::One(&FIX),
            /// Files without a finding of this rule.
            secret "valid": Kind::TextsOrMany(&EXAMPLE),
            /// Files with at least one.
            secret "invalid": Kind::TextsOrMany(&EXAMPLE),
        ],
    };

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
        let severity = row.word("severity").map(Spanned::into_inner);
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
            valid: examples(row, "valid", false),
            invalid: examples(row, "invalid", has_fix),
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
        .nested("when", CONDITION.heading)
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

fn fix(row: &mut Row<'_>, text: &str, check: Option<&Check>) -> Option<FixRule> {
    let mut row = row.nested("fix", FIX.heading)?;
    let title = row.required("title");
    row.require("applicability");
    let applicability: Option<Spanned<Applicability>> = row.word("applicability");
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
        applicability: applicability?.into_inner(),
        action,
    })
}

/// Reads examples; `can_be_fixed` where they may say what a fix makes of them.
fn examples(row: &mut Row<'_>, key: &'static str, can_be_fixed: bool) -> Vec<Example> {
    let mut examples = Vec::new();
    row.texts_or_tables(key, EXAMPLE.heading, |item| match item {
        Ok(text) => examples.push(Example {
            files: vec![("web.config".to_owned(), text.into_inner())],
            encoding: None,
            fixed: None,
        }),
        Err(row) => examples.extend(example(row, can_be_fixed)),
    });
    examples
}

fn example(mut row: Row<'_>, can_be_fixed: bool) -> Option<Example> {
    let content = row.text("text");
    let path = row.text("path");
    let mut files = row.named_texts("files");
    let encoding: Option<Spanned<ExampleEncoding>> = row.word("encoding");
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
        encoding: encoding.map(|encoding| encoding.get_ref().parts()),
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
