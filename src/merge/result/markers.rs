//! Conflicts written into the carrier, between git's markers.
//!
//! Promises that each half is the whole merge with that side winning: whoever takes the first half
//! of every conflict gets byte for byte what [`finish`](super::finish::finish) writes for the
//! carrier, and whoever takes the second one what it writes for the incoming side (but for a line
//! end that markers need where the file has none at its end). A conflict is as large as the lines
//! that differ.

use super::finish::{Settle, outermost, settled};
use crate::merge::outcome::Conflict;
use crate::merge::{Inputs, Merged};
use crate::xml::layout::{Layout, with_line_ends};
use crate::xml::tokens::{TokenKind, Tokens};
use crate::xml::{Document, Edits, Span};

/// Which of git's styles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Both sides.
    #[default]
    Merge,
    /// Both sides and the base, whole.
    Diff3,
    /// As diff3, with the lines that both sides share outside of the markers.
    Zdiff3,
}

/// How markers are written.
#[derive(Clone, Debug)]
pub struct Markers {
    /// The style.
    pub style: Style,
    /// Length of a marker; git's default is 7.
    pub size: usize,
    /// Name of the carrier's side.
    pub carrier: String,
    /// Name of the base.
    pub base: String,
    /// Name of the incoming side.
    pub incoming: String,
}

/// The text of the carrier with the clean decisions applied and the conflicts between markers.
#[must_use]
pub fn conflicted_text(inputs: &Inputs<'_>, merged: &Merged, markers: &Markers) -> String {
    let carrier = merged.carrier(inputs);
    let text = carrier.text();
    let line_end = Layout::of(carrier).line_end;
    let (ours, theirs) = (&merged.edits, settled(merged, Settle::Incoming));
    let mut result = String::new();
    let mut written_to = 0;
    for zone in zones(text, merged, [ours, &theirs]) {
        let between = Span {
            start: written_to,
            end: zone.lines.start,
        };
        result.push_str(&ours.apply_to_part(text, between));
        let hunk = Hunk {
            ours: ours.apply_to_part(text, zone.lines),
            base: side_lines(inputs.base, zone.base),
            theirs: theirs.apply_to_part(text, zone.lines),
            before: line_count(text, zone.lines.start, zone.core.start),
            behind: line_count(text, zone.core.end, zone.lines.end),
        };
        if !result.is_empty() && !result.ends_with('\n') {
            result.push_str(line_end);
        }
        result.push_str(&hunk.write(markers, line_end));
        written_to = zone.lines.end;
    }
    let rest = Span::new(written_to as usize, text.len());
    result.push_str(&ours.apply_to_part(text, rest));
    result
}

/// Lines of the carrier in which the sides differ.
struct Zone {
    /// Whole lines that hold every edit of a conflict.
    lines: Span,
    /// Those of them that the conflict is about.
    core: Span,
    /// What it is about in the base.
    base: Option<Span>,
}

/// The zones of all conflicts, in the order of the carrier; none touches a line of another.
fn zones(text: &str, merged: &Merged, sides: [&Edits; 2]) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    let mut all: Vec<Zone> = outermost(&merged.conflicts)
        .into_iter()
        .map(|conflict| Zone::of(text, conflict, sides))
        .collect();
    all.sort_by_key(|zone| (zone.lines.start, zone.lines.end));
    for zone in all {
        match zones.last_mut() {
            Some(last) if zone.lines.start < last.lines.end || zone.lines == last.lines => {
                last.lines = last.lines.cover(zone.lines);
                last.core = match (last.core.is_empty(), zone.core.is_empty()) {
                    (_, true) => last.core,
                    (true, false) => zone.core,
                    (false, false) => last.core.cover(zone.core),
                };
                last.base = match (last.base, zone.base) {
                    (Some(one), Some(other)) => Some(one.cover(other)),
                    (one, other) => one.or(other),
                };
            }
            _ => zones.push(zone),
        }
    }
    zones
}

impl Zone {
    fn of(text: &str, conflict: &Conflict, sides: [&Edits; 2]) -> Self {
        let region = conflict.region;
        let core = whole_lines(text, region);
        let mut lines = core;
        for edit in &conflict.take_incoming {
            lines = lines.cover(whole_lines(text, edit.span));
        }
        // What reaches over an edge belongs to the zone as a whole.
        while let Some(edit) = sides.iter().find_map(|edits| edits.crossing(lines)) {
            lines = lines.cover(whole_lines(text, edit.span));
        }
        Self {
            lines,
            core: if region.is_empty() {
                Span::at(lines.end)
            } else {
                core
            },
            base: conflict.base_region,
        }
    }
}

/// `span` grown to the lines that it touches, their line ends included.
fn whole_lines(text: &str, span: Span) -> Span {
    let bytes = text.as_bytes();
    let (start, end) = (span.start as usize, span.end as usize);
    let start = memchr::memrchr(b'\n', &bytes[..start]).map_or(0, |at| at + 1);
    let ends_line = end > start && bytes[end - 1] == b'\n' && !span.is_empty();
    let end = if ends_line {
        end
    } else {
        memchr::memchr(b'\n', &bytes[end..]).map_or(bytes.len(), |at| end + at + 1)
    };
    Span::new(start, end)
}

fn line_count(text: &str, start: u32, end: u32) -> usize {
    let lines = &text.as_bytes()[start as usize..end.max(start) as usize];
    memchr::memchr_iter(b'\n', lines).count()
}

fn side_lines(document: Option<&Document>, span: Option<Span>) -> String {
    match (document, span) {
        (Some(document), Some(span)) => {
            let lines = whole_lines(document.text(), span);
            document.slice(lines).to_owned()
        }
        _ => String::new(),
    }
}

/// The three texts of one conflict.
struct Hunk {
    ours: String,
    base: String,
    theirs: String,
    /// How many lines before it and behind it the conflict is not about.
    before: usize,
    behind: usize,
}

impl Hunk {
    fn write(&self, markers: &Markers, line_end: &str) -> String {
        let lines = |text: &str| -> Vec<String> {
            with_line_ends(text, "\n")
                .lines()
                .map(str::to_owned)
                .collect()
        };
        let mut ours = lines(&self.ours);
        let mut theirs = lines(&self.theirs);
        let base = lines(&self.base);
        // In the style diff3 what both sides share stays beside what the base has of it.
        let is_outside = |line: &String, taken: usize, beside: usize| {
            markers.style != Style::Diff3 || taken < beside || !base.contains(line)
        };
        let shared = ours.iter().zip(&theirs);
        let shared = shared.take_while(|(one, other)| one == other).enumerate();
        let count = shared
            .take_while(|(at, (line, _))| is_outside(line, *at, self.before))
            .count();
        let count = (0..=count).rev().find(|count| is_whole(&ours[..*count]));
        let before: Vec<String> = ours.drain(..count.unwrap_or(0)).collect();
        theirs.drain(..before.len());
        let shared = ours.iter().rev().zip(theirs.iter().rev());
        let shared = shared.take_while(|(one, other)| one == other).enumerate();
        let count = shared
            .take_while(|(at, (line, _))| is_outside(line, *at, self.behind))
            .count();
        let count = (0..=count)
            .rev()
            .find(|count| is_whole(&ours[ours.len() - count..]));
        let after = ours.split_off(ours.len() - count.unwrap_or(0));
        theirs.truncate(theirs.len() - after.len());
        let marker = |sign: char, label: &str| {
            let line = sign.to_string().repeat(markers.size);
            if label.is_empty() {
                line
            } else {
                format!("{line} {label}")
            }
        };
        let mut all = before;
        all.push(marker('<', &markers.carrier));
        all.extend(ours);
        if markers.style != Style::Merge {
            all.push(marker('|', &markers.base));
            all.extend(base);
        }
        all.push(marker('=', ""));
        all.extend(theirs);
        all.push(marker('>', &markers.incoming));
        all.extend(after);
        let mut text = all.join(line_end);
        text.push_str(line_end);
        text
    }
}

/// Whether the lines cut no element in two.
fn is_whole(lines: &[String]) -> bool {
    let mut open = 0_usize;
    for token in Tokens::new(&lines.join("\n")) {
        match token {
            Ok(token) => match token.kind {
                TokenKind::Start => open += 1,
                TokenKind::End if open == 0 => return false,
                TokenKind::End => open -= 1,
                _ => {}
            },
            Err(_) => return false,
        }
    }
    open == 0
}
