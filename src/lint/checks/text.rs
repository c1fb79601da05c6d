//! XML hygiene: what can be wrong with a file before it is a document.

use super::causes::{self, Cause};
use crate::lint::check::Check;
use crate::lint::finding::Place;
use crate::xml::conflict_markers::conflict_markers as markers_in;
use crate::xml::edit::Edit;
use crate::xml::encoding::TextEncoding;
use crate::xml::syntax::{SyntaxError, SyntaxErrorKind};
use crate::xml::{NodeKind, ParseError, Span};

/// The text and the syntax error of a file that has one.
fn broken<'c>(check: &Check<'c>) -> Option<(&'c str, &'c SyntaxError)> {
    match &check.subject().content {
        Err(ParseError::Syntax(source, error)) => Some((source.text(), error)),
        _ => None,
    }
}

/// Reports `message`, why it is so and the place that belongs to it.
fn report(check: &mut Check<'_>, span: Span, message: &str, cause: Cause) {
    let message = match cause.why.is_empty() {
        true => message.to_owned(),
        false if message.is_empty() => cause.why,
        false => format!("{message}: {}", cause.why),
    };
    let subject = check.at;
    let reported = check.report(span, message);
    if let Some((span, note)) = cause.place {
        let place = Place {
            subject,
            span,
            address: String::new(),
        };
        reported.related(place, note);
    }
}

/// The file is not well-formed, for a reason that no other check names.
pub(super) fn not_well_formed(check: &mut Check<'_>) {
    let Some((text, error)) = broken(check) else {
        return;
    };
    let is_other = matches!(
        error.kind,
        SyntaxErrorKind::Doctype
            | SyntaxErrorKind::MisplacedDeclaration
            | SyntaxErrorKind::ForbiddenCharacter { .. }
    );
    if !is_other && markers_in(text).is_empty() {
        let cause = causes::cause(text, error);
        report(check, error.span, &error.kind.to_string(), cause);
    }
}

/// A merge left its conflict markers.
pub(super) fn conflict_markers(check: &mut Check<'_>) {
    let Some((text, _)) = broken(check) else {
        return;
    };
    let markers = markers_in(text);
    let Some(first) = markers.first() else { return };
    let mut cause = Cause::default();
    if let Some(last) = markers.last().filter(|last| *last != first) {
        cause.place = Some((*last, "the last of them".to_owned()));
    }
    let message = match markers.len() {
        1 => "a merge left a line with a conflict marker".to_owned(),
        count => format!("a merge left {count} lines with conflict markers"),
    };
    report(check, *first, &message, cause);
}

/// The document has a DOCTYPE.
pub(super) fn doctype(check: &mut Check<'_>) {
    if let Some((_, error)) = broken(check)
        && error.kind == SyntaxErrorKind::Doctype
    {
        check.report(error.span, error.kind.to_string());
    }
}

/// The XML declaration is not the first thing in the file, or not the first one.
pub(super) fn misplaced_declaration(check: &mut Check<'_>) {
    if let Some((text, error)) = broken(check)
        && error.kind == SyntaxErrorKind::MisplacedDeclaration
        && markers_in(text).is_empty()
    {
        let cause = causes::misplaced_declaration(text, error.span);
        report(check, error.span, "", cause);
    }
}

/// A character that XML forbids.
pub(super) fn forbidden_character(check: &mut Check<'_>) {
    if let Some((text, error)) = broken(check)
        && matches!(error.kind, SyntaxErrorKind::ForbiddenCharacter { .. })
    {
        let cause = causes::cause(text, error);
        report(check, error.span, &error.kind.to_string(), cause);
    }
}

/// The bytes are not text in the encoding they should be in.
pub(super) fn bad_encoding(check: &mut Check<'_>) {
    let subject = check.subject();
    if let Err(ParseError::Encoding(error)) = &subject.content {
        let mut message = error.to_string();
        if error.may_be_right() {
            message.push_str("; .NET may read it, but nothing else in this file was checked");
        }
        check.report(subject.undecoded_at(), message);
    }
}

/// A single-byte encoding is declared, and all that is not ASCII is UTF-8. Text in another
/// encoding looks like that by chance only.
pub(super) fn wrong_encoding(check: &mut Check<'_>) {
    let Some(document) = check.subject().document() else {
        return;
    };
    let source = document.source();
    let declared = source.encoding();
    let text = source.text();
    if !matches!(declared, TextEncoding::Latin1 | TextEncoding::SingleByte(_))
        || text.is_ascii()
        || std::str::from_utf8(&source.bytes_with(text)).is_err()
    {
        return;
    }
    let start = text.find(|c: char| !c.is_ascii()).unwrap_or_default();
    let length = text[start..].chars().next().map_or(0, char::len_utf8);
    let message = format!(
        "the declaration says {}, but this and all that is not ASCII is UTF-8",
        declared.name()
    );
    check.report(Span::new(start, start + length), message);
}

/// XML 1.1, which .NET does not read.
pub(super) fn xml_version(check: &mut Check<'_>) {
    let Some(document) = check.subject().document() else {
        return;
    };
    // A declaration is the first node, if there is one.
    let Some(node) = document.nodes().nth(1) else {
        return;
    };
    if document.kind(node) != NodeKind::Declaration {
        return;
    }
    let span = document.span(node);
    let raw = document.slice(span);
    if let Some(at) = raw
        .find("1.1")
        .filter(|at| raw.find("encoding").is_none_or(|encoding| *at < encoding))
    {
        let start = span.start as usize + at;
        let message = "the declaration says XML 1.1";
        check.report(Span::new(start, start + "1.1".len()), message);
    }
}

/// Characters that nobody sees, in values and text.
pub(super) fn invisible_character(check: &mut Check<'_>) {
    let Some(document) = check.subject().document() else {
        return;
    };
    let text = document.text();
    if text.is_ascii() {
        return;
    }
    // All of them begin with one of these bytes.
    for at in memchr::memchr2_iter(0xE2, 0xEF, text.as_bytes()) {
        let Some(character) = text[at..].chars().next() else {
            continue;
        };
        let what = match character {
            '\u{200b}' => "a zero-width space",
            '\u{2060}' => "a word joiner",
            '\u{feff}' => "a byte order mark",
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                "a mark that changes the direction of text"
            }
            _ => continue,
        };
        if !causes::is_in_comment(text, at) {
            let code = character as u32;
            let span = Span::new(at, at + character.len_utf8());
            check.report(
                span,
                format!("{what}, U+{code:04X}, is part of the text here"),
            );
        }
    }
}

/// Both `\r\n` and `\n` end lines.
pub(super) fn mixed_line_ends(check: &mut Check<'_>) {
    let Some(source) = check.subject().source() else {
        return;
    };
    let text = source.text();
    let bytes = text.as_bytes();
    let total = memchr::memchr_iter(b'\n', bytes).count();
    let with_return = memchr::memmem::find_iter(bytes, b"\r\n").count();
    if with_return == 0 || with_return == total {
        return;
    }
    let rare_has_return = with_return * 2 < total;
    let has_return = |at: usize| at > 0 && bytes[at - 1] == b'\r';
    // Behind a CR of its own, an LF without its CR would end one line where two ended.
    let stays = |at: usize| rare_has_return && at > 1 && bytes[at - 2] == b'\r';
    let rare = memchr::memchr_iter(b'\n', bytes).filter(|at| has_return(*at) == rare_has_return);
    let first = rare.clone().next().unwrap_or_default();
    let edits: Vec<Edit> = rare
        .filter(|at| !stays(*at))
        .map(|at| match rare_has_return {
            true => Edit {
                span: Span::new(at - 1, at),
                text: String::new(),
            },
            false => Edit {
                span: Span::at(at as u32),
                text: "\r".to_owned(),
            },
        })
        .collect();
    let place = edits
        .first()
        .map_or(Span::at(first as u32), |edit| edit.span);
    let lines = match with_return {
        1 => "1 line ends",
        _ => &format!("{with_return} lines end"),
    };
    let message = format!("{lines} in CR LF and {} in LF", total - with_return);
    let reported = check.report(place, message);
    if !edits.is_empty() {
        reported.fix(edits);
    }
}
