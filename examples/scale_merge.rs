//! What a merge costs as files grow: `cargo run --release --example scale_merge`.
//!
//! Merges generated files in which each side changed one setting in a hundred,
//! and shapes that are known to bring merge tools to their knees. Each merge
//! runs in a process of its own, so that the peaks of memory are separate.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::fmt::Write as _;
use std::process::{Command, ExitCode};
use std::time::Instant;

use clap::Parser;
use conferry::merge::branches::{Versions, merge_versions};
use conferry::merge::finish::{Settle, finish};
use conferry::merge::markers::{Markers, Style};
use conferry::merge::{Inputs, Mode, merge};
use conferry::pack::{load, load_general};
use conferry::present::merge::{Files, Report, Worked};
use conferry::present::redact::Redactor;
use conferry::rewrite::{VirtualDirectories, rewrite_value};
use conferry::xml::Document;

/// Shows how the cost of a merge grows with the files
#[derive(Debug, Parser)]
struct Arguments {
    /// Merges one shape of one size and prints the figures
    #[arg(long, num_args = 3, value_names = ["SHAPE", "SIZE", "MODE"], hide = true)]
    one: Option<Vec<String>>,
}

/// Shape and size.
const SHAPES: [(&str, usize); 12] = [
    ("settings", 1_000),
    ("settings", 10_000),
    ("settings", 100_000),
    ("one-line", 100_000),
    ("without-identity", 100_000),
    ("same-key", 20_000),
    ("comments", 100_000),
    ("reordered", 20_000),
    ("all-added", 20_000),
    ("all-changed", 20_000),
    ("emptied", 20_000),
    ("deep", 250),
];

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.one.as_deref() {
        Some([shape, size, mode]) => one(shape, size, mode),
        _ => table(),
    };
    match done {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn table() -> Result<String, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    println!(
        "| shape | entries | mode | file, KB | ms | us per entry | peak memory, MB | result |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (shape, size) in SHAPES {
        for mode in ["branches", "upgrade"] {
            let size = size.to_string();
            let output = Command::new(&program)
                .args(["--one", shape, &size, mode])
                .output()
                .map_err(|error| error.to_string())?;
            if output.status.success() {
                print!("{}", String::from_utf8_lossy(&output.stdout));
            } else {
                println!("| {shape} | {size} | {mode} | failed: {}", output.status);
            }
        }
    }
    Ok(String::new())
}

/// Base, ours (new) and theirs (old) of one shape.
fn files(shape: &str, size: usize) -> Result<[String; 3], String> {
    Ok(match shape {
        "settings" | "one-line" => {
            let gap = if shape == "settings" { "\r\n    " } else { "" };
            [
                settings(size, gap, None),
                settings(size, gap, Some(7)),
                settings(size, gap, Some(57)),
            ]
        }
        "without-identity" => listed(size, |at, side| {
            Some(format!(
                "<item>{}</item>",
                if changed(at, side) { size + at } else { at }
            ))
        }),
        "same-key" => listed(size, |at, side| {
            let value = if changed(at, side) { size + at } else { at };
            Some(format!("<add key=\"k\" value=\"{value}\" />"))
        }),
        "comments" => listed(size, |at, side| {
            let text = if changed(at, side) { "new" } else { "old" };
            Some(format!("<!-- {text} {at} -->"))
        }),
        "reordered" => {
            let entries: Vec<String> = (0..size).map(entry).collect();
            let reversed: Vec<String> = (0..size).rev().map(entry).collect();
            let mut changed = entries.clone();
            changed[size / 2] = "<add key=\"other\" value=\"1\" />".to_owned();
            [document(&entries), document(&changed), document(&reversed)]
        }
        "all-added" => {
            let added = |side: usize| {
                let from = (side + 1) * size;
                document(&(from..from + size).map(entry).collect::<Vec<_>>())
            };
            [document(&[]), added(0), added(1)]
        }
        "all-changed" | "emptied" => {
            let with = |value: &str| {
                let entries: Vec<String> = (0..size)
                    .map(|at| format!("<add key=\"Key{at}\" value=\"{value}\" />"))
                    .collect();
                document(&entries)
            };
            let ours = if shape == "emptied" {
                document(&[])
            } else {
                with("2")
            };
            [with("1"), ours, with("3")]
        }
        "deep" => [
            deep(size, ["0", "0"]),
            deep(size, ["1", "0"]),
            deep(size, ["0", "1"]),
        ],
        _ => return Err(format!("no such shape: {shape}")),
    })
}

fn changed(at: usize, side: usize) -> bool {
    (side == 1 && at % 100 == 7) || (side == 2 && at % 100 == 57)
}

fn listed(size: usize, item: impl Fn(usize, usize) -> Option<String>) -> [String; 3] {
    [0, 1, 2].map(|side| {
        let items: Vec<String> = (0..size).filter_map(|at| item(at, side)).collect();
        document(&items)
    })
}

fn entry(at: usize) -> String {
    format!("<add key=\"Key{at}\" value=\"value {at}\" />")
}

fn document(items: &[String]) -> String {
    let items: String = items.iter().map(|item| format!("    {item}\r\n")).collect();
    format!("<configuration>\r\n  <appSettings>\r\n{items}  </appSettings>\r\n</configuration>\r\n")
}

fn deep(depth: usize, values: [&str; 2]) -> String {
    let [a, b] = values;
    let depth = depth - 2;
    let open: String = (0..depth)
        .map(|at| format!("<e{at} a=\"{a}\" b=\"{b}\">\n"))
        .collect();
    let close: String = (0..depth).rev().map(|at| format!("</e{at}>\n")).collect();
    format!("<configuration>\n{open}<leaf/>\n{close}</configuration>\n")
}

/// Half of the entries in appSettings, half in two hundred sections of applicationSettings.
/// Of a hundred one is changed; of a thousand one is added, and one removed.
fn settings(size: usize, gap: &str, change: Option<usize>) -> String {
    let mut text = format!("<configuration>{gap}<appSettings>");
    let half = size / 2;
    let value = |at: usize| match change {
        Some(changed) if at % 100 == changed => format!("https://example.org/PhoneFactor/{at}"),
        _ => format!("https://example.com/site/{at}"),
    };
    for at in 0..half {
        if change.is_some_and(|changed| at % 1000 == changed + 30) {
            continue;
        }
        if change.is_some_and(|changed| at % 1000 == changed + 31) {
            let _ = write!(
                text,
                "{gap}  <add key=\"Added{at}By{change:?}\" value=\"1\" />"
            );
        }
        let _ = write!(
            text,
            "{gap}  <add key=\"Key{at}\" value=\"{}\" />",
            value(at)
        );
    }
    let _ = write!(text, "{gap}</appSettings>{gap}<applicationSettings>");
    let section = (half / 200).max(1);
    for at in half..size {
        let at_start = (at - half).is_multiple_of(section);
        if at_start {
            let close = if at == half {
                String::new()
            } else {
                format!("{gap}  </Section{}>", at - section)
            };
            let _ = write!(text, "{close}{gap}  <Section{at}>");
        }
        let _ = write!(
            text,
            "{gap}    <setting name=\"Name{at}\" serializeAs=\"String\">{gap}      <value>{}</value>{gap}    </setting>",
            value(at)
        );
    }
    let last = half + (size - half - 1) / section * section;
    let _ = write!(text, "{gap}  </Section{last}>{gap}</applicationSettings>");
    let end = if gap.is_empty() { "" } else { "\r\n" };
    let _ = write!(text, "{end}</configuration>{end}");
    text
}

fn one(shape: &str, size: &str, mode: &str) -> Result<String, String> {
    let count: usize = size.parse().map_err(|_| format!("no size: {size}"))?;
    let [base, ours, theirs] = files(shape, count)?;
    let started = Instant::now();
    let result = if mode == "upgrade" {
        upgrade(&base, &theirs, &ours)?
    } else {
        branches(&base, &ours, &theirs)?
    };
    let time = started.elapsed().as_secs_f64();
    let memory =
        peak_memory().map_or_else(|| "unknown".to_owned(), |peak| (peak / 1024).to_string());
    Ok(format!(
        "| {shape} | {size} | {mode} | {} | {:.1} | {:.2} | {memory} | {result} |\n",
        base.len().max(ours.len()) / 1024,
        time * 1e3,
        time * 1e6 / count as f64,
    ))
}

fn branches(base: &str, ours: &str, theirs: &str) -> Result<String, String> {
    let rules = load_general(&[]).map_err(|failures| format!("{failures:?}"))?;
    let versions = Versions::borrowed(base.as_bytes(), ours.as_bytes(), theirs.as_bytes());
    let markers = || Markers {
        style: Style::Merge,
        size: 7,
        carrier: "ours".to_owned(),
        base: "base".to_owned(),
        incoming: "theirs".to_owned(),
    };
    let merged = merge_versions(versions, &rules, markers).map_err(|error| error.to_string())?;
    Ok(format!("{} conflicts", merged.conflicts.len()))
}

/// What `conferry merge` does: merge, proof and report.
fn upgrade(base: &str, old: &str, new: &str) -> Result<String, String> {
    let rules = load(&[]).map_err(|failures| format!("{failures:?}"))?;
    let directories = VirtualDirectories::new(&rules.virtual_directories, &[], &[])
        .map_err(|error| error.to_string())?;
    let read = |text: &str| Document::from_bytes(text.as_bytes()).map_err(|_| "not XML".to_owned());
    let (base, old, new) = (read(base)?, read(old)?, read(new)?);
    let rewrite = |value: &str| rewrite_value(value, &directories, &rules.guards);
    let inputs = Inputs {
        base: Some(&base),
        incoming: &old,
        carrier: &new,
        mode: Mode::Upgrade,
        rules: &rules,
        rewrite: Some(&rewrite),
        joins_renamed: false,
        reports: true,
    };
    let merged = merge(inputs).map_err(|error| error.to_string())?;
    let finished = finish(&inputs, &merged, Settle::Carrier).map_err(|error| error.to_string())?;
    let files = Files {
        base: Some("base".to_owned()),
        old: "old".to_owned(),
        new: "new".to_owned(),
        output: "output".to_owned(),
    };
    let mut redactor = Redactor::new(&rules.secrets, false);
    let worked = Worked {
        inputs: &inputs,
        merged: &merged,
        result: &finished.document,
        missing: &[],
        offers: &[],
        files,
    };
    let report = Report::of(worked, &mut redactor).text();
    Ok(format!(
        "{} conflicts, {} lines of report",
        merged.conflicts.len(),
        report.lines().count()
    ))
}

/// The most memory this process ever held, in KB.
fn peak_memory() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}
