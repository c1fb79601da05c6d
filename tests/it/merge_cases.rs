//! The folders in `tests/cases/merge`. Each holds `cmd.toml`, the inputs
//! (`base.config` where there is one, `old.config`, `new.config`, `rules.toml`,
//! whatever else the case needs), `expected.config` where something is written,
//! `expected/` for files written beside it, and `report.txt` if the report
//! matters. Adding one needs no Rust; `CONFERRY_BLESS=1 cargo test --test it merge_cases`
//! writes `expected.config` and the `report.txt` files that exist anew, for review.
//!
//! Whatever a case is about, it is also held to the promises of every merge:
//! the account adds up, no secret is shown (secrets in cases contain `Hush`), a
//! dry run writes nothing and reports the same, the inputs stay as they are,
//! merging the result again changes nothing, and the rules that a report prints
//! settle its conflicts.
//!
//! `tests/cases/merge-known-gaps` holds what should be otherwise: `ideal.config`
//! beside `expected.config`, which is what happens today. When they meet, the
//! test fails until the case is moved.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::command::{Run, cases, conferry, folder, has_part, tree, with_slashes};

/// Parts of a case folder that are not inputs.
const EXPECTATIONS: [&str; 4] = ["cmd.toml", "expected.config", "ideal.config", "report.txt"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cmd {
    /// What the case shows.
    why: String,
    /// Only `upgrade`, the command `conferry merge`.
    #[serde(default = "upgrade")]
    mode: String,
    /// Flags beside those that name the files.
    #[serde(default)]
    args: Vec<String>,
    /// All arguments, for cases whose files are called otherwise.
    command: Option<Vec<String>>,
    /// File that is fed to standard input.
    stdin: Option<String>,
    exit: i32,
    /// Parts that standard error must have.
    #[serde(default)]
    stderr: Vec<String>,
    /// Parts that the report must have.
    #[serde(default)]
    report: Vec<String>,
    /// Parts that neither the report nor standard error may have.
    #[serde(default)]
    never: Vec<String>,
}

fn upgrade() -> String {
    "upgrade".to_owned()
}

struct Case {
    cmd: Cmd,
    args: Vec<String>,
    inputs: BTreeMap<String, Vec<u8>>,
    expected: Option<Vec<u8>>,
    beside: BTreeMap<String, Vec<u8>>,
    report: Option<String>,
}

#[test]
fn every_merge_case_ends_as_expected() {
    let folders = case_folders("merge");
    assert!(folders.len() >= 45, "the cases were not found");
    check_all(&folders);
}

#[test]
fn every_known_gap_is_still_one() {
    let folders = case_folders("merge-known-gaps");
    for folder in &folders {
        let today = fs::read(folder.join("expected.config")).ok();
        let ideal = fs::read(folder.join("ideal.config")).ok();
        assert_ne!(
            today,
            ideal,
            "{}: the gap is closed, move it to tests/cases/merge",
            folder.display()
        );
    }
    check_all(&folders);
}

fn check_all(folders: &[std::path::PathBuf]) {
    use rayon::prelude::*;
    let wrong: Vec<String> = folders
        .par_iter()
        .filter_map(|folder| {
            let problem = Case::read(folder).check(folder).err()?;
            Some(format!("{}: {problem}", folder.display()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

pub fn case_folders(name: &str) -> Vec<std::path::PathBuf> {
    let Ok(entries) = fs::read_dir(cases(name)) else {
        return Vec::new();
    };
    let mut folders: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

impl Case {
    fn read(path: &Path) -> Self {
        let cmd: Cmd = toml::from_str(&fs::read_to_string(path.join("cmd.toml")).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(!cmd.why.is_empty() && cmd.mode == "upgrade");
        let (beside, inputs): (BTreeMap<_, _>, BTreeMap<_, _>) = tree(path)
            .into_iter()
            .filter(|(name, _)| !EXPECTATIONS.contains(&name.as_str()))
            .partition(|(name, _)| name.starts_with("expected/"));
        let args = cmd.command.clone().unwrap_or_else(|| {
            let mut args = vec!["merge"];
            if inputs.contains_key("base.config") {
                args.extend(["--base", "base.config"]);
            }
            args.extend(["--old", "old.config", "--new", "new.config"]);
            args.extend(["-o", "out.config"]);
            if inputs.contains_key("rules.toml") {
                args.extend(["--rules", "rules.toml"]);
            }
            args.into_iter()
                .map(str::to_owned)
                .chain(cmd.args.iter().cloned())
                .collect()
        });
        Self {
            args,
            inputs,
            expected: fs::read(path.join("expected.config")).ok(),
            beside: beside
                .into_iter()
                .map(|(name, bytes)| (name["expected/".len()..].to_owned(), bytes))
                .collect(),
            report: fs::read_to_string(path.join("report.txt")).ok(),
            cmd,
        }
    }

    fn check(&self, path: &Path) -> Result<(), String> {
        let done = self.run(&self.args, &[]);
        self.streams(&done)?;
        if done.run.code != self.cmd.exit {
            let (code, stderr) = (done.run.code, &done.run.stderr);
            return Err(format!(
                "exit {code} instead of {}\n{stderr}",
                self.cmd.exit
            ));
        }
        self.written(path, &done)?;
        if self.cmd.exit == 2 {
            return match done.run.stderr.contains("help:") || done.run.stderr.contains("--help") {
                true => Ok(()),
                false => Err(format!("no next step:\n{}", done.run.stderr)),
            };
        }
        self.report(path, &done)?;
        self.dry_run(&done)?;
        let report = self.json(&[])?;
        let conflicts = report["conflicts"].as_array().unwrap().len();
        if (conflicts > 0) != (self.cmd.exit == 1) {
            return Err(format!("{conflicts} conflicts"));
        }
        match conflicts {
            0 => self.again(&done),
            _ => self.settle(&report),
        }
    }

    /// What the run printed has the parts asked for, and no secret.
    fn streams(&self, done: &Done) -> Result<(), String> {
        let (report, stderr) = (done.report(), &done.run.stderr);
        for (text, parts) in [(report, &self.cmd.report), (stderr, &self.cmd.stderr)] {
            if let Some(part) = parts.iter().find(|part| !has_part(text, part)) {
                return Err(format!("no `{part}` in:\n{text}"));
            }
        }
        let hidden = ["Hush".to_owned()];
        let shown = self.args.iter().any(|arg| arg == "--show-secrets");
        let never = hidden.iter().filter(|_| !shown).chain(&self.cmd.never);
        for part in never {
            if let Some(text) = [report, stderr]
                .into_iter()
                .find(|text| text.contains(part))
            {
                return Err(format!("`{part}` is shown:\n{text}"));
            }
        }
        match stderr.contains("panicked") {
            true => Err(stderr.clone()),
            false => Ok(()),
        }
    }

    /// The files after the run: the inputs as they were, and what is expected.
    fn written(&self, path: &Path, done: &Done) -> Result<(), String> {
        if blesses()
            && self.cmd.exit < 2
            && let Some(result) = done.result()
            && !(self.expected.is_none() && done.result_is_input())
        {
            fs::write(path.join("expected.config"), result).unwrap();
        }
        let mut expected = self.inputs.clone();
        let output = done.output.as_str();
        match (&self.expected, done.result()) {
            _ if blesses() => {}
            (Some(expected), Some(result)) if *expected == result => {}
            (None, None) => {}
            (None, Some(_)) if done.result_is_input() => {}
            (expected, result) => {
                return Err(format!(
                    "the result is {}",
                    difference(expected.as_deref(), result.as_deref())
                ));
            }
        }
        if let Some(result) = done.result().filter(|_| output != "-") {
            expected.insert(output.to_owned(), result);
        }
        expected.extend(self.beside.clone());
        let actual = &done.files;
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        if names(actual) != names(&expected) {
            return Err(format!("the files are {:?}", names(actual)));
        }
        match actual
            .iter()
            .find(|(name, bytes)| expected[*name] != **bytes)
        {
            Some((name, bytes)) => Err(format!(
                "{name} is {}",
                difference(Some(&expected[name]), Some(bytes))
            )),
            None => Ok(()),
        }
    }

    fn report(&self, path: &Path, done: &Done) -> Result<(), String> {
        match &self.report {
            Some(_) if blesses() => {
                fs::write(path.join("report.txt"), done.report()).unwrap();
                Ok(())
            }
            Some(expected) if with_slashes(expected) != with_slashes(done.report()) => {
                Err(format!("the report is\n{}", done.report()))
            }
            _ => Ok(()),
        }
    }

    /// A dry run writes nothing and reports the same, but for its last line.
    fn dry_run(&self, done: &Done) -> Result<(), String> {
        if self.has("--dry-run") || self.has("--report") || self.has("--format") {
            return Ok(());
        }
        let dry = self.run(&self.args, &["--dry-run"]);
        if dry.files != self.inputs {
            return Err("a dry run writes".to_owned());
        }
        let but_last = |text: &str| -> Vec<String> {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.pop();
            lines
        };
        if but_last(&dry.run.stdout) != but_last(done.report()) || dry.run.code != done.run.code {
            return Err(format!("a dry run reports\n{}", dry.run.stdout));
        }
        Ok(())
    }

    /// The report as JSON; the account in it adds up.
    fn json(&self, more: &[&str]) -> Result<Value, String> {
        let mut args: Vec<String> = self.args.clone();
        remove_option(&mut args, "--format");
        remove_option(&mut args, "--report");
        let mut more = more.to_vec();
        more.extend(["--format", "json"]);
        if !self.has("--dry-run") {
            more.push("--dry-run");
        }
        let done = self.run(&args, &more);
        self.streams(&Done {
            run: Run {
                stdout: done.run.stdout.clone(),
                stderr: String::new(),
                code: 0,
            },
            ..done.clone()
        })
        .or_else(|error| match error.starts_with("no `") {
            true => Ok(()),
            false => Err(error),
        })?;
        let report: Value = serde_json::from_str(&done.run.stdout)
            .map_err(|error| format!("{error}\n{}{}", done.run.stdout, done.run.stderr))?;
        account_adds_up(&report)?;
        Ok(report)
    }

    /// Merging again with the result as the new file changes nothing.
    fn again(&self, done: &Done) -> Result<(), String> {
        let (Some(result), false) = (done.result(), self.has("--dry-run")) else {
            return Ok(());
        };
        let mut args = self.args.clone();
        for option in ["--report", "--backup"] {
            remove_option(&mut args, option);
        }
        set_option(&mut args, "--new", "result.config");
        set_option(&mut args, "-o", "again.config");
        let mut case = self.inputs.clone();
        case.insert("result.config".to_owned(), result.clone());
        let again = run_in(&case, self.stdin(), &args, &[]);
        if again.run.code != 0 || again.files.get("again.config") != Some(&result) {
            return Err(format!(
                "merging the result again ends in {} with {}\n{}",
                again.run.code,
                difference(
                    Some(&result),
                    again.files.get("again.config").map(Vec::as_slice)
                ),
                again.run.stderr
            ));
        }
        Ok(())
    }

    /// The rules that the report prints settle every conflict, either way.
    fn settle(&self, report: &Value) -> Result<(), String> {
        let conflicts = report["conflicts"].as_array().unwrap();
        let actions = |conflict: &Value| -> Vec<String> {
            let actions = conflict["actions"].as_array().unwrap().iter();
            actions
                .map(|action| action.as_str().unwrap().to_owned())
                .collect()
        };
        for conflict in conflicts {
            let has_rule = !actions(conflict).is_empty();
            if conflict["rule"].is_string() != has_rule
                || conflict["by_hand"].is_string() == has_rule
            {
                return Err(format!("neither a rule nor advice, or both: {conflict}"));
            }
        }
        let by_hand = conflicts
            .iter()
            .filter(|conflict| conflict["rule"].is_null());
        let exit_when_settled = i32::from(by_hand.count() > 0);
        self.write_rules(exit_when_settled)?;
        if exit_when_settled > 0 {
            return Ok(());
        }
        for action in ["take-old", "take-new"] {
            let rules: String = conflicts
                .iter()
                .map(|conflict| {
                    let (rule, actions) = (conflict["rule"].as_str().unwrap(), actions(conflict));
                    let can = actions.iter().any(|known| known == action);
                    let first = format!("action = \"{}\"", actions[0]);
                    assert!(rule.contains(&first), "{rule}");
                    match can {
                        true => rule.replacen(&first, &format!("action = \"{action}\""), 1),
                        false => rule.to_owned(),
                    }
                })
                .collect();
            let mut args = self.args.clone();
            for option in ["--conflicts", "--report", "--format", "--write-rules"] {
                remove_option(&mut args, option);
            }
            args.extend(["--rules", "settled.toml"].map(str::to_owned));
            let mut inputs = self.inputs.clone();
            inputs.insert("settled.toml".to_owned(), rules.clone().into_bytes());
            let done = run_in(&inputs, self.stdin(), &args, &[]);
            self.streams(&done)
                .or_else(|error| match error.starts_with("no `") {
                    true => Ok(()),
                    false => Err(error),
                })?;
            if done.run.code != 0 || done.result().is_none() && !self.has("--dry-run") {
                return Err(format!(
                    "these rules do not settle it (exit {}):\n{rules}\n{}{}",
                    done.run.code, done.run.stdout, done.run.stderr
                ));
            }
            let settled = Self {
                inputs,
                args: args.clone(),
                cmd: Cmd {
                    exit: 0,
                    report: Vec::new(),
                    stderr: Vec::new(),
                    never: Vec::new(),
                    args: Vec::new(),
                    command: None,
                    why: String::new(),
                    mode: upgrade(),
                    stdin: self.cmd.stdin.clone(),
                },
                expected: None,
                beside: BTreeMap::new(),
                report: None,
            };
            settled.json(&[])?;
            settled
                .again(&done)
                .map_err(|error| format!("settled by {action}: {error}"))?;
        }
        Ok(())
    }

    /// The rules that are written settle what can be settled, and hold no secret.
    fn write_rules(&self, exit: i32) -> Result<(), String> {
        if self.has("--dry-run") || self.has("--write-rules") {
            return Ok(());
        }
        let mut args = self.args.clone();
        for option in ["--conflicts", "--report", "--format"] {
            remove_option(&mut args, option);
        }
        let done = self.run(&args, &["--write-rules", "written.toml"]);
        let Some(rules) = done.files.get("written.toml") else {
            let is_said = done
                .report()
                .contains("There is no rule to write to written.toml.");
            return match exit == 1 && is_said {
                true => Ok(()),
                false => Err(format!("no rules are written:\n{}", done.report())),
            };
        };
        if String::from_utf8_lossy(rules).contains("Hush") {
            return Err("the rules that are written hold a secret".to_owned());
        }
        let mut inputs = self.inputs.clone();
        inputs.insert("written.toml".to_owned(), rules.clone());
        args.extend(["--rules", "written.toml"].map(str::to_owned));
        let done = run_in(&inputs, self.stdin(), &args, &[]);
        match done.run.code == exit {
            true => Ok(()),
            false => Err(format!(
                "the rules that were written end in {}:\n{}{}",
                done.run.code, done.run.stdout, done.run.stderr
            )),
        }
    }

    fn has(&self, option: &str) -> bool {
        self.args.iter().any(|arg| arg == option)
    }

    fn stdin(&self) -> Vec<u8> {
        match &self.cmd.stdin {
            Some(name) => self.inputs[name].clone(),
            None => Vec::new(),
        }
    }

    fn run(&self, args: &[String], more: &[&str]) -> Done {
        run_in(&self.inputs, self.stdin(), args, more)
    }
}

/// One run in a folder of its own.
struct Done {
    run: Run,
    output: String,
    files: BTreeMap<String, Vec<u8>>,
    before: BTreeMap<String, Vec<u8>>,
}

impl Clone for Done {
    fn clone(&self) -> Self {
        Self {
            run: Run {
                stdout: self.run.stdout.clone(),
                stderr: self.run.stderr.clone(),
                code: self.run.code,
            },
            output: self.output.clone(),
            files: self.files.clone(),
            before: self.before.clone(),
        }
    }
}

impl Done {
    /// The report: on standard output, unless the result is there.
    fn report(&self) -> &str {
        match self.output.as_str() {
            "-" if !self.run.stdout.contains("Account of the old file") => &self.run.stderr,
            _ => &self.run.stdout,
        }
    }

    fn result(&self) -> Option<Vec<u8>> {
        match self.output.as_str() {
            "-" if self.run.stdout.is_empty() => None,
            "-" => Some(self.run.stdout.clone().into_bytes()),
            output => self.files.get(output).cloned(),
        }
    }

    /// The output file was there before and is what it was.
    fn result_is_input(&self) -> bool {
        self.before.contains_key(&self.output)
            && self.before.get(&self.output) == self.files.get(&self.output)
    }
}

fn run_in(
    inputs: &BTreeMap<String, Vec<u8>>,
    stdin: Vec<u8>,
    args: &[String],
    more: &[&str],
) -> Done {
    let files: Vec<(&str, &[u8])> = inputs
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    let folder = folder(&files);
    let output = conferry(folder.path())
        .args(args)
        .args(more)
        .write_stdin(stdin)
        .output()
        .unwrap();
    Done {
        run: Run {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code().unwrap(),
        },
        output: option(args, "-o").unwrap_or_default().to_owned(),
        files: tree(folder.path()),
        before: inputs.clone(),
    }
}

pub fn account_adds_up(report: &Value) -> Result<(), String> {
    let account = &report["account"];
    let count = |name: &str| account[name].as_u64().unwrap();
    let parts = [
        "carried",
        "already_equal",
        "rewritten",
        "dropped",
        "conflict",
    ];
    let sum: u64 = parts.into_iter().map(count).sum();
    let dropped: u64 = account["dropped_by"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["settings"].as_u64().unwrap())
        .sum();
    if sum != count("settings") || dropped != count("dropped") {
        return Err(format!("the account does not add up: {account}"));
    }
    Ok(())
}

fn option<'a>(args: &'a [String], name: &str) -> Option<&'a str> {
    let at = args.iter().position(|arg| arg == name)?;
    args.get(at + 1).map(String::as_str)
}

fn set_option(args: &mut [String], name: &str, value: &str) {
    if let Some(at) = args.iter().position(|arg| arg == name) {
        value.clone_into(&mut args[at + 1]);
    }
}

fn remove_option(args: &mut Vec<String>, name: &str) {
    if let Some(at) = args.iter().position(|arg| arg == name) {
        let takes_value = name != "--backup";
        args.drain(at..=at + usize::from(takes_value));
    }
}

fn blesses() -> bool {
    std::env::var_os("CONFERRY_BLESS").is_some()
}

fn difference(expected: Option<&[u8]>, actual: Option<&[u8]>) -> String {
    match (expected, actual) {
        (Some(expected), Some(actual)) => {
            let [expected, actual] = [expected, actual].map(String::from_utf8_lossy);
            if expected.replace('\r', "") == actual.replace('\r', "") {
                return format!("other in its line ends:\n{actual:?}\ninstead of\n{expected:?}");
            }
            let diff = similar::TextDiff::from_lines(expected.as_ref(), actual.as_ref());
            format!("other than expected:\n{}", diff.unified_diff())
        }
        (None, Some(actual)) => format!("written:\n{}", String::from_utf8_lossy(actual)),
        (Some(_), None) => "missing".to_owned(),
        (None, None) => "as expected".to_owned(),
    }
}
