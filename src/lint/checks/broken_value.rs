//! Files that are not well-formed because of how a value was typed in.
//! No message quotes what stands there.

use crate::lint::check::Check;
use crate::pack::checks::{BrokenBy, BrokenValue};
use crate::xml::span::floor;
use crate::xml::syntax::{SyntaxError, SyntaxErrorKind};
use crate::xml::{ParseError, Span};

/// How far before the error the name of the setting is looked for.
const REACH: usize = 400;

/// A syntax error, where it is, and the text before and behind it.
type SyntaxFault<'a> = (&'a SyntaxErrorKind, Span, &'a str, &'a str);

/// The syntax error of the file, if it has one.
fn error<'a>(check: &Check<'a>) -> Option<SyntaxFault<'a>> {
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

/// Whether the text goes on inside the element `name`.
fn is_inside(before: &str, name: &str) -> bool {
    let open = before.rfind(&format!("<{name}>"));
    let close = before.rfind(&format!("</{name}>"));
    open.is_some() && open > close
}

/// One of the values is why the file is not well-formed.
pub(super) fn broken_value(parameters: &BrokenValue, check: &mut Check<'_>) {
    let Some(found) = error(check) else {
        return;
    };
    match parameters.fault {
        BrokenBy::Character => character(parameters, check, found),
        BrokenBy::Quotes => quotes(parameters, check, found),
    }
}

/// A character in the value is not written as XML wants it.
fn character(parameters: &BrokenValue, check: &mut Check<'_>, found: SyntaxFault<'_>) {
    let (kind, span, before, behind) = found;
    let mut keys = parameters.keys.iter();
    if let Some(at) = keys.find_map(|key| odd_quote(kind, behind, key)) {
        let at = span.start as usize + at;
        let message = unescaped(check, "\"", "&quot;");
        check.report(Span::new(at, at + 1), message);
        return;
    }
    let in_entry = tag_before(before).is_some_and(|tag| {
        parameters.keys.iter().any(|key| {
            let value = tag.rfind("value=");
            tag.contains(key) && value.is_some_and(|at| tag.rfind(key) < Some(at))
        })
    });
    let mut elements = parameters.elements.iter();
    let in_element = elements.any(|name| is_inside(before, name));
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
    let message = unescaped(check, name, written);
    check.report(span, message);
}

fn unescaped(check: &Check<'_>, character: &str, written: &str) -> String {
    check.say("", &[("character", character), ("written", written)])
}

/// Where, in a tag that never closes because its line has a quote too many, the
/// password ends: at the first quote behind its value that no attribute follows.
fn odd_quote(kind: &SyntaxErrorKind, behind: &str, key: &str) -> Option<usize> {
    if !matches!(kind, SyntaxErrorKind::Unclosed { .. }) {
        return None;
    }
    let line = behind.lines().next()?;
    if !line.contains(key) || line.matches('"').count().is_multiple_of(2) {
        return None;
    }
    let value = line.find("value=\"")? + "value=\"".len();
    let inner = line[value..].find('"')?;
    (line.find(key)? < value).then_some(value + inner)
}

/// Quotes that word processors and web pages make of straight ones.
const CURLY: [char; 5] = ['“', '”', '„', '‘', '’'];

/// The value stands between curly quotes, or outside the quotes.
fn quotes(parameters: &BrokenValue, check: &mut Check<'_>, found: SyntaxFault<'_>) {
    let (kind, span, before, behind) = found;
    let Some(tag) = tag_before(before) else {
        return;
    };
    let rest = behind.split('>').next().unwrap_or_default();
    let mut keys = parameters.keys.iter();
    let key = keys.find(|key| tag.contains(*key) || rest.contains(*key));
    let Some(key) = key else { return };
    let is_curly = behind.starts_with(CURLY)
        || tag.trim_end().ends_with(CURLY)
        || tag.contains(CURLY) && matches!(kind, SyntaxErrorKind::UnquotedValue);
    let is_unquoted = matches!(kind, SyntaxErrorKind::UnquotedValue);
    let is_empty_value = tag.contains("value=\"\"") || tag.contains("value=''");
    let case = match (is_curly, is_unquoted, is_empty_value) {
        (true, ..) => "curly",
        (_, true, _) => "unquoted",
        (_, _, true) => "behind",
        _ => return,
    };
    let message = check.say(case, &[("key", key)]);
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
