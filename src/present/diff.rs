//! Unified diffs with secrets masked.
//!
//! The texts themselves are compared, so that a secret that changes shows as a
//! changed line; what is printed of it is the mask.

use std::fmt::Write;

use similar::{ChangeTag, TextDiff};

use super::plain::plain;
use crate::config::identity::IdentityTable;
use crate::config::secrets::{MASK, SecretTable, pieces, ranges};
use crate::xml::{Document, Span};

/// One side of a diff.
#[derive(Clone, Copy, Debug)]
pub struct Side<'t> {
    /// What stands behind `---` or `+++`.
    pub label: &'t str,
    /// The text.
    pub text: &'t str,
    /// What must not be shown of it, in order.
    pub secrets: &'t [Span],
}

/// Lines around a change that are shown unless somebody asks for more or fewer.
pub const CONTEXT: usize = 3;

/// The unified diff from `old` to `new`; empty if they are the same.
#[must_use]
pub fn unified(old: Side<'_>, new: Side<'_>, color: bool) -> String {
    with_context(old, new, CONTEXT, color)
}

/// The same with `context` lines around each change.
fn with_context(old: Side<'_>, new: Side<'_>, context: usize, color: bool) -> String {
    let diff = TextDiff::from_lines(old.text, new.text);
    let shown_old = masked_lines(old, diff.old_len(), |at| diff.old_slice(at));
    let shown_new = masked_lines(new, diff.new_len(), |at| diff.new_slice(at));
    let paint = Paint { color };
    let mut out = String::new();
    for hunk in diff.unified_diff().context_radius(context).iter_hunks() {
        if out.is_empty() {
            paint.line(&mut out, "1", &format!("--- {}\n", plain(old.label)));
            paint.line(&mut out, "1", &format!("+++ {}\n", plain(new.label)));
        }
        paint.line(&mut out, "36", &format!("{}\n", hunk.header()));
        for change in hunk.iter_changes() {
            let (sign, code, line) = match change.tag() {
                ChangeTag::Equal => (' ', "", line_at(&shown_old, change.old_index())),
                ChangeTag::Delete => ('-', "31", line_at(&shown_old, change.old_index())),
                ChangeTag::Insert => ('+', "32", line_at(&shown_new, change.new_index())),
            };
            paint.line(&mut out, code, &format!("{sign}{line}"));
            if change.missing_newline() {
                out.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
    out
}

/// The unified diff between two documents of one path; `table` says what to mask.
#[must_use]
pub fn of_documents(
    path: &str,
    before: &Document,
    after: &Document,
    table: Option<(&SecretTable, &IdentityTable)>,
    color: bool,
) -> String {
    let masks = |document: &Document| {
        table.map_or_else(Vec::new, |(secrets, identities)| {
            secrets.spans(identities, document)
        })
    };
    let (old, new) = (masks(before), masks(after));
    of_file(path, before.text(), &old, after.text(), &new, color)
}

/// The unified diff between two documents, each with its name and `context` lines around each change; `table` says what
/// to mask.
#[must_use]
pub fn between(
    old: (&str, &Document),
    new: (&str, &Document),
    table: Option<(&SecretTable, &IdentityTable)>,
    context: usize,
    color: bool,
) -> String {
    let masks = |document: &Document| {
        table.map_or_else(Vec::new, |(secrets, identities)| {
            secrets.spans(identities, document)
        })
    };
    let secrets = [masks(old.1), masks(new.1)];
    with_context(
        Side {
            label: old.0,
            text: old.1.text(),
            secrets: &secrets[0],
        },
        Side {
            label: new.0,
            text: new.1.text(),
            secrets: &secrets[1],
        },
        context,
        color,
    )
}

/// The unified diff of one file, with the names that git gives both sides.
#[must_use]
pub fn of_file(
    path: &str,
    before: &str,
    old: &[Span],
    after: &str,
    new: &[Span],
    color: bool,
) -> String {
    let path = path.replace('\\', "/");
    let path = path.trim_start_matches("./").trim_start_matches('/');
    unified(
        Side {
            label: &format!("a/{path}"),
            text: before,
            secrets: old,
        },
        Side {
            label: &format!("b/{path}"),
            text: after,
            secrets: new,
        },
        color,
    )
}

fn line_at(lines: &[String], at: Option<usize>) -> &str {
    at.and_then(|at| lines.get(at)).map_or("", String::as_str)
}

struct Paint {
    color: bool,
}

impl Paint {
    /// Appends `line` in the colour `code`; the line end stays outside.
    fn line(&self, out: &mut String, code: &str, line: &str) {
        if !self.color || code.is_empty() {
            out.push_str(line);
            return;
        }
        let body = line.trim_end_matches(['\r', '\n']);
        let _ = write!(out, "\u{1b}[{code}m{body}\u{1b}[0m{}", &line[body.len()..]);
    }
}

/// Every line of a side with its secrets masked and control characters shown.
fn masked_lines<'d>(
    side: Side<'_>,
    count: usize,
    line: impl Fn(usize) -> Option<&'d str>,
) -> Vec<String> {
    let mut lines = Vec::with_capacity(count);
    let mut start = 0;
    let mut first = 0;
    for raw in (0..count).filter_map(line) {
        let end = start + raw.len();
        while side
            .secrets
            .get(first)
            .is_some_and(|secret| secret.end as usize <= start)
        {
            first += 1;
        }
        let mut masked = String::with_capacity(raw.len());
        let line = start..start + raw.trim_end_matches(['\r', '\n']).len();
        for piece in pieces(line.clone(), ranges(&side.secrets[first..])) {
            match piece.is_secret {
                true => masked.push_str(MASK),
                false => masked.push_str(&plain(&side.text[piece.range])),
            }
        }
        // Alone, it would take the cursor back, and some logs would begin a line there.
        masked.push_str(match &side.text[line.end..end] {
            "\r" => "\\u{d}\n",
            line_end => line_end,
        });
        lines.push(masked);
        start = end;
    }
    lines
}
