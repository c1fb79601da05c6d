//! The habits of a file (indentation, line ends, ` />`), and edits that follow them.
//!
//! Promises that what is inserted looks like its surroundings and that a
//! removed node takes its line with it when it stood there alone.

use std::borrow::Cow;

use super::chars::is_space;
use super::document::{Document, NodeId, NodeKind};
use super::escape;
use super::span::Span;

/// How a file is written, by majority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// `"\r\n"` or `"\n"`.
    pub line_end: &'static str,
    /// One step of indentation.
    pub indent: String,
    /// Whether empty-element tags end in ` />` rather than `/>`.
    pub space_before_slash: bool,
}

impl Layout {
    /// The habits of `document`.
    #[must_use]
    pub fn of(document: &Document) -> Self {
        let text = document.text();
        let lf = memchr::memchr_iter(b'\n', text.as_bytes()).count();
        let crlf = memchr::memmem::find_iter(text.as_bytes(), b"\r\n").count();
        Self {
            line_end: if crlf * 2 > lf { "\r\n" } else { "\n" },
            indent: indent_unit(document),
            space_before_slash: space_before_slash(document),
        }
    }
}

fn space_before_slash(document: &Document) -> bool {
    let (mut with, mut without) = (0_usize, 0_usize);
    for node in document.nodes() {
        if document.is_element(node) && document.end_tag(node).is_none() {
            if document.slice(empty_tag_end(document, node)) == "/>" {
                without += 1;
            } else {
                with += 1;
            }
        }
    }
    with >= without
}

/// The most frequent difference between the indentation of a child and its parent.
fn indent_unit(document: &Document) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for node in document.nodes().filter(|node| document.is_element(*node)) {
        let Some(parent) = document.parent(node).filter(|p| document.is_element(*p)) else {
            continue;
        };
        let (Some(own), Some(outer)) = (line_indent(document, node), line_indent(document, parent))
        else {
            continue;
        };
        let Some(step) = own.strip_prefix(outer).filter(|step| !step.is_empty()) else {
            continue;
        };
        match counts.iter().position(|(known, _)| *known == step) {
            Some(at) => counts[at].1 += 1,
            None if counts.len() < 16 => counts.push((step, 1)),
            None => {}
        }
    }
    counts
        .iter()
        .max_by_key(|(_, count)| *count)
        .map_or_else(|| "  ".to_owned(), |(step, _)| (*step).to_owned())
}

/// `raw` with every line end as `line_end`.
#[must_use]
pub fn with_line_ends<'a>(raw: &'a str, line_end: &str) -> Cow<'a, str> {
    let folded = escape::line_ends_folded(raw);
    if line_end == "\n" || !folded.contains('\n') {
        return folded;
    }
    Cow::Owned(folded.replace('\n', line_end))
}

/// White space, if any, and `/>` at the end of an empty-element tag.
#[must_use]
pub fn empty_tag_end(document: &Document, element: NodeId) -> Span {
    let tag = document.start_tag(element);
    let bytes = document.text().as_bytes();
    let mut start = tag.end as usize - 2;
    while is_space(bytes[start - 1]) {
        start -= 1;
    }
    Span::new(start, tag.end as usize)
}

/// The indentation before `node`, if nothing else stands before it on its line.
#[must_use]
pub fn line_indent(document: &Document, node: NodeId) -> Option<&str> {
    indent_before(document.text(), document.span(node).start)
}

/// The white space between the last line end and `at`, if nothing else is there.
#[must_use]
pub fn indent_before(text: &str, at: u32) -> Option<&str> {
    let before = &text[..at as usize];
    // From `at` backwards: the line may be the whole file.
    let lead = before.trim_end_matches([' ', '\t']).len();
    matches!(before.as_bytes()[..lead].last(), None | Some(b'\n' | b'\r')).then(|| &before[lead..])
}

/// Whether only white space stands between `at` and the end of the line, and where the next line begins.
#[must_use]
pub fn rest_of_line(text: &str, at: u32) -> Option<u32> {
    let rest = &text.as_bytes()[at as usize..];
    let blank = rest
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    let next = match &rest[blank..] {
        [b'\r', b'\n', ..] => blank + 2,
        [b'\n' | b'\r', ..] => blank + 1,
        [] => blank,
        _ => return None,
    };
    Some(at + next as u32)
}

/// What to remove so that `span` goes, with its line when it stands there alone.
#[must_use]
pub fn removal_span(text: &str, span: Span) -> Span {
    let Some(indent) = indent_before(text, span.start) else {
        return span;
    };
    let Some(end) = rest_of_line(text, span.end) else {
        return span;
    };
    Span {
        start: span.start - indent.len() as u32,
        end,
    }
}

/// What to remove so that an attribute goes, with the white space before it.
#[must_use]
pub fn attribute_removal_span(text: &str, attribute: Span) -> Span {
    let bytes = text.as_bytes();
    let mut start = attribute.start as usize;
    while is_space(bytes[start - 1]) {
        start -= 1;
    }
    Span {
        start: start as u32,
        end: attribute.end,
    }
}

/// The raw markup of `node`, rewritten to the habits of the file it moves to.
///
/// Only white space that carries no meaning changes: between elements and
/// inside tags. Line ends are converted everywhere, which XML parsers do too.
#[derive(Clone, Copy, Debug)]
pub struct Transplant<'a> {
    /// Where the node comes from.
    pub document: &'a Document,
    /// The habits there.
    pub from: &'a Layout,
    /// The habits of the file it moves to.
    pub to: &'a Layout,
}

impl Transplant<'_> {
    /// The markup of `node` as it reads at indentation `indent`, first line not indented.
    /// `replace` may give other text for an attribute value or a text node by its span.
    #[must_use]
    pub fn render(
        &self,
        node: NodeId,
        indent: &str,
        replace: &dyn Fn(Span) -> Option<String>,
    ) -> String {
        let document = self.document;
        let own_indent = line_indent(document, node).unwrap_or("");
        let mut out = String::with_capacity(document.span(node).len() + 64);
        let mut copied = document.span(node).start;
        let mut depth_of = DepthCounter::new(document, node);
        let mut copy_to = |out: &mut String, upto: u32, skip_to: u32| {
            let untouched = document.slice(Span {
                start: copied,
                end: upto,
            });
            out.push_str(&with_line_ends(untouched, self.to.line_end));
            copied = skip_to;
        };
        for inner in document.subtree(node) {
            let span = document.span(inner);
            match document.kind(inner) {
                NodeKind::Text if self.is_flexible(inner) => {
                    let closes = document.next_sibling(inner).is_none();
                    let depth = depth_of.of(inner) - usize::from(closes);
                    copy_to(&mut out, span.start, span.end);
                    let raw = document.slice(span);
                    out.push_str(&self.reindent(raw, own_indent, indent, depth));
                }
                NodeKind::Comment => {
                    copy_to(&mut out, span.start, span.end);
                    let raw = with_line_ends(document.slice(span), "\n");
                    let from = format!("\n{own_indent}");
                    let to = format!("{}{indent}", self.to.line_end);
                    let shifted = raw.replace(&from, &to);
                    out.push_str(&with_line_ends(&shifted, self.to.line_end));
                }
                NodeKind::Text | NodeKind::CData => {
                    if let Some(text) = replace(span) {
                        copy_to(&mut out, span.start, span.end);
                        out.push_str(&text);
                    }
                }
                NodeKind::Element => {
                    let mut at = document.name_span(inner).end;
                    for attribute in document.attributes(inner) {
                        let gap = Span {
                            start: at,
                            end: attribute.name.start,
                        };
                        let raw = document.slice(gap);
                        if raw.contains('\n') {
                            copy_to(&mut out, gap.start, gap.end);
                            out.push_str(&self.shift(raw, own_indent, indent));
                        }
                        if let Some(text) = replace(attribute.value) {
                            copy_to(&mut out, attribute.value.start, attribute.value.end);
                            out.push_str(&text);
                        }
                        at = attribute.span().end;
                    }
                    if document.end_tag(inner).is_none() {
                        let end = empty_tag_end(document, inner);
                        if !document.slice(end).contains('\n') {
                            copy_to(&mut out, end.start, end.end);
                            out.push_str(if self.to.space_before_slash {
                                " />"
                            } else {
                                "/>"
                            });
                        }
                    }
                }
                _ => {}
            }
        }
        let end = document.span(node).end;
        copy_to(&mut out, end, end);
        out
    }

    /// White space between elements; a blank text that is all an element holds is its value.
    fn is_flexible(&self, text: NodeId) -> bool {
        self.document.is_blank_text(text)
            && (self.document.next_sibling(text).is_some()
                || self.document.previous_sibling(text).is_some())
    }

    fn reindent(&self, raw: &str, from: &str, to: &str, depth: usize) -> String {
        if !raw.contains('\n') {
            return raw.to_owned();
        }
        if self.from.indent == self.to.indent {
            return self.shift(raw, from, to);
        }
        let line_ends = raw.matches('\n').count();
        self.to.line_end.repeat(line_ends) + to + &self.to.indent.repeat(depth)
    }

    /// Replaces the indentation of the last line of `raw`, keeping what exceeds `from`.
    fn shift(&self, raw: &str, from: &str, to: &str) -> String {
        let line_ends = raw.matches('\n').count();
        let last = raw.rsplit('\n').next().unwrap_or("");
        let excess = last.strip_prefix(from).unwrap_or("");
        self.to.line_end.repeat(line_ends) + to + excess
    }
}

/// Depth of nodes below a fragment's root.
struct DepthCounter<'a> {
    document: &'a Document,
    root: NodeId,
}

impl<'a> DepthCounter<'a> {
    fn new(document: &'a Document, root: NodeId) -> Self {
        Self { document, root }
    }

    fn of(&mut self, node: NodeId) -> usize {
        std::iter::successors(Some(node), |at| {
            self.document.parent(*at).filter(|_| *at != self.root)
        })
        .count()
            - 1
    }
}
