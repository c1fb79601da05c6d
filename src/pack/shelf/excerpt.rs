//! The text around a problem of a pack, as people are shown it: with nothing in it that may be secret.

use super::compiled::known_secrets;
use crate::error::{Excerpt, Failure};
use crate::pack::format::file::{PackFile, SOURCE, Shape};
use crate::pack::format::problem::PackProblem;
use crate::pack::rules::lint_keys::{CONDITION, COUNT, EXAMPLE, FIX, URL_PARTS};
use crate::xml::Span;
use crate::xml::span::floor;

/// No excerpt shows more lines than this.
const EXCERPT_LINES: usize = 6;

impl PackProblem {
    /// The problem as users get to see it: `label` names the pack whose TOML `text` is.
    #[must_use]
    pub fn failure(&self, label: &str, text: &str) -> Failure {
        self.failure_at(label, self.excerpt(text, is_harmless))
    }

    /// As [`Self::failure`], for a TOML that holds no values of configurations; what speaks of a secret is
    /// masked there as well.
    #[must_use]
    pub fn failure_unmasked(&self, label: &str, text: &str) -> Failure {
        self.failure_at(label, self.excerpt(text, |_| true))
    }

    fn failure_at(&self, label: &str, excerpt: Excerpt) -> Failure {
        let failure = Failure {
            help: self.help.clone(),
            ..Failure::new(self.message.clone())
        };
        failure.in_file(label).at(excerpt)
    }

    fn excerpt(&self, text: &str, is_harmless: fn(&str) -> bool) -> Excerpt {
        let start = floor(text, self.span.start as usize);
        let end = floor(text, self.span.end as usize).max(start);
        let first = text[..start].rfind('\n').map_or(0, |at| at + 1);
        // The line of the last character, which may be one of several bytes.
        let mut last = line_end(text, floor(text, end.saturating_sub(1)).max(start));
        if text[first..last].matches('\n').count() >= EXCERPT_LINES {
            last = line_end(text, start);
        }
        let first_line = self.place(text).line;
        let note = "here".to_owned();
        let shown = &text[first..last];
        let secrets = known_secrets();
        let holds_secret = |line: &str| !secrets.secret_parts(line).is_empty();
        if shown
            .lines()
            .all(|line| is_harmless(line) && !holds_secret(line))
        {
            return Excerpt {
                text: shown.to_owned(),
                first_line,
                label: Span::new(start - first, end.min(last) - first),
                note,
            };
        }
        // A rule may set a password, and a mistake beside it must not show it.
        let line = shown.lines().next().unwrap_or_default();
        let key = line.find('=').map_or("", |at| &line[..=at]);
        let text = format!("{key} {MASK}");
        let label = Span::new((start - first).min(key.len()), text.len());
        Excerpt {
            text,
            first_line,
            label,
            note,
        }
    }
}

/// Stands for the value of a key that may hold a secret.
const MASK: &str = "[not shown]";

/// Whether nothing in a line of a pack can be a secret: it is a header, a
/// comment, or gives a key that speaks about rules and not of values.
fn is_harmless(line: &str) -> bool {
    let line = line.trim();
    match line.split_once('=') {
        Some((key, _)) => names_no_value(key.trim()),
        None => line.is_empty() || line.starts_with(['[', '#', ']']),
    }
}

/// Whether a key is known, and takes no value of a configuration in any table.
fn names_no_value(name: &str) -> bool {
    let rows = PackFile::TABLES.iter().flat_map(|(_, shape)| match shape {
        Shape::One(declaration) | Shape::Rows(declaration) => declaration.keys,
        Shape::Sources | Shape::Spellings => SOURCE.keys,
    });
    let within = [&CONDITION, &URL_PARTS, &COUNT, &FIX, &EXAMPLE];
    let declared = rows.chain(within.iter().flat_map(|nested| nested.keys));
    let mut of_this_name = declared.filter(|key| key.name == name).peekable();
    of_this_name.peek().is_some() && of_this_name.all(|key| !key.need.may_be_secret)
}

/// The end of the line that `at` is in, its line break left out.
fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..]
        .find('\n')
        .map_or(text.len(), |length| at + length);
    if end > at && text[..end].ends_with('\r') {
        end - 1
    } else {
        end
    }
}
