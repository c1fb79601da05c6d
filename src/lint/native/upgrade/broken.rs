//! Files that are not well-formed because of how the account was typed in.
//! No message quotes what stands there.

use crate::lint::check::Check;
use crate::xml::syntax::{SyntaxError, SyntaxErrorKind};
use crate::xml::{ParseError, Span};

use super::account::{FLAG, PASSWORD, USER};

/// How far before the error the name of the setting is looked for.
const REACH: usize = 400;

/// What the syntax error of the file is, if it has one, with the text before it.
fn error<'a>(check: &Check<'a>) -> Option<(&'a SyntaxErrorKind, Span, &'a str, &'a str)> {
    match &check.subject().content {
        Err(ParseError::Syntax(source, SyntaxError { kind, span })) => {
            let text = source.text();
            let at = floor(text, span.start as usize);
            let from = floor(text, at.saturating_sub(REACH));
            Some((kind, *span, &text[from..at], &text[at..]))
        }
        _ => None,
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Whether the text goes on inside the element `name`.
fn is_inside(before: &str, name: &str) -> bool {
    let open = before.rfind(&format!("<{name}>"));
    let close = before.rfind(&format!("</{name}>"));
    open.is_some() && open > close
}

/// The password is the cause: a character in it is not written as XML wants it.
pub(in crate::lint::native) fn password_not_escaped(check: &mut Check<'_>) {
    let Some((kind, span, before, behind)) = error(check) else {
        return;
    };
    if let Some(at) = odd_quote(kind, behind) {
        let at = span.start as usize + at;
        check.report(Span::new(at, at + 1), unescaped("\"", "&quot;"));
        return;
    }
    let in_entry = tag_before(before).is_some_and(|tag| {
        tag.contains(PASSWORD)
            && tag
                .rfind("value=")
                .is_some_and(|at| tag.rfind(PASSWORD) < Some(at))
    });
    let in_element = is_inside(before, "WebServiceSdkPassword");
    if !in_entry && !in_element {
        return;
    }
    let (name, written) = match kind {
        SyntaxErrorKind::BareAmpersand | SyntaxErrorKind::UnknownEntity => ("&", "&amp;"),
        SyntaxErrorKind::BadCharacterReference => ("&", "&amp;"),
        SyntaxErrorKind::LessThanInValue => ("<", "&lt;"),
        SyntaxErrorKind::CdataEndInText => ("]]>", "]]&gt;"),
        // A quote in the password ended the value.
        SyntaxErrorKind::MissingSpace
        | SyntaxErrorKind::AttributeWithoutValue
        | SyntaxErrorKind::BadName
            if in_entry && !behind.starts_with(CURLY) =>
        {
            ("\"", "&quot;")
        }
        _ if in_element => ("<", "&lt;"),
        _ => return,
    };
    check.report(span, unescaped(name, written));
}

fn unescaped(character: &str, written: &str) -> String {
    format!("`{character}` in the password of the SDK's account must be written `{written}`")
}

/// Where, in a tag that never closes because its line has a quote too many, the
/// password ends: at the first quote behind its value that no attribute follows.
fn odd_quote(kind: &SyntaxErrorKind, behind: &str) -> Option<usize> {
    if !matches!(kind, SyntaxErrorKind::Unclosed { .. }) {
        return None;
    }
    let line = behind.lines().next()?;
    if !line.contains(PASSWORD) || line.matches('"').count().is_multiple_of(2) {
        return None;
    }
    let value = line.find("value=\"")? + "value=\"".len();
    let inner = line[value..].find('"')?;
    (line.find(PASSWORD)? < value).then_some(value + inner)
}

/// Quotes that word processors and web pages make of straight ones.
const CURLY: [char; 5] = ['“', '”', '„', '‘', '’'];

/// A value stands between curly quotes, or outside the quotes.
pub(in crate::lint::native) fn value_outside_quotes(check: &mut Check<'_>) {
    let Some((kind, span, before, behind)) = error(check) else {
        return;
    };
    let Some(tag) = tag_before(before) else {
        return;
    };
    let Some(key) = [FLAG, USER, PASSWORD].into_iter().find(|key| {
        tag.contains(key)
            || behind
                .split('>')
                .next()
                .is_some_and(|rest| rest.contains(key))
    }) else {
        return;
    };
    let is_curly = behind.starts_with(CURLY)
        || tag.trim_end().ends_with(CURLY)
        || tag.contains(CURLY) && matches!(kind, SyntaxErrorKind::UnquotedValue);
    let is_unquoted = matches!(kind, SyntaxErrorKind::UnquotedValue);
    let is_empty_value = tag.contains("value=\"\"") || tag.contains("value=''");
    let message = match (is_curly, is_unquoted, is_empty_value) {
        (true, ..) => format!("curly quotes around the value of `{key}` are no quotes"),
        (_, true, _) => format!("the value of `{key}` stands in no quotes"),
        (_, _, true) => {
            format!("the value of `{key}` stands behind its quotes and not between them")
        }
        _ => return,
    };
    check.report(span, message);
}

/// The tag that is still open at the end of `before`.
fn tag_before(before: &str) -> Option<&str> {
    let open = before.rfind('<')?;
    let tag = &before[open..];
    // A `>` in a value does not end the tag; one behind an even number of quotes does.
    let ends = tag
        .match_indices('>')
        .any(|(at, _)| tag[..at].matches('"').count().is_multiple_of(2));
    (!ends).then_some(tag)
}
