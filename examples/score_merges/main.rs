//! Measures merges of real history: `cargo run --release --example score_merges -- DIR --conferry PROGRAM`.
//!
//! DIR holds folders with `base`, `ours`, `theirs` and `resolved.config`, where `resolved` is what people committed.
//! Each tool is a process of its own. Every result is judged against what people committed and against the union of
//! both sides' changes, which this program works out by itself (see `flat` and `verdict`).
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bytes;
mod figures;
mod flat;
mod kinds;
mod regions;
mod table;
mod tools;
mod verdict;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bytes::Difference;
use clap::Parser;
use figures::{Row, figures, milliseconds, quantile};
use flat::Flat;
use kinds::Kinds;
use regions::Regions;
use tools::{Run, Tool, Versions};
use verdict::{Answer, Triple, Verdict};

/// Measures three-way merges of conferry, git and others against what people committed
#[derive(Debug, Parser)]
struct Arguments {
    /// The folder of merges
    dir: PathBuf,

    /// A build of conferry
    #[arg(long, value_name = "PROGRAM")]
    conferry: PathBuf,

    /// Also measures mergiraf
    #[arg(long, value_name = "PROGRAM")]
    mergiraf: Option<PathBuf>,

    /// Also measures weave-driver
    #[arg(long, value_name = "PROGRAM")]
    weave: Option<PathBuf>,

    /// How often each tool merges each file; times are of all runs, results of the first
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: usize,

    /// Names the files behind the figures, with the verdict of each tool
    #[arg(long)]
    list: bool,
}

/// One merge, read.
struct Case {
    name: String,
    versions: Versions,
    meaning: Triple,
}

/// All runs of one tool.
struct Measured {
    tool: Tool,
    /// The first of each case.
    runs: Vec<Run>,
    row: Row,
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
    let (cases, left_out) = cases(&arguments.dir)?;
    let measured = measure(arguments, &cases)?;
    for one in &measured {
        println!("{}", one.tool.version());
    }
    if !left_out.is_empty() {
        let names = left_out.join(" ");
        println!("left out, since one of the files cannot be read: {names}");
    }
    let rows: Vec<&Row> = measured.iter().map(|one| &one.row).collect();
    println!("\n{}", figures(&rows));
    if let [conferry, git, ..] = &measured[..] {
        told_of_speed(conferry, git, arguments.rounds);
        told_of_people(&cases, conferry, git);
    }
    told_of_bytes(&cases, &measured, arguments.list);
    told_of_regions(&cases, &measured, arguments.list);
    told_of_kinds(&cases, &measured);
    if arguments.list {
        told_of_each(&cases, &measured);
    }
    Ok(())
}

/// The merges of a folder, in the order of their names, and the names of those that cannot be judged.
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
    let (mut cases, mut left_out) = (Vec::new(), Vec::new());
    for folder in folders {
        match case(&folder) {
            Ok(case) => cases.push(case),
            Err(name) => left_out.push(name),
        }
    }
    Ok((cases, left_out))
}

/// Reads a merge, or gives the name of one that cannot be judged.
fn case(folder: &Path) -> Result<Case, String> {
    let name = folder
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let read = |side: &str| fs::read(folder.join(side)).map_err(|_| name.clone());
    let versions = Versions {
        base: read("base.config")?,
        ours: read("ours.config")?,
        theirs: read("theirs.config")?,
    };
    let flat = |bytes: &[u8]| Flat::of(bytes).ok_or_else(|| name.clone());
    let meaning = Triple {
        base: flat(&versions.base)?,
        ours: flat(&versions.ours)?,
        theirs: flat(&versions.theirs)?,
        resolved: flat(&read("resolved.config")?)?,
    };
    Ok(Case {
        name,
        versions,
        meaning,
    })
}

/// Lets every tool merge every file, one process at a time and the tools in turn, so that all meet the same moments of
/// a busy machine.
fn measure(arguments: &Arguments, cases: &[Case]) -> Result<Vec<Measured>, String> {
    let found = |program: &Path| {
        let told = |error: std::io::Error| format!("{}: {error}", program.display());
        program.canonicalize().map_err(told)
    };
    let mut tools = vec![Tool::Conferry(found(&arguments.conferry)?), Tool::Git];
    if let Some(program) = &arguments.mergiraf {
        tools.push(Tool::Mergiraf(found(program)?));
    }
    if let Some(program) = &arguments.weave {
        let program = found(program)?;
        tools.push(Tool::Weave(program.clone()));
        tools.push(Tool::WeaveOfXml(program));
    }
    let mut measured: Vec<Measured> = tools
        .into_iter()
        .map(|tool| Measured {
            row: Row {
                tool: tool.name(),
                verdicts: Vec::new(),
                times: Vec::new(),
            },
            runs: Vec::new(),
            tool,
        })
        .collect();
    for case in cases {
        for round in 0..arguments.rounds.max(1) {
            for one in &mut measured {
                let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
                let told = |error: std::io::Error| format!("{}: {error}", one.tool.name());
                let run = one.tool.run(&case.versions, folder.path()).map_err(told)?;
                one.row.times.push(run.time);
                if round == 0 {
                    one.row.verdicts.push(case.meaning.judge(&answer(&run)));
                    one.runs.push(run);
                }
            }
        }
    }
    Ok(measured)
}

fn answer(run: &Run) -> Answer<'_> {
    if run.is_clean() {
        Answer::Clean(&run.result)
    } else if run.is_conflict() {
        Answer::Conflict
    } else {
        Answer::Crash
    }
}

fn told_of_speed(conferry: &Measured, git: &Measured, rounds: usize) {
    let medians = |row: &Row| -> Vec<f64> {
        let files = row.times.chunks(rounds.max(1));
        files
            .map(|times| milliseconds(quantile(times, 0.5)))
            .collect()
    };
    let (here, there) = (medians(&conferry.row), medians(&git.row));
    let faster = here.iter().zip(&there).filter(|(here, there)| here < there);
    println!(
        "conferry is faster than git on {} of {} files; medians {:.2} and {:.2} ms",
        faster.count(),
        here.len(),
        milliseconds(quantile(&conferry.row.times, 0.5)),
        milliseconds(quantile(&git.row.times, 0.5)),
    );
}

fn told_of_people(cases: &[Case], conferry: &Measured, git: &Measured) {
    let only_git = named(cases, |at| {
        git.row.verdicts[at] == Verdict::Equal && conferry.row.verdicts[at] != Verdict::Equal
    });
    println!(
        "equal to people with git and not with conferry: {} ({})",
        only_git.len(),
        only_git.join(" ")
    );
    let ceiling = cases.iter().filter(|case| case.meaning.union_is_resolved());
    println!(
        "people committed exactly the union, or with the higher bindingRedirect: {} of {}\n",
        ceiling.count(),
        cases.len()
    );
}

fn told_of_bytes(cases: &[Case], measured: &[Measured], list: bool) {
    let Some((git, others)) = by_git(measured) else {
        return;
    };
    let rows: Vec<(&str, Vec<Option<Difference>>)> = others
        .iter()
        .map(|one| {
            let pairs = git.runs.iter().zip(&one.runs);
            let found = pairs.map(|(git, run)| Difference::between(git, run));
            (one.row.tool, found.collect())
        })
        .collect();
    println!("{}", bytes::bytes(&rows));
    if list && let Some((tool, found)) = rows.first() {
        for (case, difference) in cases.iter().zip(found) {
            match difference {
                None | Some(Difference::None) => {}
                Some(other) => println!("other bytes, {tool}: {} {}", case.name, other.name()),
            }
        }
    }
}

fn told_of_regions(cases: &[Case], measured: &[Measured], list: bool) {
    let Some((git, others)) = by_git(measured) else {
        return;
    };
    let of_git: Vec<Option<Regions>> = git.runs.iter().map(Regions::of).collect();
    let mut rows = Vec::new();
    for one in others {
        let mut files = Vec::new();
        for ((case, run), git) in cases.iter().zip(&one.runs).zip(&of_git) {
            let (Some(found), Some(git)) = (Regions::of(run), git) else {
                continue;
            };
            if list && matches!(one.tool, Tool::Conferry(_)) && found.lines > git.lines {
                let (name, more) = (&case.name, found.lines - git.lines);
                let elements = found.are_elements;
                println!(
                    "more between markers than with git: {name} {more} (one element: {elements})"
                );
            }
            files.push((found, git.lines));
        }
        rows.push((one.row.tool, files));
    }
    println!("{}", regions::sums(&rows));
}

/// The measures of git, and those of the other tools.
fn by_git(measured: &[Measured]) -> Option<(&Measured, Vec<&Measured>)> {
    let is_git = |one: &&Measured| matches!(one.tool, Tool::Git);
    let git = measured.iter().find(is_git)?;
    Some((git, measured.iter().filter(|one| !is_git(one)).collect()))
}

fn told_of_kinds(cases: &[Case], measured: &[Measured]) {
    let Some(conferry) = measured.first() else {
        return;
    };
    let mut kinds = Kinds::default();
    let told = conferry.runs.iter().zip(&conferry.row.verdicts);
    for (case, (run, verdict)) in cases.iter().zip(told) {
        if run.is_conflict() {
            kinds.add(&case.name, *verdict, &run.told);
        }
    }
    println!("{}", kinds.table());
}

fn told_of_each(cases: &[Case], measured: &[Measured]) {
    for (at, case) in cases.iter().enumerate() {
        let verdicts: Vec<&str> = measured
            .iter()
            .map(|one| one.row.verdicts[at].name())
            .collect();
        println!("{} {}", case.name, verdicts.join(" "));
    }
}

fn named(cases: &[Case], wanted: impl Fn(usize) -> bool) -> Vec<&str> {
    let found = (0..cases.len()).filter(|at| wanted(*at));
    found.map(|at| cases[at].name.as_str()).collect()
}
