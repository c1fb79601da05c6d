//! Findings as a comment on a pull request.
//!
//! Promises that what a file says stays text: it makes no markup, no mention and
//! no link. A comment stays below what GitHub takes; what does not fit is counted.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::view::View;
use crate::error::Failure;
use crate::lint::Finding;
use crate::present::count::number;
use crate::present::in_markdown::text;

/// Longest text in bytes. GitHub takes 65,536 characters.
const MAX: usize = 60_000;
/// How much of it is for what to do.
const ADVICE: usize = 8_000;
/// How much of it is for links at most; if they are longer, there are none.
const LINKS: usize = 20_000;
/// How much of it is for what was not done, and for the last line.
const REST: usize = 2_000;
/// Longest message in a table, in characters.
const MAX_CELL: usize = 600;

/// The run as one comment; `statistics` counts findings instead of listing them.
#[must_use]
pub fn markdown(view: &View<'_>, failures: &[Failure], statistics: bool) -> String {
    let counts = view.counts();
    let files = view.estate.looked_at();
    let total = view.report.findings.len();
    let mut out = "**conferry lint**: ".to_owned();
    match total {
        0 => {
            let _ = write!(out, "no findings in {}", number(files, "file"));
        }
        _ => {
            let _ = write!(
                out,
                "{}, {}, {} in {} of {}",
                number(counts.errors, "error"),
                number(counts.warnings, "warning"),
                number(counts.notes, "note"),
                counts.files,
                number(files, "file")
            );
        }
    }
    if !view.report.suppressed.is_empty() {
        let _ = write!(out, "; {} suppressed", view.report.suppressed.len());
    }
    if let Some(known) = view.baseline.filter(|known| known.findings > 0) {
        let _ = write!(out, "; {} known from the baseline", known.findings);
    }
    out.push('\n');
    unread(&mut out, failures);
    let links = Links::of(view);
    match statistics {
        true => table_of_rules(&mut out, view, &links),
        false => {
            let shown = files_with_findings(&mut out, view, &links);
            advice(&mut out, view, &links);
            if shown < total {
                let _ = writeln!(
                    out,
                    "\n… and {} more, which do not fit here. `conferry lint` shows all.",
                    total - shown
                );
            }
        }
    }
    out.push_str(&links.definitions);
    out
}

/// Where the rules can be read, once at the end: a row then needs no more than the id.
struct Links {
    definitions: String,
    rules: HashSet<usize>,
}

impl Links {
    fn of(view: &View<'_>) -> Self {
        let mut links = Self {
            definitions: String::new(),
            rules: HashSet::new(),
        };
        for at in view.rules_found() {
            let rule = &view.rules.lints[at];
            if let Some(link) = view.link(rule) {
                let id = text(rule.provenance.id.as_str());
                let link = link.replace(['<', '>'], "");
                let start = if links.rules.is_empty() { "\n" } else { "" };
                let _ = writeln!(links.definitions, "{start}[{id}]: <{link}>");
                links.rules.insert(at);
            }
        }
        if links.definitions.len() > LINKS {
            links.definitions.clear();
            links.rules.clear();
        }
        links
    }

    /// The id of a rule, as a link where it has one.
    fn id(&self, view: &View<'_>, rule: usize) -> String {
        let id = text(view.rules.lints[rule].provenance.id.as_str());
        match self.rules.contains(&rule) {
            true => format!("[{id}]"),
            false => id,
        }
    }

    /// How long a text may become that ends with them and `rest`.
    fn room(&self, rest: usize) -> usize {
        MAX - self.definitions.len() - rest
    }
}

/// Files and options that did not work: few, or named in part.
fn unread(out: &mut String, failures: &[Failure]) {
    if failures.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n**Not done**: {}.\n",
        number(failures.len(), "failure")
    );
    for (at, failure) in failures.iter().enumerate() {
        let line = text(&failure.to_string());
        if out.len() + line.len() > REST {
            let _ = writeln!(out, "- … and {} more", failures.len() - at);
            return;
        }
        let _ = writeln!(out, "- {line}");
    }
}

/// One folded table for each file, the worst file first; how many findings were shown.
fn files_with_findings(out: &mut String, view: &View<'_>, links: &Links) -> usize {
    let mut files: Vec<Vec<&Finding>> = Vec::new();
    for finding in &view.report.findings {
        match files.last_mut() {
            Some(file) if file[0].place.subject == finding.place.subject => file.push(finding),
            _ => files.push(vec![finding]),
        }
    }
    for file in &mut files {
        file.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    }
    files.sort_by_key(|file| std::cmp::Reverse(file[0].severity));
    // Few findings are shown at once.
    let open = match view.report.findings.len() {
        0..=20 => " open",
        _ => "",
    };
    let mut shown = 0;
    for file in files {
        let path = text(view.path(file[0].place.subject));
        let head = format!(
            "\n<details{open}><summary><code>{path}</code>: {}</summary>\n\n\
             | line | severity | rule | what |\n|---:|---|---|---|\n",
            number(file.len(), "finding")
        );
        let rows: Vec<String> = file
            .iter()
            .map(|finding| row(view, links, finding))
            .collect();
        let end = "\n</details>\n";
        let room = |out: &str| {
            let most = links.room(ADVICE + REST);
            most.saturating_sub(out.len() + end.len())
        };
        if head.len() + rows[0].len() > room(out) {
            break;
        }
        out.push_str(&head);
        for row in &rows {
            if row.len() > room(out) {
                break;
            }
            out.push_str(row);
            shown += 1;
        }
        out.push_str(end);
    }
    shown
}

fn row(view: &View<'_>, links: &Links, finding: &Finding) -> String {
    let (start, _) = view.region(&finding.place);
    format!(
        "| {} | {} | {} | {} |\n",
        start.line,
        finding.severity.name(),
        links.id(view, finding.rule),
        message(&finding.message),
    )
}

/// What to do, once for each rule.
fn advice(out: &mut String, view: &View<'_>, links: &Links) {
    let rules = view.rules_found();
    if rules.is_empty() {
        return;
    }
    out.push_str("\n<details><summary>What to do</summary>\n\n");
    for (number, at) in rules.iter().enumerate() {
        let rule = &view.rules.lints[*at];
        let name = text(&rule.name);
        let line = format!(
            "- {} {name}: {}\n",
            links.id(view, *at),
            message(&rule.advice)
        );
        if out.len() + line.len() > links.room(REST) {
            let left = rules.len() - number;
            let _ = writeln!(out, "- … and {}", self::number(left, "more rule"));
            break;
        }
        out.push_str(&line);
    }
    out.push_str("\n</details>\n");
}

fn table_of_rules(out: &mut String, view: &View<'_>, links: &Links) {
    let rows = view.statistics();
    if rows.is_empty() {
        return;
    }
    out.push_str("\n| count | severity | rule | what |\n|---:|---|---|---|\n");
    for (number, (at, severity, count)) in rows.iter().enumerate() {
        let rule = &view.rules.lints[*at];
        let row = format!(
            "| {count} | {} | {} | {} |\n",
            severity.name(),
            links.id(view, *at),
            message(&rule.provenance.summary)
        );
        if out.len() + row.len() > links.room(REST) {
            let left = self::number(rows.len() - number, "more rule");
            let _ = writeln!(out, "\n… and {left}");
            break;
        }
        out.push_str(&row);
    }
}

/// A message: what stands between backticks is code, the rest is text.
fn message(words: &str) -> String {
    let cut: String = match words.char_indices().nth(MAX_CELL) {
        Some((at, _)) => format!("{}…", &words[..at]),
        None => words.to_owned(),
    };
    let parts: Vec<&str> = cut.split('`').collect();
    // One backtick too many, or a text that was cut: what is code cannot be told.
    if parts.len().is_multiple_of(2) {
        return text(&cut);
    }
    let mut out = String::new();
    for (number, part) in parts.iter().enumerate() {
        match number % 2 {
            0 => out.push_str(&text(part)),
            _ => {
                let _ = write!(out, "<code>{}</code>", text(part));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_make_code_unless_there_is_one_too_many() {
        assert_eq!(message("`a|b` is c"), "<code>a&#124;b</code> is c");
        assert_eq!(message("it is `"), "it is &#96;");
    }
}
