//! Findings for people.

use std::fmt::{self, Write as _};
use std::path::Path;

use miette::{Diagnostic, LabeledSpan, Severity as Level, SourceCode};

use super::view::View;
use crate::error::Excerpt;
use crate::lint::Finding;
use crate::lint::baseline::Known;
use crate::pack::lint::Severity;
use crate::pack::rules::RuleId;
use crate::present::count::number;
use crate::present::failure::{self, Lines, Style};
use crate::present::plain::plain_line;

/// One finding as a block of lines.
#[must_use]
pub fn finding(view: &View<'_>, finding: &Finding, style: Style) -> String {
    let (start, _) = view.region(&finding.place);
    let file = plain_line(view.file(&finding.place));
    let excerpt = view.excerpt(&finding.place, "");
    let mut help = view.advice(finding).to_owned();
    if let Some(fix) = &finding.fix {
        let _ = write!(help, "\n{} fix: {}", fix.applicability.name(), fix.title);
    }
    let message = match &excerpt {
        Some(_) => plain_line(&finding.message),
        None => format!(
            "{file}:{}:{}: {}",
            start.line,
            start.column,
            plain_line(&finding.message)
        ),
    };
    let drawn = Drawn {
        code: &view.rule(finding).provenance.id,
        level: finding.severity,
        message,
        help,
        related: finding
            .related
            .iter()
            .map(|related| {
                let (place, _) = view.region(&related.place);
                let file = view.file(&related.place);
                let said = format!("{file}:{}:{}: {}", place.line, place.column, related.note);
                plain_line(&said)
            })
            .collect(),
        file: &file,
        excerpt: excerpt.as_ref(),
    };
    drawn.render(style)
}

/// How often each rule found something, most often first.
#[must_use]
pub fn statistics(view: &View<'_>) -> String {
    let mut out = String::new();
    for (at, severity, count) in view.statistics() {
        let rule = &view.rules.lints[at];
        let _ = writeln!(
            out,
            "{count:>7}  {:<7}  {:<8} {}",
            severity.name(),
            rule.provenance.id,
            rule.provenance.summary
        );
    }
    out
}

/// One line about the whole run.
#[must_use]
pub fn summary(view: &View<'_>, suppressed: usize) -> String {
    let counts = view.counts();
    let files = view.estate.looked_at();
    let total = counts.errors + counts.warnings + counts.notes;
    let mut line = match total {
        0 => format!("no findings in {}", number(files, "file")),
        _ => format!(
            "{}, {}, {} in {} of {}",
            number(counts.errors, "error"),
            number(counts.warnings, "warning"),
            number(counts.notes, "note"),
            counts.files,
            number(files, "file")
        ),
    };
    if suppressed > 0 {
        let _ = write!(line, "; {suppressed} suppressed");
    }
    if let Some(known) = view.baseline.filter(|known| known.findings > 0) {
        let _ = write!(line, "; {} known from the baseline", known.findings);
    }
    match (counts.fixable, counts.unsafe_fixable) {
        (0, 0) => {}
        (safe, 0) => {
            let _ = write!(line, "; {safe} fixable with --fix");
        }
        (safe, risky) => {
            let _ = write!(
                line,
                "; {safe} fixable with --fix, {risky} more with --unsafe-fixes"
            );
        }
    }
    line.push('\n');
    line
}

/// What follows the summary of a run over no file: a wrong path looks like success.
pub const NOTHING_TO_LOOK_AT: &str = "note: no file there has a name that lint looks for, or \
    --exclude and conferry.toml leave them all out; name a file, or give --include GLOB\n";

/// That a baseline was written.
#[must_use]
pub fn baseline_written(path: &Path, known: Known) -> String {
    let findings = number(known.findings, "finding");
    format!("Wrote {}: {findings} known from now on.\n", path.display())
}

/// That entries of a baseline match nothing any more; empty if none is.
#[must_use]
pub fn stale(path: &Path, known: Known) -> String {
    let path = path.display();
    let said = match known.stale {
        0 => return String::new(),
        1 => "1 entry of the baseline matches nothing any more".to_owned(),
        many => format!("{many} entries of the baseline match nothing any more"),
    };
    format!("note: {said}; --write-baseline {path} renews it\n")
}

/// A finding as miette draws it.
#[derive(Debug)]
struct Drawn<'f> {
    code: &'f RuleId,
    level: Severity,
    message: String,
    help: String,
    related: Vec<String>,
    file: &'f str,
    excerpt: Option<&'f Excerpt>,
}

impl Drawn<'_> {
    fn render(&self, style: Style) -> String {
        let report = Report {
            drawn: self,
            lines: self.excerpt.map(|excerpt| Lines {
                excerpt,
                file: self.file,
            }),
        };
        let mut text = failure::draw(&report, style)
            .unwrap_or_else(|| format!("{}[{}]: {}\n", self.level.name(), self.code, self.message));
        text.truncate(text.trim_end().len());
        for related in &self.related {
            let _ = write!(text, "\n  see: {related}");
        }
        text.push_str("\n\n");
        text
    }
}

#[derive(Debug)]
struct Report<'f> {
    drawn: &'f Drawn<'f>,
    lines: Option<Lines<'f>>,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Drawn {
            level,
            code,
            message,
            ..
        } = self.drawn;
        write!(f, "{}[{code}]: {message}", level.name())
    }
}

impl std::error::Error for Report<'_> {}

impl Diagnostic for Report<'_> {
    fn severity(&self) -> Option<Level> {
        Some(match self.drawn.level {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
            Severity::Note => Level::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.drawn.help.as_str()))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        let lines = self.lines.as_ref()?;
        Some(lines)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.lines.as_ref().map(Lines::labels)
    }
}
