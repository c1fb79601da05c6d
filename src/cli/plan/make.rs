//! Makes a plan.

use std::path::{Path, PathBuf};

use super::files::{PLAN, is_own, place_in, read_state, view_of};
use super::{Format, PlanArgs};
use crate::cli::exit::Exit;
use crate::cli::keys::{check_needed, keys};
use crate::cli::output::Output;
use crate::cli::pack_options::load_plan_rules;
use crate::cli::snapshot::open;
use crate::error::{Failure, Failures};
use crate::io::sealed::Keys;
use crate::io::windows_path::{Drives, check_name};
use crate::io::write_plan::{Batch, Existing, WritePlan};
use crate::io::{read, relative, stream};
use crate::lint::is_snapshot;
use crate::pack::Rules;
use crate::pack::plan::{Deed, is_version};
use crate::pack::rules::ComponentId;
use crate::plan::answers::Answers;
use crate::plan::estate::Estate;
use crate::plan::model::{Blocker, Input, Proof};
use crate::plan::state::{Progress, State};
use crate::plan::{Asked, Evidence, Plan, make};
use crate::present::plan::summary;
use crate::upgrade::installation::Given;
use crate::upgrade::record::{Blocking, Record};

pub(super) fn run(args: &PlanArgs, output: &mut Output) -> Result<Exit, Failures> {
    let rules = load_plan_rules(args.rules.extra())?;
    let directories = args.virtual_directories.resolve(&rules)?;
    if let Some(version) = &args.to_version
        && !is_version(version)
    {
        return Err(Failure::new(format!("`{version}` is no version"))
            .help("Give --to-version a number, such as 8.0.")
            .into());
    }
    let folder = folder_of(&args.output)?;
    let (answers, mut inputs) = answers(args.answers.as_deref(), &rules)?;
    let (mut evidence, mut blocked) = (Vec::new(), Vec::new());
    if let Some(path) = &args.upgrade {
        let (record, input) = record(path)?;
        evidence = merged(&record);
        blocked = blocking(&record);
        inputs.push(input);
    }
    let keys = keys(&args.keys)?;
    let mut estate = estate(&args.snapshots, &keys, &rules)?;
    estate.find_references(&directories, &rules);
    let asked = Asked {
        estate: &estate,
        rules: &rules,
        directories: &directories,
        answers: &answers,
        to: args.to_version.as_deref(),
        evidence: &evidence,
        blocked,
        output: output_of(args.upgrade.as_deref()),
        packs: &args.rules.names(),
        inputs,
    };
    let mut plan = make(&asked).map_err(|error| {
        Failure::new(error.to_string()).help(
            "A pack with [[procedure]] and [[step]] rows says what is to be done; add one with --rules. `conferry rules list` shows the procedures that there are.",
        )
    })?;
    let exit = match plan.is_ready() {
        true => Exit::Clean,
        false => Exit::Findings,
    };
    if args.check {
        let state = State::default();
        let progress = progress(&plan, &state);
        match args.format {
            Format::Text => output.out(&summary(&progress, false)),
            format => output.out(&view_of(&progress, format)?),
        }
        return Ok(exit);
    }
    let Some(folder) = folder else {
        let state = State::default();
        output.out(&view_of(&progress(&plan, &state), args.format)?);
        return Ok(exit);
    };
    // Whoever moves the folder with what is in it finds the snapshots again.
    for input in &mut plan.inputs {
        input.path = relative::link(&folder, Path::new(&input.path));
    }
    let names = args.output.iter().filter_map(|path| path.file_name());
    plan.views = names
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name != PLAN)
        .collect();
    write(args, &plan, &folder, output)?;
    Ok(exit)
}

fn progress<'a>(plan: &'a Plan, state: &'a State) -> Progress<'a> {
    Progress {
        plan,
        state,
        changed: &[],
    }
}

/// The one folder of all files that are written.
fn folder_of(outputs: &[PathBuf]) -> Result<Option<PathBuf>, Failure> {
    let folder = |path: &PathBuf| path.parent().unwrap_or(Path::new("")).to_owned();
    let mut folders = outputs.iter().map(folder);
    let Some(first) = folders.next() else {
        return Ok(None);
    };
    match folders.all(|other| other == first) {
        true => Ok(Some(first)),
        false => Err(
            Failure::new("the runbooks would go to different folders").help(
                "They are views of one plan.json, which is beside them. Name files of one folder.",
            ),
        ),
    }
}

/// The answers, and the file that they are from.
fn answers(path: Option<&Path>, rules: &Rules) -> Result<(Answers, Vec<Input>), Failures> {
    let Some(path) = path else {
        return Ok((Answers::default(), Vec::new()));
    };
    let bytes = read::read_file(path)?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::new("it is not UTF-8")
            .in_file(path.display())
            .help("Save the answers as UTF-8.")
    })?;
    let answers = Answers::read(&text, &rules.questions).map_err(|wrong| {
        let failure = |message: String| {
            Failure::new(message).in_file(path.display()).help(
                "The runbook lists the questions with their answers; `from-version` is the version that is installed now.",
            )
        };
        wrong.into_iter().map(failure).collect::<Failures>()
    })?;
    let input = Input {
        kind: "answers".to_owned(),
        path: path.display().to_string(),
        sha256: stream::sha256(text.as_bytes()),
        server: None,
    };
    Ok((answers, vec![input]))
}

/// Reads the snapshots; each is `SNAP` or `NAME=SNAP`.
pub(super) fn estate(snapshots: &[String], keys: &Keys, rules: &Rules) -> Result<Estate, Failures> {
    let mut estate = Estate::default();
    let mut failures = Failures::new();
    let mut sealed = keys.is_empty();
    for given in snapshots {
        let given = Given::read(Path::new(given));
        let path = given.path.as_path();
        match add(&mut estate, &given, keys, rules) {
            Ok(is_sealed) => sealed |= is_sealed,
            Err(more) => {
                failures.extend(more);
                continue;
            }
        }
        let (last, earlier) = match estate.servers.split_last() {
            Some(split) => split,
            None => continue,
        };
        // The files for a server are in a folder of its name.
        if let Err(problem) = check_name(&last.name) {
            failures.push(
                Failure::new(format!("the name of the server is not usable: {problem}"))
                    .in_file(path.display())
                    .help(format!(
                        "Give a name with the path: web1={}",
                        path.display()
                    )),
            );
        }
        if let Some(other) =
            (earlier.iter()).find(|other| other.name.eq_ignore_ascii_case(&last.name))
        {
            failures.push(
                Failure::new(format!(
                    "it is of {}, and so is {}",
                    last.name, other.snapshot
                ))
                .in_file(path.display())
                .help(format!(
                    "Give one snapshot of each server. Where they are two servers, name them: {}-2={}",
                    last.name,
                    path.display()
                )),
            );
        }
    }
    if !sealed && failures.is_empty() {
        check_needed(keys, &[])?;
    }
    failures.or(estate)
}

/// Adds one server; whether its snapshot is encrypted.
pub(in crate::cli) fn add(
    estate: &mut Estate,
    given: &Given,
    keys: &Keys,
    rules: &Rules,
) -> Result<bool, Failures> {
    let path = given.path.as_path();
    if path.is_dir() && !is_snapshot(path) {
        // `server/c` stands for drive C: of `server`.
        let inner = path.join("c");
        let drive = if inner.is_dir() {
            inner.as_path()
        } else {
            path
        };
        let whole = relative::absolute(path);
        let folder = whole.file_name().unwrap_or_default().to_string_lossy();
        let name = given.name.as_deref().unwrap_or(&folder);
        let drives = Drives::below(&relative::absolute(drive), 'C');
        estate.add_drive(name, path, &drives, rules);
        return Ok(false);
    }
    let store = open(path, keys)?;
    let is_sealed = store.is_sealed();
    let added = estate.add(given.name.as_deref(), path, store, rules);
    added.map_err(|error| {
        Failure::new(error.to_string())
            .in_file(path.display())
            .help("Nothing was planned. Take the snapshot again, or use another copy of it.")
    })?;
    Ok(is_sealed)
}

/// The folder that `upgrade` wrote, as commands name it.
fn output_of(upgrade: Option<&Path>) -> &str {
    let folder = upgrade.and_then(Path::parent).and_then(Path::to_str);
    folder
        .filter(|folder| !folder.is_empty())
        .unwrap_or("upgrade")
}

/// What `upgrade` wrote down, and the same as an input.
fn record(path: &Path) -> Result<(Record, Input), Failure> {
    let bytes = read::read_file(path)?;
    let record: Record = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::new(format!("it is no record of an upgrade: {error}"))
            .in_file(path.display())
            .help("Give the upgrade.json that `conferry upgrade` wrote.")
    })?;
    let input = Input {
        kind: "upgrade".to_owned(),
        path: path.display().to_string(),
        sha256: stream::sha256(&bytes),
        server: None,
    };
    Ok((record, input))
}

/// The configurations that were merged.
pub(in crate::cli) fn merged(record: &Record) -> Vec<Evidence> {
    let components = record.servers.iter().flat_map(|server| {
        let components = server.components.iter();
        components.map(move |component| (server, component))
    });
    let merged = components.filter_map(|(server, component)| {
        let file = (component.files.iter()).find(|file| file.role == "configuration")?;
        let what = format!(
            "carried the settings of {} on {}",
            component.title, server.name
        );
        Some(Evidence {
            deed: Deed::Merged,
            server: server.name.clone(),
            component: ComponentId::new(&component.id),
            folder: component.from.clone(),
            proof: Proof {
                what,
                file: file.path.clone(),
                sha256: file.sha256.clone(),
            },
        })
    });
    merged.collect()
}

/// What stopped it; encrypted sections block by a step of their own.
pub(in crate::cli) fn blocking(record: &Record) -> Vec<Blocker> {
    let blocking = record.blocking.iter();
    let blocking = blocking.filter(|blocking| blocking.kind != "encrypted");
    let blocker = |blocking: &Blocking| Blocker {
        what: blocking.what.clone(),
        place: Some(format!("{}, {}", blocking.server, blocking.component)),
        step: None,
        says: vec![blocking.help.clone()],
        commands: Vec::new(),
    };
    let failures = record.failures.iter().map(|failed| Blocker {
        what: failed.message.clone(),
        place: failed.file.clone(),
        step: None,
        says: vec!["See that it can be read, and run `conferry upgrade` again.".to_owned()],
        commands: Vec::new(),
    });
    blocking.map(blocker).chain(failures).collect()
}

/// Writes plan.json and the runbooks.
fn write(args: &PlanArgs, plan: &Plan, folder: &Path, output: &mut Output) -> Result<(), Failures> {
    let (state, _) = read_state(folder)?;
    let progress = progress(plan, &state);
    let mut writes = WritePlan::new();
    for given in &args.snapshots {
        writes.reads("a snapshot", &Given::read(Path::new(given)).path);
    }
    if let Some(answers) = &args.answers {
        writes.reads("--answers", answers);
    }
    if let Some(upgrade) = &args.upgrade {
        writes.reads("--upgrade", upgrade);
    }
    for file in args.keys.files() {
        writes.reads("a key", file);
    }
    args.rules.add_reads(&mut writes);
    let is_own = |path: &&PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        is_own(&name) && name != PLAN
    };
    if let Some(path) = args.output.iter().find(is_own) {
        return Err(
            Failure::new("this name is that of a file of the plan itself")
                .in_file(path.display())
                .help("Nothing was written. Give the runbook another name.")
                .into(),
        );
    }
    let plan_path = folder.join(PLAN);
    check_replaced(&plan_path)?;
    let place = place_in(folder, Path::new(PLAN))?;
    let target = writes.target_at("the plan", &plan_path, place, Existing::Replaced)?;
    let mut views = Vec::new();
    for path in args.output.iter().filter(|path| **path != plan_path) {
        let name = Path::new(path.file_name().unwrap_or_default());
        let place = place_in(folder, name)?;
        let target = writes.target_at("--output", path, place, Existing::Replaced)?;
        views.push((
            target,
            view_of(&progress, Format::of_file(path, args.format))?,
        ));
    }
    writes.check()?;
    let ready = writes.ready()?;
    let bytes = plan.to_bytes();
    let mut batch = Batch::default();
    ready.stage(&mut batch, target, None, &bytes)?;
    for (target, text) in &views {
        ready.stage(&mut batch, *target, None, text.as_bytes())?;
    }
    batch.commit()?;
    output.out(&summary(&progress, false));
    let names: Vec<String> = (args.output.iter())
        .map(|path| path.display().to_string())
        .collect();
    output.err(&format!(
        "Wrote {} and {}.\n",
        names.join(", "),
        plan_path.display()
    ));
    Ok(())
}

/// A plan takes the place of a plan and of nothing else.
fn check_replaced(path: &Path) -> Result<(), Failure> {
    let Ok(bytes) = read::read_file(path) else {
        return Ok(());
    };
    let is_plan = serde_json::from_slice::<serde_json::Value>(&bytes)
        .is_ok_and(|value| value.get("procedure").is_some() && value.get("steps").is_some());
    match is_plan {
        true => Ok(()),
        false => Err(Failure::new("it is no plan, and would be replaced by one")
            .in_file(path.display())
            .help("Nothing was written. Let the runbook go to another folder with -o.")),
    }
}
