//! `--write-rules`: a pack that repeats the change at the next upgrade.

use std::path::Path;

use super::found::{Found, Pair};
use super::{DiffArgs, Format};
use crate::cli::output::Output;
use crate::error::Failure;
use crate::installer::shipped::named;
use crate::io::read::is_stdin;
use crate::io::write_plan::{Batch, Existing, TargetId, WritePlan};
use crate::pack::Rules;
use crate::present::differences::{Repeated, RepeatingPack, repeating_pack};

/// Where the pack goes.
pub(super) struct Target {
    plan: WritePlan,
    id: TargetId,
}

/// The file that is asked for, if it may be written.
///
/// # Errors
/// When it would take the place of another one.
pub(super) fn target(args: &DiffArgs) -> Result<Option<Target>, Failure> {
    let Some(path) = &args.write_rules else {
        return Ok(None);
    };
    let refused = |message: &str| Failure::new(message).in_file(path.display());
    if args.has_three() || args.after.len() > 1 {
        return Err(
            refused("--write-rules repeats the change between two inputs")
                .help("Name the input without the change, and the one with it."),
        );
    }
    if is_stdin(path) {
        return Err(Failure::new("--write-rules needs the name of a file")
            .help("Rules cannot go to standard output: the report is there."));
    }
    if path.symlink_metadata().is_ok() {
        return Err(refused("--write-rules would replace a file")
            .help("Rules never replace a file. Name a new one."));
    }
    let mut plan = WritePlan::new();
    let inputs = args.before.iter().chain(&args.after).chain(&args.parent);
    let installers = args.base_from.iter().chain(&args.new_from);
    for installer in installers {
        plan.reads("an installer", &named(installer).0);
    }
    for input in inputs.filter(|input| !is_stdin(input) && input.is_file()) {
        plan.reads("an input", input);
    }
    args.rules.add_reads(&mut plan);
    let id = plan.target("--write-rules", path, Existing::Refused)?;
    plan.check()?;
    Ok(Some(Target { plan, id }))
}

/// The rules that repeat what was found.
pub(super) fn pack(
    found: &[(&Pair<'_>, &Found<'_>)],
    args: &DiffArgs,
    rules: &Rules,
) -> RepeatingPack {
    let files: Vec<Repeated<'_, '_>> = (found.iter())
        .map(|(pair, found)| {
            let (side, at) = pair.sides[1];
            Repeated {
                file: found.names[1].clone(),
                component: side.estate.subjects[at].component.clone(),
                changes: &found.difference.changes,
                shows: &found.said.shows,
            }
        })
        .collect();
    repeating_pack(&files, rules, args.show_secrets)
}

impl Target {
    /// Writes the rules, and says what they do not repeat.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(super) fn write(
        &self,
        pack: &RepeatingPack,
        args: &DiffArgs,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let shown = args
            .write_rules
            .as_deref()
            .unwrap_or(Path::new(""))
            .display();
        let mut line = match pack.rules {
            0 => format!("There is no rule to write to {shown}."),
            count => {
                let ready = self.plan.ready()?;
                let mut batch = Batch::default();
                ready.stage(&mut batch, self.id, None, pack.text.as_bytes())?;
                batch.commit()?;
                format!("Rules that repeat this are in {shown}: {count}.")
            }
        };
        if pack.secrets > 0 {
            line.push_str(&format!(
                " Secrets left out, for which the old file's value is taken: {}; --show-secrets writes them.",
                pack.secrets
            ));
        }
        if pack.left_out > 0 {
            let which = match pack.rules {
                0 => "",
                _ => "; the file says which",
            };
            line.push_str(&format!(
                " Changes that no rule can repeat: {}{which}.",
                pack.left_out
            ));
        }
        line.push('\n');
        match args.report.format {
            Format::Text => output.out(&line),
            _ => output.err(&line),
        }
        Ok(())
    }
}
