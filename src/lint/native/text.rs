//! XML hygiene: what can be wrong with a file before it is a document.

use crate::lint::check::Check;
use crate::xml::ParseError;
use crate::xml::Span;
use crate::xml::syntax::{SyntaxError, SyntaxErrorKind};

/// Reports the syntax error of a file if it is one of those wanted.
fn syntax_error(check: &mut Check<'_>, is_wanted: impl Fn(&SyntaxErrorKind) -> bool) {
    if let Err(ParseError::Syntax(_, SyntaxError { kind, span })) = &check.subject().content
        && is_wanted(kind)
    {
        check.report(*span, kind.to_string());
    }
}

/// The file is not well-formed, for a reason that no other check names.
pub(super) fn not_well_formed(check: &mut Check<'_>) {
    syntax_error(check, |kind| {
        !matches!(
            kind,
            SyntaxErrorKind::Doctype | SyntaxErrorKind::ForbiddenCharacter { .. }
        )
    });
}

/// The document has a DOCTYPE.
pub(super) fn doctype(check: &mut Check<'_>) {
    syntax_error(check, |kind| *kind == SyntaxErrorKind::Doctype);
}

/// A character that XML forbids.
pub(super) fn forbidden_character(check: &mut Check<'_>) {
    syntax_error(check, |kind| {
        matches!(kind, SyntaxErrorKind::ForbiddenCharacter { .. })
    });
}

/// The bytes are not text in the encoding they should be in.
pub(super) fn bad_encoding(check: &mut Check<'_>) {
    if let Err(ParseError::Encoding(error)) = &check.subject().content {
        check.report(Span::default(), error.to_string());
    }
}

/// Both `\r\n` and `\n` end lines.
pub(super) fn mixed_line_ends(check: &mut Check<'_>) {
    let Some(source) = check.subject().source() else {
        return;
    };
    let text = source.text();
    let total = memchr::memchr_iter(b'\n', text.as_bytes()).count();
    let with_return = memchr::memmem::find_iter(text.as_bytes(), b"\r\n").count();
    if with_return == 0 || with_return == total {
        return;
    }
    let rare_has_return = with_return * 2 < total;
    let at = memchr::memchr_iter(b'\n', text.as_bytes())
        .find(|at| (*at > 0 && text.as_bytes()[at - 1] == b'\r') == rare_has_return);
    let at = at.unwrap_or_default() as u32;
    check.report(
        Span::at(at),
        format!(
            "{with_return} lines end in CR LF and {} in LF",
            total - with_return
        ),
    );
}
