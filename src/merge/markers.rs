//! Conflicts written into the carrier, between git's markers.
//!
//! Clean decisions are applied; around each conflict stands the smallest
//! element (or start tag) that holds it, as whole lines.

use super::finish::outermost;
use super::{Inputs, Merged};
use crate::xml::layout::{Layout, indent_before, rest_of_line, with_line_ends};
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
    let layout = Layout::of(carrier);
    let mut edits = merged.edits.clone();
    let mut written_to = 0;
    let mut last: Option<Span> = None;
    for conflict in outermost(&merged.conflicts) {
        let region = conflict.region.carrier;
        // Several values of one element share its region.
        if last == Some(region) && !region.is_empty() {
            continue;
        }
        last = Some(region);
        let lines = whole_lines(carrier.text(), region, written_to);
        let line_end = layout.line_end;
        // What stands at the edges of the lines, other hunks among it, stays there.
        let taken = edits.take_overlapping(lines.span);
        let beside = Beside::of(&taken, region, carrier, line_end);
        let hunk = Hunk {
            ours: carrier.slice(lines.span).to_owned(),
            base: side_text(inputs.base, conflict.region.base),
            theirs: side_text(Some(inputs.incoming), conflict.region.incoming),
        };
        let lead = if lines.needs_line_end { line_end } else { "" };
        let text = format!(
            "{lead}{}{}{}",
            beside.before,
            hunk.write(markers, line_end),
            beside.behind
        );
        let replaced = edits.replace(lines.span, text);
        debug_assert!(replaced.is_ok(), "nothing else was left at the region");
        written_to = lines.span.end;
    }
    edits.apply(carrier.text())
}

struct Lines {
    span: Span,
    needs_line_end: bool,
}

/// `region` as whole lines if nothing else stands on them, but not before `written_to`.
fn whole_lines(text: &str, region: Span, written_to: u32) -> Lines {
    let start = match indent_before(text, region.start) {
        Some(indent) => region.start - indent.len() as u32,
        None => region.start,
    };
    let begins_line = |at: u32| at == 0 || text.as_bytes()[at as usize - 1] == b'\n';
    let end = rest_of_line(text, region.end);
    match end {
        Some(end) if region.is_empty() && end >= written_to => Lines {
            span: Span::at(end),
            needs_line_end: false,
        },
        Some(end) if begins_line(start) && start >= written_to => Lines {
            span: Span { start, end },
            needs_line_end: false,
        },
        _ => Lines {
            span: region,
            needs_line_end: !begins_line(region.start),
        },
    }
}

fn side_text(document: Option<&Document>, span: Option<Span>) -> String {
    let (Some(document), Some(span)) = (document, span) else {
        return String::new();
    };
    let lines = whole_lines(document.text(), span, 0);
    if lines.span.is_empty() {
        return String::new();
    }
    document.slice(lines.span).to_owned()
}

/// Clean insertions directly before and behind a region, as whole lines outside of the markers.
#[derive(Default)]
struct Beside {
    before: String,
    behind: String,
}

impl Beside {
    /// Of the edits `taken` with the lines of `region` only the insertions at
    /// its edges are about something else.
    fn of(taken: &Edits, region: Span, carrier: &Document, line_end: &str) -> Self {
        let text = carrier.text();
        let indent = indent_before(text, region.start).unwrap_or("");
        let mut beside = Self::default();
        for edit in taken.iter().filter(|edit| edit.span.is_empty()) {
            let lines = edit.text.trim_matches(['\r', '\n']).trim_end();
            let lead = if lines.starts_with([' ', '\t']) {
                ""
            } else {
                indent
            };
            let block = format!("{lead}{lines}{line_end}");
            if edit.span.start <= region.start {
                beside.before.push_str(&block);
            } else if edit.span.start >= region.end {
                beside.behind.push_str(&block);
            }
        }
        beside
    }
}

/// The three texts of one conflict.
struct Hunk {
    ours: String,
    base: String,
    theirs: String,
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
        let mut before = Vec::new();
        let mut after = Vec::new();
        if markers.style != Style::Diff3 {
            while !ours.is_empty() && ours.first() == theirs.first() {
                before.push(ours.remove(0));
                theirs.remove(0);
            }
            while !ours.is_empty() && ours.last() == theirs.last() {
                after.extend(ours.pop());
                theirs.pop();
            }
            after.reverse();
        }
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
