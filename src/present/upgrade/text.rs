//! The report of an upgrade for people at a terminal.

use std::fmt::Write as _;

use crate::present::count::{capital, number};
use crate::upgrade::record::{Account, Component, File, Record, Server};

/// Files of one kind that are named before they are only counted.
const NAMED: usize = 8;

/// Verdict, servers, what to decide, account.
#[must_use]
pub fn text(record: &Record) -> String {
    let mut text = format!("{}. {}\n", verdict_word(record), verdict_text(record));
    for server in &record.servers {
        self::server(&mut text, record, server);
    }
    blocking(&mut text, record);
    let _ = writeln!(text, "\n{}", account_line("all old files", &record.account));
    text
}

/// `Ready`, `Ready with 2 assumptions`, `Blocked by 1`.
pub(super) fn verdict_word(record: &Record) -> String {
    let verdict = &record.verdict;
    match verdict.state.as_str() {
        "failed" => "Failed".to_owned(),
        "blocked" => format!("Blocked by {}", verdict.blocking),
        _ if verdict.assumed > 0 => format!("Ready with {}", number(verdict.assumed, "assumption")),
        _ => "Ready".to_owned(),
    }
}

/// The rest of the line.
pub(super) fn verdict_text(record: &Record) -> String {
    let verdict = &record.verdict;
    let files = number(verdict.files, "file");
    let servers = number(record.servers.len(), "server");
    let mut said = match verdict.state.as_str() {
        "failed" => format!(
            "Something could not be read or merged; {files} for {servers} could be made all the same."
        ),
        "blocked" => format!(
            "What is listed below must be decided or done first; {files} for {servers} could be made all the same."
        ),
        _ => format!(
            "{} to deploy on {servers}; every setting of the old files is accounted for.",
            capital(&files)
        ),
    };
    if verdict.assumed > 0 {
        said.push_str(" What is marked `assumed` in the report rests on documented defaults.");
    }
    if verdict.new_findings > 0 {
        let _ = write!(
            said,
            " Lint has {} about results that the old files did not have.",
            number(verdict.new_findings, "finding")
        );
    }
    said
}

/// Sums that add up.
pub(super) fn account_line(of: &str, account: &Account) -> String {
    format!(
        "Account of {of}: {} = {} carried + {} already equal + {} rewritten + {} dropped by rule + {} in conflict",
        number(account.settings, "setting"),
        account.carried,
        account.already_equal,
        account.rewritten,
        account.dropped,
        account.conflict,
    )
}

fn server(text: &mut String, record: &Record, server: &Server) {
    let read = record
        .inputs
        .iter()
        .find(|input| input.role == "old" && input.name == server.name);
    let from = read.map_or(String::new(), |input| {
        format!("  ({} {})", input.form, input.path)
    });
    let _ = writeln!(text, "\n{}{from}", server.name);
    for note in read.into_iter().flat_map(|input| &input.notes) {
        let _ = writeln!(text, "  Note: {note}");
    }
    for component in &server.components {
        self::component(text, component);
    }
    if !server.others.is_empty() || !server.left.is_empty() {
        let _ = writeln!(text, "  Other files that call the product");
        files(text, &server.others);
        for left in &server.left {
            let _ = writeln!(text, "    not looked at  {}: {}", left.file, left.why);
        }
    }
}

fn component(text: &mut String, component: &Component) {
    let state = match component.state.as_str() {
        "merged" => "merged",
        "stays" => "stays",
        "removed" => "not in the new version",
        "failed" => "failed, see below",
        _ => "blocked, see below",
    };
    let _ = writeln!(text, "  {}: {state}", component.title);
    match &component.to {
        Some(to) if *to != component.from => {
            let _ = writeln!(text, "    {} -> {to}", component.from);
        }
        _ => {
            let _ = writeln!(text, "    {}", component.from);
        }
    }
    for warning in &component.warnings {
        let _ = writeln!(text, "    Warning: {warning}");
    }
    if component.account.settings > 0 {
        let line = account_line("the old file", &component.account);
        let _ = writeln!(text, "    {line}");
    }
    files(text, &component.files);
    for left in &component.left {
        let _ = writeln!(text, "    not carried    {}: {}", left.file, left.why);
    }
    let lint = component.lint.iter().flat_map(|lint| &lint.new);
    for found in lint {
        let _ = writeln!(text, "    Lint, only in the result: {found}");
    }
    for what in &component.not_looked_at {
        let _ = writeln!(text, "    Not looked at: {what}");
    }
    for note in &component.notes {
        let _ = writeln!(text, "    Note: {note}");
    }
}

fn files(text: &mut String, files: &[File]) {
    let mut unnamed = 0;
    for (at, file) in files.iter().enumerate() {
        if at >= NAMED && file.role != "configuration" && file.role != "sidecar" {
            unnamed += 1;
            continue;
        }
        let name = file.target.as_ref().unwrap_or(&file.path);
        let references = match file.references {
            0 => String::new(),
            count => format!("  ({} renamed)", number(count, "reference")),
        };
        let _ = writeln!(text, "    {:<13}  {name}{references}", file.kind);
    }
    if unnamed > 0 {
        let _ = writeln!(text, "    and {}", number(unnamed, "more file"));
    }
}

fn blocking(text: &mut String, record: &Record) {
    if record.blocking.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\nTo decide or to do first ({}):",
        record.blocking.len()
    );
    for (at, block) in record.blocking.iter().enumerate() {
        let (number, server, component) = (at + 1, &block.server, &block.component);
        let _ = writeln!(
            text,
            "  {number}. {server}, {component}: {} [{}]",
            block.what, block.kind
        );
        if block.kind == "conflict" {
            let component = (record.servers.iter().filter(|found| found.name == *server))
                .flat_map(|server| &server.components)
                .filter(|found| found.title == *component);
            for address in component.flat_map(|found| &found.conflicts) {
                let _ = writeln!(text, "     {address}");
            }
        }
        if !block.help.is_empty() {
            let _ = writeln!(text, "     {}", block.help);
        }
    }
}

/// What to do with the folder that was written.
#[must_use]
pub fn next_steps(record: &Record, folder: &str) -> String {
    let mut text = String::new();
    if record.verdict.files > 0 {
        let _ = writeln!(
            text,
            "The files to deploy hold passwords: keep {folder} where only administrators get. Report: {folder}/report.html."
        );
    }
    let next = match record.verdict.state.as_str() {
        "ready" => format!(
            "Next: read the report, put the files below {folder}/deploy in their places, then run `conferry verify-deployed {folder}/upgrade.json`."
        ),
        _ => "Next: settle what is listed above, then run the same command again.".to_owned(),
    };
    let _ = writeln!(text, "{next}");
    text
}
