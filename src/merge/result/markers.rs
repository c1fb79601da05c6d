//! Conflicts written into the carrier, between git's markers.
//!
//! Promises that each half is the whole merge with that side winning: whoever takes the first half
//! of every conflict gets byte for byte what [`finish`](super::finish::finish) writes for the
//! carrier, and whoever takes the second one what it writes for the incoming side (but for a line
//! end that markers need where the file has none at its end). A conflict is as large as the lines
//! that differ.

use super::finish::{FinishError, Settle, outermost, settled};
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
///
/// # Errors
/// When what settles a conflict cannot be written.
pub fn conflicted_text(
    inputs: &Inputs<'_>,
    merged: &Merged,
    markers: &Markers,
) -> Result<String, FinishError> {
    let carrier = merged.carrier(inputs);
    let text = carrier.text();
    let line_end = Layout::of(carrier).line_end;
    let (ours, theirs) = (&merged.edits, settled(merged, Settle::Incoming)?);
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
    Ok(result)
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
            let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
            if let Some(last) = lines.last_mut().filter(|last| !last.ends_with('\n')) {
                last.push_str(line_end);
            }
            lines
        };
        let mut ours = lines(&self.ours);
        let mut theirs = lines(&self.theirs);
        let base = lines(&with_line_ends(&self.base, line_end));
        // In the style diff3 what both sides share stays beside what the base has of it.
        let is_outside = |line: &String, taken: usize, beside: usize| {
            markers.style != Style::Diff3 || taken < beside || !base.contains(line)
        };
        let shared = |ours: &mut dyn Iterator<Item = &String>,
                      theirs: &mut dyn Iterator<Item = &String>,
                      beside: usize| {
            let pairs = ours.zip(theirs).take_while(|(one, other)| one == other);
            let outside = pairs.enumerate();
            outside
                .take_while(|(at, (line, _))| is_outside(line, *at, beside))
                .count()
        };
        let most_before = shared(&mut ours.iter(), &mut theirs.iter(), self.before);
        let rest = |lines: &[String]| lines.len() - most_before.min(lines.len());
        let most_behind = shared(
            &mut ours.iter().rev().take(rest(&ours)),
            &mut theirs.iter().rev().take(rest(&theirs)),
            self.behind,
        );
        let (before, behind) = outside([&ours, &theirs], most_before, most_behind);
        let before: Vec<String> = ours.drain(..before).collect();
        theirs.drain(..before.len());
        let after = ours.split_off(ours.len() - behind);
        theirs.truncate(theirs.len() - behind);
        let marker = |sign: char, label: &str| {
            let line = sign.to_string().repeat(markers.size);
            let gap = if label.is_empty() { "" } else { " " };
            format!("{line}{gap}{label}{line_end}")
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
        all.concat()
    }
}

/// How many of the lines that both halves share at their beginning and at their end may be left
/// outside of the markers, so that what remains of each half cuts no element in two.
fn outside(halves: [&[String]; 2], most_before: usize, most_behind: usize) -> (usize, usize) {
    let depths = halves.map(depths);
    let is_whole = |before: usize, behind: usize| {
        depths.iter().all(|depths| {
            let rest = &depths[before..depths.len() - behind];
            let (first, last) = (
                rest.first().copied().flatten(),
                rest.last().copied().flatten(),
            );
            first.is_some()
                && first == last
                && rest.iter().flatten().all(|depth| Some(*depth) >= first)
        })
    };
    if !is_whole(0, 0) {
        // A start tag alone, which is cut anyway.
        return (most_before, most_behind);
    }
    for before in (0..=most_before).rev() {
        if let Some(behind) = (0..=most_behind)
            .rev()
            .find(|behind| is_whole(before, *behind))
        {
            return (before, behind);
        }
    }
    (0, 0)
}

/// Before each line and behind the last one, how many elements are open; nothing within a tag.
fn depths(lines: &[String]) -> Vec<Option<isize>> {
    let text = lines.concat();
    let mut starts = vec![0];
    for line in lines {
        starts.push(starts[starts.len() - 1] + line.len() as u32);
    }
    let mut depths: Vec<Option<isize>> = vec![None; starts.len()];
    let (mut depth, mut at) = (0, 0);
    for token in Tokens::new(&text).map_while(Result::ok) {
        while at < starts.len() && starts[at] <= token.span.start {
            depths[at] = Some(depth);
            at += 1;
        }
        match token.kind {
            TokenKind::Start => depth += 1,
            TokenKind::End => depth -= 1,
            _ => {}
        }
        while at < starts.len() && starts[at] < token.span.end {
            depths[at] = (token.kind == TokenKind::Text).then_some(depth);
            at += 1;
        }
    }
    while at < starts.len() && starts[at] as usize >= text.len() {
        depths[at] = Some(depth);
        at += 1;
    }
    depths
}
