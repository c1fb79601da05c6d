//! The report of `merge` for people.

use std::fmt::Write as _;

use super::conflicts::ConflictLine;
use super::values::Shown;
use super::{DecisionLine, Files, Kind, Report};
use crate::present::count::number;

impl Report {
    /// As text for people: what came of it and what needs a person first.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let (word, settings) = (self.verdict.word(), self.account.settings);
        let _ = writeln!(text, "{word}. {}", self.verdict.sentence(settings));
        if self.secrets_shown {
            let _ = writeln!(text, "This report shows secrets.");
        }
        let base = match &self.files.base {
            Some(base) => format!("base {base}"),
            None => "no base: known defaults of the old version stand in, marked `assumed`".into(),
        };
        let _ = writeln!(text, "{} -> {}  ({base})", self.files.old, self.files.new);
        for input in &self.about.inputs {
            text.push_str(&input.lines());
        }
        if let Some(component) = &self.component {
            let _ = writeln!(text, "Recognised as: {component}");
        }
        for warning in &self.warnings {
            let _ = writeln!(text, "Warning: {warning}");
        }
        for (at, conflict) in self.conflicts.iter().enumerate() {
            self.conflict(&mut text, at + 1, conflict);
        }
        self.lint_lines(&mut text);
        for (kind, title) in [
            (Kind::Carried, "Carried from the old file"),
            (
                Kind::Rewritten,
                "Carried with a new virtual directory or by a rewriting rule",
            ),
            (Kind::Dropped, "Not carried"),
            (Kind::Removed, "Removed by the administrator, and so here"),
            (Kind::OnlyInNew, "Only in the new file, kept"),
        ] {
            self.section(&mut text, kind, title);
        }
        let not_looked_at = self
            .not_looked_at
            .iter()
            .map(|what| ("Not looked at", what));
        let notes = self.notes.iter().map(|note| ("Note", note));
        for (at, (what, sentence)) in not_looked_at.chain(notes).enumerate() {
            let lead = if at == 0 { "\n" } else { "" };
            let _ = writeln!(text, "{lead}{what}: {sentence}");
        }
        text.push('\n');
        for line in self.account_lines() {
            let _ = writeln!(text, "{line}");
        }
        for left in self.left_comments() {
            let _ = writeln!(text, "  left out, {left}");
        }
        if !self.result.is_empty() {
            let _ = writeln!(text, "{}", self.result);
        }
        text
    }

    /// What lint says about the result, where that is more than about the old file.
    fn lint_lines(&self, text: &mut String) {
        let Some(lint) = self.lint.as_ref().filter(|lint| !lint.new.is_empty()) else {
            return;
        };
        let _ = writeln!(text, "\n{}", lint.line());
        for found in &lint.new {
            let _ = writeln!(text, "  {} (line {})", found.sentence(), found.line);
        }
    }

    /// What became of the settings and the comments of the old file, with sums that add up.
    pub(super) fn account_lines(&self) -> Vec<String> {
        let account = &self.account;
        let mut lines = vec![format!(
            "Account of the old file: {} = {} carried + {} already equal + {} rewritten + {} dropped by rule + {} in conflict",
            number(account.settings, "setting"),
            account.carried,
            account.already_equal,
            account.rewritten,
            account.dropped,
            account.conflict,
        )];
        if !account.dropped_by.is_empty() {
            let parts: Vec<String> = account
                .dropped_by
                .iter()
                .map(|line| format!("{} by {}", line.settings, line.by))
                .collect();
            lines.push(format!("Dropped: {}", parts.join(", ")));
        }
        let comments = &self.comments;
        if comments.comments > 0 {
            lines.push(format!(
                "Comments of the old file: {} = {} carried + {} already there + {} shipped with the old version + {} left out",
                comments.comments,
                comments.carried,
                comments.already_there,
                comments.shipped,
                comments.left.len(),
            ));
        }
        lines
    }

    /// The comments of the old file that are not in the result.
    pub(super) fn left_comments(&self) -> Vec<String> {
        let left = self.comments.left.iter();
        left.map(|left| {
            let shown = match &left.text {
                Some(text) => format!("{text:?}"),
                None => "not shown, since it may hold a secret".to_owned(),
            };
            format!("line {}: {shown}", left.line)
        })
        .collect()
    }

    fn section(&self, text: &mut String, kind: Kind, title: &str) {
        let lines: Vec<&DecisionLine> = self
            .decisions
            .iter()
            .filter(|decision| decision.kind == kind)
            .collect();
        if lines.is_empty() {
            return;
        }
        let _ = writeln!(text, "\n{title} ({})", lines.len());
        for line in lines {
            let assumed = if line.assumed { ", assumed" } else { "" };
            let _ = match line.section.as_str() {
                "" => writeln!(text, "  {}", line.label),
                section => writeln!(text, "  {section}: {}", line.label),
            };
            let shown = match kind {
                Kind::Carried | Kind::Rewritten => {
                    let before = match kind {
                        Kind::Rewritten => &line.values.old,
                        _ => &line.values.new,
                    };
                    format!("{} -> {}", side(before), side(&line.result))
                }
                Kind::Dropped if line.result.is_none() => side(&line.values.old),
                Kind::Dropped => format!(
                    "old {}, new {} stays",
                    side(&line.values.old),
                    side(&line.result)
                ),
                Kind::Removed => side(&line.values.new),
                _ => side(&line.result),
            };
            let _ = writeln!(text, "      {shown}   [{}{assumed}]", line.by);
        }
    }

    fn conflict(&self, text: &mut String, number: usize, conflict: &ConflictLine) {
        text.push('\n');
        text.push_str(&self.conflict_shown(number - 1));
        if let Some(rule) = &conflict.rule {
            let _ = writeln!(
                text,
                "  To settle it, put this into a file and add --rules FILE:"
            );
            for line in rule.lines() {
                let _ = writeln!(text, "    {line}");
            }
        }
        if let Some(advice) = conflict.by_hand {
            let _ = writeln!(text, "  {advice}");
        }
    }

    /// The conflict at this position: what it is, where, and the three values.
    #[must_use]
    pub fn conflict_shown(&self, at: usize) -> String {
        let conflict = &self.conflicts[at];
        let by = match &conflict.by {
            Some(rule) => format!("   [{rule}]"),
            None => String::new(),
        };
        let mut text = format!(
            "Conflict {} of {}: {}\n  {}{}\n",
            at + 1,
            self.conflicts.len(),
            conflict.meaning,
            conflict.address,
            by
        );
        for line in values_of(&self.files, conflict) {
            let _ = writeln!(text, "    {line}");
        }
        for sentence in &conflict.details {
            let _ = writeln!(text, "  {sentence}");
        }
        text
    }

    /// What to do about the conflict at this position, where no rule settles it.
    #[must_use]
    pub fn advice(&self, at: usize) -> Option<&'static str> {
        self.conflicts[at].by_hand
    }
}

/// The three values of a conflict with their places, a line each.
pub(super) fn values_of(files: &Files, conflict: &ConflictLine) -> [String; 3] {
    let (values, places) = (&conflict.values, &conflict.places);
    let base = files.base.as_deref().unwrap_or("(no base)");
    [
        ("base", base, &values.base, &places.base),
        ("old", files.old.as_str(), &values.old, &places.old),
        ("new", files.new.as_str(), &values.new, &places.new),
    ]
    .map(|(name, file, value, place)| {
        let place = match place {
            Some(place) => format!("{file}:{}:{}", place.line, place.column),
            None => file.to_owned(),
        };
        format!("{name:<4}  {}   at {place}", side(value))
    })
}

/// A value in quotes; descriptions and masks stand without.
fn side(value: &Option<Shown>) -> String {
    match value {
        None => "(nothing)".to_owned(),
        Some(value) if value.is_verbatim => {
            format!(
                "\"{}\"",
                value.text.replace('\r', "\\r").replace('\n', "\\n")
            )
        }
        Some(value) => value.text.clone(),
    }
}
