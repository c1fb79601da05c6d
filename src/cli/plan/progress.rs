//! How far a plan is: shows it, and writes down what was done.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;

use super::files::{OnDisk, PLAN};
use crate::cli::exit::Exit;
use crate::cli::keys::{KeyArgs, keys};
use crate::cli::output::Output;
use crate::cli::shared::{Format, FormatArgs};
use crate::cli::this_run::this_run;
use crate::error::{Failure, Failures};
use crate::io::{read, stream};
use crate::pack::problem::nearest;
use crate::plan::Plan;
use crate::plan::fill::spoken;
use crate::plan::model::{Input, Proof, Step};
use crate::plan::state::{Became, Entry, Progress, Standing};
use crate::present::json::json_of_run;
use crate::present::plan as present;

/// Says how far the upgrade is
///
/// Looks at the snapshots again where they can be found: when one of them has changed, the steps that rest on it
/// count no more until the plan is made again.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n    conferry plan status upgrade\\plan.json")]
pub(super) struct StatusArgs {
    /// The plan, or its folder
    #[arg(value_name = "PLAN", default_value = PLAN)]
    plan: PathBuf,

    #[command(flatten)]
    keys: KeyArgs,

    #[command(flatten)]
    report: FormatArgs,
}

/// Which plan, and who speaks.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// The plan, or its folder
    #[arg(long, value_name = "PLAN", default_value = PLAN)]
    plan: PathBuf,

    /// Who says so; the name of the user unless it is given
    #[arg(long, value_name = "NAME")]
    by: Option<String>,

    #[command(flatten)]
    keys: KeyArgs,
}

/// Writes down that steps were done
///
/// A step that destroys something is refused as long as what it destroys is not kept: the message says what opens it.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n    conferry plan done uninstall-agent@mfa1 --plan upgrade\\plan.json --evidence msi.log"
)]
pub(super) struct DoneArgs {
    /// The steps
    #[arg(value_name = "ID", required = true)]
    steps: Vec<String>,

    /// A file that shows it, such as a log or a picture; its hash is kept
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,

    #[command(flatten)]
    which: Which,
}

/// Writes down that steps were left out or did not work, and why
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n    conferry plan skip tell-users --reason \"the portal keeps its address\" --plan upgrade\\plan.json"
)]
pub(super) struct SkipArgs {
    /// The steps
    #[arg(value_name = "ID", required = true)]
    steps: Vec<String>,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,

    #[command(flatten)]
    which: Which,
}

/// Writes down that steps are to be done again
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n    conferry plan reopen install-agent@mfa1 --plan upgrade\\plan.json"
)]
pub(super) struct ReopenArgs {
    /// The steps
    #[arg(value_name = "ID", required = true)]
    steps: Vec<String>,

    #[command(flatten)]
    which: Which,
}

pub(super) fn status(args: &StatusArgs, output: &mut Output) -> Result<Exit, Failures> {
    show(args, output, present::status)
}

pub(super) fn next(args: &StatusArgs, output: &mut Output) -> Result<Exit, Failures> {
    show(args, output, present::next)
}

fn show(
    args: &StatusArgs,
    output: &mut Output,
    text: impl Fn(&Progress<'_>) -> String,
) -> Result<Exit, Failures> {
    let on_disk = OnDisk::read(&args.plan)?;
    let changed = on_disk.changed(&keys(&args.keys)?);
    let progress = Progress {
        plan: &on_disk.plan,
        state: &on_disk.state,
        changed: &changed,
    };
    match args.report.format {
        Format::Text => output.out(&text(&progress)),
        Format::Json => output.out(&json_of_run(&present::json(&progress), &this_run())),
    }
    Ok(match on_disk.plan.is_ready() && changed.is_empty() {
        true => Exit::Clean,
        false => Exit::Findings,
    })
}

pub(super) fn done(args: &DoneArgs, output: &mut Output) -> Result<Exit, Failures> {
    let mut proofs = Vec::new();
    for path in &args.evidence {
        let bytes = read::read_file(path)?;
        proofs.push(Proof {
            what: "was given".to_owned(),
            file: path.display().to_string(),
            sha256: stream::sha256(&bytes),
        });
    }
    note(
        &args.which,
        &args.steps,
        Became::Done,
        None,
        &proofs,
        output,
    )
}

pub(super) fn skip(args: &SkipArgs, output: &mut Output) -> Result<Exit, Failures> {
    let reason = Some(args.reason.as_str());
    note(
        &args.which,
        &args.steps,
        Became::Skipped,
        reason,
        &[],
        output,
    )
}

pub(super) fn fail(args: &SkipArgs, output: &mut Output) -> Result<Exit, Failures> {
    let reason = Some(args.reason.as_str());
    note(
        &args.which,
        &args.steps,
        Became::Failed,
        reason,
        &[],
        output,
    )
}

pub(super) fn reopen(args: &ReopenArgs, output: &mut Output) -> Result<Exit, Failures> {
    note(
        &args.which,
        &args.steps,
        Became::Reopened,
        None,
        &[],
        output,
    )
}

fn note(
    which: &Which,
    ids: &[String],
    became: Became,
    reason: Option<&str>,
    evidence: &[Proof],
    output: &mut Output,
) -> Result<Exit, Failures> {
    let mut on_disk = OnDisk::read(&which.plan)?;
    let changed = on_disk.changed(&keys(&which.keys)?);
    let by = who(which.by.as_deref())?;
    let at = Timestamp::now();
    let mut closed = false;
    for id in ids {
        let step = known(&on_disk, &which.plan, id)?;
        if let Some(why) = refusal(&on_disk, &changed, step, became) {
            output.failure(&why);
            closed = true;
            continue;
        }
        let progress = Progress {
            plan: &on_disk.plan,
            state: &on_disk.state,
            changed: &changed,
        };
        if let (Became::Done, Standing::Waiting(before)) = (became, progress.of(step)) {
            output.err(&format!(
                "warning: {} comes before `{id}` and is not done\n",
                before.join(", ")
            ));
        }
        if became == Became::Skipped
            && let Some(kept) = kept_closed(&on_disk.plan, id)
        {
            output.err(&format!(
                "warning: `{id}` keeps what others destroy: as long as it is left out, {kept} closed\n"
            ));
        }
        let entry = Entry {
            step: step.id.clone(),
            state: became,
            by: by.clone(),
            at: format!("{at:.0}"),
            reason: reason.map(str::to_owned),
            evidence: evidence.to_vec(),
            digest: step.digest.clone(),
        };
        on_disk.state.steps.push(entry);
    }
    if closed {
        output.err("Nothing was written down.\n");
        return Ok(Exit::Findings);
    }
    on_disk.write(&changed)?;
    let progress = Progress {
        plan: &on_disk.plan,
        state: &on_disk.state,
        changed: &changed,
    };
    let (over, all) = progress.counts();
    output.err(&format!("Written down. {over} of {all} steps are done.\n"));
    Ok(Exit::Clean)
}

fn known<'p>(on_disk: &'p OnDisk, path: &Path, id: &str) -> Result<&'p Step, Failure> {
    on_disk.plan.step(id).ok_or_else(|| {
        let ids = on_disk.plan.steps.iter().map(|step| step.id.as_str());
        let meant = nearest(id, ids).map(|id| format!("Did you mean `{id}`? "));
        Failure::new(format!("there is no step `{id}`"))
            .in_file(path.display())
            .help(format!(
                "{}`conferry plan status` lists the steps.",
                meant.unwrap_or_default()
            ))
    })
}

/// The steps that stay closed without this one, in words with their verb.
fn kept_closed(plan: &Plan, id: &str) -> Option<String> {
    let steps = plan.steps.iter();
    let steps = steps.filter(|step| step.gates.iter().any(|gate| gate == id));
    let steps: Vec<String> = steps.map(|step| step.id.clone()).collect();
    let verb = match steps.len() {
        0 => return None,
        1 => "stays",
        _ => "stay",
    };
    Some(format!("{} {verb}", spoken(&steps)))
}

/// Why it cannot be written down that a step was done.
fn refusal(on_disk: &OnDisk, changed: &[Input], step: &Step, became: Became) -> Option<Failure> {
    let progress = Progress {
        plan: &on_disk.plan,
        state: &on_disk.state,
        changed,
    };
    if became != Became::Done {
        return None;
    }
    match progress.of(step) {
        Standing::Closed(gates) => Some(
            Failure::new(format!(
                "`{}` is closed: it destroys something, and {} is not done",
                step.id,
                gates.join(", ")
            ))
            .help(opens(on_disk, &gates)),
        ),
        Standing::Stopped(blocker) => Some(
            Failure::new(format!(
                "`{}` is closed: it destroys something, and the upgrade is stopped: {}",
                step.id, blocker.what
            ))
            .help(format!(
                "{} Then make the plan again with `conferry plan`.",
                blocker.says.join(" ")
            )),
        ),
        Standing::Unfounded(path) => Some(
            Failure::new(format!(
                "`{}` rests on {path}, which has changed since the plan was made",
                step.id
            ))
            .help("Make the plan again with `conferry plan`; what was done stays written down."),
        ),
        _ => None,
    }
}

/// What opens a step: the first thing that each gate says.
fn opens(on_disk: &OnDisk, gates: &[&str]) -> String {
    let steps = gates.iter().filter_map(|id| on_disk.plan.step(id));
    let each = steps.map(|step| {
        let how = (step.commands.first()).or(step.says.first());
        format!("{}: {}", step.id, how.map_or("", String::as_str))
    });
    let each: Vec<String> = each.collect();
    format!("Do first: {}", each.join("; "))
}

fn who(given: Option<&str>) -> Result<String, Failure> {
    let of = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    (given.map(str::to_owned))
        .or_else(|| of("USERNAME"))
        .or_else(|| of("USER"))
        .ok_or_else(|| {
            Failure::new("nothing says who you are").help("Give your name with --by NAME.")
        })
}
