//! Scores merges of real history: `cargo run --release --example score_merges -- DIR`.
//!
//! DIR holds folders with `base`, `ours`, `theirs` and `resolved.config`, where
//! `resolved` is what people committed. Every answer is judged against that and
//! against the union of both sides' changes, which this program works out on
//! its own (see `flat` and `verdict`).
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod flat;
mod process;
mod table;
mod verdict;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use clap::Parser;
use conferry::merge::branches::{Versions, merge_versions};
use conferry::merge::markers::{Markers, Style};
use conferry::pack::{Rules, load_general};
use flat::Flat;
use rayon::prelude::*;
use table::{Row, kinds_of_bad, table};
use verdict::{Answer, Triple, Verdict};

/// Scores three-way merges against what people committed
#[derive(Debug, Parser)]
struct Arguments {
    /// The folder of triples
    dir: PathBuf,

    /// Another tool to score: a shell command with {base} {ours} {theirs} {out}; exit 0 merged, 1 to 127 conflict
    #[arg(long, value_name = "CMD")]
    against: Option<String>,

    /// Also times this program, a build of conferry, and `git merge-file` as processes, in turn
    #[arg(long, value_name = "PROGRAM")]
    process: Option<PathBuf>,

    /// How often each merges each triple (with --process)
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: usize,

    /// Names each triple whose verdict is not equal, union or due
    #[arg(long)]
    list: bool,

    /// Names each triple with these verdicts instead (with --list)
    #[arg(long, value_name = "VERDICT", requires = "list")]
    only: Vec<String>,
}

/// One triple, read.
struct Case {
    name: String,
    base: Vec<u8>,
    ours: Vec<u8>,
    theirs: Vec<u8>,
    meaning: Triple,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let rules = load_general(&[]).map_err(|failures| format!("{failures:?}"))?;
    let (cases, left_out) = cases(&arguments.dir)?;
    let mut rows = vec![score("conferry", &cases, |case, _| {
        by_conferry(case, &rules)
    })];
    if let Some(command) = &arguments.against {
        rows.push(score(command, &cases, |case, folder| {
            by_command(case, command, folder)
        }));
    }
    print!("{}", table(&rows));
    for row in &rows {
        let bad = kinds_of_bad(row);
        if !bad.is_empty() {
            println!("bad, {}: {bad}", row.tool);
        }
    }
    if !left_out.is_empty() {
        println!(
            "left out, since xmltree cannot read one of the files: {}",
            left_out.join(" ")
        );
    }
    if let [conferry, other] = &rows[..] {
        let lost: Vec<&str> = cases
            .iter()
            .zip(conferry.merges.iter().zip(&other.merges))
            .filter(|(_, (ours, theirs))| theirs.0 == Verdict::Equal && ours.0 != Verdict::Equal)
            .map(|(case, _)| case.name.as_str())
            .collect();
        println!(
            "equal to people with the other tool and not with conferry: {} {}",
            lost.len(),
            lost.join(" ")
        );
    }
    if let Some(program) = &arguments.process {
        let triples: Vec<process::Versions<'_>> = cases
            .iter()
            .map(|case| process::Versions {
                base: &case.base,
                ours: &case.ours,
                theirs: &case.theirs,
            })
            .collect();
        print!("{}", process::compare(program, &triples, arguments.rounds)?);
    }
    if arguments.list {
        list(arguments, &cases, &rows);
    }
    Ok(())
}

fn list(arguments: &Arguments, cases: &[Case], rows: &[Row]) {
    for row in rows {
        for (case, (verdict, _)) in cases.iter().zip(&row.merges) {
            let wanted = if arguments.only.is_empty() {
                !verdict.is_expected()
            } else {
                arguments.only.iter().any(|name| name == verdict.name())
            };
            if wanted {
                println!("{} {} {}", row.tool, verdict.name(), case.name);
            }
        }
    }
}

/// The triples of a folder, in the order of their names, and the names of those that cannot be judged.
fn cases(dir: &Path) -> Result<(Vec<Case>, Vec<String>), String> {
    let told = |error: std::io::Error| format!("{}: {error}", dir.display());
    let mut folders: Vec<PathBuf> = fs::read_dir(dir)
        .map_err(told)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|folder| folder.join("resolved.config").is_file())
        .collect();
    folders.sort();
    if folders.is_empty() {
        return Err(format!("{}: no folder with resolved.config", dir.display()));
    }
    let read: Vec<Result<Case, String>> = folders.par_iter().map(|folder| case(folder)).collect();
    let mut left_out = Vec::new();
    let mut cases = Vec::new();
    for found in read {
        match found {
            Ok(case) => cases.push(case),
            Err(name) => left_out.push(name),
        }
    }
    Ok((cases, left_out))
}

/// Reads a triple, or gives the name of one that cannot be judged.
fn case(folder: &Path) -> Result<Case, String> {
    let name = folder
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let read = |side: &str| fs::read(folder.join(side)).map_err(|_| name.clone());
    let base = read("base.config")?;
    let (ours, theirs) = (read("ours.config")?, read("theirs.config")?);
    let flat = |bytes: &[u8]| Flat::of(bytes).ok_or_else(|| name.clone());
    let meaning = Triple {
        base: flat(&base)?,
        ours: flat(&ours)?,
        theirs: flat(&theirs)?,
        resolved: flat(&read("resolved.config")?)?,
    };
    Ok(Case {
        name,
        base,
        ours,
        theirs,
        meaning,
    })
}

/// Lets a tool merge all triples. It says itself what counts as its time.
fn score(
    tool: &str,
    cases: &[Case],
    merge: impl Fn(&Case, &Path) -> (Answer, Duration) + Sync,
) -> Row {
    let merges = cases
        .par_iter()
        .map(|case| {
            let (answer, time) = match tempfile::tempdir() {
                Ok(folder) => merge(case, folder.path()),
                Err(_) => (Answer::Crash, Duration::ZERO),
            };
            (case.meaning.judge(&answer), time)
        })
        .collect();
    Row {
        tool: tool.to_owned(),
        merges,
    }
}

/// In this process; what cannot be merged by meaning goes to git, as in the driver.
fn by_conferry(case: &Case, rules: &Rules) -> (Answer, Duration) {
    let versions = Versions::borrowed(&case.base, &case.ours, &case.theirs);
    let markers = || Markers {
        style: Style::Merge,
        size: 7,
        carrier: "ours".to_owned(),
        base: "base".to_owned(),
        incoming: "theirs".to_owned(),
    };
    let started = Instant::now();
    let answer = match merge_versions(versions, rules, markers) {
        Ok(merged) if merged.conflicts.is_empty() => Answer::Clean(merged.bytes),
        Ok(_) => Answer::Conflict,
        Err(_) => {
            let text = "git merge-file -p {ours} {base} {theirs} > {out}";
            return match tempfile::tempdir() {
                Ok(folder) => by_command(case, text, folder.path()),
                Err(_) => (Answer::Crash, Duration::ZERO),
            };
        }
    };
    (answer, started.elapsed())
}

fn by_command(case: &Case, command: &str, folder: &Path) -> (Answer, Duration) {
    let path = |side: &str| folder.join(format!("{side}.config"));
    let files = [
        ("base", &case.base),
        ("ours", &case.ours),
        ("theirs", &case.theirs),
    ];
    let mut line = command.to_owned();
    for (side, bytes) in files {
        if fs::write(path(side), bytes).is_err() {
            return (Answer::Crash, Duration::ZERO);
        }
    }
    for side in ["base", "ours", "theirs", "out"] {
        line = line.replace(&format!("{{{side}}}"), &quoted(&path(side)));
    }
    let started = Instant::now();
    let status = shell(&line)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let time = started.elapsed();
    let answer = match status.map(|status| status.code()) {
        Ok(Some(0)) => fs::read(path("out")).map_or(Answer::Crash, Answer::Clean),
        Ok(Some(1..=127)) => Answer::Conflict,
        _ => Answer::Crash,
    };
    (answer, time)
}

fn shell(line: &str) -> Command {
    let (program, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let mut command = Command::new(program);
    command.args([flag, line]);
    command
}

fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    if cfg!(windows) {
        format!("\"{path}\"")
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}
