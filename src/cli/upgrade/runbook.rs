//! The runbook that goes with the files of an upgrade.

use super::UpgradeArgs;
use crate::cli::plan::make::{add, blocking, merged};
use crate::error::Failure;
use crate::io::sealed::Keys;
use crate::pack::Rules;
use crate::plan::answers::Answers;
use crate::plan::estate::Estate;
use crate::plan::state::{Progress, State};
use crate::plan::{Asked, make};
use crate::present::plan::markdown;
use crate::rewrite::VirtualDirectories;
use crate::upgrade::installation::Given;
use crate::upgrade::record::Record;

/// What a person does with the files, and in which order. `None` where no servers were given but folders of
/// components, or where no pack has a procedure for them.
///
/// # Errors
/// None that could happen: the text takes whatever is written into it.
pub(super) fn runbook(
    record: &Record,
    args: &UpgradeArgs,
    rules: &Rules,
    directories: &VirtualDirectories,
    keys: &Keys,
) -> Result<Option<String>, Failure> {
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
        return Ok(None);
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
        inputs: Vec::new(),
    };
    let Ok(plan) = make(&asked) else {
        return Ok(None);
    };
    let progress = Progress {
        plan: &plan,
        state: &State::default(),
        changed: &[],
    };
    Ok(Some(markdown(&progress)?))
}
