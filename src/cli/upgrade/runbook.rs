//! The runbook that goes with the files of an upgrade.

use super::UpgradeArgs;
use crate::cli::plan::make::{add, blocking, merged};
use crate::error::Failure;
use crate::io::sealed::Keys;
use crate::pack::Rules;
use crate::pack::plan::Phase;
use crate::plan::answers::Answers;
use crate::plan::estate::Estate;
use crate::plan::model::Step;
use crate::plan::state::{Progress, State};
use crate::plan::{Asked, Plan, make};
use crate::present::plan::markdown;
use crate::rewrite::VirtualDirectories;
use crate::upgrade::installation::Given;
use crate::upgrade::record::{Probe, Record};

/// What a person does with the files, and in which order. `None` where no servers were given but folders of
/// components, or where no pack has a procedure for them.
pub(super) fn plan(
    record: &Record,
    args: &UpgradeArgs,
    rules: &Rules,
    directories: &VirtualDirectories,
    keys: &Keys,
) -> Option<Plan> {
    let mut estate = Estate::default();
    let olds = record.inputs.iter().filter(|input| input.role == "old");
    for input in olds.filter(|input| input.form != "folder") {
        let given = Given {
            name: Some(input.name.clone()),
            path: input.path.clone().into(),
        };
        // What cannot be read, the upgrade has told already.
        let _ = add(&mut estate, &given, keys, rules);
    }
    if estate.servers.is_empty() {
        return None;
    }
    estate.find_references(directories, rules);
    let output = args.output.as_deref().and_then(std::path::Path::to_str);
    let asked = Asked {
        estate: &estate,
        rules,
        directories,
        answers: &Answers::default(),
        to: args.to_version.as_deref(),
        evidence: &merged(record),
        blocked: blocking(record),
        output: output.unwrap_or("upgrade"),
        packs: &args.rules.names(),
        inputs: Vec::new(),
    };
    make(&asked).ok()
}

/// The plan as a runbook.
///
/// # Errors
/// None that could happen: the text takes whatever is written into it.
pub(super) fn runbook(plan: &Plan) -> Result<String, Failure> {
    let progress = Progress {
        plan,
        state: &State::default(),
        changed: &[],
    };
    Ok(markdown(&progress)?)
}

/// What of a plan only a person can try, once everything is in place.
pub(super) fn probes(plan: &Plan) -> Vec<Probe> {
    let steps = plan.steps.iter();
    let tests = steps.filter(|step| step.phase == Phase::Verify && step.commands.is_empty());
    let probe = |step: &Step| Probe {
        server: step.server.clone(),
        title: step.title.clone(),
        says: (step.says.iter().cloned())
            .chain(step.expect.iter().map(|seen| format!("Expect: {seen}")))
            .collect(),
    };
    tests.map(probe).collect()
}
