//! The report of `conferry verify-deployed`.

use std::fmt::Write as _;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use crate::pack::schema::NothingIsNull;
use crate::present::count::number;
use crate::present::differences::{File, rows_text};
use crate::present::json::{json, json_of_run};
use crate::present::run::{OfRun, Run};
use crate::upgrade::deployed::{Checked, Server, State};

/// Version of the JSON. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 1;

/// What `conferry verify-deployed --format json` prints.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "conferry verify-deployed report")]
pub struct Report {
    /// Version of this format: 1. Fields may be added without a new one.
    schema: u32,
    /// Always `verify-deployed`.
    command: &'static str,
    /// `as-planned`, `drifted` or `failed`.
    verdict: &'static str,
    /// The record of the upgrade.
    record: String,
    /// How many files there are of each state.
    counts: Counts,
    /// The servers that were checked.
    servers: Vec<ServerLine>,
    /// What only a person can try.
    probes: Vec<String>,
}

/// How many files there are of each state.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
struct Counts {
    /// All that were planned.
    files: usize,
    /// Those with the planned bytes.
    same: usize,
    /// Those with other bytes of which .NET reads the same.
    same_in_effect: usize,
    /// Those that are something else.
    drifted: usize,
    /// Those that are not there.
    missing: usize,
    /// Those that cannot be read.
    unreadable: usize,
    /// Those of which nobody knows where they go.
    no_place: usize,
    /// What lint finds that it did not find in what was planned.
    findings: usize,
}

#[derive(Serialize, JsonSchema)]
struct ServerLine {
    /// Its name.
    name: String,
    /// Its files.
    files: Vec<FileLine>,
    /// What lint finds that it did not find in what was planned.
    findings: Vec<FoundLine>,
    /// What could not be looked at.
    not_looked_at: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct FileLine {
    /// Where it is in the folder of the upgrade.
    path: String,
    /// Where it goes, as Windows shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    /// `same`, `same-in-effect`, `drifted`, `missing`, `unreadable` or `no-place`.
    state: &'static str,
    /// SHA-256 that was planned.
    planned: String,
    /// SHA-256 of what is live.
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<String>,
    /// What .NET reads differently; secrets masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<File>,
    /// Settings that differ from those of the record, where the planned file is not there any more.
    settings: Vec<String>,
    /// What could not be compared, and other things to know.
    notes: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct FoundLine {
    /// Where the file is, as Windows shows it.
    file: String,
    /// Its line, from 1.
    line: usize,
    /// Id of the rule.
    rule: String,
    /// How bad it is.
    severity: &'static str,
    /// What is wrong; secrets masked.
    message: String,
}

impl Report {
    /// The report of servers that were checked; `record` is the file that says what was planned.
    #[must_use]
    pub fn of(record: String, servers: Vec<Server<File>>, probes: Vec<String>) -> Self {
        let mut counts = Counts::default();
        for server in &servers {
            counts.findings += server.findings.len();
            for file in &server.files {
                counts.files += 1;
                *match file.state {
                    State::Same => &mut counts.same,
                    State::SameInEffect => &mut counts.same_in_effect,
                    State::Drifted => &mut counts.drifted,
                    State::Missing => &mut counts.missing,
                    State::Unreadable => &mut counts.unreadable,
                    State::NoPlace => &mut counts.no_place,
                } += 1;
            }
        }
        let verdict = match (
            counts.unreadable,
            counts.drifted + counts.missing + counts.findings,
        ) {
            (1.., _) => "failed",
            (0, 0) => "as-planned",
            (0, _) => "drifted",
        };
        Self {
            schema: SCHEMA,
            command: "verify-deployed",
            verdict,
            record,
            counts,
            servers: servers.into_iter().map(server_line).collect(),
            probes,
        }
    }

    /// Whether something is not as it was planned.
    #[must_use]
    pub fn has_drifted(&self) -> bool {
        self.counts.drifted + self.counts.missing + self.counts.findings > 0
    }

    /// Whether something could not be read.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.counts.unreadable > 0
    }

    /// For programs.
    #[must_use]
    pub fn json(&self, run: &Run) -> String {
        json_of_run(self, run)
    }

    /// For people: verdict, then what is not as planned, with its place.
    #[must_use]
    pub fn text(&self) -> String {
        let counts = &self.counts;
        let mut text = match self.verdict {
            "as-planned" => format!(
                "As planned: {}.\n",
                number(counts.files - counts.no_place, "file")
            ),
            _ => {
                let said: Vec<String> = [
                    (counts.drifted, "drifted"),
                    (counts.missing, "missing"),
                    (counts.unreadable, "not readable"),
                ]
                .into_iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, what)| format!("{} {what}", number(count, "file")))
                .chain((counts.findings > 0).then(|| number(counts.findings, "new finding")))
                .collect();
                format!("Not as planned: {}.\n", said.join(", "))
            }
        };
        for server in &self.servers {
            let same = server
                .files
                .iter()
                .filter(|file| file.state == "same")
                .count();
            let _ = writeln!(
                text,
                "\n{}: {} as planned",
                server.name,
                number(same, "file")
            );
            for file in server.files.iter().filter(|file| file.state != "same") {
                file_text(&mut text, file);
            }
            for found in &server.findings {
                let FoundLine {
                    file,
                    line,
                    rule,
                    severity,
                    message,
                } = found;
                let _ = writeln!(
                    text,
                    "  lint           {file}:{line}: {severity} {rule}: {message}"
                );
            }
            for what in &server.not_looked_at {
                let _ = writeln!(text, "  Not looked at: {what}");
            }
        }
        if !self.probes.is_empty() {
            let _ = writeln!(text, "\nWhat only a person can try:");
            for probe in &self.probes {
                let _ = writeln!(text, "  {probe}");
            }
        }
        text
    }
}

fn file_text(text: &mut String, file: &FileLine) {
    let name = file.target.as_ref().unwrap_or(&file.path);
    let state = match file.state {
        "same-in-effect" => "same in effect",
        "no-place" => "not checked",
        state => state,
    };
    let _ = writeln!(text, "  {state:<14} {name}");
    if file.state == "no-place" {
        let _ = writeln!(text, "    nobody told conferry where it is on the server");
    }
    if let Some(differences) = &file.differences {
        let mut rows = String::new();
        rows_text(differences, &mut rows);
        for line in rows.lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
    for setting in &file.settings {
        let _ = writeln!(text, "    {setting}");
    }
    for note in &file.notes {
        let _ = writeln!(text, "    {note}");
    }
}

fn server_line(server: Server<File>) -> ServerLine {
    let findings = server.findings.into_iter().map(|found| FoundLine {
        file: found.file,
        line: found.line,
        rule: found.rule,
        severity: found.severity.name(),
        message: found.message,
    });
    ServerLine {
        name: server.name,
        findings: findings.collect(),
        files: server.files.into_iter().map(file_line).collect(),
        not_looked_at: server.not_looked_at,
    }
}

fn file_line(checked: Checked<File>) -> FileLine {
    FileLine {
        path: checked.file.path,
        target: checked.file.target,
        state: checked.state.word(),
        planned: checked.file.sha256,
        live: checked.sha256,
        differences: checked.differences,
        settings: checked.settings,
        notes: checked.notes,
    }
}

/// The JSON Schema of the report.
#[must_use]
pub fn json_schema() -> String {
    let generator = SchemaSettings::draft2020_12()
        .with_transform(NothingIsNull)
        .into_generator();
    json(&generator.into_root_schema_for::<OfRun<'_, Report>>())
}
