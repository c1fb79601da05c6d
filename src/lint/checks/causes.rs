//! Why a file is not well-formed: what people most likely did, and where.
//!
//! Nothing here quotes values or text; elements are named only as their tags name them.

use crate::xml::Span;
use crate::xml::chars::{is_blank, local_name};
use crate::xml::syntax::{SyntaxError, SyntaxErrorKind};
use crate::xml::tokens::{TokenKind, Tokens};

/// What is likely behind a syntax error.
#[derive(Debug, Default)]
pub(super) struct Cause {
    /// One sentence, or nothing.
    pub(super) why: String,
    /// Another place that belongs to it, and what is there.
    pub(super) place: Option<(Span, String)>,
}

impl Cause {
    fn of(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            place: None,
        }
    }

    fn at(mut self, span: Span, note: impl Into<String>) -> Self {
        self.place = Some((span, note.into()));
        self
    }
}

/// What is likely behind `error` in `text`.
pub(super) fn cause(text: &str, error: &SyntaxError) -> Cause {
    let at = error.span.start as usize;
    let here = text[at..].chars().next();
    match &error.kind {
        SyntaxErrorKind::NoRoot => Cause::of("the file ends too early, or it was emptied"),
        SyntaxErrorKind::UnclosedElement { .. } => unclosed(text),
        SyntaxErrorKind::Unclosed { .. } => unclosed_quote(text, at),
        SyntaxErrorKind::MismatchedEnd { expected, found } => mismatched(text, at, expected, found),
        SyntaxErrorKind::UnmatchedEnd => {
            Cause::of("every element before it is closed already, so there is one end tag too many")
        }
        SyntaxErrorKind::SecondRoot => second_root(text, error.span),
        SyntaxErrorKind::StrayText if here == Some('\u{feff}') => {
            Cause::of("it is a byte order mark that is not at the very start")
        }
        SyntaxErrorKind::StrayText if !text[..at].contains('<') => {
            Cause::of("nothing but white space may stand before the first `<`")
        }
        SyntaxErrorKind::BadName if text[..at].ends_with('<') => {
            Cause::of("a `<` that begins no tag is written `&lt;`")
        }
        SyntaxErrorKind::UnquotedValue | SyntaxErrorKind::BadName if is_curly(here) => {
            Cause::of("a curly quote stands where a straight one belongs")
        }
        SyntaxErrorKind::MissingSpace
        | SyntaxErrorKind::AttributeWithoutValue
        | SyntaxErrorKind::BadName
            if follows_quote(text, at) =>
        {
            Cause::of(
                "a quote inside the value before may have ended it; there it is written `&quot;`",
            )
        }
        SyntaxErrorKind::LessThanInValue if value_spans_lines(&text[..at]) => {
            Cause::of("the value began on an earlier line, so its closing quote may be missing")
        }
        SyntaxErrorKind::UnknownEntity => {
            Cause::of("HTML's entities, such as that of the no-break space, are not XML's")
        }
        SyntaxErrorKind::DoubleHyphenInComment => comment(text, at),
        SyntaxErrorKind::UndeclaredPrefix { prefix } if prefix == "xdt" => Cause::of(
            "a transform declares `xmlns:xdt=\"http://schemas.microsoft.com/XML-Document-Transform\"` in its root",
        ),
        SyntaxErrorKind::ForbiddenCharacter { code: 0 } => {
            Cause::of("the file may be UTF-16 without its byte order mark, or damaged")
        }
        _ => Cause::default(),
    }
}

fn is_curly(character: Option<char>) -> bool {
    matches!(
        character,
        Some('“' | '”' | '„' | '‘' | '’' | '‚' | '«' | '»')
    )
}

/// Whether the value before byte `at` ended right there.
fn follows_quote(text: &str, at: usize) -> bool {
    text[..at].trim_end_matches(' ').ends_with(['"', '\''])
}

/// Whether the attribute value that `before` ends in holds a line end.
fn value_spans_lines(before: &str) -> bool {
    let Some(quote) = before.rfind(['"', '\'']) else {
        return false;
    };
    before[quote..].contains('\n')
}

/// The start tags that are open at byte `until`, outermost first.
fn open_tags(text: &str, until: usize) -> Vec<Span> {
    let mut open = Vec::new();
    for token in Tokens::new(text).map_while(Result::ok) {
        if token.span.start as usize >= until {
            break;
        }
        match token.kind {
            TokenKind::Start => open.push(token.span),
            TokenKind::End => {
                open.pop();
            }
            _ => {}
        }
    }
    open
}

/// The name in a tag.
fn tag_name(text: &str, tag: Span) -> &str {
    let inside = text[tag.range()].trim_start_matches(['<', '/']);
    let end = inside.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
    &inside[..end.unwrap_or(inside.len())]
}

fn unclosed(text: &str) -> Cause {
    let open = open_tags(text, text.len());
    let last = text.trim_end().char_indices().next_back();
    let place = Span::at(last.map_or(0, |(at, _)| at) as u32);
    match open.len() {
        0 | 1 => Cause::of("its end tag is missing at the end of the file"),
        count => Cause::of(format!(
            "the file ends while {count} elements are open, so it may be cut off"
        )),
    }
    .at(place, "the file ends here")
}

/// Where the first value of a tag goes on behind its line or into the next tag.
fn unclosed_quote(text: &str, tag: usize) -> Cause {
    let mut from = tag;
    while let Some(found) = text[from..].find(['"', '\'']) {
        let open = from + found;
        let quote = &text[open..=open];
        let rest = &text[open + 1..];
        let value = rest.find(quote).map_or(rest, |end| &rest[..end]);
        if value.contains(['\n', '<']) || value.len() == rest.len() {
            let place = Span::new(open, open + 1);
            return Cause::of(
                "a closing quote is missing, or a quote inside a value is not written `&quot;`",
            )
            .at(place, "this quote is not closed on its line");
        }
        from = open + 1 + value.len() + 1;
    }
    Cause::default()
}

fn mismatched(text: &str, at: usize, expected: &str, found: &str) -> Cause {
    let open = open_tags(text, at);
    let Some(innermost) = open.last() else {
        return Cause::default();
    };
    if !open.iter().any(|tag| tag_name(text, *tag) == found)
        && let Some(closed) = closed_itself(text, innermost.end, at, found)
    {
        let why = format!("the `{found}` before it is closed already, by its `/>`");
        return Cause::of(why).at(closed, "ends in `/>`");
    }
    let why = if expected.eq_ignore_ascii_case(found) {
        "the names differ in case".to_owned()
    } else if open.iter().any(|tag| tag_name(text, *tag) == found) {
        format!("the end tag of `{expected}` is missing, or the start tag should end in `/>`")
    } else if local_name(found) == local_name(expected) {
        "the prefixes differ".to_owned()
    } else {
        format!("no `{found}` is open here")
    };
    Cause::of(why).at(*innermost, format!("`{expected}` is opened here"))
}

/// The last tag `<name …/>` between two bytes.
fn closed_itself(text: &str, from: u32, until: usize, name: &str) -> Option<Span> {
    Tokens::new(text)
        .map_while(Result::ok)
        .take_while(|token| (token.span.start as usize) < until)
        .filter(|token| token.span.start >= from && token.kind == TokenKind::Empty)
        .filter(|token| tag_name(text, token.span) == name)
        .last()
        .map(|token| token.span)
}

fn second_root(text: &str, second: Span) -> Cause {
    let mut root = None;
    let mut last_end = None;
    for token in Tokens::new(text).map_while(Result::ok) {
        if token.span.start >= second.start {
            break;
        }
        match token.kind {
            TokenKind::Start | TokenKind::Empty => {
                root.get_or_insert(token.span);
                last_end = Some(token.span);
            }
            TokenKind::End => last_end = Some(token.span),
            _ => {}
        }
    }
    let (Some(root), Some(last_end)) = (root, last_end) else {
        return Cause::default();
    };
    let name = tag_name(text, root);
    let why = match name == tag_name(text, second) {
        true => "two files may have been put into one".to_owned(),
        false => format!("`{name}` is closed too early"),
    };
    Cause::of(why).at(last_end, format!("`{name}` ends here"))
}

fn comment(text: &str, at: usize) -> Cause {
    let begins_another = text[..at].ends_with("<!");
    let before = match begins_another {
        true => &text[..at - 2],
        false => &text[..at],
    };
    let Some(start) = before.rfind("<!--") else {
        return Cause::default();
    };
    let why = match begins_another {
        true => "another comment begins here, and comments do not nest",
        false => "put a space between the hyphens",
    };
    let span = Span::new(start, start + "<!--".len());
    Cause::of(why).at(span, "the comment begins here")
}

/// Why a declaration is not the first thing in the file.
pub(super) fn misplaced_declaration(text: &str, declaration: Span) -> Cause {
    let before = &text[..declaration.start as usize];
    if let Some(first) = before.find("<?xml ") {
        let span = Span::new(first, first + "<?xml".len());
        return Cause::of("a second XML declaration stands here").at(span, "the first one");
    }
    if is_blank(before) {
        let what = match before.contains('\n') {
            true => "an empty line or other white space stands",
            false => "white space stands",
        };
        return Cause::of(format!("{what} before the XML declaration"));
    }
    let what = match before.trim_start().starts_with("<!--") {
        true => "a comment stands",
        false => "something stands",
    };
    let first = before.len() - before.trim_start().len();
    Cause::of(format!("{what} before the XML declaration"))
        .at(Span::at(first as u32), "stands before it")
}

/// Whether byte `at` stands in a comment of a well-formed text.
pub(super) fn is_in_comment(text: &str, at: usize) -> bool {
    let before = &text[..at];
    match (before.rfind("<!--"), before.rfind("-->")) {
        (Some(start), Some(end)) => start > end,
        (start, _) => start.is_some(),
    }
}
