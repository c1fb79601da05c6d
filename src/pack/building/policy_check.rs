//! Merge policies that are well-formed and can still never do what they say.

use regex::Regex;
use toml::Spanned;

use crate::config::identity::IdentityRule;
use crate::pack::format::check::Checker;
use crate::pack::format::file::MergeRow;
use crate::pack::format::problem::PackProblem;
use crate::pack::format::row::span;
use crate::pack::rules::{Action, Policy, When};
use crate::xml::address::Leaf;
use crate::xml::chars::{first_forbidden, is_blank};
use crate::xml::selector::Selector;

/// Notes what is wrong with `policy`, which `row` gives; `identities` are those of all packs so far.
pub(in crate::pack) fn check(
    checker: &mut Checker<'_>,
    row: &MergeRow,
    policy: &Policy,
    identities: &[IdentityRule],
) {
    let Some(path) = &row.path else { return };
    for text in [&row.value, &row.to, &row.replacement]
        .into_iter()
        .flatten()
    {
        writable(checker, text);
    }
    let is_element = *policy.selector.leaf() == Leaf::Element;
    let mut wrong = |message: &str, help: String| {
        checker.push(PackProblem::new(message, span(path.span())).help(help));
    };
    match &policy.action {
        Action::Set(_) if is_element => wrong(
            "`set` needs the path of a value",
            "end it in `/@name` or `/text()`".to_owned(),
        ),
        Action::Rename(_) if !is_element => wrong(
            "`rename` needs the path of an element",
            format!("leave out `{}`", leaf(policy.selector.leaf())),
        ),
        Action::Rename(_) if !has_identity(&policy.selector, identities) => wrong(
            "no attribute identifies this element, so `rename` has nothing to change",
            "name an entry such as `/configuration/appSettings/add[@key='Old']`, or say in an [[identity]] row of this pack or an earlier one what identifies it".to_owned(),
        ),
        Action::TakeBase if policy.when == When::WithoutBase => wrong(
            "`take-base` takes nothing where there is no base",
            "leave out `when`, or choose another action".to_owned(),
        ),
        Action::Rewrite { pattern, .. } => {
            if let Some(replacement) = &row.replacement {
                groups(checker, pattern, replacement);
            }
        }
        _ => {}
    }
    if let Some(to) = row.to.as_ref().filter(|to| is_blank(to.get_ref())) {
        let problem = PackProblem::new(
            "`to` is empty, and no element can be found by that",
            span(to.span()),
        );
        checker.push(problem.help("give the key or name of the new version"));
    }
}

fn leaf(leaf: &Leaf) -> String {
    match leaf {
        Leaf::Attribute(name) => format!("/@{name}"),
        Leaf::Text | Leaf::Element => "/text()".to_owned(),
    }
}

/// What is put into a file must be what a file can hold.
fn writable(checker: &mut Checker<'_>, text: &Spanned<String>) {
    if let Some(at) = first_forbidden(text.get_ref()) {
        let character = text.get_ref()[at..].chars().next().map_or(0, u32::from);
        let message = format!("XML cannot hold the character U+{character:04X}");
        let at = checker.inside(text, at);
        checker.push(PackProblem::new(message, at).help("leave it out"));
    }
}

/// Whether an attribute of its own may identify what `selector` selects.
fn has_identity(selector: &Selector, identities: &[IdentityRule]) -> bool {
    let (names, is_whole) = selector.names_upward();
    identities.iter().any(|rule| {
        rule.by.iter().any(|key| key.child().is_none()) && rule.element.may_match(&names, is_whole)
    })
}

/// A group that the pattern has not would silently become nothing.
fn groups(checker: &mut Checker<'_>, pattern: &Regex, replacement: &Spanned<String>) {
    for (name, at) in references(replacement.get_ref()) {
        let is_known = match name.parse::<usize>() {
            Ok(number) => number < pattern.captures_len(),
            Err(_) => pattern.capture_names().flatten().any(|known| known == name),
        };
        if is_known {
            continue;
        }
        let digits = name.len() - name.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let help = match name.split_at(digits) {
            (number, rest) if !number.is_empty() && !rest.is_empty() => {
                format!(
                    "write `${{{number}}}{rest}` for group {number} and what follows it, `$$` for a dollar sign"
                )
            }
            _ => "put ( ) around what it shall be in `pattern`, or write `$$` for a dollar sign"
                .to_owned(),
        };
        let at = checker.inside(replacement, at);
        let message = format!("`pattern` has no group `{name}`, so nothing would be put here");
        checker.push(PackProblem::new(message, at).help(help));
    }
}

/// The groups that a replacement names, and where; read as the crate regex reads them.
fn references(replacement: &str) -> Vec<(&str, usize)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(dollar) = replacement[at..].find('$') {
        let start = at + dollar;
        let rest = &replacement[start + 1..];
        let name = match rest.strip_prefix('{') {
            Some(inner) => inner.find('}').map(|end| &inner[..end]),
            None => Some(&rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())]),
        };
        let name = name.filter(|name| !name.is_empty());
        at = start + 1 + usize::from(rest.starts_with('$')) + name.map_or(0, str::len);
        found.extend(name.map(|name| (name, start)));
    }
    found
}
