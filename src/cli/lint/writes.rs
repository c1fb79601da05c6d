//! What `conferry lint` writes: one plan for fixes and the baseline.

use super::LintArgs;
use crate::error::Failure;
use crate::io::place::Place;
use crate::io::write_plan::{Existing, TargetId, WritePlan};
use crate::lint::Estate;

/// How a plan calls the files that are looked at; their fixes are written in their places.
pub(super) const CHECKED: &str = "a file that is checked";

/// The plan so far, and the baseline in it.
pub(super) struct Writes {
    pub(super) plan: WritePlan,
    pub(super) baseline: Option<TargetId>,
}

impl Writes {
    /// What the command line says about files that are read or written.
    ///
    /// # Errors
    /// When the baseline would take the place of something else.
    pub(super) fn plan(args: &LintArgs, estate: &Estate) -> Result<Self, Failure> {
        let mut plan = WritePlan::new();
        args.rules.add_reads(&mut plan);
        for path in args.keys.files() {
            plan.reads("a key", path);
        }
        if let Some(path) = &args.settings.config {
            plan.reads("--config", path);
        }
        let Some(path) = args.baseline.target() else {
            let baseline = None;
            return Ok(Self { plan, baseline });
        };
        args.baseline.add_reads(&mut plan);
        for subject in estate.subjects.iter() {
            match &subject.place {
                Some(place) => plan.reads_at(CHECKED, place),
                None if subject.is_settings => plan.reads("conferry.toml", &subject.path),
                None => {}
            }
        }
        for path in args
            .paths
            .iter()
            .filter(|path| crate::lint::is_snapshot(path))
        {
            plan.reads("the snapshot", path);
        }
        let target = plan.target("--write-baseline", path, Existing::Replaced)?;
        plan.may_replace(target, &["--baseline"]);
        plan.check()?;
        args.baseline.check_replaced()?;
        Ok(Self {
            plan,
            baseline: Some(target),
        })
    }
}

/// The place of a file that is fixed.
pub(super) fn place_of(subject: &crate::lint::subject::Subject) -> std::io::Result<Place> {
    match &subject.place {
        Some(place) => Ok(place.clone()),
        None => Place::named(&subject.path),
    }
}
