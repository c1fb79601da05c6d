//! Everything that is to be said about one row of a pack; texts, Markdown and JSON are made of it.

use std::fmt::Write as _;

use serde::Serialize;

use super::principles::Principle;
use super::{SCHEMA, json};
use crate::config::secrets::MASK;
use crate::lint::examples::demonstrate;
use crate::pack::Rules;
use crate::pack::catalog::{Entry, Library};
use crate::pack::lint::{Applicability, Example, LintRule, Severity};
use crate::pack::rules::{ComponentId, PackId, RowId};
use crate::present::diff;

/// A row with all that is known about it.
#[derive(Debug, Serialize)]
pub struct Explained {
    kind: &'static str,
    id: RowId,
    pack: PackId,
    line: usize,
    summary: String,
    why: String,
    components: Vec<ComponentId>,
    /// The row in TOML, without its prose and examples.
    written: String,
    sources: Vec<Source>,
    mark: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    lint: Option<Lint>,
}

#[derive(Debug, Serialize)]
struct Source {
    name: String,
    cite: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Debug, Serialize)]
struct Lint {
    name: String,
    severity: Severity,
    advice: String,
    transforms: bool,
    invalid: Vec<Sample>,
    valid: Vec<Sample>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Cure>,
}

#[derive(Debug, Serialize)]
struct Sample {
    files: Vec<File>,
    findings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct File {
    path: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct Cure {
    title: String,
    applicability: Applicability,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
}

#[derive(Serialize)]
struct Document<'e> {
    schema: u32,
    command: &'static str,
    rules: &'e [Explained],
    principles: &'e [&'e Principle<'e>],
}

/// Rules for programs.
#[must_use]
pub fn as_json(rules: &[Explained], principles: &[&Principle<'_>]) -> String {
    json(&Document {
        schema: SCHEMA,
        command: "rules explain",
        rules,
        principles,
    })
}

impl Explained {
    /// All about `entry`; the examples of a lint rule are run for that.
    #[must_use]
    pub fn of(library: &Library, entry: &Entry) -> Self {
        let rules = &library.rules;
        let sources = entry.source.iter().map(|name| Source {
            name: name.clone(),
            cite: rules.sources.get(name).cloned().unwrap_or_default(),
            url: rules.links.get(name).cloned(),
        });
        let lint = library.lint_rule(entry);
        Self {
            kind: entry.table,
            id: entry.id.clone(),
            pack: library.packs[entry.pack].id.clone(),
            line: entry.line,
            summary: entry.summary.clone(),
            why: entry.why.clone(),
            components: entry.components.clone(),
            written: written(rules, entry),
            sources: sources.collect(),
            mark: entry.mark.clone(),
            lint: lint.map(|(at, rule)| Lint::of(rules, at, rule)),
        }
    }

    /// For people at a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        let head = match &self.lint {
            Some(lint) => format!("{} {} ({})", self.id, lint.name, lint.severity.name()),
            None => format!("{} ([[{}]])", self.id, self.kind),
        };
        let _ = writeln!(out, "{head}");
        paragraph(&mut out, "", &self.summary);
        paragraph(&mut out, "Why", &self.why);
        if let Some(lint) = &self.lint {
            paragraph(&mut out, "What to do", &lint.advice);
        }
        paragraph(&mut out, "For", &self.concerns());
        paragraph(&mut out, "Rule", &self.written);
        if let Some(lint) = &self.lint {
            if let Some(sample) = lint.invalid.first() {
                paragraph(&mut out, "Invalid", &sample.text());
                paragraph(&mut out, "It says", &sample.findings.join("\n"));
            }
            if let Some(sample) = lint.valid.first() {
                paragraph(&mut out, "Valid", &sample.text());
            }
            if let Some(fix) = &lint.fix {
                let name = format!("Fix ({})", fix.applicability.name());
                paragraph(&mut out, &name, &fix.shown());
            }
        }
        let sources: Vec<String> = self.sources.iter().map(Source::text).collect();
        let name = format!("Source ({})", self.mark);
        paragraph(&mut out, &name, &sources.join("\n"));
        paragraph(
            &mut out,
            "Pack",
            &format!("{}, line {}", self.pack, self.line),
        );
        out
    }

    /// A section of a document, with its id as heading.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = format!("## {}\n\n", self.id);
        if let Some(lint) = &self.lint {
            let fix = lint.fix.as_ref().map_or(String::new(), |fix| {
                format!(" · {} fix", fix.applicability.name())
            });
            let severity = lint.severity.name();
            let _ = writeln!(out, "`{}` · {severity}{fix}\n", lint.name);
        }
        if !self.summary.is_empty() {
            let _ = writeln!(out, "**{}.** {}\n", self.summary, self.why);
        }
        if let Some(lint) = &self.lint {
            let _ = writeln!(out, "{}\n", lint.advice);
        }
        if !self.concerns().is_empty() {
            let _ = writeln!(out, "For: {}.\n", self.concerns());
        }
        fenced(&mut out, "toml", &self.written);
        if let Some(lint) = &self.lint {
            lint.markdown(&mut out);
        }
        let sources: Vec<String> = self.sources.iter().map(Source::markdown).collect();
        if !sources.is_empty() {
            let _ = writeln!(out, "Source ({}): {}.", self.mark, sources.join("; "));
        }
        out
    }

    fn concerns(&self) -> String {
        let mut concerns = self.components.join(", ");
        if self.lint.as_ref().is_some_and(|lint| lint.transforms) {
            let and = if concerns.is_empty() {
                "all files"
            } else {
                concerns.as_str()
            };
            concerns = format!("{and}, XDT transforms as well");
        }
        concerns
    }
}

impl Lint {
    fn of(rules: &Rules, at: usize, rule: &LintRule) -> Self {
        let samples = |examples: &[Example], fixed: &mut Option<String>| -> Vec<Sample> {
            examples
                .iter()
                .map(|example| {
                    let shown = demonstrate(rules, at, example);
                    if let (None, Some((before, after))) = (&fixed, &shown.fixed) {
                        let path = &example.files[0].0;
                        *fixed = Some(diff::of_file(path, before, &[], after, &[], false));
                    }
                    Sample::of(example, shown.findings)
                })
                .collect()
        };
        let mut diff = None;
        let invalid = samples(&rule.invalid, &mut diff);
        Self {
            name: rule.name.clone(),
            severity: rule.severity,
            advice: rule.advice.clone(),
            transforms: rule.transforms,
            invalid,
            valid: (rule.valid.iter())
                .map(|example| Sample::of(example, Vec::new()))
                .collect(),
            fix: rule.fix.as_ref().map(|fix| Cure {
                title: fix.title.clone(),
                applicability: fix.applicability,
                diff,
            }),
        }
    }

    fn markdown(&self, out: &mut String) {
        if let Some(sample) = self.invalid.first() {
            out.push_str("Invalid:\n\n");
            sample.markdown(out);
            for finding in &sample.findings {
                let _ = writeln!(out, "> {finding}\n");
            }
        }
        if let Some(sample) = self.valid.first() {
            out.push_str("Valid:\n\n");
            sample.markdown(out);
        }
        if let Some(fix) = &self.fix {
            let name = fix.applicability.name();
            let _ = writeln!(out, "Fix ({name}): {}.\n", fix.title);
            if let Some(diff) = &fix.diff {
                fenced(out, "diff", &visible(diff));
            }
        }
    }
}

impl Sample {
    fn of(example: &Example, findings: Vec<String>) -> Self {
        let files = example.files.iter().map(|(path, text)| File {
            path: path.clone(),
            text: text.clone(),
        });
        Self {
            files: files.collect(),
            findings,
        }
    }

    fn text(&self) -> String {
        let files = self.files.iter().map(|file| match self.files.len() {
            1 => visible(&file.text),
            _ => format!("{}:\n{}", file.path, visible(&file.text)),
        });
        files.collect::<Vec<String>>().join("\n")
    }

    fn markdown(&self, out: &mut String) {
        for file in &self.files {
            if self.files.len() > 1 {
                let _ = writeln!(out, "`{}`\n", file.path);
            }
            fenced(out, "xml", &visible(&file.text));
        }
    }
}

impl Cure {
    fn shown(&self) -> String {
        match &self.diff {
            Some(diff) => format!("{}\n{}", self.title, visible(diff)),
            None => self.title.clone(),
        }
    }
}

impl Source {
    fn text(&self) -> String {
        match &self.url {
            Some(url) => format!("{}\n{url}", self.cite),
            None => self.cite.clone(),
        }
    }

    fn markdown(&self) -> String {
        match &self.url {
            Some(url) => format!("[{}](<{url}>)", self.cite),
            None => self.cite.clone(),
        }
    }
}

/// What the row says, one key after the other.
fn written(rules: &Rules, entry: &Entry) -> String {
    let mut lines = Vec::new();
    for (key, text) in &entry.written {
        // A row may hold a value, and that may be a secret.
        let is_value = matches!(key.as_str(), "value" | "replacement" | "defaults");
        let about = entry.written("path");
        let mentions = |text: &str| rules.secrets.mentions_secret(text);
        match is_value && text.contains(['"', '\'']) && (mentions(about) || mentions(text)) {
            true => lines.push(format!("{key} = {MASK}")),
            false => lines.push(text.clone()),
        }
    }
    lines.join("\n")
}

/// `text` with characters that could steer a terminal made visible.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.trim_matches(['\n', '\r']).chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            '\r' => shown.push_str("\\r"),
            control if control.is_control() => {
                let _ = write!(shown, "\\u{{{:x}}}", control as u32);
            }
            other => shown.push(other),
        }
    }
    shown
}

fn paragraph(out: &mut String, name: &str, text: &str) {
    if text.trim().is_empty() {
        return;
    }
    if !name.is_empty() {
        let _ = writeln!(out, "\n{name}:");
    }
    for line in text.trim_end().lines() {
        let line = format!("  {line}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

fn fenced(out: &mut String, language: &str, text: &str) {
    if !text.trim().is_empty() {
        let _ = writeln!(out, "```{language}\n{}\n```\n", text.trim_end());
    }
}
