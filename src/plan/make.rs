//! Puts a plan together.

use super::answers::Answers;
use super::blockers::blockers;
use super::estate::{Estate, Place, Server};
use super::model::{self, Blocker, Component, Input, Plan, Proof, SCHEMA, Step};
use super::scope::{Known, Scope};
use super::steps::steps;
use crate::pack::Rules;
use crate::pack::plan::{Deed, Procedure, ProcedureId, is_older};
use crate::pack::rules::ComponentId;
use crate::rewrite::VirtualDirectories;
use crate::snapshot::manifest::PackEntry;

/// What a plan is asked for.
pub struct Asked<'a> {
    /// What was found, with references.
    pub estate: &'a Estate,
    /// What the packs say.
    pub rules: &'a Rules,
    /// How virtual directories are renamed.
    pub directories: &'a VirtualDirectories,
    /// What somebody answered.
    pub answers: &'a Answers,
    /// The new version, if somebody says it.
    pub to: Option<&'a str>,
    /// What conferry did besides.
    pub evidence: &'a [Evidence],
    /// The folder that `upgrade` wrote, or will write.
    pub output: &'a str,
    /// Rule packs besides the built-in ones, as they were given.
    pub packs: &'a [String],
    /// What stops the upgrade besides, as `upgrade` found out.
    pub blocked: Vec<Blocker>,
    /// What the plan rests on besides the snapshots.
    pub inputs: Vec<Input>,
}

/// Something that conferry did for a component of a server.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// What.
    pub deed: Deed,
    /// For which server.
    pub server: String,
    /// For which component.
    pub component: ComponentId,
    /// The old folder of the component.
    pub folder: String,
    /// What shows it.
    pub proof: Proof,
}

impl Evidence {
    /// Whether it shows that `deed` was done for a component of a server.
    pub(super) fn is_of(&self, deed: Deed, server: &str, place: &Place) -> bool {
        self.deed == deed
            && self.server == server
            && self.component == place.entry.id
            && self.folder.eq_ignore_ascii_case(&place.entry.folder)
    }
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlan {
    /// The snapshots hold no component that a procedure is for.
    #[error("no rule pack has a procedure for what was found: {0}")]
    Nothing(String),
    /// No procedure is for these versions.
    #[error("no procedure leads from {from} to {to}")]
    Versions {
        /// The old version in words.
        from: String,
        /// The new one.
        to: String,
    },
}

/// Makes the plan.
///
/// # Errors
/// See [`NoPlan`].
pub fn make(asked: &Asked<'_>) -> Result<Plan, NoPlan> {
    let Asked {
        estate,
        rules,
        directories,
        answers,
        ..
    } = *asked;
    let from = answers.from_version.as_deref();
    let mut known = Known {
        estate,
        rules,
        directories,
        answers,
        from,
        from_words: from.unwrap_or_default(),
        to: asked.to.unwrap_or_default(),
        output: asked.output,
        packs: asked.packs,
    };
    let procedure = procedure(known, asked.to)?;
    let from_words = from.or(procedure.starts_from.as_deref());
    known.from_words = from_words.unwrap_or("a version that nothing tells");
    known.to = to_version(procedure, asked.to);
    let steps = steps(known, &procedure.provenance.id, asked.evidence);
    let mut blockers = blockers(known, &steps);
    blockers.extend(asked.blocked.iter().cloned());
    Ok(Plan {
        schema: SCHEMA,
        conferry: env!("CARGO_PKG_VERSION").to_owned(),
        packs: (rules.packs.iter())
            .filter(|pack| pack.id == procedure.provenance.pack)
            .map(|pack| PackEntry {
                id: pack.id.clone(),
                version: pack.version.clone(),
            })
            .collect(),
        procedure: model::Procedure {
            id: procedure.provenance.id.to_string(),
            title: procedure.provenance.summary.clone(),
            from: known.from_words.to_owned(),
            from_by: match from {
                Some(_) => "the answers say so".to_owned(),
                None => "names and places of what was found".to_owned(),
            },
            to: known.to.to_owned(),
        },
        inputs: inputs(asked),
        notices: procedure.notices.clone(),
        blockers,
        unchecked: unchecked(known, procedure),
        questions: questions(known, &procedure.provenance.id),
        estate: components(known, procedure, &steps),
        steps,
        run: None,
        views: Vec::new(),
    })
}

/// The first procedure that fits.
fn procedure<'k>(known: Known<'k>, to: Option<&str>) -> Result<&'k Procedure, NoPlan> {
    let found = |procedure: &&Procedure| {
        let mut servers = known.estate.servers.iter();
        servers.any(|server| server.has_any(&procedure.components))
    };
    let mut for_these = known.rules.procedures.iter().filter(found).peekable();
    if for_these.peek().is_none() {
        let mut titles: Vec<String> = (known.estate.places())
            .map(|(_, place)| place.entry.title.clone())
            .collect();
        titles.sort();
        titles.dedup();
        return Err(NoPlan::Nothing(super::fill::spoken(&titles)));
    }
    let fits = |procedure: &&Procedure| {
        let from = match known.from {
            Some(from) => procedure.from.have(from),
            None => known.hold(&procedure.when, Scope::default()),
        };
        let to = to_version(procedure, to);
        let leads_up = (known.from).is_none_or(|from| is_older(from, to));
        from && procedure.to.have(to) && leads_up
    };
    for_these.find(fits).ok_or_else(|| NoPlan::Versions {
        from: match known.from {
            Some(from) => format!("version {from}"),
            None => "what was found".to_owned(),
        },
        to: format!("version {}", to.unwrap_or("that is the newest")),
    })
}

fn to_version<'k>(procedure: &'k Procedure, to: Option<&'k str>) -> &'k str {
    to.or(procedure.leads_to.as_deref()).unwrap_or_default()
}

fn inputs(asked: &Asked<'_>) -> Vec<Input> {
    let snapshots = asked.estate.servers.iter().map(|server| Input {
        kind: match server.is_kept {
            true => "snapshot",
            false => "drive",
        }
        .to_owned(),
        path: server.path.clone(),
        sha256: server.sha256.clone(),
        server: Some(server.name.clone()),
    });
    snapshots.chain(asked.inputs.iter().cloned()).collect()
}

/// What no file tells, and what could not be looked at.
fn unchecked(known: Known<'_>, procedure: &Procedure) -> Vec<String> {
    let mut all = Vec::new();
    let nowhere = nowhere(known);
    if !nowhere.is_empty() {
        let nowhere = super::fill::spoken(&nowhere);
        all.push(format!(
            "No snapshot has: {nowhere}. What is elsewhere is not in this plan."
        ));
    }
    for server in &known.estate.servers {
        let name = &server.name;
        all.extend(
            server
                .manifest
                .warnings
                .iter()
                .map(|warning| format!("{name}: {warning}")),
        );
        if !server.is_kept {
            all.push(format!(
                "{name}: there is no snapshot yet; the plan is made of what {} holds now",
                server.path
            ));
        }
        if server.iis.is_none() {
            all.push(format!(
                "{name}: the configuration of IIS is not in the snapshot, so sites, pools and what depends on old names are not known"
            ));
        }
        for (_, place) in known
            .estate
            .places()
            .filter(|(of, _)| std::ptr::eq(*of, server))
        {
            for section in place.encrypted(&known.estate.files) {
                all.push(format!(
                    "{name}: the section {section} of {} is encrypted; nobody could look into it",
                    place.entry.title
                ));
            }
        }
    }
    for (server, place) in
        (known.estate.places()).filter(|(_, place)| is_of_another(known, procedure, place))
    {
        all.push(format!(
            "{}: {} in {} is another product, and this plan is not for it. Take a snapshot with --component {}, and plan with that.",
            server.name, place.entry.title, place.entry.folder, place.entry.id
        ));
    }
    all.extend(known.estate.unread.iter().cloned());
    all.extend(procedure.untold.iter().cloned());
    all
}

/// Whether a component is one of those that another procedure is for.
fn is_of_another(known: Known<'_>, procedure: &Procedure, place: &Place) -> bool {
    let id = &place.entry.id;
    !procedure.components.contains(id)
        && (known.rules.procedures.iter()).any(|other| other.components.contains(id))
}

/// What every server was searched for in vain.
fn nowhere(known: Known<'_>) -> Vec<String> {
    let servers = &known.estate.servers;
    let misses = |server: &Server, what: &str| {
        (server.manifest.missing.iter()).any(|missing| missing.what == what)
    };
    let first = servers
        .first()
        .map(|server| server.manifest.missing.as_slice());
    (first.unwrap_or_default().iter())
        .filter(|missing| servers.iter().all(|server| misses(server, &missing.what)))
        .map(|missing| missing.what.clone())
        .collect()
}

fn questions(known: Known<'_>, procedure: &ProcedureId) -> Vec<model::Question> {
    let is_asked = |question: &&crate::pack::plan::Question| {
        let mut servers = known.estate.servers.iter();
        known.is_of_pack(&question.provenance.pack, procedure)
            && (question.components.is_empty()
                || servers.any(|server| server.has_any(&question.components)))
    };
    let questions = known.rules.questions.iter().filter(is_asked);
    questions
        .map(|question| model::Question {
            id: question.provenance.id.to_string(),
            question: question.provenance.summary.clone(),
            answers: question.answers.clone(),
            answer: known.answers.counted(question).to_owned(),
            is_assumed: known.answers.to(&question.provenance.id).is_none(),
        })
        .collect()
}

fn components(known: Known<'_>, procedure: &Procedure, steps: &[Step]) -> Vec<Component> {
    let is_merged = |component: &ComponentId| {
        let mut rules = known.rules.steps.iter();
        rules.any(|rule| {
            let is_there = || {
                steps
                    .iter()
                    .any(|step| rule.provenance.id == step.rule.as_str())
            };
            let merges = rule.done_by == Some(Deed::Merged);
            merges && rule.components.contains(component) && is_there()
        })
    };
    let component = |(server, place): (&Server, &Place)| {
        let entry = &place.entry;
        let ends = !known.stays(place);
        let new_name = known.new_name(place);
        let is_site = known.is_site(place);
        Component {
            server: server.name.clone(),
            id: entry.id.to_string(),
            title: entry.title.clone(),
            from: known.from_words.to_owned(),
            to: (!ends).then(|| known.to.to_owned()),
            folder: entry.folder.clone(),
            new_folder: place.new_folder(new_name),
            address: entry
                .virtual_directory
                .as_ref()
                .map(|path| format!("{}{path}", entry.site.as_deref().unwrap_or_default())),
            new_path: entry.virtual_directory.as_ref().map(|path| match new_name {
                Some(new) => {
                    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
                    format!("{parent}/{new}")
                }
                None => path.clone(),
            }),
            by: match (ends, is_merged(&entry.id), place.configuration.is_some()) {
                (true, ..) => "nobody: the new version does not have it",
                (false, true, _) => "conferry carries its settings; a person installs it",
                (false, false, true) if is_site => "a person",
                (false, false, true) => "conferry renames addresses; a person does the rest",
                (false, false, false) => "a person",
            }
            .to_owned(),
        }
    };
    let places = known.estate.places();
    let places = places.filter(|(_, place)| !is_of_another(known, procedure, place));
    places.map(component).collect()
}
