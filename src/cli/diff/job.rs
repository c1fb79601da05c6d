//! The work of `conferry diff`: read, compare, report.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::found::{Found, Inputs, Pair, View};
use super::hidden::Hides;
use super::pairs::pairs;
use super::rules::{self, Target};
use super::sides::{Loaded, Side, sidecars};
use super::{DiffArgs, Format, side_by_side};
use crate::cli::exit::Exit;
use crate::cli::installers::read_shipped;
use crate::cli::keys::keys;
use crate::cli::output::Output;
use crate::cli::pack_options::load_lint_rules;
use crate::cli::this_run::this_run;
use crate::error::{Failure, Failures};
use crate::io::read;
use crate::lint::is_snapshot;
use crate::pack::Rules;
use crate::present::diff as lines;
use crate::present::differences::{
    RepeatingPack, Reporter, Shown, markdown, report_json, report_jsonl, text,
};
use crate::present::installer::InputLine;
use crate::present::page::{Assets, html};

/// What was asked for, read.
pub(super) struct Job<'a> {
    args: &'a DiffArgs,
    rules: Rules,
    hides: Hides,
    base: Option<Side>,
    /// What both sides inherit from, outermost first.
    parents: Vec<Side>,
    sides: Vec<Side>,
    writes: Option<Target>,
    /// Of what was read out of installers, where it comes from.
    inputs: Vec<InputLine>,
}

impl<'a> Job<'a> {
    pub(super) fn read(args: &'a DiffArgs) -> Result<Self, Failures> {
        let rules = load_lint_rules(args.rules.extra())?;
        let keys = keys(&args.keys)?;
        let hides = args.hidden.read()?;
        if args.has_three() && args.after.len() > 1 {
            let failure =
                Failure::new("--base compares two files with the shipped one, and here are more");
            return Err(failure
                .help("Name the administrator's file, then the new one.")
                .into());
        }
        let writes = rules::target(args)?;
        let mut failures = Failures::new();
        let mut read = |paths: Vec<&PathBuf>| -> Vec<Side> {
            let read: Vec<Result<Side, Failures>> = (paths.into_par_iter())
                .map(|path| Side::read(path, &keys, &rules))
                .collect();
            let kept = read.into_iter().filter_map(|side| failures.keep(side));
            kept.collect()
        };
        let is_folder = |path: &PathBuf| path.is_dir() || is_snapshot(path);
        let sides = args.before.iter().chain(&args.after);
        let folders = sides.clone().filter(|path| is_folder(path)).count();
        if folders > 0 && folders < sides.count() {
            return Err(
                Failure::new("files and folders cannot be compared with each other")
                    .help("Name files only, or folders and snapshots only.")
                    .into(),
            );
        }
        let mut base = read(args.base.iter().collect()).pop();
        let parents = read(args.parent.iter().collect());
        let mut sides = read(args.before.iter().chain(&args.after).collect());
        let mut inputs = Vec::new();
        if failures.is_empty() {
            let mut shipped = |role, from: &Option<PathBuf>| {
                let (from, path) = (from.as_deref()?, args.before.as_deref()?);
                let Some(own) = sides.first().and_then(Side::one) else {
                    failures.push(no_one_file(path));
                    return None;
                };
                let (_, shipped) = failures.keep(read_shipped(from, path, Some(own), &rules))?;
                inputs.push(InputLine::of(role, &shipped.origin));
                Some(Side::of_shipped(&shipped, &rules))
            };
            let of_old = shipped("base", &args.base_from);
            let of_new = shipped("new", &args.new_from);
            match args.has_three() {
                true => base = base.or(of_old),
                false => sides.splice(0..0, of_old).for_each(drop),
            }
            sides.extend(of_new);
        }
        failures.or(Self {
            args,
            rules,
            hides,
            base,
            parents,
            sides,
            writes,
            inputs,
        })
    }

    /// Two versions of one file, as git keeps them somewhere else.
    pub(super) fn named(
        args: &'a DiffArgs,
        versions: [&PathBuf; 2],
        paths: [&Path; 2],
    ) -> Result<Self, Failures> {
        let rules = load_lint_rules(args.rules.extra())?;
        let keys = keys(&args.keys)?;
        let mut sides = Vec::new();
        let labels = [("a", paths[0]), ("b", paths[1])];
        for (version, (of, path)) in versions.into_iter().zip(labels) {
            let mut side = Side::read(version, &keys, &rules)?;
            for subject in &mut side.estate.subjects {
                subject.label = format!("{of}/{}", path.display());
            }
            sides.push(side);
        }
        Ok(Self {
            args,
            rules,
            hides: args.hidden.read()?,
            base: None,
            parents: Vec::new(),
            sides,
            writes: None,
            inputs: Vec::new(),
        })
    }

    pub(super) fn compare(&mut self, output: &mut Output) -> Exit {
        let Self {
            args,
            rules,
            hides,
            base,
            parents,
            sides,
            writes,
            inputs: of_installers,
        } = self;
        let mut reporter = Reporter::new(rules, args.show_secrets);
        reporter.inputs(of_installers);
        let mut failures = Failures::new();
        let (mut unified, mut pack) = (String::new(), RepeatingPack::default());
        let parents = parents.iter().flat_map(|side| &side.estate.subjects);
        let parents = parents.filter_map(|subject| failures.keep(sidecars(subject, rules)));
        let parents: Vec<Loaded<'_>> = parents.collect();
        let inputs = Inputs {
            rules,
            sides,
            parents: &parents,
            is_effective: args.effective,
        };
        if base.is_none() && sides.len() > 2 {
            if args.report.format == Format::Unified {
                let failure = Failure::new("--format unified shows two inputs, and here are more");
                output.failure(&failure.help("Name two, or choose another format."));
                return Exit::Failed;
            }
            side_by_side::compare(&inputs, hides, &mut reporter, &mut failures);
        } else {
            let found = |found: &[(&Pair<'_>, &Found<'_>)]| {
                if writes.is_some() {
                    pack = rules::pack(found, args, rules);
                }
                if args.report.format == Format::Unified {
                    let files = found.iter().map(|(pair, _)| &pair.files);
                    let lines =
                        files.map(|files| changed_lines(args, rules, files, output.color()));
                    unified = lines.collect();
                }
            };
            let base = base.as_ref();
            with_first(&inputs, base, hides, &mut reporter, &mut failures, found);
        }
        reporter.stale(hides.stale());
        reporter.errors(failures.iter().map(ToString::to_string));
        let report = reporter.finish();
        match args.report.format {
            Format::Text => output.out(&text(&report, Shown { all: args.all })),
            Format::Json => output.out(&report_json(&report, &this_run())),
            Format::Jsonl => output.out(&report_jsonl(&report)),
            Format::Markdown => output.out(&markdown(&report)),
            Format::Html => match html(&report.page(), Assets::Inside) {
                Ok(page) => output.out(&page),
                Err(unmade) => failures.push(unmade.into()),
            },
            Format::Unified => output.out(&unified),
        }
        let exit = match report.is_clean() {
            true => Exit::Clean,
            false => Exit::Findings,
        };
        if args.git {
            // They belong to the difference that git shows.
            let told = failures.iter().map(|failure| format!("{failure}\n"));
            output.out(&told.collect::<String>());
            return exit;
        }
        if let (Some(writes), true) = (writes, failures.is_empty())
            && let Err(failure) = writes.write(&pack, args, output)
        {
            failures.push(failure);
        }
        output.failures(&failures, exit)
    }
}

/// What to say where an installer is given and no single file of the administrator's.
fn no_one_file(path: &Path) -> Failure {
    Failure::new("one file of an installer is compared with one file that can be read")
        .in_file(read::display_name(path))
        .help("Name the file itself, such as the web.config of the server.")
}

/// Compares the second input with the first one, or both with the base; `see` is told what was found.
fn with_first(
    inputs: &Inputs<'_>,
    base: Option<&Side>,
    hides: &mut Hides,
    reporter: &mut Reporter<'_>,
    failures: &mut Failures,
    see: impl FnOnce(&[(&Pair<'_>, &Found<'_>)]),
) {
    let (first, others) = match (base, inputs.sides) {
        (Some(base), sides) => (base, sides),
        (None, [first, others @ ..]) => (first, others),
        (None, []) => return,
    };
    let mut compared: Vec<Pair<'_>> = Vec::new();
    for other in others {
        let pairs = pairs(first, other, inputs.rules);
        for pair in &pairs.both {
            let sides = [(first, pair.before), (other, pair.after)];
            compared.extend(failures.keep(Pair::load(sides, inputs.rules)));
        }
        let label = |side: &Side, at: &usize| side.estate.subjects[*at].label.clone();
        reporter.only(
            pairs
                .only_before
                .iter()
                .map(|at| label(first, at))
                .collect(),
            pairs.only_after.iter().map(|at| label(other, at)).collect(),
        );
    }
    let views: Vec<Option<View<'_>>> = (compared.iter())
        .map(|pair| failures.keep(inputs.view(pair)))
        .collect();
    let mut pairs = Vec::new();
    let mut found = Vec::new();
    for (pair, view) in compared.iter().zip(&views) {
        let Some(view) = view else { continue };
        if let Some(one) = failures.keep(Found::of(inputs, hides, pair, view)) {
            pairs.push(pair);
            found.push(one);
        }
    }
    match (base, &found[..]) {
        (Some(_), [administrator, vendor]) => {
            reporter.add_three(administrator.compared(), vendor.compared());
        }
        _ => found.iter().for_each(|one| reporter.add(one.compared())),
    }
    let both: Vec<_> = pairs.into_iter().zip(&found).collect();
    see(&both);
}

fn changed_lines(args: &DiffArgs, rules: &Rules, files: &[Loaded<'_>; 2], color: bool) -> String {
    let masks = (!args.show_secrets).then_some((&*rules.secrets, &rules.identities));
    let [one, other] = files
        .each_ref()
        .map(|file| (file.label.as_str(), file.document));
    lines::between(one, other, masks, args.context, color)
}
