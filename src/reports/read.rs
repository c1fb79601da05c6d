//! One report, from its JSON. Fields that are not needed here are skipped, so that a report with more is read too.

use encoding_rs::Encoding;
use serde::Deserialize;
use serde::de::IgnoredAny;
use thiserror::Error;

use super::{Item, Kind, ServerReport};
use crate::pack::lint::Severity;

/// The version of the JSON that is understood.
const SCHEMA: u32 = 1;

/// Why a file is no report.
#[derive(Debug, Error)]
pub enum Unread {
    /// It is no JSON, or not what conferry writes.
    #[error("it is no report of conferry (line {line}, column {column})")]
    NotOurs {
        /// Line where it stops being one, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// It is of another command.
    #[error("it is a report of `{0}`; those of lint, diff and merge can be put together")]
    Command(String),
    /// A comparison of three inputs or more.
    #[error("it compares three inputs or more, which is many servers in one report already")]
    SideBySide,
    /// A later conferry has written it.
    #[error("it has version {0} of the format, and this conferry understands up to version 1")]
    Newer(u32),
}

#[derive(Deserialize)]
struct Head {
    schema: u32,
    command: String,
    #[serde(default)]
    run: Run,
}

#[derive(Default, Deserialize)]
struct Run {
    #[serde(default)]
    host: String,
    #[serde(default)]
    id: String,
}

#[derive(Deserialize)]
struct Lint {
    findings: Vec<Finding>,
    #[serde(default)]
    errors: Vec<String>,
}

#[derive(Deserialize)]
struct Finding {
    rule: String,
    name: String,
    severity: Severity,
    message: String,
    file: String,
    line: usize,
    #[serde(default)]
    address: String,
}

#[derive(Deserialize)]
struct Diff {
    files: Vec<Compared>,
    #[serde(default)]
    only_before: Vec<String>,
    #[serde(default)]
    only_after: Vec<String>,
    /// Three inputs or more.
    side_by_side: Option<IgnoredAny>,
    #[serde(default)]
    errors: Vec<String>,
}

#[derive(Deserialize)]
struct Compared {
    after: String,
    changes: Vec<Change>,
    #[serde(default)]
    findings: Vec<Found>,
}

#[derive(Deserialize)]
struct Change {
    kind: String,
    section: String,
    label: String,
    before: Option<Side>,
    after: Option<Side>,
    #[serde(default)]
    findings: Vec<Found>,
}

#[derive(Deserialize)]
struct Side {
    address: String,
    line: usize,
    value: Option<String>,
    xml: Option<String>,
}

#[derive(Deserialize)]
struct Found {
    rule: String,
    severity: Severity,
    message: String,
    line: usize,
    #[serde(default)]
    address: String,
}

#[derive(Deserialize)]
struct Merge {
    files: Files,
    conflicts: Vec<Conflict>,
    lint: Option<Judged>,
}

#[derive(Deserialize)]
struct Files {
    old: String,
    output: String,
}

#[derive(Deserialize)]
struct Conflict {
    kind: String,
    #[serde(default)]
    section: String,
    #[serde(default)]
    label: String,
    address: String,
    base: Option<String>,
    old: Option<String>,
    new: Option<String>,
    places: Places,
}

#[derive(Deserialize)]
struct Places {
    old: Option<At>,
}

#[derive(Deserialize)]
struct At {
    line: usize,
}

#[derive(Deserialize)]
struct Judged {
    new: Vec<Found>,
}

impl From<serde_json::Error> for Unread {
    /// Without the words of the error, which may quote what the file says.
    fn from(error: serde_json::Error) -> Self {
        Self::NotOurs {
            line: error.line(),
            column: error.column(),
        }
    }
}

/// The report in `bytes`, which were read from `path`.
///
/// # Errors
/// Why it is none.
pub fn read(path: &str, bytes: &[u8]) -> Result<ServerReport, Unread> {
    // PowerShell writes UTF-16 where it redirects.
    let decoded = Encoding::for_bom(bytes)
        .map(|(encoding, mark)| encoding.decode_without_bom_handling(&bytes[mark..]).0);
    let bytes = decoded.as_deref().map_or(bytes, str::as_bytes);
    let head: Head = serde_json::from_slice(bytes)?;
    if head.schema > SCHEMA {
        return Err(Unread::Newer(head.schema));
    }
    let (of, items, errors) = match head.command.as_str() {
        "lint" => {
            let lint: Lint = serde_json::from_slice(bytes)?;
            let items = lint.findings.into_iter().map(of_finding).collect();
            (Kind::Lint, items, lint.errors)
        }
        "diff" => {
            let diff: Diff = serde_json::from_slice(bytes)?;
            if diff.side_by_side.is_some() {
                return Err(Unread::SideBySide);
            }
            let mut items: Vec<Item> = diff.files.into_iter().flat_map(of_compared).collect();
            for (code, files) in [
                ("only-before", diff.only_before),
                ("only-after", diff.only_after),
            ] {
                items.extend(files.into_iter().map(|file| of_file(code, file)));
            }
            (Kind::Diff, items, diff.errors)
        }
        "merge" => {
            let merge: Merge = serde_json::from_slice(bytes)?;
            (Kind::Merge, of_merge(merge), Vec::new())
        }
        other => return Err(Unread::Command(other.to_owned())),
    };
    Ok(ServerReport {
        path: path.to_owned(),
        host: head.run.host,
        run: head.run.id,
        of,
        items,
        errors,
    })
}

fn of_finding(finding: Finding) -> Item {
    Item {
        severity: Some(finding.severity),
        code: finding.rule,
        section: finding.name,
        label: unnumbered(&finding.message),
        address: unnumbered(&finding.address),
        values: Vec::new(),
        said: Vec::new(),
        place: format!("{}:{}", finding.file, finding.line),
    }
}

fn of_compared(compared: Compared) -> Vec<Item> {
    let Compared {
        after: file,
        changes,
        findings,
    } = compared;
    let mut items: Vec<Item> = Vec::new();
    for change in changes {
        let line = [&change.after, &change.before].into_iter().flatten();
        let line = line.map(|side| side.line).next().unwrap_or(1);
        let address = [&change.after, &change.before].into_iter().flatten();
        let address = address.map(|side| side.address.clone()).next();
        let value = |name: &'static str, side: Option<Side>| {
            let side = side?;
            Some((name, unnumbered(&side.value.or(side.xml)?)))
        };
        items.push(Item {
            severity: change.findings.iter().map(|found| found.severity).max(),
            code: change.kind,
            section: change.section,
            label: unnumbered(&change.label),
            address: unnumbered(&address.unwrap_or_default()),
            said: change.findings.iter().map(sentence).collect(),
            values: [value("before", change.before), value("after", change.after)]
                .into_iter()
                .flatten()
                .collect(),
            place: format!("{file}:{line}"),
        });
    }
    items.extend(findings.into_iter().map(|found| of_found(found, &file)));
    items
}

/// A file that only one side has.
fn of_file(code: &str, file: String) -> Item {
    Item {
        severity: None,
        code: code.to_owned(),
        section: String::new(),
        label: file.clone(),
        address: String::new(),
        values: Vec::new(),
        said: vec!["Only one side has this file.".to_owned()],
        place: file,
    }
}

fn of_merge(merge: Merge) -> Vec<Item> {
    let Files { old, output } = merge.files;
    let conflicts = merge.conflicts.into_iter().map(|conflict| {
        let sides = [
            ("base", conflict.base),
            ("old", conflict.old),
            ("new", conflict.new),
        ];
        let line = conflict.places.old.map_or(1, |at| at.line);
        Item {
            severity: Some(Severity::Error),
            code: conflict.kind,
            section: conflict.section,
            label: unnumbered(&conflict.label),
            address: unnumbered(&conflict.address),
            values: (sides.into_iter())
                .filter_map(|(side, value)| Some((side, unnumbered(&value?))))
                .collect(),
            said: vec!["It is left to people.".to_owned()],
            place: format!("{old}:{line}"),
        }
    });
    let mut items: Vec<Item> = conflicts.collect();
    let found = merge.lint.into_iter().flat_map(|lint| lint.new);
    items.extend(found.map(|found| of_found(found, &output)));
    items
}

fn of_found(found: Found, file: &str) -> Item {
    Item {
        severity: Some(found.severity),
        said: Vec::new(),
        code: found.rule,
        section: String::new(),
        label: unnumbered(&found.message),
        address: unnumbered(&found.address),
        values: Vec::new(),
        place: format!("{file}:{}", found.line),
    }
}

fn sentence(found: &Found) -> String {
    let (severity, rule) = (found.severity.name(), &found.rule);
    format!("{severity} {rule}: {}", unnumbered(&found.message))
}

/// The text with `[secret]` for every `[secret 7]`.
fn unnumbered(text: &str) -> String {
    const START: &str = "[secret ";
    let mut parts = text.split(START);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|char: char| char.is_ascii_digit());
        match rest.len() < part.len() && rest.starts_with(']') {
            true => {
                out.push_str("[secret");
                out.push_str(rest);
            }
            false => {
                out.push_str(START);
                out.push_str(part);
            }
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Unread, read, unnumbered};

    #[test]
    fn numbers_of_secrets_are_dropped_and_nothing_else() {
        for (text, shown) in [
            ("a [secret 1] b [secret 22]", "a [secret] b [secret]"),
            (
                "[secret x] [secret ] [secret 1",
                "[secret x] [secret ] [secret 1",
            ),
            ("", ""),
        ] {
            assert_eq!(unnumbered(text), shown);
        }
    }

    #[test]
    fn what_is_no_report_is_refused_by_name() {
        let refused = |text: &str| read("r.json", text.as_bytes()).unwrap_err();
        assert!(matches!(refused("{"), Unread::NotOurs { .. }));
        assert!(matches!(refused("[]"), Unread::NotOurs { .. }));
        let rules = r#"{"schema":1,"command":"rules list"}"#;
        assert!(matches!(refused(rules), Unread::Command(_)));
        let newer = r#"{"schema":2,"command":"lint"}"#;
        assert!(matches!(refused(newer), Unread::Newer(2)));
        assert!(matches!(
            refused(r#"{"schema":1,"command":"lint"}"#),
            Unread::NotOurs { .. }
        ));
        let empty = read(
            "r.json",
            br#"{"schema":1,"command":"lint","findings":[],"more":1}"#,
        );
        assert!(empty.unwrap().items.is_empty());
    }
}
