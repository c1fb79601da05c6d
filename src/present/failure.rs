//! Failures as people see them: drawn by miette, with the line numbers of the file.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::plain::plain;
use crate::error::{Excerpt, Failure};

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Colours.
    pub color: bool,
    /// Box-drawing characters; without them ASCII.
    pub unicode: bool,
}

/// `failure` as a block of lines.
#[must_use]
pub fn render(failure: &Failure, style: Style) -> String {
    draw(&Report::of(failure), style).unwrap_or_else(|| undrawn(failure))
}

/// What miette makes of `diagnostic`; `None` if it fails.
pub(super) fn draw(diagnostic: &dyn Diagnostic, style: Style) -> Option<String> {
    let theme = GraphicalTheme {
        characters: if style.unicode {
            ThemeCharacters::unicode()
        } else {
            ThemeCharacters::ascii()
        },
        styles: if style.color {
            ThemeStyles::ansi()
        } else {
            ThemeStyles::none()
        },
    };
    // A fixed width: the same failure is the same text everywhere.
    let handler = GraphicalReportHandler::new_themed(theme)
        // A terminal wraps by itself, and a command in a help text must stay one line to be copied.
        .with_wrap_lines(false)
        .with_links(false);
    let mut drawn = String::new();
    let is_drawn = handler.render_report(&mut drawn, diagnostic).is_ok();
    is_drawn.then_some(drawn)
}

/// `failure` without drawing.
fn undrawn(failure: &Failure) -> String {
    match &failure.help {
        Some(help) => format!("error: {failure}\n  help: {help}\n"),
        None => format!("error: {failure}\n"),
    }
}

#[derive(Debug)]
struct Report<'f> {
    failure: &'f Failure,
    lines: Option<Lines<'f>>,
}

impl<'f> Report<'f> {
    fn of(failure: &'f Failure) -> Self {
        let lines = failure.excerpt.as_ref().map(|excerpt| Lines {
            excerpt,
            file: failure.file.as_deref().unwrap_or("input"),
        });
        Self { failure, lines }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.lines {
            // The file stands above its lines.
            Some(_) => f.write_str(&plain(&self.failure.message)),
            None => f.write_str(&plain(&self.failure.to_string())),
        }
    }
}

impl std::error::Error for Report<'_> {}

impl Diagnostic for Report<'_> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.failure.help.as_deref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        let lines = self.lines.as_ref()?;
        Some(lines)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.lines.as_ref().map(Lines::labels)
    }
}

/// An excerpt that counts its lines from where it stands in the file.
#[derive(Debug)]
pub(super) struct Lines<'f> {
    pub(super) excerpt: &'f Excerpt,
    pub(super) file: &'f str,
}

impl Lines<'_> {
    /// The mark.
    pub(super) fn labels(&self) -> Box<dyn Iterator<Item = LabeledSpan> + '_> {
        let excerpt = self.excerpt;
        let note = Some(excerpt.note.clone()).filter(|note| !note.is_empty());
        let label = LabeledSpan::new(note, excerpt.label.start as usize, excerpt.label.len());
        Box::new(std::iter::once(label))
    }
}

impl SourceCode for Lines<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let contents = self.excerpt.text.read_span(span, before, after)?;
        Ok(Box::new(MietteSpanContents::new_named(
            plain(self.file).into_owned(),
            contents.data(),
            *contents.span(),
            contents.line() + self.excerpt.first_line - 1,
            contents.column(),
            contents.line_count(),
        )))
    }
}
