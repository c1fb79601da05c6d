//! The files of a plan: plan.json, state.json and the runbooks, which are views of both.

use std::path::{Path, PathBuf};

use super::Format;
use crate::cli::this_run::this_run;
use crate::error::{Failure, Failures};
use crate::io::place::{self, Place};
use crate::io::read;
use crate::io::sealed::Keys;
use crate::io::windows_path::check_name;
use crate::io::write::WriteError;
use crate::io::write_plan::{Batch, Existing, WritePlan};
use crate::plan::Plan;
use crate::plan::model::{self, Input, Run};
use crate::plan::state::{self, Progress, State};
use crate::present::json::json;
use crate::present::plain::{Printed, printed};
use crate::present::plan::{html, markdown, summary};
use crate::snapshot::store::Store;

/// Name of the plan beside its runbooks.
pub(super) const PLAN: &str = "plan.json";

/// A plan as it is on disk.
pub(super) struct OnDisk {
    pub(super) plan: Plan,
    pub(super) state: State,
    /// The bytes of the state, if there is one.
    state_bytes: Option<Vec<u8>>,
    /// The folder of both.
    pub(super) folder: PathBuf,
}

impl OnDisk {
    /// Reads the plan at `path`, a file or the folder of plan.json.
    ///
    /// # Errors
    /// When it or its state is none.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let path = match path.is_dir() {
            true => path.join(PLAN),
            false => path.to_owned(),
        };
        let bytes = read::read_file(&path)?;
        let plan: Plan = serde_json::from_slice(&bytes).map_err(|error| {
            Failure::new(format!("it is no plan that this conferry can read: {error}"))
                .in_file(path.display())
                .help("Make it with `conferry plan SNAP... -o runbook.md`, which writes plan.json beside the runbook.")
        })?;
        check_schema(plan.schema, model::SCHEMA, &path)?;
        check_views(&plan, &path)?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let (state, state_bytes) = read_state(&folder)?;
        Ok(Self {
            plan,
            state,
            state_bytes,
            folder,
        })
    }

    /// Snapshots that can be looked at and are not what they were.
    pub(super) fn changed(&self, keys: &Keys) -> Vec<Input> {
        let inputs = self.plan.inputs.iter();
        let changed = inputs.filter(|input| {
            let now = digest(input, &self.folder, keys);
            now.is_some_and(|now| now != input.sha256)
        });
        changed.cloned().collect()
    }

    /// Writes the state, and what shows it.
    ///
    /// # Errors
    /// When a file cannot be written, or the state was changed by another run.
    pub(super) fn write(&self, changed: &[Input]) -> Result<(), Failures> {
        let progress = Progress {
            plan: &self.plan,
            state: &self.state,
            changed,
        };
        let mut plan = WritePlan::new();
        let path = self.folder.join(state::FILE_NAME);
        // Where there was none, another run may have written one in the meantime.
        let existing = match self.state_bytes {
            Some(_) => Existing::Replaced,
            None => Existing::Refused,
        };
        let target = plan.target("the state", &path, existing)?;
        let mut views = Vec::new();
        for view in &self.plan.views {
            let path = self.folder.join(view);
            let target = plan.target("the runbook", &path, Existing::Replaced)?;
            views.push((
                target,
                view_of(&progress, Format::of_file(&path, Format::Text))?,
            ));
        }
        plan.check()?;
        let ready = plan.ready()?;
        let bytes = self.state.to_bytes();
        let mut batch = Batch::default();
        ready.stage(&mut batch, target, self.state_bytes.as_deref(), &bytes)?;
        for (target, text) in &views {
            ready.stage(&mut batch, *target, None, text.as_bytes())?;
        }
        batch.commit()?;
        Ok(())
    }
}

/// The place of a file in `folder`, which is made if only its last name is missing.
///
/// # Errors
/// When its folder cannot be reached.
pub(super) fn place_in(folder: &Path, name: &Path) -> Result<Place, Failure> {
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let place = place::real(folder).and_then(|real| Place::of_real(&real.join(name)));
    place.map_err(|error| {
        let path = folder.join(name);
        WriteError::of(&path, error.into()).into()
    })
}

/// The state beside a plan, and its bytes.
pub(super) fn read_state(folder: &Path) -> Result<(State, Option<Vec<u8>>), Failure> {
    let path = folder.join(state::FILE_NAME);
    if path.symlink_metadata().is_err() {
        return Ok((State::default(), None));
    }
    let bytes = read::read_file(&path)?;
    let state: State = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::new(format!(
            "it is no state that this conferry can read: {error}"
        ))
        .in_file(path.display())
        .help("Move it away to begin anew, or put back the file that was there.")
    })?;
    check_schema(state.schema, state::SCHEMA, &path)?;
    Ok((state, Some(bytes)))
}

/// A file of another version of conferry may mean something else by the same words.
fn check_schema(found: u32, known: u32, path: &Path) -> Result<(), Failure> {
    match found == known {
        true => Ok(()),
        false => Err(Failure::new(format!(
            "it has version {found} of the format, and this conferry knows {known}"
        ))
        .in_file(path.display())
        .help("Use the conferry that wrote it, or make the plan again in another folder.")),
    }
}

/// Runbooks are beside the plan, and are neither it nor its state.
fn check_views(plan: &Plan, path: &Path) -> Result<(), Failure> {
    let is_elsewhere = |view: &&String| check_name(view).is_err() || is_own(view);
    match plan.views.iter().find(is_elsewhere) {
        None => Ok(()),
        Some(view) => Err(Failure::new(format!(
            "it names a runbook that conferry does not write: {}",
            view.escape_debug()
        ))
        .in_file(path.display())
        .help("Nothing was written. Make the plan again with `conferry plan`.")),
    }
}

/// Whether a file of this name is part of the plan itself.
pub(super) fn is_own(name: &str) -> bool {
    [PLAN, state::FILE_NAME]
        .iter()
        .any(|own| own.eq_ignore_ascii_case(name))
}

/// What an input is now; `None` if it cannot be looked at here.
fn digest(input: &Input, folder: &Path, keys: &Keys) -> Option<String> {
    let path = folder.join(&input.path);
    match input.kind.as_str() {
        "snapshot" => {
            if !path.exists() {
                return None;
            }
            let manifest = Store::open(&path, keys)
                .ok()
                .and_then(|store| crate::snapshot::verify::manifest_of(&store).ok());
            // A snapshot that cannot be read any more is not what it was; without a key nobody can tell.
            match manifest {
                Some(manifest) => Some(crate::io::stream::sha256(&manifest.to_bytes())),
                None if is_sealed(&path) => None,
                None => Some(String::new()),
            }
        }
        _ => {
            let bytes = read::read_file(&path).ok()?;
            Some(crate::io::stream::sha256(&bytes))
        }
    }
}

fn is_sealed(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("age"))
}

impl Format {
    /// The format of a file with this name.
    pub(super) fn of_file(path: &Path, otherwise: Self) -> Self {
        let end = path.extension().unwrap_or_default().to_string_lossy();
        match end.to_ascii_lowercase().as_str() {
            "html" | "htm" => Self::Html,
            "md" | "markdown" => Self::Markdown,
            "json" => Self::Json,
            "txt" => Self::Text,
            _ => otherwise,
        }
    }
}

/// The plan in a format, as a file holds it.
pub(super) fn view_of(progress: &Progress<'_>, format: Format) -> Result<String, Failure> {
    let text = match format {
        Format::Text => summary(progress, true),
        Format::Json => {
            let run = this_run();
            let mut plan = progress.plan.clone();
            plan.run = Some(Run {
                host: run.host,
                id: run.id,
            });
            json(&plan)
        }
        Format::Markdown => markdown(progress)?,
        Format::Html => html(progress)?,
    };
    Ok(printed(&text, Printed::Text { color: false }).into_owned())
}
