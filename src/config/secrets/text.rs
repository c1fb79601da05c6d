//! The secrets of any text: broken XML, scripts, JSON, settings of other programs.
//!
//! Nothing is known of its structure, so it is better to mask too much: the lines
//! that speak of a secret as a whole, the tag, comment or element that a word is in,
//! and the lines behind it that can hold the value. At least what a document has
//! masked is masked here.

use std::ops::Range;

use super::SecretTable;
use super::assignments::tokens;
use super::blobs::encoded;
use super::decoded::Decoded;
use super::mask::merged;
use super::names::Of;
use crate::xml::span::{ceiling, floor};

/// So many lines on each side can belong to `"name": "Password"`.
const NEIGHBOURS: usize = 8;
/// A quote that is not closed in as many lines is not one.
const QUOTED_LINES: usize = 50;
/// What a line ends with that the next one continues.
const OPEN: &[char] = &[
    '=', ':', '>', '"', '\'', '(', '`', '\\', '^', ',', '{', '[', '|', '+', '&', '-', '_',
];

impl SecretTable {
    /// The byte ranges of `text` that must not be shown, in order.
    #[must_use]
    pub fn secrets_in_text(&self, text: &str) -> Vec<Range<usize>> {
        let decoded = Decoded::of(text);
        let mut found: Vec<Range<usize>> = self
            .regions(&decoded.text)
            .into_iter()
            .map(|range| whole_characters(text, decoded.written(range)))
            .collect();
        // What is not decoded may be taken for something else.
        found.extend((self.secret_parts(text).into_iter()).map(|part| lines_of(text, part)));
        merged(found)
    }

    /// Whether raw text speaks of secrets, so that it had better not be shown.
    #[must_use]
    pub fn mentions_secret(&self, raw: &str) -> bool {
        let decoded = Decoded::of(raw);
        !self.marks(&decoded.text).is_empty()
            || decoded.text != raw && !self.secret_parts(raw).is_empty()
    }

    /// Where `text` speaks of secrets or holds one, in order.
    fn marks(&self, text: &str) -> Vec<Range<usize>> {
        let mut marks: Vec<Range<usize>> = tokens(text)
            .filter(|token| self.lists.is_secret(&text[token.clone()], Of::Word))
            .collect();
        // `Jwt:Key`, `license key`
        let mut last = 0..0;
        for token in tokens(text) {
            let before = std::mem::replace(&mut last, token.clone());
            let joined = &text[before.start..token.end];
            if text[token.clone()].eq_ignore_ascii_case("key")
                && matches!(&text[before.end..token.start], ":" | " " | "/")
                && self.lists.is_secret_key(joined)
            {
                marks.push(before.start..token.end);
            }
        }
        marks.extend(self.secret_parts(text));
        if let Some(words) = &self.words {
            marks.extend(words.find_iter(text).map(|found| found.range()));
        }
        let words = self
            .plain_finder
            .get_or_init(|| super::finder(self.plain_words.iter().map(|word| word.as_bytes())));
        let found = words
            .iter()
            .flat_map(|words| words.find_overlapping_iter(text));
        marks.extend(found.map(|found| whole_characters(text, found.range())));
        marks.sort_by_key(|mark| mark.start);
        marks
    }

    fn regions(&self, text: &str) -> Vec<Range<usize>> {
        let marks = self.marks(text);
        if marks.is_empty() {
            return Vec::new();
        }
        let markup = Markup::of(text);
        let mut regions: Vec<Range<usize>> = Vec::new();
        let mut done = 0;
        for mark in marks {
            if mark.end <= done {
                continue;
            }
            let region = region(text, &markup, &mark);
            done = done.max(region.end);
            regions.push(region);
        }
        regions
    }

    /// Base64 in `text` that encodes what speaks of secrets.
    pub(super) fn encoded_secrets(&self, text: &str) -> Vec<Range<usize>> {
        encoded(text, |text| {
            let mut tokens = tokens(text);
            tokens.any(|token| self.lists.is_secret(&text[token], Of::Word))
        })
    }
}

/// Tags and comments, as far as a text has any.
struct Markup {
    tags: Vec<Range<usize>>,
    comments: Vec<Range<usize>>,
}

impl Markup {
    fn of(text: &str) -> Self {
        let mut markup = Self {
            tags: Vec::new(),
            comments: Vec::new(),
        };
        let mut at = 0;
        while let Some(found) = memchr::memchr(b'<', &text.as_bytes()[at..]) {
            let start = at + found;
            let rest = &text[start..];
            if rest.starts_with("<!--") {
                let end = rest.find("-->").map_or(text.len(), |end| start + end + 3);
                markup.comments.push(start..end);
                at = end;
                continue;
            }
            at = start + 1;
            let begins = rest[1..]
                .starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '/' | '?' | '%'));
            if begins {
                let end = memchr::memchr2(b'>', b'<', &text.as_bytes()[at..])
                    .map_or(text.len(), |end| at + end);
                let is_closed = text[end..].starts_with('>');
                markup.tags.push(start..end + usize::from(is_closed));
                at = end;
            }
        }
        markup
    }

    fn around(ranges: &[Range<usize>], at: usize) -> Option<&Range<usize>> {
        let behind = ranges.partition_point(|range| range.start <= at);
        ranges[..behind].last().filter(|range| at < range.end)
    }

    /// The name of the tag that ends last before `at`.
    fn name_before<'t>(&self, text: &'t str, at: usize) -> Option<&'t str> {
        let behind = self.tags.partition_point(|range| range.end <= at);
        let tag = self.tags[..behind].last()?;
        Some(name_of(&text[tag.start + 1..tag.end]))
    }
}

fn name_of(tag: &str) -> &str {
    let end = tag.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/' | '<'));
    &tag[..end.unwrap_or(tag.len())]
}

/// What is masked because of `mark`.
fn region(text: &str, markup: &Markup, mark: &Range<usize>) -> Range<usize> {
    let line = lines_of(text, mark.clone());
    let mut region = line.clone();
    let mut widen = |range: Range<usize>| {
        region = region.start.min(range.start)..region.end.max(range.end);
    };
    if let Some(comment) = Markup::around(&markup.comments, mark.start) {
        widen(lines_of(text, comment.clone()));
    } else if let Some(tag) = Markup::around(&markup.tags, mark.start) {
        widen(lines_of(text, tag.clone()));
        let shown = &text[tag.clone()];
        let is_start =
            !shown.starts_with("</") && !shown.starts_with("<?") && !shown.starts_with("<%");
        if is_start && !shown.ends_with("/>") {
            let end = format!("</{}", name_of(&shown[1..]));
            let close = (text[tag.end..].match_indices(&end))
                .map(|(found, _)| tag.end + found)
                .next();
            widen(lines_of(
                text,
                tag.start..close.map_or(text.len(), |close| close + end.len()),
            ));
        }
    } else if markup.name_before(text, mark.start).is_some_and(is_key) {
        // <key>Password</key><value>…</value>, and the other way round.
        let ends = text[mark.end..]
            .match_indices("</")
            .map(|(at, _)| mark.end + at);
        let end = ends.take(2).last().unwrap_or(text.len());
        let before = text[..line.start].trim_end_matches(['\r', '\n']).len();
        widen(lines_of(text, before..end));
    }
    region = with_neighbours(text, region, mark);
    let end = continued(text, &region, mark);
    region.start..end
}

fn is_key(name: &str) -> bool {
    let name = name.trim_matches(['"', '\'', '@', '$', '-']);
    let keys = [
        "key",
        "name",
        "id",
        "property",
        "parameter",
        "param",
        "variable",
        "setting",
        "alias",
        "label",
        "field",
    ];
    keys.iter().any(|key| name.eq_ignore_ascii_case(key))
}

/// With the lines around, if the line says no more than `"name": "Password"`.
fn with_neighbours(text: &str, region: Range<usize>, mark: &Range<usize>) -> Range<usize> {
    let start = line_start(text, mark.start);
    let before =
        text[start..mark.start].trim_end_matches(['"', '\'', ' ', '\t', '$', '@', '/', ':', '=']);
    let is_named = before.len() < mark.start - start
        && before
            .rsplit(|c: char| c.is_whitespace() || matches!(c, '{' | ',' | '('))
            .next()
            .is_some_and(is_key);
    if !is_named {
        return region;
    }
    let (mut from, mut to) = (region.start, region.end);
    for _ in 0..NEIGHBOURS {
        if from == 0 {
            break;
        }
        let line_end = &text[..from];
        let line_end = line_end.strip_suffix('\n').unwrap_or(line_end);
        let line_end = line_end.strip_suffix('\r').unwrap_or(line_end);
        let line = line_start(text, line_end.len());
        let shown = text[line..from].trim();
        if shown.is_empty() || shown.starts_with(['{', '[', '}', ']']) {
            break;
        }
        from = line;
        if shown.starts_with("- ") || shown.ends_with(['{', '[']) {
            break;
        }
    }
    for _ in 0..NEIGHBOURS {
        let Some((line, end)) = next_line(text, to) else {
            break;
        };
        let shown = text[line..end].trim();
        if shown.is_empty() || shown.starts_with(['}', ']']) || shown.starts_with("- ") {
            break;
        }
        to = end;
    }
    from..to
}

/// The end of the lines behind `region` that can hold the value, too.
fn continued(text: &str, region: &Range<usize>, mark: &Range<usize>) -> usize {
    let mut end = region.end;
    let first = &text[line_start(text, mark.start)..line_end(text, mark.end)];
    if is_header(first) {
        return until(text, end, |line| line.trim_start().starts_with('['));
    }
    if is_heading(first) {
        return until(text, end, |line| line.trim().is_empty());
    }
    let behind = &text[mark.end.min(end)..end];
    let is_open = behind.trim_end().ends_with(OPEN) || says_nothing(behind);
    // A text in quotes, or a here-string.
    for quote in ['"', '\''] {
        if behind.matches(quote).count() % 2 == 1 && first.matches(quote).count() % 2 == 1 {
            let mut at = end;
            for _ in 0..QUOTED_LINES {
                let Some((line, stop)) = next_line(text, at) else {
                    break;
                };
                at = stop;
                if text[line..stop].contains(quote) {
                    end = at;
                    break;
                }
            }
        }
    }
    let indent = indent_of(first);
    let mut goes_on = is_open;
    while let Some((line, stop)) = next_line(text, end) {
        let shown = &text[line..stop];
        let is_blank = shown.trim().is_empty();
        let is_deeper = is_open && !is_blank && indent_of(shown) > indent;
        if !goes_on && !is_deeper {
            let next = is_blank
                && is_open
                && next_line(text, stop).is_some_and(|(line, stop)| {
                    let line = &text[line..stop];
                    !line.trim().is_empty() && indent_of(line) > indent
                });
            if !next {
                break;
            }
        }
        end = stop;
        goes_on = match is_blank {
            true => goes_on,
            false => shown.trim_end().ends_with(['\\', '`', '^', ',', '+']),
        };
    }
    end
}

/// `[credentials]`: the lines below belong to it.
fn is_header(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('[')
        && line.trim_end_matches([',', ';']).ends_with(']')
        && !line.contains(['"', '=', '('])
        || line.starts_with("[HKEY")
}

/// The line above a table: names, and what stands between them.
fn is_heading(line: &str) -> bool {
    let line = line.trim();
    let is_plain = |c: char| {
        c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '\t' | ',' | ';' | '|' | '"')
    };
    (line.contains([',', ';', '\t', '|']) || line.contains("  ")) && line.chars().all(is_plain)
}

/// Whether no value follows: the last word is none, or one that joins.
fn says_nothing(behind: &str) -> bool {
    let joins = [
        "is", "to", "was", "are", "ist", "lautet", "est", "es", "e", "in", "and", "und", "for",
        "key", "value",
    ];
    let is_join = |token: Range<usize>| {
        let word = &behind[token];
        joins.iter().any(|join| word.eq_ignore_ascii_case(join))
    };
    // "The password for sa is" says something, and not the password.
    tokens(behind).last().is_none_or(is_join)
}

fn until(text: &str, end: usize, stops: impl Fn(&str) -> bool) -> usize {
    let mut at = end;
    while let Some((line, stop)) = next_line(text, at) {
        if stops(&text[line..stop]) {
            break;
        }
        at = stop;
    }
    at
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

fn line_start(text: &str, at: usize) -> usize {
    text.as_bytes()[..at]
        .iter()
        .rposition(|byte| matches!(byte, b'\n' | b'\r'))
        .map_or(0, |end| end + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr2(b'\n', b'\r', &text.as_bytes()[at..]).map_or(text.len(), |end| at + end)
}

/// The whole lines that `range` touches, without the last line end.
fn lines_of(text: &str, range: Range<usize>) -> Range<usize> {
    line_start(text, range.start)..line_end(text, range.end)
}

/// The line behind the one that ends at `end`.
fn next_line(text: &str, end: usize) -> Option<(usize, usize)> {
    let rest = &text[end..];
    let length = match rest {
        _ if rest.starts_with("\r\n") => 2,
        _ if rest.starts_with(['\n', '\r']) => 1,
        _ => return None,
    };
    let start = end + length;
    (start < text.len()).then(|| (start, line_end(text, start)))
}

/// The range, widened to characters: an escape or a pattern on bytes may split one.
pub(super) fn whole_characters(text: &str, range: Range<usize>) -> Range<usize> {
    floor(text, range.start)..ceiling(text, range.end)
}
